//! The interprocedural fixpoint: functions are analysed callees first, and again when what they read has changed.
//! Invariant: a function is analysed at most `MAX_VISITS` times; one that has not settled by then is in `bounds`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ir::{
    function::{Flavour, Function},
    program::{ClassId, FunctionId},
};
use model::{
    rule::Confidence,
    span::Place,
    spec::{Entry, SourceKind},
};

use crate::{
    analyse::Scope,
    demand::Demand,
    entry::EntryParams,
    function_pass,
    language_set::LanguageSet,
    liveness::Liveness,
    project_index::ProjectIndex,
    spec_index::SpecIndex,
    summary::Summary,
    taint::{Origin, Taint, Taints},
    trace::{Clause, Trace},
    types::TypeTable,
    value::Value,
};

const MAX_VISITS: u32 = 30;
/// After how many analyses of a function what was said before is kept.
const WIDENED_AFTER: u32 = 5;
/// After how many the parts of what it gives are not told apart any more.
const FLATTENED_AFTER: u32 = 9;

/// A place that outlives a function's run; what is stored there is joined over the whole program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell {
    /// An attribute of a class's objects.
    Field(ClassId, Rc<str>),
    /// A module's variable.
    Global(Rc<str>),
    /// A function's variable that nested functions use.
    Captured(FunctionId, Rc<str>),
    /// What other functions put into a function's or module's variable.
    WrittenBack(FunctionId, Rc<str>),
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
    /// Every place where a source was read.
    pub(crate) inputs: BTreeSet<Place>,
    numbers: BTreeMap<Cell, CellId>,
    cells: Vec<CellFacts>,
    /// The cells by their numbers.
    named: Vec<Cell>,
    changed: BTreeSet<CellId>,
    liveness: BTreeMap<FunctionId, Rc<Liveness>>,
    /// Who has asked for a function's summary.
    readers: BTreeMap<FunctionId, BTreeSet<FunctionId>>,
    /// Whose summaries the function at hand has asked for.
    asked: BTreeSet<FunctionId>,
}

/// Numbers a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CellId(u32);

/// Most times that what is stored in a cell may change before only its functions and taint are kept.
const MAX_CHANGES: u8 = 5;

