//! The Patcher: runs for a unit until every candidate is patched or given up, at most `max_iterations` times.
//! Invariant: only the gate says that a patch is verified.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use model::{
    patch::{CheckOutcome, Edit, FileEdits, Patch, PatchOrigin, PatchOutcome},
    report::{Fault, Stage},
};
use rayon::prelude::*;
use sandbox::stage::{Attempt, CheckedCandidate, Decision, Fix, FixSource, GateFailure, PluginError, Unit};

use crate::{
    analysis::pack_file,
    candidate::Candidate,
    chat::ScanChat,
    context::Context,
    gate,
    imports::{imports, package_of},
    plugins::error_chain,
    remembered::patches::{self, Outcomes},
    slice::SlicePlan,
    stages::{
        drafts::Drafts,
        symbot::TicketProver,
        unit::{Indices, describe, plan_of},
    },
};

/// Runs the stage over all units; gives the outcome for each candidate, and whether all units ended well.
pub(crate) fn run(
    ctx: &Arc<Context>,
    candidates: &[Candidate],
    units: &[Indices],
) -> (Vec<Option<PatchOutcome>>, bool) {
    ctx.observer.stage_started(Stage::Patcher, units.len());
    let answers: Vec<(BTreeMap<usize, PatchOutcome>, bool)> =
        units.par_iter().map(|unit| run_unit(ctx, candidates, unit)).collect();
    let is_done = answers.iter().all(|(_, is_done)| *is_done);
    let mut outcomes: BTreeMap<usize, PatchOutcome> = answers.into_iter().flat_map(|(outcomes, _)| outcomes).collect();
    ((0..candidates.len()).map(|index| outcomes.remove(&index)).collect(), is_done)
}

fn run_unit(ctx: &Arc<Context>, candidates: &[Candidate], indices: &Indices) -> (BTreeMap<usize, PatchOutcome>, bool) {
    // A unit's candidates are numbered from 0, so that the outcome does not depend on what else was found.
    let mine: Vec<Candidate> = indices.iter().filter_map(|index| candidates.get(*index).cloned()).collect();
    let (outcomes, is_done) = outcomes_of(ctx, mine);
    ctx.observer.unit_done(Stage::Patcher);
    let global = outcomes.into_iter().filter_map(|(local, outcome)| Some((*indices.get(local)?, outcome)));
    (global.collect(), is_done)
}

/// Gives what becomes of a unit's candidates, remembered or worked out.
fn outcomes_of(ctx: &Arc<Context>, mine: Vec<Candidate>) -> (Outcomes, bool) {
    let all: Indices = (0..mine.len()).collect();
    let Some(unit) = describe(&mine, &all) else { return (Outcomes::new(), true) };
    let plan = plan_of(ctx, &mine, &all);
    let key = patches::key(ctx, &mine, &plan);
    if let Some(known) = key.as_ref().and_then(|key| patches::recall(ctx, key, &mine)) {
        return (known, true);
    }
    let templates = Templates { ctx: ctx.clone(), candidates: mine.clone(), has_failed: AtomicBool::new(false) };
    let drafts = Arc::new(Drafts::new(ctx.clone(), mine.clone()));
    let mut round = Rounds {
        ctx,
        drafts: drafts.clone(),
        unit,
        plan,
        source: Arc::new(templates),
        open: all,
        attempts: Vec::new(),
        best: BTreeMap::new(),
        outcomes: BTreeMap::new(),
        is_repeatable: true,
    };
    let is_done = round.run();
    let is_repeatable =
        is_done && round.is_repeatable && !round.source.has_failed.load(Ordering::Relaxed) && !drafts.has_failed();
    let outcomes = round.finish();
    if let Some(key) = key.filter(|_| is_repeatable && !ctx.observer.is_cancelled()) {
        patches::remember(ctx, &key, &mine, &outcomes);
    }
    (outcomes, is_done)
}

/// The state of one unit's iterations.
struct Rounds<'a> {
    ctx: &'a Arc<Context>,
    unit: Unit,
    plan: SlicePlan,
    source: Arc<Templates>,
    drafts: Arc<Drafts>,
    open: Indices,
    attempts: Vec<Attempt>,
    /// The attempt that got furthest, by candidate.
    best: BTreeMap<usize, Patch>,
    outcomes: BTreeMap<usize, PatchOutcome>,
    /// Whether nothing happened that a repetition could change.
    is_repeatable: bool,
}

