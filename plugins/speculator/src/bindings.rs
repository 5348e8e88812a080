//! The world `speculator`, as the strategy names it. Invariant: generated from `wit/v1`; nothing is written by hand.

pub(crate) use securecode_sdk::bindings::speculator::exports::securecode::plugin::speculator_stage::Guest;
pub(crate) use securecode_sdk::bindings::speculator::securecode::plugin::{
    contracts,
    llm::LlmError,
    state::{AssignedContract, Unit},
    suggestions,
    types::{Contract, PluginError, Severity},
};
#[cfg(test)]
pub(crate) use securecode_sdk::bindings::speculator::securecode::plugin::{
    rules::Candidate,
    types::{Condition, Confidence, Span},
};
