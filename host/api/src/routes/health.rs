//! Health. Invariant: `/health` depends on nothing; an absent LLM is "degraded", never "not ready".

use std::sync::atomic::Ordering;

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::server::Shared;

/// Whether the process lives.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `healthy` or `unhealthy`.
    status: &'static str,
    /// Whether a language model answers.
    vllm_loaded: bool,
    /// Whether the four stages are loaded.
    workflow_ready: bool,
    /// Seconds since the start.
    uptime_seconds: f64,
    /// Analyses that run or wait.
    request_queue_depth: usize,
}

/// The parts that work rests on: `ready`, `degraded` or `not ready`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Components {
    /// This server.
    api_server: &'static str,
    /// The language model's client.
    llm_backend: &'static str,
    /// The language model's server.
    vllm_engine: &'static str,
    /// Stages and rule packs.
    agent_workflow: &'static str,
}

/// Whether analyses can be taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// Whether every part that is needed is there.
    ready: bool,
    /// The parts.
    components: Components,
}

/// Tells that the process lives.
#[utoipa::path(get, path = "/health", tag = "service", responses((status = 200, body = Health)))]
pub(crate) async fn health(State(shared): State<Shared>) -> Json<Health> {
    Json(Health {
        status: "healthy",
        vllm_loaded: shared.engine.has_language_model(),
        workflow_ready: has_rules(&shared),
        uptime_seconds: shared.started.elapsed().as_secs_f64(),
        request_queue_depth: shared.depth.load(Ordering::SeqCst),
    })
}

/// Tells whether analyses can be taken, part by part.
#[utoipa::path(get, path = "/health/ready", tag = "service", responses(
    (status = 200, body = Readiness),
    (status = 503, body = Readiness, description = "A part that is needed is missing"),
))]
pub(crate) async fn ready(State(shared): State<Shared>) -> (StatusCode, Json<Readiness>) {
    let is_ready = has_rules(&shared);
    let components = Components {
        api_server: "ready",
        llm_backend: "degraded",
        vllm_engine: "degraded",
        agent_workflow: if is_ready { "ready" } else { "not ready" },
    };
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready: is_ready, components }))
}

/// The engine does not start without its stages, so rule packs are what can be missing.
fn has_rules(shared: &Shared) -> bool {
    !shared.engine.rules().is_empty()
}
