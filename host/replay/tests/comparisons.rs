//! Really compares benign calls before and after a change, in the pinned CPython. Invariant: each case is two texts that
//! differ by the change.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use model::{
    contract::{ArgumentSelector, SinkLanguage, SqlDialect},
    counterexample::{Binding, Counterexample, Replay},
    span::Span,
};
use replay::{
    comparison::{Change, Compared, Text, Told, compare},
    interpreter::{Interpreter, Python},
};

static INTERPRETER: LazyLock<Interpreter> = LazyLock::new(|| {
    let module = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.tools/python-wasi/python-3.12.0.wasm");
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().join("securecode-test-compiled/python");
    Interpreter::load(&Python::Pinned(module), Some(&folder)).expect("`cargo xtask setup` fetches the interpreter")
});

const SQL: SinkLanguage = SinkLanguage::Sql { dialect: SqlDialect::Sqlite };
const FIRST: ArgumentSelector = ArgumentSelector { position: Some(0), keyword: None };

/// Compares two bodies of `view(name, db)`, whose sinks are at these texts.
fn changed(before: (&str, &str), after: (&str, &str), language: &SinkLanguage) -> Compared {
    let code = |body: &str| format!("import os, ast, shlex, html\nimport markup\n\ndef view(name, db):\n{body}\n");
    let files = [before, after].map(|(body, _)| BTreeMap::from([("app.py".to_owned(), code(body))]));
    let sinks = [before, after].map(|(body, sink)| {
        let text = code(body);
        let start = text.find(sink).filter(|_| !sink.is_empty())? as u32;
        Some((Span::new(start, start + sink.len() as u32), &FIRST))
    });
    let attack = Counterexample {
        bindings: vec![Binding { name: "name".into(), value: "\"x' OR '1'='1\"".into(), is_parameter: true }],
        call: String::new(),
        sink_value: String::new(),
        injected: Vec::new(),
        explanation: String::new(),
        replay: Replay::NotRun,
    };
    let [old, new] = &files;
    let [old_sink, new_sink] = sinks;
    let text = |files, sink| Text { files, entry: "app.py", at: "app.py", sink };
    let change =
        Change { before: text(old, old_sink), after: text(new, new_sink), function: "view", attack: &attack, language };
    compare(&INTERPRETER, &change)
}

#[track_caller]
fn holds(told: &Told, part: &str) {
    assert!(matches!(told, Told::Holds(seen) if seen.contains(part)), "{told:?}");
}

#[track_caller]
fn breaks(told: &Told, part: &str) {
    assert!(matches!(told, Told::Broken(seen) if seen.contains(part)), "{told:?}");
}

#[track_caller]
fn is_unclear(told: &Told, part: &str) {
    assert!(matches!(told, Told::Unclear(why) if why.contains(part)), "{told:?}");
}

const QUERY: (&str, &str) = (
    "    rows = db.execute('SELECT ' + name).fetchall()\n    return {'rows': len(rows), 'for': name}",
    "db.execute('SELECT ' + name)",
);

#[test]
fn a_right_patch_keeps_both() {
    let body = "    rows = db.execute('SELECT ?', (name,)).fetchall()\n    return {'rows': len(rows), 'for': name}";
    let compared = changed(QUERY, (body, "db.execute('SELECT ?', (name,))"), &SQL);
    holds(&compared.reachable, "`view(name=\"alice\")` still comes to the sink");
    holds(&compared.behaviour_kept, "4 benign calls end as before");
}

#[test]
fn another_result_is_shown_with_both_values() {
    let body =
        "    rows = db.execute('SELECT ?', (name,)).fetchall()\n    return {'rows': len(rows), 'for': name.upper()}";
    let compared = changed(QUERY, (body, "db.execute('SELECT ?', (name,))"), &SQL);
    holds(&compared.reachable, "");
    let difference = "`view(name=\"alice\")` returns `{'rows': 1, 'for': 'alice'}` before the patch and returns `{'rows': 1, \
                      'for': 'ALICE'}` after it";
    breaks(&compared.behaviour_kept, difference);
}

#[test]
fn a_sink_behind_an_exception_is_not_reached() {
    let body = "    raise ValueError('no')\n    return db.execute('SELECT ?', (name,))";
    let compared = changed(QUERY, (body, "db.execute('SELECT ?', (name,))"), &SQL);
    breaks(
        &compared.reachable,
        "no benign call comes to the sink any more: `view(name=\"alice\")` raises `ValueError: no`",
    );
    let gone = changed(QUERY, ("    raise ValueError('no')", ""), &SQL);
    breaks(&gone.reachable, "no benign call returns any more");
}

#[test]
fn a_check_that_lets_ordinary_words_through_changes_nothing() {
    let body = "    if not name.replace('.', '').isalnum() and '@' not in name:\n        raise ValueError(name)\n    rows = \
                db.execute('SELECT ' + name).fetchall()\n    return {'rows': len(rows), 'for': name}";
    let compared = changed(QUERY, (body, QUERY.1), &SQL);
    holds(&compared.reachable, "");
    // What a name with a quote meets is told and no reason to refuse.
    holds(&compared.behaviour_kept, "for information: `view(name=\"O'Brien\")` returns");
}

#[test]
fn what_the_sandbox_lacks_is_no_difference() {
    let page = ("    return '<p>' + name + '</p>'", "return '<p>' + name + '</p>'");
    let escaped = "    return '<p>' + str(markup.escape(name)) + '</p>'";
    let compared = changed(page, (escaped, ""), &SinkLanguage::Html);
    holds(&compared.reachable, "still returns");
    is_unclear(&compared.behaviour_kept, "`markup.escape(…)`, which is not in the sandbox");
    let escaped = "    return '<p>' + html.escape(name) + '</p>'";
    let compared = changed(page, (escaped, ""), &SinkLanguage::Html);
    holds(&compared.behaviour_kept, "for information");
}

#[test]
fn a_sink_with_something_else_in_its_place_may_give_something_else() {
    let evaluated = ("    return {'value': eval(name)}", "eval(name)");
    let parsed = ("    return {'value': ast.literal_eval(name)}", "");
    let compared = changed(evaluated, parsed, &SinkLanguage::PythonCode);
    holds(&compared.reachable, "`view(name=\"42\")` still returns");
    is_unclear(&compared.behaviour_kept, "what the original's sink gives is not known");
    let run = ("    os.system('ls ' + name)\n    return 'done'", "os.system('ls ' + name)");
    let compared = changed(run, ("    os.popen(['ls', name])\n    return 'done'", ""), &SinkLanguage::Shell);
    holds(&compared.behaviour_kept, "3 benign calls end as before");
    let compared = changed(run, ("    os.popen(['ls', name])\n    return 'over'", ""), &SinkLanguage::Shell);
    breaks(&compared.behaviour_kept, "returns `'done'` before the patch and returns `'over'` after it");
}

#[test]
fn a_patched_module_that_does_not_load_is_refused() {
    let compared = changed(QUERY, ("    return 1\n\nvalue = undefined_name", ""), &SQL);
    breaks(&compared.reachable, "the module cannot be loaded: NameError");
    breaks(&compared.behaviour_kept, "the module cannot be loaded: NameError");
}

#[test]
fn what_never_ended_well_tells_nothing() {
    let before = ("    raise KeyError(name)\n    db.execute(name)", "db.execute(name)");
    let compared = changed(before, ("    raise KeyError(name)\n    db.execute('?', name)", ""), &SQL);
    is_unclear(&compared.reachable, "raises `KeyError: 'alice'` in the original already");
    holds(&compared.behaviour_kept, "4 benign calls end as before");
}
