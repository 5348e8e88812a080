//! Holds the models of Python's library against CPython's own functions. Invariant: no verdict contradicts what CPython
//! did, neither for a text that is fixed nor for one that the path's condition singles out.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::{collections::BTreeMap, path::Path, process::Command};

use ir::{
    instruction::InstructionKind,
    lower::{InputFile, lower},
    program::Program,
};
use model::{
    budget::Budget,
    contract::{Condition, Contract},
    ids::FileId,
    spec::{Entry, TaintSpecs},
    verdict::Verdict,
};
use verify::prove::{Settings, prove};

/// Cases in one program.
const BATCH: usize = 40;

#[derive(serde::Deserialize)]
struct Cases {
    imports: String,
    cases: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    name: String,
    text: String,
    must_not: String,
    shown: String,
}

/// Has CPython write the cases. `SECURECODE_MODEL_CASES` sets their number, `SECURECODE_TEST_SEED` the choice.
fn cases() -> Cases {
    let number = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models/cases.py");
    let mut python = Command::new("python3");
    python.args(["-I", "-W", "ignore"]).arg(script);
    python.args([number("SECURECODE_MODEL_CASES", "3000"), number("SECURECODE_TEST_SEED", "1")]);
    let output = python.output().expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn verdict(program: &Program, name: &str) -> Verdict {
    let function = program.functions.iter().find(|function| function.qualname == name).unwrap();
    let mut instructions = function.blocks.iter().flat_map(|block| &block.instructions);
    let marker = instructions.find(|one| matches!(one.kind, InstructionKind::AssertMarker { .. })).unwrap();
    let contract = Contract {
        file: FileId(0),
        at_file: FileId(0),
        function: name.to_owned(),
        condition: Condition::AssertHolds { at: marker.span },
        statement: String::new(),
    };
    let budget = Budget { wall_ms: 60_000, ..Budget::default() };
    let settings = Settings { budget, entry: Entry::All, ..Settings::default() };
    prove(program, &TaintSpecs::default(), &contract, settings).unwrap().verdict
}

#[test]
fn no_model_contradicts_the_real_function() {
    let Cases { imports, cases } = cases();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for batch in cases.chunks(BATCH) {
        let mut text = imports.clone();
        batch.iter().for_each(|case| text.push_str(&case.text));
        let parsed = syntax::parse::parse(&text);
        assert!(parsed.problems.is_empty(), "{:?}\n{text}", parsed.problems);
        let program = lower(&[InputFile { file: FileId(0), path: "m.py", text: &text, tree: &parsed.tree }]);
        for case in batch {
            let verdict = verdict(&program, &case.name);
            *counts.entry(format!("must not be {}: {}", case.must_not, verdict.as_str())).or_default() += 1;
            if verdict.as_str() == case.must_not {
                wrong.push(format!("{}: {}", case.must_not, case.shown));
            }
        }
    }
    println!("{counts:#?}");
    wrong.sort();
    assert!(wrong.is_empty(), "{}\n{} of {}", wrong.join("\n"), wrong.len(), cases.len());
}
