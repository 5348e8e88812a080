//! Finding out which program a server is. Invariant: a server is asked once, and again only after it did not answer.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    endpoint::{Endpoint, read},
    error::LlmError,
    report::ServerKind,
    server_error::ServerError,
};

/// How long a server that did not answer is not asked again.
const PAUSE: Duration = Duration::from_secs(5);
/// How many models are listed.
const MOST_MODELS: usize = 1_000;
/// How long a list may be, in bytes.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What is known of the program.
#[derive(Debug, Default)]
pub(crate) struct Detection {
    known: Mutex<Known>,
    asking: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Known {
    #[default]
    Nothing,
    Silent(Instant),
    Kind(ServerKind),
}

/// What a server says of itself.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) kind: ServerKind,
    pub(crate) models: Vec<String>,
    pub(crate) took: Duration,
}

#[derive(Deserialize)]
struct WireList {
    data: Vec<WireModel>,
}

#[derive(Deserialize)]
struct WireModel {
    id: String,
    #[serde(default)]
    owned_by: Option<String>,
}

impl Detection {
    fn known(&self) -> Option<ServerKind> {
        match *self.known.lock().unwrap_or_else(PoisonError::into_inner) {
            Known::Kind(kind) => Some(kind),
            Known::Silent(since) if since.elapsed() < PAUSE => Some(ServerKind::Other),
            Known::Silent(_) | Known::Nothing => None,
        }
    }

    fn note(&self, known: Known) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }
}

/// Gives the program, as configured or as found out.
pub(crate) async fn kind(endpoint: &Endpoint) -> ServerKind {
    if let Some(kind) = endpoint.config.server.or_else(|| endpoint.detection.known()) {
        return kind;
    }
    // One call asks, and the others wait for what it finds; this lock guards no data.
    let _asking = endpoint.detection.asking.lock().await;
    if let Some(kind) = endpoint.detection.known() {
        return kind;
    }
    match list(endpoint).await {
        Ok(listing) => listing.kind,
        Err(error) => {
            tracing::debug!(llm.endpoint = endpoint.name, %error, "a server does not list its models");
            ServerKind::Other
        }
    }
}

/// Asks for the models, which shows the program, too.
pub(crate) async fn list(endpoint: &Endpoint) -> Result<Listing, LlmError> {
    let listing = ask(endpoint).await;
    endpoint.detection.note(match &listing {
        Ok(listing) => Known::Kind(listing.kind),
        Err(LlmError::UnknownModel { .. } | LlmError::NotUnderstood { .. }) => Known::Kind(ServerKind::Other),
        Err(_) => Known::Silent(Instant::now()),
    });
    listing
}

async fn ask(endpoint: &Endpoint) -> Result<Listing, LlmError> {
    let begun = Instant::now();
    let failed =
        |source: reqwest::Error| LlmError::Connection { endpoint: endpoint.name.clone(), source: source.without_url() };
    let response = endpoint.get("models").send().await.map_err(failed)?;
    let status = response.status();
    let server = response.headers().get("server").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let server = server.to_ascii_lowercase();
    let body = read(response, MOST_BYTES).await;
    if !status.is_success() {
        let error = ServerError::read(status.as_u16(), &body, endpoint.key.as_ref());
        return Err(error.into_error(&endpoint.name, "", None));
    }
    let list: WireList = serde_json::from_slice(&body)
        .map_err(|_| LlmError::NotUnderstood { endpoint: endpoint.name.clone(), problem: "no list of models" })?;
    let owner = list.data.first().and_then(|model| model.owned_by.clone()).unwrap_or_default();
    Ok(Listing {
        kind: endpoint.config.server.unwrap_or_else(|| kind_of(&owner.to_ascii_lowercase(), &server)),
        models: list.data.into_iter().take(MOST_MODELS).map(|model| model.id).collect(),
        took: begun.elapsed(),
    })
}

fn kind_of(owner: &str, server: &str) -> ServerKind {
    match owner {
        "vllm" => ServerKind::Vllm,
        "llamacpp" => ServerKind::LlamaCpp,
        "library" => ServerKind::Ollama,
        "sglang" => ServerKind::Sglang,
        _ if server.contains("llama.cpp") => ServerKind::LlamaCpp,
        "openai" | "system" | "openai-internal" => ServerKind::Openai,
        _ => ServerKind::Other,
    }
}

/// Asks for the program's version; `None` where it does not tell.
pub(crate) async fn version(endpoint: &Endpoint, kind: ServerKind) -> Option<String> {
    let (path, field) = match kind {
        ServerKind::Vllm => ("version", "version"),
        ServerKind::LlamaCpp => ("props", "build_info"),
        ServerKind::Ollama => ("api/version", "version"),
        ServerKind::Sglang => ("get_server_info", "version"),
        ServerKind::Openai | ServerKind::Other => return None,
    };
    let response = endpoint.get_root(path).send().await.ok()?.error_for_status().ok()?;
    let body: Value = serde_json::from_slice(&read(response, MOST_BYTES).await).ok()?;
    Some(body.get(field)?.as_str()?.chars().take(100).collect())
}
