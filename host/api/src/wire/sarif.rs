//! SARIF 2.1.0 as GitHub code scanning takes it. Invariant: every result has a location, and columns count UTF-16 code
//! units (`columnKind`).
//!
//! Source: OASIS SARIF 2.1.0. The document is checked against the OASIS schema in the end-to-end tests.

use std::collections::BTreeMap;

use engine::{
    contract_kind::ContractKind,
    engine::{ContractOrigin, Outcome, Verification, VerifiedContract},
    snapshot::{Snapshot, SourceFile},
};
use model::{
    counterexample::{Counterexample, Replay},
    finding::Finding,
    patch::{FileEdits, PatchOutcome},
    report::Fault,
    rule::{Confidence, RuleInfo, Severity},
    span::{Place, Span},
    taint_path::{PathStep, StepKind},
    verdict::Verdict,
};
use serde_json::{Value, json};

use crate::wire::{finding::author, scan_report::FaultJson};

/// Renders a scan.
pub fn report(outcome: &Outcome, rules: &[RuleInfo], is_listed: impl Fn(&Finding) -> bool) -> Value {
    let indices = rule_indices(rules);
    let listed = outcome.report.findings.iter().filter(|finding| is_listed(finding));
    let indexed = |finding: &Finding| {
        let mut result = result(&outcome.snapshot, finding);
        set(&mut result, "ruleIndex", json!(indices.get(finding.rule.as_str())));
        result
    };
    document(json!(listed.map(indexed).collect::<Vec<_>>()), rules, &notifications(&outcome.report.faults))
}

/// Renders the refuted contracts of a verification as results.
pub fn verification(verification: &Verification, rules: &[RuleInfo]) -> Value {
    let indices = rule_indices(rules);
    let results =
        verification.contracts.iter().filter_map(|contract| contract_result(verification, contract, &indices));
    document(json!(results.collect::<Vec<_>>()), rules, &notifications(&verification.faults))
}

/// Renders a scan without its results: what comes before them, and what comes behind.
pub(crate) fn frame(rules: &[RuleInfo], faults: &[FaultJson]) -> (String, String) {
    const PLACE: &str = "\u{e000}results";
    let notifications = faults.iter().map(|fault| notification(fault.kind, &fault.message)).collect::<Vec<_>>();
    let text = document(json!(PLACE), rules, &notifications).to_string();
    let (head, tail) = text.split_once(&format!("\"{PLACE}\"")).unwrap_or_default();
    (format!("{head}["), format!("]{tail}"))
}

fn rule_indices(rules: &[RuleInfo]) -> BTreeMap<&str, usize> {
    rules.iter().enumerate().map(|(index, rule)| (rule.id.as_str(), index)).collect()
}

fn document(results: Value, rules: &[RuleInfo], notifications: &[Value]) -> Value {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "SecureCodeAI",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(descriptor).collect::<Vec<_>>(),
            }},
            "columnKind": "utf16CodeUnits",
            "automationDetails": { "id": "securecode/" },
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "The folder that the scan ran in" } } },
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    })
}

fn descriptor(rule: &RuleInfo) -> Value {
    let cwe = format!("external/cwe/cwe-{:03}", rule.cwe.0);
    let mut tags = vec!["security".to_string(), cwe];
    tags.extend(rule.tags.iter().filter(|tag| tag.as_str() != "security").cloned());
    tags.truncate(10);
    let first = rule.help.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    json!({
        "id": rule.id.as_str(),
        "name": rule.id.as_str(),
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": first.chars().take(1000).collect::<String>() },
        "help": { "text": rule.help, "markdown": rule.help },
        "helpUri": rule.cwe.url(),
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": {
            "tags": tags,
            "precision": precision(rule.confidence),
            "security-severity": security_severity(rule.severity),
        },
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Low => "warning",
        Severity::Info => "note",
    }
}

const fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

const fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.5",
    }
}

/// Renders one finding as a result, which names its rule without its place in a list.
pub(crate) fn result(snapshot: &Snapshot, finding: &Finding) -> Value {
    let mut result = json!({
        "ruleId": finding.rule.as_str(),
        "level": level(finding.severity),
        "message": { "text": message(finding) },
        "locations": [location(snapshot, finding.place, None)],
        "partialFingerprints": { "securecodeFinding/v1": finding.fingerprint.as_str() },
        "properties": {
            "confidence": finding.confidence.as_str(),
            "verdict": finding.verdict().map(Verdict::as_str),
            "counterexample": finding.verdict().and_then(Verdict::counterexample).map(|found| found.call.clone()),
            "replay": finding.verdict().and_then(Verdict::counterexample).map(|found| found.replay.as_str()),
        },
    });
    if finding.is_proved_safe() {
        // SARIF 3.27.9: what was looked at and is no problem passes, and has no level.
        set(&mut result, "kind", json!("pass"));
        set(&mut result, "level", json!("none"));
    }
    if let Some(flow) = code_flow(snapshot, &finding.taint_path.steps) {
        set(&mut result, "codeFlows", json!([flow]));
    }
    if let Some(PatchOutcome::Proposed(patch)) = &finding.patch
        && patch.gate.is_verified()
    {
        let changes: Vec<Value> = patch.files.iter().filter_map(|edits| artifact_change(snapshot, edits)).collect();
        set(
            &mut result,
            "fixes",
            json!([{ "description": { "text": patch.title }, "artifactChanges": changes, "properties": { "author": author(&patch.origin) } }]),
        );
    }
    if let Some(PatchOutcome::Proposed(patch)) = &finding.patch
        && let Some(properties) = result.get_mut("properties")
    {
        set(properties, "patchChecks", json!(patch.gate.checks));
    }
    result
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(map) = object.as_object_mut() {
        map.insert(key.into(), value);
    }
}

