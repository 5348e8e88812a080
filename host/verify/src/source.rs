//! The unknown texts and numbers of a proof. Invariant: a source's id stays the same for one key during one proof, so
//! that reading the same expression twice gives the same unknown.

use std::{collections::BTreeMap, rc::Rc};

/// Numbers a source within one proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SourceId(pub(crate) u32);

/// Who chooses a source's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chooser {
    /// The attacker, freely: a parameter or a source expression.
    Attacker,
    /// Nobody freely: a value worked out from the attacker's data in a way that is not modelled exactly.
    Derived,
    /// The program's surroundings: configuration, a database, an object that the caller hands in.
    Environment,
}

/// What kind of value a source has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A string.
    Text,
    /// Bytes.
    Bytes,
    /// An integer.
    Integer,
    /// `True` or `False`.
    Boolean,
}

/// One unknown.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// How the value is named in a counterexample: `name`, `request.args.get("id")`.
    pub(crate) name: Rc<str>,
    /// Who chooses it.
    pub(crate) chooser: Chooser,
    /// Its kind.
    pub(crate) sort: Sort,
    /// Whether it is a parameter of the entry function.
    pub(crate) parameter: Origin,
}

/// Where a source's value comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// The entry function's parameter at this position.
    Parameter(u32),
    /// An expression in the code.
    Expression,
    /// A field of an object that a framework fills.
    Field,
    /// What a place gives of which only data flow says that untrusted data enters there.
    Sent,
}

/// All sources of a proof.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    all: Vec<Source>,
    by_key: BTreeMap<String, SourceId>,
}

impl Sources {
    /// Gives the source with this key, made on first use.
    pub(crate) fn intern(&mut self, key: &str, make: impl FnOnce() -> Source) -> SourceId {
        if let Some(found) = self.by_key.get(key) {
            return *found;
        }
        let id = SourceId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push(make());
        self.by_key.insert(key.to_owned(), id);
        id
    }

    /// Gives a source's description.
    pub(crate) fn get(&self, id: SourceId) -> Option<&Source> {
        self.all.get(id.0 as usize)
    }

    /// Tells who chooses a source; an id of another proof counts as derived, which supports neither verdict.
    pub(crate) fn chooser(&self, id: SourceId) -> Chooser {
        self.get(id).map_or(Chooser::Derived, |source| source.chooser)
    }

    /// Goes through all sources in the order in which they were met.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0_u32..).map(SourceId).zip(self.all.iter())
    }
}
