//! Fixtures of Python text: a line that ends in `# flow: <languages>` holds a sink call that untrusted data reaches, and
//! no other line does. The first line says what an attacker controls.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::{collections::BTreeSet, fs, path::Path};

use flow::{
    analyse::{FlowResult, analyse},
    types::resolve_calls,
};
use ir::{
    lower::{InputFile, lower},
    program::Program,
};
use model::{
    contract::SinkLanguage,
    ids::FileId,
    rule::Confidence,
    spec::{Entry, TaintSpecs},
    taint_path::StepKind,
};
use syntax::{line_index::LineIndex, parse::parse};

fn specs() -> TaintSpecs {
    serde_json::from_str(include_str!("specs.json")).expect("specs.json is valid")
}

fn program(text: &str) -> Program {
    let parsed = parse(text);
    lower(&[InputFile { file: FileId(0), path: "app.py", text, tree: &parsed.tree }])
}

fn run(text: &str, entry: Entry) -> FlowResult {
    analyse(&program(text), &specs(), entry)
}

fn word(language: &SinkLanguage) -> &'static str {
    match language {
        SinkLanguage::Sql { .. } => "sql",
        SinkLanguage::Shell => "shell",
        SinkLanguage::Program => "program",
        SinkLanguage::PythonCode => "code",
        SinkLanguage::Path => "path",
        SinkLanguage::Template => "template",
        SinkLanguage::LdapFilter => "ldap",
        SinkLanguage::XPath => "xpath",
        SinkLanguage::Deserialize => "deserialize",
        SinkLanguage::Html => "html",
        SinkLanguage::Xml => "xml",
        SinkLanguage::HeaderValue => "header",
        SinkLanguage::LogRecord => "log",
        SinkLanguage::RequestUrl => "request-url",
        SinkLanguage::RedirectUrl => "redirect-url",
        SinkLanguage::Regex => "regex",
        SinkLanguage::FormatString => "format",
        SinkLanguage::LdapName => "ldap-name",
        SinkLanguage::MatchedText { .. } => "matched-text",
        SinkLanguage::Argument => "argument",
        SinkLanguage::Choice => "choice",
    }
}

fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    let text = fs::read_to_string(path).unwrap();
    let entries = [("# entry: web", Entry::Web), ("# entry: main", Entry::Main), ("# entry: all", Entry::All)];
    let first = text.lines().next().unwrap();
    let entry = entries.into_iter().find(|(line, _)| *line == first).expect("the first line is `# entry: …`").1;
    let mut expected = BTreeSet::new();
    for (line, content) in (1_u32..).zip(text.lines()) {
        if let Some((_, marks)) = content.split_once("# flow: ") {
            expected.extend(marks.split_whitespace().map(|mark| (line, mark.to_owned())));
        }
    }
    let (lines, specs) = (LineIndex::new(&text), specs());
    let result = run(&text, entry);
    let found: BTreeSet<(u32, String)> = result
        .hits
        .iter()
        .map(|hit| (lines.position(hit.call.span.start).line, word(&specs.sinks[hit.sink].language).to_owned()))
        .collect();
    let shown = |(number, word): &(u32, String)| {
        let line = text.lines().nth(*number as usize - 1).unwrap_or_default().trim();
        format!("\n  {number} {word}: {line}")
    };
    let missed: String = expected.difference(&found).map(shown).collect();
    let wrong: String = found.difference(&expected).map(shown).collect();
    assert!(missed.is_empty() && wrong.is_empty(), "{name}:\nmissed: {missed}\nwrong: {wrong}");
    assert!(result.bounds.is_empty(), "{name}: {:?}", result.bounds);
    for hit in &result.hits {
        let steps = &hit.path.steps;
        assert!(steps.len() >= 2, "{hit:?}");
        assert_eq!(steps[0].kind, StepKind::Source, "{hit:?}");
        assert_eq!(steps[steps.len() - 1].kind, StepKind::Sink, "{hit:?}");
        assert!(!hit.entries.is_empty(), "{hit:?}");
    }
}

#[test]
fn values() {
    check("values.py");
}

#[test]
fn control() {
    check("control.py");
}

#[test]
fn containers() {
    check("containers.py");
}

#[test]
fn guards() {
    check("guards.py");
}

#[test]
fn sanitizers() {
    check("sanitizers.py");
}

#[test]
fn calls() {
    check("calls.py");
}

#[test]
fn classes() {
    check("classes.py");
}

#[test]
fn everything() {
    check("everything.py");
}

#[test]
fn stores_and_returns() {
    check("stores_and_returns.py");
}

#[test]
fn command_line() {
    check("command_line.py");
}

#[test]
fn dead_branches() {
    check("dead_branches.py");
}

#[test]
fn more_containers() {
    check("more_containers.py");
}

#[test]
fn text() {
    check("text.py");
}

#[test]
fn library_containers() {
    check("library_containers.py");
}

#[test]
fn higher_order() {
    check("higher_order.py");
}

#[test]
fn objects() {
    check("objects.py");
}

#[test]
fn converted() {
    check("converted.py");
}

#[test]
fn more_guards() {
    check("more_guards.py");
}

/// The messages of the only hit's path.
fn messages(text: &str) -> Vec<String> {
    let result = run(text, Entry::Web);
    assert_eq!(result.hits.len(), 1, "{:?}", result.hits);
    result.hits[0].path.steps.iter().map(|step| step.message.clone()).collect()
}

