//! What the inference of one function reads of the others, so that it is done again only when that has changed. Invariant:
//! a function waits whenever something that its last inference read has grown since.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use ir::program::{ClassId, FunctionId};

/// Something that one function's inference may say and another's may read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Fact {
    /// Types of a function's variables; its own inference reads them, too.
    Locals(FunctionId),
    /// Types of a class's fields.
    Fields(ClassId),
    /// The type of a global.
    Global(Rc<str>),
    /// The type of what a function returns.
    Returns(FunctionId),
}

/// Who has read what, and what has grown.
#[derive(Debug, Default)]
pub(super) struct Changes {
    current: Option<FunctionId>,
    readers: RefCell<HashMap<Fact, BTreeSet<FunctionId>>>,
    grown: BTreeSet<Fact>,
}

impl Changes {
    /// Begins with a function.
    pub(super) fn begin(&mut self, function: FunctionId) {
        self.current = Some(function);
        self.read(Fact::Locals(function));
    }

    /// Notes that the function at hand has read a fact.
    pub(super) fn read(&self, fact: Fact) {
        if let Some(reader) = self.current {
            self.readers.borrow_mut().entry(fact).or_default().insert(reader);
        }
    }

    /// Notes that a fact has grown.
    pub(super) fn grown(&mut self, fact: Fact) {
        self.grown.insert(fact);
    }

    /// Gives the functions that have read what has grown since the last time.
    pub(super) fn waiting(&mut self) -> BTreeSet<FunctionId> {
        let grown = std::mem::take(&mut self.grown);
        let readers = self.readers.borrow();
        grown.iter().filter_map(|fact| readers.get(fact)).flatten().copied().collect()
    }
}
