//! From a contract to a verdict. Invariant: `Proved` only when every path was followed to its end, nothing that matters
//! was left unmodelled, and the contract's place was reached; `Refuted` only by a confirmed concrete run.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use ir::program::Program;
use model::{
    budget::Budget,
    contract::{Condition, Contract, SinkLanguage},
    finding::Effort,
    spec::{Entry, TaintSpecs},
    verdict::{UnknownReason, Verdict},
};

use crate::{
    assignment::{Assignment, Chosen},
    error::VerifyError,
    interpreter::{Hit, Interpreter, Reached},
    path_condition::PathCondition,
    program_index::ProgramIndex,
    sinks,
    source::{Chooser, Sort, SourceId, Sources},
    state::{Presence, State},
    term::IntVariable,
    tiers::{
        automaton::{Decision, OpenHole},
        concrete::Confirmed,
        solver::{Answer, Solver, Values},
    },
};

/// How to prove.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// How much work may be spent.
    pub budget: Budget,
    /// What the attacker controls.
    pub entry: Entry,
}

/// A verdict and what it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The verdict.
    pub verdict: Verdict,
    /// What it took.
    pub effort: Effort,
}

/// How many concrete runs one contract may take.
const RUNS: usize = 240;

/// Decides a contract. Fails only when the contract names no function, or the program is malformed.
pub fn prove(
    program: &Program,
    specs: &TaintSpecs,
    contract: &Contract,
    settings: Settings,
) -> Result<Proof, VerifyError> {
    let started = Instant::now();
    if program.find_function(contract.file, &contract.function).is_none() {
        return Err(VerifyError::NoFunction { function: contract.function.clone(), file: contract.file.0 });
    }
    if matches!(contract.condition, Condition::Function { .. }) {
        let reason = UnknownReason::Unsupported("pre- and postconditions of a function".to_owned());
        let effort = Effort::default();
        return Ok(Proof { verdict: Verdict::Unknown { reason }, effort });
    }
    let index = ProgramIndex::new(program);
    let mut interpreter = Interpreter {
        index: &index,
        specs,
        contract,
        entry: settings.entry,
        budget: settings.budget,
        chosen: None,
        sources: Sources::default(),
        solver: Solver::new(settings.budget.rlimit),
        next_id: 0,
        condition_ids: BTreeMap::new(),
        steps: 0,
        paths: 0,
        bounds: BTreeSet::new(),
        hits: Vec::new(),
        reached: false,
        stop: None,
        deadline: started + Duration::from_millis(settings.budget.wall_ms),
        trees: BTreeMap::new(),
        integer_trees: BTreeSet::new(),
        shapes: BTreeMap::new(),
        flexible: BTreeSet::new(),
        skipped: BTreeSet::new(),
        restart: false,
        vouched: BTreeSet::new(),
    };
    let verdict = interpreter.verdict();
    let effort = Effort {
        paths: interpreter.paths,
        steps: interpreter.steps,
        solver_calls: interpreter.solver.calls,
        duration_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
    };
    Ok(Proof { verdict, effort })
}

/// What the examination of all hits gave.
#[derive(Debug, Default)]
struct Findings {
    /// Inputs to try, the most readable first.
    candidates: Vec<Assignment>,
    /// Inputs to try when none of those works.
    last_resort: Vec<Assignment>,
    /// Holes for which inputs can be worked out when nothing else works.
    holes: Vec<(State, OpenHole)>,
    /// Why a hit could not be shown to be safe.
    unclear: Option<UnknownReason>,
}

