//! Python's regular expressions as languages. Invariant: what is translated has exactly the texts that CPython's `re`
//! matches; every other construct is an error.

use crate::automata::{
    TooLarge,
    char_set::CharSet,
    language::Language,
    operation::Operation,
    regex_tree::{Assertion, RegexTree},
    transducer::Transducer,
    unicode_class,
};

mod class;
mod parser;

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
    let parsed = parser::parse(pattern, flags)?;
    let word = if parsed.flags.ascii { &class::ascii_word() } else { unicode_class::word() };
    Ok(Language::from_tree_with_word(&whole(parsed.tree, mode), word)?)
}

/// The expression as it is written, without what the function adds around it.
pub(crate) fn parsed(pattern: &str, flags: Flags) -> Result<RegexTree, RegexError> {
    Ok(parser::parse(pattern, flags)?.tree)
}

/// The texts that the pattern matches as a whole, with `.` for every character.
pub(crate) fn full(pattern: &str) -> Result<Language, RegexError> {
    language(pattern, Flags { dot_all: true, ..Flags::default() }, Mode::FullMatch)
}

/// `re.sub(pattern, replacement, s)`, for a pattern that is a constant text, a character class, or one that is
/// repeated with `+`, and a replacement without backslashes.
pub fn substitution(pattern: &str, flags: Flags, replacement: &str) -> Result<Transducer, RegexError> {
    let parsed = parser::parse(pattern, flags)?;
    let unsupported = RegexError::Unsupported { construct: "a substitution of this form", offset: 0 };
    if replacement.contains('\\') || parsed.is_lazy {
        return Err(unsupported);
    }
    let to = replacement.to_owned();
    let operation = match parsed.tree {
        RegexTree::Chars(set) => Operation::ReplaceChars { set, to },
        RegexTree::Literal(from) if !from.is_empty() => Operation::Replace { from, to },
        RegexTree::Repeat { tree, min: 1, max: None } => match one_character(&tree) {
            Some(set) => Operation::ReplaceRuns { set, to },
            None => return Err(unsupported),
        },
        RegexTree::Literal(_)
        | RegexTree::Nothing
        | RegexTree::Concat(_)
        | RegexTree::Union(_)
        | RegexTree::Intersect(_)
        | RegexTree::Complement(_)
        | RegexTree::Repeat { .. }
        | RegexTree::Assert(_) => return Err(unsupported),
    };
    Ok(Transducer::new(operation)?)
}

fn one_character(tree: &RegexTree) -> Option<CharSet> {
    match tree {
        RegexTree::Chars(set) => Some(set.clone()),
        RegexTree::Literal(text) => {
            let mut characters = text.chars();
            let first = characters.next()?;
            characters.next().is_none().then(|| CharSet::single(first))
        }
        RegexTree::Nothing
        | RegexTree::Concat(_)
        | RegexTree::Union(_)
        | RegexTree::Intersect(_)
        | RegexTree::Complement(_)
        | RegexTree::Repeat { .. }
        | RegexTree::Assert(_) => None,
    }
}

/// The expression for whole texts. Anchors at the two ends, which are the usual ones, become plain expressions.
fn whole(tree: RegexTree, mode: Mode) -> RegexTree {
    let mut parts: Vec<RegexTree> = match tree {
        RegexTree::Concat(parts) => parts.into_iter().map(std::sync::Arc::unwrap_or_clone).collect(),
        tree @ (RegexTree::Nothing
        | RegexTree::Literal(_)
        | RegexTree::Chars(_)
        | RegexTree::Union(_)
        | RegexTree::Intersect(_)
        | RegexTree::Complement(_)
        | RegexTree::Repeat { .. }
        | RegexTree::Assert(_)) => vec![tree],
    };
    let (mut before, mut after) = match mode {
        Mode::FullMatch => (None, None),
        Mode::Match => (None, Some(RegexTree::any())),
        Mode::Search => (Some(RegexTree::any()), Some(RegexTree::any())),
    };
    let inner = parts.iter().filter(|part| part.has_assertion()).count();
    let start = parts.first() == Some(&RegexTree::Assert(Assertion::TextStart));
    let end = match parts.last() {
        Some(RegexTree::Assert(Assertion::TextEnd)) => Some(RegexTree::empty_text()),
        Some(RegexTree::Assert(Assertion::TextEndOrLastNewline)) => {
            Some(RegexTree::union([RegexTree::empty_text(), RegexTree::Literal("\n".to_owned())]))
        }
        Some(_) | None => None,
    };
    if inner == usize::from(start) + usize::from(end.is_some()) {
        if start {
            parts.remove(0);
            before = None;
        }
        if let Some(end) = end {
            parts.pop();
            after = after.map(|_| end);
        }
    }
    RegexTree::concat(before.into_iter().chain(parts).chain(after))
}
