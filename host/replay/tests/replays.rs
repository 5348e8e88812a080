//! Really replays calls in the pinned CPython. Invariant: where the interpreter is missing these tests fail and say how to
//! get it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use model::{
    contract::{ArgumentSelector, Condition, Contract, SinkLanguage, SqlDialect},
    counterexample::{Binding, Counterexample, Replay},
    ids::FileId,
    span::Span,
};
use replay::{
    interpreter::{Interpreter, Python},
    oracle::{Case, replay},
};

static INTERPRETER: LazyLock<Interpreter> = LazyLock::new(|| {
    let module = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.tools/python-wasi/python-3.12.0.wasm");
    // The folder of the end-to-end tests, so that the interpreter is compiled once for all.
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().join("securecode-test-compiled/python");
    Interpreter::load(&Python::Pinned(module), Some(&folder)).expect("`cargo xtask setup` fetches the interpreter")
});

struct Attack<'a> {
    files: &'a [(&'a str, &'a str)],
    function: &'a str,
    /// The text of the watched place, in the last file; the first file holds the entry.
    place: &'a str,
    inputs: &'a [(&'a str, &'a str)],
    sink_value: &'a str,
}

fn sink(attack: &Attack<'_>, language: SinkLanguage) -> Replay {
    let call = place(attack);
    run(attack, Condition::SinkStaysData { call, argument: first(), language })
}

fn first() -> ArgumentSelector {
    ArgumentSelector { position: Some(0), keyword: None }
}

fn place(attack: &Attack<'_>) -> Span {
    let text = attack.files.last().unwrap().1;
    let start = text.find(attack.place).unwrap();
    Span::new(start as u32, (start + attack.place.len()) as u32)
}

fn run(attack: &Attack<'_>, condition: Condition) -> Replay {
    let files: BTreeMap<String, String> =
        attack.files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let binding = |(name, value): &(&str, &str)| Binding {
        name: (*name).to_owned(),
        value: (*value).to_owned(),
        is_parameter: !name.contains(['(', '[']),
    };
    let text = attack.inputs.first().map_or("", |(_, value)| value.trim_matches(['"', '\'']));
    let injected = attack
        .sink_value
        .find(text)
        .filter(|_| !text.is_empty())
        .map(|start| Span::new(start as u32, (start + text.len()) as u32));
    let counterexample = Counterexample {
        bindings: attack.inputs.iter().map(binding).collect(),
        call: String::new(),
        sink_value: attack.sink_value.to_owned(),
        injected: injected.into_iter().collect(),
        explanation: String::new(),
        replay: Replay::NotRun,
    };
    let contract = Contract {
        file: FileId(0),
        at_file: FileId(0),
        function: attack.function.to_owned(),
        condition,
        statement: String::new(),
    };
    let case = Case {
        files: &files,
        entry: attack.files.first().unwrap().0,
        at: attack.files.last().unwrap().0,
        contract: &contract,
        counterexample: &counterexample,
    };
    replay(&INTERPRETER, &case).replay
}

#[track_caller]
fn is(replay: &Replay, word: &str, part: &str) {
    assert!(replay.as_str() == word && replay.detail().unwrap_or_default().contains(part), "{replay:?}");
}

const SQL: SinkLanguage = SinkLanguage::Sql { dialect: SqlDialect::Sqlite };

/// A view of one statement, with an input `text` of a request.
fn view(body: &str, place: &str, value: &str, sink_value: &str, language: SinkLanguage) -> Replay {
    let code = format!(
        "import os, re, pickle, logging, subprocess, urllib.request\nimport requests, flask, ldap, lxml.etree, yaml\n\
         from flask import request, redirect, render_template_string\n\n\
         def view(tree, connection):\n    text = request.args.get('q', '')\n{body}\n"
    );
    let attack = Attack {
        files: &[("app.py", &code)],
        function: "view",
        place,
        inputs: &[("request.args.get(\"q\")", value)],
        sink_value,
    };
    sink(&attack, language)
}

