//! The ways to decide what reaches a sink, cheap to dear. Invariant: only a concrete run refutes.

pub(crate) mod automaton;
pub(crate) mod candidate;
pub(crate) mod concrete;
pub(crate) mod query;
pub(crate) mod shrink;
pub(crate) mod smt;
pub(crate) mod solver;
