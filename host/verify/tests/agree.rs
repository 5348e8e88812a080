//! Runs random programs in CPython and in the engine. Invariant: no verdict contradicts what CPython did, neither for
//! fixed arguments nor for arguments that the path's condition singles out.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

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
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use verify::prove::{Settings, prove};

/// Programs that CPython runs in one process.
const BATCH: usize = 100;

/// A program: the statements of `run(a, b, t)`, and its arguments.
#[derive(Clone, Debug)]
struct Sample {
    body: Vec<Statement>,
    a: i64,
    b: i64,
    t: String,
}

/// A statement of the subset; the variables are `a b c` (numbers), `t u` (texts), `xs` (a list) and `d` (a dict).
#[derive(Clone, Debug)]
enum Statement {
    /// A line as it is.
    Line(String),
    /// `if`, with both branches.
    If(String, Vec<Statement>, Vec<Statement>),
    /// `for` over an iterable.
    For(String, String, Vec<Statement>),
    /// A `while` that counts `k` to a limit.
    While(u8, Vec<Statement>),
    /// `try` with the class that is handled, the handler, and what is done at last.
    Try(Vec<Statement>, &'static str, Vec<Statement>, Vec<Statement>),
}

fn number() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned),
        3 => (-3_i64..12).prop_map(|number| if number < 0 { format!("({number})") } else { number.to_string() }),
        1 => prop::sample::select(vec!["len(xs)", "len(t)", "len(d)", "sum(xs)", "d.get(a, b)", "xs[-1]", "xs[a]", "d[b]"])
            .prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "int(t)", "t.count('a')", "t.find(u)", "u.index('b')", "min(a, b)", "max(xs)", "abs(b)", "xs.index(a)",
            "twice(a)", "fall(b)", "xs.pop()", "d.pop(a, 7)", "ord(t[0])", "xs.count(b)", "helper.total", "divmod(a, 3)[1]",
        ]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(2, 8, 2, |inner| {
        let operator = prop::sample::select(vec!["+", "-", "*", "//", "%", "&", "|", "^"]);
        prop_oneof![
            5 => (inner.clone(), operator, inner.clone()).prop_map(|(x, op, y)| format!("({x} {op} {y})")),
            1 => (inner.clone(), inner.clone(), truth_of("a", "b")).prop_map(|(x, y, c)| format!("({x} if {c} else {y})")),
            1 => inner.prop_map(|x| format!("-{x}")),
        ]
    })
}

fn truth_of(left: &'static str, right: &'static str) -> impl Strategy<Value = String> {
    prop::sample::select(vec!["<", "<=", "==", "!=", ">"]).prop_map(move |op| format!("{left} {op} {right}"))
}

fn text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => prop::sample::select(vec!["t", "u"]).prop_map(str::to_owned),
        2 => "[ab1 ,é]{0,3}".prop_map(|text| format!("'{text}'")),
        2 => number().prop_map(|number| format!("str({number})")),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        let call = prop::sample::select(vec![
            ".upper()",
            ".strip()",
            ".lower()",
            "[1:]",
            "[:2]",
            "[::-1]",
            "[0]",
            "[-1]",
            ".replace('a', 'bb')",
            ".title()",
            ".split(',')[0]",
            ".partition('b')[2]",
            ".zfill(4)",
            ".center(4)",
            ".lstrip('a')",
            ".removesuffix('b')",
        ]);
        prop_oneof![
            3 => (inner.clone(), call).prop_map(|(x, call)| format!("{x}{call}")),
            2 => (inner.clone(), inner.clone()).prop_map(|(x, y)| format!("({x} + {y})")),
            1 => (inner.clone(), number()).prop_map(|(x, n)| format!("f\"{{{n}}}-\" + {x}")),
            1 => inner.prop_map(|x| format!("','.join([{x}, u])")),
        ]
    })
}