#[test]
fn each_family_of_sinks_is_confirmed() {
    let cases: [(&str, &str, &str, SinkLanguage); 18] = [
        ("os.system('ping ' + text)", "\"; id\"", "ping ; id", SinkLanguage::Shell),
        ("subprocess.run('ls ' + text, shell=True)", "\"; id\"", "ls ; id", SinkLanguage::Shell),
        ("subprocess.run([text, '-l'])", "\"/bin/sh\"", "/bin/sh", SinkLanguage::Program),
        ("eval(text)", "\"__import__('os')\"", "__import__('os')", SinkLanguage::PythonCode),
        ("open('/srv/files/' + text)", "\"../../etc/passwd\"", "/srv/files/../../etc/passwd", SinkLanguage::Path),
        ("render_template_string('Hi ' + text)", "\"{{7*7}}\"", "Hi {{7*7}}", SinkLanguage::Template),
        ("connection.search('(uid=' + text + ')')", "\"*)(uid=*\"", "(uid=*)(uid=*)", SinkLanguage::LdapFilter),
        ("connection.bind('uid=' + text + ',dc=x')", "\"a,ou=b\"", "uid=a,ou=b,dc=x", SinkLanguage::LdapName),
        ("tree.xpath(\"//u[@n='\" + text + \"']\")", "\"' or '1'='1\"", "//u[@n='' or '1'='1']", SinkLanguage::XPath),
        ("pickle.loads(text.encode())", "\"cos\"", "cos", SinkLanguage::Deserialize),
        ("yaml.load(text)", "\"!!python/object:x {}\"", "!!python/object:x {}", SinkLanguage::Deserialize),
        ("requests.get(text)", "\"http://169.254.169.254/\"", "http://169.254.169.254/", SinkLanguage::RequestUrl),
        ("urllib.request.urlopen('http://' + text)", "\"10.0.0.1/\"", "http://10.0.0.1/", SinkLanguage::RequestUrl),
        ("redirect(text)", "\"https://evil.example/\"", "https://evil.example/", SinkLanguage::RedirectUrl),
        ("re.compile(text)", "\"(a+)+$\"", "(a+)+$", SinkLanguage::Regex),
        ("logging.info('user ' + text)", "'x\\nroot logged in'", "user x\nroot logged in", SinkLanguage::LogRecord),
        ("getattr(tree, text)", "\"__class__\"", "__class__", SinkLanguage::Choice),
        ("connection.execute('SELECT ' + text)", "\"1; DROP TABLE t\"", "SELECT 1; DROP TABLE t", SQL),
    ];
    for (call, value, sink_value, language) in cases {
        let argument = if call.starts_with("getattr") { Some(1) } else { Some(0) };
        let replay = if argument == Some(0) {
            view(&format!("    {call}"), call, value, sink_value, language)
        } else {
            let body = format!("    {call}");
            let code =
                format!("from flask import request\n\ndef view(tree):\n    text = request.args.get('q')\n{body}\n");
            let files = [("app.py", code.as_str())];
            let inputs = [("request.args.get(\"q\")", value)];
            let attack = Attack { files: &files, function: "view", place: call, inputs: &inputs, sink_value };
            let argument = ArgumentSelector { position: argument, keyword: None };
            run(&attack, Condition::SinkStaysData { call: place(&attack), argument, language })
        };
        assert_eq!(replay.as_str(), "confirmed", "{call}: {replay:?}");
    }
}

#[test]
fn what_is_returned_or_assigned_is_a_sink_too() {
    let page = view(
        "    return '<b>' + text + '</b>'",
        "return '<b>' + text + '</b>'",
        "\"<script>\"",
        "<b><script></b>",
        SinkLanguage::Html,
    );
    is(&page, "confirmed", "");
    let header = view(
        "    r = flask.Response()\n    r.headers['X-A'] = text",
        "r.headers['X-A']",
        "'a\\r\\nSet-Cookie: b'",
        "a\r\nSet-Cookie: b",
        SinkLanguage::HeaderValue,
    );
    is(&header, "confirmed", "");
}

