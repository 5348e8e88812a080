//! Deterministic automata as dense tables. Invariant: complete (every state has one successor for every class of the
//! alphabet), minimal, and every state is reachable, with numbers in breadth-first order from the start 0.

use std::collections::HashMap;

use super::{STATE_LIMIT, TABLE_LIMIT, TooLarge, alphabet::Alphabet, char_set::CharSet, minimise::minimise};

/// A deterministic automaton whose start is state 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dfa {
    pub(crate) alphabet: Alphabet,
    table: Vec<u32>,
    accepting: Vec<bool>,
}

/// How a product combines acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combination {
    Both,
    Either,
    LeftOnly,
}

impl Dfa {
    /// Explores the automaton that `step` and `accepts` describe, from `start`, and minimises it. `step` appends the
    /// successors of a state for all classes, in order.
    pub(crate) fn explore<S: Clone + Eq + std::hash::Hash>(
        alphabet: Alphabet,
        start: S,
        mut step: impl FnMut(&S, &mut Vec<S>) -> Result<(), TooLarge>,
        mut accepts: impl FnMut(&S) -> bool,
    ) -> Result<Self, TooLarge> {
        let mut numbers: HashMap<S, u32> = HashMap::from([(start.clone(), 0)]);
        let mut states = vec![start];
        let (mut table, mut accepting, mut successors) = (Vec::new(), Vec::new(), Vec::new());
        let mut done = 0;
        while let Some(state) = states.get(done).cloned() {
            done += 1;
            accepting.push(accepts(&state));
            successors.clear();
            step(&state, &mut successors)?;
            for successor in successors.drain(..) {
                let next = u32::try_from(states.len()).unwrap_or(u32::MAX);
                let number = *numbers.entry(successor).or_insert_with_key(|key| {
                    states.push(key.clone());
                    next
                });
                table.push(number);
            }
            if states.len() > STATE_LIMIT || table.len() > TABLE_LIMIT {
                return Err(TooLarge);
            }
        }
        Ok(minimise(&Self { alphabet, table, accepting }))
    }

    /// An automaton from its parts, which the caller keeps consistent and complete.
    pub(crate) fn from_parts(alphabet: Alphabet, table: Vec<u32>, accepting: Vec<bool>) -> Self {
        Self { alphabet, table, accepting }
    }

    /// The automaton that accepts everything or nothing.
    pub(crate) fn constant(accepting: Acceptance) -> Self {
        Self { alphabet: Alphabet::single(), table: vec![0], accepting: vec![accepting == Acceptance::Everything] }
    }

    /// The texts of one character of the set.
    pub(crate) fn one_of(set: &CharSet) -> Self {
        let alphabet = Alphabet::from_sets(std::slice::from_ref(set));
        let mut table = vec![2; alphabet.len() as usize * 3];
        for class in alphabet.classes_in(set) {
            if let Some(entry) = table.get_mut(class as usize) {
                *entry = 1;
            }
        }
        minimise(&Self { alphabet, table, accepting: vec![false, true, false] })
    }

    /// How many states there are.
    pub(crate) fn len(&self) -> usize {
        self.accepting.len()
    }

    /// The successor of a state.
    pub(crate) fn next(&self, state: u32, class: u32) -> u32 {
        self.table.get(state as usize * self.alphabet.len() as usize + class as usize).copied().unwrap_or(0)
    }

    /// The successors of a state, by class.
    pub(crate) fn row(&self, state: u32) -> &[u32] {
        let width = self.alphabet.len() as usize;
        let from = state as usize * width;
        self.table.get(from..from + width).unwrap_or_default()
    }

    /// Tells whether the state accepts.
    pub(crate) fn is_accepting(&self, state: u32) -> bool {
        self.accepting.get(state as usize).copied().unwrap_or(false)
    }

    /// Runs a text from a state.
    pub(crate) fn run(&self, state: u32, text: &str) -> u32 {
        text.chars().fold(state, |at, character| self.next(at, self.alphabet.class_of(character)))
    }

