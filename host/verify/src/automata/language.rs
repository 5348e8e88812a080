//! Regular languages: sets of texts that can be combined, compared and searched. Invariant: the automaton is exact
//! and minimal; the expression, where there is one, has the same language.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use super::{
    TooLarge,
    char_set::CharSet,
    determinise::determinise,
    dfa::{Acceptance, Combination, Dfa},
    nfa::Nfa,
    regex_tree::RegexTree,
    state_elimination, unicode_class,
};

/// A regular set of texts. Cloning is cheap.
#[derive(Clone)]
pub struct Language {
    dfa: Arc<Dfa>,
    tree: Option<Arc<RegexTree>>,
    derived: Arc<OnceLock<Option<Arc<RegexTree>>>>,
}

impl Language {
    /// No text.
    pub fn empty() -> Self {
        Self::new(Dfa::constant(Acceptance::Nothing), Some(RegexTree::Nothing))
    }

    /// Every text.
    pub fn any() -> Self {
        Self::new(Dfa::constant(Acceptance::Everything), Some(RegexTree::any()))
    }

    /// The texts of exactly one character of the set.
    pub fn chars(set: &CharSet) -> Self {
        Self::new(Dfa::one_of(set), Some(RegexTree::Chars(set.clone())))
    }

    /// The one text. Fails when it has more characters than an automaton may have states.
    pub fn literal(text: &str) -> Result<Self, TooLarge> {
        Self::from_tree(&RegexTree::Literal(text.to_owned()))
    }

    /// The given texts.
    pub fn one_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, TooLarge> {
        Self::from_tree(&RegexTree::union(texts.into_iter().map(|text| RegexTree::Literal(text.to_owned()))))
    }

    /// The texts that the expression matches as a whole.
    pub fn from_tree(tree: &RegexTree) -> Result<Self, TooLarge> {
        Self::from_tree_with_word(tree, unicode_class::word())
    }

    /// As [`Self::from_tree`], where `word` is what `\b` takes for a word's characters.
    pub(crate) fn from_tree_with_word(tree: &RegexTree, word: &CharSet) -> Result<Self, TooLarge> {
        tree.depth().ok_or(TooLarge)?;
        let dfa = determinise(&Nfa::of(tree)?, word)?;
        Ok(Self::new(dfa, (!tree.has_assertion()).then(|| tree.clone())))
    }

    pub(crate) fn new(dfa: Dfa, tree: Option<RegexTree>) -> Self {
        let tree = tree.filter(|tree| tree.depth().is_some()).map(Arc::new);
        Self { dfa: Arc::new(dfa), tree, derived: Arc::default() }
    }

    pub(crate) fn dfa(&self) -> &Dfa {
        &self.dfa
    }

    /// The texts in both languages.
    pub fn intersect(&self, other: &Self) -> Result<Self, TooLarge> {
        let dfa = self.dfa.product(&other.dfa, Combination::Both)?;
        Ok(Self::new(dfa, self.combine(other, RegexTree::Intersect)))
    }

    /// The texts in either language.
    pub fn union(&self, other: &Self) -> Result<Self, TooLarge> {
        let dfa = self.dfa.product(&other.dfa, Combination::Either)?;
        Ok(Self::new(dfa, self.combine(other, RegexTree::Union)))
    }

    /// The texts of this language that are not in the other.
    pub fn minus(&self, other: &Self) -> Result<Self, TooLarge> {
        let dfa = self.dfa.product(&other.dfa, Combination::LeftOnly)?;
        Ok(Self::new(dfa, self.combine(&other.complement(), RegexTree::Intersect)))
    }

    /// Every other text.
    #[must_use]
    pub fn complement(&self) -> Self {
        let tree = self.tree.as_ref().map(|tree| match &**tree {
            RegexTree::Complement(inner) => RegexTree::clone(inner),
            RegexTree::Nothing
            | RegexTree::Literal(_)
            | RegexTree::Chars(_)
            | RegexTree::Concat(_)
            | RegexTree::Union(_)
            | RegexTree::Intersect(_)
            | RegexTree::Repeat { .. }
            | RegexTree::Assert(_) => RegexTree::Complement(Arc::clone(tree)),
        });
        Self::new(self.dfa.complement(), tree)
    }

