//! Keys of remembered answers. Invariant: every part is framed by its length, so that different questions give different
//! bytes, and a part that cannot be written down gives no key at all.

use std::fmt::Write as _;

use model::span::Span;
use serde::Serialize;

/// Raised when what is stored under a key of any kind changes its form.
const FORMAT: u64 = 1;

/// What is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What the packs said of one file.
    PackAnswers,
    /// What the prover said of one contract.
    Verdict,
    /// What became of the patches of one function.
    Patches,
    /// What data flow learned of a project.
    Flow,
    /// What the replay of one counterexample showed.
    Replay,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::PackAnswers, Self::Verdict, Self::Patches, Self::Flow, Self::Replay];

    /// Gives the kind's name in logs, in lists and on disk.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PackAnswers => "pack-answers",
            Self::Verdict => "verdicts",
            Self::Patches => "patches",
            Self::Flow => "flow",
            Self::Replay => "replays",
        }
    }
}

/// Names one answer by a hash of everything that it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    kind: Kind,
    hash: [u8; 32],
}

impl Key {
    /// Gives what kind of answer it names.
    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }

    /// Gives the hash.
    pub(crate) const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Gives the hash in hexadecimal, cut into the first two digits and the rest.
    pub(crate) fn to_hex(self) -> (String, String) {
        let (mut first, mut rest) = (String::new(), String::new());
        for (index, byte) in self.hash.iter().enumerate() {
            let _is_text = write!(if index == 0 { &mut first } else { &mut rest }, "{byte:02x}");
        }
        (first, rest)
    }
}

/// Collects what an answer depends on.
pub(crate) struct KeyBuilder {
    kind: Kind,
    hasher: blake3::Hasher,
    is_complete: bool,
}

impl KeyBuilder {
    /// Starts a key; `build` names what computes the answer.
    pub(crate) fn new(kind: Kind, build: &[u8; 32]) -> Self {
        let mut builder = Self { kind, hasher: blake3::Hasher::new(), is_complete: true };
        builder.number(FORMAT).text(kind.as_str()).bytes(build);
        builder
    }

    /// Adds bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
        self
    }

    /// Adds a text.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    /// Adds a number.
    pub(crate) fn number(&mut self, number: u64) -> &mut Self {
        self.hasher.update(&number.to_le_bytes());
        self
    }

    /// Adds a span.
    pub(crate) fn span(&mut self, span: Span) -> &mut Self {
        self.number(u64::from(span.start)).number(u64::from(span.end))
    }

    /// Adds a value in its JSON form.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> &mut Self {
        match serde_json::to_vec(value) {
            Ok(bytes) => self.bytes(&bytes),
            Err(_) => self.refuse(),
        }
    }

    /// Gives up: something that the answer depends on cannot be named.
    pub(crate) fn refuse(&mut self) -> &mut Self {
        self.is_complete = false;
        self
    }

    /// Gives the key; `None` when a part could not be added.
    pub(crate) fn finish(&self) -> Option<Key> {
        self.is_complete.then(|| Key { kind: self.kind, hash: self.hasher.finalize().into() })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{KeyBuilder, Kind};

    #[test]
    fn parts_kinds_and_builds_are_told_apart() {
        let key = |kind, build: u8, parts: &[&str]| {
            let mut builder = KeyBuilder::new(kind, &[build; 32]);
            parts.iter().for_each(|part| {
                builder.text(part);
            });
            builder.finish().unwrap()
        };
        let base = key(Kind::Verdict, 0, &["ab", "c"]);
        assert_eq!(base, key(Kind::Verdict, 0, &["ab", "c"]));
        for other in [
            key(Kind::Verdict, 0, &["a", "bc"]),
            key(Kind::Verdict, 0, &["abc"]),
            key(Kind::Verdict, 1, &["ab", "c"]),
            key(Kind::Patches, 0, &["ab", "c"]),
        ] {
            assert_ne!(base.hash(), other.hash());
        }
    }

    #[test]
    fn what_cannot_be_named_has_no_key() {
        let mut builder = KeyBuilder::new(Kind::Verdict, &[0; 32]);
        // JSON has no maps whose keys are lists.
        builder.json(&std::collections::BTreeMap::from([(vec![1], 2)]));
        assert!(builder.finish().is_none());
    }
}
