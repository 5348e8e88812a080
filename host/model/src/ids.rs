//! Newtypes for identities. Invariant: a value of one of these types has passed its own syntax check.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// Names a rule by the pattern it finds: lower-case words joined by `-`, such as `python-sql-injection`.
///
/// Unique over all installed packs; the pack is a separate field of a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleId(Arc<str>);

/// Says why a text is no identifier of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid id: use lower-case letters, digits and single `-`, at most 80 characters")]
pub struct InvalidId {
    text: String,
}

fn is_kebab(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 80
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--")
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl FromStr for RuleId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if is_kebab(text) { Ok(Self(text.into())) } else { Err(InvalidId { text: text.chars().take(100).collect() }) }
    }
}

impl TryFrom<String> for RuleId {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<RuleId> for String {
    fn from(id: RuleId) -> Self {
        id.0.to_string()
    }
}

impl RuleId {
    /// Gives the id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Numbers a file within one snapshot, in path order from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

#[cfg(test)]
mod tests {
    use super::RuleId;

    #[test]
    fn rule_ids_are_kebab_case() {
        for good in ["python-sql-injection", "a", "md5-2"] {
            assert!(good.parse::<RuleId>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a_b", "a b"] {
            assert!(bad.parse::<RuleId>().is_err(), "{bad}");
        }
    }
}
