//! What the records of a project have in common: texts, tokens, steps of paths, and sets of taints, once each. Invariant:
//! a number keeps its meaning when more is added; a step's parent comes before it.

use std::{
    collections::{HashMap, hash_map::Entry},
    rc::Rc,
};

use crate::{
    memory::{
        codec::write_number,
        digest::Digest,
        identities::{Anchored, Identities},
        keeping::{In, Reader},
    },
    taint::Taints,
    trace::{Clause, NodeId, Trace},
};

/// A step with its place as it was seen from a function.
#[derive(Debug)]
struct Step {
    /// The number of the step before it.
    parent: Option<u32>,
    /// The token of the function around it, by its number.
    function: u32,
    offset: u32,
    length: u32,
    clause: Clause,
}

/// What a number stands for in the program at hand.
#[derive(Clone, Debug)]
enum Found<T> {
    NotLookedUp,
    Gone,
    Known(T),
}

/// The tables.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    texts: Vec<Rc<str>>,
    text_numbers: HashMap<Rc<str>, u32>,
    tokens: Vec<Digest>,
    token_numbers: HashMap<Digest, u32>,
    steps: Vec<Step>,
    nodes: Vec<Found<NodeId>>,
    step_numbers: HashMap<NodeId, u32>,
    sets: Vec<Rc<[u8]>>,
    set_numbers: HashMap<Rc<[u8]>, u32>,
    taints: Vec<Found<Taints>>,
}

fn next<T>(table: &[T]) -> u32 {
    u32::try_from(table.len()).unwrap_or(u32::MAX)
}

impl Tables {
    /// Gives about how many bytes the tables take when they are written.
    pub(crate) fn size(&self) -> usize {
        let texts: usize = self.texts.iter().map(|text| text.len() + 2).sum();
        let sets: usize = self.sets.iter().map(|set| set.len() + 2).sum();
        texts + sets + self.tokens.len() * 16 + self.steps.len() * 10
    }

