//! What goes wrong on the way. Invariant: only what may pass is tried again.

use std::time::{Duration, Instant, SystemTime};

use llm::error::LlmError;
use serde_json::{Value, json};

use crate::{
    server::{Piece, Script, Server, choice, done, event, half_open, nobody},
    setup::{ask, client, client_with, config_at, start, text, texts},
};

async fn failing(script: Script) -> (LlmError, usize) {
    let server = Server::start(move |_, _| script.clone()).await;
    let error = ask(&client(&server), text()).await.unwrap_err();
    (error, server.seen().len())
}

#[tokio::test]
async fn refusals_are_not_repeated() {
    let object = |message: &str| json!({"error": {"message": message, "type": "BadRequestError", "code": 400}});
    type Is = fn(&LlmError) -> bool;
    let cases: [(u16, Value, Is); 8] = [
        (400, object("bad"), |error| matches!(error, LlmError::Refused { status: 400, .. })),
        (401, json!({"error": "Unauthorized"}), |error| matches!(error, LlmError::Unauthorized { .. })),
        (403, json!({"detail": "no"}), |error| matches!(error, LlmError::Unauthorized { .. })),
        (404, object("The model `m` does not exist."), |error| matches!(error, LlmError::UnknownModel { .. })),
        (413, json!("large"), |error| matches!(error, LlmError::Refused { status: 413, .. })),
        (422, json!({"detail": [{"msg": "x"}]}), |error| matches!(error, LlmError::Refused { status: 422, .. })),
        (400, json!({"error": {"message": "too many", "param": "input_tokens"}}), |error| {
            matches!(error, LlmError::PromptTooLong { .. })
        }),
        (302, json!({}), |error| matches!(error, LlmError::Refused { status: 302, .. })),
    ];
    for (status, body, is_wanted) in cases {
        let script = Script::json(status, &body).with_header("location", "/v1/models");
        let (error, requests) = failing(script).await;
        assert!(is_wanted(&error), "{status}: {error}");
        assert_eq!(requests, 1, "{status}");
    }
}

#[tokio::test]
async fn passing_failures_are_repeated() {
    let cut = Script::stream(vec![choice(0, "half", None), Piece::Cut]);
    let silent_end = Script::stream(vec![choice(0, "half", None), done()]);
    let invalid = Script::stream(vec![choice(0, "half", None), Piece::Text("data: {nonsense\n\n".to_owned())]);
    let in_stream = Script::stream(vec![
        choice(0, "half", None),
        event(&json!({"error": {"message": "engine died", "type": "InternalServerError", "code": 500}})),
    ]);
    let runpod = Script::json(200, &json!({"error": {"type": "worker_error", "message": "engine died"}}));
    for script in [
        Script::json(500, &json!({"error": "x"})),
        Script::plain(502, "text/html", "<html>Bad gateway</html>"),
        Script::json(503, &json!({"error": {"message": "queue is full"}})),
        Script::json(429, &json!({"error": "slow down"})),
        cut,
        silent_end,
        invalid,
        in_stream,
        runpod,
        Script::plain(200, "application/json", "{broken"),
    ] {
        let what = format!("{script:?}");
        let server =
            Server::start(move |_, number| if number < 2 { script.clone() } else { Script::answer("fine") }).await;
        let answer = ask(&client(&server), text()).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!((texts(&answer), server.seen().len()), (vec!["fine"], 3), "{what}");
    }
}

#[tokio::test]
async fn attempts_end() {
    let (error, requests) = failing(Script::json(503, &json!({"error": "full"}))).await;
    assert!(matches!(&error, LlmError::ServerFailed { status: 503, message, .. } if message == "full"), "{error}");
    assert_eq!(requests, 4);
    let (error, requests) = failing(Script::stream(vec![choice(0, "half", None), Piece::Cut])).await;
    assert!(matches!(error, LlmError::Cut { .. }), "{error}");
    assert_eq!(requests, 4);
}

