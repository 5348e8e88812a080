//! The language models as stages and the engine ask them. Invariant: a scan's questions are paid for by its own account,
//! and none is asked once the scan is stopped.

use std::{
    num::NonZeroU8,
    sync::{Arc, atomic::Ordering},
};

use llm::{
    answer::{Answer, Content},
    error::LlmError,
    request::{Account, Message, Output, Prompt, Request, Sampling, Tier},
    schema::Schema,
};
use sandbox::stage::{Chat, ChatAnswer, ChatError, ChatMessage, ChatRequest, ChatRole};

use crate::{context::Context, plugins::error_chain};

/// The `llm` capability of a scan's stages.
pub(crate) struct ScanChat {
    pub(crate) ctx: Arc<Context>,
}

impl Context {
    /// Asks a model in the name of this scan.
    pub(crate) fn ask(&self, request: Request) -> Result<Answer, ChatError> {
        let Some(language) = &self.core.llm else { return Err(ChatError::NotConfigured) };
        let number = *self.number.get_or_init(|| language.scans.fetch_add(1, Ordering::Relaxed));
        let scan = format!("scan-{number}");
        let request = Request { account: Account { scan: Some(scan.clone()), key: None }, ..request };
        let answer = language.asked.complete(request.clone(), &|| self.observer.is_cancelled());
        let answer = answer.map_err(|error| chat_error(&error))?;
        language.record(&scan, &request, &answer);
        Ok(answer)
    }
}

/// Names a strength of model; a name that is not known is the weaker one.
pub(crate) fn tier(name: Option<&str>) -> Tier {
    if name == Some("strong") { Tier::Strong } else { Tier::Fast }
}

fn chat_error(error: &LlmError) -> ChatError {
    match error {
        LlmError::BudgetExhausted { .. } => ChatError::BudgetExhausted,
        LlmError::Deadline { .. } | LlmError::Slow { .. } | LlmError::Silent { .. } => ChatError::TimedOut,
        LlmError::Refused { .. } | LlmError::InvalidRequest(_) | LlmError::PromptTooLong { .. } => {
            ChatError::Refused(error_chain(error))
        }
        LlmError::Unusable(_) => ChatError::SchemaMismatch { text: String::new(), reason: error_chain(error) },
        LlmError::QueueFull { .. }
        | LlmError::Connection { .. }
        | LlmError::Cut { .. }
        | LlmError::RateLimited { .. }
        | LlmError::ServerFailed { .. }
        | LlmError::NotUnderstood { .. }
        | LlmError::Unauthorized { .. }
        | LlmError::UnknownModel { .. }
        | LlmError::BreakerOpen { .. }
        | LlmError::Cancelled
        | LlmError::Internal(_) => ChatError::Unavailable(error_chain(error)),
    }
}

impl Chat for ScanChat {
    fn complete(&self, request: &ChatRequest) -> Result<ChatAnswer, ChatError> {
        let Some(language) = &self.ctx.core.llm else { return Err(ChatError::NotConfigured) };
        let outgoing = language.outgoing(request.messages.iter().map(|message| message.text.as_str()));
        let message = |(index, ChatMessage { role, text: _ }): (usize, &ChatMessage)| match role {
            ChatRole::System => Message::system(outgoing.part(index)),
            ChatRole::User => Message::user(outgoing.part(index)),
            ChatRole::Assistant => Message::assistant(outgoing.part(index)),
        };
        let messages = request.messages.iter().enumerate().map(message).collect();
        let output = match &request.schema {
            None => Output::Text,
            Some(schema) => Output::Json(Arc::new(read_schema(schema)?)),
        };
        let sampling = Sampling { max_tokens: Some(request.max_tokens), seed: request.seed, ..Sampling::default() };
        let question = Request {
            output,
            sampling,
            candidates: NonZeroU8::MIN,
            ..Request::new(tier(request.tier.as_deref()), Prompt::new(Vec::new().into(), messages))
        };
        let answer = self.ctx.ask(question)?;
        let usage = &answer.usage;
        let text = match answer.candidates.first() {
            Some(Content::Text(text)) => outgoing.restored(text),
            Some(Content::Json(value)) => outgoing.restored(&value.to_string()),
            None => return Err(ChatError::Unavailable("the model gave no answer".into())),
        };
        Ok(ChatAnswer {
            text: text.map_err(ChatError::Refused)?,
            input_tokens: u32::try_from(usage.input_tokens).unwrap_or(u32::MAX),
            output_tokens: u32::try_from(usage.output_tokens).unwrap_or(u32::MAX),
            cached: answer.origin == llm::answer::Origin::Cache,
        })
    }
}

fn read_schema(text: &str) -> Result<Schema, ChatError> {
    let refused = |reason: String| ChatError::Refused(format!("the schema cannot be used: {reason}"));
    let value = serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
    Schema::new("answer", value).map_err(|error| refused(error_chain(&error)))
}
