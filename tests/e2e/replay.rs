//! Replays as the command line shows them. Invariant: the verdict is the same whatever a replay showed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use serde_json::Value;
use tempfile::TempDir;
use tests::{Run, scripted_python::scripted_python, securecode};

const CODE: &str = "import os\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.route(\"/ping\")\n\
    def ping():\n    os.system(\"ping -c 1 \" + request.args[\"host\"])\n    return \"ok\"\n";

fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.py"), CODE).unwrap();
    folder
}

fn scan(project: &TempDir, global: &[&str], format: &str) -> Run {
    let run = securecode(project.path(), &[global, &["scan", "--no-patch", "--format", format, "app.py"]].concat());
    assert_eq!(run.code, 1, "{}", run.stderr);
    run
}

/// Gives the one finding, which is refuted whatever the replay says.
fn finding(run: &Run) -> Value {
    let found = run.json()["findings"][0].clone();
    assert_eq!((&found["rule_id"], &found["verdict"]), (&"python-os-command-injection".into(), &"refuted".into()));
    found
}

/// Puts a module into the project's folder that is no Python, and gives its path.
fn module(project: &TempDir, bytes: &[u8]) -> String {
    let path = project.path().join("python.wasm");
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_real_python_confirms_an_attack() {
    let project = project();
    let found = finding(&scan(&project, &[], "json"));
    assert_eq!(found["counterexample"]["replay"], "confirmed", "{found}");
    assert!(
        scan(&project, &[], "text").stdout.contains("confirmed by replay: `os.system` received the predicted value")
    );
}

#[test]
fn without_a_replay_the_output_says_so() {
    let project = project();
    let run = scan(&project, &["--no-replay"], "json");
    assert_eq!(finding(&run)["counterexample"]["replay"], "not-run");
    let text = scan(&project, &["--no-replay"], "text").stdout;
    assert!(text.contains("replay: not replayed\n"), "{text}");
    let sarif = scan(&project, &["--no-replay"], "sarif").json();
    assert_eq!(sarif["runs"][0]["results"][0]["properties"]["replay"], "not-run");
}

/// Gives the outcome and the detail of a check of the one finding's patch.
fn patch_check(project: &TempDir, global: &[&str], check: &str) -> (String, String) {
    let run = securecode(project.path(), &[global, &["scan", "--format", "json", "app.py"]].concat());
    let found = finding(&run);
    assert_eq!(found["patch"]["verified"], true, "{found}");
    let checks = found["patch"]["checks"].as_array().unwrap();
    let result = checks.iter().find(|result| result["check"] == check).unwrap();
    assert_eq!(result["passed"], result["outcome"] == "passed", "{result}");
    (result["outcome"].as_str().unwrap().to_owned(), result["detail"].as_str().unwrap().to_owned())
}

#[test]
fn a_patch_is_tried_with_benign_calls() {
    let project = project();
    let (outcome, detail) = patch_check(&project, &[], "behaviour-kept");
    assert_eq!((outcome.as_str(), detail.as_str()), ("passed", "3 benign calls end as before"));
    assert_eq!(patch_check(&project, &[], "reachable").0, "passed");
    // What was remembered with a Python is not what holds without.
    let (outcome, detail) = patch_check(&project, &["--no-replay"], "behaviour-kept");
    assert_eq!((outcome.as_str(), detail.as_str()), ("not-run", "replays are switched off"));
    let missing = patch_check(&project, &["--replay-python", "/nowhere/python.wasm"], "behaviour-kept");
    assert!(missing.0 == "not-run" && missing.1.contains("cannot read /nowhere/python.wasm"), "{missing:?}");
    let sarif = securecode(project.path(), &["scan", "--format", "sarif", "app.py"]).json();
    let checks = &sarif["runs"][0]["results"][0]["properties"]["patchChecks"];
    assert_eq!(checks[0]["check"], "scope", "{checks}");
    assert_eq!(checks[0]["outcome"], "passed", "{checks}");
}

#[test]
fn a_missing_interpreter_is_named_once_and_costs_the_replay_only() {
    let project = project();
    let run = scan(&project, &["--replay-python", "/nowhere/python.wasm"], "json");
    let attack = finding(&run)["counterexample"].clone();
    assert_eq!(attack["replay"], "unavailable");
    let why = attack["replay_detail"].as_str().unwrap();
    assert!(why.contains("cannot read /nowhere/python.wasm"), "{why}");
    assert_eq!(run.stderr.matches("counterexamples are not replayed").count(), 1, "{}", run.stderr);
}

#[test]
fn what_is_no_interpreter_is_said_to_be_none() {
    let project = project();
    let python = module(&project, b"#!/usr/bin/python3\n");
    let found = finding(&scan(&project, &["--replay-python", &python], "json"));
    let why = found["counterexample"]["replay_detail"].as_str().unwrap();
    assert!(why.contains("is no interpreter that can be run here"), "{why}");
}

#[test]
fn a_contradiction_lowers_the_confidence_and_leaves_the_verdict() {
    let project = project();
    let confirmed = finding(&scan(&project, &[], "json"));
    let python = module(&project, &scripted_python(r#"{"calls": [{"hits": [], "ended": null}]}"#));
    let run = scan(&project, &["--replay-python", &python], "json");
    let diverged = finding(&run);
    assert_eq!(diverged["counterexample"]["replay"], "diverged", "{diverged}");
    assert_eq!(diverged["counterexample"]["replay_detail"], "the call returns before the sink is reached");
    assert_ne!(confirmed["confidence"], "low");
    assert_eq!(diverged["confidence"], "low");
    assert!(run.stderr.contains("the replay did not confirm a counterexample"), "{}", run.stderr);
    let text = scan(&project, &["--replay-python", &python], "text").stdout;
    assert!(text.contains("the replay did not confirm it: the call returns before the sink is reached"), "{text}");
}

#[test]
fn an_answer_without_the_nonce_is_none() {
    let project = project();
    let silent = wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "_start")))"#).unwrap();
    let python = module(&project, &silent);
    let found = finding(&scan(&project, &["--replay-python", &python], "json"));
    let attack = &found["counterexample"];
    assert_eq!(attack["replay"], "unavailable", "{attack}");
    assert!(attack["replay_detail"].as_str().unwrap().contains("without an answer"), "{attack}");
}

