//! A finding as JSON. Invariant: lines and columns are 1-based, columns count characters; paths are `/`-separated.

use engine::snapshot::{Snapshot, SourceFile};
use model::{
    counterexample::Counterexample,
    finding::{CheckedContract, Finding},
    patch::{CheckOutcome, Patch, PatchOrigin, PatchOutcome},
    span::{Place, Span},
    verdict::Verdict,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A region of one file; lines and columns from 1, columns in characters, end exclusive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Region {
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
}

impl Region {
    /// Derives the region of a span.
    pub fn new(file: &SourceFile, span: Span) -> Self {
        let (start, end) = (file.lines.position(span.start), file.lines.position(span.end));
        Self { line: start.line, column: start.column, end_line: end.line, end_column: end.column }
    }
}

/// One step of a taint path.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StepJson {
    /// `source`, `step` or `sink`.
    #[schema(value_type = crate::wire::words::StepWord)]
    pub kind: model::taint_path::StepKind,
    /// The file.
    pub path: String,
    /// Where in it.
    #[serde(flatten)]
    pub region: Region,
    /// What happens there.
    pub message: String,
}

/// One input that the attacker chooses.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BindingJson {
    /// Parameter or source expression.
    pub name: String,
    /// Python literal.
    pub value: String,
}

/// A concrete attack.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CounterexampleJson {
    /// The attack as a Python call of the entry function.
    pub call: String,
    /// The chosen inputs.
    pub bindings: Vec<BindingJson>,
    /// What the sink receives.
    pub sink_value: String,
    /// Byte ranges of `sink_value` that the attacker wrote, as `[start, end]`.
    #[schema(schema_with = crate::wire::words::ranges)]
    pub injected: Vec<[u32; 2]>,
    /// What the attack does.
    pub explanation: String,
    /// `confirmed`, `diverged`, `unavailable` or `not-run`.
    #[schema(value_type = crate::wire::words::ReplayWord)]
    pub replay: &'static str,
    /// What the replay in a real CPython showed, or why there was none.
    #[schema(required = true)]
    pub replay_detail: Option<String>,
}

impl From<&Counterexample> for CounterexampleJson {
    fn from(found: &Counterexample) -> Self {
        let binding =
            |from: &model::counterexample::Binding| BindingJson { name: from.name.clone(), value: from.value.clone() };
        Self {
            call: found.call.clone(),
            bindings: found.bindings.iter().map(binding).collect(),
            sink_value: found.sink_value.clone(),
            injected: found.injected.iter().map(|span| [span.start, span.end]).collect(),
            explanation: found.explanation.clone(),
            replay: found.replay.as_str(),
            replay_detail: found.replay.detail().map(str::to_owned),
        }
    }
}

/// A contract with its verdict.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckJson {
    /// The entry function.
    pub function: String,
    /// What must hold, in words.
    pub contract: String,
    /// The same formally; `u` is what the attacker writes, `h` harmless text in its place.
    pub formal: String,
    /// `refuted`, `proved`, `bounded` or `unknown`.
    #[schema(value_type = crate::wire::words::VerdictWord)]
    pub verdict: &'static str,
    /// The attack, when refuted.
    #[schema(required = true)]
    pub counterexample: Option<CounterexampleJson>,
    /// Why the prover does not know, when unknown.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// The bounds that were hit, when bounded.
    pub bounds: Vec<String>,
    /// Paths explored.
    pub paths: u32,
    /// Wall time in milliseconds.
    pub ms: f64,
}

impl From<&CheckedContract> for CheckJson {
    fn from(check: &CheckedContract) -> Self {
        let (reason, bounds) = match &check.verdict {
            Verdict::Unknown { reason } => (Some(reason.to_string()), Vec::new()),
            Verdict::Bounded { bounds } => (None, bounds.clone()),
            Verdict::Refuted { .. } | Verdict::Proved => (None, Vec::new()),
        };
        Self {
            function: check.contract.function.clone(),
            contract: check.contract.statement.clone(),
            formal: check.contract.formal(),
            verdict: check.verdict.as_str(),
            counterexample: check.verdict.counterexample().map(CounterexampleJson::from),
            reason,
            bounds,
            paths: check.effort.paths,
            ms: check.effort.duration_us as f64 / 1000.0,
        }
    }
}

/// One check of the gate.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GateCheckJson {
    /// `scope`, `parses`, `finding-gone`, `nothing-new`, `contract-proved`, `reachable` or `behaviour-kept`.
    #[schema(value_type = crate::wire::words::GateWord)]
    pub check: model::patch::GateCheck,
    /// Whether it passed; false as well for a check that could not be made.
    pub passed: bool,
    /// `passed`, `failed` or `not-run`.
    #[schema(value_type = crate::wire::words::OutcomeWord)]
    pub outcome: CheckOutcome,
    /// What it saw, or why it could not be made.
    pub detail: String,
}

/// What became of the wish for a patch.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PatchJson {
    /// `verified`, `bounded`, `unverified` or `unavailable`.
    #[schema(value_type = crate::wire::words::PatchWord)]
    pub status: &'static str,
    /// Whether the whole gate passed.
    pub verified: bool,
    /// What the patch does.
    #[schema(required = true)]
    pub title: Option<String>,
    /// Who wrote it: `template`, or the language model's name; `null` where there is none.
    #[schema(required = true)]
    pub author: Option<String>,
    /// Unified diff for `git apply`.
    #[schema(required = true)]
    pub diff: Option<String>,
    /// What the gate checked.
    pub checks: Vec<GateCheckJson>,
    /// Attempts made.
    pub attempts: u32,
    /// Why there is no (verified) patch.
    #[schema(required = true)]
    pub reason: Option<String>,
}