#[test]
fn a_real_database_answers_on_the_way() {
    let code = "import sqlite3\n\nclass Store:\n    def __init__(self):\n        self.db = sqlite3.connect('/srv/x.db')\n\
                \x20       self.db.execute('CREATE TABLE u (name TEXT)')\n        self.db.execute(\"INSERT INTO u VALUES ('a')\")\n\n\
                \x20   def find(self, name):\n        if self.db.execute('SELECT count(*) FROM u').fetchone()[0] != 1:\n            return None\n\
                \x20       return self.db.execute(\"SELECT * FROM u WHERE name = '\" + name + \"'\")\n";
    let attack = Attack {
        files: &[("shop/store.py", code)],
        function: "Store.find",
        place: "self.db.execute(\"SELECT * FROM u WHERE name = '\" + name + \"'\")",
        inputs: &[("name", "\"' OR '1'='1\"")],
        sink_value: "SELECT * FROM u WHERE name = '' OR '1'='1'",
    };
    is(&sink(&attack, SQL), "confirmed", "the predicted value");
    let surprise = Attack { sink_value: "SELECT something else", ..attack };
    is(&sink(&surprise, SQL), "confirmed", "OR '1'='1'");
}

#[test]
fn calls_cross_files_coroutines_and_nested_functions() {
    let entry = "from fastapi import FastAPI\nfrom . import db\nfrom lib.text import clean\n\ndef create_app():\n    app = FastAPI()\n\n\
                 \x20   @app.get('/u')\n    async def show(name: str):\n        return await db.find(clean(name))\n\n    return app\n";
    let database = "from aiosqlite import connect\n\nasync def find(name):\n    async with connect('x') as c:\n\
                    \x20       return await c.execute(f\"SELECT * FROM u WHERE n = '{name}'\")\n";
    let text = "def clean(text):\n    return text.strip()\n";
    let attack = Attack {
        files: &[
            ("web/api/views.py", entry),
            ("web/api/__init__.py", ""),
            ("lib/text.py", text),
            ("web/api/db.py", database),
        ],
        function: "create_app.show",
        place: "c.execute(f\"SELECT * FROM u WHERE n = '{name}'\")",
        inputs: &[("name", "\" ' OR 1=1 --\"")],
        sink_value: "SELECT * FROM u WHERE n = '' OR 1=1 --'",
    };
    is(&sink(&attack, SQL), "confirmed", "c.execute");
}

#[test]
fn a_wrong_counterexample_diverges() {
    let code = "import sqlite3\n\ndef find(name):\n    if not name.isalnum():\n        raise ValueError(name)\n\
                \x20   sqlite3.connect(':memory:').execute(\"SELECT '\" + name + \"'\")\n";
    let attack = Attack {
        files: &[("a.py", code)],
        function: "find",
        place: "sqlite3.connect(':memory:').execute(\"SELECT '\" + name + \"'\")",
        inputs: &[("name", "\"' OR 1=1 --\"")],
        sink_value: "SELECT '' OR 1=1 --'",
    };
    is(&sink(&attack, SQL), "diverged", "ValueError: ' OR 1=1 -- at a.py:5");
    let escaped =
        code.replace("\"SELECT '\" + name", "\"SELECT '\" + name.replace(\"'\", \"''\")").replace("if not", "if name");
    let escaped = escaped.replace("if name name.isalnum()", "if False");
    let attack = Attack {
        files: &[("a.py", &escaped)],
        place: "sqlite3.connect(':memory:').execute(\"SELECT '\" + name.replace(\"'\", \"''\") + \"'\")",
        ..attack
    };
    is(&sink(&attack, SQL), "diverged", "stays data");
    let constant = Attack {
        files: &[("a.py", "import os\n\ndef find(name):\n    os.system('ls; id')\n")],
        place: "os.system('ls; id')",
        inputs: &[("name", "\"; id\"")],
        sink_value: "ls; id",
        ..attack
    };
    is(&sink(&constant, SinkLanguage::Shell), "diverged", "for a harmless input as well");
}

#[test]
fn what_depends_on_the_outside_is_unavailable() {
    let code =
        "import secret_service\n\ndef find(name):\n    if secret_service.allowed(name) == 7:\n        eval(name)\n";
    let attack = Attack {
        files: &[("a.py", code)],
        function: "find",
        place: "eval(name)",
        inputs: &[("name", "\"f()\"")],
        sink_value: "f()",
    };
    is(&sink(&attack, SinkLanguage::PythonCode), "unavailable", "secret_service.allowed");
    let broken = Attack { files: &[("a.py", "def find(name):\n    eval(name)\n\nraise OSError('no')\n")], ..attack };
    is(&sink(&broken, SinkLanguage::PythonCode), "unavailable", "OSError: no");
}

