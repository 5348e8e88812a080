//! What a served binary gives out, and whom it holds back. Invariant: every error is a problem document.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tests::{Server, root, scripted_llm::ScriptedLlm, securecode};
use ureq::http::Response;

const CODE: &str = "import sqlite3\nfrom flask import request\n\n\ndef find():\n    name = request.args[\"name\"]\n    \
    db = sqlite3.connect(\"app.db\")\n    \
    return db.execute(f\"SELECT * FROM users WHERE name = '{name}'\").fetchall()  # </script><b>&amp;\n";

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

fn json_of(mut response: Response<ureq::Body>) -> Value {
    serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap()
}

fn get(server: &Server, path: &str) -> Response<ureq::Body> {
    agent().get(format!("{}{path}", server.url)).call().unwrap()
}

fn header<'a>(response: &'a Response<ureq::Body>, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

fn ended(server: &Server, id: &str) -> Value {
    let start = Instant::now();
    loop {
        let scan = json_of(get(server, &format!("/api/v1/scans/{id}")));
        if !["queued", "running"].contains(&scan["state"]["status"].as_str().unwrap()) {
            return scan;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "{scan}");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_whole_scan_is_given_as_json_and_as_valid_sarif() {
    let server = Server::start();
    let files = json!({"name": "app", "files": [{"path": "app.py", "content": CODE}, {"path": "cut.py", "content": "def f(:"}]});
    let scan = json_of(agent().post(format!("{}/api/v1/scans", server.url)).send_json(files).unwrap());
    let id = scan["id"].as_str().unwrap();
    assert_eq!(ended(&server, id)["state"]["status"], "completed");
    let base = format!("/api/v1/scans/{id}");
    let report = json_of(get(&server, &format!("{base}/report.json")));
    assert_eq!(
        (report["findings"].as_array().unwrap().len(), report["complete"].as_bool()),
        (1, Some(false)),
        "{report}"
    );
    let contract = &report["findings"][0]["contracts"][0];
    assert!(contract["formal"].as_str().unwrap().starts_with("∀ u ∈ untrusted : tokens_SQLite("), "{contract}");

    let decision = json!({"findings": [0], "state": "false-positive", "reason": "of a test"});
    let decided = agent().post(format!("{}{base}/triage", server.url)).send_json(decision).unwrap();
    assert_eq!(decided.status(), 200);
    let packed =
        agent().get(format!("{}{base}/report.json", server.url)).header("accept-encoding", "gzip").call().unwrap();
    assert!(packed.into_body().read_to_vec().unwrap().starts_with(&[0x1f, 0x8b]), "a packed answer has an end, too");
    let response = get(&server, &format!("{base}/report.sarif"));
    assert_eq!(header(&response, "content-type"), "application/sarif+json");
    let sarif = json_of(response);
    let mut schema: Value =
        serde_json::from_slice(&fs::read(root().join("tests/schemas/sarif-2.1.0.json")).unwrap()).unwrap();
    // The published pattern has an unbalanced `]`, which is no regular expression for this validator.
    for owner in ["run", "toolComponent"] {
        schema["definitions"][owner]["properties"]["language"]["pattern"] = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<String> = validator.iter_errors(&sarif).map(|error| error.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
    let run = &sarif["runs"][0];
    assert_eq!(run["results"][0]["partialFingerprints"]["securecodeFinding/v1"], report["findings"][0]["fingerprint"]);
    assert_eq!(run["results"][0]["suppressions"][0]["justification"], "of a test");
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"][0]["level"], "warning", "{run}");
}

#[test]
fn analyze_becomes_a_scan_on_request() {
    let server = Server::start();
    let ask = |body: Value| {
        let request = agent().post(format!("{}/analyze", server.url)).header("prefer", "wait=10, Respond-Async");
        request.send_json(body).unwrap()
    };
    let response = ask(json!({"code": CODE, "file_path": "/srv/../app.py", "max_iterations": 1}));
    assert_eq!((response.status().as_u16(), header(&response, "preference-applied")), (202, "respond-async"));
    let location = header(&response, "location").to_owned();
    let scan = json_of(response);
    assert_eq!(
        (location, &scan["options"]["max_iterations"]),
        (format!("/api/v1/scans/{}", scan["id"].as_str().unwrap()), &json!(1))
    );
    let id = scan["id"].as_str().unwrap();
    let summary = &ended(&server, id)["summary"];
    assert_eq!(summary["findings"], 1);
    let cost =
        |name: &str| summary["plugins"].as_array().unwrap().iter().find(|plugin| plugin["name"] == name).unwrap();
    assert_eq!((&cost("scanner")["calls"], &cost("scanner")["failures"]), (&json!(1), &json!(0)), "{summary}");
    let page = json_of(get(&server, &format!("/api/v1/scans/{id}/findings")));
    assert_eq!(page["findings"][0]["path"], "srv/app.py", "{page}");
    assert_eq!(ask(json!({"code": " "})).status(), 422);
}

#[test]
fn who_asks_too_often_is_told_to_wait() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &["--rate-limit", "3", "--api-key", "right"]);
    let ask = || agent().get(format!("{}/api/v1/system", server.url)).header("x-api-key", "right").call().unwrap();
    let first = ask();
    assert_eq!((first.status().as_u16(), header(&first, "ratelimit")), (200, "\"default\";r=2;t=20"));
    assert_eq!(header(&first, "ratelimit-policy"), "\"default\";q=3;w=60");
    ask();
    ask();
    let refused = ask();
    assert_eq!((refused.status().as_u16(), header(&refused, "content-type")), (429, "application/problem+json"));
    let wait: u64 = header(&refused, "retry-after").parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(get(&server, "/health").status(), 200, "health is free");
}

#[test]
fn a_body_that_falls_silent_is_answered() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &["--body-timeout", "1"]);
    for (path, kind) in [("/analyze", "application/json"), ("/api/v1/scans", "multipart/form-data; boundary=x")] {
        let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: 1000\r\n\r\n--x\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
        assert!(answer.contains("application/problem+json"), "{path}: {answer}");
    }
}

