//! The context of one hole. Invariant: `safe` holds no value that changes the structure of what surrounds the hole.

use model::contract::SinkLanguage;

use crate::automata::language::Language;

/// Where a hole stands, and which values stay data there.
#[derive(Clone, Debug, PartialEq)]
pub struct HoleContext {
    language: SinkLanguage,
    place: String,
}

/// A family of values that are more than data.
#[derive(Clone, Debug)]
pub struct Attack {
    /// The values.
    pub language: Language,
    /// What they do, as a sentence without its end.
    pub explanation: &'static str,
}

impl HoleContext {
    pub(crate) fn unclear(language: &SinkLanguage) -> Self {
        Self { language: language.clone(), place: "in a place that is not understood".to_owned() }
    }

    /// Where the hole stands, for people: "inside a '…' literal".
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The values that stay data and leave the text after the hole as it was meant.
    pub fn safe(&self) -> Language {
        super::nothing()
    }

    /// Families of values that don't, the most readable first; the last is every value that isn't safe.
    pub fn attacks(&self) -> Vec<Attack> {
        let _ = &self.language;
        Vec::new()
    }
}
