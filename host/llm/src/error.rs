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

/// What is to be hidden cannot be: it lies outside of the text, within a character, or over something else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes {start} to {end} cannot be hidden: they are no text of their own")]
pub struct HiddenError {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// Why a model's text cannot become code again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// It holds a character that readers do not see, or take for another.
    #[error("the answer holds the character U+{code:04X}, which cannot be seen or looks like another one")]
    OddCharacter {
        /// The character.
        code: u32,
    },
    /// A secret's placeholder is not there any more.
    #[error("the answer lost `{placeholder}`, which stands for a secret; keep it")]
    MissingSecret {
        /// The placeholder.
        placeholder: String,
    },
    /// It holds a placeholder that stands for nothing.
    #[error("the answer holds `{placeholder}`, which stands for nothing")]
    UnknownSecret {
        /// The beginning of the placeholder.
        placeholder: String,
    },
}

/// Secrets cannot be looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a pattern for secrets cannot be used: {0}")]
pub struct RedactionError(pub(crate) String);

/// Why a prompt cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// The delimiter could be guessed or misread.
    #[error("a delimiter has 8 to 64 ASCII letters and digits")]
    BadDelimiter,
    /// The data could end itself.
    #[error("the data holds the delimiter; ask again with another one")]
    DelimiterInData,
    /// A template is broken.
    #[error("failed to fill in a prompt's template")]
    Template(#[from] minijinja::Error),
    /// The values cannot be handed to the template.
    #[error("failed to read a prompt's values")]
    Values(#[source] serde_json::Error),
    /// The schema of the answer is broken.
    #[error("the schema of the answer cannot be used")]
    Schema(#[source] Box<LlmError>),
}

/// Why an answer is no corrected function; the text can be handed back to the model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerProblem {
    /// There is no function in it.
    #[error("the answer holds no code block with the function")]
    NoCode,
    /// It holds different versions of the function.
    #[error("the answer holds several different versions of `{name}`; give one")]
    SeveralAnswers {
        /// The function's name.
        name: String,
    },
    /// It holds another function, which was not there.
    #[error("the answer adds the function `{name}`; change only the function that was asked about")]
    OtherFunction {
        /// The other function's name.
        name: String,
    },
    /// It holds statements outside of the function.
    #[error("the answer holds code outside of the function: `{line}`")]
    OtherCode {
        /// The first line of it.
        line: String,
    },
    /// The function has another name.
    #[error("the answer holds `{found}` in place of `{wanted}`; keep the name")]
    Renamed {
        /// The name in the answer.
        found: String,
        /// The name that was asked for.
        wanted: String,
    },
    /// Nothing changed.
    #[error("the answer is the function as it was")]
    Unchanged,
    /// Lines to replace are not in the function.
    #[error("the lines to search for are not in the function: `{search}`")]
    SearchNotFound {
        /// The first line.
        search: String,
    },
    /// Lines to replace are in the function more than once.
    #[error("the lines to search for stand in the function {count} times: `{search}`")]
    SearchAmbiguous {
        /// The first line.
        search: String,
        /// How often.
        count: usize,
    },
    /// It is over a limit.
    #[error("the answer is too long; at most {most} {unit} are taken")]
    TooLong {
        /// The limit.
        most: usize,
        /// What is counted.
        unit: &'static str,
    },
}

/// Why an exchange is not recorded.
#[derive(Debug, thiserror::Error)]
pub enum TranscriptError {
    /// The scan's id cannot name a file.
    #[error("the scan's id cannot name a transcript")]
    BadName,
    /// The exchange is no JSON.
    #[error("failed to encode an exchange")]
    Encode(#[source] serde_json::Error),
    /// The file cannot be written.
    #[error("failed to write the transcript `{}`", path.display())]
    Write {
        /// The file.
        path: std::path::PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
}
