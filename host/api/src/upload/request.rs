//! The body of `POST /api/v1/scans`. Invariant: an [`Upload`] holds at least one Python file.

use std::time::Duration;

use axum::{
    RequestExt as _,
    extract::{Multipart, Request},
    http::header,
};
use model::{
    budget::Budget,
    scan::{Depth, MaxIterations, ScanOptions},
    spec::Entry,
};
use serde::{Deserialize, Serialize};
use store::code::CodeFile;
use utoipa::ToSchema;

use super::{Collector, Limits, Refused};
use crate::{
    body,
    problem::{ErrorKind, FieldError, Problem},
};

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Upload {
    /// What a person calls the project.
    pub(crate) name: Option<String>,
    /// How far to go.
    pub(crate) options: UploadOptions,
    /// The files by path.
    pub(crate) files: Vec<CodeFile>,
    /// Hash of all of it.
    pub(crate) digest: String,
}

/// How far a scan goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct UploadOptions {
    /// Whether contracts are proved.
    #[schema(required = false, default = true)]
    pub(crate) prove: bool,
    /// Whether patches are looked for; only where contracts are proved.
    #[schema(required = false, default = true)]
    pub(crate) patch: bool,
    /// Factor of all the prover's limits, from 1 to 16.
    #[schema(required = false, default = 1, minimum = 1, maximum = 16)]
    pub(crate) budget: u32,
    /// Patch attempts for each finding, from 1 to 10.
    #[schema(required = false, default = 3, minimum = 1, maximum = 10)]
    pub(crate) max_iterations: u32,
}

impl Default for UploadOptions {
    fn default() -> Self {
        Self { prove: true, patch: true, budget: 1, max_iterations: MaxIterations::default().into() }
    }
}

/// Largest factor of the prover's limits.
const MAX_BUDGET: u32 = 16;
/// How long a form may take.
const DEADLINE: Duration = Duration::from_secs(600);
/// Most characters of a name.
const MAX_NAME: usize = 200;

impl UploadOptions {
    /// Gives the engine's options; of a single file every public function may be called by an attacker.
    pub(crate) fn for_scan(self, files: usize) -> ScanOptions {
        let depth = match (self.prove, self.patch) {
            (true, true) => Depth::Patch,
            (true, false) => Depth::Prove,
            (false, _) => Depth::Scan,
        };
        let entry = if files == 1 { Entry::All } else { Entry::Web };
        let max_iterations = MaxIterations::try_from(self.max_iterations).unwrap_or_default();
        ScanOptions { depth, entry, budget: Budget::scaled(self.budget), max_iterations, ..ScanOptions::default() }
    }
}

/// The JSON form.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScanRequest {
    /// What a person calls the project; scans of one name share decisions about findings.
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// The files.
    #[schema(min_items = 1)]
    pub(crate) files: Vec<FileJson>,
    /// How far to go.
    #[serde(default)]
    pub(crate) options: UploadOptions,
}

/// One file of the JSON form.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileJson {
    /// Path within the project, `/`-separated.
    pub(crate) path: String,
    /// The text.
    pub(crate) content: String,
}

/// Reads a request, as JSON or as a form.
///
/// # Errors
/// 415 for another media type, 400 and 422 for what cannot be read or is not safe, 413 for what is over a limit.
pub(crate) async fn read(request: Request, body_limit: usize) -> Result<Upload, Problem> {
    let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let limits = Limits::for_body(body_limit);
    match media_type.as_str() {
        "application/json" => from_json(&body::read(request.into_body(), body_limit).await?, limits),
        "multipart/form-data" => {
            let form = request.extract::<Multipart, _>().await;
            let form = form.map_err(|error| Problem::new(ErrorKind::MalformedForm, error.body_text()))?;
            body::within(DEADLINE, from_form(form, limits)).await
        }
        _ => {
            let detail = "send application/json or multipart/form-data";
            Err(Problem::new(ErrorKind::UnsupportedMediaType, detail))
        }
    }
}

