//! The interprocedural fixpoint: functions are analysed callees first, and again when what they read has changed.
//! Invariant: a function is analysed at most `MAX_VISITS` times; one that has not settled by then is in `bounds`.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
};

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
    language_set::LanguageSet,
    liveness::Liveness,
    memory::{Digest, Hashing, Identities, Live, Memory, Out, Use, Wire, Write},
    project_index::ProjectIndex,
    spec_index::SpecIndex,
    summary::Summary,
    taint::{Origin, Taint, Taints},
    trace::{Clause, Trace},
    types::{TypeSet, TypeTable},
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
    /// Names that outlive an edit.
    pub(crate) identities: Rc<Identities>,
    /// What earlier analyses found, when that is wanted.
    pub(crate) live: Option<Live>,
    numbers: BTreeMap<Cell, CellId>,
    cells: HashMap<CellId, CellFacts>,
    changed: BTreeSet<CellId>,
    liveness: BTreeMap<FunctionId, Rc<Liveness>>,
    /// Who has asked for a function's summary.
    readers: BTreeMap<FunctionId, BTreeSet<FunctionId>>,
    /// Whose summaries the function at hand has asked for.
    asked: BTreeSet<FunctionId>,
}

/// Numbers a cell, by what it is: the order of cells is the same whichever is met first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CellId(u64);

impl CellId {
    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    pub(crate) const fn from_number(number: u64) -> Self {
        Self(number)
    }
}

/// Most times that what is stored in a cell may change before only its functions and taint are kept.
const MAX_CHANGES: u8 = 5;

/// What is stored in a cell, over the whole program. It only grows.
#[derive(Debug)]
struct CellFacts {
    cell: Cell,
    /// What is known of everything stored there but its taint.
    content: Option<Box<Value>>,
    /// Whether something that depends on a source or a parameter is stored; the stores say on which.
    is_tainted: bool,
    changes: u8,
    readers: BTreeSet<FunctionId>,
    /// The digest of content and taint, when it has been asked for since they changed.
    digest: Option<Digest>,
}

