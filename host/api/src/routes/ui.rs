//! The web UI as it was built, from this binary or a folder. Invariant: only files of the build are served, and nothing on
//! the page is loaded from elsewhere.

use std::path::{Component, Path as FilePath};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use crate::{
    built,
    extract::Path,
    problem::{ErrorKind, Problem},
    routes::index,
    server::Shared,
};

/// What the page may load, and who may show it.
pub(crate) const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What is shown where no UI was built.
const NO_UI: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>SecureCodeAI</title>\
    <h1>SecureCodeAI</h1><p>This build holds no web pages. The API is described at <a href=\"/docs\">/docs</a> and \
    <a href=\"/redoc\">/redoc</a>; <code>securecode --help</code> tells of the command line.</p></html>";

/// Gives the UI to a browser, and the service's description to any other client.
pub(crate) async fn root(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let vary = (header::VARY, HeaderValue::from_static("Accept"));
    if !accepted.contains("text/html") {
        return ([vary], index::index().await).into_response();
    }
    let fresh = (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    match file(&shared, "index.html") {
        Some(page) => ([vary, fresh], Html(page)).into_response(),
        None => ([vary, fresh], Html(NO_UI)).into_response(),
    }
}

/// Gives a part of the UI, whose name changes with its content.
pub(crate) async fn asset(State(shared): State<Shared>, Path(path): Path<String>) -> Response {
    let Some(bytes) = file(&shared, &format!("assets/{path}")) else {
        return Problem::new(ErrorKind::NotFound, "the web UI has no such part").into_response();
    };
    let kind = match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

fn file(shared: &Shared, name: &str) -> Option<Vec<u8>> {
    let Some(folder) = &shared.config.ui_dir else { return built::file(name) };
    let is_inside = FilePath::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    is_inside.then(|| std::fs::read(folder.join(name)).ok()).flatten()
}
