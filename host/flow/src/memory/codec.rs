//! How facts are written as bytes, for hashing and for keeping. Invariant: what is read is exactly what was written, and
//! reading anything else gives `None`, never a panic.

use std::collections::HashMap;

use ir::program::{ClassId, FunctionId};
use model::span::{Place, Span};

use crate::{
    memory::{
        digest::Digest,
        identities::{Anchored, Identities},
    },
    trace::{Clause, NodeId, Trace},
};

/// Most nodes, texts or tokens of one record.
const MAX_TABLE: u64 = 1 << 24;

/// Takes facts apart.
pub(crate) trait Out {
    fn byte(&mut self, byte: u8);
    fn text(&mut self, text: &str);
    fn token(&mut self, token: Digest);
    fn node(&mut self, node: NodeId);
    fn identities(&self) -> &Identities;

    /// A number, in as few bytes as it needs.
    fn number(&mut self, number: u64) {
        let mut rest = number;
        while rest >= 0x80 {
            self.byte((rest & 0x7F) as u8 | 0x80);
            rest >>= 7;
        }
        self.byte(rest as u8);
    }

    fn function(&mut self, id: FunctionId) {
        let token = self.identities().function(id);
        self.token(token);
    }

    fn class(&mut self, id: ClassId) {
        let token = self.identities().class(id);
        self.token(token);
    }

    fn place(&mut self, place: Place) {
        match self.identities().anchored(place) {
            Some(Anchored { function, offset, length }) => {
                self.byte(1);
                self.function(function);
                self.number(u64::from(offset));
                self.number(u64::from(length));
            }
            None => self.byte(0),
        }
    }
}

/// A fact that can be written and read.
pub(crate) trait Wire: Sized {
    fn write<O: Out>(&self, out: &mut O);
    fn read(from: &mut In<'_>) -> Option<Self>;
}

/// Writes facts to hash them.
#[derive(Debug)]
pub(crate) struct Hashing<'m> {
    bytes: Vec<u8>,
    identities: &'m Identities,
    trace: &'m Trace,
    chains: &'m mut Chains,
}

/// Digests of chains of steps, worked out once each.
#[derive(Debug, Default)]
pub(crate) struct Chains(HashMap<NodeId, Digest>);

impl Chains {
    fn digest(&mut self, node: NodeId, trace: &Trace, identities: &Identities) -> Digest {
        let mut missing = Vec::new();
        let mut next = Some(node);
        let mut digest = Digest::default();
        while let Some(id) = next {
            if let Some(known) = self.0.get(&id) {
                digest = *known;
                break;
            }
            missing.push(id);
            next = trace.get(id).and_then(|step| step.parent);
        }
        for id in missing.into_iter().rev() {
            let mut step = Step { bytes: digest.bytes().to_vec(), identities };
            if let Some(node) = trace.get(id) {
                step.place(node.place);
                node.clause.write(&mut step);
            }
            digest = Digest::of(&step.bytes);
            self.0.insert(id, digest);
        }
        digest
    }
}

/// Writes one step to hash it.
struct Step<'m> {
    bytes: Vec<u8>,
    identities: &'m Identities,
}

impl Out for Step<'_> {
    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn token(&mut self, token: Digest) {
        self.bytes.extend_from_slice(token.bytes());
    }

    /// A step names no other.
    fn node(&mut self, _node: NodeId) {}

    fn identities(&self) -> &Identities {
        self.identities
    }
}

impl<'m> Hashing<'m> {
    pub(crate) const fn new(identities: &'m Identities, trace: &'m Trace, chains: &'m mut Chains) -> Self {
        Self { bytes: Vec::new(), identities, trace, chains }
    }

    pub(crate) fn finish(self) -> Digest {
        Digest::of(&self.bytes)
    }
}

impl Out for Hashing<'_> {
    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn token(&mut self, token: Digest) {
        self.bytes.extend_from_slice(token.bytes());
    }

    fn node(&mut self, node: NodeId) {
        let digest = self.chains.digest(node, self.trace, self.identities);
        self.bytes.extend_from_slice(digest.bytes());
    }

    fn identities(&self) -> &Identities {
        self.identities
    }
}

/// Writes facts to keep them: texts, tokens and steps once each.
#[derive(Debug)]
pub(crate) struct Keeping<'m> {
    body: Vec<u8>,
    steps: Vec<u8>,
    texts: Vec<u8>,
    tokens: Vec<u8>,
    known_steps: HashMap<NodeId, u64>,
    known_texts: HashMap<String, u64>,
    known_tokens: HashMap<Digest, u64>,
    identities: &'m Identities,
    trace: &'m Trace,
    /// Whether steps are written at the moment.
    is_in_steps: bool,
}

impl<'m> Keeping<'m> {
    pub(crate) fn new(identities: &'m Identities, trace: &'m Trace) -> Self {
        Self {
            body: Vec::new(),
            steps: Vec::new(),
            texts: Vec::new(),
            tokens: Vec::new(),
            known_steps: HashMap::new(),
            known_texts: HashMap::new(),
            known_tokens: HashMap::new(),
            identities,
            trace,
            is_in_steps: false,
        }
    }

    /// Gives the tables and what was written.
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut all = Vec::new();
        for (count, table) in [
            (self.known_tokens.len(), &self.tokens),
            (self.known_texts.len(), &self.texts),
            (self.known_steps.len(), &self.steps),
        ] {
            all.extend_from_slice(&(count as u32).to_le_bytes());
            all.extend_from_slice(&(table.len() as u32).to_le_bytes());
            all.extend_from_slice(table);
        }
        all.extend_from_slice(&self.body);
        all
    }
}