fn truth() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (number(), prop::sample::select(vec!["<", "<=", "==", "!=", ">"]), number())
            .prop_map(|(x, op, y)| format!("{x} {op} {y}")),
        (text(), prop::sample::select(vec!["==", "in", "<", "!="]), text())
            .prop_map(|(x, op, y)| format!("{x} {op} {y}")),
        number().prop_map(|x| format!("{x} in xs")),
        number().prop_map(|x| format!("{x} not in d")),
        prop::sample::select(vec![
            "xs",
            "not d",
            "t",
            "t.isdigit()",
            "all(x > 0 for x in xs)",
            "any(x == a for x in xs)",
            "t.startswith('a')",
            "isinstance(a, int)",
            "a",
            "u is not None",
            "sorted(xs) == xs",
            "t.isalnum()",
            "1 < a <= 5",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(1, 4, 2, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["and", "or"]), inner.clone())
                .prop_map(|(x, op, y)| format!("({x} {op} {y})")),
            inner.prop_map(|x| format!("not ({x})")),
        ]
    })
}

fn line() -> impl Strategy<Value = Statement> {
    let plain = prop_oneof![
        5 => (prop::sample::select(vec!["a", "b", "c"]), prop::sample::select(vec!["=", "+=", "-=", "*="]), number())
            .prop_map(|(name, op, value)| format!("{name} {op} {value}")),
        3 => (prop::sample::select(vec!["t", "u"]), text()).prop_map(|(name, value)| format!("{name} = {value}")),
        2 => number().prop_map(|value| format!("xs.append({value})")),
        1 => (number(), number()).prop_map(|(key, value)| format!("d[{key}] = {value}")),
        1 => (number(), number()).prop_map(|(at, value)| format!("xs[{at}] = {value}")),
        1 => number().prop_map(|value| format!("c = {value}\nhelper.add(c)")),
        1 => number().prop_map(|value| format!("return {value}")),
        1 => text().prop_map(|value| format!("return {value}")),
        1 => truth().prop_map(|value| format!("return [{value}, a]")),
        2 => prop::sample::select(vec![
            "xs.sort()", "xs.reverse()", "xs = xs[1:] + [a]", "xs = [x * 2 for x in xs if x != b]", "a, b = b, a", "del xs[0]",
            "d.update({1: a})", "xs.insert(1, b)", "xs.remove(a)", "xs.extend([a, b])", "d = {x: x + 1 for x in xs}", "ys = xs\nys.append(c)",
            "ys = list(xs)\nys.append(c)\nc = len(ys)", "del d[a]", "raise ValueError('no')", "c = sum(d.values())", "c = max(d)",
            "u = ''.join(sorted(t))", "u = ''.join(c for c in t if c.isalpha())", "a, *xs = xs", "c = len(set(xs))", "d.setdefault(a, b)",
            "xs = list(zip(xs, t))[:0] or xs", "c = next(iter(xs))", "u = t * c", "xs = list(range(b))", "c = list(enumerate(xs, 1))[0][0]",
            "xs += [b]", "xs *= 2", "c = [x for x in xs][1]", "g = lambda n: n + a\nc = g(b)", "c = (lambda n=b: n * 2)()",
        ]).prop_map(str::to_owned),
    ];
    plain.prop_map(Statement::Line)
}

fn statement() -> impl Strategy<Value = Statement> {
    line().prop_recursive(2, 12, 3, |inner| {
        let block = || prop::collection::vec(inner.clone(), 1..4);
        let ways = prop::sample::select(vec![
            ("x", "xs"), ("x", "list(d)"), ("x", "range(3)"), ("x", "range(a)"), ("i, x", "enumerate(xs)"), ("x", "reversed(xs)"),
            ("x, y", "zip(xs, [1, 2])"), ("x, y", "sorted(d.items())"), ("u", "t"),
        ]);
        let ending = prop::sample::select(vec!["", "break", "continue", "c += x", "xs = [1]", "if c > 3:\n    break", "d[c] = c"]);
        let classes =
            prop::sample::select(vec!["ValueError", "IndexError", "KeyError", "ZeroDivisionError", "LookupError", "Exception", "TypeError"]);
        prop_oneof![
            3 => (truth(), block(), block()).prop_map(|(test, yes, no)| Statement::If(test, yes, no)),
            2 => (ways, block(), ending).prop_map(|((names, over), mut body, ending)| {
                if !ending.is_empty() && (ending != "c += x" || names.contains('x')) {
                    body.push(Statement::Line(ending.to_owned()));
                }
                Statement::For(names.to_owned(), over.to_owned(), body)
            }),
            1 => (1_u8..5, block()).prop_map(|(limit, body)| Statement::While(limit, body)),
            2 => (block(), classes, block(), block()).prop_map(|(body, class, handler, last)| Statement::Try(body, class, handler, last)),
        ]
    })
}

