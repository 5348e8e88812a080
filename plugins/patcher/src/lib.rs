//! The Patcher stage: chooses the fix that the gate sees next. Invariant: this file only wires the pure strategy to
//! the host.

mod bindings;
mod strategy;

use bindings::{Attempt, CheckedCandidate, Fix, Guest, LlmError, PluginError, Proposal, Unit, drafts, fixes};
use strategy::NoDraft;

/// The host's side of the strategy.
struct Host;

impl strategy::FixSource for Host {
    fn propose(&self, candidate: u32) -> Result<Vec<Fix>, PluginError> {
        fixes::propose(candidate)
    }

    fn no_fix_reason(&self, candidate: u32) -> Option<String> {
        fixes::no_fix_reason(candidate)
    }

    fn write(&self, candidate: u32, wanted: u8) -> Result<Vec<Fix>, NoDraft> {
        drafts::write(candidate, None, wanted).map_err(|error| match error {
            LlmError::NotConfigured => NoDraft::NoModel,
            LlmError::Unavailable(why) | LlmError::Refused(why) => NoDraft::Failed(why),
            LlmError::BudgetExhausted => NoDraft::Failed("its budget is spent".to_owned()),
            LlmError::TimedOut => NoDraft::Failed("it did not answer in time".to_owned()),
            LlmError::SchemaMismatch((_, why)) => NoDraft::Failed(why),
        })
    }
}

/// The component.
pub struct Patcher;

impl Guest for Patcher {
    fn run(_: Unit, open: Vec<CheckedCandidate>, attempts: Vec<Attempt>) -> Result<Vec<Proposal>, PluginError> {
        Ok(strategy::patch(&Host, &open, &attempts))
    }
}

#[cfg(target_arch = "wasm32")]
securecode_sdk::bindings::patcher::export_patcher!(Patcher);
