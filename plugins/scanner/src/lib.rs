//! The Scanner stage: runs all rule packs and merges what they say twice. Invariant: this file only wires the pure
//! strategy to the host.

mod bindings;
mod strategy;

use bindings::{Candidate, Guest, Pack, PluginError, RulesError, ScanResult, rules};

/// The host's side of the strategy.
struct Host;

impl strategy::RulePacks for Host {
    fn packs(&self) -> Vec<Pack> {
        rules::packs()
    }

    fn run(&self, packs: &[String]) -> Result<Vec<Candidate>, RulesError> {
        rules::run(packs)
    }
}

/// The component.
pub struct Scanner;

impl Guest for Scanner {
    fn run() -> Result<ScanResult, PluginError> {
        strategy::scan(&Host)
    }
}

#[cfg(target_arch = "wasm32")]
securecode_sdk::bindings::scanner::export_scanner!(Scanner);
