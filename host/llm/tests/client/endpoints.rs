//! Several endpoints, and what is said of them. Invariant: no report holds a key.

use std::{
    num::NonZeroU8,
    sync::{Arc, atomic::Ordering::SeqCst},
    time::Duration,
};

use axum::http::StatusCode;
use futures_util::future::join_all;
use llm::{
    answer::Origin,
    client::Client,
    error::LlmError,
    probe::Probe,
    report::{Listing, Reach, ServerKind, Support},
    request::{Caching, Request, Tier},
};
use serde_json::{Value, json};

use crate::{
    server::{Script, Server, half_open, nobody},
    setup::{ask, asking, client, client_with, config_at, endpoint, eventually, start, text},
};

fn two(one: &Server, other: &Server, change: impl FnOnce(&mut Value)) -> Arc<Client> {
    client_with(one, |config| {
        config["endpoints"]["other"] = endpoint(&other.base_url());
        config["endpoints"]["main"]["health_every_ms"] = json!(20);
        config["endpoints"]["other"]["health_every_ms"] = json!(20);
        config["tiers"]["fast"]["endpoints"] = json!(["main", "other"]);
        change(config);
    })
}

fn fresh(number: usize) -> Request {
    Request { caching: Caching::Bypass, ..asking(&format!("Question {number}?")) }
}

#[tokio::test]
async fn calls_are_spread_by_load() {
    let play = |_: &Value, _: usize| Script::answer("a").after(Duration::from_millis(50));
    let (one, other) = (Server::start(play).await, Server::start(play).await);
    let client = two(&one, &other, |config| {
        config["endpoints"]["main"]["max_in_flight"] = json!(8);
        config["endpoints"]["other"]["max_in_flight"] = json!(8);
    });
    let calls = (0..32).map(|number| ask(&client, fresh(number)));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    let (one, other) = (one.seen().len(), other.seen().len());
    assert!(one >= 8 && other >= 8, "{one} and {other}");
}

#[tokio::test]
async fn calls_with_one_prefix_go_to_one_server() {
    let play = |_: &Value, _: usize| Script::answer("a");
    let (one, other) = (Server::start(play).await, Server::start(play).await);
    let client = two(&one, &other, |_| {});
    for number in 0..6 {
        ask(&client, fresh(number)).await.unwrap();
    }
    let counts = [one.seen().len(), other.seen().len()];
    assert!(counts.contains(&6), "{counts:?}");
}

#[tokio::test]
async fn another_endpoint_takes_over() {
    let good = Server::start(|_, _| Script::answer("a")).await;
    let bad = Server::start(|_, _| Script::json(500, &json!({"error": "x"}))).await;
    let limited =
        Server::start(|_, _| Script::json(429, &json!({"error": "x"})).with_header("retry-after", "3600")).await;
    for failing in [&bad, &limited] {
        let client = two(failing, &good, |config| config["breaker"] = json!({"failures": 2, "open_ms": 60_000}));
        for number in 0..8 {
            let answer = ask(&client, fresh(number)).await.unwrap();
            assert_eq!(answer.origin, Origin::Endpoint("other".to_owned()));
        }
        assert!(failing.seen().len() <= 2, "{}", failing.seen().len());
    }
}

