//! `POST /api/v1/scans/{id}/patched`: the scanned files with patches applied. Invariant: only patches that passed the whole
//! gate are applied, and only where the code around them is what it was.

use std::{
    collections::BTreeMap,
    io::{Cursor, Write as _},
};

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;
use store::findings::FindingId;
use utoipa::ToSchema;

use crate::{
    extract::Path,
    jobs::now,
    problem::{ErrorKind, Problem},
    routes::scans::{broken, find},
    server::Shared,
};

/// Which patches are applied.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatchedRequest {
    /// The findings' ids in the scan, whose patches are applied in this order.
    findings: Vec<u32>,
}

/// Gives the changed files, with the verified patches of these findings applied, as a zip archive.
#[utoipa::path(
    operation_id = "patched_files",
    post,
    path = "/api/v1/scans/{id}/patched",
    tag = "findings",
    params(("id" = String, Path)),
    request_body = PatchedRequest,
    responses(
        (status = 200, content_type = "application/zip", body = Vec<u8>),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "They do not compose"),
        (status = 410, body = Problem, content_type = "application/problem+json", description = "The code is gone"),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "Not JSON"),
        (status = 413, body = Problem, content_type = "application/problem+json", description = "Too large"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn patched(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    body: axum::body::Bytes,
) -> Result<Response, Problem> {
    let request: PatchedRequest = serde_json::from_slice(&body).map_err(|error| {
        let kind = if error.is_data() { ErrorKind::Invalid } else { ErrorKind::MalformedJson };
        Problem::new(kind, error.to_string())
    })?;
    find(&shared.jobs, &id).await?;
    let mut patches: Vec<(String, String)> = Vec::new();
    for number in &request.findings {
        let named = FindingId { scan: id.clone(), number: *number };
        let found = shared.jobs.store.finding(&named, now()).await.map_err(|error| broken(&error))?;
        let found = found.ok_or_else(|| Problem::new(ErrorKind::NotFound, format!("there is no finding {number}")))?;
        let body: Value = serde_json::from_str(&found.body).unwrap_or_default();
        let is_verified = body.pointer("/patch/verified").and_then(Value::as_bool).unwrap_or_default();
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        match (text("/path"), text("/patch/diff")) {
            (Some(path), Some(diff)) if is_verified => patches.push((path, diff)),
            _ => {
                let detail = format!("finding {number} has no verified patch");
                return Err(Problem::new(ErrorKind::Invalid, detail));
            }
        }
    }
    let kept = shared.jobs.code.get(&id).map_err(|error| broken(&error))?;
    let kept = kept.ok_or_else(|| Problem::new(ErrorKind::Gone, "the scan's code is no longer kept"))?;
    let files = kept.into_iter().map(|file| (file.path, file.bytes)).collect();
    let archive = zipped(&applied(files, &patches)?)
        .map_err(|_| Problem::new(ErrorKind::Internal, "the archive could not be made"))?;
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"patched.zip\"")),
    ];
    Ok((headers, archive).into_response())
}

/// Gives the files that the patches change, changed.
fn applied(
    files: BTreeMap<String, Vec<u8>>,
    patches: &[(String, String)],
) -> Result<BTreeMap<String, Vec<u8>>, Problem> {
    let mut changed: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (path, diff) in patches {
        let conflict = || {
            let detail = format!("the patches of `{path}` change the same lines; apply one, and scan again");
            Problem::new(ErrorKind::Conflict, detail)
        };
        let text = changed.get(path).or_else(|| files.get(path)).ok_or_else(conflict)?;
        let patch = diffy::Patch::from_bytes(diff.as_bytes()).map_err(|_| conflict())?;
        let text = diffy::apply_bytes(text, &patch).map_err(|_| conflict())?;
        changed.insert(path.clone(), text);
    }
    Ok(changed)
}

fn zipped(files: &BTreeMap<String, Vec<u8>>) -> zip::result::ZipResult<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(path.as_str(), zip::write::SimpleFileOptions::default())?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeMap;

    use super::applied;

    fn files() -> BTreeMap<String, Vec<u8>> {
        let lines: String = (0..30).map(|number| format!("line {number}\n")).collect();
        BTreeMap::from([("a.py".to_owned(), lines.into_bytes()), ("b.py".to_owned(), b"x\n".to_vec())])
    }

    fn patch(from: &str, to: &str) -> (String, String) {
        let old = String::from_utf8(files().get("a.py").unwrap().clone()).unwrap();
        let new = old.replacen(from, to, 1);
        ("a.py".to_owned(), diffy::create_patch(&old, &new).to_string())
    }

    #[test]
    fn patches_of_other_lines_compose() {
        let patches = [patch("line 3\n", "import os\nline 3\n"), patch("line 25\n", "line XXV\n")];
        let changed = applied(files(), &patches).unwrap();
        let text = String::from_utf8(changed.get("a.py").unwrap().clone()).unwrap();
        assert!(text.contains("import os\nline 3\n") && text.contains("line XXV\n"));
        assert_eq!(changed.len(), 1, "files without a patch are left out");
    }

    #[test]
    fn patches_of_the_same_lines_do_not() {
        let patches = [patch("line 3\n", "line III\n"), patch("line 3\n", "line three\n")];
        assert!(applied(files(), &patches).is_err());
    }
}
