//! The world `scanner`, as the strategy names it. Invariant: generated from `wit/v1`; nothing is written by hand.

pub(crate) use securecode_sdk::bindings::scanner::exports::securecode::plugin::scanner_stage::{
    Dropped, Guest, ScanResult,
};
#[cfg(test)]
pub(crate) use securecode_sdk::bindings::scanner::securecode::plugin::types::{Confidence, Severity, Span};
pub(crate) use securecode_sdk::bindings::scanner::securecode::plugin::{
    rules::{self, Candidate, Pack, RulesError},
    types::PluginError,
};
