//! `GET /api/v1/system`: what this server is and how it is. Invariant: no secret and no path of the code is told.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    problem::{ErrorKind, Problem},
    server::Shared,
    wire::models::BackEndJson,
};

/// One part of the server.
#[derive(Serialize, ToSchema)]
pub(crate) struct PartJson {
    name: &'static str,
    /// `ok`, `degraded`, `down` or `off`.
    #[schema(value_type = crate::wire::words::PartWord)]
    status: &'static str,
    detail: String,
}

/// One setting.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettingJson {
    name: String,
    value: String,
    /// `default`, `environment`, `argument` or `file`.
    #[schema(value_type = crate::wire::words::OriginWord)]
    origin: &'static str,
}

/// Whether there is a language model.
#[derive(Serialize, ToSchema)]
pub(crate) struct LlmJson {
    configured: bool,
    tiers: Vec<String>,
}

/// The server.
#[derive(Serialize, ToSchema)]
pub(crate) struct SystemJson {
    version: &'static str,
    uptime_s: u64,
    parts: Vec<PartJson>,
    settings: Vec<SettingJson>,
    llm: LlmJson,
}

/// The servers of the language models, tried.
#[derive(Serialize, ToSchema)]
pub(crate) struct LlmTestJson {
    /// One for each model of each tier.
    back_ends: Vec<BackEndJson>,
}

/// Makes a tiny call to each language model that is configured.
#[utoipa::path(
    post,
    path = "/api/v1/system/llm/test",
    tag = "service",
    responses(
        (status = 200, body = LlmTestJson),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "None is configured"),
    )
)]
pub(crate) async fn test_models(State(shared): State<Shared>) -> Result<Json<LlmTestJson>, Problem> {
    let none = || Problem::new(ErrorKind::NotFound, "no language model is configured; see `securecode serve --help`");
    let models = shared.config.models.as_ref().ok_or_else(none)?;
    Ok(Json(LlmTestJson { back_ends: models.test().await }))
}

/// Tells how the server is.
#[utoipa::path(get, path = "/api/v1/system", tag = "service", responses((status = 200, body = SystemJson)))]
pub(crate) async fn system(State(shared): State<Shared>) -> Json<SystemJson> {
    let jobs = &shared.jobs;
    let store = match jobs.store.queued(None).await {
        Ok(waiting) => PartJson { name: "store", status: "ok", detail: format!("{waiting} scans wait") },
        Err(_) => PartJson { name: "store", status: "down", detail: "the database cannot be used".into() },
    };
    let plugins = jobs.engine.plugins();
    let rules: usize = plugins.iter().map(|plugin| plugin.rules).sum();
    let running = if jobs.is_idle() { "nothing runs" } else { "a scan runs" };
    let is_asked = jobs.engine.has_language_model();
    let parts = vec![
        store,
        PartJson { name: "queue", status: "ok", detail: running.into() },
        PartJson { name: "plugins", status: "ok", detail: format!("{} are loaded, with {rules} rules", plugins.len()) },
        PartJson {
            name: "language models",
            status: if is_asked { "ok" } else { "off" },
            detail: if is_asked { "configured".into() } else { "none is configured; the product works without".into() },
        },
    ];
    let settings = shared.config.settings.iter();
    let setting = |(name, value, origin): &(String, String, &'static str)| SettingJson {
        name: name.clone(),
        value: value.clone(),
        origin,
    };
    Json(SystemJson {
        version: env!("CARGO_PKG_VERSION"),
        uptime_s: shared.started.elapsed().as_secs(),
        parts,
        settings: settings.map(setting).collect(),
        llm: LlmJson { configured: is_asked, tiers: Vec::new() },
    })
}
