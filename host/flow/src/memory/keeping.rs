//! Facts as bytes that are kept. Invariant: what is read is what was written; reading anything else gives `None`, never a
//! panic.

use std::rc::Rc;

use ir::program::{ClassId, FunctionId};
use model::span::Place;

use crate::{
    memory::{
        codec::{Out, Wire, write_taints},
        digest::Digest,
        identities::{Anchored, Identities},
        tables::Tables,
    },
    taint::{Completeness, Taints},
    trace::{NodeId, Trace},
};

/// Writes facts; what many have in common goes into the tables.
#[derive(Debug)]
pub(crate) struct Keeping<'m> {
    bytes: Vec<u8>,
    tables: &'m mut Tables,
    identities: &'m Identities,
    trace: &'m Trace,
}

impl<'m> Keeping<'m> {
    pub(crate) const fn new(tables: &'m mut Tables, identities: &'m Identities, trace: &'m Trace) -> Self {
        Self { bytes: Vec::new(), tables, identities, trace }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

impl Out for Keeping<'_> {
    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    fn text(&mut self, text: &str) {
        let number = self.tables.text_number(text);
        self.number(u64::from(number));
    }

    fn token(&mut self, token: Digest) {
        let number = self.tables.token_number(token);
        self.number(u64::from(number));
    }

    fn node(&mut self, node: NodeId) {
        let number = self.tables.step_number(node, self.trace, self.identities);
        // A number that no step has makes the record unreadable: its function is analysed again.
        self.number(u64::from(number.unwrap_or(u32::MAX)));
    }

    fn taints(&mut self, taints: &Taints) {
        let outer = std::mem::take(&mut self.bytes);
        write_taints(taints, self);
        let set = std::mem::replace(&mut self.bytes, outer);
        let number = self.tables.set_number(set);
        self.number(u64::from(number));
    }

    fn identities(&self) -> &Identities {
        self.identities
    }
}

/// Reads numbers and bytes.
#[derive(Debug)]
pub(crate) struct Reader<'b>(pub(crate) &'b [u8]);

impl<'b> Reader<'b> {
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(crate) fn chunk<const N: usize>(&mut self) -> Option<&'b [u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(head)
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

    pub(crate) fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    /// Reads a number of things that take at least a byte each.
    pub(crate) fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.0.len()).then_some(count)
    }

    pub(crate) fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = self.count()?;
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }
}

/// Reads what `Keeping` wrote.
#[derive(Debug)]
pub(crate) struct In<'b> {
    rest: Reader<'b>,
    tables: &'b mut Tables,
    identities: &'b Identities,
    /// Where chains are made; without it, nothing that names a step can be read.
    trace: Option<&'b mut Trace>,
}

impl<'b> In<'b> {
    pub(crate) const fn new(bytes: &'b [u8], tables: &'b mut Tables, identities: &'b Identities) -> Self {
        Self { rest: Reader(bytes), tables, identities, trace: None }
    }

    /// Lets steps be read.
    pub(crate) fn attach(&mut self, trace: &'b mut Trace) {
        self.trace = Some(trace);
    }

    /// Gives how many bytes have not been read.
    pub(crate) const fn left(&self) -> usize {
        self.rest.0.len()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.rest.byte()
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        self.rest.number()
    }

    pub(crate) fn small(&mut self) -> Option<u32> {
        self.rest.small()
    }

    pub(crate) fn count(&mut self) -> Option<usize> {
        self.rest.count()
    }

    pub(crate) fn text(&mut self) -> Option<Rc<str>> {
        let number = self.small()?;
        self.tables.text(number)
    }

    pub(crate) fn token(&mut self) -> Option<Digest> {
        let number = self.small()?;
        self.tables.token(number)
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
        let number = self.small()?;
        self.tables.node(number, self.trace.as_deref_mut()?, self.identities)
    }

    pub(crate) fn taints(&mut self) -> Option<Taints> {
        let number = self.small()?;
        self.tables.taints(number, self.trace.as_deref_mut()?, self.identities)
    }

    /// Reads what `write_taints` wrote.
    pub(crate) fn taints_in_full(&mut self) -> Option<Taints> {
        let completeness = if bool::read(self)? { Completeness::Cut } else { Completeness::Whole };
        Some(Taints::from_parts(Wire::read(self)?, completeness))
    }

    pub(crate) fn place(&mut self) -> Option<Place> {
        if self.byte()? != 1 {
            return None;
        }
        let function = self.function()?;
        let (offset, length) = (self.small()?, self.small()?);
        self.identities.place(Anchored { function, offset, length })
    }
}