fn sample() -> impl Strategy<Value = Sample> {
    let body = prop::collection::vec(statement(), 1..6);
    (body, -4_i64..12, -4_i64..12, "[ab1 ,é]{0,4}").prop_map(|(body, a, b, t)| Sample { body, a, b, t })
}

/// Writes statements with their indentation.
fn write(statements: &[Statement], depth: usize, text: &mut String) {
    let margin = "    ".repeat(depth);
    if statements.is_empty() {
        text.push_str(&format!("{margin}pass\n"));
    }
    for statement in statements {
        let mut put = |line: &str| {
            for part in line.lines() {
                text.push_str(&format!("{margin}{part}\n"));
            }
        };
        match statement {
            Statement::Line(line) => put(line),
            Statement::If(test, yes, no) => {
                put(&format!("if {test}:"));
                write(yes, depth + 1, text);
                text.push_str(&format!("{margin}else:\n"));
                write(no, depth + 1, text);
            }
            Statement::For(names, over, body) => {
                put(&format!("for {names} in {over}:"));
                write(body, depth + 1, text);
            }
            Statement::While(limit, body) => {
                put(&format!("k{depth} = 0\nwhile k{depth} < {limit}:\n    k{depth} += 1"));
                write(body, depth + 1, text);
            }
            Statement::Try(body, class, handler, last) => {
                put("try:");
                write(body, depth + 1, text);
                text.push_str(&format!("{margin}except {class}:\n"));
                write(handler, depth + 1, text);
                text.push_str(&format!("{margin}finally:\n"));
                write(last, depth + 1, text);
            }
        }
    }
}

const HEAD: &str = "class Helper:\n    def __init__(self):\n        self.total = 1\n\n    def add(self, n):\n        self.total += n\n\n\n\
    def twice(n):\n    return n + n\n\n\ndef fall(n):\n    if n <= 0:\n        return 0\n    return n % 3 + fall(n // 2)\n\n\n";

impl Sample {
    fn program(&self) -> String {
        let mut text = HEAD.to_owned();
        text.push_str("def run(a, b, t):\n    c = 2\n    u = 'ab'\n    xs = [3, 1, a]\n    d = {1: 2, b: a}\n    helper = Helper()\n");
        write(&self.body, 1, &mut text);
        text.push_str("    return [a, b, c, t, u, xs, helper.total, sorted(d.items())]\n\n\n");
        text
    }

    fn arguments(&self) -> String {
        format!("({}, {}, '{}')", self.a, self.b, self.t)
    }

    /// Writes a function that asserts an outcome.
    fn check(&self, form: &str, polarity: &str, outcome: &serde_json::Value) -> String {
        let (head, call) = match form {
            "fixed" => ("def check():\n".to_owned(), format!("run{}", self.arguments())),
            _ => (
                format!(
                    "def check(a: int, b: int, t: str):\n    if a != {} or b != {} or t != '{}':\n        return\n",
                    self.a, self.b, self.t
                ),
                "run(a, b, t)".to_owned(),
            ),
        };
        let field = |name: &str| outcome.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        let (class, right) = match field("raised") {
            Some(class) => (class, "raised == 1".to_owned()),
            None => ("Exception".to_owned(), format!("raised == 0 and got == {}", field("value").unwrap())),
        };
        format!(
            "{head}    raised = 0\n    got = None\n    try:\n        got = {call}\n    except {class}:\n        raised = 1\n    \
             assert {polarity}({right})\n"
        )
    }

    /// Gives the check that contradicts CPython's outcome, if one does, and what the engine could decide.
    fn disagreement(&self, outcome: &serde_json::Value) -> (Option<String>, bool) {
        let mut decided = false;
        for form in ["fixed", "chosen"] {
            for (polarity, must_not) in [("", "refuted"), ("not ", "proved")] {
                let text = self.program() + &self.check(form, polarity, outcome);
                let budget = match form {
                    "fixed" => Budget { wall_ms: 400, ..Budget::default() },
                    _ => Budget { wall_ms: 100, paths: 24, ..Budget::default() },
                };
                let verdict = verdict(&text, budget);
                decided |= matches!(verdict, Verdict::Proved | Verdict::Refuted { .. });
                if verdict.as_str() == must_not {
                    return (
                        Some(format!("{must_not} ({form}):\n{text}\nCPython: {outcome}\nengine: {verdict:?}")),
                        true,
                    );
                }
            }
        }
        (None, decided)
    }
}

