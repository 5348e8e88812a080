//! Scans beside each other: two compared, and a project's trend. Invariant: findings are the same
//! when their fingerprints are.

use std::collections::{BTreeMap, BTreeSet};

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::findings::{Query, SortKey, StoredFinding};
use utoipa::{IntoParams, ToSchema};

use crate::{
    extract::{Path, Query as UrlQuery},
    jobs::now,
    problem::Problem,
    routes::scans::{broken, find},
    server::Shared,
    wire::scan::{row_json, time_text},
};

/// Most findings that are read at once.
const PORTION: u32 = 5000;

/// Reads all findings of a scan but those that are proved safe.
async fn all(shared: &Shared, scan: &str) -> Result<Vec<StoredFinding>, Problem> {
    let mut query = Query { sort: SortKey::Path, limit: PORTION, now: now(), ..Query::default() };
    let mut found: Vec<StoredFinding> = Vec::new();
    loop {
        let page = shared.jobs.store.findings(scan, &query).await.map_err(|error| broken(&error))?;
        found.extend(page.findings);
        query.after = found.last().map(|last| last.number);
        if !page.has_more {
            return Ok(found);
        }
    }
}

/// Two scans' findings.
#[derive(Serialize, ToSchema)]
pub(crate) struct Comparison {
    /// In this scan only.
    #[schema(value_type = Vec<crate::wire::scan::FindingRow>)]
    new: Vec<Value>,
    /// In both.
    #[schema(value_type = Vec<crate::wire::scan::FindingRow>)]
    persisting: Vec<Value>,
    /// In the other scan only, in files that were scanned again; with that scan's ids.
    #[schema(value_type = Vec<crate::wire::scan::FindingRow>)]
    fixed: Vec<Value>,
    /// In this scan, and taken for fixed.
    #[schema(value_type = Vec<crate::wire::scan::FindingRow>)]
    reopened: Vec<Value>,
    /// In the other scan only, in files that this one did not see whole; with that scan's ids.
    #[schema(value_type = Vec<crate::wire::scan::FindingRow>)]
    unknown: Vec<Value>,
}

/// Compares a scan with an earlier one.
#[utoipa::path(
    get,
    path = "/api/v1/scans/{id}/compare/{base}",
    tag = "scans",
    params(("id" = String, Path), ("base" = String, Path)),
    responses(
        (status = 200, body = Comparison),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn compare(
    State(shared): State<Shared>,
    Path((id, base)): Path<(String, String)>,
) -> Result<Json<Comparison>, Problem> {
    let scan = find(&shared.jobs, &id).await?;
    find(&shared.jobs, &base).await?;
    let (after, before) = (all(&shared, &id).await?, all(&shared, &base).await?);
    let fingerprints = |of: &[StoredFinding]| of.iter().map(|one| one.fingerprint.clone()).collect::<BTreeSet<_>>();
    let (known, left) = (fingerprints(&before), fingerprints(&after));
    let mut result = Comparison { new: vec![], persisting: vec![], fixed: vec![], reopened: vec![], unknown: vec![] };
    for one in &after {
        let list = match (known.contains(&one.fingerprint), one.triage.state) {
            (_, store::triage::State::Fixed) => &mut result.reopened,
            (true, _) => &mut result.persisting,
            (false, _) => &mut result.new,
        };
        list.push(row_json(one));
    }
    let faults: Vec<Value> =
        scan.faults.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let unseen: BTreeSet<&str> = faults.iter().filter_map(|fault| fault.get("path")?.as_str()).collect();
    for one in before.iter().filter(|one| !left.contains(&one.fingerprint)) {
        let row = row_json(one);
        let path = row.get("path").and_then(Value::as_str).unwrap_or_default();
        let is_unknown = !scan.is_complete && (unseen.is_empty() || unseen.contains(path));
        let list = if is_unknown { &mut result.unknown } else { &mut result.fixed };
        list.push(row);
    }
    Ok(Json(result))
}

/// Whose trend.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TrendQuery {
    /// The scans' name.
    name: String,
}

/// The open findings of each completed scan of a name, the oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Trend {
    #[schema(value_type = Vec<crate::wire::words::TrendPointJson>)]
    points: Vec<Value>,
}

/// Gives a project's open findings over time.
#[utoipa::path(get, path = "/api/v1/trend", tag = "scans", params(TrendQuery), responses((status = 200, body = Trend), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn trend(
    State(shared): State<Shared>,
    UrlQuery(query): UrlQuery<TrendQuery>,
) -> Result<Json<Trend>, Problem> {
    let points = shared.jobs.store.trend(&query.name, now()).await.map_err(|error| broken(&error))?;
    let words = ["critical", "high", "medium", "low", "info"];
    let points = points.iter().map(|point| {
        let open: BTreeMap<&str, u32> = words.into_iter().zip(point.open).collect();
        json!({"scan": point.scan, "created_at": time_text(point.created_at), "open": open})
    });
    Ok(Json(Trend { points: points.collect() }))
}
