//! `/api/v1/scans/{id}/files`: the scanned code, as long as it is kept. Invariant: a path is looked up among the scan's own,
//! never on this machine.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use serde::Serialize;
use store::code::CodeFile;
use utoipa::ToSchema;

use crate::{
    extract::Path,
    problem::{ErrorKind, Problem},
    routes::scans::{broken, find},
    server::Shared,
};

/// One file.
#[derive(Serialize, ToSchema)]
pub(crate) struct FileEntry {
    path: String,
    bytes: usize,
    lines: usize,
    findings: u32,
}

/// The files of a scan.
#[derive(Serialize, ToSchema)]
pub(crate) struct FileList {
    files: Vec<FileEntry>,
}

/// A file's text.
#[derive(Serialize, ToSchema)]
pub(crate) struct FileText {
    path: String,
    /// The text; bytes that are no UTF-8 are replaced.
    text: String,
}

async fn code(shared: &Shared, id: &str) -> Result<Vec<CodeFile>, Problem> {
    find(&shared.jobs, id).await?;
    let kept = shared.jobs.code.get(id).map_err(|error| broken(&error))?;
    kept.ok_or_else(|| Problem::new(ErrorKind::Gone, "the scan's code is no longer kept"))
}

/// Lists the scanned files.
#[utoipa::path(
    operation_id = "list_files",
    get,
    path = "/api/v1/scans/{id}/files",
    tag = "scans",
    params(("id" = String, Path)),
    responses(
        (status = 200, body = FileList),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json", description = "No longer kept"),
    )
)]
pub(crate) async fn list(State(shared): State<Shared>, Path(id): Path<String>) -> Result<Json<FileList>, Problem> {
    let files = code(&shared, &id).await?;
    let counts = shared.jobs.store.by_path(&id).await.map_err(|error| broken(&error))?;
    let counts: BTreeMap<String, u32> = counts.into_iter().collect();
    let entry = |file: CodeFile| FileEntry {
        bytes: file.bytes.len(),
        lines: file.bytes.split(|byte| *byte == b'\n').count(),
        findings: counts.get(&file.path).copied().unwrap_or_default(),
        path: file.path,
    };
    Ok(Json(FileList { files: files.into_iter().map(entry).collect() }))
}

/// Gives a scanned file's text.
#[utoipa::path(
    operation_id = "get_file",
    get,
    path = "/api/v1/scans/{id}/files/{path}",
    tag = "scans",
    params(("id" = String, Path), ("path" = String, Path, description = "The path, with its slashes")),
    responses(
        (status = 200, body = FileText),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 410, body = Problem, content_type = "application/problem+json", description = "No longer kept"),
    )
)]
pub(crate) async fn get(
    State(shared): State<Shared>,
    Path((id, path)): Path<(String, String)>,
) -> Result<Json<FileText>, Problem> {
    let file = code(&shared, &id).await?.into_iter().find(|file| file.path == path);
    let file = file.ok_or_else(|| Problem::new(ErrorKind::NotFound, "the scan has no such file"))?;
    let text = String::from_utf8_lossy(&file.bytes).into_owned();
    Ok(Json(FileText { path, text }))
}
