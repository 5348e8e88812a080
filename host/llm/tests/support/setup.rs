//! Clients and requests for tests. Invariant: pauses between attempts are short, so that tests are.

use std::{sync::Arc, time::Duration};

use llm::{
    answer::Answer,
    backend::LlmBackend as _,
    client::Client,
    config::LlmConfig,
    error::LlmError,
    request::{Message, Output, Prompt, Request, Tier},
    schema::Schema,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::server::Server;

/// A configuration with one endpoint at this address.
pub(crate) fn config_at(base_url: &str) -> Value {
    json!({
        "endpoints": {"main": endpoint(base_url)},
        "tiers": {"fast": {"endpoints": ["main"], "model": "m"}},
        "retry": {"attempts": 4, "base_ms": 5, "cap_ms": 20, "overall_ms": 20_000},
    })
}

/// An endpoint whose program is known, so that it is not asked for it.
pub(crate) fn endpoint(base_url: &str) -> Value {
    json!({
        "base_url": base_url,
        "server": "other",
        "deadlines": {"connect_ms": 1000, "first_token_ms": 5_000, "whole_ms": 10_000},
    })
}

/// Makes a client of a changed configuration.
pub(crate) fn client_with(server: &Server, change: impl FnOnce(&mut Value)) -> Arc<Client> {
    let mut config = config_at(&server.base_url());
    change(&mut config);
    start(config)
}

/// Makes a client.
pub(crate) fn client(server: &Server) -> Arc<Client> {
    client_with(server, |_| {})
}

/// Makes a client of a configuration.
pub(crate) fn start(config: Value) -> Arc<Client> {
    let config: LlmConfig = serde_json::from_value(config).unwrap();
    Arc::new(Client::start(config).unwrap())
}

/// A request for one text.
pub(crate) fn text() -> Request {
    asking("What is it?")
}

/// A request with this question.
pub(crate) fn asking(question: &str) -> Request {
    let prefix = vec![Message::system("You answer.")];
    Request::new(Tier::Fast, Prompt::new(prefix.into(), vec![Message::user(question)]))
}

/// A request for JSON.
pub(crate) fn verdict() -> Request {
    let schema = json!({
        "type": "object",
        "properties": {"safe": {"type": "boolean"}},
        "required": ["safe"],
        "additionalProperties": false,
    });
    Request { output: Output::Json(Arc::new(Schema::new("verdict", schema).unwrap())), ..text() }
}

/// Asks and waits.
pub(crate) async fn ask(client: &Arc<Client>, request: Request) -> Result<Answer, LlmError> {
    client.complete(request, CancellationToken::new()).await
}

/// The texts of an answer.
pub(crate) fn texts(answer: &Answer) -> Vec<&str> {
    answer.candidates.iter().filter_map(|candidate| candidate.as_text()).collect()
}

/// Waits until something is so; false when it is not after 10 seconds.
pub(crate) async fn eventually(mut is_so: impl FnMut() -> bool) -> bool {
    for _ in 0..2_000 {
        if is_so() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    false
}
