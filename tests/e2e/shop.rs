//! The shop application: what the demo shows. Invariant: exactly the weaknesses that `expected.json` names are found.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{collections::BTreeSet, fs, sync::LazyLock};

use serde_json::Value;
use tests::{git, root, securecode};

type Place = (String, Option<String>, String);

static REPORT: LazyLock<Value> = LazyLock::new(|| {
    let run = securecode(&root().join("tests/corpus/shop"), &["scan", "--show", "proved", "--format", "json", "shop"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    run.json()
});

fn expected(list: &str) -> BTreeSet<Place> {
    let text = fs::read_to_string(root().join("tests/corpus/shop/expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    expected[list]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| place(&entry["file"], &entry["function"], &entry["rule"]))
        .collect()
}

fn place(file: &Value, function: &Value, rule: &Value) -> Place {
    (file.as_str().unwrap().into(), function.as_str().map(Into::into), rule.as_str().unwrap().into())
}

fn findings() -> impl Iterator<Item = &'static Value> {
    REPORT["findings"].as_array().unwrap().iter()
}

fn found() -> BTreeSet<Place> {
    let open = findings().filter(|finding| finding["verdict"] != "proved");
    open.map(|finding| place(&finding["path"], &finding["function"], &finding["rule_id"])).collect()
}

#[test]
fn exactly_the_known_weaknesses_are_found() {
    assert_eq!(REPORT["errors"], Value::Array(Vec::new()));
    assert_eq!(found(), expected("vulnerabilities"));
    let alarms: Vec<Place> = found().intersection(&expected("safe")).cloned().collect();
    assert_eq!(alarms, Vec::new());
}

#[test]
fn every_injection_is_refuted_with_an_attack() {
    for finding in findings().filter(|finding| !finding["contracts"].as_array().unwrap().is_empty()) {
        let place = format!("{}:{} {}", finding["path"], finding["line"], finding["rule_id"]);
        let verdict = finding["verdict"].as_str().unwrap();
        assert!(["refuted", "proved"].contains(&verdict), "{place}: {}", finding["contracts"]);
        let attack = &finding["counterexample"];
        assert_eq!(attack.is_object(), verdict == "refuted", "{place}");
        let value = attack["sink_value"].as_str().unwrap_or_default();
        assert!(!value.chars().any(|character| character.is_control() && character != '\n'), "{place}: {value:?}");
    }
}

#[test]
fn verified_patches_apply_and_leave_nothing_that_they_claim_to_repair() {
    let copy = tempfile::tempdir().unwrap();
    let source = root().join("tests/corpus/shop");
    let archive = git(&root(), &["ls-files", "-z", "tests/corpus/shop"]);
    for name in archive.stdout.split('\0').filter(|name| !name.is_empty()) {
        let relative = name.strip_prefix("tests/corpus/shop/").unwrap();
        let target = copy.path().join(relative);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(source.join(relative), target).unwrap();
    }
    let run = securecode(copy.path(), &["scan", "--fix", "--format", "json", "shop"]);
    let left: BTreeSet<String> = run.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["fingerprint"].as_str().unwrap().to_string())
        .collect();
    let verified = findings().filter(|finding| finding["patch"]["status"] == "verified");
    let claimed: Vec<String> = verified.map(|finding| finding["fingerprint"].as_str().unwrap().to_string()).collect();
    assert!(claimed.len() >= 8, "only {} verified patches", claimed.len());
    let still: Vec<&String> = claimed.iter().filter(|fingerprint| left.contains(*fingerprint)).collect();
    assert_eq!(still, Vec::<&String>::new());
}

#[test]
fn two_scans_give_the_same_report() {
    let run = securecode(&root().join("tests/corpus/shop"), &["scan", "--show", "proved", "--format", "json", "shop"]);
    let mut again = run.json();
    let mut first = REPORT.clone();
    for report in [&mut again, &mut first] {
        report["summary"]["duration_ms"] = Value::Null;
        for finding in report["findings"].as_array_mut().unwrap() {
            for contract in finding["contracts"].as_array_mut().unwrap() {
                contract["ms"] = Value::Null;
            }
        }
    }
    assert_eq!(again, first);
}