#[test]
fn plugins_say_what_they_import_and_cost() {
    let server = Server::start();
    let body = json!({"code": CODE});
    assert_eq!(agent().post(format!("{}/analyze", server.url)).send_json(body).unwrap().status(), 200);
    let plugins = json_of(get(&server, "/api/v1/plugins"));
    let plugins = plugins["plugins"].as_array().unwrap();
    let of = |name: &str| plugins.iter().find(|plugin| plugin["name"] == name).unwrap();
    assert_eq!((&of("scanner")["kind"], &of("scanner")["cost"]["failures"]), (&json!("stage"), &json!(0)));
    assert!(of("scanner")["imports"].as_array().unwrap().contains(&json!("rules")), "{}", of("scanner"));
    let packs: Vec<&Value> = plugins.iter().filter(|plugin| plugin["kind"] == "pack").collect();
    assert!(packs.iter().all(|pack| pack["cost"]["calls"].as_u64().unwrap() >= 1), "each described itself");
    assert!(packs.iter().all(|pack| !pack["imports"].as_array().unwrap().contains(&json!("llm"))));
}

#[test]
fn language_models_are_tried_on_request() {
    let (none, data) = (Server::start(), tempfile::tempdir().unwrap());
    let test = |server: &Server| agent().post(format!("{}/api/v1/system/llm/test", server.url)).send_empty().unwrap();
    assert_eq!(test(&none).status(), 404);
    let scripted = ScriptedLlm::start(|_, _| vec!["ok".into()]);
    let file = data.path().join("llm.toml");
    fs::write(&file, scripted.config()).unwrap();
    let server = Server::start_in(data.path(), &["--llm-config", file.to_str().unwrap()]);
    let answer = json_of(test(&server));
    let first = &answer["back_ends"][0];
    assert_eq!(
        (&first["tier"], &first["url"].as_str().unwrap().starts_with("http://127.0.0.1")),
        (&json!("fast"), &true),
        "{answer}"
    );
}

#[test]
fn a_report_is_one_html_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.py"), CODE).unwrap();
    let run = securecode(folder.path(), &["scan", "--format", "html", "app.py"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let (_, data) = run.stdout.split_once("<script type=\"application/json\" id=\"report\"").unwrap();
    let (data, _) = data.split_once('>').unwrap().1.split_once("</script>").unwrap();
    let report: Value = serde_json::from_str(data).unwrap();
    assert_eq!((&report["sources"]["app.py"], report["findings"].as_array().unwrap().len()), (&json!(CODE), 1));
    for loading in ["src=\"http", "href=\"http", "src=\"/", "href=\"/"] {
        assert!(!run.stdout.contains(loading), "the file loads {loading}");
    }
}

#[test]
fn the_typed_client_is_made_from_this_api() {
    let file = root().join("web/openapi.json");
    let mut described = serde_json::to_string_pretty(&json_of(get(&Server::start(), "/openapi.json"))).unwrap();
    described.push('\n');
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(&file, &described).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == described,
        "web/openapi.json is of another API: run `cargo xtask bless`, and `npm run api` in web/"
    );
}
