//! From a contract to a verdict. Invariant: `Proved` only when every path was followed to its end, nothing that matters
//! was left unmodelled, and the contract's place was reached; `Refuted` only by a confirmed concrete run.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use ir::{function::Function, program::Program};
use model::{
    budget::Budget,
    contract::{Condition, Contract, SinkLanguage},
    finding::{Basis, Effort, ModelUse},
    span::Place,
    spec::{Entry, TaintSpecs},
    verdict::{UnknownReason, Verdict},
};

use crate::{
    assignment::{Assignment, Chosen},
    error::VerifyError,
    interpreter::{Hit, Interpreter, Reached, havoc_loop::Loops, hazard::Hazards},
    program_index::{Changes, ProgramIndex},
    relevance::{self, Relevance, is_return},
    sinks,
    solving::{InProcess, Solve},
    source::{Chooser, SourceId, Sources},
    state::State,
    tiers::{
        automaton::{Decision, OpenHole},
        candidate::Candidate,
        concrete::Confirmed,
        solver::Solver,
    },
};

/// How to prove.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'i> {
    /// How much work may be spent.
    pub budget: Budget,
    /// What the attacker controls.
    pub entry: Entry,
    /// Places where data flow saw untrusted data enter, sorted: where one of them gives nothing of the attacker's here,
    /// nothing is proved.
    pub inputs: &'i [Place],
    /// What data flow says of the contract.
    pub flow: DataFlow,
    /// Parameters that only integers reach, sorted.
    pub numbers: &'i [Place],
    /// Other parameters that a framework fills with what no sender chooses freely, sorted.
    pub fixed: &'i [Place],
    /// What code outside the program changes, when it is a part of another.
    pub changes: Option<&'i Changes>,
    /// Who answers what is asked of the solver, and says when the proof is given up.
    pub solver: &'i dyn Solve,
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Self {
            budget: Budget::default(),
            entry: Entry::default(),
            inputs: &[],
            numbers: &[],
            fixed: &[],
            flow: DataFlow::default(),
            changes: None,
            solver: &InProcess,
        }
    }
}

/// What data flow says of a contract's place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataFlow {
    /// It was not asked.
    #[default]
    Unasked,
    /// Untrusted data comes there.
    ReachesSink,
    /// It sees no untrusted data there.
    MissesSink,
}

/// A verdict and what it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The verdict.
    pub verdict: Verdict,
    /// What it took.
    pub effort: Effort,
    /// What it rests on.
    pub basis: Basis,
    /// Whether another run gives the same: neither time, memory nor a failing solver had a part in it.
    pub is_repeatable: bool,
}

/// How many concrete runs one contract may take.
const RUNS: usize = 240;

/// Decides a contract. Fails only when the contract names no function, or the program is malformed.
pub fn prove<'p>(
    program: &'p Program,
    specs: &TaintSpecs,
    contract: &Contract,
    settings: Settings<'p>,
) -> Result<Proof, VerifyError> {
    let started = Instant::now();
    if program.find_function(contract.file, &contract.function).is_none() {
        return Err(VerifyError::NoFunction { function: contract.function.clone(), file: contract.file.0 });
    }
    if let Condition::Function { requires, ensures } = &contract.condition
        && !(requires.is_empty() && ensures.is_empty())
    {
        let reason = UnknownReason::Unsupported("pre- and postconditions of a function".to_owned());
        let effort = Effort::default();
        return Ok(Proof {
            verdict: Verdict::Unknown { reason },
            effort,
            basis: Basis::default(),
            is_repeatable: true,
        });
    }
    let deadline = started + Duration::from_millis(settings.budget.wall_ms);
    let index = ProgramIndex::new(program, settings.changes);
    let relevance = Relevance::new(program, contract);
    let mut interpreter = Interpreter {
        index: &index,
        relevance: &relevance,
        specs,
        contract,
        settings,
        refuses_dots: refuses_dots(program, contract),
        unseen: BTreeSet::new(),
        budget: settings.budget,
        chosen: None,
        sources: Sources::default(),
        solver: Solver::new(settings.solver, settings.budget.rlimit, deadline),
        next_id: 0,
        condition_ids: BTreeMap::new(),
        steps: 0,
        earlier_steps: 0,
        paths: 0,
        bounds: BTreeSet::new(),
        hits: Vec::new(),
        reached: false,
        stop: None,
        deadline,
        trees: BTreeMap::new(),
        typed_trees: BTreeMap::new(),
        shapes: BTreeMap::new(),
        flexible: BTreeSet::new(),
        skipped: BTreeSet::new(),
        restart: false,
        question: None,
        may_raise: false,
        pages: BTreeMap::new(),
        models: BTreeMap::new(),
        unmodelled: 0,
        trail: Vec::new(),
        hazards: Hazards::default(),
        loops: Loops::default(),
        ranges: BTreeMap::new(),
        slices: BTreeMap::new(),
        splits: BTreeMap::new(),
        searched: None,
        json_texts: BTreeMap::new(),
        parents: BTreeMap::new(),
        vouched: BTreeSet::new(),
        dotted: BTreeSet::new(),
    };
    let mut verdict = interpreter.verdict();
    if let (Some(reason), None) = (&interpreter.solver.failure, verdict.counterexample()) {
        verdict = Verdict::Unknown { reason: reason.clone() };
    }
    let namesakes = program
        .functions
        .iter()
        .filter(|function| function.file == contract.file && function.qualname == contract.function);
    let is_within = |function: &Function| contract.place().is_some_and(|place| function.span.contains(place));
    let is_ambiguous = namesakes.clone().count() > 1 && !namesakes.clone().any(is_within);
    if is_ambiguous && matches!(verdict, Verdict::Proved | Verdict::Bounded { .. }) {
        let reason = format!("several functions are called `{}`, and one was examined", contract.function);
        verdict = Verdict::Unknown { reason: UnknownReason::Unsupported(reason) };
    }
    let effort = Effort {
        paths: interpreter.paths,
        steps: interpreter.earlier_steps + interpreter.steps,
        solver_calls: interpreter.solver.calls,
        rlimit: interpreter.solver.spent,
        duration_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
    };
    let models = interpreter.models.iter().map(|(name, fidelity)| ModelUse { name: name.clone(), fidelity: *fidelity });
    let basis = Basis { models: models.collect(), path: std::mem::take(&mut interpreter.trail) };
    // A proof that took as long as the wall-time net allows may have been cut by it anywhere, whatever its verdict.
    let was_cut = Instant::now() > deadline || interpreter.solver.failure.is_some();
    let is_repeatable = !was_cut && verdict.unknown_reason().is_none_or(UnknownReason::is_repeatable);
    Ok(Proof { verdict, effort, basis, is_repeatable })
}

