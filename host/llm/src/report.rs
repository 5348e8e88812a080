//! How the endpoints are, for people and for HTTP. Invariant: a report holds no key, and fields are only ever added.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::request::Tier;

/// How everything is.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The endpoints in the order of their names.
    pub endpoints: Vec<EndpointReport>,
}

/// How one endpoint is.
#[derive(Clone, Debug, Serialize)]
pub struct EndpointReport {
    /// Its name in the configuration.
    pub name: String,
    /// Its address.
    pub base_url: String,
    /// Whether it answers.
    pub reach: Reach,
    /// The program that runs there.
    pub server: ServerKind,
    /// That program's version, where it tells.
    pub version: Option<String>,
    /// The models that it lists.
    pub models: Vec<String>,
    /// The models that the tiers want from it.
    pub wanted: Vec<WantedModel>,
    /// What it can do.
    pub features: Features,
    /// The time of a tiny call, in milliseconds; `None` where none was made or it failed.
    pub call_ms: Option<u64>,
    /// Its circuit breaker.
    pub breaker: BreakerState,
    /// How many of our calls are under way.
    pub in_flight: usize,
    /// How many of our calls wait for their turn.
    pub queued: usize,
    /// How many calls may be under way.
    pub max_in_flight: u32,
    /// What it says of its load, where it tells.
    pub load: Option<Load>,
}

/// Whether an endpoint answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Reach {
    /// It lists its models, and the tiny call, if one was made, was answered.
    Ready {
        /// The time that the list took, in milliseconds.
        listing_ms: u64,
    },
    /// It answers, but not as it should.
    Failing {
        /// What went wrong and what to do.
        problem: String,
    },
    /// It does not answer.
    Unreachable {
        /// What went wrong and what to do.
        problem: String,
    },
}

/// A model that a tier asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WantedModel {
    /// The tier.
    pub tier: Tier,
    /// The model.
    pub model: String,
    /// Whether the endpoint lists it.
    pub listing: Listing,
}

/// Whether a model is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listing {
    /// It is.
    Listed,
    /// It is not; some servers answer under any name all the same.
    Missing,
    /// There is no list.
    Unknown,
}

/// The program behind an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerKind {
    /// vLLM.
    Vllm,
    /// llama.cpp's server.
    LlamaCpp,
    /// Ollama.
    Ollama,
    /// SGLang.
    Sglang,
    /// OpenAI's own service.
    Openai,
    /// Another one.
    #[default]
    Other,
}

impl fmt::Display for ServerKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Vllm => "vLLM",
            Self::LlamaCpp => "llama.cpp",
            Self::Ollama => "Ollama",
            Self::Sglang => "SGLang",
            Self::Openai => "OpenAI",
            Self::Other => "another server",
        })
    }
}

/// What is known of a feature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Support {
    /// It was not used yet.
    #[default]
    Unknown,
    /// It worked.
    Works,
    /// It is refused or ignored, and gone around.
    Missing,
}

/// What an endpoint can do, as far as it was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Features {
    /// Answers by a JSON schema; else the schema is put into the prompt.
    pub structured_output: Support,
    /// Several candidates by one request; else each has its own.
    pub candidates: Support,
    /// Answers as a stream; else a call cannot be ended early.
    pub streaming: Support,
    /// The number of tokens; else they are estimated.
    pub usage: Support,
    /// Asking for the number of tokens at the end of a stream.
    pub stream_options: Support,
    /// The priority of a request, which only vLLM is sent.
    pub priority: Support,
    /// The salt of the prefix cache, which only vLLM is sent.
    pub cache_salt: Support,
    /// The old name of the limit on tokens; else `max_completion_tokens`.
    pub max_tokens: Support,
}

/// The state of a circuit breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BreakerState {
    /// Calls go through.
    Closed,
    /// No call goes through.
    Open,
    /// A few calls try whether it works again.
    HalfOpen,
}

/// What a server says of its load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Load {
    /// Requests that are being answered, by whomever they are.
    pub running: f64,
    /// Requests that wait on the server.
    pub waiting: f64,
    /// The used share of the memory for contexts, from 0 to 1.
    pub kv_cache: f64,
}
