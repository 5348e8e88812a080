//! What becomes of answers. Invariant: only whole ones are given.

use std::{num::NonZeroU8, time::Duration};

use llm::{
    answer::{Origin, Rejection, UsageSource},
    error::LlmError,
    request::{Caching, Sampling},
};
use serde_json::json;

use crate::{
    server::{Piece, Script, Server, choice, done, event},
    setup::{ask, asking, client, client_with, text, texts},
};

#[tokio::test]
async fn gives_the_streamed_text_and_what_it_took() {
    let server = Server::start(|_, _| Script::answer("It is 4, é.")).await;
    let answer = ask(&client(&server), text()).await.unwrap();
    assert_eq!(texts(&answer), ["It is 4, é."]);
    assert_eq!(answer.origin, Origin::Endpoint("main".to_owned()));
    let usage = answer.usage;
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.requests), (100, 10, 7, 1));
    assert_eq!(usage.source, UsageSource::Reported);
    let wanted = json!({
        "model": "m",
        "messages": [{"role": "system", "content": "You answer."}, {"role": "user", "content": "What is it?"}],
        "temperature": 0.2, "top_p": 0.95, "max_tokens": 2048,
        "stream": true, "stream_options": {"include_usage": true},
    });
    assert_eq!(server.bodies(), [wanted]);
}

#[tokio::test]
async fn takes_a_slow_stream() {
    let pieces = (0..10).flat_map(|_| [choice(0, "x", None), Piece::Pause(Duration::from_millis(20))]);
    let script = Script::stream(pieces.chain([choice(0, "", Some("stop")), done()]).collect());
    let server = Server::start(move |_, _| script.clone().after(Duration::from_millis(100))).await;
    // Each pause is shorter than the deadline, and all together are longer.
    let client = client_with(&server, |config| {
        config["endpoints"]["main"]["deadlines"]["first_token_ms"] = json!(2_000);
    });
    let answer = ask(&client, text()).await.unwrap();
    assert_eq!(texts(&answer), ["xxxxxxxxxx"]);
    assert!(answer.usage.first_token_ms >= 100, "{:?}", answer.usage);
}

#[tokio::test]
async fn estimates_tokens_where_none_are_given() {
    let server = Server::start(|_, _| Script::stream(vec![choice(0, "12345678", Some("stop")), done()])).await;
    let usage = ask(&client(&server), asking(&"x".repeat(4_000))).await.unwrap().usage;
    assert_eq!((usage.source, usage.output_tokens), (UsageSource::Estimated, 2));
    assert!((1_000..1_100).contains(&usage.input_tokens), "{usage:?}");
}

#[tokio::test]
async fn takes_an_answer_that_is_not_streamed() {
    let body = json!({
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "whole"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1},
    });
    let server = Server::start(move |_, _| Script::json(200, &body)).await;
    let answer = ask(&client(&server), text()).await.unwrap();
    assert_eq!((texts(&answer), answer.usage.input_tokens), (vec!["whole"], 3));
}

#[tokio::test]
async fn strips_thoughts() {
    let server = Server::start(|_, _| Script::answer("<think>\nHm, 4?\n</think>\n\nIt is 4.")).await;
    assert_eq!(texts(&ask(&client(&server), text()).await.unwrap()), ["It is 4."]);
}

#[tokio::test]
async fn ignores_thoughts_in_a_field_of_their_own() {
    let thought = event(&json!({"choices": [{"index": 0, "delta": {"reasoning_content": "hm"}}]}));
    let script = Script::stream(vec![thought, choice(0, "4", Some("stop")), done()]);
    let server = Server::start(move |_, _| script.clone()).await;
    assert_eq!(texts(&ask(&client(&server), text()).await.unwrap()), ["4"]);
}

#[tokio::test]
async fn a_cut_off_answer_is_no_success() {
    for (script, wanted) in [
        (Script::answers(&["half of"], "length"), Rejection::Truncated),
        (Script::answers(&["<think>for ever"], "stop"), Rejection::Empty),
        (Script::answers(&["never shown"], "content_filter"), Rejection::Filtered),
    ] {
        let server = Server::start(move |_, _| script.clone()).await;
        let client = client(&server);
        let error = ask(&client, text()).await.unwrap_err();
        assert!(matches!(&error, LlmError::Unusable(rejected) if rejected == &[wanted]), "{error}");
        assert!(ask(&client, text()).await.is_err());
        assert_eq!(server.seen().len(), 2, "a failure is neither repeated nor kept");
    }
}

#[tokio::test]
async fn gives_all_candidates_of_one_request() {
    let server = Server::start(|_, _| Script::answers(&["a", "b", "c"], "stop")).await;
    let request = llm::request::Request { candidates: NonZeroU8::new(3).unwrap(), ..text() };
    assert_eq!(texts(&ask(&client(&server), request).await.unwrap()), ["a", "b", "c"]);
    assert_eq!(server.bodies()[0]["n"], 3);
}

#[tokio::test]
async fn asks_for_one_candidate_at_temperature_0() {
    let server = Server::start(|_, _| Script::answer("a")).await;
    let sampling = Sampling { temperature: Some(0.0), ..Sampling::default() };
    let request = llm::request::Request { candidates: NonZeroU8::new(3).unwrap(), sampling, ..text() };
    assert_eq!(texts(&ask(&client(&server), request).await.unwrap()), ["a"]);
    assert_eq!((server.bodies().len(), server.bodies()[0].get("n")), (1, None));
}

#[tokio::test]
async fn keeps_answers() {
    let server = Server::start(|_, number| Script::answer(&format!("answer {number}"))).await;
    let client = client(&server);
    let first = ask(&client, text()).await.unwrap();
    let second = ask(&client, text()).await.unwrap();
    assert_eq!(second.candidates, first.candidates);
    assert_eq!((second.origin, second.usage.input_tokens), (Origin::Cache, 0));
    let seeded = Sampling { seed: Some(1), ..Sampling::default() };
    let others = [
        asking("Another?"),
        llm::request::Request { sampling: seeded, ..text() },
        llm::request::Request { prompt_version: "2".to_owned(), ..text() },
        llm::request::Request { cache_salt: Some("tenant".to_owned()), ..text() },
        llm::request::Request { caching: Caching::Bypass, ..text() },
    ];
    for (number, request) in others.into_iter().enumerate() {
        assert_eq!(texts(&ask(&client, request).await.unwrap()), [format!("answer {}", number + 1)]);
    }
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn connections_are_used_again() {
    let script = Script::stream(vec![
        choice(0, "a", None),
        Piece::Pause(Duration::from_millis(5)),
        choice(0, "", Some("stop")),
        done(),
    ]);
    let server = Server::start(move |_, _| script.clone()).await;
    let client = client(&server);
    for number in 0..5 {
        ask(&client, asking(&format!("Question {number}?"))).await.unwrap();
    }
    let seen = server.seen();
    assert!(seen.iter().all(|request| request.peer == seen[0].peer), "{seen:?}");
}

#[tokio::test]
async fn an_answer_is_whole_when_its_end_has_come() {
    for last in [Piece::Cut, Piece::Pause(Duration::from_secs(60))] {
        let script = Script::stream(vec![choice(0, "whole", Some("stop")), last]);
        let server = Server::start(move |_, _| script.clone()).await;
        let client = client_with(&server, |config| {
            config["endpoints"]["main"]["deadlines"]["first_token_ms"] = json!(500);
        });
        assert_eq!(texts(&ask(&client, text()).await.unwrap()), ["whole"]);
    }
}
