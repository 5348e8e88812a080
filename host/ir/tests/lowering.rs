//! What lowering gives, construct by construct, and for hostile input.
#![expect(clippy::unwrap_used, reason = "tests")]

use ir::{
    lower::{InputFile, lower},
    print::print_function,
    program::{GlobalBinding, Program},
    validate::validate,
};
use model::ids::FileId;
use proptest::prelude::*;

/// Lowers files given by path and text; they must come out well-formed.
fn program(files: &[(&str, &str)]) -> Program {
    let parsed: Vec<_> = files.iter().map(|(_, text)| syntax::parse::parse(text)).collect();
    let inputs: Vec<InputFile<'_>> = (0..)
        .zip(files.iter().zip(&parsed))
        .map(|(id, ((path, text), parsed))| InputFile { file: FileId(id), path, text, tree: &parsed.tree })
        .collect();
    let program = lower(&inputs);
    assert_eq!(validate(&program), Vec::<String>::new());
    program
}

fn printed(files: &[(&str, &str)]) -> String {
    let program = program(files);
    program.functions.iter().map(|function| print_function(&program, function.id) + "\n").collect()
}

#[test]
fn constructs() {
    insta::glob!("constructs/*.py", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        insta::assert_snapshot!(printed(&[("pkg/sub/mod.py", &text)]));
    });
}

