//! What an operator configures. Invariant: a configuration that passed [`LlmConfig::check`] names only endpoints that exist,
//! and every number in it is in its range.

use std::collections::BTreeMap;

use garde::Validate;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::{error::ConfigError, report::ServerKind, request::Tier};

/// The model that a tier asks when none is named.
pub const DEFAULT_MODEL: &str = "deepseek-ai/DeepSeek-Coder-V2-Lite-Instruct";

/// Everything about language models.
#[derive(Clone, Debug, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct LlmConfig {
    /// The servers, by the names that tiers and reports use.
    #[garde(length(min = 1), dive)]
    pub endpoints: BTreeMap<String, EndpointConfig>,
    /// Which model answers what.
    #[garde(dive)]
    pub tiers: TiersConfig,
    /// What may be spent.
    #[serde(default)]
    #[garde(dive)]
    pub budgets: BudgetsConfig,
    /// How failed attempts are repeated.
    #[serde(default)]
    #[garde(dive)]
    pub retry: RetryConfig,
    /// When an endpoint that fails is left alone.
    #[serde(default)]
    #[garde(dive)]
    pub breaker: BreakerConfig,
    /// How many answers are kept.
    #[serde(default)]
    #[garde(dive)]
    pub cache: CacheConfig,
}

/// The two strengths of model.
#[derive(Clone, Debug, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct TiersConfig {
    /// For many small questions.
    #[garde(dive)]
    pub fast: TierConfig,
    /// For few hard ones; `fast` answers these too where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(dive)]
    pub strong: Option<TierConfig>,
}

/// A model, where it runs, and how it is sampled.
#[derive(Clone, Debug, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct TierConfig {
    /// The names of the endpoints that serve the model; calls go to the one that has the most room.
    #[garde(length(min = 1))]
    pub endpoints: Vec<String>,
    /// The model's name on these endpoints.
    #[serde(default = "default_model")]
    #[garde(length(min = 1, max = 256))]
    pub model: String,
    /// The sampling temperature; 0 always gives the likeliest token.
    #[serde(default = "default_temperature")]
    #[garde(range(min = 0.0, max = 2.0))]
    pub temperature: f64,
    /// The share of probability that is sampled from.
    #[serde(default = "default_top_p")]
    #[garde(range(min = 0.001, max = 1.0))]
    pub top_p: f64,
    /// The most tokens of one answer.
    #[serde(default = "default_max_tokens")]
    #[garde(range(min = 1, max = 1_000_000))]
    pub max_tokens: u32,
}

/// One server.
#[derive(Clone, Debug, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct EndpointConfig {
    /// The address up to and with the version, such as `http://localhost:8000/v1`.
    #[garde(custom(is_base_url))]
    pub base_url: String,
    /// The environment variable that holds the API key; no key is sent where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(inner(length(min = 1, max = 128)))]
    pub api_key_env: Option<String>,
    /// The server's program; found out by asking it where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub server: Option<ServerKind>,
    /// How many calls are under way at once.
    #[serde(default = "default_in_flight")]
    #[garde(range(min = 1, max = 4096))]
    pub max_in_flight: u32,
    /// How many calls wait for their turn; more are refused.
    #[serde(default = "default_queued")]
    #[garde(range(min = 1, max = 1_000_000))]
    pub max_queued: u32,
    /// How long the server may take.
    #[serde(default)]
    #[garde(dive)]
    pub deadlines: DeadlinesConfig,
    /// What the tokens cost here. Two models with two prices are two endpoints with one address.
    #[serde(default)]
    #[garde(dive)]
    pub prices: PricesConfig,
    /// How old the knowledge of the server's load may be, in milliseconds, when a call chooses among endpoints.
    #[serde(default = "default_health_every")]
    #[garde(range(min = 10, max = 3_600_000))]
    pub health_every_ms: u64,
}

/// How long one attempt may take.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct DeadlinesConfig {
    /// Until the connection stands, in milliseconds.
    #[garde(range(min = 1, max = 600_000))]
    pub connect_ms: u64,
    /// Until the first token, and between any two, in milliseconds.
    #[garde(range(min = 1, max = 3_600_000))]
    pub first_token_ms: u64,
    /// Until the last token, in milliseconds.
    #[garde(range(min = 1, max = 86_400_000))]
    pub whole_ms: u64,
}

impl Default for DeadlinesConfig {
    fn default() -> Self {
        Self { connect_ms: 5_000, first_token_ms: 120_000, whole_ms: 600_000 }
    }
}

