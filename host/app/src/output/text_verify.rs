//! `securecode verify` for people. Invariant: one block for each contract, in source order.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use engine::engine::{ContractOrigin, Verification, VerifiedContract};
use model::verdict::Verdict;

use crate::output::text::{check_lines, plain};

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
        "{} contracts: {} refuted, {} proved, {} bounded, {} unknown",
        verification.contracts.len(),
        count("refuted"),
        count("proved"),
        count("bounded"),
        count("unknown"),
    );
    text
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
    let lines = check_lines(&contract.check);
    let mut group = level.primary_title(&*statement).id(origin.as_str()).element(snippet);
    for (level, line) in lines.iter().skip(1) {
        group = group.element(level.clone().message(line.as_str()));
    }
    Renderer::styled().render(&[group])
}
