//! A finding's identity over time. Invariant: no line number and no rule version goes into it, so that a line added
//! above changes nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// 128 bits of BLAKE3 over rule, path, scope, the normalised statement and its occurrence; shown in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Computes the fingerprint. `snippet` is the statement's text, whose white space is folded here; `occurrence`
    /// counts equal ones in the file from 0.
    pub fn new(rule: &str, path: &str, scope: &str, snippet: &str, occurrence: u32) -> Self {
        let folded = snippet.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut hasher = blake3::Hasher::new();
        for part in [rule, path, scope, &folded] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(&occurrence.to_le_bytes());
        Self(hasher.finalize().to_hex().chars().take(32).collect())
    }

    /// Gives the hexadecimal text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    #[test]
    fn white_space_does_not_count_but_parts_do() {
        let base = Fingerprint::new("r", "a.py", "f", "x  =\n 1", 0);
        assert_eq!(base, Fingerprint::new("r", "a.py", "f", "x = 1", 0));
        assert_ne!(base, Fingerprint::new("r", "a.pyf", "", "x = 1", 0));
        assert_ne!(base, Fingerprint::new("r", "a.py", "f", "x = 1", 1));
    }
}
