//! The answer of `POST /analyze`, field by field as existing clients expect it. Invariant: `verified` and
//! `workflow_complete` are true only when the engine says so.

use engine::{engine::Outcome, snapshot::Snapshot};
use model::{
    finding::{CheckedContract, Finding},
    patch::{Patch, PatchOutcome},
    report::Stage,
    rule::{Confidence, Severity},
    verdict::Verdict,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::wire::finding::FindingJson;

/// One vulnerability.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Vulnerability {
    /// `file:line`.
    pub location: String,
    /// The rule's id.
    pub vuln_type: String,
    /// `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`.
    pub severity: &'static str,
    /// What is wrong.
    pub description: String,
    /// From 0 to 1.
    pub confidence: f64,
    /// `CWE-89`.
    pub cwe_id: String,
    /// How it may be exploited, in words.
    pub hypothesis: String,
    /// What must hold for the code to be safe; null for a rule without a contract.
    pub contract: Option<String>,
    /// Whether a counterexample shows the vulnerability.
    pub verified: bool,
    /// The attack as a Python call, when there is one.
    pub counterexample: Option<String>,
    /// The finding in full.
    pub finding: FindingJson,
}

/// What the prover said of a patch.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VerificationResult {
    /// Whether the whole gate passed.
    pub verified: bool,
    /// An attack that the patch leaves open.
    pub counterexample: Option<String>,
    /// The check that failed, and what it saw.
    pub error_message: Option<String>,
    /// Seconds.
    pub execution_time: f64,
}

/// One patch.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PatchEntry {
    /// The whole patched file.
    pub code: String,
    /// Unified diff.
    pub diff: String,
    /// Whether the whole gate passed.
    pub verified: bool,
    /// What the gate said.
    pub verification_result: Option<VerificationResult>,
    /// Fingerprint of the finding that it repairs.
    pub fingerprint: String,
    /// What it does.
    pub title: String,
}

/// The answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AnalyzeResponse {
    /// Names this analysis.
    pub analysis_id: Uuid,
    /// What was found, without what the prover showed to be safe.
    pub vulnerabilities: Vec<Vulnerability>,
    /// The patches.
    pub patches: Vec<PatchEntry>,
    /// Seconds.
    pub execution_time: f64,
    /// What could not be done: syntax problems, failed stages or packs.
    pub errors: Vec<String>,
    /// What the stages did.
    pub logs: Vec<String>,
    /// Whether every stage ran to its end.
    pub workflow_complete: bool,
    /// Analyses that ran or waited when this one began.
    pub queue_depth: usize,
    /// Always empty.
    pub semantic_vulnerabilities: Vec<Value>,
    /// Always empty.
    pub hardware_violations: Vec<Value>,
    /// Always empty.
    pub lifecycle_violations: Vec<Value>,
    /// Always empty.
    pub api_typo_suggestions: Vec<Value>,
}

impl AnalyzeResponse {
    /// Renders a scan's outcome.
    pub fn new(outcome: &Outcome, queue_depth: usize) -> Self {
        let report = &outcome.report;
        let open: Vec<&Finding> = report.findings.iter().filter(|finding| !finding.is_proved_safe()).collect();
        let stages = [Stage::Scanner, Stage::Speculator, Stage::Symbot, Stage::Patcher];
        Self {
            analysis_id: Uuid::new_v4(),
            vulnerabilities: open.iter().map(|finding| vulnerability(&outcome.snapshot, finding)).collect(),
            patches: open.iter().filter_map(|finding| patch_entry(finding)).collect(),
            execution_time: outcome.duration_ms as f64 / 1000.0,
            errors: report.faults.iter().map(ToString::to_string).collect(),
            logs: report.log.clone(),
            workflow_complete: report.is_complete(&stages),
            queue_depth,
            semantic_vulnerabilities: Vec::new(),
            hardware_violations: Vec::new(),
            lifecycle_violations: Vec::new(),
            api_typo_suggestions: Vec::new(),
        }
    }
}

fn vulnerability(snapshot: &Snapshot, finding: &Finding) -> Vulnerability {
    let json = FindingJson::new(snapshot, finding);
    let attack = finding.verdict().and_then(Verdict::counterexample);
    let contract = finding.deciding_check().map(|check: &CheckedContract| check.contract.statement.clone());
    Vulnerability {
        location: format!("{}:{}", finding.path, json.region.line),
        vuln_type: finding.rule.to_string(),
        severity: match finding.severity {
            Severity::Info | Severity::Low => "LOW",
            Severity::Medium => "MEDIUM",
            Severity::High => "HIGH",
            Severity::Critical => "CRITICAL",
        },
        description: finding.message.clone(),
        confidence: confidence(finding),
        cwe_id: finding.cwe.to_string(),
        hypothesis: attack.map_or_else(|| finding.title.clone(), |found| found.explanation.clone()),
        contract,
        verified: attack.is_some(),
        counterexample: attack.map(|found| found.call.clone()),
        finding: json,
    }
}

fn confidence(finding: &Finding) -> f64 {
    let attack = finding.verdict().and_then(Verdict::counterexample);
    if attack.is_some_and(|found| matches!(found.replay, model::counterexample::Replay::Confirmed(_))) {
        return 1.0;
    }
    match finding.confidence {
        Confidence::Low => 0.4,
        Confidence::Medium => 0.7,
        Confidence::High => 0.9,
    }
}

fn patch_entry(finding: &Finding) -> Option<PatchEntry> {
    let Some(PatchOutcome::Proposed(patch)) = &finding.patch else { return None };
    Some(PatchEntry {
        code: patch.new_text.clone(),
        diff: patch.diff.clone(),
        verified: patch.gate.is_verified(),
        verification_result: Some(verification_result(patch)),
        fingerprint: finding.fingerprint.to_string(),
        title: patch.title.clone(),
    })
}

fn verification_result(patch: &Patch) -> VerificationResult {
    let failed = patch.gate.checks.iter().find(|check| check.has_failed());
    VerificationResult {
        verified: patch.gate.is_verified(),
        counterexample: patch.gate.verdict.as_ref().and_then(Verdict::counterexample).map(|found| found.call.clone()),
        error_message: failed.map(|check| check.detail.clone()),
        execution_time: patch.gate.duration_ms as f64 / 1000.0,
    }
}
