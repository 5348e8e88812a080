//! The SymBot stage: has each contract proved or refuted. Invariant: this file only wires the pure strategy to the
//! host.

mod bindings;
mod strategy;

use bindings::{AssignedContract, Contract, Decided, Guest, Outcome, PluginError, ProverError, Unit, log, prover};

/// The host's side of the strategy.
struct Host;

impl strategy::Prover for Host {
    fn prove(&self, contract: &Contract, effort: u32) -> Result<Outcome, ProverError> {
        prover::prove(contract, effort)
    }

    fn warn(&self, message: &str) {
        log::write(log::Level::Warn, message);
    }
}

/// The component.
pub struct SymBot;

impl Guest for SymBot {
    fn run(_: Unit, contracts: Vec<AssignedContract>) -> Result<Vec<Decided>, PluginError> {
        Ok(strategy::decide(&Host, &contracts))
    }
}

#[cfg(target_arch = "wasm32")]
securecode_sdk::bindings::symbot::export_symbot!(SymBot);