#[test]
fn paths_read_as_a_story() {
    let text = "\
import sqlite3
from flask import request
def build(value):
    query = \"select '\" + value + \"'\"
    return query
def find(cursor: sqlite3.Cursor, name):
    text = build(name)
    cursor.execute(text)
def page(cursor):
    name = request.args.get('name')
    find(cursor, name)
";
    assert_eq!(
        messages(text),
        [
            "`name` is read from the query string",
            "passed to `find` as `name`",
            "passed to `build` as `value`",
            "concatenated into `query`",
            "returned from `build` into `text`",
            "reaches the SQL text of `sqlite3.Cursor.execute`",
        ]
    );
}

#[test]
fn hits_name_entries_and_confidence() {
    let text = "\
import os
from flask import request
def run(command):
    os.system(command)
def first():
    run(request.args['a'])
def second():
    run(unknown(request.args['b']))
def third(db):
    os.system(mangle(request.args['c']))
";
    let program = program(text);
    let result = analyse(&program, &specs(), Entry::Web);
    let names = |ids: &[ir::program::FunctionId]| -> Vec<String> {
        ids.iter().map(|id| program.function(*id).unwrap().qualname.clone()).collect()
    };
    assert_eq!(result.hits.len(), 2);
    assert_eq!(names(&result.hits[0].entries), ["first", "second"]);
    assert_eq!(result.hits[0].confidence, Confidence::High);
    assert_eq!(program.function(result.hits[0].function).unwrap().name, "run");
    assert_eq!(result.hits[1].confidence, Confidence::Medium);
}

#[test]
fn calls_are_named() {
    let text = "\
import sqlite3, subprocess as sp, contextlib
from os import path as p
db = sqlite3.connect('x')
class Repo:
    def __init__(self):
        self.db = sqlite3.connect('y')
    def all(self):
        with self.db as db:
            return db.execute('1')
    def each(self):
        return self.all()
def work(thing, cursor: sqlite3.Cursor):
    sp.run('x')
    p.join('a', 'b')
    db.cursor().execute('2')
    cursor.execute('3')
    thing.execute('4')
    Repo().all()
    len('x')
    'a'.join([])
    with contextlib.closing(sqlite3.connect('z')) as c:
        c.execute('5')
    work(thing, cursor)
";
    let program = program(text);
    let calls: Vec<String> = resolve_calls(&program, &specs())
        .into_iter()
        .filter(|call| program.function(call.function).unwrap().name != "<module>")
        .map(|call| format!("{}: {}", program.function(call.function).unwrap().qualname, call.callee))
        .collect();
    assert_eq!(
        calls,
        [
            "Repo.__init__: sqlite3.connect",
            "Repo.all: sqlite3.Connection.execute",
            "Repo.each: app.Repo.all",
            "work: subprocess.run",
            "work: os.path.join",
            "work: sqlite3.Connection.cursor",
            "work: sqlite3.Cursor.execute",
            "work: sqlite3.Cursor.execute",
            "work: *.execute",
            "work: app.Repo",
            "work: app.Repo.all",
            "work: builtins.len",
            "work: str.join",
            "work: contextlib.closing",
            "work: sqlite3.connect",
            "work: sqlite3.Connection.execute",
            "work: app.work",
        ]
    );
}

/// Programs that would take for ever or overflow the stack if some limit were missing.
#[test]
fn large_and_twisted_programs_end() {
    let mut long = String::from("import os\nfrom flask import request\ndef f(x):\n    a = request.args['a']\n");
    for index in 0..5_000 {
        long.push_str(&format!("    if x > {index}:\n        a = a + str(x)\n    b{index} = [a, x]\n"));
    }
    long.push_str("    os.system(a)\n");
    let result = run(&long, Entry::Web);
    assert_eq!(result.hits.len(), 1);
    assert!(result.hits[0].path.steps.len() <= 64);

    let mut chain = String::from("import os\nfrom flask import request\ndef f0(x):\n    os.system(x)\n");
    for index in 1..500 {
        chain.push_str(&format!("def f{index}(x):\n    f{}(x + 'y')\n", index - 1));
    }
    chain.push_str("def start():\n    f499(request.args['a'])\n");
    let result = run(&chain, Entry::Web);
    assert_eq!(result.hits.len(), 1);
    assert_eq!(result.hits[0].path.steps.len(), 64);
    assert_eq!(result.bounds.len(), 1);

    let mut sinks = String::from("import os\nfrom flask import request\ndef f():\n    a = request.args['a']\n");
    sinks.push_str(&"    os.system(a)\n".repeat(60));
    let result = run(&sinks, Entry::Web);
    assert_eq!((result.hits.len(), result.bounds.len()), (50, 1));

    let mut nested = String::from("import os\ndef f(x):\n    y = {}\n");
    nested.push_str("    y = {'a': y, 'b': [y, x], 'c': (x, y)}\n".repeat(200).as_str());
    nested.push_str("    while x:\n        y = {'a': y, x: [y]}\n        y['a'].append(y)\n    os.system(y)\n");
    assert_eq!(run(&nested, Entry::All).hits.len(), 1);

    let twisted = "\
import os
class A(B):
    def f(self, x):
        self.g = self.f
        return self.f(self.g(x))
class B(A):
    def f(self, x):
        self.x = x
        return super().f(self.x)
def g(x):
    return h(x) + g(x)
def h(x):
    x = g(h(x))
    os.system(x)
    return lambda: g(x)
";
    assert!(run(twisted, Entry::All).hits.len() <= 1);
    for text in ["", "def", "\0", "class A(A): pass\nA.f(A)\n", "x = x\nx[x] = x\nx.append(x)\n"] {
        run(text, Entry::All);
    }
}
