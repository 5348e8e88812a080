//! The world `patcher`, as the strategy names it. Invariant: generated from `wit/v1`; nothing is written by hand.

pub(crate) use securecode_sdk::bindings::patcher::exports::securecode::plugin::patcher_stage::{
    Decision, Guest, Proposal,
};
pub(crate) use securecode_sdk::bindings::patcher::securecode::plugin::{
    drafts, fixes,
    llm::LlmError,
    state::{Attempt, CheckedCandidate, Unit},
    types::{Fix, PluginError, Verdict},
};
#[cfg(test)]
pub(crate) use securecode_sdk::bindings::patcher::securecode::plugin::{
    state::{CheckedContract, GateFailure},
    types::{Condition, Contract, Counterexample, Edit, Span},
};
