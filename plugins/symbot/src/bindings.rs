//! The world `symbot`, as the strategy names it. Invariant: generated from `wit/v1`; nothing is written by hand.

pub(crate) use securecode_sdk::bindings::symbot::exports::securecode::plugin::symbot_stage::{Decided, Guest};
#[cfg(test)]
pub(crate) use securecode_sdk::bindings::symbot::securecode::plugin::types::{Condition, Counterexample, Span};
pub(crate) use securecode_sdk::bindings::symbot::securecode::plugin::{
    log,
    prover::{self, Outcome, ProverError},
    state::{AssignedContract, Unit},
    types::{Contract, PluginError, UnknownReason, Verdict},
};
