//! What is asked of a model. Invariant: the messages that many requests share come before those of one alone, so that a
//! server finds them in its prefix cache.

use std::{fmt, num::NonZeroU8, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use crate::schema::Schema;

/// Which strength of model answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// For many small questions.
    Fast,
    /// For few hard ones.
    Strong,
}

impl fmt::Display for Tier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Fast => "fast",
            Self::Strong => "strong",
        })
    }
}

/// Who speaks in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The instructions.
    System,
    /// The question.
    User,
    /// The model, in an example or an earlier turn.
    Assistant,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: String,
}

impl Message {
    /// Makes a message of instructions.
    pub fn system(content: impl Into<String>) -> Self {
        Self { role: Role::System, content: content.into() }
    }

    /// Makes a message of the one who asks.
    pub fn user(content: impl Into<String>) -> Self {
        Self { role: Role::User, content: content.into() }
    }

    /// Makes a message of the model.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self { role: Role::Assistant, content: content.into() }
    }
}

/// The messages of a request: a prefix that is shared, byte for byte, with other requests, and the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    prefix: Arc<[Message]>,
    rest: Vec<Message>,
}

impl Prompt {
    /// Makes a prompt. Instructions and examples belong into `prefix`, the code and the question into `rest`.
    pub fn new(prefix: Arc<[Message]>, rest: Vec<Message>) -> Self {
        Self { prefix, rest }
    }

    /// Gives the shared messages.
    pub fn prefix(&self) -> &[Message] {
        &self.prefix
    }

    /// Gives all messages in order.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.prefix.iter().chain(&self.rest)
    }

    /// Gives the prompt with further turns at its end.
    #[must_use]
    pub fn followed_by(&self, turns: impl IntoIterator<Item = Message>) -> Self {
        let rest = self.rest.iter().cloned().chain(turns).collect();
        Self { prefix: Arc::clone(&self.prefix), rest }
    }
}

/// In which form the answer is wanted.
#[derive(Clone, Debug)]
pub enum Output {
    /// As the model gives it. Code belongs here, in a fenced block: inside JSON models write it worse.
    Text,
    /// As JSON that holds to a schema.
    Json(Arc<Schema>),
}

/// What differs from the tier's sampling; `None` keeps the tier's value.
#[derive(Clone, Debug, Default)]
pub struct Sampling {
    /// The temperature, from 0 to 2.
    pub temperature: Option<f64>,
    /// The share of probability that is sampled from, from 0 to 1.
    pub top_p: Option<f64>,
    /// The most tokens of one answer.
    pub max_tokens: Option<u32>,
    /// The number that sampling starts from, for servers that have one.
    pub seed: Option<u64>,
    /// The texts that end an answer.
    pub stop: Vec<String>,
}

/// Who waits for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// A person: goes before everything of a scan.
    Interactive,
    /// A scan.
    Background,
}

/// Whose budgets pay; everything counts for the day's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The scan's id.
    pub scan: Option<String>,
    /// The id, never the text, of the platform's API key that asked for the scan.
    pub key: Option<String>,
}

/// Whether an answer that is known already will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// It will, and a new one is kept.
    Use,
    /// It will not, and a new one is not kept.
    Bypass,
}

/// One question to a model.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which strength of model answers.
    pub tier: Tier,
    /// The messages.
    pub prompt: Prompt,
    /// The form of the answer.
    pub output: Output,
    /// How many answers are wanted. At temperature 0 they would all be the same, and one is asked for.
    pub candidates: NonZeroU8,
    /// What differs from the tier's sampling.
    pub sampling: Sampling,
    /// Who waits.
    pub urgency: Urgency,
    /// Whose budgets pay.
    pub account: Account,
    /// Whether a known answer will do.
    pub caching: Caching,
    /// The version of the prompt's template, a part of the cache's key.
    pub prompt_version: String,
    /// Keeps one tenant's prefixes apart from another's, in this program's cache and in vLLM's.
    pub cache_salt: Option<String>,
    /// The time for the whole call; the configuration's `retry.overall_ms` where it is `None`.
    pub deadline: Option<Duration>,
}

impl Request {
    /// Makes a request for one text, asked for by a scan, with everything else as configured.
    pub fn new(tier: Tier, prompt: Prompt) -> Self {
        Self {
            tier,
            prompt,
            output: Output::Text,
            candidates: NonZeroU8::MIN,
            sampling: Sampling::default(),
            urgency: Urgency::Background,
            account: Account::default(),
            caching: Caching::Use,
            prompt_version: String::new(),
            cache_salt: None,
            deadline: None,
        }
    }
}
