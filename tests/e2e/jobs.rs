//! Uploads, scans behind the request, and what is kept of them, at a served binary. Invariant: every error is a problem
//! document, and nothing that was accepted is lost.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    io::{BufRead as _, BufReader, Cursor, Write as _},
    path::Path,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use tests::Server;
use ureq::http::Response;

const CODE: &str = "import sqlite3\n\n\ndef find(name):\n    db = sqlite3.connect(\"app.db\")\n    \
    return db.execute(f\"SELECT * FROM users WHERE name = '{name}'\").fetchall()\n\n\ndef run(text):\n    \
    return eval(text)\n";

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

fn read(mut response: Response<ureq::Body>) -> (u16, Value) {
    let text = response.body_mut().read_to_string().unwrap();
    (response.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

fn get(server: &Server, path: &str) -> (u16, Value) {
    read(agent().get(format!("{}{path}", server.url)).call().unwrap())
}

fn post(server: &Server, path: &str, body: &Value) -> (u16, Value) {
    read(agent().post(format!("{}{path}", server.url)).send_json(body).unwrap())
}

/// A part of a form: the field, the file's name, and the bytes.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

/// Sends a form.
fn upload(server: &Server, parts: &[Part<'_>]) -> (u16, Value) {
    let mut body = Vec::new();
    for (field, file, bytes) in parts {
        let file = file.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
        write!(body, "--cut\r\nContent-Disposition: form-data; name=\"{field}\"{file}\r\n\r\n").unwrap();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--cut--\r\n");
    let request = agent().post(format!("{}/api/v1/scans", server.url));
    read(request.header("content-type", "multipart/form-data; boundary=cut").send(&body[..]).unwrap())
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn files(name: &str) -> Value {
    json!({"name": name, "files": [{"path": "app/users.py", "content": CODE}]})
}

/// Waits until a scan has ended.
fn ended(server: &Server, id: &str) -> Value {
    let start = Instant::now();
    loop {
        let (status, scan) = get(server, &format!("/api/v1/scans/{id}"));
        assert_eq!(status, 200, "{scan}");
        if !["queued", "running"].contains(&scan["state"]["status"].as_str().unwrap()) {
            return scan;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "{scan}");
        thread::sleep(Duration::from_millis(100));
    }
}

fn scanned(server: &Server, name: &str) -> String {
    let (status, scan) = post(server, "/api/v1/scans", &files(name));
    assert_eq!(status, 202, "{scan}");
    let id = scan["id"].as_str().unwrap().to_owned();
    assert_eq!(ended(server, &id)["state"]["status"], json!("completed"));
    id
}

#[test]
fn a_scan_is_followed_read_and_decided_about() {
    let server = Server::start();
    let (_, scan) = post(&server, "/api/v1/scans", &files("shop"));
    let id = scan["id"].as_str().unwrap().to_owned();
    let events = agent().get(format!("{}/api/v1/scans/{id}/events", server.url)).call().unwrap();
    let lines: Vec<String> = BufReader::new(events.into_body().into_reader()).lines().map(Result::unwrap).collect();
    let names: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!((names.first(), names.last()), (Some(&"state"), Some(&"end")), "{lines:?}");
    let last = lines.iter().filter_map(|line| line.strip_prefix("data: ")).next_back().unwrap();
    let end: Value = serde_json::from_str(last).unwrap();
    assert_eq!(end["state"]["status"], json!("completed"));
    assert_eq!(end["summary"]["findings"], json!(2), "{end}");

    let base = format!("/api/v1/scans/{id}");
    let (_, page) = get(&server, &format!("{base}/findings?limit=1"));
    assert_eq!((&page["total"], &page["facets"]["severity"]["critical"]), (&json!(2), &json!(1)), "{page}");
    let worst = &page["findings"][0];
    assert_eq!((&worst["rule_id"], &worst["verdict"]), (&json!("python-code-injection"), &json!("refuted")));
    let (_, rest) = get(&server, &format!("{base}/findings?limit=1&cursor={}", page["next"].as_str().unwrap()));
    assert_eq!((&rest["findings"][0]["cwe"], &rest["next"]), (&json!("CWE-89"), &Value::Null), "{rest}");
    let (_, only) = get(&server, &format!("{base}/findings?cwe=CWE-89&q=sql%20users.py&path=app"));
    assert_eq!(only["total"], json!(1), "{only}");
    let number = &only["findings"][0]["id"];

    let (_, finding) = get(&server, &format!("{base}/findings/{number}"));
    assert_eq!(finding["patch"]["status"], json!("verified"), "{finding}");
    assert!(finding["counterexample"]["call"].as_str().unwrap().starts_with("find("));
    let (status, diff) = get(&server, &format!("{base}/findings/{number}/patch"));
    assert!(status == 200 && diff.as_str().unwrap().starts_with("--- a/app/users.py\n"), "{diff}");
    let (_, file) = get(&server, &format!("{base}/files/app/users.py"));
    assert_eq!(file["text"], json!(CODE));

    let decision = json!({"findings": [number], "state": "accepted-risk", "reason": "only we call it"});
    assert_eq!(post(&server, &format!("{base}/triage"), &decision), (200, json!({"changed": 1})));
    let later = scanned(&server, "shop");
    let (_, open) = get(&server, &format!("/api/v1/scans/{later}/findings?state=open"));
    assert_eq!(open["total"], json!(1), "{open}");
    let (_, both) = get(&server, &format!("/api/v1/scans/{later}/compare/{id}"));
    assert_eq!((both["persisting"].as_array().unwrap().len(), both["new"].as_array().unwrap().len()), (2, 0));
    let (_, trend) = get(&server, "/api/v1/trend?name=shop");
    assert_eq!(trend["points"][1]["open"], json!({"critical": 1, "high": 0, "medium": 0, "low": 0, "info": 0}));

    let mut archive =
        agent().post(format!("{}{base}/patched", server.url)).send_json(json!({"findings": [number]})).unwrap();
    let bytes = archive.body_mut().read_to_vec().unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let patched = std::io::read_to_string(archive.by_name("app/users.py").unwrap()).unwrap();
    assert!(patched.contains("WHERE name = ?") && patched.contains("eval(text)"), "{patched}");

    let deleted = agent().delete(format!("{}{base}", server.url)).call().unwrap();
    assert_eq!(deleted.status().as_u16(), 204);
    assert_eq!(get(&server, &base).0, 404);
}

#[test]
fn archives_are_unpacked_and_hostile_ones_refused() {
    let server = Server::start();
    let archive = zipped(&[("app/a.py", CODE.as_bytes()), ("README.md", b"#")]);
    let (status, scan) = upload(&server, &[("file", Some("code.zip"), &archive), ("name", None, b"zipped")]);
    assert_eq!((status, &scan["files"], &scan["name"]), (202, &json!(1), &json!("zipped")), "{scan}");
    assert_eq!(ended(&server, scan["id"].as_str().unwrap())["summary"]["findings"], json!(2));
    let odd = "od\u{202e}d\u{1f600}.py";
    let (_, scan) = upload(&server, &[("file", Some(odd), b"<script>alert(1)</script>")]);
    let id = scan["id"].as_str().unwrap().to_owned();
    assert_eq!(ended(&server, &id)["errors"][0]["path"], json!(odd));

    let bomb = zipped(&[("a.py", &vec![0; 32 << 20])]);
    let cases: [(u16, Vec<Part<'_>>); 7] = [
        (422, vec![("file", Some("x.zip"), b"no archive")]),
        (422, vec![("file", Some("../a.py"), b"")]),
        (422, vec![("file", Some("a.txt"), b"")]),
        (422, vec![("file", Some("a.py"), b""), ("file", Some("./a.py"), b"")]),
        (422, vec![("file", Some("a.py"), b""), ("options", None, b"{\"budget\": 99}")]),
        (422, vec![("other", None, b"")]),
        (413, vec![("file", Some("x.zip"), &bomb)]),
    ];
    for (expected, parts) in cases {
        let (status, problem) = upload(&server, &parts);
        assert_eq!((status, &problem["status"]), (expected, &json!(expected)), "{problem}");
    }
    let text = agent().post(format!("{}/api/v1/scans", server.url)).header("content-type", "text/plain");
    assert_eq!(read(text.send("x").unwrap()).0, 415);
}

#[test]
fn the_same_key_asks_once() {
    let server = Server::start();
    let send = |body: &Value| {
        let request = agent().post(format!("{}/api/v1/scans", server.url)).header("idempotency-key", "k1");
        read(request.send_json(body).unwrap())
    };
    let ((first, scan), (second, again)) = (send(&files("a")), send(&files("a")));
    assert_eq!((first, second), (202, 202));
    assert_eq!(scan["id"], again["id"]);
    assert_eq!(send(&files("b")).0, 422);
    assert_eq!(get(&server, "/api/v1/scans").1["scans"].as_array().unwrap().len(), 1);
}

/// Work for a while: many functions, each with a proof that takes its time and that no cache holds.
fn slow() -> Value {
    let salt = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() % 1_000_000;
    let function = |number: usize| {
        format!(
            "def f{number}(a: int, b: int, c: int) -> int:\n    \"\"\"post: __return__ != {number}007\"\"\"\n    \
             total = 0\n    for i in range(a % 50):\n        total = (total * b + c * i) % (100003 + {salt})\n    \
             return total\n\n\ndef g{number}(name):\n    import os\n    parts = []\n    \
             for part in name.split(\"/\"):\n        parts.append(part.replace(\"a\", \"b{salt}\"))\n    \
             os.system(\"ls \" + \" \".join(parts))\n\n\n"
        )
    };
    let content: String = (0..24).map(function).collect();
    json!({"name": "slow", "files": [{"path": "slow.py", "content": content}]})
}

#[test]
fn a_running_scan_stops_within_a_second() {
    let server = Server::start();
    let (_, scan) = post(&server, "/api/v1/scans", &slow());
    let path = format!("/api/v1/scans/{}", scan["id"].as_str().unwrap());
    let wait = Instant::now();
    while get(&server, &path).1["state"]["stage"] != json!("symbot") && wait.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(20));
    }
    let stopped = agent().delete(format!("{}{path}", server.url)).call().unwrap();
    assert_eq!(stopped.status().as_u16(), 202);
    let scan = ended(&server, scan["id"].as_str().unwrap());
    assert_eq!(scan["state"]["status"], json!("cancelled"), "{scan}");
}

#[test]
fn a_restart_loses_nothing() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    let done = scanned(&server, "kept");
    let (_, running) = post(&server, "/api/v1/scans", &slow());
    let scan = format!("/api/v1/scans/{}", running["id"].as_str().unwrap());
    while get(&server, &scan).1["state"]["status"] == json!("queued") {
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(get(&server, &scan).1["state"]["status"], json!("running"));
    server.stop();
    let server = Server::start_in(data.path(), &["--retention", "0"]);
    assert_eq!(get(&server, &format!("/api/v1/scans/{done}/findings")).1["total"], json!(2));
    let id = running["id"].as_str().unwrap();
    assert_eq!(ended(&server, id)["state"]["status"], json!("completed"));
    let path = format!("/api/v1/scans/{id}/files");
    let start = Instant::now();
    while get(&server, &path).0 != 410 {
        assert!(start.elapsed() < Duration::from_secs(60), "the code's time is over and it is still there");
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(code_files(data.path()).len(), 1, "that of the first scan");
}

fn code_files(data: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(data.join("code")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn strangers_are_kept_out() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &["--api-key", "right"]);
    let ask = |path: &str, key: Option<&str>| {
        let request = agent().get(format!("{}{path}", server.url));
        let request = match key {
            Some(key) => request.header("authorization", format!("Bearer {key}")),
            None => request,
        };
        request.call().unwrap().status().as_u16()
    };
    assert_eq!(
        [ask("/api/v1/scans", None), ask("/api/v1/scans", Some("wrong")), ask("/api/v1/scans", Some("right"))],
        [401, 401, 200]
    );
    assert_eq!([ask("/health", None), ask("/", None)], [200, 200]);
    let from = |name: &str, value: &str| {
        let request = agent().post(format!("{}/api/v1/scans", server.url)).header("authorization", "Bearer right");
        request.header(name, value).send_json(files("x")).unwrap().status().as_u16()
    };
    assert_eq!(from("origin", "https://attacker.example"), 403);
    assert_eq!(from("sec-fetch-site", "cross-site"), 403);
    assert_eq!(from("host", "attacker.example"), 403);
    assert_eq!(from("origin", &server.url), 202);
    let run = tests::securecode(data.path(), &["serve", "--host", "0.0.0.0", "--port", "0"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("SECURECODE_API_KEY"), "{}", run.stderr);
}

#[test]
fn a_browser_gets_pages_and_others_a_description() {
    let server = Server::start();
    let page = agent().get(&server.url).header("accept", "text/html").call().unwrap();
    let policy = page.headers().get("content-security-policy").unwrap().to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe-eval"), "{policy}");
    let text = page.into_body().read_to_string().unwrap();
    let asset = text.split('"').find(|part| part.contains("assets/") && part.ends_with(".js")).unwrap().to_owned();
    let script = agent().get(format!("{}/{}", server.url, asset.trim_start_matches(['.', '/']))).call().unwrap();
    assert_eq!(script.status().as_u16(), 200);
    assert!(script.headers().get("cache-control").unwrap().to_str().unwrap().contains("immutable"));
    assert_eq!(get(&server, "/").1["service"], json!("SecureCodeAI"));
    assert_eq!(get(&server, "/assets/../../Cargo.toml").0, 404);
    let (_, rules) = get(&server, "/api/v1/rules");
    assert!(rules["rules"].as_array().unwrap().len() > 80);
    let proved = post(
        &server,
        "/api/v1/prove",
        &json!({"source": "def f(x: int) -> int:\n    \"\"\"post: __return__ != 8\"\"\"\n    return x * 2\n"}),
    );
    let verdicts: Vec<&Value> =
        proved.1["contracts"].as_array().unwrap().iter().map(|contract| &contract["verdict"]).collect();
    assert!(verdicts.contains(&&json!("refuted")), "{proved:?}");
}
