//! A scan's report as JSON. Invariant: `findings` and `summary` count the same findings.

use engine::engine::Outcome;
use model::{finding::Finding, report::Fault, rule::Severity};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::wire::finding::FindingJson;

/// Something that kept part of the work from being done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FaultJson {
    /// `file`, `syntax`, `pack`, `stage` or `bound`.
    #[schema(value_type = crate::wire::words::FaultWord)]
    pub kind: &'static str,
    /// The file, when one is concerned.
    #[schema(required = true)]
    pub path: Option<String>,
    /// Line from 1, for syntax problems.
    #[schema(required = true)]
    pub line: Option<u32>,
    /// Column from 1 in characters, for syntax problems.
    #[schema(required = true)]
    pub column: Option<u32>,
    /// The whole sentence.
    pub message: String,
}

impl FaultJson {
    /// Reads one that was kept as JSON; none where it is no such thing.
    pub(crate) fn read(kept: &Value) -> Option<Self> {
        let kinds = ["file", "syntax", "pack", "stage", "bound"];
        let kind = kept.get("kind")?.as_str()?;
        let number = |name: &str| kept.get(name).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
        Some(Self {
            kind: kinds.into_iter().find(|known| *known == kind)?,
            path: kept.get("path").and_then(Value::as_str).map(str::to_owned),
            line: number("line"),
            column: number("column"),
            message: kept.get("message")?.as_str()?.to_owned(),
        })
    }
}

impl From<&Fault> for FaultJson {
    fn from(fault: &Fault) -> Self {
        let message = fault.to_string();
        let json = |kind, path: Option<&String>| Self { kind, path: path.cloned(), line: None, column: None, message };
        match fault {
            Fault::File { path, .. } => json("file", Some(path)),
            Fault::Syntax { path, line, column, .. } => {
                Self { line: Some(*line), column: Some(*column), ..json("syntax", Some(path)) }
            }
            Fault::Pack { path, .. } => json("pack", path.as_ref()),
            Fault::Stage { .. } => json("stage", None),
            Fault::Bound { path, .. } => json("bound", Some(path)),
        }
    }
}

/// How much was looked at and found.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct SummaryJson {
    /// Files given.
    pub files: u32,
    /// Files that some rule could concern.
    pub analysed: u32,
    /// Lines in all files.
    pub lines: u64,
    /// Bytes in all files.
    pub bytes: u64,
    /// Findings listed.
    pub findings: usize,
    /// Findings by severity, worst first: critical, high, medium, low, info.
    #[schema(schema_with = crate::wire::words::by_severity)]
    pub by_severity: [usize; 5],
    /// Findings with a counterexample.
    pub refuted: usize,
    /// Candidates that the prover showed to be safe; listed only on request.
    pub proved_safe: usize,
    /// Patches that passed the whole gate.
    pub patches_verified: usize,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
}

/// A scan's report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportJson {
    /// Version of this program.
    pub version: &'static str,
    /// The findings by path and place.
    pub findings: Vec<FindingJson>,
    /// What could not be done.
    pub errors: Vec<FaultJson>,
    /// Whether everything was analysed.
    pub complete: bool,
    /// Counts.
    pub summary: SummaryJson,
}

impl ReportJson {
    /// Renders the findings that `is_listed` keeps.
    pub fn new(outcome: &Outcome, is_listed: impl Fn(&Finding) -> bool) -> Self {
        let listed: Vec<&Finding> = outcome.report.findings.iter().filter(|finding| is_listed(finding)).collect();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            findings: listed.iter().map(|finding| FindingJson::new(&outcome.snapshot, finding)).collect(),
            errors: outcome.report.faults.iter().map(FaultJson::from).collect(),
            complete: outcome.report.faults.is_empty(),
            summary: summary(outcome, &listed),
        }
    }
}

/// Counts the listed findings.
pub fn summary(outcome: &Outcome, listed: &[&Finding]) -> SummaryJson {
    let order = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    let count = |severity: Severity| listed.iter().filter(|finding| finding.severity == severity).count();
    let is_refuted = |finding: &&&Finding| finding.verdict().is_some_and(|verdict| verdict.counterexample().is_some());
    let is_patched = |finding: &&&Finding| match &finding.patch {
        Some(model::patch::PatchOutcome::Proposed(patch)) => patch.gate.is_verified(),
        Some(model::patch::PatchOutcome::Unavailable { .. }) | None => false,
    };
    let coverage = outcome.report.coverage;
    SummaryJson {
        files: coverage.files,
        analysed: coverage.parsed,
        lines: coverage.lines,
        bytes: coverage.size_bytes,
        findings: listed.len(),
        by_severity: order.map(count),
        refuted: listed.iter().filter(is_refuted).count(),
        proved_safe: outcome.report.findings.iter().filter(|finding| finding.is_proved_safe()).count(),
        patches_verified: listed.iter().filter(is_patched).count(),
        duration_ms: outcome.duration_ms,
    }
}