#[test]
fn compiled_code_is_kept_apart_from_results() {
    let (project, folders) = (project(), tempfile::tempdir().unwrap());
    let [cache, compiled] = ["cache", "compiled"].map(|name| folders.path().join(name).to_str().unwrap().to_owned());
    let python = module(&project, &scripted_python(r#"{"calls": [{"hits": []}]}"#));
    let global = ["--cache-dir", &cache, "--compiled-dir", &compiled, "--replay-python", &python];
    scan(&project, &[&global[..], &["--no-cache"]].concat(), "json");
    assert!(!Path::new(&cache).exists());
    let kept = |folder: &Path| {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let compiled = files.filter(|file| file.path().extension().is_some_and(|extension| extension == "compiled"));
        compiled.map(|file| (file.file_name(), file.metadata().unwrap().modified().unwrap())).collect::<Vec<_>>()
    };
    let of_python = Path::new(&compiled).join("python");
    let first = (kept(Path::new(&compiled)), kept(&of_python));
    assert!(!first.0.is_empty() && first.1.len() == 1, "{first:?}");
    // The second time nothing is compiled, and results go to their own folder.
    scan(&project, &global, "json");
    assert_eq!((kept(Path::new(&compiled)), kept(&of_python)), first);
    assert!(Path::new(&cache).join("results").is_dir() && !Path::new(&compiled).join("results").exists());

    // Code that another user could have put there is not run.
    fs::set_permissions(&of_python, fs::Permissions::from_mode(0o777)).unwrap();
    let found = finding(&scan(&project, &[&global[..], &["--no-cache"]].concat(), "json"));
    let why = found["counterexample"]["replay_detail"].as_str().unwrap();
    assert!(why.contains("can be used by others"), "{why}");
}
