//! The report for people, in rustc's manner. Invariant: nothing that came from the scanned code can move the cursor or
//! change colours: control characters are shown as such.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstream::adapter::strip_str;
use api::wire::{finding::patch_status, scan_report};
use engine::{engine::Outcome, snapshot::SourceFile};
use model::{
    contract::Condition,
    counterexample::Replay,
    finding::{CheckedContract, Finding},
    patch::{Patch, PatchOrigin, PatchOutcome},
    rule::Severity,
    taint_path::{PathStep, StepKind},
    verdict::Verdict,
};

/// Renders all listed findings, what could not be done, and the summary.
pub(crate) fn report(outcome: &Outcome, is_listed: impl Fn(&Finding) -> bool) -> String {
    let mut text = String::new();
    for finding in outcome.report.findings.iter().filter(|finding| is_listed(finding)) {
        text.push_str(&one(outcome, finding));
        text.push('\n');
    }
    text.push_str(&summary(outcome, is_listed));
    text
}

/// Renders what could not be done and one line of counts.
pub(crate) fn summary(outcome: &Outcome, is_listed: impl Fn(&Finding) -> bool) -> String {
    let mut text = String::new();
    for fault in &outcome.report.faults {
        let _ = writeln!(text, "warning: {}", plain(&fault.to_string()));
    }
    let listed: Vec<&Finding> = outcome.report.findings.iter().filter(|finding| is_listed(finding)).collect();
    let counts = scan_report::summary(outcome, &listed);
    let words = ["critical", "high", "medium", "low", "info"];
    let severities: Vec<String> = words
        .iter()
        .zip(counts.by_severity)
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    let severities = if severities.is_empty() { String::new() } else { format!(" ({})", severities.join(", ")) };
    let _ = write!(text, "{}{severities}", counted(counts.findings, "finding"));
    if counts.refuted > 0 {
        let _ = write!(text, ", {} with a counterexample", counts.refuted);
    }
    if counts.patches_verified > 0 {
        let _ = write!(text, ", {} with a verified patch", counts.patches_verified);
    }
    if counts.proved_safe > 0 {
        let _ = write!(text, ", {} proved safe", counted(counts.proved_safe, "candidate"));
    }
    let seconds = counts.duration_ms as f64 / 1000.0;
    let _ = write!(text, "; {} files, {} lines in {seconds:.2} s", counts.files, counts.lines);
    if !outcome.report.faults.is_empty() {
        let _ = write!(text, "; incomplete: {}", counted(outcome.report.faults.len(), "problem"));
    }
    text.push('\n');
    text
}

fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Renders one finding with its patch.
pub(crate) fn one(outcome: &Outcome, finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium | Severity::Low => Level::WARNING,
        Severity::Info => Level::NOTE,
    };
    let Some(file) = outcome.snapshot.file(finding.place.file) else { return String::new() };
    let message = plain(&finding.message);
    let title = level.primary_title(&*message).id(finding.rule.as_str());
    let label = sink_label(finding);
    let steps = steps_in(file, finding);
    let labels: Vec<(std::ops::Range<usize>, String)> =
        steps.iter().map(|(index, step)| (step.place.span.to_range(), step_label(*index, step))).collect();
    let mut snippet = Snippet::source(file.text.as_str())
        .path(finding.path.as_str())
        .annotation(AnnotationKind::Primary.span(clamp(file, finding.place.span.to_range())).label(&*label));
    for (range, label) in &labels {
        snippet = snippet.annotation(AnnotationKind::Context.span(clamp(file, range.clone())).label(label.as_str()));
    }
    let elsewhere = steps_elsewhere(outcome, finding);
    let facts = facts(finding);
    let checks: Vec<(Level<'_>, String)> = finding.checks.iter().flat_map(check_lines).collect();
    let patch = finding.patch.as_ref().map(patch_line);
    let mut group: Group<'_> = title.element(snippet);
    for (other, labels) in &elsewhere {
        let mut snippet = Snippet::source(other.text.as_str()).path(other.path.as_str());
        for (range, label) in labels {
            let range = clamp(other, range.clone());
            snippet = snippet.annotation(AnnotationKind::Context.span(range).label(label.as_str()));
        }
        group = group.element(snippet);
    }
    group = group.element(Level::NOTE.message(facts.as_str()));
    for (level, line) in &checks {
        group = group.element(level.clone().message(line.as_str()));
    }
    if let Some(line) = &patch {
        group = group.element(Level::HELP.message(line.as_str()));
    }
    let mut text = Renderer::styled().render(&[group]);
    text.push('\n');
    if let Some(PatchOutcome::Proposed(patch)) = &finding.patch {
        text.push_str(&coloured_diff(patch));
    }
    text
}

