//! The taint analysis of a generated module of about 5,000 lines, parsed and lowered beforehand.
#![expect(clippy::expect_used, reason = "a benchmark")]

use std::fmt::Write as _;

use criterion::{Criterion, criterion_group, criterion_main};
use flow::{analyse::analyse, types::resolve_calls};
use ir::lower::{InputFile, lower};
use model::{
    ids::FileId,
    spec::{Entry, TaintSpecs},
};
use syntax::parse::parse;

fn module() -> String {
    let mut text =
        String::from("import os\nimport sqlite3\nfrom flask import Flask, request\n\napp = Flask(__name__)\n");
    for number in 0..250 {
        let next = number + 1;
        let _ = write!(
            text,
            "\n\nclass Store{number}:\n    def __init__(self, path):\n        self.db = sqlite3.connect(path)\n\n    \
             def find{number}(self, name, limit=10):\n        query = \"select * from t where name = '\"\n        \
             if limit > {number}:\n            query = query + name\n        else:\n            query += \"x\"\n        \
             rows = []\n        for row in self.db.execute(query + \"'\"):\n            rows.append(row)\n        \
             return rows\n\n\n@app.route(\"/{number}/<name>\")\ndef view{number}(name):\n    store = Store{number}(\"a\")\n    \
             return store.find{number}(name or view{next}(request.args[\"n\"]))\n"
        );
    }
    text
}

fn benchmark(criterion: &mut Criterion) {
    let specs: TaintSpecs = serde_json::from_str(include_str!("../tests/specs.json")).expect("specs.json is valid");
    let text = module();
    let parsed = parse(&text);
    let program = lower(&[InputFile { file: FileId(0), path: "app.py", text: &text, tree: &parsed.tree }]);
    criterion.bench_function("analyse 5,000 lines", |bencher| bencher.iter(|| analyse(&program, &specs, Entry::All)));
    criterion
        .bench_function("resolve calls of 5,000 lines", |bencher| bencher.iter(|| resolve_calls(&program, &specs)));
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
