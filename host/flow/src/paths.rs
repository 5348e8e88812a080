//! From hits in single functions to whole paths, source first. Invariant: of several ways between the same two ends the
//! shortest is shown, and of equally short ones the one that comes first in the program.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::{cmp::Reverse, rc::Rc};

use ir::program::FunctionId;
use model::{
    contract::SinkLanguage,
    rule::Confidence,
    span::Place,
    taint_path::{PathStep, StepKind, TaintPath},
};

use crate::{
    entry::EntryParams,
    project::{Analysis, CellId},
    summary::{LocalHit, Passed},
    taint::{Key, Origin, Taint},
    trace::{Clause, NodeId},
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
#[derive(Debug, Default)]
pub(crate) struct Links<'a> {
    /// What callers pass, by parameter.
    passes: BTreeMap<(FunctionId, u32), Vec<&'a Passed>>,
    /// What is stored, by cell.
    stores: BTreeMap<CellId, Vec<&'a Value>>,
}

/// Collects what functions pass and store.
pub(crate) fn links<'a>(analysis: &'a Analysis<'_>) -> Links<'a> {
    let mut links = Links::default();
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

impl Links<'_> {
    /// Gives the taints that an origin stands for, each with the call that passes it.
    fn behind(&self, origin: &Origin) -> Vec<(Taint, Option<Place>)> {
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
}

impl Links<'_> {
    /// As `behind`, for a field of the object that a method is called on: where the call knows what the object's field
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
            found.extend(self.behind(&Origin::Cell { cell, part: part.clone() }));
        }
        found
    }
}

/// A place in the search: data at `node` is on its way to the sink.
struct Item {
    origin: Origin,
    node: NodeId,
    confidence: Confidence,
    /// The call that passes it on, and the item in the callee.
    next: Option<(Option<Place>, usize)>,
}

/// Finds all entries from which a sink is reached and the shortest path; `None` when nothing untrusted gets there.
pub(crate) fn search(
    analysis: &Analysis<'_>,
    entries: &EntryParams,
    links: &Links<'_>,
    hits: &[&LocalHit],
    language: &SinkLanguage,
) -> Option<Reached> {
    let mut items: Vec<Item> = Vec::new();
    let mut queue: BinaryHeap<Reverse<(u32, usize)>> = BinaryHeap::new();
    let push = |items: &mut Vec<Item>, taint: &Taint, length: u32, next: Option<(Option<Place>, usize, Confidence)>| {
        let confidence = next.map_or(taint.confidence, |(_, _, confidence)| confidence.min(taint.confidence));
        let next = next.map(|(place, index, _)| (place, index));
        items.push(Item { origin: taint.origin.clone(), node: taint.node, confidence, next });
        Reverse((length + u32::from(analysis.trace.depth(taint.node)), items.len() - 1))
    };
    for hit in hits {
        let entry = push(&mut items, &hit.taint, 0, None);
        queue.push(entry);
    }
    let mut seen: BTreeSet<Origin> = BTreeSet::new();
    let mut reached: Option<(usize, Confidence)> = None;
    let mut functions = BTreeSet::new();
    while let Some(Reverse((length, index))) = queue.pop() {
        let Some(item) = items.get(index) else { continue };
        if seen.len() > MAX_SEARCHED || !seen.insert(item.origin.clone()) {
            continue;
        }
        let confidence = item.confidence;
        let root = match &item.origin {
            Origin::Source { function, .. } => Some(*function),
            Origin::Param { function, index, .. } => entries.message(*function, *index).map(|_| *function),
            Origin::Cell { .. } | Origin::Own { .. } => None,
        };
        if let Some(function) = root {
            functions.insert(function);
            let best = reached.get_or_insert((index, confidence));
            best.1 = best.1.max(confidence);
        }
        for (taint, call) in links.behind(&item.origin.clone()) {
            if !taint.clean.contains(language) {
                let entry = push(&mut items, &taint, length + 1, Some((call, index, confidence)));
                queue.push(entry);
            }
        }
    }
    let (first, confidence) = reached?;
    let mut steps = steps(analysis, entries, &items, first);
    let is_cut = steps.len() > MAX_STEPS - 1;
    if is_cut {
        let tail = steps.split_off(steps.len() - MAX_STEPS / 2);
        steps.truncate(MAX_STEPS / 2 - 1);
        steps.extend(tail);
    }
    Some(Reached { entries: functions, path: TaintPath { steps }, confidence, is_cut })
}

/// Gives the steps from the source to right before the sink.
fn steps(analysis: &Analysis<'_>, entries: &EntryParams, items: &[Item], first: usize) -> Vec<PathStep> {
    let mut nodes: Vec<(Place, Clause)> = Vec::new();
    let mut message = None;
    let mut next = items.get(first);
    let mut is_first = true;
    while let Some(item) = next {
        let chain = analysis.trace.chain(item.node);
        if let Origin::Param { function, index, .. } = &item.origin
            && is_first
        {
            message = entries.message(*function, *index).map(str::to_owned);
        }
        let skipped = usize::from(!is_first);
        nodes.extend(chain.iter().skip(skipped).map(|node| (node.place, node.clause.clone())));
        next = item.next.and_then(|(place, index)| {
            let into = items.get(index)?;
            if let (Some(place), Some(clause)) = (place, passed_clause(analysis, &into.origin)) {
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
