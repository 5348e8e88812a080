//! The way that untrusted data takes from a source to a sink. Invariant: the first step is the source and the last one
//! the sink.

use serde::{Deserialize, Serialize};

use crate::span::Place;

/// What a step of a taint path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    /// Where untrusted data enters.
    Source,
    /// Where it moves on: an assignment, a call, a return.
    Step,
    /// Where it does harm.
    Sink,
}

/// One step, with a sentence a person reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathStep {
    /// What the step is.
    pub kind: StepKind,
    /// Where.
    pub place: Place,
    /// One clause without a full stop, such as "`name` is read from the query string".
    pub message: String,
}

/// A whole path, source first, sink last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaintPath {
    /// At least two steps for a taint finding; empty for a finding that no flow led to.
    pub steps: Vec<PathStep>,
}
