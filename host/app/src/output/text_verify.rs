//! `securecode verify` for people. Invariant: one block for each contract, in source order.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use api::wire::verification::failing_lines;
use engine::{
    engine::{ContractOrigin, Verification, VerifiedContract},
    snapshot::SourceFile,
};
use model::{finding::Fidelity, verdict::Verdict};

use crate::output::text::{check_lines, plain};

/// The most lines of a failing path that are listed.
const MAX_LINES: usize = 24;

/// The longest body of a loop whose passes are counted.
const MAX_BODY: usize = 12;

/// Renders all contracts and one line of counts.
pub(crate) fn report(verification: &Verification) -> String {
    let mut text = String::new();
    for contract in &verification.contracts {
        text.push_str(&one(verification, contract));
        text.push_str("\n\n");
    }
    for fault in &verification.faults {
        let _ = writeln!(text, "warning: {}", plain(&fault.to_string()));
    }
    let count =
        |word: &str| verification.contracts.iter().filter(|contract| contract.check.verdict.as_str() == word).count();
    let _ = writeln!(
        text,
        "{}: {} refuted, {} proved, {} bounded, {} unknown",
        if verification.contracts.len() == 1 {
            "1 contract".to_owned()
        } else {
            format!("{} contracts", verification.contracts.len())
        },
        count("refuted"),
        count("proved"),
        count("bounded"),
        count("unknown"),
    );
    text
}

/// Writes lines in order; several passes through the same lines are written once, with their number.
fn passes(lines: &[u32]) -> Vec<String> {
    let mut shown = Vec::new();
    let mut rest = lines;
    while let Some(first) = rest.first() {
        let repeated = (1..=MAX_BODY).filter_map(|size| {
            let body = rest.get(..size)?;
            let times = rest.chunks(size).take_while(|chunk| *chunk == body).count();
            (times > 1).then_some((size, times))
        });
        match repeated.max_by_key(|(size, times)| (size * times, std::cmp::Reverse(*size))) {
            Some((size, times)) => {
                let body: Vec<String> = rest.iter().take(size).map(u32::to_string).collect();
                shown.push(format!("({}) ×{times}", body.join(", ")));
                rest = rest.get(size * times..).unwrap_or_default();
            }
            None => {
                shown.push(first.to_string());
                rest = rest.get(1..).unwrap_or_default();
            }
        }
    }
    shown
}

/// Says what a verdict rests on and what it took.
fn basis_lines(file: &SourceFile, contract: &VerifiedContract) -> Vec<(Level<'static>, String)> {
    let mut lines = Vec::new();
    let path = passes(&failing_lines(file, contract));
    if !path.is_empty() {
        let shown = path.get(..MAX_LINES).map_or_else(|| path.join(", "), |first| format!("{}, …", first.join(", ")));
        let noun = if path.len() == 1 && !shown.contains('(') { "line" } else { "lines" };
        lines.push((Level::NOTE.with_name("path"), format!("{noun} {shown}")));
    }
    let models: Vec<String> = contract
        .check
        .basis
        .models
        .iter()
        .map(|used| match used.fidelity {
            Fidelity::Exact => format!("{} (exact)", plain(&used.name)),
            Fidelity::Over => format!("{} (over-approximated)", plain(&used.name)),
            Fidelity::Unmodelled => format!("{} (not modelled)", plain(&used.name)),
        })
        .collect();
    if !models.is_empty() {
        lines.push((Level::NOTE.with_name("models"), models.join(", ")));
    }
    let effort = contract.check.effort;
    let counted = |number: u64, noun: &str| if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") };
    lines.push((
        Level::NOTE.with_name("effort"),
        format!(
            "{}, {}, {}{}, {:.1} ms",
            counted(effort.paths.into(), "path"),
            counted(effort.steps, "step"),
            counted(effort.solver_calls.into(), "question") + " to Z3",
            if effort.rlimit == 0 { String::new() } else { format!(" ({} units)", effort.rlimit) },
            effort.duration_us as f64 / 1000.0
        ),
    ));
    lines
}

fn one(verification: &Verification, contract: &VerifiedContract) -> String {
    let (level, label) = match &contract.check.verdict {
        Verdict::Refuted { .. } => (Level::ERROR, "refuted"),
        Verdict::Proved => (Level::NOTE, "proved"),
        Verdict::Bounded { .. } => (Level::WARNING, "bounded"),
        Verdict::Unknown { .. } => (Level::WARNING, "unknown"),
    };
    let origin = match &contract.origin {
        ContractOrigin::Rule(rule) => rule.to_string(),
        ContractOrigin::Code(kind) => kind.as_str().to_owned(),
    };
    let Some(file) = verification.snapshot.find(&contract.path) else { return String::new() };
    let statement = plain(&contract.check.contract.statement);
    let range = contract.span.to_range();
    let range = if file.text.get(range.clone()).is_some() { range } else { 0..0 };
    let snippet = Snippet::source(file.text.as_str())
        .path(contract.path.as_str())
        .annotation(AnnotationKind::Primary.span(range).label(label));
    let mut lines = check_lines(&contract.check);
    lines.extend(basis_lines(file, contract));
    let mut group = level.primary_title(&*statement).id(origin.as_str()).element(snippet);
    for (level, line) in lines.iter().skip(1) {
        group = group.element(level.clone().message(line.as_str()));
    }
    Renderer::styled().render(&[group])
}