fn facts(finding: &Finding) -> String {
    let name = finding.cwe.name().map(|name| format!(" {name}")).unwrap_or_default();
    let place = finding.function.as_ref().map(|function| format!(", in `{}`", plain(function))).unwrap_or_default();
    format!("{}{name}; severity {}, confidence {}{place}", finding.cwe, finding.severity, finding.confidence)
}

fn sink_label(finding: &Finding) -> String {
    let sink = finding.taint_path.steps.iter().rev().find(|step| step.kind == StepKind::Sink);
    sink.map_or_else(|| plain(&finding.title), |step| plain(&step.message))
}

/// Gives the steps before the sink that are in the finding's file, with their number in the path.
fn steps_in<'a>(file: &SourceFile, finding: &'a Finding) -> Vec<(usize, &'a PathStep)> {
    let steps = finding.taint_path.steps.iter().enumerate();
    let mut chosen: Vec<(usize, &PathStep)> = steps
        .filter(|(_, step)| step.kind != StepKind::Sink && step.place.file == file.id)
        .map(|(index, step)| (index + 1, step))
        .collect();
    if chosen.len() > 8 {
        let tail = chosen.split_off(chosen.len() - 4);
        chosen.truncate(4);
        chosen.extend(tail);
    }
    chosen
}

/// Most other files of one path that are shown.
const MAX_OTHER_FILES: usize = 6;

/// A file and what is said of places in it.
type Labelled<'a> = (&'a SourceFile, Vec<(std::ops::Range<usize>, String)>);

/// Gives the steps in other files than the finding's, by file in the order of the path.
fn steps_elsewhere<'a>(outcome: &'a Outcome, finding: &Finding) -> Vec<Labelled<'a>> {
    let mut files: Vec<Labelled<'a>> = Vec::new();
    for (index, step) in finding.taint_path.steps.iter().enumerate() {
        let file = outcome.snapshot.file(step.place.file).filter(|file| file.id != finding.place.file);
        let Some(file) = file else { continue };
        let label = (step.place.span.to_range(), step_label(index + 1, step));
        let is_full = files.len() >= MAX_OTHER_FILES;
        match files.iter_mut().find(|(known, _)| known.id == file.id) {
            Some((_, labels)) => labels.push(label),
            None if is_full => {}
            None => files.push((file, vec![label])),
        }
    }
    files
}

fn step_label(index: usize, step: &PathStep) -> String {
    format!("{index}. {}", plain(&step.message))
}

/// Keeps a range inside the text and on character boundaries.
fn clamp(file: &SourceFile, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    if file.text.get(range.clone()).is_some() { range } else { 0..0 }
}

