//! The steps that taints took, as back-pointer chains in one arena. Invariant: a chain is at most `MAX_DEPTH` long, and
//! equal steps after equal chains are one node, so that a fixpoint makes no new ones.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    rc::Rc,
};

use model::span::Place;

/// Longest chain; further steps are left out.
pub(crate) const MAX_DEPTH: u16 = 60;

/// Indexes the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(u32);

/// What happened at a step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Clause {
    /// Untrusted data is read; the label of its spec.
    Source(Rc<str>),
    /// It came in as this parameter.
    Parameter(Rc<str>),
    /// It was stored in a field or variable that is read here.
    Read,
    /// `name = …`.
    Assigned(Rc<str>),
    /// `a + b`.
    Concatenated,
    /// An f-string, `%`.
    Formatted,
    /// Went through a call of this callee.
    Through(Rc<str>),
    /// Became part of a container or object of this name.
    Put(Rc<str>),
    /// Taken by a loop into this variable.
    Iterated(Rc<str>),
    /// Passed to a function as a parameter.
    Passed(Rc<str>, Rc<str>),
    /// Came back from a function.
    Returned(Rc<str>),
}

/// One step.
#[derive(Clone, Debug)]
pub(crate) struct TraceNode {
    pub(crate) parent: Option<NodeId>,
    pub(crate) place: Place,
    pub(crate) clause: Clause,
    pub(crate) depth: u16,
}

/// The arena.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    nodes: Vec<TraceNode>,
    known: HashMap<(Option<NodeId>, Place, Clause), NodeId, BuildHasherDefault<FoldHasher>>,
    /// What putting one chain after another has given.
    spliced: HashMap<(NodeId, NodeId), NodeId, BuildHasherDefault<FoldHasher>>,
}

/// Multiplies and folds: keys are small and are the program's own, so that nobody gains by making them collide more than
/// by writing a larger program.
#[derive(Clone, Copy, Debug, Default)]
struct FoldHasher(u64);

impl Hasher for FoldHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
            self.write_u64(word);
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_u64(&mut self, value: u64) {
        let product = u128::from(self.0 ^ value ^ 0x9E37_79B9_7F4A_7C15) * u128::from(0xD6E8_FEB8_6659_FD93_u64);
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}

impl Trace {
    /// Starts a chain.
    pub(crate) fn root(&mut self, place: Place, clause: Clause) -> NodeId {
        self.node(None, place, clause)
    }

    /// Adds a step; gives the chain as it was when it is long already, or when its last step says the same.
    pub(crate) fn extend(&mut self, parent: NodeId, place: Place, clause: Clause) -> NodeId {
        let repeated = self.get(parent).is_some_and(|last| last.place == place && last.clause == clause);
        if repeated || self.depth(parent) >= MAX_DEPTH { parent } else { self.node(Some(parent), place, clause) }
    }

    /// Gives the chain of this last step after that parent, however long it is.
    pub(crate) fn node(&mut self, parent: Option<NodeId>, place: Place, clause: Clause) -> NodeId {
        let depth = parent.map_or(0, |parent| self.depth(parent)).saturating_add(1);
        let fresh = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let id = *self.known.entry((parent, place, clause.clone())).or_insert(fresh);
        if id == fresh {
            self.nodes.push(TraceNode { parent, place, clause, depth });
        }
        id
    }

    pub(crate) fn get(&self, id: NodeId) -> Option<&TraceNode> {
        self.nodes.get(id.0 as usize)
    }

    pub(crate) fn depth(&self, id: NodeId) -> u16 {
        self.get(id).map_or(0, |node| node.depth)
    }

    /// Gives a chain's nodes, root first.
    pub(crate) fn chain(&self, id: NodeId) -> Vec<&TraceNode> {
        let mut nodes = Vec::new();
        let mut next = Some(id);
        while let Some(node) = next.and_then(|id| self.get(id)) {
            nodes.push(node);
            next = node.parent;
        }
        nodes.reverse();
        nodes
    }

    /// Puts a callee's chain, without its root, after a caller's.
    pub(crate) fn splice(&mut self, parent: NodeId, tail: NodeId) -> NodeId {
        if let Some(known) = self.spliced.get(&(parent, tail)) {
            return *known;
        }
        let room = usize::from(MAX_DEPTH.saturating_sub(self.depth(parent)));
        let steps: Vec<(Place, Clause)> =
            self.chain(tail).into_iter().skip(1).take(room).map(|node| (node.place, node.clause.clone())).collect();
        let end = steps.into_iter().fold(parent, |parent, (place, clause)| self.extend(parent, place, clause));
        self.spliced.insert((parent, tail), end);
        end
    }
}
