//! The order of the stages, and nothing else. Invariant: a stage that fails costs its own result only, and is named.

use std::sync::Arc;

use model::{
    report::{Coverage, Fault, Report, Stage},
    scan::Depth,
};

use crate::{
    candidate::Candidate,
    context::Context,
    replays,
    stages::{patcher, scanner, speculator, symbot, unit},
};

/// Runs the stages that the scan's depth asks for.
pub(crate) fn run(ctx: &Arc<Context>) -> Report {
    let mut report = Report { coverage: coverage(ctx), ..Report::default() };
    report.faults.extend(ctx.core.plugins.faults.iter().cloned());
    report.faults.extend(ctx.snapshot.faults.iter().cloned());

    let scanned = scanner::run(ctx);
    report.coverage.parsed = scanned.parsed;
    report.log.extend(scanned.log);
    let mut candidates = scanned.candidates;
    let show = |candidates: &[Candidate]| {
        for (number, candidate) in candidates.iter().enumerate() {
            ctx.observer.finding(number, &candidate.finding);
        }
    };
    show(&candidates);
    let mut done = scanned.is_done.then_some(Stage::Scanner).into_iter().collect::<Vec<_>>();

    if ctx.options.depth >= Depth::Prove {
        let units = unit::group(&candidates);
        let (contracts, is_done) = speculator::run(ctx, &candidates, &units);
        done.extend(is_done.then_some(Stage::Speculator));
        let (checks, is_done) = symbot::run(ctx, &candidates, &units, &contracts);
        done.extend(is_done.then_some(Stage::Symbot));
        for (candidate, checks) in candidates.iter_mut().zip(checks) {
            candidate.finding.checks = checks;
            replays::lower_confidence(&mut candidate.finding);
        }
        show(&candidates);
        if ctx.options.depth >= Depth::Patch {
            let (patches, is_done) = patcher::run(ctx, &candidates, &units);
            done.extend(is_done.then_some(Stage::Patcher));
            for (candidate, patch) in candidates.iter_mut().zip(patches) {
                candidate.finding.patch = patch;
            }
        }
    }
    report.stages_done = done;
    report.findings = candidates.into_iter().map(|candidate| candidate.finding).collect();
    for (number, finding) in report.findings.iter().enumerate() {
        ctx.observer.finding(number, finding);
    }
    report.faults.extend(ctx.take_faults());
    report.faults.sort_by_key(Fault::to_string);
    report.faults.dedup();
    report
}

fn coverage(ctx: &Context) -> Coverage {
    let files = &ctx.snapshot.files;
    Coverage {
        files: files.len() as u32,
        parsed: 0,
        lines: files.iter().map(|file| u64::from(file.lines.line_count())).sum(),
        size_bytes: files.iter().map(|file| file.text.len() as u64).sum(),
    }
}

/// Orders candidates as a report shows them.
pub(crate) fn sort(candidates: &mut [Candidate]) {
    candidates.sort_by(|left, right| {
        let key = |candidate: &Candidate| (candidate.finding.path.clone(), candidate.finding.place.span);
        key(left).cmp(&key(right)).then_with(|| left.finding.rule.cmp(&right.finding.rule))
    });
}
