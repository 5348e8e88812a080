//! A server's API key. Invariant: its text leaves this file only inside a header marked as sensitive.

use std::{env, fmt};

use reqwest::header::HeaderValue;

use crate::error::ConfigError;

/// A key, which no `Debug` and no message shows.
#[derive(Clone)]
pub(crate) struct ApiKey(String);

impl fmt::Debug for ApiKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ApiKey(…)")
    }
}

impl ApiKey {
    /// Reads the key from the environment.
    pub(crate) fn from_env(variable: &str) -> Result<Self, ConfigError> {
        let missing = || ConfigError::MissingKey { variable: variable.to_owned() };
        let key = Self(env::var(variable).map_err(|_| missing())?.trim().to_owned());
        if key.0.is_empty() {
            return Err(missing());
        }
        key.as_header().map(|_| key).ok_or_else(|| ConfigError::UnusableKey { variable: variable.to_owned() })
    }

    /// Gives the value of `Authorization`; `None` where the key holds what no header can.
    pub(crate) fn as_header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Takes the key out of a text that a server sent.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(&self.0, "…")
    }
}

#[cfg(test)]
mod tests {
    use super::ApiKey;

    #[test]
    fn is_never_shown() {
        let key = ApiKey("sk-1234".to_owned());
        assert!(!format!("{key:?} {:?}", key.as_header()).contains("1234"));
        assert_eq!(key.redact("bad key sk-1234!"), "bad key …!");
    }
}
