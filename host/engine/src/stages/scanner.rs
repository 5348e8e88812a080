//! The Scanner: runs once for a scan, decides which candidates stand. Invariant: a candidate that the stage does not
//! keep is named in the log with its reason.

use std::sync::{Arc, Mutex, PoisonError};

use model::report::{Fault, Stage};
use rayon::prelude::*;
use sandbox::stage::{CandidateSummary, PackListing, RuleRunner, RulesError};
use syntax::parse::Parsed;

use crate::{
    analysed::Analysed, analysis::FileAnalysis, candidate::Candidate, context::Context, pipeline, plugins::error_chain,
    project, snapshot::SourceFile, stages::unit::summary,
};

/// What the Scanner left.
#[derive(Default)]
pub(crate) struct Scanned {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) parsed: u32,
    pub(crate) log: Vec<String>,
    pub(crate) is_done: bool,
}

/// Runs the stage.
pub(crate) fn run(ctx: &Arc<Context>) -> Scanned {
    // Each file is parsed, and asked about when the whole project is analysed.
    ctx.observer.stage_started(Stage::Scanner, ctx.snapshot.files.len() * 2);
    let runner = Arc::new(Runner { ctx: ctx.clone(), found: Mutex::new(Found::default()) });
    let answer = ctx.core.plugins.scanner.run(runner.clone());
    let found = std::mem::take(&mut *runner.found.lock().unwrap_or_else(PoisonError::into_inner));
    let mut scanned = Scanned { parsed: found.parsed, ..Scanned::default() };
    let decision = match answer {
        Ok(decision) => decision,
        Err(error) => {
            ctx.fault(Fault::Stage { stage: Stage::Scanner, unit: None, reason: error_chain(&error) });
            return scanned;
        }
    };
    for dropped in decision.dropped {
        if let Some(candidate) = found.candidates.get(dropped.candidate as usize) {
            let unit = Context::unit_name(candidate);
            scanned.log.push(format!("scanner: {unit}: `{}` dropped: {}", candidate.finding.rule, dropped.reason));
        }
    }
    let kept = |index: usize| decision.keep.contains(&(index as u32));
    let candidates = found.candidates.into_iter().enumerate();
    scanned.candidates = candidates.filter(|(index, _)| kept(*index)).map(|(_, candidate)| candidate).collect();
    pipeline::sort(&mut scanned.candidates);
    scanned.log.push(format!("scanner: {} candidates in {} files", scanned.candidates.len(), found.parsed));
    scanned.is_done = !ctx.observer.is_cancelled();
    if !scanned.is_done {
        ctx.fault(Fault::Stage { stage: Stage::Scanner, unit: None, reason: "was stopped before its end".into() });
    }
    scanned
}

#[derive(Default)]
struct Found {
    candidates: Vec<Candidate>,
    parsed: u32,
}

/// The Scanner's `rules` capability.
struct Runner {
    ctx: Arc<Context>,
    found: Mutex<Found>,
}

impl RuleRunner for Runner {
    fn packs(&self) -> Vec<PackListing> {
        let listing = |pack: &sandbox::pack::Pack| PackListing {
            name: pack.info().name.clone(),
            version: pack.info().version.clone(),
            rules: pack.info().rules.iter().map(|rule| rule.info.id.to_string()).collect(),
        };
        self.ctx.core.plugins.packs.iter().map(listing).collect()
    }

    fn run(&self, packs: &[String]) -> Result<Vec<CandidateSummary>, RulesError> {
        let installed = &self.ctx.core.plugins.packs;
        if let Some(unknown) = packs.iter().find(|name| !installed.iter().any(|pack| pack.info().name == **name)) {
            return Err(RulesError::NoSuchPack(unknown.clone()));
        }
        let parts = project::analyse(&self.ctx);
        let programs: Vec<Arc<Analysed>> = parts.iter().map(|part| part.analysed.clone()).collect();
        self.ctx.set_programs(&programs);
        let files = parts.par_iter().flat_map(|part| part.files.par_iter().map(|file| (file, &part.analysed)));
        let analyses: Vec<FileAnalysis> =
            files.map(|((file, parsed), analysed)| self.check(file, parsed, analysed)).collect();
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        for analysis in analyses {
            found.parsed += u32::from(analysis.was_analysed);
            analysis.faults.into_iter().for_each(|fault| self.ctx.fault(fault));
            let wanted = analysis.candidates.into_iter().filter(|candidate| packs.contains(&candidate.finding.pack));
            found.candidates.extend(wanted);
        }
        Ok(found.candidates.iter().enumerate().map(|(index, candidate)| summary(index, candidate)).collect())
    }
}

impl Runner {
    fn check(&self, file: &SourceFile, parsed: &Parsed, analysed: &Analysed) -> FileAnalysis {
        if self.ctx.observer.is_cancelled() {
            return FileAnalysis::default();
        }
        let analysis = self.ctx.check_parsed(file, parsed, analysed);
        self.ctx.observer.unit_done(Stage::Scanner);
        analysis
    }
}
