//! `securecode scan`. Invariant: the exit code follows the gate, not the listing's format.

use std::{sync::Arc, time::Instant};

use anyhow::Context as _;
use api::wire::{html, sarif};
use engine::{
    engine::{Engine, Outcome as ScanOutcome},
    observer::Silent,
};
use model::{
    finding::Finding,
    rule::Severity,
    scan::{Depth, NewScan, ScanOptions},
};

use crate::{
    baseline::Baseline,
    cli::{Fix, Format, ScanArgs, Show},
    collect::collect,
    commands::{Globals, scan_options},
    exit::Outcome,
    fixing::{self, Which},
    output::{self, text},
    progress::Bar,
    revision,
};

/// Scans, prints, and applies patches where asked to.
pub(crate) fn run(globals: &Globals, args: &ScanArgs) -> anyhow::Result<Outcome> {
    let start = Instant::now();
    let mut collected = collect(&args.paths, args.proof.max_file_size)?;
    if collected.sources.is_empty() && collected.faults.is_empty() && !globals.is_quiet {
        anstream::eprintln!("securecode: no Python files in the given paths");
    }
    let engine = globals.engine(args.proof.max_file_size)?;
    let options = ScanOptions {
        depth: depth(args),
        max_iterations: args.max_iterations,
        ..scan_options(&args.proof, &collected)
    };
    let bar = Arc::new(Bar::new(globals.is_quiet));
    let files = std::mem::take(&mut collected.sources);
    let project = Some(collected.project.clone());
    let mut outcome =
        engine.scan(NewScan { files, options: options.clone(), project: project.clone() }, bar.clone())?;
    bar.finish();
    outcome.report.faults.splice(0..0, collected.faults.iter().cloned());
    outcome.duration_ms = start.elapsed().as_millis() as u64;

    let known = known_before(args, &engine, &options, project)?;
    if let Some(baseline) = known {
        let dropped = baseline.drop_known(&mut outcome.report.findings);
        if dropped > 0 && !globals.is_quiet {
            let what = if dropped == 1 { "finding that was" } else { "findings that were" };
            anstream::eprintln!("securecode: {dropped} {what} there before left out");
        }
    }
    if let Some(which) = args.fix {
        let which = match which {
            Fix::Verified => Which::Verified,
            Fix::Bounded => Which::Bounded,
        };
        let fixed = fixing::fix(&engine, &collected, &options, which, outcome)?;
        eprint!("{}", fixed.summary);
        outcome = fixed.outcome;
    }
    let is_listed = |finding: &Finding| args.show == Some(Show::Proved) || !finding.is_proved_safe();
    let rendered = render(args, &engine, &outcome, is_listed)?;
    output::write(args.output.output.as_deref(), &rendered).context("cannot write the result")?;
    if args.output.output.is_some() || args.diff || args.output.format != Format::Text {
        summarise(globals, &outcome, is_listed);
    }
    Ok(if args.output.exit_zero { Outcome::Clean } else { gate(args, &outcome) })
}

/// Gives the findings of the baseline file and of the revision; `None` when neither is asked for.
fn known_before(
    args: &ScanArgs,
    engine: &Engine,
    options: &ScanOptions,
    project: Option<String>,
) -> anyhow::Result<Option<Baseline>> {
    if let Some(file) = &args.baseline {
        return Baseline::read(file).map(Some);
    }
    let Some(revision) = &args.since else { return Ok(None) };
    let then = revision::files_at(revision, &args.paths)?;
    let depth = options.depth.min(Depth::Prove);
    let options = ScanOptions { depth, ..options.clone() };
    let old = engine.scan(NewScan { files: then.files, options, project }, Arc::new(Silent))?;
    Ok(Some(Baseline::of(&old, &then.renamed)))
}

fn depth(args: &ScanArgs) -> Depth {
    match (args.no_prove, args.no_patch) {
        (true, _) => Depth::Scan,
        (false, true) => Depth::Prove,
        (false, false) => Depth::Patch,
    }
}

fn render(
    args: &ScanArgs,
    engine: &Engine,
    outcome: &ScanOutcome,
    is_listed: impl Fn(&Finding) -> bool + Copy,
) -> anyhow::Result<String> {
    if args.diff {
        return Ok(output::diff::patches(outcome, is_listed));
    }
    match args.output.format {
        Format::Text => Ok(text::report(outcome, is_listed)),
        Format::Json => {
            let report = api::wire::scan_report::ReportJson::new(outcome, is_listed);
            Ok(serde_json::to_string_pretty(&report)? + "\n")
        }
        Format::Html => Ok(html::report(outcome, is_listed)?),
        Format::Sarif => Ok(serde_json::to_string_pretty(&sarif::report(outcome, &engine.rules(), is_listed))? + "\n"),
    }
}

fn summarise(globals: &Globals, outcome: &ScanOutcome, is_listed: impl Fn(&Finding) -> bool) {
    if !globals.is_quiet {
        anstream::eprint!("{}", text::summary(outcome, is_listed));
    }
}

fn gate(args: &ScanArgs, outcome: &ScanOutcome) -> Outcome {
    let threshold = Severity::from(args.fail_on);
    let is_over = |finding: &&Finding| finding.severity >= threshold && !finding.is_proved_safe();
    Outcome::new(outcome.report.findings.iter().filter(is_over).count(), outcome.report.faults.len())
}
