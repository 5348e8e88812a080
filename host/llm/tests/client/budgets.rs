//! Budgets over real calls. Invariant: what is spent is what the server says, and what it does not say is estimated.

use std::time::Duration;

use llm::{
    budget::Scope,
    error::LlmError,
    money::Money,
    request::{Account, Caching, Request},
};
use serde_json::json;

use crate::{
    server::{Piece, Script, Server, choice, done, usage},
    setup::{ask, client_with, eventually, text},
};

fn account() -> Account {
    Account { scan: Some("s".to_owned()), key: Some("k".to_owned()) }
}

fn paid() -> Request {
    Request { account: account(), caching: Caching::Bypass, ..text() }
}

#[tokio::test]
async fn a_spent_budget_stops_calls_and_says_so() {
    let server = Server::start(|_, _| Script::answer("a")).await;
    let client = client_with(&server, |config| {
        config["budgets"] = json!({"scan": {"tokens": 2400}});
    });
    // Each call reserves 2048 tokens for its answer and 15 for its prompt, and uses 110.
    for _ in 0..4 {
        ask(&client, paid()).await.unwrap();
    }
    let error = ask(&client, paid()).await.unwrap_err();
    assert!(matches!(&error, LlmError::BudgetExhausted { scope: Scope::Scan, .. }), "{error}");
    assert!(error.to_string().contains("raise `budgets.scan`"), "{error}");
    assert_eq!((client.spending(&account()).scan.tokens, server.seen().len()), (440, 4));
    assert!(ask(&client, Request { account: Account::default(), ..paid() }).await.is_ok());
    client.forget_scan("s");
    assert!(ask(&client, paid()).await.is_ok());
}

#[tokio::test]
async fn money_is_counted() {
    let server =
        Server::start(|_, _| Script::stream(vec![choice(0, "a", Some("stop")), usage(1_000_000, 100_000), done()]))
            .await;
    let client = client_with(&server, |config| {
        config["endpoints"]["main"]["prices"] = json!({"input_per_million": 0.5, "output_per_million": 2.0});
        config["budgets"] = json!({"key": {"cost": 0.75}});
    });
    let answer = ask(&client, paid()).await.unwrap();
    assert_eq!(answer.usage.cost, Money::from_units(0.7));
    assert_eq!(client.spending(&account()).key.cost, Money::from_units(0.7));
    assert!(ask(&client, paid()).await.is_ok());
    let error = ask(&client, paid()).await.unwrap_err();
    assert!(matches!(&error, LlmError::BudgetExhausted { scope: Scope::Key, .. }), "{error}");
}

#[tokio::test]
async fn failures_cost_what_they_used() {
    for (script, least, most) in [
        (Script::json(500, &json!({"error": "x"})), 0, 0),
        (Script::stream(vec![choice(0, &"x".repeat(400), None), Piece::Cut]), 100, 200),
    ] {
        let server = Server::start(move |_, _| script.clone()).await;
        let client = client_with(&server, |config| config["retry"]["attempts"] = json!(1));
        assert!(ask(&client, paid()).await.is_err());
        let spent = client.spending(&account()).day.tokens;
        assert!((least..=most).contains(&spent), "{spent}");
    }
}

#[tokio::test]
async fn cancelled_calls_pay_and_give_back_the_rest() {
    let script = Script::stream(vec![choice(0, &"x".repeat(400), None), Piece::Pause(Duration::from_secs(60)), done()]);
    let server = Server::start(move |_, _| script.clone()).await;
    let client = client_with(&server, |config| config["budgets"] = json!({"scan": {"tokens": 2500}}));
    for _ in 0..2 {
        let result = tokio::time::timeout(Duration::from_millis(600), ask(&client, paid())).await;
        assert!(result.is_err(), "the first call's reservation is gone: {result:?}");
    }
    assert!(eventually(|| client.spending(&account()).scan.tokens >= 200).await);
    assert!(client.spending(&account()).scan.tokens < 400);
}
