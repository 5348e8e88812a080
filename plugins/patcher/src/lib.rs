//! The Patcher stage: chooses the fix that the gate sees next. Invariant: this file only wires the pure strategy to
//! the host.

mod bindings;
mod strategy;

use bindings::{Attempt, CheckedCandidate, Fix, Guest, PluginError, Proposal, Unit, fixes};

/// The host's side of the strategy.
struct Host;

impl strategy::FixSource for Host {
    fn propose(&self, candidate: u32) -> Result<Vec<Fix>, PluginError> {
        fixes::propose(candidate)
    }

    fn no_fix_reason(&self, candidate: u32) -> Option<String> {
        fixes::no_fix_reason(candidate)
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
