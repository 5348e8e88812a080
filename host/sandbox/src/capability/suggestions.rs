//! The interface `suggestions`, the Speculator's. Invariant: it counts against the same bound on requests as `llm`.

use crate::{
    bindings::imports::securecode::plugin::{llm::LlmError, suggestions::Host, types::Contract},
    capability::{chat, not_granted},
    guest::Guest,
    wire,
};

impl Host for Guest {
    fn write(
        &mut self,
        candidate: u32,
        tier: Option<String>,
        wanted: u8,
    ) -> wasmtime::Result<Result<Vec<Contract>, LlmError>> {
        if self.llm_calls >= self.limits.llm_calls {
            return Ok(Err(LlmError::BudgetExhausted));
        }
        self.llm_calls += 1;
        let answer = self.on_host_time("suggestions", |granted| {
            granted.speculator().map(|host| host.suggestions.write(candidate, tier.as_deref(), wanted))
        })?;
        let contracts = answer.ok_or_else(|| not_granted("suggestions"))?;
        let contracts = contracts.map(|contracts| contracts.into_iter().map(wire::contract::to_guest).collect());
        Ok(contracts.map_err(chat::to_guest))
    }
}
