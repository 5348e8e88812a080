//! Scans and their findings as JSON. Invariant: times are RFC 3339 in UTC; states are told apart by `status`.

use engine::snapshot::Snapshot;
use model::{finding::Finding, patch::PatchOutcome, report::Stage, verdict::Verdict};
use serde::Serialize;
use serde_json::Value;
use store::{
    Millis,
    findings::StoredFinding,
    scans::{Scan, Status},
    triage::Judgement,
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::ToSchema;

use crate::{
    jobs::Progress,
    upload::UploadOptions,
    wire::finding::{patch_status, region_of},
};

/// Where a scan is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum StateJson {
    /// It waits.
    Queued {
        /// How many come before it.
        position: u64,
    },
    /// It runs.
    Running {
        /// Since when.
        started_at: String,
        /// `scanner`, `speculator`, `symbot` or `patcher`.
        #[schema(required = true, value_type = Option<crate::wire::words::StageWord>)]
        stage: Option<&'static str>,
        /// Pieces of the stage's work that are done.
        done: usize,
        /// All of them.
        total: usize,
    },
    /// It ended.
    Completed {
        /// Since when it ran.
        started_at: String,
        /// Until when.
        finished_at: String,
        /// Whether everything was analysed.
        complete: bool,
    },
    /// It could not be done.
    Failed {
        /// When that was seen.
        finished_at: String,
        /// Why.
        error: String,
    },
    /// Somebody stopped it.
    Cancelled {
        /// When.
        finished_at: String,
    },
}

/// What is kept of a scan's code.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CodeJson {
    /// Whether it is still there.
    pub kept: bool,
    /// Until when.
    #[schema(required = true)]
    pub until: Option<String>,
}

/// A scan.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScanJson {
    /// Its id.
    pub id: String,
    /// What a person calls the project.
    #[schema(required = true)]
    pub name: Option<String>,
    /// When it was asked for.
    pub created_at: String,
    /// Where it is.
    pub state: StateJson,
    /// How far it goes.
    #[schema(value_type = UploadOptions)]
    pub options: Value,
    /// Files given.
    pub files: u32,
    /// Bytes of all files.
    pub bytes: u64,
    /// Counts; null before the end.
    #[schema(required = true, value_type = Option<crate::wire::cost::ScanSummaryJson>)]
    pub summary: Option<Value>,
    /// What could not be done; empty in lists.
    #[schema(value_type = Vec<crate::wire::scan_report::FaultJson>)]
    pub errors: Vec<Value>,
    /// Its code.
    pub code: CodeJson,
}

/// Whether what could not be done is told one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// In lists.
    Short,
    /// For one scan.
    Full,
}

impl ScanJson {
    /// Renders a scan; `position` counts those before it in the queue, `progress` is that of a running one.
    pub(crate) fn new(scan: &Scan, (position, progress): (u64, Option<Progress>), detail: Detail) -> Self {
        let time = |millis: Option<Millis>| millis.and_then(time_text).unwrap_or_default();
        let (started_at, finished_at) = (time(scan.started_at), time(scan.finished_at));
        let progress = progress.unwrap_or_default();
        let state = match scan.status {
            Status::Queued => StateJson::Queued { position },
            Status::Running => StateJson::Running {
                started_at,
                stage: progress.stage.map(Stage::as_str),
                done: progress.done,
                total: progress.total,
            },
            Status::Completed => StateJson::Completed { started_at, finished_at, complete: scan.is_complete },
            Status::Failed => StateJson::Failed { finished_at, error: scan.error.clone().unwrap_or_default() },
            Status::Cancelled => StateJson::Cancelled { finished_at },
        };
        let options: UploadOptions = serde_json::from_str(&scan.options).unwrap_or_default();
        let faults = scan.faults.as_deref().filter(|_| detail == Detail::Full);
        Self {
            id: scan.id.clone(),
            name: scan.name.clone(),
            created_at: time(Some(scan.created_at)),
            state,
            options: serde_json::to_value(options).unwrap_or_default(),
            files: scan.files,
            bytes: scan.bytes,
            summary: scan.summary.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            errors: faults.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
            code: CodeJson { kept: scan.has_code, until: scan.code_until.and_then(time_text) },
        }
    }
}

/// Writes a time.
pub(crate) fn time_text(millis: Millis) -> Option<String> {
    let seconds = OffsetDateTime::from_unix_timestamp(millis.div_euclid(1000)).ok()?;
    let time = seconds + time::Duration::milliseconds(millis.rem_euclid(1000));
    time.format(&Rfc3339).ok()
}

