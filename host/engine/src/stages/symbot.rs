//! SymBot: runs once for each unit, decides how hard each contract is tried. Invariant: a verdict comes from the prover
//! alone; the stage can only name the ticket of one.

use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use model::{
    contract::{Condition, Contract},
    finding::CheckedContract,
    report::{Fault, Stage},
    verdict::{UnknownReason, Verdict},
};
use rayon::prelude::*;
use sandbox::stage::{AssignedContract, ContractText, ProofOutcome, Prover, ProverError};

use crate::{
    analysis::PANICKED,
    candidate::Candidate,
    context::Context,
    plugins::error_chain,
    prover::{Proven, Question},
    replays,
    slice::{Slice, SlicePlan},
    stages::{
        speculator::Contracts,
        unit::{Indices, describe, plan_of},
    },
    store::Keep,
    written,
};

/// Runs the stage over all units; gives the checks of each candidate, and whether all units ended well.
pub(crate) fn run(
    ctx: &Arc<Context>,
    candidates: &[Candidate],
    units: &[Indices],
    contracts: &Contracts,
) -> (Vec<Vec<CheckedContract>>, bool) {
    ctx.observer.stage_started(Stage::Symbot, units.len());
    let answers: Vec<(Vec<(usize, CheckedContract)>, bool)> =
        units.par_iter().map(|unit| run_unit(ctx, candidates, unit, contracts)).collect();
    let is_done = answers.iter().all(|(_, is_done)| *is_done);
    let mut checks = vec![Vec::new(); candidates.len()];
    for (index, check) in answers.into_iter().flat_map(|(checks, _)| checks) {
        if let Some(list) = checks.get_mut(index) {
            list.push(check);
        }
    }
    replays::replay_all(ctx, checks.iter_mut().flatten().collect());
    (checks, is_done)
}

fn run_unit(
    ctx: &Arc<Context>,
    candidates: &[Candidate],
    indices: &Indices,
    contracts: &Contracts,
) -> (Vec<(usize, CheckedContract)>, bool) {
    let asked: Vec<(usize, &Contract)> = indices
        .iter()
        .flat_map(|index| contracts.get(index).into_iter().flatten().map(|contract| (*index, contract)))
        .collect();
    if asked.is_empty() {
        ctx.observer.unit_done(Stage::Symbot);
        return (Vec::new(), true);
    }
    let Some(unit) = describe(candidates, indices) else { return (Vec::new(), true) };
    let prover = Arc::new(TicketProver::new(ctx.clone(), plan_of(ctx, candidates, indices)));
    let assigned: Vec<AssignedContract> = asked
        .iter()
        .filter_map(|(index, contract)| {
            let contract = ContractText::new(contract, |file| ctx.path_of(file))?;
            Some(AssignedContract { candidate: *index as u32, contract })
        })
        .collect();
    let answer = if ctx.observer.is_cancelled() {
        Err("was stopped".to_string())
    } else {
        ctx.core.plugins.symbot.run(&unit, &assigned, prover.clone()).map_err(|error| error_chain(&error))
    };
    ctx.observer.unit_done(Stage::Symbot);
    match answer {
        Ok(decided) => {
            let tickets: Vec<(u32, u32)> = decided.iter().map(|one| (one.candidate, one.ticket)).collect();
            (prover.settle(&asked, &tickets), true)
        }
        Err(reason) => {
            let name = indices.first().and_then(|first| candidates.get(*first)).map(Context::unit_name);
            ctx.fault(Fault::Stage { stage: Stage::Symbot, unit: name, reason });
            (undecided(&asked), false)
        }
    }
}

fn undecided(asked: &[(usize, &Contract)]) -> Vec<(usize, CheckedContract)> {
    asked.iter().map(|(index, contract)| (*index, not_decided(contract))).collect()
}

fn not_decided(contract: &Contract) -> CheckedContract {
    let reason = UnknownReason::Unsupported("the stage `symbot` gave no verdict for it".into());
    let verdict = Verdict::Unknown { reason };
    CheckedContract {
        contract: contract.clone(),
        verdict,
        effort: model::finding::Effort::default(),
        basis: model::finding::Basis::default(),
    }
}

/// The `prover` capability: answers are kept under tickets that only this host gives out.
pub(crate) struct TicketProver {
    ctx: Arc<Context>,
    /// Names where contracts are proved.
    plan: SlicePlan,
    /// Where contracts are proved, once the first is asked whose verdict is not remembered.
    slice: OnceLock<Arc<Slice>>,
    given: Mutex<Vec<CheckedContract>>,
    has_wavered: AtomicBool,
}

impl TicketProver {
    pub(crate) fn new(ctx: Arc<Context>, plan: SlicePlan) -> Self {
        Self { ctx, plan, slice: OnceLock::new(), given: Mutex::default(), has_wavered: AtomicBool::new(false) }
    }

    /// Tells whether all answers so far would be the same again.
    pub(crate) fn is_repeatable(&self) -> bool {
        !self.has_wavered.load(Ordering::Relaxed)
    }

    fn ask(&self, question: &Question<'_>) -> Result<Proven, ProverError> {
        if let Some(known) = self.ctx.core.prover.recall(question) {
            return Ok(known);
        }
        let slice = self.slice.get_or_init(|| self.ctx.slices().make(&self.ctx, &self.plan));
        if slice.is_broken {
            self.has_wavered.store(true, Ordering::Relaxed);
            return Err(ProverError::BadContract(PANICKED.into()));
        }
        let contract = question.contract;
        let file = match &contract.condition {
            Condition::Function { requires, ensures } if !(requires.is_empty() && ensures.is_empty()) => {
                self.ctx.snapshot.file(contract.file)
            }
            Condition::Function { .. } | Condition::SinkStaysData { .. } | Condition::AssertHolds { .. } => None,
        };
        let proven = match file {
            Some(file) => written::check_given(&self.ctx, file, slice, (contract, question.effort)),
            None => self.ctx.core.prover.prove(question, slice),
        };
        proven.map_err(|error| ProverError::BadContract(error.to_string()))
    }

    /// Gives each asked contract the verdict whose ticket the stage named for it; one without is unknown.
    fn settle(&self, asked: &[(usize, &Contract)], tickets: &[(u32, u32)]) -> Vec<(usize, CheckedContract)> {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let named = |index: usize, contract: &Contract| {
            let mine = tickets.iter().filter(|(candidate, _)| *candidate as usize == index);
            mine.filter_map(|(_, ticket)| given.get(*ticket as usize))
                .rfind(|check| check.contract == *contract)
                .cloned()
        };
        asked
            .iter()
            .map(|(index, contract)| (*index, named(*index, contract).unwrap_or_else(|| not_decided(contract))))
            .collect()
    }
}

impl Prover for TicketProver {
    fn prove(&self, contract: &ContractText, effort: u32) -> Result<ProofOutcome, ProverError> {
        let nowhere = || ProverError::NoSuchPlace(format!("{}:{}", contract.path, contract.function));
        let file_of = |path: &str| self.ctx.snapshot.find(path).map(|file| file.id);
        let contract = contract.clone().into_contract(file_of).ok_or_else(nowhere)?;
        let question =
            Question { ctx: &self.ctx, slice: &self.plan.digest, contract: &contract, effort, keep: Keep::OnDisk };
        let Proven { check, is_repeatable } = self.ask(&question)?;
        if !is_repeatable {
            self.has_wavered.store(true, Ordering::Relaxed);
        }
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let ticket = given.len() as u32;
        given.push(check.clone());
        Ok(ProofOutcome { ticket, verdict: check.verdict, paths: check.effort.paths })
    }
}