/// Says a check's contract and verdict; the same lines serve `verify`.
pub(crate) fn check_lines(check: &CheckedContract) -> Vec<(Level<'static>, String)> {
    let mut lines = vec![(
        Level::NOTE.with_name("contract"),
        format!("{} (entry `{}`)", plain(&check.contract.statement), plain(&check.contract.function)),
    )];
    let verdict = Level::NOTE.with_name("verdict");
    match &check.verdict {
        Verdict::Refuted { counterexample } => {
            lines.push((verdict, format!("refuted: {}", plain(&counterexample.explanation))));
            let call = match &check.contract.condition {
                Condition::SinkStaysData { .. } => "attack",
                Condition::AssertHolds { .. } | Condition::Function { .. } => "call",
            };
            lines.push((Level::NOTE.with_name(call), plain(&counterexample.call)));
            let given = &counterexample.sink_value;
            if let Some(value) = given.strip_prefix("returns ").filter(|_| call == "call") {
                lines.push((Level::NOTE.with_name("returns"), plain(value)));
            } else if let Some(class) = given.strip_prefix("raises ").filter(|_| call == "call") {
                lines.push((Level::NOTE.with_name("raises"), plain(class)));
            } else if !given.is_empty() {
                lines.push((Level::NOTE.with_name("reaches"), marked(counterexample)));
            }
            lines.push((Level::NOTE.with_name("replay"), replay_line(&counterexample.replay)));
        }
        Verdict::Proved => {
            let paths = if check.effort.paths == 1 {
                "its only path".to_owned()
            } else {
                format!("all {} paths", check.effort.paths)
            };
            lines.push((verdict, format!("proved on {paths}")));
        }
        Verdict::Bounded { bounds } => {
            lines.push((verdict, format!("no violation found within bounds: {}", plain(&bounds.join(", ")))));
        }
        Verdict::Unknown { reason } => lines.push((verdict, format!("unknown: {}", plain(&reason.to_string())))),
    }
    lines
}

/// Says what running the attack in a real Python showed, or that nobody tried.
fn replay_line(replay: &Replay) -> String {
    match replay {
        Replay::Confirmed(seen) => format!("confirmed by replay: {}", plain(seen)),
        Replay::Diverged(seen) => format!("the replay did not confirm it: {}", plain(seen)),
        Replay::Unavailable(why) => format!("not replayed: {}", plain(why)),
        Replay::NotRun => "not replayed".to_owned(),
    }
}

/// Shows what the sink receives with the attacker's part between guillemets.
fn marked(counterexample: &model::counterexample::Counterexample) -> String {
    let value = &counterexample.sink_value;
    let mut text = String::new();
    let mut done = 0;
    for span in &counterexample.injected {
        let (Some(before), Some(part)) = (value.get(done..span.start as usize), span.slice(value)) else { continue };
        text.push_str(before);
        text.push('»');
        text.push_str(part);
        text.push('«');
        done = span.end as usize;
    }
    text.push_str(value.get(done..).unwrap_or_default());
    plain(&text)
}

fn patch_line(outcome: &PatchOutcome) -> String {
    match outcome {
        PatchOutcome::Unavailable { reason } => format!("no patch: {}", plain(reason)),
        PatchOutcome::Proposed(patch) => {
            let failed = patch.gate.checks.iter().find(|check| check.has_failed());
            let why = failed.map(|check| format!(": {}", plain(&check.detail))).unwrap_or_default();
            let by = match &patch.origin {
                PatchOrigin::Template => String::new(),
                PatchOrigin::LanguageModel { model } => format!(", written by {}", plain(model)),
            };
            format!("patch ({}{why}{by}): {}", patch_status(patch), plain(&patch.title))
        }
    }
}

fn coloured_diff(patch: &Patch) -> String {
    let mut text = String::new();
    for line in patch.diff.lines() {
        let line = plain(line);
        let colour = match line.get(..1) {
            Some("+") => "\u{1b}[32m",
            Some("-") => "\u{1b}[31m",
            Some("@") => "\u{1b}[36m",
            _ => "",
        };
        let reset = if colour.is_empty() { "" } else { "\u{1b}[0m" };
        let _ = writeln!(text, "    {colour}{line}{reset}");
    }
    text
}

/// Makes untrusted text harmless for a terminal: escape sequences go, other control characters are shown.
pub(crate) fn plain(text: &str) -> String {
    annotate_snippets::normalize_untrusted_str(&strip_str(text).to_string())
}
