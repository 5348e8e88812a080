//! What a model answered. Invariant: an answer has at least one candidate, and each is whole.

use serde::Serialize;
use serde_json::Value;

use crate::money::Money;

/// The answers to one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The answers that can be used, in the server's order.
    pub candidates: Vec<Content>,
    /// Those that cannot, and why.
    pub rejected: Vec<Rejection>,
    /// The model that was asked.
    pub model: String,
    /// Where the answer is from.
    pub origin: Origin,
    /// What it took; nothing for a kept answer.
    pub usage: Usage,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// Text, without what the model thought before it.
    Text(String),
    /// JSON that holds to the schema of the request.
    Json(Value),
}

impl Content {
    /// Gives the text; `None` for JSON.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Json(_) => None,
        }
    }

    /// Gives the JSON; `None` for text.
    pub fn as_json(&self) -> Option<&Value> {
        match self {
            Self::Json(value) => Some(value),
            Self::Text(_) => None,
        }
    }
}

/// Why an answer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rejection {
    /// It reached the limit on tokens, so its end is missing.
    Truncated,
    /// It holds nothing but thoughts or space.
    Empty,
    /// The server held it back.
    Filtered,
    /// It does not hold to the schema; what is wrong with it, without its values.
    Violation(String),
}

/// Where an answer is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The endpoint of this name.
    Endpoint(String),
    /// The answers that are kept.
    Cache,
}

/// What an answer took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Tokens of the prompts.
    pub input_tokens: u64,
    /// Those of them that the server had in its prefix cache.
    pub cached_tokens: u64,
    /// Tokens of the answers, with what the model thought.
    pub output_tokens: u64,
    /// What both cost at the endpoint's prices.
    pub cost: Money,
    /// How the tokens are known.
    pub source: UsageSource,
    /// How many requests were answered.
    pub requests: u32,
    /// The time from sending until the first token, in milliseconds; of several requests the longest.
    pub first_token_ms: u64,
}

/// How tokens are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UsageSource {
    /// The server said it.
    #[default]
    Reported,
    /// At least one server did not: 4 bytes count as one token.
    Estimated,
}

impl Usage {
    pub(crate) fn add(&mut self, other: &Self) {
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.cached_tokens = self.cached_tokens.saturating_add(other.cached_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cost += other.cost;
        self.requests = self.requests.saturating_add(other.requests);
        self.first_token_ms = self.first_token_ms.max(other.first_token_ms);
        if other.source == UsageSource::Estimated {
            self.source = UsageSource::Estimated;
        }
    }
}
