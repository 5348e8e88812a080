//! Contracts that a language model writes, which a scripted server plays over real HTTP. Invariant: one is shown only with
//! a call that breaks it, and none makes a finding look safe.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use std::fs;

use serde_json::{Value, json};
use tests::{Run, scripted_llm::ScriptedLlm, securecode};

/// The rule brings no contract for such checks.
const CODE: &str =
    "def is_ours(url: str) -> bool:\n    # trust me\n    return url.startswith(\"https://shop.example\")\n";

fn scan(contracts: Value) -> (Run, ScriptedLlm) {
    let folder = tempfile::tempdir().unwrap();
    let server = ScriptedLlm::start(move |_, _| vec![json!({ "contracts": contracts }).to_string()]);
    fs::write(folder.path().join("app.py"), CODE).unwrap();
    fs::write(folder.path().join("llm.toml"), server.config()).unwrap();
    let arguments = ["scan", "--no-cache", "--llm-config", "llm.toml", "--format", "json", "app.py"];
    (securecode(folder.path(), &arguments), server)
}

fn finding(run: &Run) -> Value {
    let findings = run.json()["findings"].as_array().unwrap().clone();
    let found = findings.into_iter().find(|finding| finding["rule_id"] == json!("python-incomplete-url-check"));
    found.unwrap_or_else(|| panic!("the finding is gone: {}", run.stdout))
}

fn contract(requires: &[&str], ensures: &[&str]) -> Value {
    json!({"requires": requires, "ensures": ensures, "why": "only the shop's pages are its own"})
}

const EXACT: &str = "not __return__ or url == 'https://shop.example' or url.startswith('https://shop.example/')";

#[test]
fn a_contract_that_a_call_breaks_is_shown_with_it() {
    let (run, server) = scan(json!([contract(&[], &["True"]), contract(&["len(url) < 64"], &[EXACT])]));
    let finding = finding(&run);
    assert_eq!(finding["verdict"], json!("refuted"), "{finding}");
    let check = &finding["contracts"][0];
    let said = check["contract"].as_str().unwrap();
    assert!(said.contains(EXACT) && said.contains("written by scripted: only the shop's pages"), "{said}");
    let call = check["counterexample"]["call"].as_str().unwrap();
    assert!(call.starts_with("is_ours(") && call.contains("https://shop.example"), "{call}");
    assert_eq!(check["counterexample"]["replay"], json!("confirmed"), "{check}");
    assert_eq!(finding["patch"]["status"], json!("verified"));
    assert!(server.sent().contains("startswith") && !server.sent().contains("trust me"), "{}", server.sent());
}

#[test]
fn contracts_that_say_nothing_or_too_much_are_dropped() {
    let cases = [
        ("holds always", contract(&[], &["__return__ or not __return__"])),
        ("holds never", contract(&[], &["__return__ and not __return__"])),
        ("holds here", contract(&[], &["not __return__ or url.startswith('https://shop.example')"])),
        ("no call is meant", contract(&["url == 'a' and url == 'b'"], &[EXACT])),
        ("runs something", contract(&[], &["__import__('os').system('id') == 1"])),
        ("names a stranger", contract(&[], &["secret == 1"])),
        ("is no expression", contract(&[], &["import os"])),
        ("is empty", contract(&[], &[])),
    ];
    for (name, contract) in cases {
        let (run, server) = scan(json!([contract]));
        let finding = finding(&run);
        assert_eq!(finding["verdict"], Value::Null, "{name}: {finding}");
        assert!(!server.questions().is_empty(), "{name}");
    }
}

#[test]
fn answers_that_are_no_contracts_change_nothing() {
    let (with, _) = scan(json!("vulnerable: false"));
    assert_eq!(finding(&with)["verdict"], Value::Null);
}
