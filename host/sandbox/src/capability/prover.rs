//! The interface `prover`, SymBot's and the Patcher's. Invariant: one call of a stage asks a bounded number of
//! questions, each with a bounded effort.

use crate::{
    bindings::imports::securecode::plugin::{
        prover::{Host, Outcome, ProverError},
        types::Contract,
    },
    capability::not_granted,
    guest::Guest,
    stage, wire,
};

impl Host for Guest {
    fn prove(&mut self, contract: Contract, effort: u32) -> wasmtime::Result<Result<Outcome, ProverError>> {
        if self.prover_calls >= self.limits.prover_calls {
            return Ok(Err(ProverError::QuotaSpent));
        }
        self.prover_calls += 1;
        let contract = wire::contract::from_guest(contract);
        let effort = effort.clamp(1, MAX_EFFORT);
        let answer =
            self.on_host_time("prover", |granted| granted.prover().map(|prover| prover.prove(&contract, effort)))?;
        Ok(match answer.ok_or_else(|| not_granted("prover"))? {
            Ok(outcome) => Ok(Outcome {
                ticket: outcome.ticket,
                verdict: wire::verdict::to_guest(&outcome.verdict),
                paths: outcome.paths,
            }),
            Err(stage::ProverError::NoSuchPlace(place)) => Err(ProverError::NoSuchPlace(place)),
            Err(stage::ProverError::BadContract(reason)) => Err(ProverError::BadContract(reason)),
            Err(stage::ProverError::QuotaSpent) => Err(ProverError::QuotaSpent),
        })
    }
}

const MAX_EFFORT: u32 = 16;