fn from_json(bytes: &[u8], limits: Limits) -> Result<Upload, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read: Result<ScanRequest, _> = serde_path_to_error::deserialize(&mut reader);
    let request = read.map_err(|error| {
        let is_syntax = error.inner().is_syntax() || error.inner().is_eof();
        if is_syntax {
            return Problem::new(ErrorKind::MalformedJson, error.inner().to_string());
        }
        let pointer = format!("/{}", error.path().to_string().replace(['.', '['], "/").replace(']', ""));
        field(&pointer, &error.inner().to_string())
    })?;
    reader.end().map_err(|error| Problem::new(ErrorKind::MalformedJson, error.to_string()))?;
    let mut collector = Collector::new(limits);
    for (index, file) in request.files.into_iter().enumerate() {
        let pointer = format!("/files/{index}/path");
        let added = collector.add_file(&file.path, file.content.into_bytes());
        added.map_err(|refused| problem(&refused, Some(&pointer)))?;
    }
    finish(collector, request.name, (request.options, blake3::hash(bytes).to_hex().to_string()))
}

async fn from_form(mut form: Multipart, limits: Limits) -> Result<Upload, Problem> {
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        if let Some(problem) = body::silent(&error) {
            return problem;
        }
        let kind = if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            ErrorKind::TooLarge
        } else {
            ErrorKind::MalformedForm
        };
        Problem::new(kind, error.body_text())
    };
    let mut collector = Collector::new(limits);
    let (mut name, mut options) = (None, UploadOptions::default());
    let mut hasher = blake3::Hasher::new();
    while let Some(part) = form.next_field().await.map_err(unreadable)? {
        let (kind, file_name) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
        let bytes = part.bytes().await.map_err(unreadable)?;
        for text in [kind.as_bytes(), file_name.as_deref().unwrap_or_default().as_bytes(), &bytes] {
            hasher.update(&(text.len() as u64).to_le_bytes()).update(text);
        }
        match (kind.as_str(), file_name) {
            ("file", Some(file_name)) => {
                let added = collector.add(&file_name, bytes.to_vec());
                added.map_err(|refused| problem(&refused, Some("/file")))?;
            }
            ("name", None) => name = Some(String::from_utf8_lossy(&bytes).into_owned()),
            ("options", None) => {
                options = serde_json::from_slice(&bytes).map_err(|error| field("/options", &error.to_string()))?;
            }
            ("file", None) => return Err(field("/file", "has no file name")),
            _ => {
                let shown: String = kind.chars().take(40).flat_map(char::escape_debug).collect();
                return Err(field("", &format!("`{shown}` is none of `file`, `name` and `options`")));
            }
        }
    }
    finish(collector, name, (options, hasher.finalize().to_hex().to_string()))
}

fn finish(
    collector: Collector,
    name: Option<String>,
    (options, digest): (UploadOptions, String),
) -> Result<Upload, Problem> {
    let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if name.as_deref().is_some_and(|name| name.chars().count() > MAX_NAME || name.chars().any(char::is_control)) {
        return Err(field("/name", &format!("must have at most {MAX_NAME} characters, and no control characters")));
    }
    if !(1..=MAX_BUDGET).contains(&options.budget) {
        return Err(field("/options/budget", &format!("must be from 1 to {MAX_BUDGET}")));
    }
    if let Err(error) = MaxIterations::try_from(options.max_iterations) {
        return Err(field("/options/max_iterations", &error.to_string()));
    }
    let (files, ignored) = collector.finish();
    if files.is_empty() {
        let found = if ignored == 0 { "there is no file".to_owned() } else { format!("none of {ignored} files is") };
        return Err(field("/files", &format!("{found}: Python files (.py, .pyi, .pyw) are analysed")));
    }
    Ok(Upload { name, options, files, digest })
}

fn field(pointer: &str, detail: &str) -> Problem {
    let error = FieldError { pointer: pointer.to_owned(), detail: detail.to_owned() };
    Problem::new(ErrorKind::Invalid, detail).with_errors(vec![error])
}

fn problem(refused: &Refused, pointer: Option<&str>) -> Problem {
    let detail = refused.to_string();
    let kind = match refused {
        Refused::TooLarge(_) => ErrorKind::TooLarge,
        Refused::Unsafe(_) => ErrorKind::Invalid,
    };
    let errors = pointer.map(|pointer| FieldError { pointer: pointer.to_owned(), detail: detail.clone() });
    Problem::new(kind, detail).with_errors(errors.into_iter().collect())
}
