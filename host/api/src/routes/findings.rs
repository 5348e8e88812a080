//! `/api/v1/scans/{id}/findings` and what people decide about them. Invariant: filters, sorting and pages are the store's;
//! nothing is filtered here.

use std::collections::BTreeMap;

use axum::{
    Json,
    body::Body,
    extract::{RawQuery, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{
    findings::{Direction, Facet, FindingId, Query, SortKey, StoredFinding},
    triage::{Decision, State as TriageState},
};
use utoipa::ToSchema;

use crate::{
    body,
    extract::Path,
    jobs::now,
    problem::{ErrorKind, FieldError, Problem},
    routes::scans::{broken, find},
    server::Shared,
    wire::{
        scan::{TriageJson, body_json, row_json, time_from},
        words::{ConfidenceWord, SeverityWord, TriageWord},
    },
};

/// Most findings of a page.
const MAX_LIMIT: u32 = 500;

/// A page of findings.
#[derive(Serialize, ToSchema)]
pub(crate) struct FindingPage {
    #[schema(value_type = Vec<crate::wire::scan::FindingRow>)]
    findings: Vec<Value>,
    /// How many findings the filters name; null on further pages.
    #[schema(required = true)]
    total: Option<u64>,
    /// What gives the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
    /// Counts by what can be filtered; null on further pages.
    #[schema(required = true)]
    facets: Option<BTreeMap<&'static str, BTreeMap<String, u64>>>,
}

/// Reads the query; parameters may be repeated.
fn read_query(raw: Option<&str>) -> Result<Query, Problem> {
    let mut query = Query { limit: 100, now: now(), ..Query::default() };
    let wrong = |name: &str, detail: String| {
        let error = FieldError { pointer: name.to_owned(), detail: detail.clone() };
        Problem::new(ErrorKind::Invalid, format!("`{name}` {detail}")).with_errors(vec![error])
    };
    for (name, value) in url_pairs(raw.unwrap_or_default()) {
        if let Some(facet) = Facet::ALL.into_iter().find(|facet| facet.as_str() == name) {
            query.filters.entry(facet).or_default().push(value);
            continue;
        }
        match name.as_str() {
            "q" => query.text = Some(value),
            "limit" => {
                let limit = value.parse::<u32>().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
                query.limit = limit.ok_or_else(|| wrong("limit", format!("must be from 1 to {MAX_LIMIT}")))?;
            }
            "cursor" => {
                let after = value.parse().map_err(|_| wrong("cursor", "is none that was given".to_owned()))?;
                query.after = Some(after);
            }
            "sort" => {
                let (word, direction) = match value.strip_prefix('-') {
                    Some(word) => (word, Direction::Reversed),
                    None => (value.as_str(), Direction::Usual),
                };
                query.direction = direction;
                query.sort = match word {
                    "severity" => SortKey::Severity,
                    "path" => SortKey::Path,
                    "rule" => SortKey::Rule,
                    "confidence" => SortKey::Confidence,
                    "verdict" => SortKey::Verdict,
                    _ => {
                        let words = "must be severity, path, rule, confidence or verdict, perhaps with `-` before it";
                        return Err(wrong("sort", words.to_owned()));
                    }
                };
            }
            _ => return Err(wrong(&name, "is no parameter of this address".to_owned())),
        }
    }
    Ok(query)
}

fn url_pairs(raw: &str) -> Vec<(String, String)> {
    let parsed: Result<Vec<(String, String)>, _> = axum::extract::Query::try_from_uri(
        &axum::http::Uri::builder().path_and_query(format!("/?{raw}")).build().unwrap_or_default(),
    )
    .map(|axum::extract::Query(pairs)| pairs);
    parsed.unwrap_or_default()
}

/// Lists findings, filtered, sorted, page by page.
#[utoipa::path(
    operation_id = "list_findings",
    get,
    path = "/api/v1/scans/{id}/findings",
    tag = "findings",
    params(
        ("id" = String, Path),
        ("severity" = Option<Vec<SeverityWord>>, Query), ("confidence" = Option<Vec<ConfidenceWord>>, Query),
        ("cwe" = Option<Vec<String>>, Query), ("owasp" = Option<Vec<String>>, Query),
        ("rule" = Option<Vec<String>>, Query), ("path" = Option<Vec<String>>, Query, description = "A file or folder"),
        ("verdict" = Option<Vec<String>>, Query, description = "`none` for those without; proved ones only when asked for"),
        ("state" = Option<Vec<TriageWord>>, Query), ("patch" = Option<Vec<String>>, Query),
        ("q" = Option<String>, Query, description = "Words that must all occur"),
        ("sort" = Option<String>, Query, pattern = "^-?(severity|path|rule|confidence|verdict)$", description = "`-` turns it round"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500), ("cursor" = Option<String>, Query),
    ),
    responses(
        (status = 200, body = FindingPage),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<FindingPage>, Problem> {
    let query = read_query(raw.as_deref())?;
    find(&shared.jobs, &id).await?;
    let store = &shared.jobs.store;
    let page = store.findings(&id, &query).await.map_err(|error| broken(&error))?;
    let facets = match query.after {
        None => Some(store.facets(&id, &query).await.map_err(|error| broken(&error))?),
        Some(_) => None,
    };
    let next = page.findings.last().filter(|_| page.has_more).map(|last| last.number.to_string());
    Ok(Json(FindingPage {
        findings: page.findings.iter().map(row_json).collect(),
        total: facets.as_ref().map(|facets| facets.total),
        next,
        facets: facets.map(|facets| facets.counts.into_iter().map(|(facet, of)| (facet.as_str(), of)).collect()),
    }))
}

async fn one(shared: &Shared, scan: &str, number: &str) -> Result<(FindingId, StoredFinding), Problem> {
    let nothing = || Problem::new(ErrorKind::NotFound, "there is no such finding");
    let id = FindingId { scan: scan.to_owned(), number: number.parse().map_err(|_| nothing())? };
    let found = shared.jobs.store.finding(&id, now()).await.map_err(|error| broken(&error))?;
    Ok((id, found.ok_or_else(nothing)?))
}

/// Gives a finding in full, with its history, and its neighbours in the list of the same query.
#[utoipa::path(
    operation_id = "get_finding",
    get,
    path = "/api/v1/scans/{id}/findings/{finding}",
    tag = "findings",
    params(("id" = String, Path), ("finding" = u32, Path, description = "A finding's `id`")),
    responses(
        (status = 200, body = crate::wire::words::FindingDetail),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(
    State(shared): State<Shared>,
    Path((scan, number)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Value>, Problem> {
    let query = read_query(raw.as_deref())?;
    let (id, found) = one(&shared, &scan, &number).await?;
    let store = &shared.jobs.store;
    let history = store.history(&id).await.map_err(|error| broken(&error))?;
    let (previous, next) = store.neighbours(&id, &query).await.map_err(|error| broken(&error))?;
    let mut value = body_json(&found);
    if let Some(object) = value.as_object_mut() {
        let history: Vec<TriageJson> = history.iter().map(TriageJson::from).collect();
        object.insert("history".into(), serde_json::to_value(history).unwrap_or_default());
        object.insert("owasp".into(), owasp_of(&shared, &found).into());
        object.insert("previous".into(), previous.into());
        object.insert("next".into(), next.into());
    }
    Ok(Json(value))
}

fn owasp_of(shared: &Shared, found: &StoredFinding) -> Vec<String> {
    let row: Value = serde_json::from_str(&found.row).unwrap_or_default();
    let rules = shared.jobs.engine.rules();
    let rule = rules.iter().find(|rule| row.get("rule_id").and_then(Value::as_str) == Some(rule.id.as_str()));
    let tags = rule.map(|rule| rule.tags.clone()).unwrap_or_default();
    tags.iter().filter_map(|tag| tag.strip_prefix("owasp:").map(str::to_owned)).collect()
}

/// Gives a finding's patch as a unified diff.
#[utoipa::path(
    operation_id = "get_patch",
    get,
    path = "/api/v1/scans/{id}/findings/{finding}/patch",
    tag = "findings",
    params(("id" = String, Path), ("finding" = u32, Path, description = "A finding's `id`")),
    responses(
        (status = 200, content_type = "text/x-diff", body = String),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn patch(
    State(shared): State<Shared>,
    Path((scan, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (_, found) = one(&shared, &scan, &number).await?;
    let body: Value = serde_json::from_str(&found.body).unwrap_or_default();
    let diff = body.pointer("/patch/diff").and_then(Value::as_str).map(str::to_owned);
    let diff = diff.ok_or_else(|| Problem::new(ErrorKind::NotFound, "the finding has no patch"))?;
    let rule = body.get("rule_id").and_then(Value::as_str).unwrap_or("finding");
    let named = HeaderValue::try_from(format!("attachment; filename=\"{rule}-{number}.patch\""));
    let named = named.unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("text/x-diff; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, named)], diff).into_response())
}

/// A decision about findings.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TriageRequest {
    /// The findings' ids in the scan.
    findings: Vec<u32>,
    /// `open`, `confirmed`, `false-positive`, `accepted-risk` or `fixed`.
    #[schema(value_type = crate::wire::words::TriageWord)]
    state: String,
    /// Why.
    reason: Option<String>,
    /// When it ends.
    expires: Option<String>,
}

/// How many findings were there.
#[derive(Serialize, ToSchema)]
pub(crate) struct TriageAnswer {
    changed: u32,
}

/// Records a decision about findings; it holds for later scans of the same name.
#[utoipa::path(
    operation_id = "decide",
    post,
    path = "/api/v1/scans/{id}/triage",
    tag = "findings",
    params(("id" = String, Path)),
    request_body = TriageRequest,
    responses(
        (status = 200, body = TriageAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "Not JSON"),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "Too large"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn triage(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<TriageAnswer>, Problem> {
    let body = body::read(body, shared.config.body_limit()).await?;
    let request: TriageRequest = serde_json::from_slice(&body).map_err(|error| {
        let kind = if error.is_data() { ErrorKind::Invalid } else { ErrorKind::MalformedJson };
        Problem::new(kind, error.to_string())
    })?;
    find(&shared.jobs, &id).await?;
    let wrong = |pointer: &str, detail: &str| {
        let error = FieldError { pointer: pointer.to_owned(), detail: detail.to_owned() };
        Problem::new(ErrorKind::Invalid, detail).with_errors(vec![error])
    };
    let state = TriageState::from_word(&request.state);
    let state =
        state.ok_or_else(|| wrong("/state", "must be open, confirmed, false-positive, accepted-risk or fixed"))?;
    if request.reason.as_deref().is_some_and(|reason| reason.chars().count() > 2000) {
        return Err(wrong("/reason", "must have at most 2000 characters"));
    }
    let expires = match request.expires.as_deref() {
        None => None,
        Some(text) => Some(time_from(text).ok_or_else(|| wrong("/expires", "must be a time as RFC 3339 has it"))?),
    };
    let decision = Decision { state, reason: request.reason, expires, at: now() };
    let changed = shared.jobs.store.decide(&id, &request.findings, &decision).await.map_err(|error| broken(&error))?;
    Ok(Json(TriageAnswer { changed }))
}
