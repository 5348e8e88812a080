//! The Speculator stage: says what must hold for each candidate. Invariant: this file only wires the pure strategy to
//! the host.

mod bindings;
mod strategy;

use bindings::{AssignedContract, Contract, Guest, LlmError, PluginError, Unit, contracts, suggestions};
use strategy::Written;

/// The host's side of the strategy.
struct Host;

impl strategy::ContractSource for Host {
    fn offers(&self, candidate: u32) -> Vec<Contract> {
        contracts::offers(candidate)
    }

    fn write(&self, candidate: u32, wanted: u8) -> Written {
        match suggestions::write(candidate, None, wanted) {
            Ok(contracts) => Written::Contracts(contracts),
            Err(LlmError::NotConfigured | LlmError::BudgetExhausted) => Written::NoModel,
            Err(LlmError::Unavailable(_) | LlmError::Refused(_) | LlmError::TimedOut | LlmError::SchemaMismatch(_)) => {
                Written::Contracts(Vec::new())
            }
        }
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
