//! Answers by a schema. Invariant: what a test accepts has been checked by the client, not by the server.

use llm::{
    answer::{Content, Rejection},
    client::Client,
    error::LlmError,
    probe::Probe,
    report::Support,
    schema::Schema,
};
use serde_json::{Value, json};

use crate::{
    server::{Script, Server},
    setup::{ask, asking, client, verdict},
};

const FENCED: &str = "Sure!\n```json\n{\"safe\": false}\n```\n";

fn question(number: usize) -> llm::request::Request {
    let other = asking(&format!("Question {number}?"));
    llm::request::Request { prompt: other.prompt, ..verdict() }
}

async fn support(client: &Client) -> Support {
    client.report(Probe::Look).await.endpoints[0].features.structured_output
}

fn has_format(body: &Value) -> bool {
    body.get("response_format").is_some()
}

fn last_message(body: &Value) -> String {
    body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sends_the_schema_and_gives_the_value() {
    let server = Server::start(|_, _| Script::answer(r#"{"safe": false}"#)).await;
    let client = client(&server);
    let answer = ask(&client, verdict()).await.unwrap();
    assert_eq!(answer.candidates, [Content::Json(json!({"safe": false}))]);
    let format = &server.bodies()[0]["response_format"];
    assert_eq!((&format["type"], &format["json_schema"]["name"]), (&json!("json_schema"), &json!("verdict")));
    assert_eq!(format["json_schema"]["schema"]["required"], json!(["safe"]));
    assert_eq!(support(&client).await, Support::Works);
}

#[tokio::test]
async fn goes_around_a_server_that_refuses_schemas_and_remembers_it() {
    for refusal in [
        json!({"error": {"message": "response_format is not supported", "param": "response_format"}}),
        json!({"error": {"message": "bad request"}}),
        json!({"error": "no"}),
    ] {
        let server = Server::start(
            move |body, _| {
                if has_format(body) { Script::json(400, &refusal) } else { Script::answer(FENCED) }
            },
        )
        .await;
        let client = client(&server);
        for number in 0..3 {
            let answer = ask(&client, question(number)).await.unwrap();
            assert_eq!(answer.candidates, [Content::Json(json!({"safe": false}))]);
        }
        let bodies = server.bodies();
        assert_eq!(bodies.iter().map(has_format).collect::<Vec<_>>(), [true, false, false, false]);
        assert!(last_message(&bodies[1]).contains(r#""required":["safe"]"#), "{}", bodies[1]);
        assert_eq!(bodies[1]["messages"][0], bodies[0]["messages"][0], "the shared prefix stays");
        assert_eq!(support(&client).await, Support::Missing);
    }
}

#[tokio::test]
async fn goes_around_a_server_that_ignores_schemas_and_remembers_it() {
    let server =
        Server::start(|body, _| Script::answer(if has_format(body) { "It looks safe to me." } else { FENCED })).await;
    let client = client(&server);
    for number in 0..2 {
        assert!(ask(&client, question(number)).await.is_ok());
    }
    assert_eq!(server.bodies().iter().map(has_format).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(support(&client).await, Support::Missing);
}

#[tokio::test]
async fn tells_the_model_what_was_wrong() {
    let server = Server::start(|_, number| {
        Script::answer(if number < 2 { r#"{"safe": "secret-value"}"# } else { r#"{"safe": true}"# })
    })
    .await;
    let answer = ask(&client(&server), verdict()).await.unwrap();
    assert_eq!(answer.candidates, [Content::Json(json!({"safe": true}))]);
    assert_eq!(answer.rejected.len(), 2);
    assert_eq!(answer.usage.requests, 3);
    let last = last_message(&server.bodies()[2]);
    assert!(last.contains("did not match it: `/safe`") && !last.contains("secret-value"), "{last}");
}

#[tokio::test]
async fn never_gives_what_does_not_hold_to_the_schema() {
    let server = Server::start(|_, _| Script::answer(r#"{"safe": 1, "more": 2}"#)).await;
    let error = ask(&client(&server), verdict()).await.unwrap_err();
    let LlmError::Unusable(rejected) = &error else { panic!("{error}") };
    assert_eq!(rejected.len(), 3);
    assert!(rejected.iter().all(|one| matches!(one, Rejection::Violation(_))), "{rejected:?}");
}

#[tokio::test]
async fn a_truncated_value_is_not_repaired() {
    let server = Server::start(|_, _| Script::answers(&[r#"{"safe": true}"#], "length")).await;
    let error = ask(&client(&server), verdict()).await.unwrap_err();
    assert!(matches!(&error, LlmError::Unusable(rejected) if rejected == &[Rejection::Truncated]), "{error}");
}

#[test]
fn refuses_what_is_no_schema() {
    for (name, schema) in [
        ("", json!({})),
        ("with space", json!({})),
        ("a", json!({"type": "no-type"})),
        ("a", json!({"$ref": "https://example.com/schema.json"})),
    ] {
        let error = Schema::new(name, schema).unwrap_err();
        assert!(matches!(error, LlmError::InvalidRequest(_)), "{error}");
    }
}
