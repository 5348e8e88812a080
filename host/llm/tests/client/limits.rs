//! Many calls at once, and endpoints that fail. Invariant: no limit is passed at any moment.

use std::{
    sync::{Arc, Mutex, atomic::Ordering::SeqCst},
    time::Duration,
};

use futures_util::future::join_all;
use llm::{
    error::LlmError,
    probe::Probe,
    report::BreakerState,
    request::{Caching, Request, Urgency},
};
use serde_json::json;

use crate::{
    server::{Script, Server},
    setup::{ask, asking, client_with, eventually, text},
};

fn fresh() -> Request {
    Request { caching: Caching::Bypass, ..text() }
}

#[tokio::test]
async fn two_hundred_calls_keep_to_the_limit_and_fill_it() {
    let server = Server::start(|_, _| Script::answer("a").after(Duration::from_millis(200))).await;
    let client = client_with(&server, |config| config["endpoints"]["main"]["max_in_flight"] = json!(64));
    let calls = (0..200).map(|number| {
        let client = Arc::clone(&client);
        tokio::spawn(async move { ask(&client, asking(&format!("Question {number}?"))).await })
    });
    let results = join_all(calls).await;
    assert!(results.iter().all(|result| result.as_ref().unwrap().is_ok()));
    let most = server.stage.most_running.load(SeqCst);
    assert!((48..=64).contains(&most), "{most}");
    assert_eq!(server.seen().len(), 200);
}

#[tokio::test]
async fn people_go_before_scans() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&order);
    let server = Server::start(move |body, number| {
        note.lock().unwrap().push(body["messages"][1]["content"].as_str().unwrap().to_owned());
        // The first one holds the slot until the others wait.
        Script::answer("a").after(Duration::from_millis(if number == 0 { 1_000 } else { 5 }))
    })
    .await;
    let client = client_with(&server, |config| config["endpoints"]["main"]["max_in_flight"] = json!(1));
    let mut calls = Vec::new();
    for (waiting, (name, urgency)) in [
        ("first", Urgency::Background),
        ("scan 1", Urgency::Background),
        ("scan 2", Urgency::Background),
        ("person 1", Urgency::Interactive),
        ("person 2", Urgency::Interactive),
    ]
    .into_iter()
    .enumerate()
    {
        let other = Arc::clone(&client);
        calls.push(tokio::spawn(async move { ask(&other, Request { urgency, ..asking(name) }).await }));
        // The first one must hold the slot and the others wait in the order of this list.
        loop {
            let report = &client.report(Probe::Look).await.endpoints[0];
            if report.in_flight + report.queued > waiting || server.seen().len() > 1 {
                break;
            }
        }
    }
    join_all(calls).await;
    let order = order.lock().unwrap().clone();
    let place = |name: &str| order.iter().position(|other| other == name).unwrap();
    assert!(place("person 1") < place("person 2"), "{order:?}");
    assert!(place("person 2") < place("scan 2"), "{order:?}");
    assert!(place("scan 1") < place("scan 2"), "{order:?}");
}

#[tokio::test]
async fn a_full_queue_refuses() {
    let server = Server::start(|_, _| Script::answer("a").after(Duration::from_secs(30))).await;
    let client = client_with(&server, |config| {
        config["endpoints"]["main"]["max_in_flight"] = json!(1);
        config["endpoints"]["main"]["max_queued"] = json!(1);
    });
    let mut held = Vec::new();
    for number in 1..=2 {
        let other = Arc::clone(&client);
        held.push(tokio::spawn(async move { ask(&other, fresh()).await }));
        let mut calls = 0;
        while calls < number {
            let report = &client.report(Probe::Look).await.endpoints[0];
            calls = report.in_flight + report.queued;
        }
    }
    let error = ask(&client, fresh()).await.unwrap_err();
    assert!(matches!(error, LlmError::QueueFull { queued: 1, .. }), "{error}");
    held.iter().for_each(|call| call.abort());
}

#[tokio::test]
async fn the_breaker_opens_and_closes_again() {
    let is_well = Arc::new(Mutex::new(false));
    let health = Arc::clone(&is_well);
    let server = Server::start(move |_, _| {
        if *health.lock().unwrap() { Script::answer("a") } else { Script::json(503, &json!({"error": "storm"})) }
    })
    .await;
    let client = client_with(&server, |config| {
        config["retry"]["attempts"] = json!(1);
        config["breaker"] = json!({"failures": 3, "open_ms": 800, "probes": 1});
    });
    let state = async || client.report(Probe::Look).await.endpoints[0].breaker;
    for _ in 0..3 {
        assert!(matches!(ask(&client, fresh()).await, Err(LlmError::ServerFailed { .. })));
    }
    let refused = ask(&client, fresh()).await.unwrap_err();
    assert!(matches!(refused, LlmError::BreakerOpen { .. }), "{refused}");
    assert_eq!((state().await, server.seen().len()), (BreakerState::Open, 3));
    // One call tries it, fails, and opens it again.
    tokio::time::sleep(Duration::from_millis(850)).await;
    assert_eq!(state().await, BreakerState::HalfOpen);
    assert!(matches!(ask(&client, fresh()).await, Err(LlmError::ServerFailed { .. })));
    assert!(matches!(ask(&client, fresh()).await, Err(LlmError::BreakerOpen { .. })));
    assert_eq!(server.seen().len(), 4);
    // The next one succeeds and closes it.
    *is_well.lock().unwrap() = true;
    tokio::time::sleep(Duration::from_millis(850)).await;
    assert!(ask(&client, fresh()).await.is_ok());
    assert_eq!(state().await, BreakerState::Closed);
}

#[tokio::test]
async fn refusals_do_not_open_the_breaker() {
    let server = Server::start(|_, _| Script::json(404, &json!({"error": "no"}))).await;
    let client = client_with(&server, |config| config["breaker"] = json!({"failures": 2}));
    for _ in 0..6 {
        assert!(matches!(ask(&client, fresh()).await, Err(LlmError::UnknownModel { .. })));
    }
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn calls_under_way_outlast_a_short_storm() {
    let server =
        Server::start(
            |_, number| {
                if number < 12 { Script::json(503, &json!({"error": "storm"})) } else { Script::answer("a") }
            },
        )
        .await;
    let client = client_with(&server, |config| {
        config["retry"]["attempts"] = json!(20);
        config["breaker"] = json!({"failures": 4, "open_ms": 200, "probes": 2});
    });
    let calls = (0..8).map(|_| {
        let client = Arc::clone(&client);
        tokio::spawn(async move { ask(&client, fresh()).await })
    });
    for result in join_all(calls).await {
        assert!(result.unwrap().is_ok());
    }
    assert!(eventually(|| server.stage.running.load(SeqCst) == 0).await);
}
