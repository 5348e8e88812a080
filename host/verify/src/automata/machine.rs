//! Finite-state machines with output, perhaps nondeterministic. Invariant: letters partition the characters; a run
//! that ends in a state with a final output yields what it wrote.

use std::collections::BTreeSet;

use super::{
    TooLarge, alphabet::Alphabet, char_set::CharSet, determinise::determinise, dfa::Dfa, language::Language, nfa::Nfa,
};

/// A piece of what an edge writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// This text.
    Text(String),
    /// The character that was read.
    Copy,
    /// Any one character of the set.
    OneOf(CharSet),
    /// Any number of characters of the set.
    Many(CharSet),
}

/// An edge: on a character of `set` write `output` and go to `target`.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) set: CharSet,
    pub(crate) output: Vec<Output>,
    pub(crate) target: u32,
}

/// A state: its edges, and what is written when the text ends here; `None` when it must not end here.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) edges: Vec<Edge>,
    pub(crate) end: Option<String>,
}

/// A machine; each start comes with what is written first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Machine {
    pub(crate) states: Vec<State>,
    pub(crate) starts: Vec<(u32, String)>,
}

impl Machine {
    /// The texts for which some run writes a text of the language.
    pub(crate) fn preimage(&self, language: &Language) -> Result<Language, TooLarge> {
        let dfa = language.dfa();
        let sets: Vec<CharSet> =
            self.states.iter().flat_map(|state| &state.edges).map(|edge| edge.set.clone()).collect();
        let (alphabet, pairs) = Alphabet::from_sets(&dedup(sets)).refine(&dfa.alphabet);
        let own = alphabet.clone();
        let letters: Vec<Vec<Vec<u32>>> = self
            .states
            .iter()
            .map(|state| state.edges.iter().map(|edge| own.classes_in(&edge.set)).collect())
            .collect();
        let start: Vec<(u32, u32)> =
            sorted(self.starts.iter().map(|(state, text)| (*state, dfa.run(0, text))).collect());
        let dead = |state: u32| dfa.row(state).iter().all(|&next| next == state) && !dfa.is_accepting(state);
        let step = |subset: &Vec<(u32, u32)>, successors: &mut Vec<Vec<(u32, u32)>>| {
            let mut targets: Vec<Vec<(u32, u32)>> = vec![Vec::new(); pairs.len()];
            for &(state, at) in subset {
                let Some(own_state) = self.states.get(state as usize) else { continue };
                let own_letters = letters.get(state as usize).into_iter().flatten();
                for (edge, classes) in own_state.edges.iter().zip(own_letters) {
                    let constant =
                        if edge.output.contains(&Output::Copy) { None } else { Some(write(dfa, at, &edge.output, 0)) };
                    for &class in classes {
                        let read = pairs.get(class as usize).map_or(0, |pair| pair.1);
                        let reached = match &constant {
                            Some(reached) => reached.clone(),
                            None => write(dfa, at, &edge.output, read),
                        };
                        if let Some(list) = targets.get_mut(class as usize) {
                            list.extend(reached.into_iter().filter(|&next| !dead(next)).map(|to| (edge.target, to)));
                        }
                    }
                }
            }
            successors.extend(targets.into_iter().map(sorted));
            Ok(())
        };
        let accepts = |subset: &Vec<(u32, u32)>| {
            subset.iter().any(|&(state, at)| {
                let end = self.states.get(state as usize).and_then(|state| state.end.as_deref());
                end.is_some_and(|text| dfa.is_accepting(dfa.run(at, text)))
            })
        };
        Ok(Language::new(Dfa::explore(alphabet, start, step, accepts)?, None))
    }

    /// What is written for the texts of the language.
    pub(crate) fn image(&self, language: &Language) -> Result<Language, TooLarge> {
        let dfa = language.dfa();
        let live = dfa.distances();
        let sets = dfa.alphabet.sets();
        let mut nfa = Nfa::default();
        let (start, end) = (nfa.state()?, nfa.state()?);
        (nfa.start, nfa.end) = (start, end);
        let mut numbers = std::collections::HashMap::new();
        let mut stack = Vec::new();
        let mut number = |nfa: &mut Nfa, stack: &mut Vec<(u32, u32)>, key: (u32, u32)| match numbers.get(&key) {
            Some(&known) => Ok(known),
            None => {
                let fresh = nfa.state()?;
                numbers.insert(key, fresh);
                stack.push(key);
                Ok(fresh)
            }
        };
        for (state, text) in &self.starts {
            let to = number(&mut nfa, &mut stack, (*state, 0))?;
            nfa.add_text(start, text, to)?;
        }
        while let Some(key @ (state, at)) = stack.pop() {
            let from = number(&mut nfa, &mut stack, key)?;
            let Some(own) = self.states.get(state as usize) else { continue };
            if let (Some(text), true) = (&own.end, dfa.is_accepting(at)) {
                nfa.add_text(from, text, end)?;
            }
            for edge in &own.edges {
                for (set, &next) in sets.iter().zip(dfa.row(at)) {
                    let read = set.intersect(&edge.set);
                    if read.is_empty() || live.get(next as usize).copied().flatten().is_none() {
                        continue;
                    }
                    let to = number(&mut nfa, &mut stack, (edge.target, next))?;
                    add_output(&mut nfa, from, &edge.output, &read, to)?;
                }
            }
        }
        Ok(Language::new(determinise(&nfa, &CharSet::none())?, None))
    }
}

/// The states that the automaton may be in after the output, having been in `from`; `read` is the copied letter.
fn write(dfa: &Dfa, from: u32, output: &[Output], read: u32) -> Vec<u32> {
    let mut states = vec![from];
    for piece in output {
        match piece {
            Output::Copy => {
                for state in &mut states {
                    *state = dfa.next(*state, read);
                }
            }
            Output::Text(text) => {
                for state in &mut states {
                    *state = dfa.run(*state, text);
                }
            }
            Output::OneOf(set) => states = one_step(dfa, &states, set).into_iter().collect(),
            Output::Many(set) => {
                let mut reached: BTreeSet<u32> = states.iter().copied().collect();
                let mut fresh = states;
                while !fresh.is_empty() {
                    fresh = one_step(dfa, &fresh, set).into_iter().filter(|&state| reached.insert(state)).collect();
                }
                states = reached.into_iter().collect();
            }
        }
    }
    states
}

fn one_step(dfa: &Dfa, states: &[u32], set: &CharSet) -> BTreeSet<u32> {
    let classes = dfa.alphabet.classes_in(set);
    states.iter().flat_map(|&state| classes.iter().map(move |&class| dfa.next(state, class))).collect()
}

fn add_output(nfa: &mut Nfa, from: u32, output: &[Output], read: &CharSet, to: u32) -> Result<(), TooLarge> {
    let mut at = from;
    for piece in output {
        let next = nfa.state()?;
        match piece {
            Output::Copy => nfa.add_set(at, read, next)?,
            Output::Text(text) => nfa.add_text(at, text, next)?,
            Output::OneOf(set) => nfa.add_set(at, set, next)?,
            Output::Many(set) => {
                nfa.add_empty(at, next)?;
                nfa.add_set(next, set, next)?;
            }
        }
        at = next;
    }
    nfa.add_empty(at, to)
}

fn sorted(mut list: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    list.sort_unstable();
    list.dedup();
    list
}

fn dedup(mut sets: Vec<CharSet>) -> Vec<CharSet> {
    sets.sort_unstable();
    sets.dedup();
    sets
}