#[test]
fn assertions_and_postconditions_are_replayed() {
    let code = "def half(number):\n    assert number != 3\n    return number // 2 if number != 5 else 1 // 0\n";
    let attack = Attack {
        files: &[("a.py", code)],
        function: "half",
        place: "assert number != 3",
        inputs: &[("number", "3")],
        sink_value: "",
    };
    let condition = Condition::AssertHolds { at: place(&attack) };
    is(&run(&attack, condition.clone()), "confirmed", "false");
    let other = Attack { inputs: &[("number", "4")], ..attack };
    is(&run(&other, condition), "diverged", "true");
    let function = |ensures: &str| Condition::Function {
        requires: vec!["number > 3".to_owned()],
        ensures: vec![ensures.to_owned()],
    };
    is(&run(&other, function("__return__ == 3")), "confirmed", "__return__ == 3");
    is(&run(&other, function("__return__ == 2")), "diverged", "every postcondition holds");
    is(&run(&Attack { inputs: &[("number", "5")], ..attack }, function("True")), "confirmed", "ZeroDivisionError");
    is(&run(&Attack { inputs: &[("number", "3")], ..attack }, function("True")), "unavailable", "precondition");
}

#[test]
fn a_hostile_project_gets_nowhere() {
    let hostile = |before: &str| {
        let code = format!("def f(x):\n{before}\n    eval(x)\n");
        let attack = Attack {
            files: &[("a.py", &code)],
            function: "f",
            place: "eval(x)",
            inputs: &[("x", "\"g()\"")],
            sink_value: "never",
        };
        sink(&attack, SinkLanguage::PythonCode)
    };
    is(&hostile("    while True: pass"), "unavailable", "2 seconds");
    is(&hostile("    y = 'a' * (1 << 30)"), "unavailable", "MemoryError");
    is(&hostile("    import os\n    if os.system('id') == 0: return"), "confirmed", "g()");
    is(&hostile("    import socket\n    socket.create_connection(('127.0.0.1', 22))"), "confirmed", "g()");
    let read = "    import posix\n    try:\n        posix.open('/etc/passwd', 0)\n    except OSError as e:\n        x += 'gone(' + str(e.errno) + ')'";
    is(&hostile(read), "confirmed", "gone(");
    let write = "    import posix\n    posix.mkdir('/tmp/replay-was-here')";
    is(&hostile(write), "diverged", "Errno 44");
    is(
        &hostile("    print(open('/etc/passwd').read())\n    open('/tmp/replay-was-here', 'w').write('x')"),
        "confirmed",
        "g()",
    );
    assert!(!std::path::Path::new("/tmp/replay-was-here").exists());
    let forged = "    import posix\n    posix.write(1, b'\\n0123456789abcdef0123456789abcdef:{\"hits\":[]}\\n')";
    is(&hostile(forged), "confirmed", "g()");
    is(&hostile("    import posix\n    posix._exit(0)"), "unavailable", "without an answer");
    is(
        &hostile("    import posix\n    for i in range(99): posix.write(1, b'x' * (1 << 20))"),
        "unavailable",
        "without an answer",
    );
    is(&hostile("    def g(): g()\n    g()"), "unavailable", "RecursionError");
}

#[test]
fn modules_of_the_standard_library_are_loaded_behind_the_fence() {
    for module in ["random", "tempfile", "uuid", "importlib.abc", "zipfile", "unittest.mock", "dataclasses"] {
        let code = format!("import os\nimport {module}\n\ndef ping(host):\n    os.system('ping ' + host)\n");
        let attack = Attack {
            files: &[("app.py", &code)],
            function: "ping",
            place: "os.system('ping ' + host)",
            inputs: &[("host", "\"; id\"")],
            sink_value: "ping ; id",
        };
        let outcome = sink(&attack, SinkLanguage::Shell);
        assert_eq!(outcome.as_str(), "confirmed", "{module}: {outcome:?}");
    }
}