    /// The same automaton with acceptance turned round.
    pub(crate) fn complement(&self) -> Self {
        let accepting = self.accepting.iter().map(|&accepts| !accepts).collect();
        Self { alphabet: self.alphabet.clone(), table: self.table.clone(), accepting }
    }

    /// The product of two automata.
    pub(crate) fn product(&self, other: &Self, combination: Combination) -> Result<Self, TooLarge> {
        let (alphabet, pairs) = self.alphabet.refine(&other.alphabet);
        let accepts = |state: &(u32, u32)| {
            let (left, right) = (self.is_accepting(state.0), other.is_accepting(state.1));
            match combination {
                Combination::Both => left && right,
                Combination::Either => left || right,
                Combination::LeftOnly => left && !right,
            }
        };
        let step = |state: &(u32, u32), successors: &mut Vec<(u32, u32)>| {
            successors.extend(pairs.iter().map(|&(l, r)| (self.next(state.0, l), other.next(state.1, r))));
            Ok(())
        };
        Self::explore(alphabet, (0, 0), step, accepts)
    }

    /// Tells whether no text is accepted.
    pub(crate) fn is_empty(&self) -> bool {
        !self.accepting.contains(&true)
    }

    /// For every state the length of the shortest text that it accepts, or `None`.
    pub(crate) fn distances(&self) -> Vec<Option<u32>> {
        let mut sources: Vec<Vec<u32>> = vec![Vec::new(); self.len()];
        for state in self.states() {
            for &target in self.row(state) {
                if let Some(list) = sources.get_mut(target as usize)
                    && list.last() != Some(&state)
                {
                    list.push(state);
                }
            }
        }
        let mut distances = vec![None; self.len()];
        let mut layer: Vec<u32> = self.states().filter(|&state| self.is_accepting(state)).collect();
        let mut distance = 0;
        while !layer.is_empty() {
            let mut next = Vec::new();
            for state in layer {
                if let Some(entry @ None) = distances.get_mut(state as usize) {
                    *entry = Some(distance);
                    next.extend(sources.get(state as usize).into_iter().flatten().copied());
                }
            }
            layer = next;
            distance += 1;
        }
        distances
    }

    /// All state numbers.
    pub(crate) fn states(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.len()).unwrap_or(u32::MAX)
    }

    /// The shortest accepted text; among those, the one whose characters read best, and then the first.
    pub(crate) fn witness(&self) -> Option<String> {
        let distances = self.distances();
        let distance = |state: u32| distances.get(state as usize).copied().flatten();
        let best: Vec<(char, u32)> =
            self.alphabet.sets().iter().map(|set| set.best().unwrap_or((char::REPLACEMENT_CHARACTER, 9))).collect();
        let mut order: Vec<(u32, u32)> =
            self.states().filter_map(|state| distance(state).map(|d| (d, state))).collect();
        order.sort_unstable();
        let mut chosen: Vec<Option<(u32, char, u32)>> = vec![None; self.len()];
        for (length, state) in order {
            let options = best
                .iter()
                .zip(self.row(state))
                .filter(|&(_, &target)| length.checked_sub(1).is_some_and(|rest| distance(target) == Some(rest)));
            let step = options
                .map(|(&(character, cost), &target)| {
                    let rest = chosen.get(target as usize).copied().flatten().map_or(0, |step| step.0);
                    (cost.saturating_add(rest), character, target)
                })
                .min_by_key(|&(cost, character, target)| (cost, preference(character), target));
            if let Some(entry) = chosen.get_mut(state as usize) {
                *entry = step;
            }
        }
        let mut text = String::new();
        let (mut state, mut left) = (0, distance(0)?);
        while left > 0 {
            let (_, character, target) = chosen.get(state as usize).copied().flatten()?;
            text.push(character);
            (state, left) = (target, left - 1);
        }
        Some(text)
    }
}

/// What a constant automaton accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acceptance {
    Everything,
    Nothing,
}

/// Orders characters of equal rank: small letters, capitals, digits, the others by number.
fn preference(character: char) -> (u32, char) {
    let group = match character {
        'a'..='z' => 0,
        'A'..='Z' => 1,
        '0'..='9' => 2,
        _ => 3,
    };
    (group, character)
}
