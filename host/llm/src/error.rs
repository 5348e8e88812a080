//! What goes wrong. Invariant: no message holds a prompt, an answer or a key; of a server's own words only the beginning.

use std::{error::Error, time::Duration};

use crate::{answer::Rejection, budget::Scope, request::Tier};

/// Gives an error with all its causes, on one line.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Why a client cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value is out of its range.
    #[error("the configuration of language models is not valid: {0}")]
    Invalid(String),
    /// A tier names an endpoint that does not exist.
    #[error("tier `{tier}` names the endpoint `{endpoint}`, which is not configured; there are `{known}`")]
    UnknownEndpoint {
        /// The tier.
        tier: Tier,
        /// The name that it gives.
        endpoint: String,
        /// The names that exist.
        known: String,
    },
    /// A variable that should hold a key does not.
    #[error(
        "the environment variable `{variable}` is to hold an API key and is not set; set it or remove `api_key_env`"
    )]
    MissingKey {
        /// The variable.
        variable: String,
    },
    /// A key cannot be sent.
    #[error("the API key in the environment variable `{variable}` holds characters that no header can hold")]
    UnusableKey {
        /// The variable.
        variable: String,
    },
    /// The HTTP client cannot be made.
    #[error("failed to make the HTTP client of endpoint `{endpoint}`; check the system's certificates")]
    Http {
        /// The endpoint.
        endpoint: String,
        /// The cause.
        #[source]
        source: reqwest::Error,
    },
    /// The circuit breaker cannot be made.
    #[error("failed to make the circuit breaker of endpoint `{endpoint}`: {reason}")]
    Breaker {
        /// The endpoint.
        endpoint: String,
        /// What its library says.
        reason: String,
    },
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum LlmError {
    /// The request itself is wrong.
    #[error("the request cannot be sent: {0}")]
    InvalidRequest(String),
    /// A budget has too little left.
    #[error("the {scope} budget has {left} left and the call may need {wanted}; raise `budgets.{scope}`")]
    BudgetExhausted {
        /// Whose budget.
        scope: Scope,
        /// What is left, with its unit.
        left: String,
        /// What the call may need, with its unit.
        wanted: String,
    },
    /// Too many calls wait already.
    #[error("{queued} calls wait for endpoint `{endpoint}` already; ask less or raise `max_queued`")]
    QueueFull {
        /// The endpoint.
        endpoint: String,
        /// How many wait.
        queued: usize,
    },
    /// The connection failed.
    #[error("failed to talk to endpoint `{endpoint}`; check that the server runs and `base_url` is right")]
    Connection {
        /// The endpoint.
        endpoint: String,
        /// The cause.
        #[source]
        source: reqwest::Error,
    },
    /// The stream ended before the answer did.
    #[error("endpoint `{endpoint}` ended its answer in the middle")]
    Cut {
        /// The endpoint.
        endpoint: String,
    },
    /// Nothing came for too long.
    #[error(
        "endpoint `{endpoint}` sent nothing for {waited_ms} ms; it may be overloaded, or raise `deadlines.first_token_ms`"
    )]
    Silent {
        /// The endpoint.
        endpoint: String,
        /// How long it was waited.
        waited_ms: u64,
    },
    /// One attempt took too long.
    #[error(
        "endpoint `{endpoint}` did not finish its answer in {waited_ms} ms; lower `max_tokens` or raise `deadlines.whole_ms`"
    )]
    Slow {
        /// The endpoint.
        endpoint: String,
        /// How long it was waited.
        waited_ms: u64,
    },
    /// The whole call took too long.
    #[error(
        "the call was not answered in {waited_ms} ms, with its waiting and all its attempts; raise `retry.overall_ms`"
    )]
    Deadline {
        /// How long it was waited.
        waited_ms: u64,
    },
    /// The server wants fewer requests.
    #[error("endpoint `{endpoint}` takes no more requests for now (429): {message}")]
    RateLimited {
        /// The endpoint.
        endpoint: String,
        /// What it says.
        message: String,
        /// How long it wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// The server failed.
    #[error("endpoint `{endpoint}` failed ({status}): {message}")]
    ServerFailed {
        /// The endpoint.
        endpoint: String,
        /// The HTTP status.
        status: u16,
        /// What it says.
        message: String,
        /// How long it wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// The server sent what is no answer.
    #[error("endpoint `{endpoint}` sent what is no chat completion ({problem}); check that `base_url` ends in `/v1`")]
    NotUnderstood {
        /// The endpoint.
        endpoint: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The key is missing or wrong.
    #[error("endpoint `{endpoint}` does not accept the API key ({status}): {message}; check `api_key_env`")]
    Unauthorized {
        /// The endpoint.
        endpoint: String,
        /// The HTTP status.
        status: u16,
        /// What it says.
        message: String,
    },
    /// The model or the address does not exist there.
    #[error(
        "endpoint `{endpoint}` does not know the model `{model}` or the address (404): {message}; check `model`, `base_url`"
    )]
    UnknownModel {
        /// The endpoint.
        endpoint: String,
        /// The model.
        model: String,
        /// What it says.
        message: String,
    },
    /// Prompt and answer do not fit the model.
    #[error(
        "the prompt is too long for the model on endpoint `{endpoint}`: {message}; shorten it or lower `max_tokens`"
    )]
    PromptTooLong {
        /// The endpoint.
        endpoint: String,
        /// What it says.
        message: String,
    },
    /// The server refuses the request.
    #[error("endpoint `{endpoint}` refuses the request ({status}): {message}")]
    Refused {
        /// The endpoint.
        endpoint: String,
        /// The HTTP status.
        status: u16,
        /// What it says.
        message: String,
    },
    /// The endpoint is left alone because it failed too often.
    #[error("endpoint `{endpoint}` failed too often in a row and is asked again in {retry_in_ms} ms; check the server")]
    BreakerOpen {
        /// The endpoint.
        endpoint: String,
        /// When it is asked again.
        retry_in_ms: u64,
    },
    /// No candidate can be used.
    #[error("{}", unusable(.0))]
    Unusable(Vec<Rejection>),
    /// The caller does not want the answer any more.
    #[error("the call was cancelled")]
    Cancelled,
    /// A mistake in this program.
    #[error("internal error: {0}")]
    Internal(&'static str),
}

