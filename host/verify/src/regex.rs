//! Python's regular expressions as languages. Invariant: what is translated has exactly the texts that CPython's `re`
//! matches; every other construct is an error.

use crate::automata::{TooLarge, language::Language};

/// The flags that `re.compile` takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `re.IGNORECASE`.
    pub ignore_case: bool,
    /// `re.DOTALL`.
    pub dot_all: bool,
    /// `re.MULTILINE`.
    pub multi_line: bool,
    /// `re.VERBOSE`.
    pub verbose: bool,
    /// `re.ASCII`.
    pub ascii: bool,
}

/// Which of `re`'s functions asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `re.match`: at the beginning.
    Match,
    /// `re.fullmatch`: the whole text.
    FullMatch,
    /// `re.search`: anywhere.
    Search,
}

/// Why a pattern has no language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegexError {
    /// Python knows the construct, this translation doesn't.
    #[error("{construct} at character {offset} of the pattern is not supported")]
    Unsupported {
        /// What it is called.
        construct: &'static str,
        /// Characters before it.
        offset: usize,
    },
    /// Python would refuse the pattern.
    #[error("{problem} at character {offset} of the pattern")]
    Invalid {
        /// What is wrong.
        problem: &'static str,
        /// Characters before it.
        offset: usize,
    },
    /// The automaton would be too large.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// The texts for which the function finds a match.
pub fn language(pattern: &str, flags: Flags, mode: Mode) -> Result<Language, RegexError> {
    let _ = (pattern, flags, mode);
    Err(RegexError::Unsupported { construct: "every pattern", offset: 0 })
}