#[test]
fn names_resolve_across_files() {
    let files = [
        ("shop/__init__.py", "from .app import create as make\n"),
        ("shop/db.py", "import sqlite3\nconn = sqlite3.connect('x')\ndef find(a):\n    return conn.execute(a)\n"),
        (
            "shop/app.py",
            "from shop.db import conn, find\nfrom . import db as store\ndef create():\n    conn.commit(find(1), store.find(2), store.conn.close())\n",
        ),
        ("run.py", "import shop\nfrom shop import make\nfrom shop.db import *\nmake(shop.make, find, missing)\n"),
    ];
    let text = printed(&files);
    for expected in [
        "<shop.db.conn>->execute(a)",
        "<shop.db.conn>->commit(",
        "<shop.db.find>(1)",
        "<shop.db.find>(2)",
        "<shop.db.conn>->close()",
        "<shop.app.create>(<shop.app.create>, <shop.db.find>, <run.missing>)",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    let program = program(&files);
    assert_eq!(
        program.module(FileId(1)).unwrap().globals.get("conn"),
        Some(&GlobalBinding::CallOf("sqlite3.connect".into()))
    );
}

#[test]
fn a_script_folder_is_searched_for_imports() {
    let files = [("tool/helper.py", "def go():\n    pass\n"), ("tool/main.py", "import helper\nhelper.go()\n")];
    assert!(printed(&files).contains("<tool.helper.go>()"));
}

#[test]
fn call_spans_are_whole_expressions() {
    let text = "def f(c, q):\n    return c.cursor().execute('x' + q, key=(q,))\n";
    let program = program(&[("m.py", text)]);
    let function = program.find_function(FileId(0), "f").unwrap();
    let calls: Vec<_> = function
        .blocks
        .iter()
        .flat_map(|block| &block.instructions)
        .filter_map(|instruction| match &instruction.kind {
            ir::instruction::InstructionKind::Assign { value: ir::instruction::Rvalue::Call(call), .. } => {
                let arguments: Vec<_> = call.argument_spans.iter().map(|span| span.slice(text).unwrap()).collect();
                Some((instruction.span.slice(text).unwrap(), arguments))
            }
            _ => None,
        })
        .collect();
    assert_eq!(calls, [("c.cursor()", vec![]), ("c.cursor().execute('x' + q, key=(q,))", vec!["'x' + q", "(q,)"])]);
}

#[test]
fn calls_of_the_project_are_found() {
    let text = "\
class A:
    def __init__(self): self.go()
    def go(self): return helper()
class B(A):
    def run(self): self.go(); self.missing()
class C(Unknown):
    def run(self): self.go()
def helper():
    def local(): pass
    local(); A(); B.run(1); A().go()
";
    let program = program(&[("m.py", text)]);
    let names = ir::call_graph::Names::new(&program);
    let mut lines = Vec::new();
    for (caller, edges) in names.graph() {
        for edge in edges {
            let name = |id| &program.function(id).unwrap().qualname;
            lines.push(format!("{} -> {}: {}", name(caller), name(edge.callee), edge.call.slice(text).unwrap()));
        }
    }
    assert_eq!(
        lines,
        [
            "A.__init__ -> A.go: self.go()",
            "A.go -> helper: helper()",
            "B.run -> A.go: self.go()",
            "helper -> helper.local: local()",
            "helper -> A.__init__: A()",
            "helper -> B.run: B.run(1)",
            "helper -> A.__init__: A()",
        ]
    );
}

#[test]
fn depth_and_length_do_not_matter() {
    let depth = 20_000;
    let nested_ifs: String =
        (0..600).map(|level| format!("{}if a:\n", " ".repeat(level))).collect::<String>() + &" ".repeat(600) + "b()\n";
    for text in [
        format!("x = {}1{}\n", "(".repeat(depth), ")".repeat(depth)),
        format!("x = {}1{}\n", "[".repeat(depth), "]".repeat(depth)),
        format!("x = {}\n", vec!["a"; depth].join(" + ")),
        format!("x = {}\n", vec!["a"; depth].join(" and ")),
        format!("if {}: pass\n", vec!["a"; depth].join(" or ")),
        format!("x = {}\n", vec!["a"; depth].join(" < ")),
        format!("x = {}\n", vec!["a"; depth].join(" ** ")),
        format!("x = {}\n", vec!["a"; depth].join(" if b else ")),
        format!("x = a{}\n", ".b(1)".repeat(depth)),
        format!("x = a{}\n", ".b".repeat(5_000)),
        format!("x = a{}\n", "[0]".repeat(depth)),
        format!("x = {}a\n", "not ".repeat(depth)),
        format!("if {}a: pass\n", "not ".repeat(depth)),
        format!("if {}a{}: pass\n", "(a and (b or ".repeat(5_000), "))".repeat(5_000)),
        format!("x = {}a\n", "lambda: ".repeat(depth)),
        format!("x = {}f(1{}\n", "f(".repeat(5_000), ")".repeat(5_001)),
        format!("{} = 1\n", vec!["a"; depth].join(" = ")),
        format!("if a: pass\n{}", "elif b: c()\n".repeat(5_000)),
        nested_ifs,
        format!("x = f'{}1{}'\n", "{f\"".repeat(1_000), "\"}".repeat(1_000)),
        format!("del {}a{}\n", "(".repeat(depth), ")".repeat(depth)),
        format!("match a:\n case {}b{}: pass\n", "[".repeat(3_000), "]".repeat(3_000)),
        format!("{}x{} = 1\n", "[".repeat(3_000), "]".repeat(3_000)),
    ] {
        program(&[("m.py", &text)]);
    }
}

#[test]
fn finally_copies_are_bounded() {
    let mut text = "def f(a):\n".to_owned();
    for level in 1..60 {
        let indent = " ".repeat(level);
        text += &format!("{indent}try:\n{indent} return 1\n{indent}finally:\n");
    }
    text += &format!("{}g()\n", " ".repeat(60));
    let program = program(&[("m.py", &text)]);
    let instructions: usize =
        program.functions.iter().flat_map(|f| &f.blocks).map(|block| block.instructions.len()).sum();
    assert!(instructions < 100_000, "{instructions}");
}

fn tokens() -> impl Strategy<Value = String> {
    let words = [
        "def ",
        "class ",
        "f",
        "x",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        "\n",
        "\n    ",
        "\n  ",
        "=",
        "+",
        "*",
        "**",
        ",",
        ".",
        "if ",
        "else",
        "elif ",
        "for ",
        " in ",
        "while ",
        "try",
        "except ",
        "finally",
        "with ",
        " as ",
        "lambda ",
        "yield ",
        "await ",
        "async ",
        "return ",
        "raise ",
        "match ",
        "case ",
        "import ",
        "from ",
        "global ",
        "nonlocal ",
        "del ",
        "f'{",
        "}'",
        "'",
        "\"",
        "1",
        "0x",
        "not ",
        " and ",
        " or ",
        ":=",
        "@",
        "->",
        "_",
        "|",
        "-",
        "break",
        "continue",
        "print ",
        "\\",
        "#",
        "type ",
        " is ",
    ];
    proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..120).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]
    #[test]
    fn token_soup_is_lowered(text in tokens()) {
        program(&[("m.py", &text)]);
    }

    #[test]
    fn any_bytes_are_lowered(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        program(&[("m.py", &syntax::decode::decode(&bytes).text)]);
    }

    #[test]
    fn any_path_gives_a_name(path in "\\PC*") {
        program(&[(&path, "x = 1\n")]);
    }
}
