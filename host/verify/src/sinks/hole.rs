//! The context of one hole. Invariant: `safe` holds no value that changes the structure of what surrounds the hole.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use crate::{automata::language::Language, regex};

/// Where a hole stands, and which values stay data there.
#[derive(Clone, Debug)]
pub struct HoleContext {
    place: String,
    safe: Language,
    families: Vec<(String, &'static str)>,
    consequence: &'static str,
    exactness: Exactness,
}

/// How a context's safe values relate to those that the judge lets stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exactness {
    /// They are the same.
    Exact,
    /// Some values that stay are not counted as safe.
    Under,
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
    /// A context with these safe values; `consequence` says what any other does.
    pub(crate) fn new(place: impl Into<String>, safe: Language, consequence: &'static str) -> Self {
        Self { place: place.into(), safe, families: Vec::new(), consequence, exactness: Exactness::Exact }
    }

    /// A context whose safe values match a pattern as a whole.
    pub(crate) fn matching(place: impl Into<String>, pattern: &str, consequence: &'static str) -> Self {
        Self::new(place, compiled(pattern), consequence)
    }

    /// A place of which nothing is known: no value is safe, and no attack is known.
    pub(crate) fn unclear(place: impl Into<String>) -> Self {
        Self::new(place, Language::empty(), "the value stands where its meaning is not understood").under()
    }

    pub(crate) fn with_families(mut self, families: Vec<(String, &'static str)>) -> Self {
        self.families = families;
        self
    }

    pub(crate) fn under(mut self) -> Self {
        self.exactness = Exactness::Under;
        self
    }

    /// Counts these values as safe, too.
    pub(crate) fn or_safe(mut self, pattern: &str) -> Self {
        if let Ok(safe) = self.safe.union(&compiled(pattern)) {
            self.safe = safe;
        }
        self
    }

    /// Counts only what another context counts as safe, too.
    pub(crate) fn and(mut self, other: Self) -> Self {
        if self.place != other.place {
            self.place = format!("{} or {}", self.place, other.place);
        }
        self.safe = self.safe.intersect(&other.safe).unwrap_or_else(|_| Language::empty());
        for family in other.families {
            if !self.families.contains(&family) {
                self.families.push(family);
            }
        }
        if other.exactness == Exactness::Under {
            self.exactness = Exactness::Under;
        }
        self
    }

    /// Where the hole stands, for people: "inside a '…' literal".
    pub fn place(&self) -> &str {
        &self.place
    }

    /// How the safe values relate to those that the judge lets stay.
    pub fn exactness(&self) -> Exactness {
        self.exactness
    }

    /// The values that stay data and leave the text after the hole as it was meant.
    pub fn safe(&self) -> Language {
        self.safe.clone()
    }

    /// Families of values that don't, the most readable first; the last is every value that isn't safe.
    pub fn attacks(&self) -> Vec<Attack> {
        let unsafe_values = self.safe.complement();
        let families = self.families.iter().filter_map(|(pattern, explanation)| {
            let language = compiled(pattern).intersect(&unsafe_values).ok()?;
            (!language.is_empty()).then_some(Attack { language, explanation })
        });
        let mut attacks: Vec<Attack> = families.collect();
        attacks.push(Attack { language: unsafe_values, explanation: self.consequence });
        attacks
    }
}

/// How many compiled patterns are remembered; there are about a hundred.
const REMEMBERED: usize = 400;

/// The texts that a pattern matches as a whole; none when it has no automaton. The patterns are few and fixed, so that
/// each is compiled once.
fn compiled(pattern: &str) -> Language {
    static KNOWN: LazyLock<Mutex<HashMap<String, Language>>> = LazyLock::new(Mutex::default);
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
    if let Some(language) = known {
        return language;
    }
    let language = regex::full(pattern).unwrap_or_else(|_| Language::empty());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() < REMEMBERED {
        known.insert(pattern.to_owned(), language.clone());
    }
    language
}
