//! The routes by resource. Invariant: a route reads its input, asks the engine, and writes its answer; nothing else.

pub(crate) mod analyze;
pub(crate) mod docs;
pub(crate) mod health;
pub(crate) mod index;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::server::Shared;

/// Gives all routes that are part of the API's description.
pub(crate) fn all() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(analyze::analyze))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(index::index))
}
