//! From hits in single functions to whole paths, source first. Invariant: of several ways between the same two ends the
//! shortest is shown, and of equally short ones the one that comes first in the program.

use std::{
    cell::RefCell,
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet},
    rc::Rc,
};

use ir::program::FunctionId;
use model::{
    contract::SinkLanguage,
    rule::Confidence,
    span::Place,
    taint_path::{PathStep, StepKind, TaintPath},
};

use crate::{
    entry::EntryParams,
    language_set::LanguageSet,
    project::{Analysis, CellId},
    summary::{LocalHit, Passed},
    taint::{Key, Origin, Taint},
    trace::{Clause, NodeId, Trace},
    value::Value,
};

/// Most steps of a path; the middle of a longer one is left out.
const MAX_STEPS: usize = 64;
/// Most origins looked at for one sink.
const MAX_SEARCHED: usize = 5_000;

/// One sink call with all that reaches it.
#[derive(Debug)]
pub(crate) struct Reached {
    pub(crate) entries: BTreeSet<FunctionId>,
    pub(crate) path: TaintPath,
    pub(crate) confidence: Confidence,
    pub(crate) is_cut: bool,
}

/// How data gets from function to function.
#[derive(Debug)]
pub(crate) struct Links<'a> {
    trace: &'a Trace,
    /// What callers pass, by parameter.
    passes: BTreeMap<(FunctionId, u32), Vec<&'a Passed>>,
    /// What is stored, by cell.
    stores: BTreeMap<CellId, Vec<&'a Value>>,
    graph: RefCell<Graph>,
}

/// Collects what functions pass and store.
pub(crate) fn links<'a>(analysis: &'a Analysis<'_>) -> Links<'a> {
    let mut links =
        Links { trace: &analysis.trace, passes: BTreeMap::new(), stores: BTreeMap::new(), graph: RefCell::default() };
    for summary in analysis.summaries.values() {
        for passed in &summary.passes {
            links.passes.entry((passed.target, passed.param)).or_default().push(passed);
        }
        for (cell, value) in &summary.stores {
            links.stores.entry(*cell).or_default().push(value);
        }
    }
    links
}

/// Numbers an origin in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct OriginId(u32);

/// One way that data comes from an origin.
#[derive(Clone, Copy, Debug)]
struct Edge {
    from: OriginId,
    clean: LanguageSet,
    confidence: Confidence,
    node: NodeId,
    /// The call that passes it.
    call: Option<Place>,
}

/// Origins, and what is behind each, worked out when a search first comes by.
#[derive(Debug, Default)]
struct Graph {
    numbers: HashMap<Origin, OriginId>,
    origins: Vec<Origin>,
    behind: Vec<Option<Rc<[Edge]>>>,
}

impl Graph {
    fn number(&mut self, origin: &Origin) -> OriginId {
        if let Some(known) = self.numbers.get(origin) {
            return *known;
        }
        let fresh = OriginId(u32::try_from(self.origins.len()).unwrap_or(u32::MAX));
        self.origins.push(origin.clone());
        self.behind.push(None);
        self.numbers.insert(origin.clone(), fresh);
        fresh
    }
}

