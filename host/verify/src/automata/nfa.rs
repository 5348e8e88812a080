//! Nondeterministic automata over characters with assertions, as the way from expressions to tables. Invariant:
//! there is one start and one accepting state; the edges' sets are interned.

use std::collections::HashMap;

use super::{
    STATE_LIMIT, TooLarge,
    char_set::CharSet,
    dfa::Dfa,
    regex_tree::{Assertion, RegexTree},
};

/// The most nested expression that is compiled; deeper ones answer [`TooLarge`].
pub(crate) const DEPTH_LIMIT: usize = 250;

/// The most edges of a nondeterministic automaton.
const EDGE_LIMIT: usize = STATE_LIMIT * 10;

/// What an edge needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    /// Nothing.
    Empty,
    /// One character of the set with this number.
    Set(usize),
    /// That the place fulfils an assertion.
    Assert(Assertion),
}

/// A nondeterministic automaton from state `start` to state `end`.
#[derive(Debug, Default)]
pub(crate) struct Nfa {
    pub(crate) edges: Vec<Vec<(Label, u32)>>,
    pub(crate) sets: Vec<CharSet>,
    pub(crate) start: u32,
    pub(crate) end: u32,
    known: HashMap<CharSet, usize>,
    count: usize,
}

impl Nfa {
    /// The automaton of an expression.
    pub(crate) fn of(tree: &RegexTree) -> Result<Self, TooLarge> {
        let mut nfa = Self::default();
        nfa.start = nfa.state()?;
        nfa.end = nfa.state()?;
        let (start, end) = (nfa.start, nfa.end);
        nfa.add_tree(tree, start, end, 0)?;
        Ok(nfa)
    }

    /// A new state without edges.
    pub(crate) fn state(&mut self) -> Result<u32, TooLarge> {
        if self.edges.len() > STATE_LIMIT * 4 {
            return Err(TooLarge);
        }
        self.edges.push(Vec::new());
        u32::try_from(self.edges.len() - 1).map_err(|_| TooLarge)
    }

    /// An edge without a character.
    pub(crate) fn add_empty(&mut self, from: u32, to: u32) -> Result<(), TooLarge> {
        self.add(from, Label::Empty, to)
    }

    /// An edge for one character of a set.
    pub(crate) fn add_set(&mut self, from: u32, set: &CharSet, to: u32) -> Result<(), TooLarge> {
        if set.is_empty() {
            return Ok(());
        }
        let index = match self.known.get(set) {
            Some(&index) => index,
            None => {
                self.sets.push(set.clone());
                self.known.insert(set.clone(), self.sets.len() - 1);
                self.sets.len() - 1
            }
        };
        self.add(from, Label::Set(index), to)
    }

    /// A path for a text.
    pub(crate) fn add_text(&mut self, from: u32, text: &str, to: u32) -> Result<(), TooLarge> {
        let mut at = from;
        let mut characters = text.chars().peekable();
        if characters.peek().is_none() {
            return self.add_empty(from, to);
        }
        while let Some(character) = characters.next() {
            let next = if characters.peek().is_none() { to } else { self.state()? };
            self.add_set(at, &CharSet::single(character), next)?;
            at = next;
        }
        Ok(())
    }

    /// The paths of an automaton.
    pub(crate) fn add_dfa(&mut self, from: u32, dfa: &Dfa, to: u32) -> Result<(), TooLarge> {
        let sets = dfa.alphabet.sets();
        let live = dfa.distances();
        let mut states = Vec::with_capacity(dfa.len());
        for _ in dfa.states() {
            states.push(self.state()?);
        }
        if let Some(&first) = states.first() {
            self.add_empty(from, first)?;
        }
        for (state, &number) in dfa.states().zip(&states) {
            if dfa.is_accepting(state) {
                self.add_empty(number, to)?;
            }
            for (set, &target) in sets.iter().zip(dfa.row(state)) {
                let is_live = live.get(target as usize).is_some_and(Option::is_some);
                if let (true, Some(&target)) = (is_live, states.get(target as usize)) {
                    self.add_set(number, set, target)?;
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, from: u32, label: Label, to: u32) -> Result<(), TooLarge> {
        self.count += 1;
        if self.count > EDGE_LIMIT {
            return Err(TooLarge);
        }
        if let Some(list) = self.edges.get_mut(from as usize) {
            list.push((label, to));
        }
        Ok(())
    }

    fn add_tree(&mut self, tree: &RegexTree, from: u32, to: u32, depth: usize) -> Result<(), TooLarge> {
        if depth > DEPTH_LIMIT {
            return Err(TooLarge);
        }
        match tree {
            RegexTree::Nothing => Ok(()),
            RegexTree::Literal(text) => self.add_text(from, text, to),
            RegexTree::Chars(set) => self.add_set(from, set, to),
            RegexTree::Assert(assertion) => self.add(from, Label::Assert(*assertion), to),
            RegexTree::Concat(parts) => {
                let mut at = from;
                for part in parts {
                    let next = self.state()?;
                    self.add_tree(part, at, next, depth + 1)?;
                    at = next;
                }
                self.add_empty(at, to)
            }
            RegexTree::Union(parts) => parts.iter().try_for_each(|part| self.add_tree(part, from, to, depth + 1)),
            RegexTree::Intersect(_) | RegexTree::Complement(_) => {
                let dfa = tree.to_dfa(depth + 1)?;
                self.add_dfa(from, &dfa, to)
            }
            RegexTree::Repeat { tree, min, max } => {
                let mut at = from;
                for _ in 0..*min {
                    let next = self.state()?;
                    self.add_tree(tree, at, next, depth + 1)?;
                    at = next;
                }
                match max {
                    None => {
                        let hub = self.state()?;
                        self.add_empty(at, hub)?;
                        let back = self.state()?;
                        self.add_tree(tree, hub, back, depth + 1)?;
                        self.add_empty(back, hub)?;
                        self.add_empty(hub, to)
                    }
                    Some(max) => {
                        for _ in *min..*max {
                            self.add_empty(at, to)?;
                            let next = self.state()?;
                            self.add_tree(tree, at, next, depth + 1)?;
                            at = next;
                        }
                        self.add_empty(at, to)
                    }
                }
            }
        }
    }
}