/// Reads a time.
pub(crate) fn time_from(text: &str) -> Option<Millis> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Millis::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}

/// What people decided about a finding.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct TriageJson {
    /// `open`, `confirmed`, `false-positive`, `accepted-risk` or `fixed`.
    #[schema(value_type = crate::wire::words::TriageWord)]
    pub state: &'static str,
    /// Why.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// When that ends.
    #[schema(required = true)]
    pub expires: Option<String>,
    /// When it was said.
    #[schema(required = true)]
    pub changed_at: Option<String>,
}

impl From<&Judgement> for TriageJson {
    fn from(judgement: &Judgement) -> Self {
        Self {
            state: judgement.state.as_str(),
            reason: judgement.reason.clone(),
            expires: judgement.expires.and_then(time_text),
            changed_at: judgement.changed_at.and_then(time_text),
        }
    }
}

/// A finding as a row of a table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FindingRow {
    /// Its number in the scan.
    pub id: u32,
    /// Its identity over scans.
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
    /// `info` to `critical`.
    #[schema(value_type = crate::wire::words::SeverityWord)]
    pub severity: &'static str,
    /// `low` to `high`.
    #[schema(value_type = crate::wire::words::ConfidenceWord)]
    pub confidence: &'static str,
    /// The file.
    pub path: String,
    /// Line from 1.
    pub line: u32,
    /// Column from 1, in characters.
    pub column: u32,
    /// The enclosing function.
    #[schema(required = true)]
    pub function: Option<String>,
    /// The rule's title.
    pub title: String,
    /// What is wrong here.
    pub message: String,
    /// The verdict, or null.
    #[schema(required = true, value_type = Option<crate::wire::words::VerdictWord>)]
    pub verdict: Option<&'static str>,
    /// How the replay of the attack went, or null.
    #[schema(required = true, value_type = Option<crate::wire::words::ReplayWord>)]
    pub replay: Option<&'static str>,
    /// How far a patch got, or null.
    #[schema(required = true, value_type = Option<crate::wire::words::PatchWord>)]
    pub patch: Option<&'static str>,
    /// What people decided.
    pub triage: TriageJson,
}

impl FindingRow {
    /// Renders a finding that nobody decided about.
    pub(crate) fn new(snapshot: &Snapshot, finding: &Finding, id: u32) -> Self {
        let region = region_of(snapshot, finding.place);
        let attack = finding.verdict().and_then(Verdict::counterexample);
        Self {
            id,
            fingerprint: finding.fingerprint.to_string(),
            rule_id: finding.rule.to_string(),
            pack: finding.pack.clone(),
            cwe: finding.cwe.to_string(),
            cwe_name: finding.cwe.name(),
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            path: finding.path.clone(),
            line: region.line,
            column: region.column,
            function: finding.function.clone(),
            title: finding.title.clone(),
            message: finding.message.clone(),
            verdict: finding.verdict().map(Verdict::as_str),
            replay: attack.map(|found| found.replay.as_str()),
            patch: finding.patch.as_ref().map(|outcome| match outcome {
                PatchOutcome::Proposed(patch) => patch_status(patch),
                PatchOutcome::Unavailable { .. } => "unavailable",
            }),
            triage: TriageJson::from(&Judgement::default()),
        }
    }
}

/// Gives a kept finding's row with what was decided about it.
pub(crate) fn row_json(found: &StoredFinding) -> Value {
    with_triage(&found.row, found)
}

/// Gives a kept finding in full with what was decided about it.
pub(crate) fn body_json(found: &StoredFinding) -> Value {
    with_triage(&found.body, found)
}

fn with_triage(text: &str, found: &StoredFinding) -> Value {
    let mut value: Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.insert("id".into(), found.number.into());
        object.insert("triage".into(), serde_json::to_value(TriageJson::from(&found.triage)).unwrap_or_default());
    }
    value
}

#[cfg(test)]
mod tests {
    use super::{time_from, time_text};

    #[test]
    fn times_are_written_and_read() {
        assert_eq!(time_text(1_700_000_000_123).as_deref(), Some("2023-11-14T22:13:20.123Z"));
        assert_eq!(time_from("2023-11-14T23:13:20.123+01:00"), Some(1_700_000_000_123));
        assert_eq!(time_from("tomorrow"), None);
    }
}
