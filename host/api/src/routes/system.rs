//! `GET /api/v1/system`: what this server is and how it is. Invariant: no secret and no path of the code is told.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::server::Shared;

/// One part of the server.
#[derive(Serialize, ToSchema)]
pub(crate) struct PartJson {
    name: &'static str,
    /// `ok`, `degraded`, `down` or `off`.
    status: &'static str,
    detail: String,
}

/// One setting.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettingJson {
    name: String,
    value: String,
    /// `default`, `environment`, `argument` or `file`.
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

/// Tells how the server is.
#[utoipa::path(get, path = "/api/v1/system", tag = "service", responses((status = 200, body = SystemJson)))]
pub(crate) async fn system(State(shared): State<Shared>) -> Json<SystemJson> {
    let jobs = &shared.jobs;
    let store = match jobs.store.queued(None).await {
        Ok(waiting) => PartJson { name: "store", status: "ok", detail: format!("{waiting} scans wait") },
        Err(_) => PartJson { name: "store", status: "down", detail: "the database cannot be used".into() },
    };
    let packs = jobs.engine.packs();
    let rules: usize = packs.iter().map(|pack| pack.rules).sum();
    let running = if jobs.is_idle() { "nothing runs" } else { "a scan runs" };
    let is_asked = jobs.engine.has_language_model();
    let parts = vec![
        store,
        PartJson { name: "queue", status: "ok", detail: running.into() },
        PartJson { name: "plugins", status: "ok", detail: format!("{} packs with {rules} rules", packs.len()) },
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