/// Prices in the operator's currency.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct PricesConfig {
    /// For a million tokens of prompt.
    #[garde(range(min = 0.0, max = 1_000_000.0))]
    pub input_per_million: f64,
    /// For a million tokens of answer.
    #[garde(range(min = 0.0, max = 1_000_000.0))]
    pub output_per_million: f64,
}

/// The limits on spending; what is left out is unlimited.
#[derive(Clone, Debug, Default, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct BudgetsConfig {
    /// For one scan.
    #[garde(dive)]
    pub scan: LimitConfig,
    /// For all that one of the platform's API keys asks for in one day (UTC).
    #[garde(dive)]
    pub key: LimitConfig,
    /// For everything in one day (UTC).
    #[garde(dive)]
    pub day: LimitConfig,
}

/// One limit.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct LimitConfig {
    /// Tokens of prompts and answers together.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub tokens: Option<u64>,
    /// Money in the operator's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[garde(inner(range(min = 0.0, max = 1_000_000_000.0)))]
    pub cost: Option<f64>,
}

/// Repeating of attempts that failed for a passing reason.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct RetryConfig {
    /// How often a request is sent at most.
    #[garde(range(min = 1, max = 20))]
    pub attempts: u32,
    /// The longest pause after the first failure, in milliseconds; it doubles with each further one.
    #[garde(range(min = 1, max = 60_000))]
    pub base_ms: u64,
    /// The longest pause of all, in milliseconds.
    #[garde(range(min = 1, max = 600_000))]
    pub cap_ms: u64,
    /// The time for a call with its waiting and all its attempts, in milliseconds.
    #[garde(range(min = 1, max = 86_400_000))]
    pub overall_ms: u64,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self { attempts: 5, base_ms: 500, cap_ms: 20_000, overall_ms: 900_000 }
    }
}

/// The circuit breaker that each endpoint has.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct BreakerConfig {
    /// How many failures in a row open it.
    #[garde(range(min = 1, max = 10_000))]
    pub failures: u32,
    /// How long it stays open, in milliseconds.
    #[garde(range(min = 1, max = 3_600_000))]
    pub open_ms: u64,
    /// How many calls must then succeed before it closes.
    #[garde(range(min = 1, max = 100))]
    pub probes: u32,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self { failures: 10, open_ms: 15_000, probes: 2 }
    }
}

/// The answers that are kept in memory.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct CacheConfig {
    /// Their size in bytes; 0 keeps none.
    #[garde(skip)]
    pub max_bytes: u64,
    /// How long each is kept, in seconds.
    #[garde(range(min = 1, max = 31_536_000))]
    pub keep_s: u64,
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self { max_bytes: 64 * 1024 * 1024, keep_s: 86_400 }
    }
}

impl LlmConfig {
    /// Checks every number and every name.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] with the path of what is wrong, or [`ConfigError::UnknownEndpoint`].
    pub fn check(&self) -> Result<(), ConfigError> {
        self.validate().map_err(|report| ConfigError::Invalid(report.to_string().trim_end().to_owned()))?;
        for tier in [Tier::Fast, Tier::Strong] {
            for endpoint in &self.tier(tier).endpoints {
                if !self.endpoints.contains_key(endpoint) {
                    let known = self.endpoints.keys().cloned().collect::<Vec<_>>().join("`, `");
                    return Err(ConfigError::UnknownEndpoint { tier, endpoint: endpoint.clone(), known });
                }
            }
        }
        Ok(())
    }

    /// Gives the tier's configuration; `strong` is `fast` where it is left out.
    pub fn tier(&self, tier: Tier) -> &TierConfig {
        match tier {
            Tier::Fast => &self.tiers.fast,
            Tier::Strong => self.tiers.strong.as_ref().unwrap_or(&self.tiers.fast),
        }
    }
}

fn is_base_url(text: &str, _: &()) -> garde::Result {
    let url = Url::parse(text).map_err(|error| garde::Error::new(format!("is no URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(garde::Error::new("must begin with http:// or https:// and name a host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(garde::Error::new("must hold no user or password; put the key into a variable, `api_key_env`"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(garde::Error::new("must hold no query and no fragment"));
    }
    Ok(())
}

fn default_model() -> String {
    DEFAULT_MODEL.to_owned()
}

fn default_temperature() -> f64 {
    0.2
}

fn default_top_p() -> f64 {
    0.95
}

fn default_max_tokens() -> u32 {
    2048
}

fn default_in_flight() -> u32 {
    64
}

fn default_queued() -> u32 {
    10_000
}

fn default_health_every() -> u64 {
    5_000
}
