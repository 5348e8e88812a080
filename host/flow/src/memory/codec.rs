//! How facts are written as bytes, and hashed. Invariant: two facts that are written alike are equal, as far as another
//! function's analysis can tell.

use std::collections::HashMap;

use ir::program::{ClassId, FunctionId};
use model::span::Place;

use crate::{
    memory::{
        digest::Digest,
        identities::{Anchored, Identities},
        keeping::In,
    },
    taint::{Completeness, Taints},
    trace::{NodeId, Trace},
};

/// Takes facts apart.
pub(crate) trait Out {
    fn byte(&mut self, byte: u8);
    fn text(&mut self, text: &str);
    fn token(&mut self, token: Digest);
    fn node(&mut self, node: NodeId);
    fn identities(&self) -> &Identities;

    /// A number, in as few bytes as it needs.
    fn number(&mut self, number: u64) {
        write_number(number, |byte| self.byte(byte));
    }

    fn function(&mut self, id: FunctionId) {
        let token = self.identities().function(id);
        self.token(token);
    }

    /// A set of taints.
    fn taints(&mut self, taints: &Taints) {
        write_taints(taints, self);
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

/// Takes a number apart, seven bits to a byte (LEB128).
pub(crate) fn write_number(number: u64, mut write: impl FnMut(u8)) {
    let mut rest = number;
    while rest >= 0x80 {
        write((rest & 0x7F) as u8 | 0x80);
        rest >>= 7;
    }
    write(rest as u8);
}

/// Writes a set of taints in full.
pub(crate) fn write_taints<O: Out + ?Sized>(taints: &Taints, out: &mut O) {
    out.byte(u8::from(taints.completeness() == Completeness::Cut));
    out.number(taints.iter().len() as u64);
    taints.iter().for_each(|taint| taint.write(out));
}

/// A fact that can be written and read.
pub(crate) trait Wire: Sized {
    fn write<O: Out + ?Sized>(&self, out: &mut O);
    fn read(from: &mut In<'_>) -> Option<Self>;
}

/// Writes facts to hash them.
#[derive(Debug)]
pub(crate) struct Hashing<'m> {
    bytes: Vec<u8>,
    identities: &'m Identities,
    /// Where chains are looked up; without it, nothing that names a step may be written.
    chains: Option<(&'m Trace, &'m mut Chains)>,
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
            let mut step = Hashing::without_steps(identities);
            step.token(digest);
            if let Some(node) = trace.get(id) {
                step.place(node.place);
                node.clause.write(&mut step);
            }
            digest = step.finish();
            self.0.insert(id, digest);
        }
        digest
    }
}

impl<'m> Hashing<'m> {
    pub(crate) const fn new(identities: &'m Identities, trace: &'m Trace, chains: &'m mut Chains) -> Self {
        Self { bytes: Vec::new(), identities, chains: Some((trace, chains)) }
    }

    /// For what has no steps in it.
    pub(crate) const fn without_steps(identities: &'m Identities) -> Self {
        Self { bytes: Vec::new(), identities, chains: None }
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
        if let Some((trace, chains)) = &mut self.chains {
            let digest = chains.digest(node, trace, self.identities);
            self.bytes.extend_from_slice(digest.bytes());
        }
    }

    fn identities(&self) -> &Identities {
        self.identities
    }
}
