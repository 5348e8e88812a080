//! The interface `rules`, the Scanner's. Invariant: the runner's answer is passed on as it is.

use crate::{
    bindings::imports::securecode::plugin::rules::{Candidate, Host, Pack, RulesError},
    capability::not_granted,
    guest::Guest,
    stage, wire,
};

impl Host for Guest {
    fn packs(&mut self) -> wasmtime::Result<Vec<Pack>> {
        let packs = self.on_host_time("rules", |granted| granted.rules().map(|rules| rules.packs()))?;
        let packs = packs.ok_or_else(|| not_granted("rules"))?;
        Ok(packs.into_iter().map(|pack| Pack { name: pack.name, version: pack.version, rules: pack.rules }).collect())
    }

    fn run(&mut self, packs: Vec<String>) -> wasmtime::Result<Result<Vec<Candidate>, RulesError>> {
        let answer = self.on_host_time("rules", |granted| granted.rules().map(|rules| rules.run(&packs)))?;
        Ok(match answer.ok_or_else(|| not_granted("rules"))? {
            Ok(candidates) => Ok(candidates.iter().map(wire::candidate::to_guest).collect()),
            Err(stage::RulesError::NoSuchPack(name)) => Err(RulesError::NoSuchPack(name)),
        })
    }
}
