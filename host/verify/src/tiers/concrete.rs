//! Runs the function on chosen inputs and judges what reaches the sink. Invariant: an attack counts only when no step of
//! its path was guessed and no part of the judged text stands for a value that is not modelled.

use std::collections::BTreeMap;

use model::{
    budget::Budget,
    contract::{Condition, SinkLanguage},
};

use crate::{
    assignment::Assignment,
    interpreter::{Hit, Interpreter, Reached, havoc_loop::Loops, hazard::Hazards},
    rope::{Marked, Piece, Rope},
    sinks::{self, Judgement, host, path},
    source::{Chooser, SourceId},
    state::State,
    tiers::automaton::{is_url, place_holder},
};

/// An attack that worked in a concrete run.
#[derive(Clone, Debug)]
pub(crate) struct Confirmed {
    /// The inputs.
    pub(crate) assignment: Assignment,
    /// What reached the sink; empty for an assertion.
    pub(crate) text: Marked,
    /// What the attack does.
    pub(crate) explanation: String,
    /// The path's end.
    pub(crate) state: State,
    /// The class of the exception that left the entry function, for a contract about exceptions.
    pub(crate) raised: Option<String>,
}

/// Limits of one concrete run.
const STEPS: u64 = 40_000;

/// Paths of one concrete run: they differ only in what the surroundings do.
const PATHS: u32 = 96;

