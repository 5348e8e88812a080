//! `GET /`: what this is and where to go. Invariant: every link works.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The service and its pages.
#[derive(Serialize, ToSchema)]
pub(crate) struct Index {
    /// The service's name.
    service: &'static str,
    /// Its version.
    version: &'static str,
    /// Analyses a text: POST.
    analyze: &'static str,
    /// Whether the process lives.
    health: &'static str,
    /// Whether it can work.
    ready: &'static str,
    /// The API, to try out.
    docs: &'static str,
    /// The API, to read.
    redoc: &'static str,
    /// The API's description for programs.
    openapi: &'static str,
}

/// Names the service, its version and its pages.
#[utoipa::path(get, path = "/", tag = "service", responses((status = 200, body = Index)))]
pub(crate) async fn index() -> Json<Index> {
    Json(Index {
        service: "SecureCodeAI",
        version: env!("CARGO_PKG_VERSION"),
        analyze: "/analyze",
        health: "/health",
        ready: "/health/ready",
        docs: "/docs",
        redoc: "/redoc",
        openapi: "/openapi.json",
    })
}
