//! Answers that are kept. Invariant: an answer is found again only for a request that is the same in everything a model
//! sees, and only answers with all their candidates are kept.

use std::time::Duration;

use moka::sync::Cache;
use serde::Serialize;
use serde_json::Value;

use crate::{
    answer::{Answer, Content, Origin, Usage},
    config::CacheConfig,
    request::Message,
};

/// The hash of everything that an answer depends on.
pub(crate) type Key = [u8; 32];

/// What an answer depends on; which endpoint gives it does not count.
#[derive(Serialize)]
pub(crate) struct Parts<'a> {
    pub(crate) model: &'a str,
    pub(crate) messages: Vec<&'a Message>,
    pub(crate) temperature: f64,
    pub(crate) top_p: f64,
    pub(crate) max_tokens: u32,
    pub(crate) seed: Option<u64>,
    pub(crate) stop: &'a [String],
    pub(crate) schema: Option<(&'a str, &'a Value)>,
    pub(crate) candidates: u8,
    pub(crate) prompt_version: &'a str,
    pub(crate) cache_salt: Option<&'a str>,
}

impl Parts<'_> {
    /// Gives the hash; `None` where a part has no JSON, which none lacks.
    pub(crate) fn key(&self) -> Option<Key> {
        serde_json::to_vec(self).ok().map(|bytes| *blake3::hash(&bytes).as_bytes())
    }
}

/// The answers of one client.
pub(crate) struct ResponseCache(Option<Cache<Key, Answer>>);

impl ResponseCache {
    pub(crate) fn new(config: CacheConfig) -> Self {
        let cache = |bytes| {
            Cache::builder()
                .max_capacity(bytes)
                .weigher(|_, answer: &Answer| size_bytes(answer))
                .time_to_live(Duration::from_secs(config.keep_s))
                .build()
        };
        Self((config.max_bytes > 0).then(|| cache(config.max_bytes)))
    }

    pub(crate) fn get(&self, key: &Key) -> Option<Answer> {
        let answer = self.0.as_ref()?.get(key)?;
        Some(Answer { origin: Origin::Cache, usage: Usage::default(), ..answer })
    }

    pub(crate) fn keep(&self, key: Key, answer: &Answer) {
        if let Some(cache) = &self.0 {
            cache.insert(key, answer.clone());
        }
    }
}

fn size_bytes(answer: &Answer) -> u32 {
    let sizes = answer.candidates.iter().map(|candidate| match candidate {
        Content::Text(text) => text.len(),
        // What the tree takes more than its text is about as much again.
        Content::Json(value) => value.to_string().len() * 2,
    });
    u32::try_from(sizes.sum::<usize>() + 256).unwrap_or(u32::MAX)
}
