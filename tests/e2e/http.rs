//! The HTTP API of a served binary. Invariant: every error is a problem document that names what is wrong.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use tests::Server;

fn send(server: &Server, method: &str, path: &str, media_type: &str, body: &str) -> (u16, String, String) {
    let url = format!("{}{path}", server.url);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut response = match method {
        "GET" => agent.get(&url).call(),
        "DELETE" => agent.delete(&url).call(),
        _ => agent.post(&url).header("content-type", media_type).send(body),
    }
    .expect("the server answers");
    let kind = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_string());
    (response.status().as_u16(), kind.unwrap_or_default(), response.body_mut().read_to_string().unwrap())
}

fn analyze(server: &Server, body: &Value) -> (u16, Value) {
    let (status, _, text) = send(server, "POST", "/analyze", "application/json", &body.to_string());
    (status, serde_json::from_str(&text).unwrap())
}

#[track_caller]
fn check_problem(server: &Server, body: &str, media_type: &str, status: u16, pointer: Option<&str>) {
    let (seen, kind, text) = send(server, "POST", "/analyze", media_type, body);
    assert_eq!(seen, status, "{text}");
    assert_eq!(kind, "application/problem+json");
    let problem: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(problem["status"], json!(status));
    assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
    assert_eq!(problem["errors"][0]["pointer"].as_str(), pointer, "{problem}");
}

const VULNERABLE: &str = "import sqlite3\n\ndef find_user(name):\n    conn = sqlite3.connect(\"app.db\")\n    \
    cur = conn.cursor()\n    cur.execute(f\"SELECT * FROM users WHERE name = '{name}'\")\n    return cur.fetchall()\n";

#[test]
fn analyze_finds_proves_and_patches() {
    let server = Server::start();
    let (status, answer) = analyze(&server, &json!({ "code": VULNERABLE, "file_path": "users.py" }));
    assert_eq!(status, 200, "{answer}");
    for field in [
        "analysis_id",
        "vulnerabilities",
        "patches",
        "execution_time",
        "errors",
        "logs",
        "workflow_complete",
        "semantic_vulnerabilities",
        "hardware_violations",
        "lifecycle_violations",
        "api_typo_suggestions",
    ] {
        assert!(answer.get(field).is_some(), "`{field}` is missing");
    }
    assert_eq!(answer["workflow_complete"], json!(true), "{answer}");
    let found = &answer["vulnerabilities"][0];
    assert_eq!(found["location"], "users.py:6");
    assert_eq!(found["cwe_id"], "CWE-89");
    assert_eq!(found["verified"], json!(true), "{found}");
    assert!(found["counterexample"].as_str().unwrap().contains("find_user("), "{found}");
    let patch = &answer["patches"][0];
    assert_eq!(patch["verified"], json!(true), "{patch}");
    assert!(patch["diff"].as_str().unwrap().contains("+    cur.execute("), "{patch}");
    let (_, again) = analyze(&server, &json!({ "code": patch["code"], "file_path": "users.py" }));
    assert_eq!(again["vulnerabilities"], json!([]), "{again}");
}

#[test]
fn broken_python_is_analysed_as_far_as_it_parses() {
    let server = Server::start();
    let code = format!("{VULNERABLE}\ndef broken(:\n    pass\n");
    let (status, answer) = analyze(&server, &json!({ "code": code }));
    assert_eq!(status, 200);
    assert!(!answer["errors"].as_array().unwrap().is_empty());
    assert_eq!(answer["vulnerabilities"][0]["cwe_id"], "CWE-89", "{answer}");
}

#[test]
fn wrong_requests_name_the_field() {
    let server = Server::start();
    check_problem(&server, "{", "application/json", 400, None);
    check_problem(&server, "{}", "application/json", 422, Some("/code"));
    check_problem(&server, r#"{"code": 3}"#, "application/json", 422, Some("/code"));
    check_problem(&server, r#"{"code": "  \n"}"#, "application/json", 422, Some("/code"));
    check_problem(&server, r#"{"code": "x", "max_iterations": 0}"#, "application/json", 422, Some("/max_iterations"));
    check_problem(&server, r#"{"code": "x", "max_iterations": 11}"#, "application/json", 422, Some("/max_iterations"));
    check_problem(&server, r#"{"code": "x", "max_iterations": "3"}"#, "application/json", 422, Some("/max_iterations"));
    check_problem(&server, "x", "text/plain", 415, None);
    let large = json!({ "code": "x = 1\n".repeat(200_000) }).to_string();
    check_problem(&server, &large, "application/json", 413, Some("/code"));
    let huge = json!({ "code": "x".repeat(8 << 20) }).to_string();
    check_problem(&server, &huge, "application/json", 413, None);
}

#[test]
fn unknown_pages_and_methods_are_problems() {
    let server = Server::start();
    let (status, kind, _) = send(&server, "GET", "/nowhere", "", "");
    assert_eq!((status, kind.as_str()), (404, "application/problem+json"));
    let (status, kind, _) = send(&server, "DELETE", "/analyze", "", "");
    assert_eq!((status, kind.as_str()), (405, "application/problem+json"));
}

#[test]
fn health_index_and_documentation_are_served() {
    let server = Server::start();
    let (status, _, text) = send(&server, "GET", "/health", "", "");
    let health: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &health["status"]), (200, &json!("healthy")));
    assert_eq!(health["vllm_loaded"], json!(false));
    let (status, _, text) = send(&server, "GET", "/health/ready", "", "");
    let ready: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &ready["ready"]), (200, &json!(true)));
    let (_, _, text) = send(&server, "GET", "/", "", "");
    let index: Value = serde_json::from_str(&text).unwrap();
    for page in ["docs", "redoc", "openapi", "health", "ready"] {
        let (status, _, _) = send(&server, "GET", index[page].as_str().unwrap(), "", "");
        assert_eq!(status, 200, "{page}");
    }
    let (_, _, text) = send(&server, "GET", "/openapi.json", "", "");
    let openapi: Value = serde_json::from_str(&text).unwrap();
    assert!(openapi["openapi"].as_str().unwrap().starts_with("3.1"), "{}", openapi["openapi"]);
    assert!(openapi["paths"]["/analyze"]["post"].is_object());
    let (_, _, page) = send(&server, "GET", "/redoc", "", "");
    assert!(!page.contains("https://") && !page.contains("http://"), "{page}");
}
