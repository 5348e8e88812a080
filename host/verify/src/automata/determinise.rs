//! From nondeterministic to deterministic automata: first the assertions are resolved by what stands before and
//! after each place, then the subset construction runs. Invariant: the language is kept.

use std::collections::HashMap;

use super::{
    STATE_LIMIT, TooLarge,
    alphabet::Alphabet,
    char_set::CharSet,
    dfa::Dfa,
    nfa::{Label, Nfa},
    regex_tree::Assertion,
};

/// The most members that all subsets together may have.
const SUBSET_LIMIT: usize = 4_000_000;

/// The deterministic automaton with the same language. `word` is what `\b` takes for a word's characters.
pub(crate) fn determinise(nfa: &Nfa, word: &CharSet) -> Result<Dfa, TooLarge> {
    let asserts = nfa.edges.iter().flatten().any(|edge| matches!(edge.0, Label::Assert(_)));
    if asserts { subsets(&resolve_assertions(nfa, word)?) } else { subsets(nfa) }
}

fn subsets(nfa: &Nfa) -> Result<Dfa, TooLarge> {
    let alphabet = Alphabet::from_sets(&nfa.sets);
    let classes: Vec<Vec<u32>> = nfa.sets.iter().map(|set| alphabet.classes_in(set)).collect();
    let width = alphabet.len() as usize;
    let mut closure = Closure { seen: vec![0; nfa.edges.len()], round: 0 };
    let start = closure.of(nfa, vec![nfa.start]);
    let mut total = 0;
    let step = |subset: &Vec<u32>, successors: &mut Vec<Vec<u32>>| {
        let mut targets: Vec<Vec<u32>> = vec![Vec::new(); width];
        for &state in subset {
            for &(label, target) in nfa.edges.get(state as usize).into_iter().flatten() {
                let Label::Set(set) = label else { continue };
                for &class in classes.get(set).into_iter().flatten() {
                    if let Some(list) = targets.get_mut(class as usize) {
                        list.push(target);
                    }
                }
            }
        }
        for list in targets {
            let subset = closure.of(nfa, list);
            total += subset.len() + 1;
            successors.push(subset);
        }
        if total > SUBSET_LIMIT { Err(TooLarge) } else { Ok(()) }
    };
    Dfa::explore(alphabet, start, step, |subset| subset.binary_search(&nfa.end).is_ok())
}

/// Scratch space for empty-edge closures.
struct Closure {
    seen: Vec<u32>,
    round: u32,
}

impl Closure {
    /// All states that are reached without a character, sorted; those that only pass on are left out.
    fn of(&mut self, nfa: &Nfa, mut stack: Vec<u32>) -> Vec<u32> {
        self.round += 1;
        let mut subset = Vec::new();
        while let Some(state) = stack.pop() {
            let Some(seen) = self.seen.get_mut(state as usize) else { continue };
            if *seen == self.round {
                continue;
            }
            *seen = self.round;
            let mut matters = state == nfa.end;
            for &(label, target) in nfa.edges.get(state as usize).into_iter().flatten() {
                match label {
                    Label::Empty => stack.push(target),
                    Label::Set(_) | Label::Assert(_) => matters = true,
                }
            }
            if matters {
                subset.push(state);
            }
        }
        subset.sort_unstable();
        subset
    }
}

/// What stands beside a place, as bits: nothing, a line feed, a word's character, another one.
mod beside {
    pub(super) const EDGE: u8 = 1;
    pub(super) const NEWLINE: u8 = 2;
    pub(super) const WORD: u8 = 4;
    pub(super) const OTHER: u8 = 8;
    /// A line feed that ends the text.
    pub(super) const LAST_NEWLINE: u8 = 16;
}

/// What may stand after the place when `before` stands before it.
fn allowed(assertion: Assertion, before: u8) -> u8 {
    use beside::{EDGE, LAST_NEWLINE, NEWLINE, OTHER, WORD};
    let all = EDGE | NEWLINE | WORD | OTHER | LAST_NEWLINE;
    let when = |holds: bool| if holds { all } else { 0 };
    match assertion {
        Assertion::TextStart => when(before == EDGE),
        Assertion::LineStart => when(before & (EDGE | NEWLINE | LAST_NEWLINE) != 0),
        Assertion::TextEnd => EDGE,
        Assertion::TextEndOrLastNewline => EDGE | LAST_NEWLINE,
        Assertion::LineEnd => EDGE | LAST_NEWLINE | NEWLINE,
        Assertion::WordBoundary => {
            if before == WORD {
                all & !WORD
            } else {
                WORD
            }
        }
        Assertion::NoWordBoundary => {
            if before == WORD {
                WORD
            } else {
                all & !WORD
            }
        }
    }
}

/// The same language without assertions: states are paired with what stands before and what may follow.
fn resolve_assertions(nfa: &Nfa, word: &CharSet) -> Result<Nfa, TooLarge> {
    use beside::{EDGE, LAST_NEWLINE, NEWLINE, OTHER, WORD};
    let newline = CharSet::single('\n');
    let kinds = [
        (NEWLINE, newline.clone()),
        (LAST_NEWLINE, newline.clone()),
        (WORD, word.minus(&newline)),
        (OTHER, word.union(&newline).complement()),
    ];
    let parts: Vec<Vec<(u8, CharSet)>> =
        nfa.sets.iter().map(|set| kinds.iter().map(|(kind, chars)| (*kind, set.intersect(chars))).collect()).collect();
    let mut resolved = Nfa::default();
    let start = (nfa.start, EDGE, EDGE | NEWLINE | WORD | OTHER | LAST_NEWLINE);
    let mut numbers = HashMap::new();
    resolved.start = resolved.state()?;
    resolved.end = resolved.state()?;
    numbers.insert(start, resolved.start);
    let mut stack = vec![start];
    while let Some(key @ (state, before, after)) = stack.pop() {
        let from = numbers.get(&key).copied().unwrap_or(0);
        if state == nfa.end && after & EDGE != 0 {
            let end = resolved.end;
            resolved.add_empty(from, end)?;
        }
        let mut reach = |resolved: &mut Nfa, key: (u32, u8, u8), set: Option<&CharSet>| {
            let to = match numbers.get(&key) {
                Some(&number) => number,
                None => {
                    let number = resolved.state()?;
                    numbers.insert(key, number);
                    stack.push(key);
                    number
                }
            };
            match set {
                Some(set) => resolved.add_set(from, set, to),
                None => resolved.add_empty(from, to),
            }
        };
        for &(label, target) in nfa.edges.get(state as usize).into_iter().flatten() {
            match label {
                Label::Empty => reach(&mut resolved, (target, before, after), None)?,
                Label::Assert(assertion) => {
                    let after = after & allowed(assertion, before);
                    if after != 0 {
                        reach(&mut resolved, (target, before, after), None)?;
                    }
                }
                Label::Set(set) => {
                    for (kind, chars) in parts.get(set).into_iter().flatten() {
                        if after & kind != 0 && !chars.is_empty() {
                            let next = if *kind == LAST_NEWLINE { EDGE } else { NEWLINE | WORD | OTHER | LAST_NEWLINE };
                            let next = if *kind == NEWLINE || *kind == LAST_NEWLINE { next } else { next | EDGE };
                            reach(&mut resolved, (target, *kind, next), Some(chars))?;
                        }
                    }
                }
            }
        }
        if resolved.edges.len() > STATE_LIMIT {
            return Err(TooLarge);
        }
    }
    Ok(resolved)
}