impl Rounds<'_> {
    /// Iterates; tells whether the stage itself ended well.
    fn run(&mut self) -> bool {
        let rounds = u32::from(self.ctx.options.max_iterations);
        for _ in 0..rounds {
            if self.open.is_empty() {
                return true;
            }
            let answer = if self.ctx.observer.is_cancelled() { Err("was stopped".to_string()) } else { self.ask() };
            let proposals = match answer {
                Ok(proposals) => proposals,
                Err(reason) => {
                    let name = format!("{}:{}", self.unit.path, self.unit.function.as_deref().unwrap_or("<module>"));
                    self.ctx.fault(Fault::Stage { stage: Stage::Patcher, unit: Some(name), reason });
                    return false;
                }
            };
            for (index, decision) in proposals {
                self.decide(index, decision);
            }
        }
        true
    }

    fn ask(&mut self) -> Result<Vec<(usize, Decision)>, String> {
        let open: Vec<CheckedCandidate> = self.open.iter().filter_map(|index| self.checked(*index)).collect();
        let prover = Arc::new(TicketProver::new(self.ctx.clone(), self.plan.clone()));
        let stage = &self.ctx.core.plugins.patcher;
        let host = sandbox::stage::PatcherHost {
            fixes: self.source.clone(),
            drafts: self.drafts.clone(),
            chat: Arc::new(ScanChat { ctx: self.ctx.clone() }),
            prover: prover.clone(),
            python: Arc::new(Checker),
        };
        let answer = stage.run(&self.unit, &open, &self.attempts, host).map_err(|error| error_chain(&error))?;
        self.is_repeatable &= prover.is_repeatable();
        let decided = answer.into_iter().map(|proposal| (proposal.candidate as usize, proposal.decision));
        Ok(decided.filter(|(index, _)| self.open.contains(index)).collect())
    }

    fn checked(&self, index: usize) -> Option<CheckedCandidate> {
        let candidate = self.source.candidates.get(index)?;
        let checks = candidate.finding.checks.iter().filter_map(|check| {
            let contract = sandbox::stage::ContractText::new(&check.contract, |file| self.ctx.path_of(file))?;
            Some((contract, check.verdict.clone()))
        });
        Some(CheckedCandidate { candidate: index as u32, checks: checks.collect() })
    }

    fn decide(&mut self, index: usize, decision: Decision) {
        let source = self.source.clone();
        let Some(candidate) = source.candidates.get(index) else { return };
        match decision {
            Decision::GiveUp(reason) => {
                self.open.retain(|open| *open != index);
                self.outcomes.insert(index, PatchOutcome::Unavailable { reason });
            }
            Decision::Propose(fixes) => {
                let patches: Vec<Patch> = fixes.into_iter().map(|fix| self.gated(index, candidate, fix)).collect();
                let is_verified = |patch: &&Patch| patch.gate.is_verified();
                // The first of those that change equally much is kept.
                if let Some(best) = patches.iter().filter(is_verified).min_by_key(|patch| changed_lines(&patch.diff)) {
                    self.open.retain(|open| *open != index);
                    self.outcomes.insert(index, PatchOutcome::Proposed(Box::new(best.clone())));
                } else {
                    patches.into_iter().for_each(|patch| self.keep_best(index, patch));
                }
            }
        }
    }

    /// Puts a fix through the gate and notes the attempt.
    fn gated(&mut self, index: usize, candidate: &Candidate, fix: Fix) -> Patch {
        let files = file_edits(&candidate.finding.path, &fix);
        let gated = gate::check(self.ctx, candidate, &files);
        self.is_repeatable &= gated.is_repeatable;
        let attempts = 1 + self.attempts.iter().filter(|one| one.candidate as usize == index).count() as u32;
        let failed = gated.report.checks.iter().filter(|check| check.has_failed());
        let failures: Vec<GateFailure> = failed
            .map(|check| GateFailure { check: check.check.as_str().into(), detail: check.detail.clone() })
            .collect();
        self.drafts.refused(index as u32, &fix, &failures);
        let author = self.drafts.author(index as u32, &fix);
        let patch = Patch {
            title: fix.title.clone(),
            origin: author.map_or(PatchOrigin::Template, |model| PatchOrigin::LanguageModel { model }),
            files,
            diff: gated.diff,
            new_text: gated.new_text,
            gate: gated.report,
            attempts,
        };
        self.attempts.push(Attempt { candidate: index as u32, fix, failures });
        patch
    }

    /// Keeps the attempt that passed most checks; the earlier of equals.
    fn keep_best(&mut self, index: usize, patch: Patch) {
        let score = |patch: &Patch| {
            let passed = patch.gate.checks.iter().filter(|check| check.outcome == CheckOutcome::Passed).count();
            (patch.gate.is_bounded(), passed, !patch.diff.is_empty())
        };
        let is_better = self.best.get(&index).is_none_or(|best| score(&patch) > score(best));
        if is_better {
            self.best.insert(index, patch);
        }
    }

    /// Gives every candidate its outcome: verified, else the best attempt, else why there is none.
    fn finish(mut self) -> BTreeMap<usize, PatchOutcome> {
        let attempted = |index: &usize| self.attempts.iter().filter(|one| one.candidate as usize == *index).count();
        for (index, mut patch) in std::mem::take(&mut self.best) {
            let is_settled = matches!(self.outcomes.get(&index), Some(PatchOutcome::Proposed(_)));
            if !is_settled && !patch.diff.is_empty() {
                patch.attempts = attempted(&index) as u32;
                self.outcomes.insert(index, PatchOutcome::Proposed(Box::new(patch)));
            }
        }
        for index in self.open {
            let reason = || PatchOutcome::Unavailable { reason: "no attempt could be made".into() };
            self.outcomes.entry(index).or_insert_with(reason);
        }
        self.outcomes
    }
}