/// Tells whether whatever is called at the contract's place does nothing with a path that ends in dots.
fn refuses_dots(program: &Program, contract: &Contract) -> bool {
    let callees = relevance::callees(program, contract);
    !callees.is_empty() && callees.into_iter().all(sinks::path::refuses_dots)
}

/// What the examination of all hits gave.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Inputs to try, the most readable first.
    pub(crate) candidates: Vec<Candidate>,
    /// Inputs to try when none of those works.
    pub(crate) last_resort: Vec<Candidate>,
    /// Holes for which inputs can be worked out when nothing else works.
    holes: Vec<(State, OpenHole)>,
    /// Why a hit could not be shown to be safe.
    pub(crate) unclear: Option<UnknownReason>,
}

impl Interpreter<'_> {
    fn verdict(&mut self) -> Verdict {
        self.explore_all();
        let language = match &self.contract.condition {
            Condition::SinkStaysData { language: SinkLanguage::MatchedText { .. }, .. } => {
                let (pattern, function) = self.searched.clone().flatten().unwrap_or_default();
                Some(SinkLanguage::MatchedText { pattern, function })
            }
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
        if let Some(unseen) = self.unseen.pop_first() {
            return Verdict::Unknown { reason: UnknownReason::Unsupported(unseen) };
        }
        if let Some(reason) = findings.unclear {
            return Verdict::Unknown { reason };
        }
        // Whatever is called ends somehow.
        if !self.reached && !matches!(self.contract.condition, Condition::Function { .. }) {
            let why = match self.skipped.first() {
                Some(skipped) => format!("no path from `{}` leads there; {skipped}", self.contract.function),
                None => format!("no path from `{}` leads there", self.contract.function),
            };
            return Verdict::Unknown { reason: UnknownReason::Unreached(why) };
        }
        if !self.bounds.is_empty() && !self.holds_with_loops(language.as_ref()) {
            return Verdict::Bounded { bounds: self.bounds.union(&self.hazards.limits).cloned().collect() };
        }
        if let Some(skipped) = self.skipped.first()
            && !self.is_in_entry()
        {
            return Verdict::Unknown { reason: UnknownReason::Unsupported(skipped.clone()) };
        }
        if !self.hazards.limits.is_empty() {
            return Verdict::Bounded { bounds: self.hazards.limits.iter().cloned().collect() };
        }
        Verdict::Proved
    }

    /// Tells whether the contract also holds when each loop that was cut is run any number of times.
    fn holds_with_loops(&mut self, language: Option<&SinkLanguage>) -> bool {
        let reached = self.reached;
        let skipped = self.skipped.clone();
        let bounds = self.bounds.clone();
        if !self.explore_with_loops() {
            self.skipped = skipped;
            return false;
        }
        let hits = std::mem::take(&mut self.hits);
        let findings = match language {
            Some(language) => self.examine_sinks(&hits, language),
            None => self.examine_assertions(&hits),
        };
        let holds = findings.unclear.is_none() && self.reached && self.unseen.is_empty() && self.stop.is_none();
        if !holds {
            (self.bounds, self.skipped, self.reached, self.stop) = (bounds, skipped, reached, None);
        }
        holds
    }

    /// Tries inputs, cheap ones first; gives the first that breaks the contract.
    fn search(&mut self, findings: &mut Findings, language: Option<&SinkLanguage>) -> Option<Confirmed> {
        let mut tried: Vec<Assignment> = Vec::new();
        let readable = std::mem::take(&mut findings.candidates);
        if let Some(confirmed) = self.try_all(readable, &mut tried, language) {
            return Some(confirmed);
        }
        let mut last_resort = std::mem::take(&mut findings.last_resort);
        last_resort.truncate(RUNS / 2);
        if let Some(confirmed) = self.try_all(last_resort, &mut tried, language) {
            return Some(confirmed);
        }
        let language = language?;
        for (state, hole) in std::mem::take(&mut findings.holes) {
            let worked_out = self.worked_out(&state, language, &hole);
            if let Some(confirmed) = self.try_all(worked_out, &mut tried, Some(language)) {
                return Some(confirmed);
            }
        }
        None
    }

    fn try_all(
        &mut self,
        candidates: Vec<Candidate>,
        tried: &mut Vec<Assignment>,
        language: Option<&SinkLanguage>,
    ) -> Option<Confirmed> {
        for Candidate { assignment: candidate, explanation } in candidates {
            if tried.contains(&candidate) || self.contradicts_flow(&candidate) {
                continue;
            }
            if tried.len() >= RUNS || Instant::now() > self.deadline {
                return None;
            }
            let confirmed = self.confirm(&candidate, language);
            tried.push(candidate);
            if let Some(mut confirmed) = confirmed {
                if let Some(explanation) = explanation {
                    confirmed.explanation = explanation.to_owned();
                }
                return Some(confirmed);
            }
        }
        None
    }

    /// Explores until the parameters' shapes are settled.
    pub(crate) fn explore_all(&mut self) {
        loop {
            self.restart = false;
            self.bounds.clear();
            self.skipped.clear();
            self.hits.clear();
            self.reached = false;
            self.hazards.is_exposed = false;
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
        let Some(entry) = self.entry_function().filter(|entry| entry.file == self.contract.at_file) else {
            return false;
        };
        let is_return = |block| is_return(entry, block, self.contract);
        let mut instructions = entry.blocks.iter().flat_map(|block| &block.instructions);
        instructions.any(|instruction| instruction.span == at) || entry.blocks.iter().any(is_return)
    }

    fn refuted(&mut self, confirmed: Confirmed, language: Option<&SinkLanguage>) -> Verdict {
        let simplest = match language {
            Some(_) => self.simplified(confirmed, language),
            None => self.shrunk(confirmed),
        };
        self.trail = simplest.state.trail.clone();
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
                best = Confirmed { explanation: best.explanation, ..still };
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
                            let reason = match &state.condition.guessed {
                                Some(why) => UnknownReason::Unsupported(format!("{why} is not modelled")),
                                None => self.why_open(&hole),
                            };
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
                    findings.last_resort.push(Candidate::plain(candidate));
                }
                let mut everywhere = base.clone();
                everywhere.harmless = payload.text.to_owned();
                findings.last_resort.push(Candidate::plain(everywhere));
            }
            return;
        }
        let allowed = state.condition.language(hole.source);
        let mut families = hole.context.attacks();
        families.pop();
        let mut ranked = Vec::new();
        for payload in payloads {
            if allowed.is_some_and(|allowed| !allowed.accepts(payload.text)) {
                continue;
            }
            // What is a known attack right where the hole stands comes first.
            let arrives = hole.chain.iter().fold(payload.text.to_owned(), |text, step| step.apply(&text));
            let family = families.iter().position(|family| family.language.accepts(&arrives));
            let explanation = family.and_then(|family| families.get(family)).map(|family| family.explanation);
            let mut assignment = base.clone();
            assignment.values.insert(hole.source, Chosen::Text(payload.text.to_owned()));
            // Other inputs may have to be numbers.
            let numeric = Assignment { harmless: "42".to_owned(), ..assignment.clone() };
            findings.last_resort.push(Candidate { assignment: numeric, explanation });
            ranked.push((family.unwrap_or(families.len()), Candidate { assignment, explanation }));
        }
        ranked.sort_by_key(|(family, _)| *family);
        findings.candidates.extend(ranked.into_iter().map(|(_, candidate)| candidate));
    }
}
