//! `/api/v1/scans`: asking for scans, following and stopping them. Invariant: a scan's code is kept before the scan is.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::stream::{self, Stream};
use serde::{Deserialize, Serialize};
use store::{
    Millis,
    scans::{NewScan, Scan},
};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    error_text::error_chain,
    extract::{Path, Query},
    jobs::{Jobs, MAX_QUEUED, Progress, now},
    problem::{ErrorKind, Problem},
    server::Shared,
    upload::{self, Upload},
    wire::scan::{Detail, ScanJson},
};

/// Says that what is kept cannot be used; the cause is logged.
pub(super) fn broken(error: &store::error::StoreError) -> Problem {
    tracing::error!(error = error_chain(error), "what is kept cannot be used");
    Problem::new(ErrorKind::Internal, "what is kept cannot be used")
}

/// Gives a scan.
pub(super) async fn find(jobs: &Jobs, id: &str) -> Result<Scan, Problem> {
    let found = jobs.store.scan(id).await.map_err(|error| broken(&error))?;
    found.ok_or_else(|| Problem::new(ErrorKind::NotFound, "there is no such scan"))
}

async fn rendered(jobs: &Jobs, scan: &Scan, detail: Detail) -> Result<ScanJson, Problem> {
    let position = match scan.status {
        store::scans::Status::Queued => jobs.store.queued(Some(&scan.id)).await.map_err(|error| broken(&error))?,
        store::scans::Status::Running
        | store::scans::Status::Completed
        | store::scans::Status::Failed
        | store::scans::Status::Cancelled => 0,
    };
    let progress = jobs.live(&scan.id).map(|live| live.progress());
    Ok(ScanJson::new(scan, (position, progress), detail))
}

/// Asks for a scan of files: JSON, or a form whose parts `file` are files and archives (zip, tar, tar.gz).
#[utoipa::path(
    operation_id = "create_scan",
    post,
    path = "/api/v1/scans",
    tag = "scans",
    request_body(content((upload::ScanRequest = "application/json"), (crate::wire::words::ScanForm = "multipart/form-data"))),
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key with the same body asks once")),
    responses(
        (status = 202, body = ScanJson, headers(("Location" = String)), links(
            ("get_scan" = (operation_id = "get_scan", parameters(("id" = "$response.body#/id")))),
            ("follow_scan" = (operation_id = "follow_scan", parameters(("id" = "$response.body#/id")))),
            ("list_findings" = (operation_id = "list_findings", parameters(("id" = "$response.body#/id")))),
            ("list_files" = (operation_id = "list_files", parameters(("id" = "$response.body#/id")))),
            ("report_json" = (operation_id = "report_json", parameters(("id" = "$response.body#/id")))),
            ("report_sarif" = (operation_id = "report_sarif", parameters(("id" = "$response.body#/id")))),
            ("decide" = (operation_id = "decide", parameters(("id" = "$response.body#/id")))),
            ("patched_files" = (operation_id = "patched_files", parameters(("id" = "$response.body#/id")))),
            ("delete_scan" = (operation_id = "delete_scan", parameters(("id" = "$response.body#/id")))),
            ("get_finding" = (operation_id = "get_finding", parameters(("id" = "$response.body#/id"), ("finding" = 0))))
        )),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "Unreadable"),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "Too large"),
        (status = 415, body = Problem, content_type = "application/problem+json", description = "Neither JSON nor a form"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "Wrong, or not safe"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "The queue is full"),
    )
)]
pub(crate) async fn create(
    State(shared): State<Shared>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let upload = upload::read(request, shared.config.max_upload_bytes).await?;
    accept(&shared, &headers, upload).await
}

