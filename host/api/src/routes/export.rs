//! A whole scan as one document, JSON or SARIF. Invariant: of the findings only a portion is in memory at a time, and a
//! document that could not be written to its end is cut off, never closed.

use std::{io, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use store::{findings::StoredFinding, scans::Scan, triage::State as TriageState};

use crate::{
    error_text::error_chain,
    extract::Path,
    jobs::{Jobs, now},
    problem::Problem,
    routes::scans::find,
    server::Shared,
    wire::{sarif, scan::body_json, scan_report::FaultJson},
};

/// Most findings that are read at once.
const PORTION: u32 = 500;

/// Gives a whole scan as `securecode scan --format json` writes it, with what was decided about each finding.
#[utoipa::path(
    operation_id = "report_json",
    get,
    path = "/api/v1/scans/{id}/report.json",
    tag = "scans",
    params(("id" = String, Path)),
    responses(
        (status = 200, body = crate::wire::scan_report::ReportJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn as_json(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Response, Problem> {
    let scan = find(&shared.jobs, &id).await?;
    let parsed = |text: &Option<String>| text.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let rest = json!({
        "errors": parsed(&scan.faults).unwrap_or_else(|| json!([])),
        "complete": scan.is_complete,
        "summary": parsed(&scan.summary),
    });
    let head = format!("{{\"version\":{},\"findings\":[", json!(env!("CARGO_PKG_VERSION")));
    let tail = format!("],{}", rest.to_string().trim_start_matches('{'));
    let document = Document { jobs: shared.jobs.clone(), scan: id, written: |found| Some(body_json(found)), tail };
    Ok(answer(document, head, ("application/json", "json")))
}

/// Gives a whole scan as SARIF 2.1.0; findings that are taken for none, or accepted, are suppressed.
#[utoipa::path(
    operation_id = "report_sarif",
    get,
    path = "/api/v1/scans/{id}/report.sarif",
    tag = "scans",
    params(("id" = String, Path)),
    responses(
        (status = 200, content_type = "application/sarif+json", body = Object),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn as_sarif(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Response, Problem> {
    let scan = find(&shared.jobs, &id).await?;
    let (head, tail) = sarif::frame(&shared.engine.rules(), &faults(&scan));
    let document = Document { jobs: shared.jobs.clone(), scan: id, written: sarif_result, tail };
    Ok(answer(document, head, ("application/sarif+json", "sarif")))
}

fn faults(scan: &Scan) -> Vec<FaultJson> {
    let faults: Vec<Value> =
        scan.faults.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    faults.iter().filter_map(FaultJson::read).collect()
}

/// Gives the kept result with what was decided about it; none for a finding of a version that kept no results.
fn sarif_result(found: &StoredFinding) -> Option<Value> {
    let mut result: Value = serde_json::from_str(found.sarif.as_deref()?).ok()?;
    let is_suppressed = match found.triage.state {
        TriageState::FalsePositive | TriageState::AcceptedRisk => true,
        TriageState::Open | TriageState::Confirmed | TriageState::Fixed => false,
    };
    // SARIF 3.27.23 and 3.35.
    let suppressions = if is_suppressed {
        let reason = found.triage.reason.as_deref().unwrap_or_default();
        json!([{ "kind": "external", "status": "accepted", "justification": reason,
                 "properties": { "state": found.triage.state.as_str() } }])
    } else {
        json!([])
    };
    result.as_object_mut()?.insert("suppressions".into(), suppressions);
    Some(result)
}

/// A document whose findings are written portion by portion.
struct Document {
    jobs: Arc<Jobs>,
    scan: String,
    /// Writes one finding.
    written: fn(&StoredFinding) -> Option<Value>,
    /// What comes behind the findings.
    tail: String,
}

/// How far a document is written.
enum Progress {
    /// The findings behind a number come next, the first of all where there is none.
    Behind(Option<u32>),
    /// All is written.
    Done,
}

fn answer(document: Document, head: String, (kind, extension): (&'static str, &str)) -> Response {
    let name = format!("attachment; filename=\"securecode-{}.{extension}\"", document.scan);
    let name = HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("attachment"));
    let start = (document, Some(head), Progress::Behind(None));
    // Compression asks once more after the end.
    let body = stream::unfold(start, |(document, mut head, progress)| async move {
        let Progress::Behind(after) = progress else { return None };
        let (text, progress) = match document.portion(after).await {
            Ok(portion) => portion,
            Err(error) => return Some((Err(error), (document, None, Progress::Done))),
        };
        let text = head.take().unwrap_or_default() + &text;
        Some((Ok(Bytes::from(text)), (document, None, progress)))
    })
    .fuse();
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, name)];
    (headers, Body::from_stream(body)).into_response()
}

impl Document {
    /// Writes a portion, with the tail behind the last.
    async fn portion(&self, after: Option<u32>) -> Result<(String, Progress), io::Error> {
        let found = self.jobs.store.portion(&self.scan, after, (PORTION, now())).await.map_err(|error| {
            tracing::error!(error = error_chain(&error), "what is kept cannot be used");
            io::Error::other("what is kept cannot be used")
        })?;
        let written = found.iter().filter_map(self.written).map(|value| value.to_string());
        let mut text = written.collect::<Vec<_>>().join(",\n");
        if after.is_some() && !text.is_empty() {
            text.insert_str(0, ",\n");
        }
        match found.last() {
            Some(last) if found.len() >= PORTION as usize => Ok((text, Progress::Behind(Some(last.number)))),
            Some(_) | None => Ok((text + &self.tail, Progress::Done)),
        }
    }
}