fn message(finding: &Finding) -> String {
    let attack = finding.verdict().and_then(Verdict::counterexample);
    let attack = attack.map(attack_text).unwrap_or_default();
    format!("{}{attack}", finding.message)
}

/// Says the attack, and what its replay showed where it speaks for or against it.
fn attack_text(found: &Counterexample) -> String {
    let replay = match &found.replay {
        Replay::Confirmed(_) => " (confirmed by replay)",
        Replay::Diverged(_) => " (the replay did not confirm it)",
        Replay::Unavailable(_) | Replay::NotRun => "",
    };
    format!(" Attack: {}{replay}", found.call)
}

fn contract_result(
    verification: &Verification,
    contract: &VerifiedContract,
    indices: &BTreeMap<&str, usize>,
) -> Option<Value> {
    let counterexample = contract.check.verdict.counterexample()?;
    let file = verification.snapshot.find(&contract.path)?;
    let rule = match &contract.origin {
        ContractOrigin::Rule(rule) => rule.as_str(),
        ContractOrigin::Code(kind) => match kind {
            ContractKind::Asserts => "assert-holds",
            ContractKind::Security
            | ContractKind::Pep316
            | ContractKind::Icontract
            | ContractKind::Deal
            | ContractKind::Implicit => kind.as_str(),
        },
    };
    let mut result = json!({
        "ruleId": rule,
        "level": "error",
        "message": { "text": format!("{}{}", counterexample.explanation, attack_text(counterexample)) },
        "locations": [location(&verification.snapshot, Place { file: file.id, span: contract.span }, None)],
    });
    if let Some(index) = indices.get(rule) {
        set(&mut result, "ruleIndex", json!(index));
    }
    let here = |span: &&Span| (span.end as usize) <= file.text.len();
    let steps: Vec<Value> = contract
        .check
        .basis
        .path
        .iter()
        .filter(here)
        .take(1000)
        .map(|span| json!({ "location": location(&verification.snapshot, Place { file: file.id, span: *span }, None) }))
        .collect();
    if !steps.is_empty() {
        set(&mut result, "codeFlows", json!([{ "threadFlows": [{ "locations": steps }] }]));
    }
    Some(result)
}

fn location(snapshot: &Snapshot, place: Place, message: Option<&str>) -> Value {
    let Some(file) = snapshot.file(place.file) else { return json!({}) };
    let mut location = json!({
        "physicalLocation": { "artifactLocation": artifact(&file.path), "region": region(file, place.span) },
    });
    if let Some(text) = message {
        set(&mut location, "message", json!({ "text": text }));
    }
    location
}

fn artifact(path: &str) -> Value {
    if path.starts_with('/') {
        json!({ "uri": format!("file://{}", percent_encode(path)) })
    } else {
        json!({ "uri": percent_encode(path), "uriBaseId": "%SRCROOT%" })
    }
}

fn region(file: &SourceFile, span: Span) -> Value {
    let (start, end) = (file.lines.position(span.start), file.lines.position(span.end));
    json!({
        "startLine": start.line,
        "startColumn": start.utf16_column,
        "endLine": end.line,
        "endColumn": end.utf16_column,
    })
}

fn code_flow(snapshot: &Snapshot, steps: &[PathStep]) -> Option<Value> {
    if steps.is_empty() {
        return None;
    }
    let step = |step: &PathStep| {
        let kind = match step.kind {
            StepKind::Source => "source",
            StepKind::Step => "pass-through",
            StepKind::Sink => "sink",
        };
        json!({ "location": location(snapshot, step.place, Some(&step.message)), "kinds": [kind] })
    };
    Some(json!({ "threadFlows": [{ "locations": steps.iter().take(1000).map(step).collect::<Vec<_>>() }] }))
}

fn artifact_change(snapshot: &Snapshot, edits: &FileEdits) -> Option<Value> {
    let file = snapshot.find(&edits.path)?;
    let replacements: Vec<Value> = edits
        .edits
        .iter()
        .map(|edit| {
            json!({
                "deletedRegion": region(file, edit.span),
                "insertedContent": { "text": edit.replacement },
            })
        })
        .collect();
    Some(json!({ "artifactLocation": artifact(&file.path), "replacements": replacements }))
}

fn notifications(faults: &[Fault]) -> Vec<Value> {
    faults.iter().map(FaultJson::from).map(|fault| notification(fault.kind, &fault.message)).collect()
}

/// Renders what kept part of the work from being done, by its kind as [`FaultJson`] names it.
fn notification(kind: &str, message: &str) -> Value {
    let level = if matches!(kind, "syntax" | "bound") { "warning" } else { "error" };
    json!({ "level": level, "message": { "text": message } })
}

/// Encodes a path's bytes as RFC 3986 wants them in a URI.
fn percent_encode(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::percent_encode;

    #[test]
    fn paths_become_uris() {
        assert_eq!(percent_encode("a b/ä.py"), "a%20b/%C3%A4.py");
    }
}
