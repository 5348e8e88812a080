//! The pieces of an answer, put together. Invariant: no more is kept than the limits allow, whatever a server sends.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::{api_key::ApiKey, server_error::ServerError};

/// How long all texts of a response may be, in bytes.
const MOST_TEXT: usize = 16 * 1024 * 1024;
/// How many candidates a response may hold.
const MOST_CHOICES: usize = 256;

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    Complete,
    Length,
    Filtered,
}

/// One candidate, as far as it has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    pub(crate) text: String,
    pub(crate) finish: Option<Finish>,
}

/// The numbers that a server gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) input: u64,
    pub(crate) output: u64,
    pub(crate) cached: u64,
}

/// What has come of a response.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) choices: BTreeMap<u32, Choice>,
    pub(crate) tokens: Option<Tokens>,
    pub(crate) is_done: bool,
    text_bytes: usize,
}

/// Why a piece cannot be taken.
#[derive(Debug)]
pub(crate) enum Bad {
    /// It is no piece of an answer.
    Piece(&'static str),
    /// It is an error of the server.
    Error(ServerError),
}

#[derive(Deserialize)]
struct Piece {
    #[serde(default)]
    choices: Option<Vec<WireChoice>>,
    #[serde(default)]
    usage: Option<WireUsage>,
}

#[derive(Deserialize)]
struct WireChoice {
    #[serde(default)]
    index: u32,
    #[serde(default, alias = "message")]
    delta: Option<WireText>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct WireText {
    #[serde(default)]
    content: Option<String>,
    #[serde(default, alias = "reasoning")]
    reasoning_content: Option<String>,
}

#[derive(Deserialize)]
struct WireUsage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    #[serde(default)]
    prompt_tokens_details: Option<WireDetails>,
}

#[derive(Deserialize)]
struct WireDetails {
    #[serde(default)]
    cached_tokens: Option<u64>,
}

impl Collected {
    /// Takes one event's data, or the whole body of a server that does not stream. Gives the bytes of text in it, with what
    /// the model thought.
    pub(crate) fn take(&mut self, data: &str, key: Option<&ApiKey>) -> Result<usize, Bad> {
        if data.trim() == "[DONE]" {
            self.is_done = true;
            return Ok(0);
        }
        let piece = match serde_json::from_str::<Piece>(data) {
            Ok(piece @ (Piece { choices: Some(_), .. } | Piece { usage: Some(_), .. })) => piece,
            Ok(_) => return Err(error_in(data, key).map_or(Bad::Piece("a JSON object without choices"), Bad::Error)),
            Err(_) => return Err(error_in(data, key).map_or(Bad::Piece("invalid JSON"), Bad::Error)),
        };
        if data.contains("\"error\"")
            && let Some(error) = error_in(data, key)
        {
            return Err(Bad::Error(error));
        }
        if let Some(usage) = piece.usage {
            self.tokens = Some(Tokens {
                input: usage.prompt_tokens,
                output: usage.completion_tokens,
                cached: usage.prompt_tokens_details.and_then(|details| details.cached_tokens).unwrap_or(0),
            });
        }
        let mut bytes = 0;
        for choice in piece.choices.into_iter().flatten() {
            bytes += self.take_choice(choice)?;
        }
        self.text_bytes += bytes;
        if self.text_bytes > MOST_TEXT { Err(Bad::Piece("an answer of over 16 MiB")) } else { Ok(bytes) }
    }

    fn take_choice(&mut self, wire: WireChoice) -> Result<usize, Bad> {
        if self.choices.len() >= MOST_CHOICES && !self.choices.contains_key(&wire.index) {
            return Err(Bad::Piece("too many candidates"));
        }
        let choice = self.choices.entry(wire.index).or_default();
        let mut bytes = 0;
        if let Some(text) = wire.delta {
            let content = text.content.unwrap_or_default();
            bytes = content.len() + text.reasoning_content.map_or(0, |text| text.len());
            choice.text.push_str(&content);
        }
        if let Some(reason) = wire.finish_reason {
            choice.finish = Some(match reason.as_str() {
                "length" => Finish::Length,
                "content_filter" => Finish::Filtered,
                _ => Finish::Complete,
            });
        }
        Ok(bytes)
    }

    /// Says whether every candidate that has begun has ended.
    pub(crate) fn is_whole(&self) -> bool {
        !self.choices.is_empty() && self.choices.values().all(|choice| choice.finish.is_some())
    }
}

fn error_in(data: &str, key: Option<&ApiKey>) -> Option<ServerError> {
    ServerError::find(&serde_json::from_str::<Value>(data).ok()?, None, key)
}