    pub(crate) fn text_number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.text_numbers.get(text) {
            return *number;
        }
        let (number, text) = (next(&self.texts), Rc::<str>::from(text));
        self.texts.push(Rc::clone(&text));
        self.text_numbers.insert(text, number);
        number
    }

    pub(crate) fn token_number(&mut self, token: Digest) -> u32 {
        let number = next(&self.tokens);
        match self.token_numbers.entry(token) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(entry) => {
                entry.insert(number);
                self.tokens.push(token);
                number
            }
        }
    }

    pub(crate) fn set_number(&mut self, set: Vec<u8>) -> u32 {
        if let Some(number) = self.set_numbers.get(set.as_slice()) {
            return *number;
        }
        let (number, set) = (next(&self.sets), Rc::<[u8]>::from(set));
        self.sets.push(Rc::clone(&set));
        self.taints.push(Found::NotLookedUp);
        self.set_numbers.insert(set, number);
        number
    }

    /// Numbers a chain's last step, and those before it.
    pub(crate) fn step_number(&mut self, node: NodeId, trace: &Trace, identities: &Identities) -> Option<u32> {
        let mut missing = Vec::new();
        let mut next_node = Some(node);
        while let Some(id) = next_node.filter(|id| !self.step_numbers.contains_key(id)) {
            missing.push(id);
            next_node = trace.get(id).and_then(|step| step.parent);
        }
        for id in missing.into_iter().rev() {
            let step = trace.get(id)?;
            let parent = step.parent.and_then(|parent| self.step_numbers.get(&parent).copied());
            let Anchored { function, offset, length } = identities.anchored(step.place)?;
            let function = self.token_number(identities.function(function));
            let number = next(&self.steps);
            self.steps.push(Step { parent, function, offset, length, clause: step.clause.clone() });
            self.nodes.push(Found::Known(id));
            self.step_numbers.insert(id, number);
        }
        self.step_numbers.get(&node).copied()
    }

    pub(crate) fn text(&self, number: u32) -> Option<Rc<str>> {
        self.texts.get(number as usize).cloned()
    }

    pub(crate) fn token(&self, number: u32) -> Option<Digest> {
        self.tokens.get(number as usize).copied()
    }

    /// Makes the chain that ends with a step; `None` when some function on it is not there any more.
    pub(crate) fn node(&mut self, number: u32, trace: &mut Trace, identities: &Identities) -> Option<NodeId> {
        let mut missing = Vec::new();
        let mut parent = None;
        let mut at = Some(number);
        while let Some(number) = at {
            match self.nodes.get(number as usize)? {
                Found::Known(node) => {
                    parent = Some(*node);
                    break;
                }
                Found::Gone => return None,
                Found::NotLookedUp => {
                    missing.push(number);
                    // Steps come after their parents, so this ends.
                    at = self.steps.get(number as usize)?.parent.filter(|parent| *parent < number);
                }
            }
        }
        for number in missing.into_iter().rev() {
            let step = self.steps.get(number as usize)?;
            let function = self.token(step.function).and_then(|token| identities.find_function(token));
            let place = function
                .and_then(|function| identities.place(Anchored { function, offset: step.offset, length: step.length }));
            let node = place.map(|place| trace.node(parent, place, step.clause.clone()));
            if let Some(found) = self.nodes.get_mut(number as usize) {
                *found = node.map_or(Found::Gone, Found::Known);
            }
            if let Some(node) = node {
                self.step_numbers.entry(node).or_insert(number);
            }
            parent = Some(node?);
        }
        parent
    }

    /// Reads a set of taints; `None` when something that it names is not there any more.
    pub(crate) fn taints(&mut self, number: u32, trace: &mut Trace, identities: &Identities) -> Option<Taints> {
        match self.taints.get(number as usize)? {
            Found::Known(taints) => return Some(taints.clone()),
            Found::Gone => return None,
            Found::NotLookedUp => {}
        }
        let bytes = Rc::clone(self.sets.get(number as usize)?);
        let mut from = In::new(&bytes, self, identities);
        from.attach(trace);
        let taints = from.taints_in_full();
        if let Some(found) = self.taints.get_mut(number as usize) {
            *found = taints.clone().map_or(Found::Gone, Found::Known);
        }
        taints
    }

    /// Writes all tables.
    pub(crate) fn write(&mut self, out: &mut Vec<u8>) {
        self.note_step_texts();
        let mut out = Plain(out);
        out.number(self.texts.len() as u64);
        self.texts.iter().for_each(|text| out.bytes(text.as_bytes()));
        out.number(self.tokens.len() as u64);
        self.tokens.iter().for_each(|token| out.0.extend_from_slice(token.bytes()));
        out.number(self.steps.len() as u64);
        for step in &self.steps {
            out.number(step.parent.map_or(0, |parent| u64::from(parent) + 1));
            out.number(u64::from(step.function));
            out.number(u64::from(step.offset));
            out.number(u64::from(step.length));
            let (tag, texts) = step.clause.parts();
            out.0.push(tag);
            for text in texts.into_iter().flatten() {
                let number = self.text_numbers.get(text).copied().unwrap_or(u32::MAX);
                out.number(u64::from(number));
            }
        }
        out.number(self.sets.len() as u64);
        self.sets.iter().for_each(|set| out.bytes(set));
    }

    /// Numbers the texts of the steps.
    fn note_step_texts(&mut self) {
        let steps = std::mem::take(&mut self.steps);
        for step in &steps {
            for text in step.clause.parts().1.into_iter().flatten() {
                self.text_number(text);
            }
        }
        self.steps = steps;
    }

    /// Reads all tables; `None` when they are not as written.
    pub(crate) fn read(from: &mut Reader<'_>) -> Option<Self> {
        let mut tables = Self::default();
        for _ in 0..from.count()? {
            tables.texts.push(std::str::from_utf8(from.bytes()?).ok()?.into());
        }
        for _ in 0..from.count()? {
            tables.tokens.push(Digest::from_bytes(*from.chunk::<16>()?));
        }
        for number in 0..from.count()? {
            let parent = from.small()?.checked_sub(1);
            if parent.is_some_and(|parent| parent as usize >= number) {
                return None;
            }
            let (function, offset, length) = (from.small()?, from.small()?, from.small()?);
            let tag = from.byte()?;
            let text = |from: &mut Reader<'_>| tables.texts.get(from.small()? as usize).cloned();
            let clause = Clause::from_parts(tag, || text(from))?;
            tables.steps.push(Step { parent, function, offset, length, clause });
        }
        for _ in 0..from.count()? {
            tables.sets.push(from.bytes()?.into());
        }
        tables.nodes = vec![Found::NotLookedUp; tables.steps.len()];
        tables.taints = vec![Found::NotLookedUp; tables.sets.len()];
        tables.text_numbers = tables.texts.iter().cloned().zip(0..).collect();
        tables.token_numbers = tables.tokens.iter().copied().zip(0..).collect();
        tables.set_numbers = tables.sets.iter().cloned().zip(0..).collect();
        Some(tables)
    }
}

/// Writes numbers and bytes as they are.
pub(crate) struct Plain<'o>(pub(crate) &'o mut Vec<u8>);

impl Plain<'_> {
    fn number(&mut self, number: u64) {
        write_number(number, |byte| self.0.push(byte));
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}

impl Clause {
    /// Takes a clause apart: which one it is, and its texts.
    pub(crate) fn parts(&self) -> (u8, [Option<&Rc<str>>; 2]) {
        match self {
            Self::Source(label) => (0, [Some(label), None]),
            Self::Parameter(name) => (1, [Some(name), None]),
            Self::Read => (2, [None, None]),
            Self::Assigned(name) => (3, [Some(name), None]),
            Self::Concatenated => (4, [None, None]),
            Self::Formatted => (5, [None, None]),
            Self::Through(callee) => (6, [Some(callee), None]),
            Self::Put(target) => (7, [Some(target), None]),
            Self::Iterated(name) => (8, [Some(name), None]),
            Self::Passed(callee, param) => (9, [Some(callee), Some(param)]),
            Self::Returned(callee) => (10, [Some(callee), None]),
        }
    }

    /// Puts a clause together again.
    pub(crate) fn from_parts(tag: u8, mut text: impl FnMut() -> Option<Rc<str>>) -> Option<Self> {
        Some(match tag {
            0 => Self::Source(text()?),
            1 => Self::Parameter(text()?),
            2 => Self::Read,
            3 => Self::Assigned(text()?),
            4 => Self::Concatenated,
            5 => Self::Formatted,
            6 => Self::Through(text()?),
            7 => Self::Put(text()?),
            8 => Self::Iterated(text()?),
            9 => Self::Passed(text()?, text()?),
            10 => Self::Returned(text()?),
            _ => return None,
        })
    }
}
