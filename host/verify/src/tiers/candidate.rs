//! Inputs that may break a contract. Invariant: a candidate proves nothing; only its concrete run does.

use std::collections::BTreeMap;

use model::contract::SinkLanguage;
use num_bigint::BigInt;
use num_traits::One;

use crate::{
    assignment::{Assignment, Chosen},
    interpreter::Interpreter,
    path_condition::PathCondition,
    rope::{Piece, Rope, pull_back},
    shape::Shape,
    sinks,
    source::{Chooser, Sort, SourceId},
    state::{Presence, State},
    term::IntVariable,
    tiers::{
        automaton::OpenHole,
        solver::{Answer, Values},
    },
};

/// An input to try.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The input.
    pub(crate) assignment: Assignment,
    /// What it does if it works, as far as that is known beforehand.
    pub(crate) explanation: Option<&'static str>,
}

impl Candidate {
    /// Makes a candidate of which nothing is known beforehand.
    pub(crate) const fn plain(assignment: Assignment) -> Self {
        Self { assignment, explanation: None }
    }
}

/// Texts that ordinary code treats in different ways.
const ORDINARY: [&str; 10] = ["", " a", "ab", "A", "12", "a b", "x", "aa", "_", "a:b"];

impl Interpreter<'_> {
    /// Works out inputs that get through a hole: members of the attack languages, then any unsafe value.
    pub(crate) fn worked_out(&mut self, state: &State, language: &SinkLanguage, hole: &OpenHole) -> Vec<Candidate> {
        let values = self.solver_values(&state.condition);
        let base = self.base_assignment(state, language, &values);
        let witness = hole.bad.as_ref().and_then(|bad| bad.witness());
        if self.sources.chooser(hole.source) != Chooser::Attacker {
            // Some functions leave what they are given as it is when it has the right form already.
            let free = self.free_texts();
            // The second shortest value often shows more than the shortest, which may be the directory itself.
            let second = match (&hole.bad, &witness) {
                (Some(bad), Some(first)) => crate::automata::language::Language::literal(first)
                    .and_then(|first| bad.minus(&first))
                    .ok()
                    .and_then(|rest| rest.witness()),
                (Some(_) | None, _) => None,
            };
            return second
                .iter()
                .chain(&witness)
                .flat_map(|text| free.iter().map(move |id| (*id, text.clone())))
                .map(|(id, text)| {
                    let mut candidate = base.clone();
                    candidate.values.insert(id, Chosen::Text(text));
                    Candidate::plain(candidate)
                })
                .collect();
        }
        let mut texts = Vec::new();
        for attack in hole.context.attacks() {
            let pulled = pull_back(&hole.chain, &attack.language);
            let pulled = match (&hole.bad, pulled) {
                (Some(bad), Some(pulled)) => pulled.intersect(bad).ok(),
                (None, pulled) => pulled,
                (Some(_), None) => None,
            };
            let text = pulled.and_then(|pulled| pulled.witness());
            texts.extend(text.map(|text| (text, Some(attack.explanation))));
        }
        texts.extend(witness.map(|text| (text, None)));
        let mut candidates = Vec::new();
        for (text, explanation) in texts {
            let mut assignment = base.clone();
            assignment.values.insert(hole.source, Chosen::Text(text));
            candidates.push(Candidate { assignment, explanation });
        }
        if !state.condition.residues.is_empty() {
            let piece = Piece::Source { id: hole.source, chain: std::rc::Rc::clone(&hole.chain) };
            let unsafe_values = hole.context.safe().complement();
            let rope = Rope::piece(piece);
            if let Answer::Possible(values) = self.solver.find(&state.condition, Some((&rope, &unsafe_values))) {
                candidates.push(Candidate::plain(self.base_assignment(state, language, &values)));
            }
        }
        candidates
    }

    pub(crate) fn free_texts(&self) -> Vec<SourceId> {
        self.sources
            .iter()
            .filter(|(_, source)| {
                source.chooser == Chooser::Attacker && matches!(source.sort, Sort::Text | Sort::Bytes)
            })
            .map(|(id, _)| id)
            .collect()
    }

    pub(crate) fn solver_values(&mut self, condition: &PathCondition) -> Values {
        if condition.residues.is_empty() {
            return Values::default();
        }
        match self.solver.find(condition, None) {
            Answer::Possible(values) => values,
            Answer::Impossible | Answer::Unknown => Values::default(),
        }
    }

    /// Varies an input by ordinary values, one source at a time and all together.
    pub(crate) fn ordinary_inputs(&self, base: &Assignment) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        let free: Vec<(SourceId, Sort)> = self
            .sources
            .iter()
            .filter(|(_, source)| source.chooser == Chooser::Attacker)
            .map(|(id, source)| (id, source.sort))
            .collect();
        for (text, number) in ORDINARY.iter().zip([0, -1, 2, 3, 5, 7, 10, -7, 100, 1000]) {
            let chosen = |sort: Sort| match sort {
                Sort::Text | Sort::Bytes => Some(Chosen::Text((*text).to_owned())),
                Sort::Integer => Some(Chosen::Number(number.into())),
                Sort::Boolean => None,
            };
            let mut all = base.clone();
            for (id, sort) in &free {
                let Some(value) = chosen(*sort) else { continue };
                all.values.insert(*id, value.clone());
                let mut one = base.clone();
                one.values.insert(*id, value);
                candidates.push(Candidate::plain(one));
            }
            candidates.push(Candidate::plain(all));
        }
        candidates
    }

    /// Chooses inputs that lead along a path, harmless where the path leaves a choice.
    pub(crate) fn base_assignment(&self, state: &State, language: &SinkLanguage, values: &Values) -> Assignment {
        let benign = sinks::benign(language);
        self.assignment_for(state, benign, values)
    }

    pub(crate) fn assignment_for(&self, state: &State, benign: &[&str], values: &Values) -> Assignment {
        let harmless = benign.first().copied().unwrap_or("x").to_owned();
        let layouts = state.condition.layouts.clone();
        let mut assignment = Assignment { values: BTreeMap::new(), layouts, float_bits: None, harmless };
        for (id, source) in self.sources.iter() {
            if source.chooser != Chooser::Attacker {
                continue;
            }
            if state.presence.get(&id) == Some(&Presence::Absent) {
                assignment.values.insert(id, Chosen::Absent);
                continue;
            }
            let integer = [IntVariable::Source(id), IntVariable::Parsed(id)]
                .iter()
                .find_map(|variable| values.integers.get(variable).cloned());
            let is_integer = source.sort == Sort::Integer || self.shapes.get(&id) == Some(&Shape::Integer);
            if is_integer {
                assignment.values.insert(id, Chosen::Number(integer.unwrap_or_else(BigInt::one)));
                continue;
            }
            if source.sort == Sort::Boolean {
                let truth = state.condition.truths.get(&id).copied().unwrap_or(true);
                assignment.values.insert(id, Chosen::Truth(truth));
                continue;
            }
            if let Some(number) = integer {
                assignment.values.insert(id, Chosen::Text(number.to_string()));
                continue;
            }
            if let Some(text) = values.texts.get(&id) {
                assignment.values.insert(id, Chosen::Text(text.clone()));
                continue;
            }
            if let Some(allowed) = state.condition.language(id) {
                let fitting = benign.iter().find(|text| allowed.accepts(text)).map(|text| (*text).to_owned());
                if let Some(text) = fitting.or_else(|| allowed.witness()) {
                    assignment.values.insert(id, Chosen::Text(text));
                }
            }
        }
        assignment
    }
}
