//! The body of `POST /analyze`, read and checked once. Invariant: an `AnalyzeRequest` that `parse` gives is valid.

use axum::http::{HeaderMap, header};
use garde::Validate;
use model::{
    scan::{MaxIterations, NewScan, ScanOptions, SourceText},
    spec::Entry,
};
use serde::Deserialize;
use store::code::CodeFile;
use utoipa::ToSchema;

use crate::{
    problem::{ErrorKind, FieldError, Problem},
    upload::{Upload, UploadOptions},
};

/// Code to analyse.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[garde(allow_unvalidated)]
pub(crate) struct AnalyzeRequest {
    /// Python source text; not blank.
    #[garde(custom(not_blank))]
    #[schema(min_length = 1, pattern = r"\S")]
    code: String,
    /// The name shown in locations.
    #[serde(default = "unknown_path")]
    #[garde(length(min = 1, max = 4096))]
    #[schema(required = false, default = "unknown", min_length = 1, max_length = 4096)]
    file_path: String,
    /// Patch attempts for each finding, from 1 to 10.
    #[serde(default = "three")]
    #[garde(range(min = 1, max = 10))]
    #[schema(required = false, default = 3, minimum = 1, maximum = 10)]
    max_iterations: i64,
}

fn unknown_path() -> String {
    "unknown".into()
}

const fn three() -> i64 {
    3
}

fn not_blank(code: &str, _: &()) -> garde::Result {
    if code.trim().is_empty() { Err(garde::Error::new("must not be blank")) } else { Ok(()) }
}

impl AnalyzeRequest {
    /// Reads and checks a body.
    ///
    /// # Errors
    /// 415 for another media type, 400 for text that is no JSON, 413 for code over `max_code_bytes`, 422 for a field
    /// that is missing, of the wrong type or out of range.
    pub(crate) fn parse(headers: &HeaderMap, body: &[u8], max_code_bytes: usize) -> Result<Self, Problem> {
        check_media_type(headers)?;
        let mut reader = serde_json::Deserializer::from_slice(body);
        let request: Self = serde_path_to_error::deserialize(&mut reader).map_err(|error| unreadable(&error))?;
        reader.end().map_err(|error| Problem::new(ErrorKind::MalformedJson, error.to_string()))?;
        if request.code.len() > max_code_bytes {
            let detail = format!("`code` has {} bytes; the limit is {max_code_bytes}", request.code.len());
            let field = FieldError { pointer: "/code".into(), detail: format!("is over {max_code_bytes} bytes") };
            return Err(Problem::new(ErrorKind::TooLarge, detail).with_errors(vec![field]));
        }
        request.validate().map_err(|report| invalid(&report))?;
        Ok(request)
    }

    /// Gives the upload that asks for the same behind the request.
    pub(crate) fn into_upload(self, body: &[u8]) -> Upload {
        let parts = self.file_path.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
        let path = parts.collect::<Vec<_>>().join("/");
        let path = if path.is_empty() { unknown_path() } else { path };
        let max_iterations = u32::try_from(self.max_iterations).unwrap_or_default();
        Upload {
            name: None,
            options: UploadOptions { max_iterations, ..UploadOptions::default() },
            files: vec![CodeFile { path, bytes: self.code.into_bytes() }],
            digest: blake3::hash(body).to_hex().to_string(),
        }
    }

    /// Gives the scan that the request asks for.
    pub(crate) fn into_scan(self) -> NewScan {
        let iterations = u32::try_from(self.max_iterations).ok();
        let max_iterations = iterations.and_then(|number| MaxIterations::try_from(number).ok()).unwrap_or_default();
        let options = ScanOptions { entry: Entry::All, max_iterations, ..ScanOptions::default() };
        NewScan {
            files: vec![SourceText { path: self.file_path, bytes: self.code.into_bytes() }],
            options,
            project: None,
        }
    }
}

fn check_media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json")) {
        return Ok(());
    }
    let seen = if essence.is_empty() { "no content type".into() } else { format!("`{essence}`") };
    Err(Problem::new(ErrorKind::UnsupportedMediaType, format!("the request has {seen}, not `application/json`")))
}

fn unreadable(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let cause = error.inner();
    if !cause.is_data() {
        return Problem::new(ErrorKind::MalformedJson, cause.to_string());
    }
    let path = error.path().to_string();
    let text = cause.to_string();
    let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let pointer = match (missing, path.as_str()) {
        (Some(field), _) => format!("/{field}"),
        (None, "." | "?") => String::new(),
        (None, path) => format!("/{}", path.replace('.', "/")),
    };
    let detail = text.split(" at line ").next().unwrap_or_default().to_string();
    let name = if pointer.is_empty() { "the body".to_string() } else { format!("`{pointer}`") };
    Problem::new(ErrorKind::Invalid, format!("{name}: {detail}")).with_errors(vec![FieldError { pointer, detail }])
}

fn invalid(report: &garde::Report) -> Problem {
    let field = |(path, error): &(garde::Path, garde::Error)| FieldError {
        pointer: format!("/{}", path.to_string().replace('.', "/")),
        detail: error.message().to_string(),
    };
    let errors: Vec<FieldError> = report.iter().map(field).collect();
    let detail =
        errors.iter().map(|error| format!("`{}`: {}", error.pointer, error.detail)).collect::<Vec<_>>().join("; ");
    Problem::new(ErrorKind::Invalid, detail).with_errors(errors)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

    use axum::http::{HeaderMap, header};

    use super::AnalyzeRequest;

    fn problem(body: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "application/json; charset=utf-8".parse().unwrap());
        match AnalyzeRequest::parse(&headers, body.as_bytes(), 100) {
            Ok(_) => "ok".into(),
            Err(problem) => {
                let json = serde_json::to_value(&problem).unwrap();
                format!("{} {}", json["status"], json["errors"][0]["pointer"].as_str().unwrap_or("-"))
            }
        }
    }

    #[test]
    fn problems_name_the_field() {
        assert_eq!(problem(r#"{"code": "x"}"#), "ok");
        assert_eq!(problem(r#"{"code": "x", "#), "400 -");
        assert_eq!(problem(r#"{"code": "x"} y"#), "400 -");
        assert_eq!(problem(r#"{"code": 1}"#), "422 /code");
        assert_eq!(problem("{}"), "422 /code");
        assert_eq!(problem(r#"{"code": " \n"}"#), "422 /code");
        assert_eq!(problem(r#"{"code": "x", "max_iterations": 0}"#), "422 /max_iterations");
        assert_eq!(problem(r#"{"code": "x", "max_iterations": 11}"#), "422 /max_iterations");
        assert_eq!(problem(r#"{"code": "x", "max_iterations": "3"}"#), "422 /max_iterations");
        assert_eq!(problem(&format!(r#"{{"code": "{}"}}"#, "x".repeat(101))), "413 /code");
        assert_eq!(problem("[]"), "422 ");
    }
}
