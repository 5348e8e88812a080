//! The JSON of a request. Invariant: the messages come first and the shared ones before all others; a field that the
//! endpoint is known not to take is left out.

use std::{borrow::Cow, num::NonZeroU8, sync::Arc};

use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    error::LlmError,
    features::{Extras, Sent},
    meter::estimated_tokens,
    report::{Features, ServerKind, Support},
    request::{Account, Message, Output, Prompt, Role, Urgency},
    schema::{Schema, Strictness},
};

/// What vLLM calls the priority of a scan's requests; 0, its default, goes first.
const BACKGROUND_PRIORITY: u8 = 10;
/// What the chat's template adds to a message, in bytes.
const MESSAGE_BYTES: usize = 16;

/// A request with everything filled in.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) model: String,
    pub(crate) prompt: Prompt,
    pub(crate) output: Output,
    pub(crate) candidates: NonZeroU8,
    pub(crate) temperature: f64,
    pub(crate) top_p: f64,
    pub(crate) max_tokens: u32,
    pub(crate) seed: Option<u64>,
    pub(crate) stop: Vec<String>,
    pub(crate) urgency: Urgency,
    pub(crate) account: Account,
    pub(crate) cache_salt: Option<String>,
    pub(crate) deadline: Instant,
}

/// In which form a question is put.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// How many candidates one request asks for.
    pub(crate) candidates: u8,
    /// What is added to the seed, so that requests for one candidate each differ.
    pub(crate) seed_offset: u64,
    pub(crate) structure: Structure,
}

/// How a schema is made known.
#[derive(Clone, Debug)]
pub(crate) enum Structure {
    /// As the endpoint can.
    AsKnown,
    /// In the prompt, with what was wrong with the last answer.
    InPrompt(Option<String>),
}

/// A request as it is sent.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    pub(crate) extras: Extras,
    /// The estimated tokens of the prompt.
    pub(crate) input_tokens: u64,
    /// The most tokens of all its answers.
    pub(crate) output_tokens: u64,
}

#[derive(Serialize)]
struct Wire<'a> {
    model: &'a str,
    messages: &'a [WireMessage<'a>],
    temperature: f64,
    top_p: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_salt: Option<&'a str>,
}

#[derive(Serialize)]
struct WireMessage<'a> {
    role: Role,
    content: Cow<'a, str>,
}

impl<'a> From<&'a Message> for WireMessage<'a> {
    fn from(message: &'a Message) -> Self {
        Self { role: message.role, content: Cow::Borrowed(&message.content) }
    }
}

impl Question {
    /// Writes the request for an endpoint.
    pub(crate) fn body(&self, shape: &Shape, known: &Features, kind: ServerKind) -> Result<Body, LlmError> {
        let schema = match &self.output {
            Output::Text => None,
            Output::Json(schema) => Some(schema),
        };
        let native = match shape.structure {
            Structure::AsKnown if known.structured_output != Support::Missing => schema,
            Structure::AsKnown | Structure::InPrompt(_) => None,
        };
        let messages = self.messages(if native.is_some() { None } else { schema }, &shape.structure);
        let can = |support: Support| support != Support::Missing;
        let candidates = if can(known.candidates) { shape.candidates } else { 1 };
        let is_vllm = kind == ServerKind::Vllm;
        let priority =
            (is_vllm && can(known.priority) && self.urgency == Urgency::Background).then_some(BACKGROUND_PRIORITY);
        let cache_salt = self.cache_salt.as_deref().filter(|_| is_vllm && can(known.cache_salt));
        let wire = Wire {
            model: &self.model,
            messages: &messages,
            temperature: self.temperature,
            top_p: self.top_p,
            max_tokens: can(known.max_tokens).then_some(self.max_tokens),
            max_completion_tokens: (!can(known.max_tokens)).then_some(self.max_tokens),
            n: (candidates > 1).then_some(candidates),
            seed: self.seed.map(|seed| seed.wrapping_add(shape.seed_offset)),
            stop: &self.stop,
            stream: true,
            stream_options: can(known.stream_options).then(|| json!({"include_usage": true})),
            response_format: native.map(|schema| response_format(schema)),
            priority,
            cache_salt,
        };
        let extras = Extras {
            response_format: native.is_some().into(),
            several: (candidates > 1).into(),
            stream_options: wire.stream_options.is_some().into(),
            priority: priority.is_some().into(),
            cache_salt: cache_salt.is_some().into(),
            max_tokens: Sent::from(wire.max_tokens.is_some()),
        };
        let bytes = serde_json::to_vec(&wire).map_err(|_| LlmError::Internal("a request has no JSON"))?;
        let text: usize = messages.iter().map(|message| message.content.len() + MESSAGE_BYTES).sum();
        Ok(Body {
            bytes,
            extras,
            input_tokens: estimated_tokens(text as u64),
            output_tokens: u64::from(self.max_tokens) * u64::from(candidates),
        })
    }

    fn messages(&self, schema: Option<&Arc<Schema>>, structure: &Structure) -> Vec<WireMessage<'_>> {
        let mut messages: Vec<WireMessage<'_>> = self.prompt.messages().map(WireMessage::from).collect();
        // At the very end, where it disturbs no shared prefix; as a part of the last message, for some templates want the
        // roles to alternate.
        if let (Some(schema), Some(last)) = (schema, messages.last_mut()) {
            let text = last.content.to_mut();
            text.push_str(
                "\n\nAnswer with one JSON value in a ```json block and nothing else. It must match this JSON schema:\n",
            );
            text.push_str(&schema.as_json().to_string());
            if let Structure::InPrompt(Some(problems)) = structure {
                text.push_str("\nAn earlier answer did not match it: ");
                text.push_str(problems);
            }
        }
        messages
    }
}

fn response_format(schema: &Schema) -> Value {
    json!({
        "type": "json_schema",
        "json_schema": {"name": schema.name(), "schema": schema.as_json(), "strict": schema.strictness() == Strictness::Strict},
    })
}
