//! Checks the verdicts on "no exception leaves this function", and each of them against CPython. Invariant: every marked
//! function of every file in `tests/exceptions` is checked, and many that are written at random; what is refuted raises
//! there, and what is proved raises for none of the tried inputs.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/judge.rs"]
mod judge;

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use ir::{
    lower::{InputFile, lower},
    written::{Written, WrittenKind, augment},
};
use model::{
    budget::Budget,
    contract::{Condition, Contract},
    ids::FileId,
    spec::{Entry, TaintSpecs},
    verdict::Verdict,
};
use verify::prove::{Settings, prove};

use crate::judge::complaints;

/// Functions that are written at random.
const RANDOM_FUNCTIONS: usize = 250;

/// Random inputs for each function that is said to raise nothing.
const RUNS: &str = "2000";

struct Case {
    line: usize,
    wanted: Option<String>,
    written: Written,
    verdict: Verdict,
    duration_us: u64,
}

fn cases_of(name: &str, text: &str) -> Vec<Case> {
    let parsed = syntax::parse::parse(text);
    assert!(parsed.problems.is_empty(), "{name}: {:?}", parsed.problems);
    let augmented = augment(text, &parsed.tree, &BTreeSet::from([WrittenKind::Implicit]));
    let parsed = syntax::parse::parse(&augmented.text);
    let program = lower(&[InputFile { file: FileId(0), path: name, text: &augmented.text, tree: &parsed.tree }]);
    let case = |written: Written| {
        let contract = Contract {
            file: FileId(0),
            at_file: FileId(0),
            function: written.checker.clone(),
            condition: Condition::AssertHolds { at: written.assertion },
            statement: String::new(),
        };
        let budget = Budget { wall_ms: 60_000, ..Budget::default() };
        let settings = Settings { budget, entry: Entry::All, ..Settings::default() };
        let proof = prove(&program, &TaintSpecs::default(), &contract, settings).expect(name);
        let (before, _) = text.split_at(written.span.start as usize);
        let (_, line) = text.split_at(before.rfind('\n').map_or(0, |at| at + 1));
        let head = line.lines().next().unwrap_or_default();
        let wanted = head.split_once("# exceptions: ").map(|(_, word)| word.trim().to_owned());
        Case {
            line: before.matches('\n').count() + 1,
            wanted,
            written,
            verdict: proof.verdict,
            duration_us: proof.effort.duration_us,
        }
    };
    augmented.written.into_iter().map(case).collect()
}

fn detail(case: &Case) -> String {
    match &case.verdict {
        Verdict::Refuted { counterexample } => {
            format!("{} {}", call_of(case), counterexample.sink_value)
        }
        Verdict::Proved => String::new(),
        Verdict::Bounded { bounds } => format!("{bounds:?}"),
        Verdict::Unknown { reason } => reason.to_string(),
    }
}

fn call_of(case: &Case) -> String {
    let call = case.verdict.counterexample().map(|counterexample| counterexample.call.clone()).unwrap_or_default();
    call.replace(&case.written.checker, &case.written.function)
}

/// Has CPython judge the verdicts of a file; gives its complaints.
fn judged(path: &Path, cases: &[Case]) -> String {
    let questions: Vec<serde_json::Value> = cases
        .iter()
        .map(|case| {
            let shown = case.verdict.counterexample().map(|counterexample| counterexample.sink_value.clone());
            serde_json::json!({
                "line": case.line,
                "function": case.written.function,
                "verdict": case.verdict.as_str(),
                "call": call_of(case),
                "raises": shown.unwrap_or_default().trim_start_matches("raises "),
                "allowed": case.written.raises,
            })
        })
        .collect();
    complaints("exceptions", path, &[RUNS], questions)
}

#[test]
fn exceptions_have_their_verdicts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exceptions");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    let mut times = Vec::new();
    let mut counts = std::collections::BTreeMap::new();
    for file in files.iter().filter(|file| !file.ends_with("judge.py")) {
        let text = fs::read_to_string(file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let cases = cases_of(&name, &text);
        for case in &cases {
            let got = case.verdict.as_str();
            let shown = detail(case);
            println!("{name}:{} {}: {got} {shown} [{} us]", case.line, case.written.function, case.duration_us);
            times.push(case.duration_us);
            *counts.entry(got.to_owned()).or_insert(0) += 1;
            if let Some(wanted) = case.wanted.as_deref().filter(|wanted| *wanted != got) {
                let function = &case.written.function;
                wrong.push(format!("{name}:{} {function}: wanted {wanted}, got {got} {shown}", case.line));
            }
        }
        wrong.extend(judged(file, &cases).lines().map(|line| format!("{name}: CPython: {line}")));
    }
    times.sort_unstable();
    println!("{counts:?}; median {} us, slowest {} us", times[times.len() / 2], times[times.len() - 1]);
    assert!(wrong.is_empty(), "\n{}\n{} of {}", wrong.join("\n"), wrong.len(), times.len());
}

/// `RANDOM_FUNCTIONS_SEED` chooses other functions than those of every run.
#[test]
fn random_functions_have_verdicts_that_hold() {
    let seed = std::env::var("RANDOM_FUNCTIONS_SEED").unwrap_or_else(|_| "1".to_owned());
    let writer = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/random/functions.py");
    let mut python = Command::new("python3");
    let output = python.args(["-I", "-W", "ignore"]).arg(writer).arg(&seed).arg(RANDOM_FUNCTIONS.to_string()).output();
    let output = output.expect("python3 runs");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let cases = cases_of("functions.py", &text);
    assert_eq!(cases.len(), RANDOM_FUNCTIONS);
    let of = |verdict: &str| cases.iter().filter(|case| case.verdict.as_str() == verdict).count();
    println!(
        "{} refuted, {} proved, {} bounded, {} unknown",
        of("refuted"),
        of("proved"),
        of("bounded"),
        of("unknown")
    );
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("functions-{seed}.py"));
    fs::write(&file, &text).unwrap();
    let wrong = judged(&file, &cases);
    assert!(wrong.is_empty(), "seed {seed}:\n{wrong}\n{text}");
    assert!(of("proved") > 20 && of("refuted") > 60, "the prover decides little");
}
