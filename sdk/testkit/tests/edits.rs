//! What the edit helpers make of calls, imports and deep code. Invariant: each case shows the whole text before and
//! after.
#![expect(clippy::expect_used, reason = "tests")]

use securecode_sdk::{
    Edit, File,
    compose::Composition,
    fix::{call::Call, fix, import, local},
};
use securecode_testkit::Snippet;

fn call<'a>(snippet: &'a Snippet) -> Call<'a> {
    snippet.file().tree().nodes().find_map(Call::of).expect("a call")
}

#[track_caller]
fn check(before: &str, expected: &str, edits: impl Fn(File<'_>, Call<'_>) -> Vec<Edit>) {
    let snippet = Snippet::new(before);
    assert_eq!(snippet.apply(&fix("", edits(snippet.file(), call(&snippet)))), expected);
}

#[track_caller]
fn check_import(before: &str, expected: &str) {
    let snippet = Snippet::new(before);
    let edits = import::module(snippet.file(), "shlex").1;
    assert_eq!(snippet.apply(&fix("", edits.into_iter().collect())), expected);
}

#[test]
fn arguments_come_and_go_with_their_commas() {
    let without = |name: &'static str| {
        move |_: File<'_>, call: Call<'_>| vec![call.remove(call.keyword_argument(name).expect("the keyword"))]
    };
    check("f(a, shell=True)\n", "f(a)\n", without("shell"));
    check("f(shell=True, b=1)\n", "f(b=1)\n", without("shell"));
    check("f(shell=True)\n", "f()\n", without("shell"));
    check("f(\n    a,\n    shell=True,\n)\n", "f(\n    a,\n)\n", without("shell"));
    let with = |_: File<'_>, call: Call<'_>| vec![call.set_keyword("check", "False")];
    check("f()\n", "f(check=False)\n", with);
    check("f(a)\n", "f(a, check=False)\n", with);
    check("f(check=x, b=1)\n", "f(check=False, b=1)\n", with);
    check("f(\n    a,  # first\n)\n", "f(\n    a, check=False,  # first\n)\n", with);
    let positional = |_: File<'_>, call: Call<'_>| vec![call.add_positional("x")];
    check("f(k=1)\n", "f(x, k=1)\n", positional);
    check("f(a, k=1)\n", "f(a, x, k=1)\n", positional);
    check("a.b(c)\n", "a.d(c)\n", |_, call| vec![call.rename_method("d")]);
    check("a.b(c)\n", "e.f(c)\n", |_, call| vec![call.rename("e.f")]);
}

#[test]
fn imports_go_where_imports_are() {
    check_import("x = 1\n", "import shlex\n\nx = 1\n");
    check_import(
        "#!/usr/bin/env python\n# Notes.\nx = 1\n",
        "#!/usr/bin/env python\n# Notes.\nimport shlex\n\nx = 1\n",
    );
    check_import("\"\"\"Doc.\"\"\"\n\nx = 1\n", "\"\"\"Doc.\"\"\"\n\nimport shlex\n\nx = 1\n");
    check_import(
        "from __future__ import annotations\nx = 1\n",
        "from __future__ import annotations\nimport shlex\nx = 1\n",
    );
    check_import("import os\nimport sys\n\nx = 1\n", "import os\nimport shlex\nimport sys\n\nx = 1\n");
    check_import("import shlex as s\n", "import shlex as s\n");
    check_import("import os\r\nx = 1\r\n", "import os\r\nimport shlex\r\nx = 1\r\n");
    check_import("import os", "import os\nimport shlex\n");
    check_import("def f():\n    import shlex\n", "import shlex\n\ndef f():\n    import shlex\n");
    let snippet = Snippet::new("import subprocess as sp\nfrom ldap import filter\n");
    assert_eq!(import::module(snippet.file(), "subprocess").0, "sp");
    assert_eq!(import::name(snippet.file(), "ldap.filter", "escape").0, "filter.escape");
}

#[test]
fn deep_and_long_code_is_survived() {
    let deep = format!("f({}x{})\n", "(".repeat(20_000), ")".repeat(20_000));
    let snippet = Snippet::new(&deep);
    for node in snippet.file().tree().nodes().take(3) {
        assert!(Composition::of(node).is_none());
    }
    let long = format!("q = 'a'{}\nf(q)\n", " + x + 'b'".repeat(5_000));
    let snippet = Snippet::new(&long);
    let argument = call(&snippet).positional(0).expect("an argument");
    let origin = local::origin(argument).expect("the assignment");
    assert_eq!(Composition::of(origin.expression).expect("text").holes().count(), 5_000);
    let nested = format!("f({}'a'{})\n", "'b'.format(".repeat(500), ")".repeat(500));
    assert!(Composition::of(call(&Snippet::new(&nested)).node).is_none());
}