/// Counts the lines that a unified diff adds or removes.
fn changed_lines(diff: &str) -> usize {
    let is_head = |line: &&str| line.starts_with("--- ") || line.starts_with("+++ ");
    diff.lines().filter(|line| !is_head(line) && line.starts_with(['+', '-'])).count()
}

/// Sorts a fix's edits by file.
fn file_edits(path: &str, fix: &Fix) -> Vec<FileEdits> {
    let mut files: BTreeMap<String, Vec<Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        let target = edit.path.clone().unwrap_or_else(|| path.into());
        files.entry(target).or_default().push(Edit { span: edit.span, replacement: edit.replacement.clone() });
    }
    let sorted = |(path, mut edits): (String, Vec<Edit>)| {
        edits.sort();
        edits.dedup();
        FileEdits { path, edits }
    };
    files.into_iter().map(sorted).collect()
}

/// The Patcher's `fixes` capability: asks the pack that found the candidate.
struct Templates {
    ctx: Arc<Context>,
    candidates: Vec<Candidate>,
    has_failed: AtomicBool,
}

impl FixSource for Templates {
    fn propose(&self, candidate: u32) -> Result<Vec<Fix>, PluginError> {
        let unknown = || PluginError::Other("there is no such candidate".into());
        let candidate = self.candidates.get(candidate as usize).ok_or_else(unknown)?;
        let file = self.ctx.snapshot.file(candidate.finding.place.file).ok_or_else(unknown)?;
        let packed = syntax::parse::parse(&file.text).tree;
        let pack = self.ctx.core.plugins.packs.get(candidate.pack).ok_or_else(unknown)?;
        let imports = imports(&packed, &file.text, &package_of(&file.path));
        let tree: &[u32] = if pack.info().needs_tree { packed.words() } else { &[] };
        let source = pack_file(file, tree, &imports);
        let fixes = pack.fix(&source, &candidate.pack_finding, candidate.matched.as_ref());
        fixes.map_err(|error| {
            self.has_failed.store(true, Ordering::Relaxed);
            let reason = error_chain(&error);
            let (pack, path) = (pack.info().name.clone(), Some(file.path.clone()));
            self.ctx.fault(Fault::Pack { pack, path, reason: reason.clone() });
            PluginError::Capability(reason)
        })
    }

    fn no_fix_reason(&self, candidate: u32) -> Option<String> {
        let candidate = self.candidates.get(candidate as usize)?;
        let pack = self.ctx.core.plugins.packs.get(candidate.pack)?;
        pack.info().rules.get(candidate.pack_finding.rule as usize)?.info.no_fix_reason.clone()
    }
}

/// The Patcher's `python-check` capability.
struct Checker;

impl sandbox::stage::PythonCheck for Checker {
    fn syntax_problems(&self, text: &str) -> Vec<(model::span::Span, String)> {
        syntax::parse::parse(text).problems.into_iter().map(|problem| (problem.span, problem.message)).collect()
    }
}