/// Gives the word for how far a patch got.
pub fn patch_status(patch: &Patch) -> &'static str {
    if patch.gate.is_verified() {
        "verified"
    } else if patch.gate.is_bounded() {
        "bounded"
    } else {
        "unverified"
    }
}

/// Names who wrote a patch.
pub fn author(origin: &PatchOrigin) -> &str {
    match origin {
        PatchOrigin::Template => "template",
        PatchOrigin::LanguageModel { model } => model,
    }
}

impl From<&PatchOutcome> for PatchJson {
    fn from(outcome: &PatchOutcome) -> Self {
        match outcome {
            PatchOutcome::Unavailable { reason } => Self {
                status: "unavailable",
                verified: false,
                title: None,
                author: None,
                diff: None,
                checks: Vec::new(),
                attempts: 0,
                reason: Some(reason.clone()),
            },
            PatchOutcome::Proposed(patch) => {
                let check = |result: &model::patch::CheckResult| GateCheckJson {
                    check: result.check,
                    passed: result.outcome == CheckOutcome::Passed,
                    outcome: result.outcome,
                    detail: result.detail.clone(),
                };
                let failed = patch.gate.checks.iter().find(|result| result.has_failed());
                Self {
                    status: patch_status(patch),
                    verified: patch.gate.is_verified(),
                    title: Some(patch.title.clone()),
                    author: Some(author(&patch.origin).to_owned()),
                    diff: Some(patch.diff.clone()),
                    checks: patch.gate.checks.iter().map(check).collect(),
                    attempts: patch.attempts,
                    reason: failed.map(|result| result.detail.clone()),
                }
            }
        }
    }
}

/// A finding.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FindingJson {
    /// Identity over time: unaffected by lines added elsewhere in the file.
    pub fingerprint: String,
    /// The rule.
    pub rule_id: String,
    /// The pack that holds the rule.
    pub pack: String,
    /// `CWE-89`.
    pub cwe: String,
    /// The weakness's published name.
    #[schema(required = true)]
    pub cwe_name: Option<&'static str>,
    /// `info`, `low`, `medium`, `high` or `critical`.
    #[schema(value_type = crate::wire::words::SeverityWord)]
    pub severity: &'static str,
    /// `low`, `medium` or `high`.
    #[schema(value_type = crate::wire::words::ConfidenceWord)]
    pub confidence: &'static str,
    /// The file.
    pub path: String,
    /// Where in it.
    #[serde(flatten)]
    pub region: Region,
    /// The enclosing function; null for top-level code.
    #[schema(required = true)]
    pub function: Option<String>,
    /// The rule's title.
    pub title: String,
    /// What is wrong here.
    pub message: String,
    /// The code that the finding is about.
    pub snippet: String,
    /// The way from source to sink; empty where no flow led here.
    pub taint_path: Vec<StepJson>,
    /// `refuted`, `proved`, `bounded`, `unknown`, or null for a rule without a contract.
    #[schema(required = true, value_type = Option<crate::wire::words::VerdictWord>)]
    pub verdict: Option<&'static str>,
    /// The deciding attack, when refuted.
    #[schema(required = true)]
    pub counterexample: Option<CounterexampleJson>,
    /// Every contract with its verdict, one for each entry function.
    pub contracts: Vec<CheckJson>,
    /// What became of a patch; null when none was looked for.
    #[schema(required = true)]
    pub patch: Option<PatchJson>,
}

impl FindingJson {
    /// Renders a finding of a snapshot.
    pub fn new(snapshot: &Snapshot, finding: &Finding) -> Self {
        let file = snapshot.file(finding.place.file);
        let snippet = file.and_then(|file| finding.place.span.slice(&file.text)).unwrap_or_default();
        Self {
            fingerprint: finding.fingerprint.to_string(),
            rule_id: finding.rule.to_string(),
            pack: finding.pack.clone(),
            cwe: finding.cwe.to_string(),
            cwe_name: finding.cwe.name(),
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            path: finding.path.clone(),
            region: region_of(snapshot, finding.place),
            function: finding.function.clone(),
            title: finding.title.clone(),
            message: finding.message.clone(),
            snippet: snippet.to_string(),
            taint_path: finding.taint_path.steps.iter().map(|step| step_json(snapshot, step)).collect(),
            verdict: finding.verdict().map(Verdict::as_str),
            counterexample: finding.verdict().and_then(Verdict::counterexample).map(CounterexampleJson::from),
            contracts: finding.checks.iter().map(CheckJson::from).collect(),
            patch: finding.patch.as_ref().map(PatchJson::from),
        }
    }
}

/// Derives the region of a place; all zero when the file is not in the snapshot.
pub fn region_of(snapshot: &Snapshot, place: Place) -> Region {
    snapshot.file(place.file).map(|file| Region::new(file, place.span)).unwrap_or_default()
}

fn step_json(snapshot: &Snapshot, step: &model::taint_path::PathStep) -> StepJson {
    StepJson {
        kind: step.kind,
        path: snapshot.file(step.place.file).map(|file| file.path.clone()).unwrap_or_default(),
        region: region_of(snapshot, step.place),
        message: step.message.clone(),
    }
}
