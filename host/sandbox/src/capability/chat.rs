//! The interface `llm`, the Speculator's and the Patcher's. Invariant: one call of a stage sends a bounded number of
//! requests.

use crate::{
    bindings::imports::securecode::plugin::llm::{Answer, Host, LlmError, Request, Role, Usage},
    capability::not_granted,
    guest::Guest,
    stage::{ChatError, ChatMessage, ChatRequest, ChatRole},
};

impl Host for Guest {
    fn complete(&mut self, request: Request) -> wasmtime::Result<Result<Answer, LlmError>> {
        if self.llm_calls >= self.limits.llm_calls {
            return Ok(Err(LlmError::BudgetExhausted));
        }
        self.llm_calls += 1;
        let request = from_guest(request);
        let answer = self.on_host_time("llm", |granted| granted.chat().map(|chat| chat.complete(&request)))?;
        Ok(match answer.ok_or_else(|| not_granted("llm"))? {
            Ok(answer) => Ok(Answer {
                text: answer.text,
                usage: Usage {
                    input_tokens: answer.input_tokens,
                    output_tokens: answer.output_tokens,
                    cached: answer.cached,
                },
            }),
            Err(error) => Err(to_guest(error)),
        })
    }
}

pub(crate) fn to_guest(error: ChatError) -> LlmError {
    match error {
        ChatError::BudgetExhausted => LlmError::BudgetExhausted,
        ChatError::TimedOut => LlmError::TimedOut,
        ChatError::SchemaMismatch { text, reason } => LlmError::SchemaMismatch((text, reason)),
        ChatError::Refused(reason) => LlmError::Refused(reason),
        ChatError::NotConfigured => LlmError::NotConfigured,
        ChatError::Unavailable(reason) => LlmError::Unavailable(reason),
    }
}

fn from_guest(request: Request) -> ChatRequest {
    let role = |role| match role {
        Role::System => ChatRole::System,
        Role::User => ChatRole::User,
        Role::Assistant => ChatRole::Assistant,
    };
    let messages = request.messages.into_iter();
    ChatRequest {
        messages: messages.map(|message| ChatMessage { role: role(message.role), text: message.text }).collect(),
        schema: request.schema,
        tier: request.tier,
        max_tokens: request.max_tokens,
        seed: request.seed,
    }
}
