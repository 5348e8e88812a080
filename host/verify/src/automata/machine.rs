//! Finite-state machines with output, perhaps nondeterministic. Invariant: letters partition the characters; a run
//! that ends in a state with a final output yields what it wrote.

use std::collections::{BTreeSet, HashMap};

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
        let grouped: Vec<Vec<Group>> = self.states.iter().map(|state| groups(dfa, &state.edges)).collect();
        let alphabet = Alphabet::from_sets(&dedup(grouped.iter().flatten().map(|group| group.set.clone()).collect()));
        let letters: Vec<Vec<Vec<u32>>> =
            grouped.iter().map(|groups| groups.iter().map(|group| alphabet.classes_in(&group.set)).collect()).collect();
        let width = alphabet.len() as usize;
        let start: Vec<(u32, u32)> =
            sorted(self.starts.iter().map(|(state, text)| (*state, dfa.run(0, text))).collect());
        let dead = |state: u32| dfa.row(state).iter().all(|&next| next == state) && !dfa.is_accepting(state);
        let step = |subset: &Vec<(u32, u32)>, successors: &mut Vec<Vec<(u32, u32)>>| {
            let mut targets: Vec<Vec<(u32, u32)>> = vec![Vec::new(); width];
            for &(state, at) in subset {
                let own = grouped.get(state as usize).into_iter().flatten();
                for (group, classes) in own.zip(letters.get(state as usize).into_iter().flatten()) {
                    let mut reached = write(dfa, at, &group.effects);
                    reached.retain(|&next| !dead(next));
                    for &class in classes {
                        if let Some(list) = targets.get_mut(class as usize) {
                            list.extend(reached.iter().map(|&to| (group.target, to)));
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
        let mut numbers = HashMap::new();
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

/// What a piece of output does to an automaton that reads it, in its letters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Effect {
    Letter(u32),
    OneOf(Vec<u32>),
    Many(Vec<u32>),
}

/// The characters on which a machine's state goes on to `target` and does the same to an automaton.
struct Group {
    set: CharSet,
    effects: Vec<Effect>,
    target: u32,
}

/// Joins the edges that an automaton can't tell apart.
fn groups(dfa: &Dfa, edges: &[Edge]) -> Vec<Group> {
    let letters = dfa.alphabet.sets();
    let mut known: HashMap<(u32, Vec<Effect>), usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut ranges: Vec<Vec<(u32, u32)>> = Vec::new();
    let mut add = |set: &CharSet, effects: Vec<Effect>, target: u32| {
        let index = *known.entry((target, effects)).or_insert_with_key(|(target, effects)| {
            groups.push(Group { set: CharSet::none(), effects: effects.clone(), target: *target });
            ranges.push(Vec::new());
            groups.len() - 1
        });
        if let Some(list) = ranges.get_mut(index) {
            list.extend(set.ordinals());
        }
    };
    for edge in edges {
        if edge.output.contains(&Output::Copy) {
            for (read, letter) in (0_u32..).zip(&letters) {
                let set = edge.set.intersect(letter);
                if !set.is_empty() {
                    add(&set, effects(dfa, &edge.output, read), edge.target);
                }
            }
        } else {
            add(&edge.set, effects(dfa, &edge.output, 0), edge.target);
        }
    }
    for (group, ranges) in groups.iter_mut().zip(ranges) {
        group.set = CharSet::from_ordinals(ranges);
    }
    groups
}

/// The output in the automaton's letters; `read` is the copied one.
fn effects(dfa: &Dfa, output: &[Output], read: u32) -> Vec<Effect> {
    let mut effects = Vec::new();
    for piece in output {
        match piece {
            Output::Copy => effects.push(Effect::Letter(read)),
            Output::Text(text) => {
                effects.extend(text.chars().map(|character| Effect::Letter(dfa.alphabet.class_of(character))));
            }
            Output::OneOf(set) => effects.push(Effect::OneOf(dfa.alphabet.classes_in(set))),
            Output::Many(set) => effects.push(Effect::Many(dfa.alphabet.classes_in(set))),
        }
    }
    effects
}

/// The states that the automaton may be in after the output, having been in `from`.
fn write(dfa: &Dfa, from: u32, effects: &[Effect]) -> Vec<u32> {
    let mut states = vec![from];
    for effect in effects {
        match effect {
            Effect::Letter(letter) => {
                for state in &mut states {
                    *state = dfa.next(*state, *letter);
                }
            }
            Effect::OneOf(letters) => states = one_step(dfa, &states, letters).into_iter().collect(),
            Effect::Many(letters) => {
                let mut reached: BTreeSet<u32> = states.iter().copied().collect();
                let mut fresh = states;
                while !fresh.is_empty() {
                    fresh = one_step(dfa, &fresh, letters).into_iter().filter(|&state| reached.insert(state)).collect();
                }
                states = reached.into_iter().collect();
            }
        }
    }
    states
}

fn one_step(dfa: &Dfa, states: &[u32], letters: &[u32]) -> BTreeSet<u32> {
    states.iter().flat_map(|&state| letters.iter().map(move |&letter| dfa.next(state, letter))).collect()
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