impl<'a> Analysis<'a> {
    pub(crate) fn new(
        project: &'a ProjectIndex<'a>,
        index: &'a SpecIndex<'a>,
        types: &'a TypeTable,
        entry: Entry,
        memory: Option<&Memory>,
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
            identities: Rc::new(Identities::new(project, types)),
            live: memory.map(Live::new),
            numbers: BTreeMap::new(),
            cells: HashMap::new(),
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
            let summary = self.analyse_one(function);
            self.set_summary(function.id, summary);
        }
        while let Some((_, id)) = pending.pop_first() {
            let Some(function) = self.project.program.function(id) else { continue };
            let count = visits.entry(id).or_default();
            *count += 1;
            if *count > MAX_VISITS {
                self.bound(function, format!("data flow of `{}` did not settle", function.qualname));
                continue;
            }
            let mut summary = self.analyse_one(function);
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
            self.set_summary(id, summary);
            for cell in std::mem::take(&mut self.changed) {
                let Some(facts) = self.cells.get(&cell) else { continue };
                pending.extend(facts.readers.iter().map(|reader| place(*reader)));
                if let Some(demand) = demand.as_mut().filter(|_| facts.is_tainted) {
                    pending.extend(demand.readers(&facts.cell, self).into_iter().map(place));
                }
            }
        }
    }

    /// Gives a function's live variables.
    pub(crate) fn liveness(&mut self, function: &Function) -> Rc<Liveness> {
        Rc::clone(self.liveness.entry(function.id).or_insert_with(|| Rc::new(Liveness::of(function))))
    }

    fn set_summary(&mut self, id: FunctionId, summary: Summary) {
        self.summaries.insert(id, summary);
        if let Some(live) = &self.live {
            live.summaries.borrow_mut().remove(&id);
        }
    }

    /// Gives what is known of a function so far, on behalf of the function at hand.
    pub(crate) fn summary(&self, id: FunctionId) -> Option<&Summary> {
        if let Some(live) = &self.live
            && !live.record.borrow().summaries.contains_key(&id)
        {
            let digest = self.summary_digest(id);
            live.record.borrow_mut().summaries.insert(id, digest);
        }
        self.summaries.get(&id)
    }

    /// Gives the types of a global variable.
    pub(crate) fn type_of_global(&self, path: &str) -> Option<&'a TypeSet> {
        self.project.note(path);
        self.types.globals.get(path)
    }

    /// Notes that a source is read somewhere.
    pub(crate) fn note_input(&mut self, place: Place) {
        self.inputs.insert(place);
        if let Some(live) = &self.live {
            live.record.borrow_mut().inputs.insert(place);
        }
    }

    /// Notes that a limit was reached.
    pub(crate) fn bound(&mut self, function: &Function, reason: String) {
        if let Some(live) = &self.live {
            live.record.borrow_mut().bounds.push(reason.clone());
        }
        self.bounds.insert((Place { file: function.file, span: function.name_span }, reason));
    }

    /// Tells whether a source of this kind counts.
    pub(crate) fn counts(&self, kind: SourceKind) -> bool {
        kind == SourceKind::Web || self.entry != Entry::Web
    }

    pub(crate) fn number(&mut self, cell: &Cell) -> CellId {
        if let Some(known) = self.numbers.get(cell) {
            return *known;
        }
        let mut out = Hashing::without_steps(&self.identities);
        cell.write(&mut out);
        let id = CellId(out.finish().number());
        self.cells.entry(id).or_insert_with(|| CellFacts {
            cell: cell.clone(),
            content: None,
            is_tainted: false,
            changes: 0,
            readers: BTreeSet::new(),
            digest: None,
        });
        self.numbers.insert(cell.clone(), id);
        id
    }

    /// Gives the digest of what a cell holds.
    pub(crate) fn cell_digest(&mut self, id: CellId) -> Digest {
        let Some(facts) = self.cells.get_mut(&id) else { return Digest::default() };
        *facts.digest.get_or_insert_with(|| {
            let mut out = Hashing::without_steps(&self.identities);
            facts.is_tainted.write(&mut out);
            match &facts.content {
                Some(content) => content.write(&mut out),
                None => out.byte(0xFF),
            }
            out.finish()
        })
    }

    /// Notes that the function at hand touches a cell.
    fn touch(&mut self, id: CellId, cell: &Cell, how: Use) {
        let Some(live) = &self.live else { return };
        if let Some(known) = live.record.borrow_mut().cells.get_mut(&id) {
            if how == Use::Read {
                known.2 = Use::Read;
            }
            return;
        }
        let digest = self.cell_digest(id);
        if let Some(live) = &self.live {
            live.record.borrow_mut().cells.insert(id, (cell.clone(), digest, how));
        }
    }

    /// Notes that a function depends on a cell.
    pub(crate) fn add_reader(&mut self, cell: &Cell, reader: FunctionId) {
        let id = self.number(cell);
        if let Some(facts) = self.cells.get_mut(&id) {
            facts.readers.insert(reader);
        }
    }

    /// Reads a cell on behalf of a function; `None` when nothing is stored there. What was stored is looked up in the
    /// end: until then the taint's origin is the cell.
    pub(crate) fn read(&mut self, cell: &Cell, reader: FunctionId, place: Place) -> Option<Value> {
        let id = self.number(cell);
        self.touch(id, cell, Use::Read);
        let facts = self.cells.get_mut(&id)?;
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
        let (content, is_tainted) = (value.without_taint(), value.is_tainted());
        if self.live.is_some() {
            let id = self.number(cell);
            self.touch(id, cell, Use::Written);
        }
        if let Some(live) = &self.live {
            let write = Write { cell: cell.clone(), content: content.clone(), is_tainted };
            live.record.borrow_mut().writes.push(write);
        }
        self.put(cell, content, is_tainted)
    }

    /// Joins what is stored into a cell.
    pub(crate) fn put(&mut self, cell: &Cell, known: Value, is_tainted: bool) -> CellId {
        let id = self.number(cell);
        let Some(facts) = self.cells.get_mut(&id) else { return id };
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
        let is_tainted = facts.is_tainted || is_tainted;
        let is_same = facts.content.as_deref() == Some(&next);
        if !is_same || is_tainted != facts.is_tainted {
            facts.content = Some(Box::new(next));
            facts.is_tainted = is_tainted;
            facts.changes = facts.changes.saturating_add(1);
            facts.digest = None;
            self.changed.insert(id);
        }
        id
    }

    /// Notes that one function's analysis uses another's summary.
    pub(crate) fn note_reader(&mut self, target: FunctionId, reader: FunctionId) {
        self.readers.entry(target).or_default().insert(reader);
        self.asked.insert(target);
        if let Some(live) = &self.live {
            live.record.borrow_mut().awaited.insert(target);
        }
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