/// Takes an upload into the queue, and says where its scan is.
pub(super) async fn accept(shared: &Shared, headers: &HeaderMap, upload: Upload) -> Result<Response, Problem> {
    let jobs = &shared.jobs;
    if jobs.store.queued(None).await.map_err(|error| broken(&error))? >= MAX_QUEUED {
        return Err(Problem::new(ErrorKind::Busy, format!("{MAX_QUEUED} scans wait already; try again later")));
    }
    let key = headers.get("idempotency-key").map(|key| key.to_str().unwrap_or_default().to_owned());
    if key.as_deref().is_some_and(|key| key.is_empty() || key.len() > 200) {
        return Err(Problem::new(ErrorKind::Invalid, "`Idempotency-Key` must have from 1 to 200 visible characters"));
    }
    let id = submit(jobs, upload, key.as_deref()).await?;
    let scan = find(jobs, &id).await?;
    let location = HeaderValue::try_from(format!("/api/v1/scans/{id}")).unwrap_or(HeaderValue::from_static("/"));
    let body = Json(rendered(jobs, &scan, Detail::Full).await?);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], body).into_response())
}

async fn submit(jobs: &Jobs, upload: Upload, key: Option<&str>) -> Result<String, Problem> {
    let id = Uuid::now_v7().to_string();
    let scan = NewScan {
        id: id.clone(),
        name: upload.name,
        created_at: now(),
        options: serde_json::to_string(&upload.options).unwrap_or_default(),
        files: u32::try_from(upload.files.len()).unwrap_or(u32::MAX),
        bytes: upload.files.iter().map(|file| file.bytes.len() as u64).sum(),
    };
    jobs.code.put(&id, &upload.files).map_err(|error| broken(&error))?;
    let known = match key {
        Some(key) => jobs.store.add_scan_once(&scan, key, &upload.digest).await,
        None => jobs.store.add_scan(&scan).await.map(|()| None),
    };
    let known = known.map_err(|error| broken(&error));
    if !matches!(known, Ok(None)) {
        jobs.code.remove(&id).map_err(|error| broken(&error))?;
    }
    match known? {
        None => {
            jobs.wake();
            Ok(id)
        }
        Some((known, body)) if body == upload.digest => Ok(known),
        Some(_) => Err(Problem::new(ErrorKind::Invalid, "this `Idempotency-Key` was sent with another body")),
    }
}

/// Which scans are listed.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct ListQuery {
    /// The `next` of the page before.
    cursor: Option<String>,
    /// Only scans of this name.
    name: Option<String>,
    /// Most scans of the page, up to 100.
    limit: Option<u32>,
}

/// Scans, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScanList {
    scans: Vec<ScanJson>,
    /// What gives the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// Lists scans, the newest first.
#[utoipa::path(operation_id = "list_scans", get, path = "/api/v1/scans", tag = "scans", params(ListQuery), responses((status = 200, body = ScanList), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(shared): State<Shared>,
    Query(query): Query<ListQuery>,
) -> Result<Json<ScanList>, Problem> {
    let limit = query.limit.unwrap_or(20).clamp(1, 100);
    let jobs = &shared.jobs;
    let found = jobs.store.scans(query.name.as_deref(), query.cursor.as_deref(), limit + 1).await;
    let mut found = found.map_err(|error| broken(&error))?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let mut scans = Vec::new();
    for scan in &found {
        scans.push(rendered(jobs, scan, Detail::Short).await?);
    }
    let next = found.last().filter(|_| has_more).map(|scan| scan.id.clone());
    Ok(Json(ScanList { scans, next }))
}