impl Interpreter<'_> {
    fn verdict(&mut self) -> Verdict {
        self.explore_all();
        let language = match &self.contract.condition {
            Condition::SinkStaysData { language, .. } => Some(language.clone()),
            Condition::AssertHolds { .. } | Condition::Function { .. } => None,
        };
        let hits = std::mem::take(&mut self.hits);
        let findings = match &language {
            Some(language) => self.examine_sinks(&hits, language),
            None => self.examine_assertions(&hits),
        };
        let mut findings = findings;
        if let Some(confirmed) = self.search(&mut findings, language.as_ref()) {
            return self.refuted(confirmed, language.as_ref());
        }
        if let Some(reason) = &self.stop {
            return Verdict::Unknown { reason: reason.clone() };
        }
        if let Some(reason) = findings.unclear {
            return Verdict::Unknown { reason };
        }
        if !self.reached {
            let why = match self.skipped.first() {
                Some(skipped) => format!("no path from `{}` leads there; {skipped}", self.contract.function),
                None => format!("no path from `{}` leads there", self.contract.function),
            };
            return Verdict::Unknown { reason: UnknownReason::Unreached(why) };
        }
        if !self.bounds.is_empty() {
            return Verdict::Bounded { bounds: self.bounds.iter().cloned().collect() };
        }
        if let Some(skipped) = self.skipped.first()
            && !self.is_in_entry()
        {
            return Verdict::Unknown { reason: UnknownReason::Unsupported(skipped.clone()) };
        }
        Verdict::Proved
    }

    /// Tries inputs, cheap ones first; gives the first that breaks the contract.
    fn search(&mut self, findings: &mut Findings, language: Option<&SinkLanguage>) -> Option<Confirmed> {
        let mut tried: Vec<Assignment> = Vec::new();
        let readable = std::mem::take(&mut findings.candidates);
        if let Some(confirmed) = self.try_all(readable, &mut tried, language) {
            return Some(confirmed);
        }
        if let Some(language) = language {
            for (state, hole) in std::mem::take(&mut findings.holes) {
                let worked_out = self.worked_out(&state, language, &hole);
                if let Some(confirmed) = self.try_all(worked_out, &mut tried, Some(language)) {
                    return Some(confirmed);
                }
            }
        }
        let last_resort = std::mem::take(&mut findings.last_resort);
        self.try_all(last_resort, &mut tried, language)
    }

    fn try_all(
        &mut self,
        candidates: Vec<Assignment>,
        tried: &mut Vec<Assignment>,
        language: Option<&SinkLanguage>,
    ) -> Option<Confirmed> {
        for candidate in candidates {
            if tried.contains(&candidate) {
                continue;
            }
            if tried.len() >= RUNS || Instant::now() > self.deadline {
                return None;
            }
            let confirmed = self.confirm(&candidate, language);
            tried.push(candidate);
            if confirmed.is_some() {
                return confirmed;
            }
        }
        None
    }

    /// Explores until the parameters' shapes are settled.
    fn explore_all(&mut self) {
        loop {
            self.restart = false;
            self.bounds.clear();
            self.skipped.clear();
            self.hits.clear();
            self.reached = false;
            self.paths = 0;
            let before = self.shapes.len();
            for start in self.start_states() {
                self.explore(start);
            }
            if !self.restart || self.shapes.len() == before {
                return;
            }
            self.stop = None;
        }
    }

    /// Tells whether the contract's place is in the entry function itself, and that is not called again.
    fn is_in_entry(&self) -> bool {
        let at = match &self.contract.condition {
            Condition::SinkStaysData { call, .. } => *call,
            Condition::AssertHolds { at } => *at,
            Condition::Function { .. } => return true,
        };
        let Some(entry) = self.entry_function() else { return false };
        entry.blocks.iter().flat_map(|block| &block.instructions).any(|instruction| instruction.span == at)
    }

    fn refuted(&mut self, confirmed: Confirmed, language: Option<&SinkLanguage>) -> Verdict {
        let simplest = self.simplified(confirmed, language);
        Verdict::Refuted { counterexample: Box::new(self.show(&simplest)) }
    }

    /// Makes every input harmless that the attack does not need.
    fn simplified(&mut self, confirmed: Confirmed, language: Option<&SinkLanguage>) -> Confirmed {
        let mut best = confirmed;
        let chosen: Vec<SourceId> = best.assignment.values.keys().copied().collect();
        if chosen.len() < 2 {
            return best;
        }
        for id in chosen {
            let mut simpler = best.assignment.clone();
            if !matches!(simpler.values.get(&id), Some(Chosen::Text(_))) {
                continue;
            }
            simpler.values.remove(&id);
            if let Some(still) = self.confirm(&simpler, language) {
                best = still;
            }
        }
        best
    }

    fn examine_sinks(&mut self, hits: &[Hit], language: &SinkLanguage) -> Findings {
        let mut findings = Findings::default();
        for hit in hits {
            let Reached::Sink(value) = &hit.reached else { continue };
            self.check_wall_time();
            if self.stop.is_some() {
                break;
            }
            let mut state = hit.state.clone();
            for rope in self.sink_texts(&mut state, language, value) {
                match self.decide(&state.condition, language, &rope) {
                    Decision::Stays => {}
                    Decision::Unclear(why) => {
                        findings.unclear.get_or_insert(UnknownReason::Unsupported(why));
                    }
                    Decision::Open(holes) => {
                        for hole in holes {
                            let reason = self.why_open(&hole);
                            findings.unclear.get_or_insert(reason);
                            self.add_candidates(&state, language, &hole, &mut findings);
                            findings.holes.push((state.clone(), hole));
                        }
                    }
                }
            }
        }
        findings
    }

    fn why_open(&self, hole: &OpenHole) -> UnknownReason {
        let name = self.sources.get(hole.source).map_or_else(String::new, |source| source.name.to_string());
        match self.sources.chooser(hole.source) {
            Chooser::Environment => UnknownReason::Unsupported(format!("the value of {name} is not known")),
            Chooser::Derived => UnknownReason::Unsupported(format!("{name} is not modelled")),
            Chooser::Attacker if hole.bad.is_none() => {
                UnknownReason::BudgetSpent("the automaton of a string function grew too large".to_owned())
            }
            Chooser::Attacker => UnknownReason::Unsupported(format!(
                "`{name}` may leave its place {}, but no input that shows it was found",
                hole.context.place()
            )),
        }
    }

    /// Lists readable inputs that may get through a hole.
    fn add_candidates(&mut self, state: &State, language: &SinkLanguage, hole: &OpenHole, findings: &mut Findings) {
        let payloads = sinks::payloads(language, Some(&hole.context));
        let values = self.solver_values(&state.condition);
        let base = self.base_assignment(state, language, &values);
        if self.sources.chooser(hole.source) != Chooser::Attacker {
            // Which input shapes the value is not modelled, so each of them is tried with each payload.
            let free: Vec<SourceId> = self.free_texts();
            for payload in &payloads {
                for id in &free {
                    let mut candidate = base.clone();
                    candidate.values.insert(*id, Chosen::Text(payload.text.to_owned()));
                    findings.last_resort.push(candidate);
                }
                let mut everywhere = base.clone();
                everywhere.harmless = payload.text.to_owned();
                findings.last_resort.push(everywhere);
            }
            return;
        }
        let allowed = state.condition.language(hole.source);
        for payload in payloads {
            if allowed.is_none_or(|allowed| allowed.accepts(payload.text)) {
                let mut candidate = base.clone();
                candidate.values.insert(hole.source, Chosen::Text(payload.text.to_owned()));
                findings.candidates.push(candidate);
            }
        }
    }

    /// Works out inputs that get through a hole: members of the attack languages, then any unsafe value.
    fn worked_out(&mut self, state: &State, language: &SinkLanguage, hole: &OpenHole) -> Vec<Assignment> {
        let values = self.solver_values(&state.condition);
        let base = self.base_assignment(state, language, &values);
        let witness = hole.bad.as_ref().and_then(|bad| bad.witness());
        if self.sources.chooser(hole.source) != Chooser::Attacker {
            // Some functions leave what they are given as it is when it has the right form already.
            let free = self.free_texts();
            return witness
                .iter()
                .flat_map(|text| free.iter().map(move |id| (*id, text.clone())))
                .map(|(id, text)| {
                    let mut candidate = base.clone();
                    candidate.values.insert(id, Chosen::Text(text));
                    candidate
                })
                .collect();
        }
        let allowed = state.condition.language(hole.source).cloned();
        let mut texts = Vec::new();
        for attack in hole.context.attacks() {
            let pulled = crate::rope::pull_back(&hole.chain, &attack.language);
            let pulled = match (&allowed, pulled) {
                (Some(allowed), Some(pulled)) => pulled.intersect(allowed).ok(),
                (None, pulled) => pulled,
                (Some(_), None) => None,
            };
            texts.extend(pulled.and_then(|pulled| pulled.witness()));
        }
        texts.extend(witness);
        let mut candidates = Vec::new();
        for text in texts {
            let mut candidate = base.clone();
            candidate.values.insert(hole.source, Chosen::Text(text));
            candidates.push(candidate);
        }
        if !state.condition.residues.is_empty() {
            let piece = crate::rope::Piece::Source { id: hole.source, chain: std::rc::Rc::clone(&hole.chain) };
            let unsafe_values = hole.context.safe().complement();
            let rope = crate::rope::Rope::piece(piece);
            if let Answer::Possible(values) = self.solver.find(&state.condition, Some((&rope, &unsafe_values))) {
                candidates.push(self.base_assignment(state, language, &values));
            }
        }
        candidates
    }

    fn free_texts(&self) -> Vec<SourceId> {
        self.sources
            .iter()
            .filter(|(_, source)| {
                source.chooser == Chooser::Attacker && matches!(source.sort, Sort::Text | Sort::Bytes)
            })
            .map(|(id, _)| id)
            .collect()
    }

    fn solver_values(&mut self, condition: &PathCondition) -> Values {
        if condition.residues.is_empty() {
            return Values::default();
        }
        match self.solver.find(condition, None) {
            Answer::Possible(values) => values,
            Answer::Impossible | Answer::Unknown => Values::default(),
        }
    }

    /// Chooses inputs that lead along a path, harmless where the path leaves a choice.
    fn base_assignment(&self, state: &State, language: &SinkLanguage, values: &Values) -> Assignment {
        let benign = sinks::benign(language);
        self.assignment_for(state, benign, values)
    }

    fn assignment_for(&self, state: &State, benign: &[&str], values: &Values) -> Assignment {
        let harmless = benign.first().copied().unwrap_or("x").to_owned();
        let mut assignment = Assignment { values: BTreeMap::new(), harmless };
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
                .find_map(|variable| values.integers.get(variable).copied());
            let is_integer =
                source.sort == Sort::Integer || self.shapes.get(&id) == Some(&crate::shape::Shape::Integer);
            if is_integer {
                assignment.values.insert(id, Chosen::Number(integer.unwrap_or(1)));
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

    fn examine_assertions(&mut self, hits: &[Hit]) -> Findings {
        let mut findings = Findings::default();
        for hit in hits {
            let reason = match &hit.state.condition.guessed {
                Some(why) => UnknownReason::Unsupported(why.to_string()),
                None if !hit.state.condition.opaque.is_empty() => {
                    UnknownReason::Unsupported("the assertion depends on a value that is not known".to_owned())
                }
                None => {
                    UnknownReason::Solver("the assertion may fail, but no input that shows it was found".to_owned())
                }
            };
            findings.unclear.get_or_insert(reason);
            let values = self.solver_values(&hit.state.condition);
            findings.candidates.push(self.assignment_for(&hit.state, &["a", "alice", "1", ""], &values));
        }
        findings
    }
}