#[tokio::test]
async fn a_server_that_says_it_is_ill_or_busy_is_avoided() {
    let play = |_: &Value, _: usize| Script::answer("a");
    for case in ["ill", "busy", "full"] {
        let (one, other) = (Server::start(play).await, Server::start(play).await);
        let client = two(&one, &other, |_| {});
        ask(&client, fresh(0)).await.unwrap();
        let (chosen, spare) = if one.seen().is_empty() { (&other, &one) } else { (&one, &other) };
        match case {
            "ill" => *chosen.stage.health.lock().unwrap() = StatusCode::SERVICE_UNAVAILABLE,
            "busy" => *chosen.stage.metrics.lock().unwrap() = "vllm:num_requests_waiting{a=\"b\"} 900\n".to_owned(),
            _ => *chosen.stage.metrics.lock().unwrap() = "vllm:kv_cache_usage_perc 0.99\n".to_owned(),
        }
        let mut number = 0;
        while spare.seen().is_empty() && number < 500 {
            number += 1;
            ask(&client, fresh(number)).await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(!spare.seen().is_empty(), "{case}");
    }
}

#[tokio::test]
async fn a_single_server_is_not_asked_for_its_health() {
    let server = Server::start(|_, _| Script::answer("a")).await;
    ask(&client(&server), text()).await.unwrap();
    assert_eq!(server.stage.listed.load(SeqCst), 0);
}

#[tokio::test]
async fn the_strong_tier_has_its_own_model() {
    let server = Server::start(|_, _| Script::answer("a")).await;
    let client = client_with(&server, |config| {
        config["tiers"]["strong"] =
            json!({"endpoints": ["main"], "model": "big", "temperature": 0.7, "max_tokens": 99});
    });
    let answer = ask(&client, Request { tier: Tier::Strong, ..text() }).await.unwrap();
    assert_eq!(answer.model, "big");
    let body = &server.bodies()[0];
    assert_eq!((&body["model"], &body["temperature"], &body["max_tokens"]), (&json!("big"), &json!(0.7), &json!(99)));
}

#[tokio::test]
async fn reports_a_working_server() {
    let server = Server::start(|body, _| match (body.get("response_format"), body.get("n")) {
        (Some(_), _) => Script::answer(r#"{"verdict": "yes"}"#),
        (None, Some(_)) => Script::answers(&["Yes", "Yes."], "stop"),
        (None, None) => Script::answer("Yes"),
    })
    .await
    .owned_by("vllm");
    *server.stage.metrics.lock().unwrap() = "vllm:num_requests_running 2\nvllm:kv_cache_usage_perc 0.5\n".to_owned();
    let client = client_with(&server, |config| {
        config["endpoints"]["main"].as_object_mut().unwrap().remove("server");
        config["tiers"]["strong"] = json!({"endpoints": ["main"], "model": "absent"});
        config["budgets"] = json!({"day": {"tokens": 0}});
    });
    let report = client.report(Probe::Look).await.endpoints.remove(0);
    assert!(matches!(report.reach, Reach::Ready { .. }), "{report:?}");
    assert_eq!((report.server, report.version.as_deref()), (ServerKind::Vllm, Some("0.32.0")));
    assert_eq!((report.call_ms, server.seen().len()), (None, 0));
    assert_eq!(
        report.wanted.iter().map(|wanted| wanted.listing).collect::<Vec<_>>(),
        [Listing::Listed, Listing::Missing]
    );
    assert!(report.load.is_some_and(|load| load.running == 2.0 && load.kv_cache == 0.5));
    let report = client.report(Probe::Try).await.endpoints.remove(0);
    assert!(report.call_ms.is_some(), "{report:?}");
    let features = report.features;
    for support in [features.structured_output, features.candidates, features.streaming, features.usage] {
        assert_eq!(support, Support::Works, "{features:?}");
    }
    let json = serde_json::to_value(client.report(Probe::Look).await).unwrap();
    assert_eq!(json["endpoints"][0]["reach"]["state"], "ready");
    assert_eq!(json["endpoints"][0]["server"], "vllm");
}

#[tokio::test]
async fn reports_what_a_plain_server_lacks() {
    let server = Server::start(|body, _| match body.get("response_format") {
        Some(_) => Script::json(400, &json!({"error": "response_format is unknown"})),
        None => Script::answer("Yes"),
    })
    .await;
    let client = client(&server);
    let features = client.report(Probe::Try).await.endpoints[0].features;
    assert_eq!((features.structured_output, features.candidates), (Support::Missing, Support::Missing));
    let request = Request { candidates: NonZeroU8::new(2).unwrap(), ..text() };
    assert_eq!(ask(&client, request).await.unwrap().candidates.len(), 2);
    assert!(server.bodies()[3..].iter().all(|body| body.get("n").is_none()));
}

#[tokio::test]
async fn reports_servers_that_do_not_work() {
    for address in [nobody().await, half_open().await] {
        let mut config = config_at(&format!("http://{address}/v1"));
        config["endpoints"]["main"]["deadlines"]["connect_ms"] = json!(100);
        let report = start(config).report(Probe::Try).await.endpoints.remove(0);
        assert!(
            matches!(&report.reach, Reach::Unreachable { problem } if problem.contains("main") && problem.contains("is right: ")),
            "{report:?}"
        );
    }
    let server = Server::start(|_, _| Script::json(404, &json!({"error": "no such model"}))).await;
    *server.stage.models.lock().unwrap() = (StatusCode::UNAUTHORIZED, json!({"error": "Unauthorized"}));
    let report = client(&server).report(Probe::Look).await.endpoints.remove(0);
    assert!(matches!(&report.reach, Reach::Failing { problem } if problem.contains("api_key_env")), "{report:?}");
    let report = client(&server).report(Probe::Try).await.endpoints.remove(0);
    assert!(matches!(&report.reach, Reach::Failing { problem } if problem.contains("no such model")), "{report:?}");
}

#[tokio::test]
async fn a_key_is_sent_and_never_shown() {
    // `PATH` is set everywhere, and what it holds is a text like any other.
    let key = std::env::var("PATH").unwrap();
    let echo = format!("Incorrect API key provided: {key}.");
    let server = Server::start(move |_, _| Script::json(401, &json!({"error": {"message": echo}}))).await;
    let client = client_with(&server, |config| config["endpoints"]["main"]["api_key_env"] = json!("PATH"));
    let error = ask(&client, text()).await.unwrap_err();
    assert!(matches!(error, LlmError::Unauthorized { .. }), "{error}");
    assert_eq!(server.seen()[0].headers["authorization"], format!("Bearer {key}"));
    let shown = format!("{error} {error:?} {client:?} {:?}", client.report(Probe::Look).await);
    assert!(!shown.contains(&key), "{shown}");
    assert!(eventually(|| server.stage.running.load(SeqCst) == 0).await);
}