/// Gives a scan.
#[utoipa::path(
    operation_id = "get_scan",
    get,
    path = "/api/v1/scans/{id}",
    tag = "scans",
    params(("id" = String, Path)),
    responses(
        (status = 200, body = ScanJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn get(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Json<ScanJson>, Problem> {
    let scan = find(&shared.jobs, &id).await?;
    Ok(Json(rendered(&shared.jobs, &scan, Detail::Full).await?))
}

/// Stops a scan that waits or runs (202); removes one that has ended, with its code (204).
#[utoipa::path(
    operation_id = "delete_scan",
    delete,
    path = "/api/v1/scans/{id}",
    tag = "scans",
    params(("id" = String, Path)),
    responses(
        (status = 202, body = ScanJson),
        (status = 204, description = "It is removed"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delete(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Response, Problem> {
    let jobs = &shared.jobs;
    let scan = find(jobs, &id).await?;
    if scan.status.has_ended() {
        jobs.code.remove(&id).map_err(|error| broken(&error))?;
        jobs.store.remove(&id).await.map_err(|error| broken(&error))?;
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    jobs.cancel(&id).await.map_err(|error| broken(&error))?;
    let scan = find(jobs, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(rendered(jobs, &scan, Detail::Full).await?)).into_response())
}

/// How often a running scan is looked at.
const LOOK: Duration = Duration::from_millis(150);
/// How often a silent connection is kept awake.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// An event of the stream.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written field by field")]
pub(crate) struct EventJson {
    /// `state`, `progress`, `finding` or `end`.
    event: String,
    /// JSON: of `state` a scan's state, of `progress` its stage, of `finding` a row, of `end` the scan.
    data: String,
    /// Of a finding: what `Last-Event-ID` repeats.
    id: Option<String>,
}

/// What a client has been told.
struct Told {
    jobs: Arc<Jobs>,
    id: String,
    /// The run of the scan, and how many of its findings were told.
    findings: (Millis, usize),
    progress: Option<Progress>,
    status: Option<store::scans::Status>,
    waiting: Vec<Event>,
    has_ended: bool,
}

/// Follows a scan: events `state`, `progress`, `finding` and, as the last, `end`.
#[utoipa::path(
    operation_id = "follow_scan",
    get,
    path = "/api/v1/scans/{id}/events",
    tag = "scans",
    params(
        ("id" = String, Path),
        ("Last-Event-ID" = Option<String>, Header, description = "Findings up to this one of the same run are not told again"),
    ),
    responses(
        (status = 200, content_type = "text/event-stream", body = EventJson),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn events(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    find(&shared.jobs, &id).await?;
    let last = headers.get("last-event-id").and_then(|value| {
        let (run, number) = value.to_str().ok()?.split_once('-')?;
        Some((run.parse().ok()?, number.parse::<usize>().ok()?.saturating_add(1)))
    });
    let told = Told {
        jobs: shared.jobs.clone(),
        id,
        findings: last.unwrap_or_default(),
        progress: None,
        status: None,
        waiting: Vec::new(),
        has_ended: false,
    };
    let stream = stream::unfold(told, |mut told| async move {
        loop {
            if let Some(event) = told.waiting.pop() {
                return Some((Ok(event), told));
            }
            // Who follows goes on when the server is there again.
            if told.has_ended || told.jobs.is_stopping() {
                return None;
            }
            told.look().await;
            if told.waiting.is_empty() {
                tokio::time::sleep(LOOK).await;
            }
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("still here")))
}

impl Told {
    /// Finds what is new; the last event of `waiting` is told first.
    async fn look(&mut self) {
        let live = self.jobs.live(&self.id);
        let Ok(Some(scan)) = self.jobs.store.scan(&self.id).await else {
            self.has_ended = true;
            return;
        };
        let mut events = Vec::new();
        let Ok(rendered) = rendered(&self.jobs, &scan, Detail::Full).await else { return };
        if self.status != Some(scan.status) {
            self.status = Some(scan.status);
            events.extend(event("state", None, &rendered.state));
        }
        if let Some(live) = &live {
            let progress = live.progress();
            if self.progress != Some(progress) {
                self.progress = Some(progress);
                let stage = progress.stage.map(model::report::Stage::as_str);
                let shown = serde_json::json!({"stage": stage, "done": progress.done, "total": progress.total});
                events.extend(event("progress", None, &shown));
            }
            if self.findings.0 != live.run {
                self.findings = (live.run, 0);
            }
            let (run, told) = &mut self.findings;
            for finding in live.findings_from(*told) {
                events.extend(event("finding", Some(&format!("{run}-{told}")), &finding));
                *told += 1;
            }
        }
        if scan.status.has_ended() {
            events.extend(event("end", None, &rendered));
            self.has_ended = true;
        }
        events.reverse();
        self.waiting = events;
    }
}

fn event(name: &str, id: Option<&str>, data: &impl Serialize) -> Option<Event> {
    let event = Event::default().event(name).json_data(data).ok()?;
    Some(match id {
        Some(id) => event.id(id),
        None => event,
    })
}