impl Links<'_> {
    /// Gives what is behind an origin: of ways that are equal but for their length the shortest, and of these the first.
    fn behind(&self, id: OriginId) -> Rc<[Edge]> {
        let mut graph = self.graph.borrow_mut();
        if let Some(Some(known)) = graph.behind.get(id.0 as usize) {
            return Rc::clone(known);
        }
        let Some(origin) = graph.origins.get(id.0 as usize).cloned() else { return Rc::default() };
        let mut edges: Vec<Edge> = Vec::new();
        let mut known: HashMap<(OriginId, LanguageSet), usize> = HashMap::new();
        for (taint, call) in self.taints_behind(&origin) {
            let from = graph.number(&taint.origin);
            let edge = Edge { from, clean: taint.clean, confidence: taint.confidence, node: taint.node, call };
            match known.get(&(from, taint.clean)).and_then(|index| edges.get_mut(*index)) {
                None => {
                    known.insert((from, taint.clean), edges.len());
                    edges.push(edge);
                }
                Some(shortest) if self.trace.depth(edge.node) < self.trace.depth(shortest.node) => *shortest = edge,
                Some(_) => {}
            }
        }
        let edges: Rc<[Edge]> = edges.into();
        if let Some(place) = graph.behind.get_mut(id.0 as usize) {
            *place = Some(Rc::clone(&edges));
        }
        edges
    }

    /// Gives the taints that an origin stands for, each with the call that passes it.
    fn taints_behind(&self, origin: &Origin) -> Vec<(Taint, Option<Place>)> {
        let (values, part): (Vec<(&Value, Option<Place>)>, &Option<Key>) = match origin {
            Origin::Source { .. } => return Vec::new(),
            Origin::Param { function, index, part } => {
                let passes = self.passes.get(&(*function, *index)).into_iter().flatten();
                (passes.map(|passed| (passed.value.as_ref(), Some(passed.call))).collect(), part)
            }
            Origin::Cell { cell, part } => {
                (self.stores.get(cell).into_iter().flatten().map(|value| (*value, None)).collect(), part)
            }
            Origin::Own { function, field, cell, part } => return self.behind_own((*function, field), *cell, part),
        };
        let mut found = Vec::new();
        for (value, call) in values {
            let taints = match part {
                Some(key) => value.part(key).all_taints(),
                None => value.all_taints(),
            };
            found.extend(taints.iter().map(|taint| (taint.clone(), call)));
        }
        found
    }

    /// As `taints_behind`, for a field of the object that a method is called on: where the call knows what the object's field
    /// holds, that; else whatever the program stores in such fields.
    fn behind_own(
        &self,
        (function, field): (FunctionId, &Rc<str>),
        cell: CellId,
        part: &Option<Key>,
    ) -> Vec<(Taint, Option<Place>)> {
        let key = Key::Attribute(Rc::clone(field));
        let mut found = Vec::new();
        let passes: Vec<&Passed> = self.passes.get(&(function, 0)).into_iter().flatten().copied().collect();
        let mut is_elsewhere = passes.is_empty();
        for passed in passes {
            let held = passed.value.parts.as_ref().and_then(|parts| parts.entries.get(&key));
            let Some(held) = held else {
                is_elsewhere = true;
                continue;
            };
            let taints = part.as_ref().map_or_else(|| held.all_taints(), |part| held.part(part).all_taints());
            found.extend(taints.iter().map(|taint| (taint.clone(), Some(passed.call))));
        }
        if is_elsewhere {
            found.extend(self.taints_behind(&Origin::Cell { cell, part: part.clone() }));
        }
        found
    }
}

/// A place in the search: data at `node` is on its way to the sink.
struct Item {
    origin: OriginId,
    node: NodeId,
    confidence: Confidence,
    /// The call that passes it on, and the item in the callee.
    next: Option<(Option<Place>, usize)>,
}

/// The places of a search, nearest to the sink first.
struct Frontier<'t> {
    trace: &'t Trace,
    items: Vec<Item>,
    queue: BinaryHeap<Reverse<(u32, usize)>>,
    /// The shortest way known to each origin.
    nearest: HashMap<OriginId, u32>,
}

impl Frontier<'_> {
    /// Adds a place, unless a way is known to its origin that is as short.
    fn add(&mut self, item: Item, length: u32) {
        let length = length + u32::from(self.trace.depth(item.node));
        if self.nearest.get(&item.origin).is_some_and(|known| *known <= length) {
            return;
        }
        self.nearest.insert(item.origin, length);
        self.items.push(item);
        self.queue.push(Reverse((length, self.items.len() - 1)));
    }
}

/// Finds all entries from which a sink is reached and the shortest path; `None` when nothing untrusted gets there.
pub(crate) fn search(
    analysis: &Analysis<'_>,
    entries: &EntryParams,
    links: &Links<'_>,
    hits: &[&LocalHit],
    language: &SinkLanguage,
) -> Option<Reached> {
    let mut frontier =
        Frontier { trace: &analysis.trace, items: Vec::new(), queue: BinaryHeap::new(), nearest: HashMap::new() };
    for hit in hits {
        let origin = links.graph.borrow_mut().number(&hit.taint.origin);
        let item = Item { origin, node: hit.taint.node, confidence: hit.taint.confidence, next: None };
        frontier.add(item, 0);
    }
    let mut seen: HashSet<OriginId> = HashSet::new();
    let mut reached: Option<(usize, Confidence)> = None;
    let mut functions = BTreeSet::new();
    while let Some(Reverse((length, index))) = frontier.queue.pop() {
        let Some(item) = frontier.items.get(index) else { continue };
        if seen.len() > MAX_SEARCHED || !seen.insert(item.origin) {
            continue;
        }
        let (id, confidence) = (item.origin, item.confidence);
        let root = match links.graph.borrow().origins.get(id.0 as usize) {
            Some(Origin::Source { function, .. }) => Some(*function),
            Some(Origin::Param { function, index, .. }) => entries.message(*function, *index).map(|_| *function),
            Some(Origin::Cell { .. } | Origin::Own { .. }) | None => None,
        };
        if let Some(function) = root {
            functions.insert(function);
            let best = reached.get_or_insert((index, confidence));
            best.1 = best.1.max(confidence);
        }
        for edge in links.behind(id).iter().filter(|edge| !edge.clean.contains(language)) {
            let confidence = confidence.min(edge.confidence);
            let next = Some((edge.call, index));
            frontier.add(Item { origin: edge.from, node: edge.node, confidence, next }, length + 1);
        }
    }
    let (first, confidence) = reached?;
    let graph = links.graph.borrow();
    let mut steps = steps(analysis, entries, (&frontier.items, &graph), first);
    let is_cut = steps.len() > MAX_STEPS - 1;
    if is_cut {
        let tail = steps.split_off(steps.len() - MAX_STEPS / 2);
        steps.truncate(MAX_STEPS / 2 - 1);
        steps.extend(tail);
    }
    Some(Reached { entries: functions, path: TaintPath { steps }, confidence, is_cut })
}