impl Interpreter<'_> {
    /// Runs the function on chosen inputs; the first hit that breaks the contract is given.
    pub(crate) fn confirm(&mut self, assignment: &Assignment, language: Option<&SinkLanguage>) -> Option<Confirmed> {
        let mut run = Interpreter {
            index: self.index,
            relevance: self.relevance,
            specs: self.specs,
            contract: self.contract,
            settings: self.settings,
            refuses_dots: self.refuses_dots,
            unseen: std::collections::BTreeSet::new(),
            budget: Budget { steps: STEPS, paths: PATHS, ..self.budget },
            chosen: Some(assignment.clone()),
            sources: self.sources.clone(),
            solver: self.solver.clone(),
            next_id: self.next_id,
            condition_ids: self.condition_ids.clone(),
            steps: 0,
            earlier_steps: 0,
            paths: 0,
            bounds: std::collections::BTreeSet::new(),
            hits: Vec::new(),
            reached: false,
            stop: None,
            deadline: self.deadline,
            trees: self.trees.clone(),
            typed_trees: self.typed_trees.clone(),
            shapes: self.shapes.clone(),
            flexible: self.flexible.clone(),
            skipped: std::collections::BTreeSet::new(),
            restart: false,
            question: None,
            may_raise: false,
            pages: std::collections::BTreeMap::new(),
            models: BTreeMap::new(),
            unmodelled: 0,
            trail: Vec::new(),
            hazards: Hazards {
                text_lists: self.hazards.text_lists.clone(),
                floats: self.hazards.floats.clone(),
                ..Hazards::default()
            },
            loops: Loops::default(),
            ranges: BTreeMap::new(),
            slices: BTreeMap::new(),
            splits: BTreeMap::new(),
            searched: None,
            json_texts: BTreeMap::new(),
            parents: BTreeMap::new(),
            vouched: std::collections::BTreeSet::new(),
            dotted: std::collections::BTreeSet::new(),
        };
        for start in run.start_states() {
            run.explore(start);
        }
        let hits = std::mem::take(&mut run.hits);
        let found = hits.into_iter().find_map(|hit| run.judge_hit(hit, language));
        self.steps += run.steps;
        self.sources = run.sources;
        self.next_id = run.next_id;
        self.condition_ids = run.condition_ids;
        self.trees = run.trees;
        self.solver = run.solver;
        let is_about_exceptions = matches!(self.contract.condition, Condition::Function { .. });
        found.map(|(text, explanation, state)| {
            let raised = is_about_exceptions.then(|| explanation.clone());
            let explanation = match &raised {
                Some(class) => format!("{class} is raised, and nothing catches it"),
                None => explanation,
            };
            Confirmed { assignment: assignment.clone(), text, explanation, state, raised }
        })
    }

    fn judge_hit(&mut self, hit: Hit, language: Option<&SinkLanguage>) -> Option<(Marked, String, State)> {
        let mut state = hit.state;
        if state.condition.guessed.is_some() {
            return None;
        }
        // What a function does to its caller is only shown by a run in which nothing was left open.
        if language.is_none() && state.condition.forked {
            return None;
        }
        let (value, language) = match (hit.reached, language) {
            (Reached::Assertion, _) => {
                if !self.is_decided_by_inputs(&state) {
                    return None;
                }
                let nothing = Marked { text: String::new(), injected: Vec::new() };
                return Some((nothing, "the asserted condition is false for this input".to_owned(), state));
            }
            (Reached::Sink(value), Some(language)) => (value, language),
            (Reached::Uncaught { class: Some(class), at }, None) => {
                if at.file == self.contract.file {
                    state.trail.push(at.span);
                }
                if !self.is_decided_by_inputs(&state) {
                    return None;
                }
                let nothing = Marked { text: String::new(), injected: Vec::new() };
                return Some((nothing, class.strip_prefix("builtins.").unwrap_or(&class).to_owned(), state));
            }
            (Reached::Uncaught { .. } | Reached::Sink(_), _) => return None,
        };
        for rope in self.sink_texts(&mut state, language, &value) {
            let Some(mut marked) = self.filled(&state, language, &rope) else { continue };
            let text = &marked.text;
            marked.injected.retain(|part| text.get(part.clone()).is_some_and(|part| !self.vouched.contains(part)));
            if marked.injected.is_empty() {
                continue;
            }
            if self.refuses_dots && *language == SinkLanguage::Path && path::ends_in_dots(&marked.text) {
                continue;
            }
            let chooses_host = marked.injected.first().is_some_and(|first| first.start == 0);
            if chooses_host && is_url(language) && !self.leads_elsewhere(language, &marked.text) {
                continue;
            }
            if let Judgement::Escapes { explanation } = sinks::judge(language, &marked.text, &marked.injected) {
                return Some((marked, explanation, state));
            }
        }
        None
    }

    /// Tells whether a URL leads to a host that the program's texts don't name.
    fn leads_elsewhere(&self, language: &SinkLanguage, url: &str) -> bool {
        host::asked(language, url)
            .is_some_and(|asked| !self.dotted.iter().any(|own| own.to_ascii_lowercase().contains(&asked)))
    }

    /// Tells whether a concrete run took its path because of the chosen inputs alone, so that real code takes it as well.
    fn is_decided_by_inputs(&self, state: &State) -> bool {
        let condition = &state.condition;
        let is_chosen = |id: &SourceId| self.sources.chooser(*id) == Chooser::Attacker;
        condition.opaque.is_empty()
            && condition.residues.is_empty()
            && condition.languages.keys().all(is_chosen)
            && condition.truths.keys().all(is_chosen)
    }

    /// Fills in place-holders for what the surroundings give; `None` when a part is not modelled.
    fn filled(&self, state: &State, language: &SinkLanguage, rope: &Rope) -> Option<Marked> {
        let mut whole = Rope::default();
        for piece in rope.pieces() {
            match piece {
                Piece::Const { .. } => whole.push(piece.clone()),
                Piece::Number(_) => whole.append(&Rope::text("1")),
                Piece::Source { id, chain } => {
                    let source = self.sources.get(*id)?;
                    if source.chooser != Chooser::Environment {
                        return None;
                    }
                    let is_url = is_url(language);
                    let name = match whole.pieces() {
                        // The most harmless base is one that ends behind the host.
                        [] if is_url => "https://host.example/".to_owned(),
                        _ => place_holder(&source.name),
                    };
                    let text = match state.condition.language(*id) {
                        Some(language) if !language.accepts(&name) => language.witness()?,
                        Some(_) | None => name,
                    };
                    let text = chain.iter().fold(text, |text, step| step.apply(&text));
                    whole.append(&Rope::text(&text));
                }
            }
        }
        whole.marked()
    }
}