fn verdict(text: &str, budget: Budget) -> Verdict {
    let parsed = syntax::parse::parse(text);
    assert!(parsed.problems.is_empty(), "{:?}\n{text}", parsed.problems);
    let program: Program = lower(&[InputFile { file: FileId(0), path: "m.py", text, tree: &parsed.tree }]);
    let function = program.functions.iter().find(|function| function.qualname == "check").unwrap();
    let mut instructions = function.blocks.iter().flat_map(|block| &block.instructions);
    let marker = instructions.find(|one| matches!(one.kind, InstructionKind::AssertMarker { .. })).unwrap();
    let contract = Contract {
        file: FileId(0),
        at_file: FileId(0),
        function: "check".to_owned(),
        condition: Condition::AssertHolds { at: marker.span },
        statement: String::new(),
    };
    let settings = Settings { budget, entry: Entry::All, ..Settings::default() };
    prove(&program, &TaintSpecs::default(), &contract, settings).unwrap().verdict
}

/// Has CPython run programs; gives `{"value": TEXT}`, `{"raised": CLASS}`, or `null` for what runs too long or grows too large.
fn outcomes(samples: &[Sample]) -> Vec<serde_json::Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agree/run.py");
    let programs: Vec<_> = samples.iter().map(|sample| [sample.program(), sample.arguments()]).collect();
    let mut python = Command::new("python3");
    python.args(["-I", "-W", "ignore"]).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut python = python.spawn().expect("python3 runs");
    python.stdin.take().unwrap().write_all(serde_json::json!(programs).to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Makes a sample smaller as long as it disagrees.
fn shrunk(tree: &mut impl proptest::strategy::ValueTree<Value = Sample>, first: String) -> String {
    let mut report = first;
    for _ in 0..300 {
        if !tree.simplify() {
            break;
        }
        loop {
            let sample = tree.current();
            let outcome = outcomes(std::slice::from_ref(&sample)).remove(0);
            let found = if outcome.is_null() { None } else { sample.disagreement(&outcome).0 };
            if let Some(smaller) = found {
                report = smaller;
                break;
            }
            if !tree.complicate() {
                return report;
            }
        }
    }
    report
}

/// `SECURECODE_AGREE_PROGRAMS` sets the number of programs, `SECURECODE_TEST_SEED` the choice.
#[test]
fn programs_do_in_the_engine_what_they_do_in_cpython() {
    let setting =
        |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (count, seed) = (setting("SECURECODE_AGREE_PROGRAMS", 100), setting("SECURECODE_TEST_SEED", 1));
    let mut bytes = [7_u8; 32];
    bytes.iter_mut().zip(seed.to_le_bytes()).for_each(|(byte, part)| *byte = part);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = sample();
    let (mut wrong, mut run, mut decided) = (Vec::new(), 0_usize, 0_usize);
    let mut left = usize::try_from(count).unwrap();
    while left > 0 {
        let size = left.min(BATCH);
        left -= size;
        let mut trees: Vec<_> = (0..size).map(|_| strategy.new_tree(&mut runner).unwrap()).collect();
        let samples: Vec<Sample> = trees.iter().map(|tree| tree.current()).collect();
        for ((sample, outcome), tree) in samples.iter().zip(outcomes(&samples)).zip(&mut trees) {
            if outcome.is_null() {
                continue;
            }
            run += 1;
            let (found, was_decided) = sample.disagreement(&outcome);
            decided += usize::from(was_decided);
            if let Some(report) = found {
                let report = shrunk(tree, report);
                println!("{report}\n");
                wrong.push(report);
            }
        }
        if wrong.len() > 8 {
            break;
        }
    }
    println!("{run} programs ran, {decided} were decided by the engine, {} disagree", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(decided * 4 > run, "the engine decided {decided} of {run} programs");
}
