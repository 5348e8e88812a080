//! What "stays data" means in the languages that sinks interpret. Invariant: whatever [`HoleContext::safe`] accepts,
//! [`judge`] lets stay; the converse holds where the context is exact.

use std::ops::Range;

use model::contract::SinkLanguage;

use crate::automata::language::Language;

mod hole;
pub use hole::{Attack, HoleContext};

/// A piece of the text that reaches a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// A text that the program gives.
    Text(&'a str),
    /// A text that the attacker gives.
    Hole,
}

/// What happens to the injected parts of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// They stay data, or it can't be told that they don't.
    Stays,
    /// One of them is more than data.
    Escapes {
        /// One sentence for people.
        explanation: String,
    },
}

/// A value to try first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The value.
    pub text: &'static str,
    /// What it does, as a sentence without its end.
    pub explanation: &'static str,
}

/// The context of each hole, in order, each on the assumption that the values before it stay data.
pub fn contexts(language: &SinkLanguage, parts: &[Part<'_>]) -> Vec<HoleContext> {
    let _ = language;
    parts.iter().filter(|part| **part == Part::Hole).map(|_| HoleContext::unclear(language)).collect()
}

/// Readable values to try, the most telling first.
pub fn payloads(language: &SinkLanguage, context: Option<&HoleContext>) -> Vec<Payload> {
    let _ = (language, context);
    Vec::new()
}

/// Judges a whole text, whose injected parts are the given byte ranges in order.
pub fn judge(language: &SinkLanguage, text: &str, injected: &[Range<usize>]) -> Judgement {
    let _ = (language, text, injected);
    Judgement::Stays
}

/// Harmless values, the most ordinary first.
pub fn benign(language: &SinkLanguage) -> &'static [&'static str] {
    let _ = language;
    &["alice", "42", "report.txt"]
}

/// No text.
fn nothing() -> Language {
    Language::empty()
}
