//! Regular expressions as trees, for solvers and people. Invariant: a tree that a `Language` hands out holds no
//! assertion, so that it means the same wherever it stands.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    TooLarge,
    char_set::CharSet,
    determinise::determinise,
    dfa::Dfa,
    nfa::{DEPTH_LIMIT, Nfa},
    unicode_class,
};

/// A regular expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegexTree {
    /// No text at all.
    Nothing,
    /// Exactly this text; the empty text is the empty word.
    Literal(String),
    /// One character of the set.
    Chars(CharSet),
    /// One after the other.
    Concat(Vec<Arc<RegexTree>>),
    /// Any of them.
    Union(Vec<Arc<RegexTree>>),
    /// All of them.
    Intersect(Vec<Arc<RegexTree>>),
    /// Every other text.
    Complement(Arc<RegexTree>),
    /// At least `min` and at most `max` times, without end for `None`; (0, `None`) is the star.
    Repeat {
        /// What is repeated.
        tree: Arc<RegexTree>,
        /// How often at least.
        min: u32,
        /// How often at most.
        max: Option<u32>,
    },
    /// The empty text at a place that fulfils the assertion.
    Assert(Assertion),
}

/// What a place in a text can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Assertion {
    /// Nothing stands before: `\A`.
    TextStart,
    /// Nothing or a line feed stands before: `^` with MULTILINE.
    LineStart,
    /// Nothing follows: `\Z`.
    TextEnd,
    /// Nothing follows but perhaps one last line feed: `$`.
    TextEndOrLastNewline,
    /// Nothing or a line feed follows: `$` with MULTILINE.
    LineEnd,
    /// `\b`.
    WordBoundary,
    /// `\B`.
    NoWordBoundary,
}

impl RegexTree {
    /// The empty text.
    pub fn empty_text() -> Self {
        Self::Literal(String::new())
    }

    /// Any text.
    pub fn any() -> Self {
        Self::star(Self::Chars(CharSet::all()))
    }

    /// Zero or more times.
    #[must_use]
    pub fn star(tree: Self) -> Self {
        Self::Repeat { tree: Arc::new(tree), min: 0, max: None }
    }

    /// One after the other, joining neighbouring texts.
    pub fn concat(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut joined: Vec<Arc<Self>> = Vec::new();
        for part in parts {
            match (joined.last_mut().map(Arc::make_mut), part) {
                (_, Self::Nothing) => return Self::Nothing,
                (Some(Self::Literal(before)), Self::Literal(text)) => before.push_str(&text),
                (_, Self::Concat(inner)) => joined.extend(inner),
                (_, part) => joined.push(Arc::new(part)),
            }
        }
        if joined.len() > 1 {
            joined.retain(|part| **part != Self::empty_text());
        }
        match joined.len() {
            0 => Self::empty_text(),
            1 => joined.pop().map_or_else(Self::empty_text, Arc::unwrap_or_clone),
            _ => Self::Concat(joined),
        }
    }

    /// Any of them.
    pub fn union(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept: Vec<Arc<Self>> = Vec::new();
        for part in parts {
            match part {
                Self::Nothing => {}
                Self::Union(inner) => kept.extend(inner),
                part => kept.push(Arc::new(part)),
            }
        }
        match kept.len() {
            0 => Self::Nothing,
            1 => kept.pop().map_or(Self::Nothing, Arc::unwrap_or_clone),
            _ => Self::Union(kept),
        }
    }

    /// The nesting depth of a tree that is at most `DEPTH_LIMIT` deep, or `None` when it is deeper.
    pub(crate) fn depth(&self) -> Option<usize> {
        self.depth_within(DEPTH_LIMIT)
    }

    fn depth_within(&self, limit: usize) -> Option<usize> {
        let rest = limit.checked_sub(1)?;
        let inner = match self {
            Self::Nothing | Self::Literal(_) | Self::Chars(_) | Self::Assert(_) => Some(0),
            Self::Concat(parts) | Self::Union(parts) | Self::Intersect(parts) => {
                parts.iter().try_fold(0, |deepest, part| Some(part.depth_within(rest)?.max(deepest)))
            }
            Self::Complement(tree) | Self::Repeat { tree, .. } => tree.depth_within(rest),
        };
        Some(inner? + 1)
    }

    /// Tells whether an assertion stands anywhere in the tree, which is at most `DEPTH_LIMIT` deep.
    pub(crate) fn has_assertion(&self) -> bool {
        match self {
            Self::Nothing | Self::Literal(_) | Self::Chars(_) => false,
            Self::Assert(_) => true,
            Self::Concat(parts) | Self::Union(parts) | Self::Intersect(parts) => {
                parts.iter().any(|part| part.has_assertion())
            }
            Self::Complement(tree) | Self::Repeat { tree, .. } => tree.has_assertion(),
        }
    }

    /// Compiles a part of an expression that stands at this depth.
    pub(crate) fn to_dfa(&self, depth: usize) -> Result<Dfa, TooLarge> {
        use super::dfa::Combination;
        if depth > DEPTH_LIMIT {
            return Err(TooLarge);
        }
        match self {
            Self::Complement(tree) => Ok(tree.to_dfa(depth + 1)?.complement()),
            Self::Intersect(parts) => {
                let all = Dfa::constant(super::dfa::Acceptance::Everything);
                parts.iter().try_fold(all, |so_far, part| so_far.product(&part.to_dfa(depth + 1)?, Combination::Both))
            }
            Self::Nothing
            | Self::Literal(_)
            | Self::Chars(_)
            | Self::Concat(_)
            | Self::Union(_)
            | Self::Repeat { .. }
            | Self::Assert(_) => determinise(&Nfa::of(self)?, unicode_class::word()),
        }
    }
}
