//! The interprocedural fixpoint: functions are analysed callees first, and again when what they read has changed.
//! Invariant: a function is analysed at most `MAX_VISITS` times; one that has not settled by then is in `bounds`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ir::{
    function::Function,
    program::{ClassId, FunctionId},
};
use model::{
    span::Place,
    spec::{Entry, SourceKind},
};

use crate::{
    function_pass, project_index::ProjectIndex, spec_index::SpecIndex, summary::Summary, trace::Trace,
    types::TypeTable, value::Value,
};

const MAX_VISITS: u32 = 12;

/// A place that outlives a function's run; what is stored there is joined over the whole program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell {
    /// An attribute of a class's objects.
    Field(ClassId, Rc<str>),
    /// A module's variable.
    Global(Rc<str>),
    /// A function's variable that nested functions use.
    Captured(FunctionId, Rc<str>),
}

/// The state of the whole analysis.
#[derive(Debug)]
pub(crate) struct Analysis<'a> {
    pub(crate) project: &'a ProjectIndex<'a>,
    pub(crate) index: &'a SpecIndex<'a>,
    pub(crate) types: &'a TypeTable,
    pub(crate) entry: Entry,
    pub(crate) trace: Trace,
    pub(crate) summaries: BTreeMap<FunctionId, Summary>,
    pub(crate) bounds: BTreeSet<(Place, String)>,
    cells: BTreeMap<Cell, Value>,
    readers: BTreeMap<Cell, BTreeSet<FunctionId>>,
    changed_cells: BTreeSet<Cell>,
}

impl<'a> Analysis<'a> {
    pub(crate) fn new(
        project: &'a ProjectIndex<'a>,
        index: &'a SpecIndex<'a>,
        types: &'a TypeTable,
        entry: Entry,
    ) -> Self {
        Self {
            project,
            index,
            types,
            entry,
            trace: Trace::default(),
            summaries: BTreeMap::new(),
            bounds: BTreeSet::new(),
            cells: BTreeMap::new(),
            readers: BTreeMap::new(),
            changed_cells: BTreeSet::new(),
        }
    }

    /// Analyses every function until nothing changes.
    pub(crate) fn run(&mut self) {
        let (order, callers) = call_order(self.project, self.types);
        let position: BTreeMap<FunctionId, usize> = order.iter().copied().zip(0..).collect();
        let mut visits: BTreeMap<FunctionId, u32> = BTreeMap::new();
        let mut pending: BTreeSet<(usize, FunctionId)> = order.iter().map(|id| (position_of(&position, *id), *id)).collect();
        while let Some((_, id)) = pending.pop_first() {
            let Some(function) = self.project.program.function(id) else { continue };
            let count = visits.entry(id).or_default();
            *count += 1;
            if *count > MAX_VISITS {
                self.bound(function, format!("data flow of `{}` did not settle", function.qualname));
                continue;
            }
            let summary = function_pass::analyse(self, function);
            let old = self.summaries.get(&id);
            let matters = old.is_none_or(|old| !old.looks_like(&summary));
            if matters {
                let waiting = callers.get(&id).into_iter().flatten();
                pending.extend(waiting.map(|caller| (position_of(&position, *caller), *caller)));
            }
            self.summaries.insert(id, summary);
            for cell in std::mem::take(&mut self.changed_cells) {
                let readers = self.readers.get(&cell).into_iter().flatten();
                pending.extend(readers.map(|reader| (position_of(&position, *reader), *reader)));
            }
        }
    }

    /// Notes that a limit was reached.
    pub(crate) fn bound(&mut self, function: &Function, reason: String) {
        self.bounds.insert((Place { file: function.file, span: function.name_span }, reason));
    }

    /// Tells whether a source of this kind counts.
    pub(crate) fn counts(&self, kind: SourceKind) -> bool {
        kind == SourceKind::Web || self.entry != Entry::Web
    }

    /// Reads a cell on behalf of a function.
    pub(crate) fn read(&mut self, cell: &Cell, reader: FunctionId) -> Option<Value> {
        self.readers.entry(cell.clone()).or_default().insert(reader);
        self.cells.get(cell).cloned()
    }

    /// Joins a value into a cell.
    pub(crate) fn write(&mut self, cell: Cell, value: &Value) {
        let mut value = value.clone();
        value.home = None;
        value.guard = None;
        match self.cells.get_mut(&cell) {
            None => {
                self.cells.insert(cell.clone(), value);
                self.changed_cells.insert(cell);
            }
            Some(known) => {
                let mut joined = known.clone();
                joined.join(&value);
                if joined != *known {
                    *known = joined;
                    self.changed_cells.insert(cell);
                }
            }
        }
    }
}

fn position_of(position: &BTreeMap<FunctionId, usize>, id: FunctionId) -> usize {
    position.get(&id).copied().unwrap_or(usize::MAX)
}

/// For each function the functions that call it.
type Callers = BTreeMap<FunctionId, BTreeSet<FunctionId>>;

/// Gives all functions, callees before callers as far as there are no cycles, and who calls whom.
fn call_order(project: &ProjectIndex<'_>, types: &TypeTable) -> (Vec<FunctionId>, Callers) {
    let mut callees: BTreeMap<FunctionId, BTreeSet<FunctionId>> = BTreeMap::new();
    let mut callers = Callers::new();
    for (caller, target) in types.edges() {
        callees.entry(caller).or_default().insert(target);
        callers.entry(target).or_default().insert(caller);
    }
    let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
    for function in &project.program.functions {
        let mut stack = vec![(function.id, false)];
        while let Some((id, is_done)) = stack.pop() {
            if is_done {
                order.push(id);
            } else if seen.insert(id) {
                stack.push((id, true));
                let unseen = callees.get(&id).into_iter().flatten().filter(|callee| !seen.contains(callee));
                stack.extend(unseen.map(|callee| (*callee, false)));
            }
        }
    }
    (order, callers)
}