    /// A text of this language followed by one of the other.
    pub fn concat(&self, other: &Self) -> Result<Self, TooLarge> {
        let mut nfa = Nfa::default();
        let (start, middle, end) = (nfa.state()?, nfa.state()?, nfa.state()?);
        (nfa.start, nfa.end) = (start, end);
        nfa.add_dfa(start, &self.dfa, middle)?;
        nfa.add_dfa(middle, &other.dfa, end)?;
        let tree = match (&self.tree, &other.tree) {
            (Some(left), Some(right)) => Some(RegexTree::concat([RegexTree::clone(left), RegexTree::clone(right)])),
            (None | Some(_), None) | (None, Some(_)) => None,
        };
        Ok(Self::new(determinise(&nfa, &CharSet::none())?, tree))
    }

    /// Any number of texts of this language, none included, one after the other.
    pub fn star(&self) -> Result<Self, TooLarge> {
        self.repeat(0, None)
    }

    /// One or more texts of this language.
    pub fn plus(&self) -> Result<Self, TooLarge> {
        self.repeat(1, None)
    }

    /// A text of this language or the empty one.
    pub fn optional(&self) -> Result<Self, TooLarge> {
        self.repeat(0, Some(1))
    }

    /// At least `min` and at most `max` texts of this language, without end for `None`.
    pub fn repeat(&self, min: u32, max: Option<u32>) -> Result<Self, TooLarge> {
        let mut nfa = Nfa::default();
        nfa.start = nfa.state()?;
        nfa.end = nfa.state()?;
        let end = nfa.end;
        let mut at = nfa.start;
        for _ in 0..min {
            let next = nfa.state()?;
            nfa.add_dfa(at, &self.dfa, next)?;
            at = next;
        }
        if max.is_none() {
            let hub = nfa.state()?;
            nfa.add_empty(at, hub)?;
            nfa.add_dfa(hub, &self.dfa, hub)?;
            nfa.add_empty(hub, end)?;
        } else {
            for _ in min..max.unwrap_or(min) {
                nfa.add_empty(at, end)?;
                let next = nfa.state()?;
                nfa.add_dfa(at, &self.dfa, next)?;
                at = next;
            }
            nfa.add_empty(at, end)?;
        }
        let tree = self.tree.as_ref().map(|tree| RegexTree::Repeat { tree: Arc::clone(tree), min, max });
        Ok(Self::new(determinise(&nfa, &CharSet::none())?, tree))
    }

    /// Tells whether there is no text in the language.
    pub fn is_empty(&self) -> bool {
        self.dfa.is_empty()
    }

    /// Tells whether every text is in the language.
    pub fn is_any(&self) -> bool {
        self.dfa.complement().is_empty()
    }

    /// Tells whether `text` is in the language.
    pub fn accepts(&self, text: &str) -> bool {
        self.dfa.is_accepting(self.dfa.run(0, text))
    }

    /// The shortest text; among those the most readable one, always the same.
    pub fn witness(&self) -> Option<String> {
        self.dfa.witness()
    }

    /// Tells whether every text of this language is in the other.
    pub fn is_subset_of(&self, other: &Self) -> Result<bool, TooLarge> {
        Ok(self.dfa.product(&other.dfa, Combination::LeftOnly)?.is_empty())
    }

    /// The only text, when there is exactly one.
    pub fn only(&self) -> Option<String> {
        let text = self.witness()?;
        let rest = self.minus(&Self::literal(&text).ok()?).ok()?;
        rest.is_empty().then_some(text)
    }

    /// How many states the automaton has.
    pub fn states(&self) -> usize {
        self.dfa.len()
    }

    /// An expression with the same language: the one that it was built from, or else one from state elimination;
    /// `None` when that would be too large.
    pub fn to_regex_tree(&self) -> Option<Arc<RegexTree>> {
        match &self.tree {
            Some(tree) => Some(Arc::clone(tree)),
            None => self.derived.get_or_init(|| state_elimination::expression(&self.dfa).map(Arc::new)).clone(),
        }
    }

    fn combine(&self, other: &Self, join: fn(Vec<Arc<RegexTree>>) -> RegexTree) -> Option<RegexTree> {
        Some(join(vec![Arc::clone(self.tree.as_ref()?), Arc::clone(other.tree.as_ref()?)]))
    }
}

/// Equal automata, hence equal languages.
impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.dfa.product(&other.dfa, Combination::LeftOnly).is_ok_and(|left| left.is_empty())
            && other.dfa.product(&self.dfa, Combination::LeftOnly).is_ok_and(|right| right.is_empty())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Language({} states, witness {:?})", self.states(), self.witness())
    }
}
