//! The errors that servers send, in all their shapes. Invariant: a message is short and on one line, and the key is not in it.

use std::time::Duration;

use serde_json::Value;

use crate::{api_key::ApiKey, error::LlmError};

/// How much of a server's message is kept, in characters.
const MOST_CHARACTERS: usize = 300;

/// What a server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerError {
    pub(crate) status: u16,
    pub(crate) message: String,
    /// The field of the request that it is about.
    pub(crate) param: Option<String>,
    /// Its kind and code, in lower case.
    pub(crate) kind: String,
}

impl ServerError {
    /// Reads the body of a response that failed.
    pub(crate) fn read(status: u16, body: &[u8], key: Option<&ApiKey>) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(body) => {
                Self::find(&body, Some(status), key).unwrap_or_else(|| Self::plain(status, &body.to_string(), key))
            }
            Err(_) => Self::plain(status, &String::from_utf8_lossy(body), key),
        }
    }

    /// Looks for an error in a body, whatever its status; `None` where the body holds none.
    ///
    /// Known shapes: `{"error": "text"}`, `{"error": {"message", "type", "param", "code"}}`,
    /// `{"object": "error", "message", …}`, `{"detail": …}`, `{"message": …}` with a failed status.
    pub(crate) fn find(body: &Value, status: Option<u16>, key: Option<&ApiKey>) -> Option<Self> {
        let whole = match body.get("error") {
            Some(Value::Null) | None => None,
            Some(error) => Some(error),
        };
        let is_error = body.get("object").and_then(Value::as_str) == Some("error") || status.is_some();
        let error = match whole {
            Some(error) => error,
            None if is_error && body.get("message").is_some() => body,
            None if is_error => body.get("detail")?,
            None => return None,
        };
        let text = |name: &str| error.get(name).and_then(Value::as_str);
        let message = match (error, error.get("message")) {
            (Value::String(text), _) | (_, Some(Value::String(text))) => text.clone(),
            (other, None) | (_, Some(other)) => other.to_string(),
        };
        let code = error.get("code").or_else(|| body.get("code"));
        let number = code.and_then(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()));
        let number = number.and_then(|number| u16::try_from(number).ok()).filter(|number| (400..600).contains(number));
        let kind = [text("type"), code.and_then(Value::as_str)].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let kind = kind.to_ascii_lowercase();
        let status = status.or(number).unwrap_or_else(|| guess_status(&kind, &message));
        let param = text("param").map(str::to_owned);
        Some(Self { param, kind, ..Self::plain(status, &message, key) })
    }

    fn plain(status: u16, message: &str, key: Option<&ApiKey>) -> Self {
        let message = key.map_or_else(|| message.to_owned(), |key| key.redact(message));
        let mut short: String = message.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = short.char_indices().nth(MOST_CHARACTERS) {
            short.truncate(end);
            short.push('…');
        }
        if short.is_empty() {
            short.push_str("no reason given");
        }
        Self { status, message: short, param: None, kind: String::new() }
    }

    /// Says whether the request was refused for something in it, which leaving a field out may cure.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self.status, 400 | 422) && !self.is_too_long()
    }

    fn is_too_long(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        self.param.as_deref() == Some("input_tokens")
            || self.kind.contains("context_length_exceeded")
            || self.kind.contains("exceed_context_size")
            || message.contains("maximum context length")
            || message.contains("exceeds the available context size")
    }

    /// Makes the error that the caller sees.
    pub(crate) fn into_error(self, endpoint: &str, model: &str, retry_after: Option<Duration>) -> LlmError {
        let is_too_long = self.is_too_long();
        let (endpoint, status, message) = (endpoint.to_owned(), self.status, self.message);
        match status {
            429 => LlmError::RateLimited { endpoint, message, retry_after },
            500.. => LlmError::ServerFailed { endpoint, status, message, retry_after },
            401 | 403 => LlmError::Unauthorized { endpoint, status, message },
            404 => LlmError::UnknownModel { endpoint, model: model.to_owned(), message },
            _ if is_too_long => LlmError::PromptTooLong { endpoint, message },
            _ => LlmError::Refused { endpoint, status, message },
        }
    }
}

/// Guesses the status of an error that came with 200, as RunPod's do.
fn guess_status(kind: &str, message: &str) -> u16 {
    let message = message.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| kind.contains(word) || message.contains(word));
    if says(&["notfounderror", "not_found"]) {
        404
    } else if says(&["unauthorized", "authentication"]) {
        401
    } else if says(&["badrequesterror", "invalid_request", "validation error"]) {
        400
    } else if says(&["rate_limit", "ratelimit"]) {
        429
    } else {
        500
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use super::ServerError;

    #[test]
    fn reads_every_shape() {
        let cases = [
            (Some(401), json!({"error": "Unauthorized"}), 401, "Unauthorized"),
            (Some(404), json!({"error": {"message": "no such model", "type": "NotFoundError"}}), 404, "no such model"),
            (None, json!({"error": {"type": "worker_error", "message": "it broke"}}), 500, "it broke"),
            (
                None,
                json!({"error": {"type": "worker_error", "message": "BadRequestError: n"}}),
                400,
                "BadRequestError: n",
            ),
            (None, json!({"error": {"message": "x", "code": 503}}), 503, "x"),
            (None, json!({"error": {"message": "x", "code": "404"}}), 404, "x"),
            (None, json!({"object": "error", "message": "old", "code": 400}), 400, "old"),
            (Some(404), json!({"detail": "Not Found"}), 404, "Not Found"),
            (Some(422), json!({"detail": [{"msg": "bad"}]}), 422, r#"[{"msg":"bad"}]"#),
        ];
        for (status, body, wanted, message) in cases {
            let found = ServerError::find(&body, status, None).unwrap();
            assert_eq!((found.status, found.message.as_str()), (wanted, message), "{body}");
        }
        for body in [json!({"choices": [], "error": Value::Null}), json!([])] {
            assert_eq!(ServerError::find(&body, None, None), None, "{body}");
        }
    }

    #[test]
    fn keeps_messages_short_and_on_one_line() {
        let body = format!("<html>\n{}", "ä ".repeat(900));
        let error = ServerError::read(502, body.as_bytes(), None);
        assert_eq!(error.message.chars().count(), 301);
        assert!(!error.message.contains('\n'));
        assert_eq!(ServerError::read(500, b"", None).message, "no reason given");
    }
}
