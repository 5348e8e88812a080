//! Times verdicts: one refuted and one proved contract.
#![expect(clippy::unwrap_used, reason = "a benchmark")]

use criterion::{Criterion, criterion_group, criterion_main};
use ir::{
    instruction::{Callee, InstructionKind, Rvalue},
    lower::{InputFile, lower},
    program::Program,
};
use model::{
    contract::{ArgumentSelector, Condition, Contract, SinkLanguage, SqlDialect},
    ids::FileId,
    spec::{Entry, TaintSpecs},
};
use verify::prove::{Settings, prove};

const REFUTED: &str =
    "def find(conn, name):\n    conn.execute(\"SELECT * FROM users WHERE name = '\" + name + \"'\")\n";
const PROVED: &str = "def find(conn, name):\n    name = name.replace(\"'\", \"''\")\n    conn.execute(f\"SELECT * FROM users WHERE name = '{name}'\")\n";

fn contract_of(text: &str) -> (Program, Contract) {
    let parsed = syntax::parse::parse(text);
    let program = lower(&[InputFile { file: FileId(0), path: "find.py", text, tree: &parsed.tree }]);
    let call = program
        .functions
        .iter()
        .flat_map(|function| &function.blocks)
        .flat_map(|block| &block.instructions)
        .find(|instruction| match &instruction.kind {
            InstructionKind::Assign { value: Rvalue::Call(call), .. } => {
                matches!(&call.callee, Callee::Method { name, .. } if name == "execute")
            }
            _ => false,
        })
        .unwrap()
        .span;
    let contract = Contract {
        file: FileId(0),
        at_file: FileId(0),
        function: "find".to_owned(),
        condition: Condition::SinkStaysData {
            call,
            argument: ArgumentSelector { position: Some(0), keyword: None },
            language: SinkLanguage::Sql { dialect: SqlDialect::Sqlite },
        },
        statement: String::new(),
    };
    (program, contract)
}

fn verdicts(criterion: &mut Criterion) {
    let specs = TaintSpecs::default();
    let settings = Settings { entry: Entry::All, ..Settings::default() };
    for (name, text) in [("refuted", REFUTED), ("proved", PROVED)] {
        let (program, contract) = contract_of(text);
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| prove(&program, &specs, &contract, settings).unwrap());
        });
    }
}

criterion_group!(benches, verdicts);
criterion_main!(benches);
