//! The Speculator stage: says what must hold for each candidate. Invariant: this file only wires the pure strategy to
//! the host.

mod bindings;
mod strategy;

use bindings::{AssignedContract, Contract, Guest, PluginError, Unit, contracts};

/// The host's side of the strategy.
struct Host;

impl strategy::ContractSource for Host {
    fn offers(&self, candidate: u32) -> Vec<Contract> {
        contracts::offers(candidate)
    }
}

/// The component.
pub struct Speculator;

impl Guest for Speculator {
    fn run(unit: Unit) -> Result<Vec<AssignedContract>, PluginError> {
        Ok(strategy::speculate(&Host, &unit))
    }
}

#[cfg(target_arch = "wasm32")]
securecode_sdk::bindings::speculator::export_speculator!(Speculator);
