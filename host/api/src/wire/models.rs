//! The language models' servers as they are shown. Invariant: no key is told.

use async_trait::async_trait;
use serde::Serialize;
use utoipa::ToSchema;

/// A model of a tier, tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BackEndJson {
    /// `fast` or `strong`.
    pub tier: String,
    /// The server's address.
    pub url: String,
    /// The model.
    pub model: String,
    /// `ok`, `failing` or `down`.
    #[schema(value_type = crate::wire::words::BackEndWord)]
    pub state: &'static str,
    /// What the server is, or what went wrong and what to do.
    pub detail: String,
    /// The time of a tiny call, in milliseconds; null where it failed.
    #[schema(required = true)]
    pub latency_ms: Option<u64>,
    /// What was found to work there.
    pub features: Vec<String>,
}

/// Servers of language models that can be tried.
#[async_trait]
pub trait ModelServers: Send + Sync {
    /// Makes a tiny call to each; gives one entry for each model of each tier.
    async fn test(&self) -> Vec<BackEndJson>;
}
