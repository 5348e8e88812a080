//! The interface `drafts`, the Patcher's. Invariant: it counts against the same bound on requests as `llm`.

use crate::{
    bindings::imports::securecode::plugin::{drafts::Host, llm::LlmError, types::Fix},
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
    ) -> wasmtime::Result<Result<Vec<Fix>, LlmError>> {
        if self.llm_calls >= self.limits.llm_calls {
            return Ok(Err(LlmError::BudgetExhausted));
        }
        self.llm_calls += 1;
        let answer = self.on_host_time("drafts", |granted| {
            granted.patcher().map(|host| host.drafts.write(candidate, tier.as_deref(), wanted))
        })?;
        let fixes = answer.ok_or_else(|| not_granted("drafts"))?;
        let fixes = fixes.map(|fixes| fixes.into_iter().map(wire::fix::to_guest).collect());
        Ok(fixes.map_err(chat::to_guest))
    }
}