fn unusable(rejections: &[Rejection]) -> String {
    let first = match rejections.first() {
        Some(Rejection::Truncated) => "it reached the limit on tokens; raise `max_tokens`".to_owned(),
        Some(Rejection::Empty) | None => "it holds no text".to_owned(),
        Some(Rejection::Filtered) => "the server held it back".to_owned(),
        Some(Rejection::Violation(problems)) => format!("it does not hold to the schema: {problems}"),
    };
    format!("no answer of the model can be used: {first}")
}

impl LlmError {
    /// Says whether another attempt may succeed.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Connection { .. }
            | Self::Cut { .. }
            | Self::Silent { .. }
            | Self::RateLimited { .. }
            | Self::ServerFailed { .. }
            | Self::NotUnderstood { .. }
            | Self::BreakerOpen { .. } => true,
            Self::InvalidRequest(_)
            | Self::BudgetExhausted { .. }
            | Self::QueueFull { .. }
            | Self::Slow { .. }
            | Self::Deadline { .. }
            | Self::Unauthorized { .. }
            | Self::UnknownModel { .. }
            | Self::PromptTooLong { .. }
            | Self::Refused { .. }
            | Self::Unusable(_)
            | Self::Cancelled
            | Self::Internal(_) => false,
        }
    }

    /// Says whether the endpoint itself is in trouble, which its breaker counts.
    pub(crate) fn is_endpoints_fault(&self) -> bool {
        matches!(
            self,
            Self::Connection { .. }
                | Self::Cut { .. }
                | Self::Silent { .. }
                | Self::Slow { .. }
                | Self::ServerFailed { .. }
                | Self::NotUnderstood { .. }
        )
    }
}