impl Out for Keeping<'_> {
    fn byte(&mut self, byte: u8) {
        if self.is_in_steps { self.steps.push(byte) } else { self.body.push(byte) }
    }

    fn text(&mut self, text: &str) {
        let next = self.known_texts.len() as u64;
        let index = match self.known_texts.get(text) {
            Some(index) => *index,
            None => {
                self.known_texts.insert(text.to_owned(), next);
                self.texts.extend_from_slice(&(text.len() as u32).to_le_bytes());
                self.texts.extend_from_slice(text.as_bytes());
                next
            }
        };
        self.number(index);
    }

    fn token(&mut self, token: Digest) {
        let next = self.known_tokens.len() as u64;
        let index = *self.known_tokens.entry(token).or_insert_with(|| {
            self.tokens.extend_from_slice(token.bytes());
            next
        });
        self.number(index);
    }

    fn node(&mut self, node: NodeId) {
        let mut missing = Vec::new();
        let mut next = Some(node);
        while let Some(id) = next.filter(|id| !self.known_steps.contains_key(id)) {
            missing.push(id);
            next = self.trace.get(id).and_then(|step| step.parent);
        }
        for id in missing.into_iter().rev() {
            let Some(step) = self.trace.get(id) else { continue };
            let parent = step.parent.and_then(|parent| self.known_steps.get(&parent)).map_or(0, |index| index + 1);
            let was_in_steps = std::mem::replace(&mut self.is_in_steps, true);
            self.number(parent);
            self.place(step.place);
            step.clause.write(self);
            self.is_in_steps = was_in_steps;
            self.known_steps.insert(id, self.known_steps.len() as u64);
        }
        let index = self.known_steps.get(&node).copied().unwrap_or_default();
        self.number(index);
    }

    fn identities(&self) -> &Identities {
        self.identities
    }
}

/// Reads what `Keeping` wrote.
#[derive(Debug)]
pub(crate) struct In<'b> {
    rest: &'b [u8],
    tokens: Vec<Digest>,
    texts: Vec<&'b str>,
    nodes: Vec<NodeId>,
    identities: &'b Identities,
}

impl<'b> In<'b> {
    /// Reads the tables of a record, whose steps become chains of the trace; `None` when they are not as written, or name
    /// something that is not there any more.
    pub(crate) fn new(bytes: &'b [u8], identities: &'b Identities) -> Option<(Self, Steps<'b>)> {
        let mut from = Self { rest: bytes, tokens: Vec::new(), texts: Vec::new(), nodes: Vec::new(), identities };
        let (count, mut table) = from.table()?;
        for _ in 0..count {
            let (head, tail) = table.split_first_chunk::<16>()?;
            from.tokens.push(Digest::from_bytes(*head));
            table = tail;
        }
        let (count, mut table) = from.table()?;
        for _ in 0..count {
            let (head, tail) = table.split_first_chunk::<4>()?;
            let (text, tail) = tail.split_at_checked(u32::from_le_bytes(*head) as usize)?;
            from.texts.push(std::str::from_utf8(text).ok()?);
            table = tail;
        }
        let (count, table) = from.table()?;
        Some((from, Steps { count, table }))
    }

    fn table(&mut self) -> Option<(u64, &'b [u8])> {
        let (count, rest) = self.rest.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (table, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        self.rest = rest;
        let count = u64::from(u32::from_le_bytes(*count));
        (count <= MAX_TABLE).then_some((count, table))
    }

    /// Makes the record's steps, before what names them is read.
    pub(crate) fn make_steps(&mut self, steps: &Steps<'b>, trace: &mut Trace) -> Option<()> {
        let body = std::mem::replace(&mut self.rest, steps.table);
        for _ in 0..steps.count {
            let parent = match self.number()?.checked_sub(1) {
                None => None,
                Some(index) => Some(*self.nodes.get(usize::try_from(index).ok()?)?),
            };
            let place = self.place()?;
            let clause = Clause::read(self)?;
            self.nodes.push(trace.node(parent, place, clause));
        }
        self.rest = body;
        Some(())
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// Reads a number of things that take at least a byte each.
    pub(crate) fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.rest.len()).then_some(count)
    }

    pub(crate) fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    pub(crate) fn text(&mut self) -> Option<&'b str> {
        let index = usize::try_from(self.number()?).ok()?;
        self.texts.get(index).copied()
    }

    pub(crate) fn token(&mut self) -> Option<Digest> {
        let index = usize::try_from(self.number()?).ok()?;
        self.tokens.get(index).copied()
    }

    pub(crate) fn function(&mut self) -> Option<FunctionId> {
        let token = self.token()?;
        self.identities.find_function(token)
    }

    pub(crate) fn class(&mut self) -> Option<ClassId> {
        let token = self.token()?;
        self.identities.find_class(token)
    }

    pub(crate) fn node(&mut self) -> Option<NodeId> {
        let index = usize::try_from(self.number()?).ok()?;
        self.nodes.get(index).copied()
    }

    pub(crate) fn place(&mut self) -> Option<Place> {
        if self.byte()? != 1 {
            return None;
        }
        let function = self.function()?;
        let (offset, length) = (self.small()?, self.small()?);
        let (file, base) = self.identities.start(function)?;
        let start = base.checked_add(offset)?;
        Some(Place { file, span: Span::new(start, start.checked_add(length)?) })
    }
}

/// The steps of a record.
#[derive(Debug)]
pub(crate) struct Steps<'b> {
    count: u64,
    table: &'b [u8],
}
