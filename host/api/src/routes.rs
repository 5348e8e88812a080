//! The routes by resource. Invariant: a route reads its input, asks the engine, and writes its answer; nothing else.

pub(crate) mod analyze;
pub(crate) mod catalogue;
pub(crate) mod docs;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod findings;
pub(crate) mod health;
pub(crate) mod history;
pub(crate) mod index;
pub(crate) mod patched;
pub(crate) mod scans;
pub(crate) mod system;
pub(crate) mod ui;

use axum::{Router, extract::DefaultBodyLimit, routing::get};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::server::Shared;

/// Gives all routes that are part of the API's description; uploads have a limit of their own.
pub(crate) fn all(max_upload_bytes: usize) -> OpenApiRouter<Shared> {
    let uploads =
        OpenApiRouter::new().routes(routes!(scans::create, scans::list)).layer(DefaultBodyLimit::max(max_upload_bytes));
    OpenApiRouter::new()
        .merge(uploads)
        .routes(routes!(analyze::analyze))
        .routes(routes!(scans::get, scans::delete))
        .routes(routes!(scans::events))
        .routes(routes!(findings::list))
        .routes(routes!(findings::get))
        .routes(routes!(findings::patch))
        .routes(routes!(findings::triage))
        .routes(routes!(patched::patched))
        .routes(routes!(files::list))
        .routes(routes!(history::compare))
        .routes(routes!(export::as_json))
        .routes(routes!(export::as_sarif))
        .routes(routes!(history::trend))
        .routes(routes!(catalogue::rules))
        .routes(routes!(catalogue::rule))
        .routes(routes!(catalogue::plugins))
        .routes(routes!(catalogue::sample))
        .routes(routes!(catalogue::prove))
        .routes(routes!(system::system))
        .routes(routes!(system::test_models))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
}

/// Gives the pages, and the route whose path holds slashes, which the description's form cannot say.
pub(crate) fn pages() -> Router<Shared> {
    Router::new()
        .route("/", get(ui::root))
        .route("/assets/{*path}", get(ui::asset))
        .route("/api/v1/scans/{id}/files/{*path}", get(files::get))
}
