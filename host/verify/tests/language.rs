//! Checks the verdicts of assertions in ordinary Python, and each of them against CPython. Invariant: every mark of every
//! file in `tests/language` is checked; a refuted assertion fails there for the shown call, and a proved one holds for
//! all tried inputs.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/judge.rs"]
mod judge;

use std::{fs, path::Path};

use ir::{
    instruction::InstructionKind,
    lower::{InputFile, lower},
    program::Program,
};
use model::{
    budget::Budget,
    contract::{Condition, Contract},
    ids::FileId,
    span::Span,
    spec::{Entry, TaintSpecs},
    verdict::Verdict,
};
use verify::prove::{Proof, Settings, prove};

use crate::judge::complaints;

/// What is wanted of the assertion in one line.
struct Case {
    line: usize,
    function: String,
    wanted: String,
    proof: Proof,
}

fn program_of(path: &str, text: &str) -> Program {
    let parsed = syntax::parse::parse(text);
    assert!(parsed.problems.is_empty(), "{path}: {:?}", parsed.problems);
    lower(&[InputFile { file: FileId(0), path, text, tree: &parsed.tree }])
}

/// Gives the contract of the assertion in a line; `from` is the function to start in, where it is another.
fn contract_in(program: &Program, line: Span, from: Option<&str>) -> Option<Contract> {
    program.functions.iter().find_map(|function| {
        let mut instructions = function.blocks.iter().flat_map(|block| &block.instructions);
        let marker = instructions.find(|instruction| {
            matches!(instruction.kind, InstructionKind::AssertMarker { .. }) && line.contains(instruction.span)
        })?;
        Some(Contract {
            file: FileId(0),
            at_file: FileId(0),
            function: from.map_or_else(|| function.qualname.clone(), str::to_owned),
            condition: Condition::AssertHolds { at: marker.span },
            statement: String::new(),
        })
    })
}

fn cases_of(name: &str, text: &str) -> Vec<Case> {
    let program = program_of(name, text);
    let mut cases = Vec::new();
    let mut start = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let end = start + line.len();
        if let Some((_, mark)) = line.split_once("# verdict: ") {
            let mut words = mark.split_whitespace();
            let wanted = words.next().unwrap().to_owned();
            let from = words.next().and_then(|word| word.strip_prefix("from="));
            let span = Span::new(u32::try_from(start).unwrap(), u32::try_from(end).unwrap());
            let contract = contract_in(&program, span, from).unwrap_or_else(|| panic!("{name}:{number}: no assertion"));
            let budget = Budget { wall_ms: 60_000, ..Budget::default() };
            let settings = Settings { budget, entry: Entry::All, ..Settings::default() };
            let proof = prove(&program, &TaintSpecs::default(), &contract, settings).expect(name);
            cases.push(Case { line: number, function: contract.function, wanted, proof });
        }
        start = end;
    }
    cases
}

fn detail(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Refuted { counterexample } => counterexample.call.clone(),
        Verdict::Proved => String::new(),
        Verdict::Bounded { bounds } => format!("{bounds:?}"),
        Verdict::Unknown { reason } => reason.to_string(),
    }
}

/// Has CPython judge the verdicts of a file; gives its complaints.
fn judged(path: &Path, cases: &[Case]) -> String {
    let questions: Vec<serde_json::Value> = cases
        .iter()
        .map(|case| {
            serde_json::json!({
                "line": case.line,
                "function": case.function,
                "verdict": case.proof.verdict.as_str(),
                "call": detail(&case.proof.verdict),
            })
        })
        .collect();
    complaints("language", path, &[], questions)
}

#[test]
fn assertions_have_their_verdicts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language");
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
            let got = case.proof.verdict.as_str();
            let shown = detail(&case.proof.verdict);
            println!("{name}:{} {}: {got} {shown} [{} us]", case.line, case.function, case.proof.effort.duration_us);
            times.push(case.proof.effort.duration_us);
            *counts.entry(got.to_owned()).or_insert(0) += 1;
            if got != case.wanted {
                wrong
                    .push(format!("{name}:{} {}: wanted {}, got {got} {shown}", case.line, case.function, case.wanted));
            }
        }
        wrong.extend(judged(file, &cases).lines().map(|line| format!("{name}: CPython: {line}")));
    }
    times.sort_unstable();
    println!("{counts:?}; median {} us, slowest {} us", times[times.len() / 2], times[times.len() - 1]);
    assert!(wrong.is_empty(), "\n{}\n{} of {}", wrong.join("\n"), wrong.len(), times.len());
}