/// What is stored in a cell, over the whole program. It only grows.
#[derive(Debug, Default)]
struct CellFacts {
    /// What is known of everything stored there but its taint.
    content: Option<Box<Value>>,
    /// Whether something that depends on a source or a parameter is stored; the stores say on which.
    is_tainted: bool,
    changes: u8,
    readers: BTreeSet<FunctionId>,
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
            inputs: BTreeSet::new(),
            numbers: BTreeMap::new(),
            cells: Vec::new(),
            named: Vec::new(),
            changed: BTreeSet::new(),
            liveness: BTreeMap::new(),
            readers: BTreeMap::new(),
            asked: BTreeSet::new(),
        }
    }

    /// Analyses functions until nothing changes: all of them, or those that untrusted data comes to.
    pub(crate) fn run(&mut self, scope: Scope, entries: &EntryParams) {
        let (order, callees, callers) = call_order(self.project, self.types);
        let position: BTreeMap<FunctionId, usize> = order.iter().copied().zip(0..).collect();
        let mut visits: BTreeMap<FunctionId, u32> = BTreeMap::new();
        let mut demand = match scope {
            Scope::Everything => None,
            Scope::Untrusted => Some(Demand::new(self, entries, callees)),
        };
        let place = |id: FunctionId| (position_of(&position, id), id);
        let mut pending: BTreeSet<(usize, FunctionId)> = match &demand {
            None => order.iter().map(|id| place(*id)).collect(),
            Some(demand) => demand.followed().map(place).collect(),
        };
        // Modules once first: what they store tells which globals are constants.
        for function in self.project.program.functions.iter().filter(|function| function.flavour == Flavour::Module) {
            let summary = function_pass::analyse(self, function);
            self.summaries.insert(function.id, summary);
        }
        while let Some((_, id)) = pending.pop_first() {
            let Some(function) = self.project.program.function(id) else { continue };
            let count = visits.entry(id).or_default();
            *count += 1;
            if *count > MAX_VISITS {
                self.bound(function, format!("data flow of `{}` did not settle", function.qualname));
                continue;
            }
            let mut summary = function_pass::analyse(self, function);
            let old = self.summaries.get(&id);
            if let Some(old) = old.filter(|_| *count > WIDENED_AFTER) {
                summary.widen(old);
            }
            if *count > FLATTENED_AFTER {
                summary.flatten();
            }
            let matters = old.is_none_or(|old| !old.looks_like(&summary));
            if matters {
                let waiting = callers.get(&id).into_iter().chain(self.readers.get(&id)).flatten().copied();
                match &mut demand {
                    None => pending.extend(waiting.map(place)),
                    Some(demand) => pending.extend(demand.callers(waiting, &summary, self).into_iter().map(place)),
                }
            }
            let asked = std::mem::take(&mut self.asked);
            if let Some(demand) = &mut demand {
                pending.extend(demand.callees(id, &summary, asked, self).into_iter().map(place));
            }
            self.summaries.insert(id, summary);
            for cell in std::mem::take(&mut self.changed) {
                let Some(facts) = self.cells.get(cell.0 as usize) else { continue };
                pending.extend(facts.readers.iter().map(|reader| place(*reader)));
                let named = self.named.get(cell.0 as usize).filter(|_| facts.is_tainted);
                if let (Some(demand), Some(cell)) = (&mut demand, named) {
                    pending.extend(demand.readers(cell, self).into_iter().map(place));
                }
            }
        }
    }

    /// Gives a function's live variables.
    pub(crate) fn liveness(&mut self, function: &Function) -> Rc<Liveness> {
        Rc::clone(self.liveness.entry(function.id).or_insert_with(|| Rc::new(Liveness::of(function))))
    }

    /// Notes that a limit was reached.
    pub(crate) fn bound(&mut self, function: &Function, reason: String) {
        self.bounds.insert((Place { file: function.file, span: function.name_span }, reason));
    }

    /// Tells whether a source of this kind counts.
    pub(crate) fn counts(&self, kind: SourceKind) -> bool {
        kind == SourceKind::Web || self.entry != Entry::Web
    }

    fn number(&mut self, cell: &Cell) -> CellId {
        if let Some(known) = self.numbers.get(cell) {
            return *known;
        }
        let fresh = CellId(u32::try_from(self.cells.len()).unwrap_or(u32::MAX));
        self.cells.push(CellFacts::default());
        self.named.push(cell.clone());
        self.numbers.insert(cell.clone(), fresh);
        fresh
    }

    /// Reads a cell on behalf of a function; `None` when nothing is stored there. What was stored is looked up in the
    /// end: until then the taint's origin is the cell.
    pub(crate) fn read(&mut self, cell: &Cell, reader: FunctionId, place: Place) -> Option<Value> {
        let id = self.number(cell);
        let facts = self.cells.get_mut(id.0 as usize)?;
        facts.readers.insert(reader);
        let mut value = Value::clone(facts.content.as_deref()?);
        if facts.is_tainted {
            let node = self.trace.root(place, Clause::Read);
            let origin = Origin::Cell { cell: id, part: None };
            let (clean, confidence) = (LanguageSet::default(), Confidence::High);
            let functions = value.all_functions();
            value = Value::tainted(Taints::one(Taint { origin, clean, confidence, node }));
            value.functions = functions;
        }
        Some(value)
    }

    /// Notes that a value is stored in a cell.
    pub(crate) fn write(&mut self, cell: &Cell, value: &Value) -> CellId {
        let id = self.number(cell);
        let Some(facts) = self.cells.get_mut(id.0 as usize) else { return id };
        let known = value.without_taint();
        let mut next = match &facts.content {
            None => known,
            Some(content) if **content == known => Value::clone(content),
            Some(content) => {
                let mut joined = Value::clone(content);
                joined.join(&known);
                joined
            }
        };
        if facts.changes >= MAX_CHANGES {
            next = Value { functions: next.all_functions(), ..Value::default() };
        }
        let is_tainted = facts.is_tainted || value.is_tainted();
        let is_same = facts.content.as_deref() == Some(&next);
        if !is_same || is_tainted != facts.is_tainted {
            facts.content = Some(Box::new(next));
            facts.is_tainted = is_tainted;
            facts.changes = facts.changes.saturating_add(1);
            self.changed.insert(id);
        }
        id
    }

    /// Notes that one function's analysis uses another's summary.
    pub(crate) fn note_reader(&mut self, target: FunctionId, reader: FunctionId) {
        self.readers.entry(target).or_default().insert(reader);
        self.asked.insert(target);
    }
}

fn position_of(position: &BTreeMap<FunctionId, usize>, id: FunctionId) -> usize {
    position.get(&id).copied().unwrap_or(usize::MAX)
}

/// For each function the functions that it calls, or that call it.
pub(crate) type Calls = BTreeMap<FunctionId, BTreeSet<FunctionId>>;

/// Gives all functions, callees before callers as far as there are no cycles; what each calls, and what calls it.
fn call_order(project: &ProjectIndex<'_>, types: &TypeTable) -> (Vec<FunctionId>, Calls, Calls) {
    let (mut callees, mut callers) = (Calls::new(), Calls::new());
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
    (order, callees, callers)
}
