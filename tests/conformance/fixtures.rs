//! Every rule's annotated fixture, through the real packs, flow analysis and prover. Invariant: a line after
//! `# ruleid: ID` is found and not proved safe, a line after `# ok: ID` is not found or proved safe, and nothing else is
//! found by the fixture's rule.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use engine::{
    config::EngineConfig,
    engine::{Engine, Outcome},
    observer::Silent,
};
use model::{
    finding::Finding,
    patch::PatchOutcome,
    scan::{NewScan, ScanOptions, SourceText},
    spec::Entry,
    verdict::Verdict,
};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::start(EngineConfig::default()).unwrap());

/// What a fixture says of its lines: (rule, line) → must it be found.
struct Annotations {
    wanted: BTreeMap<(String, u32), bool>,
    /// Known wrong results, marked `todoruleid` and `todook`.
    known_wrong: BTreeSet<(String, u32)>,
}

fn fixtures() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for pack in fs::read_dir(tests::root().join("plugins")).unwrap().flatten() {
        if let Ok(entries) = fs::read_dir(pack.path().join("fixtures")) {
            paths.extend(entries.flatten().map(|entry| entry.path()));
        }
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    paths.sort();
    paths
}

fn annotations(text: &str) -> Annotations {
    let mut result = Annotations { wanted: BTreeMap::new(), known_wrong: BTreeSet::new() };
    for (index, line) in text.lines().enumerate() {
        let Some((mark, rules)) = line.trim().strip_prefix("# ").and_then(|rest| rest.split_once(": ")) else {
            continue;
        };
        let is_wanted = match mark {
            "ruleid" | "todoruleid" => true,
            "ok" | "todook" => false,
            _ => continue,
        };
        let next = (index + 1..).find(|&at| {
            text.lines().nth(at).is_none_or(|line| !line.trim().is_empty() && !line.trim().starts_with('#'))
        });
        for rule in rules.split(',') {
            let key = (rule.trim().to_string(), next.unwrap_or(index + 1) as u32 + 1);
            if mark.starts_with("todo") {
                result.known_wrong.insert(key.clone());
            }
            result.wanted.insert(key, is_wanted);
        }
    }
    result
}

fn scan(path: &Path, text: &str) -> Outcome {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let files = vec![SourceText { path: name, bytes: text.as_bytes().to_vec() }];
    let options = ScanOptions { entry: Entry::Main, ..ScanOptions::default() };
    ENGINE.scan(NewScan { files, options, project: None }, Arc::new(Silent)).unwrap()
}

#[test]
fn every_annotated_line_is_judged_as_annotated() {
    let paths = fixtures();
    assert!(paths.len() >= 14, "only {} fixtures", paths.len());
    let mut wrong = String::new();
    for path in &paths {
        let text = fs::read_to_string(path).unwrap();
        check_fixture(path, &text, &mut wrong);
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn check_fixture(path: &Path, text: &str, wrong: &mut String) {
    let own_rule =
        format!("python-{}", path.file_stem().unwrap().to_string_lossy().replace('_', "-").replace("python-", ""));
    let outcome = scan(path, text);
    let name = path.file_name().unwrap().to_string_lossy();
    let annotations = annotations(text);
    for fault in &outcome.report.faults {
        let _ = writeln!(wrong, "{name}: {fault}");
    }
    let mut found: BTreeMap<(String, u32), &Finding> = BTreeMap::new();
    for finding in &outcome.report.findings {
        let file = outcome.snapshot.file(finding.place.file).unwrap();
        let (first, last) = (finding.place.span.start, finding.place.span.end);
        for line in file.lines.position(first).line..=file.lines.position(last).line {
            found.entry((finding.rule.to_string(), line)).or_insert(finding);
        }
    }
    for (key, is_wanted) in &annotations.wanted {
        let is_found = found.get(key).is_some_and(|finding| !finding.is_proved_safe());
        let is_known = annotations.known_wrong.contains(key);
        if (is_found != *is_wanted) != is_known {
            let verdict = found.get(key).and_then(|finding| finding.verdict()).map_or("no verdict", Verdict::as_str);
            let _ = writeln!(wrong, "{name}:{}: `{}` found: {is_found} ({verdict}), wanted: {is_wanted}", key.1, key.0);
        }
    }
    for finding in outcome.report.findings.iter().filter(|finding| finding.rule.as_str() == own_rule) {
        let file = outcome.snapshot.file(finding.place.file).unwrap();
        let lines =
            file.lines.position(finding.place.span.start).line..=file.lines.position(finding.place.span.end).line;
        let is_annotated = lines.clone().any(|line| annotations.wanted.contains_key(&(own_rule.clone(), line)));
        if !is_annotated && !finding.is_proved_safe() {
            let _ = writeln!(wrong, "{name}:{}: `{own_rule}` finds a line without annotation", lines.start());
        }
    }
}

#[test]
fn findings_verdicts_and_patches_are_as_recorded() {
    for path in fixtures() {
        let text = fs::read_to_string(&path).unwrap();
        let outcome = scan(&path, &text);
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(path.parent().unwrap());
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        settings.bind(|| insta::assert_snapshot!(name, record(&outcome)));
    }
}

/// One paragraph for each finding: place, verdict, attack, patch.
fn record(outcome: &Outcome) -> String {
    let mut text = String::new();
    for finding in &outcome.report.findings {
        let file = outcome.snapshot.file(finding.place.file).unwrap();
        let position = file.lines.position(finding.place.span.start);
        let _ = writeln!(
            text,
            "{}:{} {} {}/{}",
            position.line, position.column, finding.rule, finding.severity, finding.confidence
        );
        let _ = writeln!(text, "  {}", finding.message);
        if let Some(verdict) = finding.verdict() {
            let detail = match verdict {
                Verdict::Refuted { counterexample } => counterexample.call.clone(),
                Verdict::Bounded { bounds } => bounds.join(", "),
                Verdict::Unknown { reason } => reason.to_string(),
                Verdict::Proved => String::new(),
            };
            let _ = writeln!(text, "  {} {detail}", verdict.as_str());
        }
        match &finding.patch {
            Some(PatchOutcome::Proposed(patch)) => {
                let status = if patch.gate.is_verified() { "verified" } else { "unverified" };
                let _ = writeln!(text, "  {status} patch: {}", patch.title);
                for line in patch
                    .diff
                    .lines()
                    .filter(|line| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---"))
                {
                    let _ = writeln!(text, "    {line}");
                }
            }
            Some(PatchOutcome::Unavailable { reason }) => {
                let _ = writeln!(text, "  no patch: {reason}");
            }
            None => {}
        }
    }
    text
}
