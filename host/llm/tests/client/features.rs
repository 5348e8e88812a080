//! What servers lack. Invariant: what a server has refused once is not sent to it again.

use std::num::NonZeroU8;

use llm::{
    error::LlmError,
    request::{Request, Urgency},
};
use serde_json::{Value, json};

use crate::{
    server::{Script, Server},
    setup::{ask, asking, client, client_with, text, texts, verdict},
};

fn several(question: &str) -> Request {
    Request { candidates: NonZeroU8::new(3).unwrap(), ..asking(question) }
}

fn refuses(field: &'static str, message: &'static str) -> impl Fn(&Value, usize) -> Script {
    move |body, number| {
        if body.get(field).is_some() {
            Script::json(400, &json!({"error": {"message": message, "type": "BadRequestError"}}))
        } else {
            Script::answer(&format!("answer {number}"))
        }
    }
}

#[tokio::test]
async fn candidates_are_asked_for_one_by_one_where_n_is_refused() {
    for message in ["n_cmpl cannot be greater than the number of slots", "only one choice is possible"] {
        let server = Server::start(refuses("n", message)).await;
        let client = client(&server);
        for question in ["first", "second"] {
            let answer = ask(&client, several(question)).await.unwrap();
            assert_eq!(answer.candidates.len(), 3);
        }
        let bodies = server.bodies();
        assert_eq!(bodies.iter().filter(|body| body.get("n").is_some()).count(), 1, "{message}");
        assert_eq!(bodies.len(), 1 + 3 + 3);
    }
}

#[tokio::test]
async fn candidates_are_asked_for_one_by_one_where_n_is_ignored() {
    let server = Server::start(|_, number| Script::answer(&format!("answer {number}"))).await;
    let client = client(&server);
    let mut request = several("first");
    request.sampling.seed = Some(10);
    assert_eq!(ask(&client, request).await.unwrap().candidates.len(), 3);
    assert_eq!(ask(&client, several("second")).await.unwrap().candidates.len(), 3);
    let bodies = server.bodies();
    assert_eq!((bodies.len(), bodies.iter().filter(|body| body.get("n").is_some()).count()), (6, 1));
    let mut seeds: Vec<u64> = bodies.iter().filter_map(|body| body.get("seed")?.as_u64()).collect();
    seeds.sort_unstable();
    assert_eq!(seeds, [10, 11, 12], "without seeds of their own they would be the same");
}

#[tokio::test]
async fn other_fields_are_left_out_once_refused() {
    for (field, message) in [
        ("stream_options", "stream_options is not supported"),
        ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
    ] {
        let server = Server::start(refuses(field, message)).await;
        let client = client(&server);
        for question in ["first", "second"] {
            assert!(ask(&client, asking(question)).await.is_ok(), "{field}");
        }
        let bodies = server.bodies();
        assert_eq!(bodies.iter().map(|body| body.get(field).is_some()).collect::<Vec<_>>(), [true, false, false]);
        let limit = bodies[1].get("max_tokens").or_else(|| bodies[1].get("max_completion_tokens"));
        assert_eq!(limit, Some(&json!(2048)));
    }
}

#[tokio::test]
async fn vllms_fields_are_sent_to_vllm_only() {
    for (owner, has_fields) in [("vllm", true), ("llamacpp", false), ("library", false)] {
        let server = Server::start(|_, _| Script::answer("a")).await.owned_by(owner);
        let client = client_with(&server, |config| {
            config["endpoints"]["main"].as_object_mut().unwrap().remove("server");
        });
        let salted = |question, urgency| Request { cache_salt: Some("s".to_owned()), urgency, ..asking(question) };
        ask(&client, salted("a", Urgency::Background)).await.unwrap();
        ask(&client, salted("b", Urgency::Interactive)).await.unwrap();
        let bodies = server.bodies();
        let salts = bodies.iter().map(|body| body.get("cache_salt").is_some()).collect::<Vec<_>>();
        assert_eq!(salts, [has_fields; 2], "{owner}");
        assert_eq!(bodies[0].get("priority").is_some(), has_fields, "{owner}");
        assert_eq!(bodies[1].get("priority"), None, "0 is the default, and it goes first");
        assert_eq!(server.stage.listed.load(std::sync::atomic::Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn a_vllm_without_priorities_is_not_sent_any() {
    let message = "Got priority 10 but priority scheduling is not enabled.";
    let server = Server::start(refuses("priority", message)).await.owned_by("vllm");
    let client = client_with(&server, |config| config["endpoints"]["main"]["server"] = json!("vllm"));
    for question in ["first", "second"] {
        ask(&client, asking(question)).await.unwrap();
    }
    assert_eq!(server.bodies().iter().filter(|body| body.get("priority").is_some()).count(), 1);
}

#[tokio::test]
async fn guesses_that_do_not_help_are_taken_back() {
    let server = Server::start(|_, number| match number {
        0..3 => Script::json(400, &json!({"error": {"message": format!("refusal {number}")}})),
        _ => Script::answers(&[r#"{"safe": true}"#; 3], "stop"),
    })
    .await;
    let client = client(&server);
    let request = Request { candidates: NonZeroU8::new(3).unwrap(), ..verdict() };
    let error = ask(&client, request.clone()).await.unwrap_err();
    assert!(matches!(&error, LlmError::Refused { message, .. } if message == "refusal 0"), "{error}");
    assert_eq!(ask(&client, request).await.unwrap().candidates.len(), 3);
    let bodies = server.bodies();
    assert_eq!(bodies.len(), 4);
    assert!(bodies[3].get("n").is_some() && bodies[3].get("response_format").is_some());
}

#[tokio::test]
async fn many_calls_learn_of_one_refusal_together() {
    let server = Server::start(refuses("response_format", "nothing to do with any field")).await;
    let client = client(&server);
    let calls = (0..20).map(|number| {
        let request = Request { prompt: asking(&format!("{number}")).prompt, ..text() };
        let request = Request { output: verdict().output, ..request };
        let client = client.clone();
        async move { ask(&client, request).await }
    });
    let results = futures_util::future::join_all(calls).await;
    // The answers are no JSON; that they were asked for is what counts.
    assert!(results.iter().all(|result| matches!(result, Err(LlmError::Unusable(_)))), "{results:?}");
    assert!(texts(&ask(&client, text()).await.unwrap())[0].starts_with("answer"));
}
