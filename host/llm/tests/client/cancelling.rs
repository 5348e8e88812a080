//! Calls that nobody wants any more. Invariant: the server sees it within a second.

use std::{
    sync::{Arc, atomic::Ordering::SeqCst},
    time::{Duration, Instant},
};

use llm::{backend::LlmBackend as _, client::Client, error::LlmError};
use tokio_util::sync::CancellationToken;

use crate::{
    server::{Piece, Script, Server, choice},
    setup::{ask, client, eventually, text},
};

const LONG: Duration = Duration::from_secs(60);

fn scripts() -> [Script; 2] {
    let drip = (0..1_000).flat_map(|_| [choice(0, "x", None), Piece::Pause(Duration::from_millis(20))]);
    [Script::answer("late").after(LONG), Script::stream(drip.collect())]
}

async fn sees_it_soon(server: &Server) {
    let begun = Instant::now();
    assert!(eventually(|| server.stage.given_up.load(SeqCst) == 1).await);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(server.seen().len(), 1, "it is not asked again");
}

async fn running(script: Script) -> (Server, Arc<Client>) {
    let server = Server::start(move |_, _| script.clone()).await;
    let client = client(&server);
    (server, client)
}

#[tokio::test]
async fn dropping_a_call_closes_its_connection() {
    for script in scripts() {
        let (server, client) = running(script).await;
        let call = tokio::spawn(async move { ask(&client, text()).await });
        assert!(eventually(|| server.stage.running.load(SeqCst) == 1).await);
        tokio::time::sleep(Duration::from_millis(50)).await;
        call.abort();
        sees_it_soon(&server).await;
    }
}

#[tokio::test]
async fn cancelling_a_call_closes_its_connection() {
    for script in scripts() {
        let (server, client) = running(script).await;
        let cancel = CancellationToken::new();
        let token = cancel.clone();
        let call = tokio::spawn(async move { client.complete(text(), token).await });
        assert!(eventually(|| server.stage.running.load(SeqCst) == 1).await);
        cancel.cancel();
        assert!(matches!(call.await.unwrap(), Err(LlmError::Cancelled)));
        sees_it_soon(&server).await;
    }
}

#[tokio::test]
async fn a_cancelled_call_is_not_begun() {
    let (server, client) = running(Script::answer("a")).await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    assert!(matches!(client.complete(text(), cancel).await, Err(LlmError::Cancelled)));
    assert_eq!(server.seen().len(), 0);
}