/// Gives the steps from the source to right before the sink.
fn steps(
    analysis: &Analysis<'_>,
    entries: &EntryParams,
    (items, graph): (&[Item], &Graph),
    first: usize,
) -> Vec<PathStep> {
    let origin_of = |item: &Item| graph.origins.get(item.origin.0 as usize);
    let mut nodes: Vec<(Place, Clause)> = Vec::new();
    let mut message = None;
    let mut next = items.get(first);
    let mut is_first = true;
    while let Some(item) = next {
        let chain = analysis.trace.chain(item.node);
        if let Some(Origin::Param { function, index, .. }) = origin_of(item)
            && is_first
        {
            message = entries.message(*function, *index).map(str::to_owned);
        }
        let skipped = usize::from(!is_first);
        nodes.extend(chain.iter().skip(skipped).map(|node| (node.place, node.clause.clone())));
        next = item.next.and_then(|(place, index)| {
            let into = items.get(index)?;
            if let (Some(place), Some(clause)) =
                (place, origin_of(into).and_then(|origin| passed_clause(analysis, origin)))
            {
                nodes.push((place, clause));
            }
            Some(into)
        });
        is_first = false;
    }
    render(&nodes, message)
}

fn passed_clause(analysis: &Analysis<'_>, origin: &Origin) -> Option<Clause> {
    let Origin::Param { function, index, .. } = origin else { return None };
    let function = analysis.project.program.function(*function)?;
    let param = function.params.get(*index as usize)?;
    let callee: Rc<str> = match function.name.as_str() {
        "__init__" => function.qualname.as_str().into(),
        name => name.into(),
    };
    Some(Clause::Passed(callee, param.name.as_str().into()))
}

/// Writes the clauses; what an assignment follows at the same place is one step.
fn render(nodes: &[(Place, Clause)], message: Option<String>) -> Vec<PathStep> {
    let mut steps: Vec<PathStep> = Vec::new();
    let mut rest = nodes.iter().peekable();
    while let Some((place, clause)) = rest.next() {
        if let (Clause::Concatenated, Some((next, Clause::Concatenated))) = (clause, rest.peek())
            && next.file == place.file
            && next.span.contains(place.span)
            && !steps.is_empty()
        {
            continue;
        }
        let name = match rest.peek() {
            Some((next, Clause::Assigned(name))) if next == place && !matches!(clause, Clause::Assigned(_)) => {
                rest.next();
                Some(Rc::clone(name))
            }
            _ => None,
        };
        let (kind, text) = match (&message, steps.is_empty()) {
            (Some(message), true) => (StepKind::Source, message.clone()),
            (None, true) => (StepKind::Source, sentence(clause, name.as_deref())),
            (_, false) => (StepKind::Step, sentence(clause, name.as_deref())),
        };
        if steps.last().is_some_and(|last| last.place == *place && last.message == text) {
            continue;
        }
        steps.push(PathStep { kind, place: *place, message: text });
    }
    steps
}

fn sentence(clause: &Clause, name: Option<&str>) -> String {
    let into = name.map(|name| format!(" into `{name}`")).unwrap_or_default();
    match clause {
        Clause::Source(label) => match name {
            Some(name) => format!("`{name}` is read from {label}"),
            None => format!("untrusted data is read from {label}"),
        },
        Clause::Read => "read again".into(),
        Clause::Parameter(param) => format!("`{param}` comes in as a parameter"),
        Clause::Assigned(name) => format!("assigned to `{name}`"),
        Clause::Concatenated if name.is_some() => format!("concatenated{into}"),
        Clause::Concatenated => "concatenated with other text".into(),
        Clause::Formatted if name.is_some() => format!("formatted{into}"),
        Clause::Formatted => "formatted into a text".into(),
        Clause::Through(callee) => format!("passed through `{callee}`{into}"),
        Clause::Put(target) if target.is_empty() => format!("put into a container{into}"),
        Clause::Put(target) => format!("stored in `{target}`{into}"),
        Clause::Iterated(name) => format!("taken by the loop as `{name}`"),
        Clause::Passed(callee, param) => format!("passed to `{callee}` as `{param}`"),
        Clause::Returned(callee) => format!("returned from `{callee}`{into}"),
    }
}
