//! Words in identifiers. Invariant: words are compared whole and in lower case.

use securecode_sdk::identifier;

/// Says whether one of the identifier's words is one of these.
pub(crate) fn has_any(identifier: &str, wanted: &[&str]) -> bool {
    identifier::words(identifier).iter().any(|word| wanted.contains(&word.as_str()))
}
