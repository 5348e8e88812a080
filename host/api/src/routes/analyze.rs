//! `POST /analyze`: one text in, its vulnerabilities, proofs and patches out. Invariant: the code is kept nowhere, unless
//! the client asks for a scan.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue},
    response::{IntoResponse as _, Response},
};

use crate::{
    analyze_request::AnalyzeRequest,
    body,
    deadline::Deadline,
    problem::{ErrorKind, Problem},
    routes::scans,
    server::Shared,
    wire::{analyze_response::AnalyzeResponse, scan::ScanJson},
};

/// How long an analysis may take; its clients give up after 60 s.
const TIME_LIMIT: Duration = Duration::from_secs(50);

/// Analyses one Python text; every public function's caller is taken to be hostile. With `Prefer: respond-async` it
/// becomes a scan.
#[utoipa::path(
    post,
    path = "/analyze",
    tag = "analysis",
    request_body = AnalyzeRequest,
    params(("Prefer" = Option<String>, Header, description = "`respond-async` turns it into a scan, which is kept")),
    responses(
        (status = 200, body = AnalyzeResponse),
        (status = 202, body = ScanJson, description = "Of `respond-async`", headers(("Location" = String))),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "Not JSON"),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "Too large"),
        (status = 415, body = Problem, content_type = "application/problem+json", description = "Not application/json"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "A field is wrong"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The queue is full"),
    )
)]
pub(crate) async fn analyze(State(shared): State<Shared>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let body = body::read(body, shared.config.body_limit()).await?;
    let request = AnalyzeRequest::parse(&headers, &body, shared.config.max_code_bytes)?;
    if is_async(&headers) {
        let mut response = scans::accept(&shared, &headers, request.into_upload(&body)).await?;
        response.headers_mut().insert("preference-applied", HeaderValue::from_static("respond-async"));
        return Ok(response);
    }
    let ticket = shared.enter()?;
    let permit = shared.running.clone().acquire_owned().await.map_err(|_| stopped())?;
    let queue_depth = shared.depth.load(std::sync::atomic::Ordering::SeqCst);
    let engine = shared.engine.clone();
    let work = move || {
        let outcome = engine.scan(request.into_scan(), Arc::new(Deadline::after(TIME_LIMIT)));
        drop((permit, ticket));
        outcome
    };
    let outcome = tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(error = %error, "an analysis panicked");
        Problem::new(ErrorKind::Internal, "the analysis did not end")
    })?;
    let outcome = outcome.map_err(|error| {
        tracing::error!(error = %error, "an analysis was refused");
        Problem::new(ErrorKind::Internal, "the analysis was refused")
    })?;
    Ok(Json(AnalyzeResponse::new(&outcome, queue_depth)).into_response())
}

/// Tells whether the client would rather not wait (RFC 7240).
fn is_async(headers: &HeaderMap) -> bool {
    let wishes = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    wishes.flat_map(|value| value.split(',')).any(|wish| wish.trim().eq_ignore_ascii_case("respond-async"))
}

fn stopped() -> Problem {
    Problem::new(ErrorKind::Busy, "the server is stopping")
}