#[tokio::test]
async fn errors_with_status_200_keep_their_meaning() {
    let bad = json!({"error": {"type": "worker_error", "message": "{'type': 'BadRequestError', 'message': 'no'}"}});
    let (error, requests) = failing(Script::json(200, &bad)).await;
    assert!(matches!(error, LlmError::Refused { status: 400, .. }), "{error}");
    assert_eq!(requests, 1);
    let unknown = json!({"error": {"type": "worker_error", "message": "no model", "code": 404}});
    let (error, requests) = failing(Script::json(200, &unknown)).await;
    assert!(matches!(error, LlmError::UnknownModel { .. }), "{error}");
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3));
    for (value, least) in [("1", 900), (date.as_str(), 900)] {
        let value = value.to_owned();
        let server = Server::start(move |_, number| match number {
            0 => Script::json(429, &json!({"error": "slow down"})).with_header("retry-after", &value),
            _ => Script::answer("fine"),
        })
        .await;
        assert!(ask(&client(&server), text()).await.is_ok());
        let seen = server.seen();
        let pause = seen[1].at - seen[0].at;
        assert!(pause >= Duration::from_millis(least), "{pause:?}");
    }
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let script = Script::json(429, &json!({"error": "slow down"})).with_header("retry-after", "3600");
    let server = Server::start(move |_, _| script.clone()).await;
    let client = client(&server);
    let begun = Instant::now();
    for _ in 0..2 {
        let error = ask(&client, text()).await.unwrap_err();
        assert!(matches!(error, LlmError::RateLimited { retry_after: Some(_), .. }), "{error}");
    }
    assert_eq!(server.seen().len(), 1, "the second call knows that the server wants to be left alone");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let error = ask(&start(config_at(&format!("http://{}/v1", nobody().await))), text()).await.unwrap_err();
    assert!(matches!(&error, LlmError::Connection { endpoint, .. } if endpoint == "main"), "{error}");
}

#[tokio::test]
async fn silence_has_a_deadline() {
    let silent = |address: String| {
        let mut config = config_at(&address);
        config["endpoints"]["main"]["deadlines"]["first_token_ms"] = json!(300);
        config["retry"]["attempts"] = json!(2);
        start(config)
    };
    let error = ask(&silent(format!("http://{}/v1", half_open().await)), text()).await.unwrap_err();
    assert!(matches!(error, LlmError::Silent { waited_ms: 300, .. }), "{error}");
    let long = Duration::from_secs(30);
    for script in [
        Script::answer("late").after(long),
        Script::stream(vec![choice(0, "half", None), Piece::Pause(long), choice(0, "", Some("stop"))]),
    ] {
        let server = Server::start(move |_, _| script.clone()).await;
        let error = ask(&silent(server.base_url()), text()).await.unwrap_err();
        assert!(matches!(error, LlmError::Silent { .. }), "{error}");
        assert_eq!(server.seen().len(), 2);
    }
}

#[tokio::test]
async fn an_endless_answer_has_a_deadline() {
    let drip = (0..10_000).flat_map(|_| [choice(0, "x", None), Piece::Pause(Duration::from_millis(5))]);
    let script = Script::stream(drip.collect());
    let server = Server::start(move |_, _| script.clone()).await;
    let client = client_with(&server, |config| config["endpoints"]["main"]["deadlines"]["whole_ms"] = json!(400));
    let error = ask(&client, text()).await.unwrap_err();
    assert!(matches!(error, LlmError::Slow { waited_ms: 400, .. }), "{error}");
    assert_eq!(server.seen().len(), 1, "it would be as slow again");
}

#[tokio::test]
async fn the_whole_call_has_a_deadline() {
    let server = Server::start(|_, _| Script::answer("late").after(Duration::from_secs(30))).await;
    let request = llm::request::Request { deadline: Some(Duration::from_millis(100)), ..text() };
    let error = ask(&client(&server), request).await.unwrap_err();
    assert!(matches!(error, LlmError::Deadline { .. }), "{error}");
}

#[tokio::test]
async fn a_line_without_end_is_not_collected() {
    let flood = "x".repeat(1024 * 1024);
    let pieces = (0..64).flat_map(|_| [Piece::Text(flood.clone()), Piece::Pause(Duration::ZERO)]);
    let script = Script::stream([Piece::Text("data: ".to_owned())].into_iter().chain(pieces).collect());
    let server = Server::start(move |_, _| script.clone()).await;
    let client = client_with(&server, |config| config["retry"]["attempts"] = json!(1));
    let error = ask(&client, text()).await.unwrap_err();
    assert!(matches!(error, LlmError::NotUnderstood { .. }), "{error}");
}
