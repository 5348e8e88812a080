//! Proves and refutes contracts that people write. Invariant: each kind of contract has a refuted and a proved twin.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::BTreeSet;

use ir::{
    lower::{InputFile, lower},
    written::{Augmented, Written, WrittenKind, augment},
};
use model::{
    budget::Budget,
    contract::{Condition, Contract},
    ids::FileId,
    spec::{Entry, TaintSpecs},
    verdict::Verdict,
};
use verify::prove::{Settings, prove};

fn augmented(text: &str, kinds: &[WrittenKind]) -> Augmented {
    let parsed = syntax::parse::parse(text);
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    augment(text, &parsed.tree, &BTreeSet::from_iter(kinds.iter().copied()))
}

fn verdicts(text: &str, kinds: &[WrittenKind]) -> Vec<(Written, Verdict)> {
    let augmented = augmented(text, kinds);
    let parsed = syntax::parse::parse(&augmented.text);
    assert!(parsed.problems.is_empty(), "{:?}\n{}", parsed.problems, augmented.text);
    let input = InputFile { file: FileId(0), path: "m.py", text: &augmented.text, tree: &parsed.tree };
    let program = lower(&[input]);
    let verdict = |written: Written| {
        let contract = Contract {
            file: FileId(0),
            at_file: FileId(0),
            function: written.checker.clone(),
            condition: Condition::AssertHolds { at: written.assertion },
            statement: String::new(),
        };
        let settings = Settings { budget: Budget::default(), entry: Entry::All, ..Settings::default() };
        let proof = prove(&program, &TaintSpecs::default(), &contract, settings).unwrap();
        (written, proof.verdict)
    };
    augmented.written.into_iter().map(verdict).collect()
}

/// Checks the verdicts of a file's contracts, in order.
fn check(text: &str, kinds: &[WrittenKind], wanted: &[&str]) {
    let all = verdicts(text, kinds);
    let words: Vec<&str> = all.iter().map(|(_, verdict)| verdict.as_str()).collect();
    assert_eq!(words, wanted, "\n{text}\n{all:#?}");
}

#[test]
fn docstrings_are_contracts() {
    let good = "def clamp(x: int, low: int, high: int) -> int:\n    \"\"\"Keeps a number within bounds.\n\n    pre: low <= high\n    post: low <= __return__ <= high\n    \"\"\"\n    if x < low:\n        return low\n    if x > high:\n        return high\n    return x\n";
    check(good, &[WrittenKind::Pep316], &["proved", "proved"]);
    check(&good.replace("    if x > high:\n        return high\n", ""), &[WrittenKind::Pep316], &["refuted", "proved"]);
    let old = "def push(n: int) -> int:\n    '''post: _ == __old__.n + 1'''\n    n = n + 1\n    return n\n";
    check(old, &[WrittenKind::Pep316], &["proved", "proved"]);
    check(&old.replace("n + 1\n    return", "n + 2\n    return"), &[WrittenKind::Pep316], &["refuted", "proved"]);
}

#[test]
fn exceptions_that_nothing_documents_are_violations() {
    let bad = "def share(total: int, people: int) -> int:\n    '''\n    pre: total >= 0\n    post: True\n    '''\n    return total // people\n";
    let all = verdicts(bad, &[WrittenKind::Pep316]);
    let [_, (written, verdict)] = all.as_slice() else { panic!("{all:#?}") };
    assert_eq!(written.raises, Some(Vec::new()));
    let counterexample = verdict.counterexample().unwrap();
    assert_eq!(counterexample.sink_value, "raises ZeroDivisionError");
    let documented = bad.replace("    post: True\n", "    post: True\n    raises: ZeroDivisionError\n");
    check(&documented, &[WrittenKind::Pep316], &["proved", "proved"]);
    check(&bad.replace("total >= 0", "people > 0"), &[WrittenKind::Pep316], &["proved", "proved"]);
}

#[test]
fn implicit_exceptions_are_found_when_asked_for() {
    let bad = "def first(n: int) -> int:\n    return 10 % n\n\ndef second(n: int) -> int:\n    if n == 0:\n        return 0\n    return 10 % n\n\n\
        def third(n: int) -> int:\n    assert n != 0\n    return 10 % n\n";
    check(bad, &[WrittenKind::Implicit], &["refuted", "proved", "proved"]);
    check(bad, &[WrittenKind::Pep316], &[]);
}

#[test]
fn icontract_decorators_are_contracts() {
    let good = "import icontract\n\n@icontract.require(lambda x: x > 0)\n@icontract.ensure(lambda x, result: result > x)\ndef grow(x: int) -> int:\n    return x * 2\n";
    check(good, &[WrittenKind::Icontract], &["proved", "proved"]);
    check(&good.replace("x > 0", "x >= 0"), &[WrittenKind::Icontract], &["refuted", "proved"]);
    let old = "from icontract import snapshot, ensure\n\n@snapshot(lambda n: n + 1, name='next')\n@ensure(lambda result, OLD: result == OLD.next)\ndef up(n: int) -> int:\n    n += 1\n    return n\n";
    check(old, &[WrittenKind::Icontract], &["proved", "proved"]);
}

#[test]
fn deal_decorators_are_contracts() {
    let good = "import deal\n\n@deal.pre(lambda _: _.x > 0)\n@deal.post(lambda r: r > 1)\n@deal.ensure(lambda x, result: result > x)\n@deal.raises(KeyError)\ndef grow(x: int) -> int:\n    return x * 2\n";
    check(good, &[WrittenKind::Deal], &["proved", "proved", "proved"]);
    check(&good.replace("r > 1", "r > 2"), &[WrittenKind::Deal], &["refuted", "proved", "proved"]);
    let pure = "import deal\n\n@deal.chain(deal.pure, deal.pre(lambda n: n >= 0))\ndef inverse(n: int) -> int:\n    return 100 // n\n";
    check(pure, &[WrittenKind::Deal], &["refuted"]);
    check(&pure.replace("n >= 0", "n >= 1"), &[WrittenKind::Deal], &["proved"]);
}

#[test]
fn preconditions_that_nothing_satisfies_prove_nothing() {
    check(
        "def f(x: int) -> int:\n    '''\n    pre: x > 0 and x < 0\n    post: False\n    '''\n    return x\n",
        &[WrittenKind::Pep316],
        &["unknown", "unknown"],
    );
}

#[test]
fn mutable_values_from_before_the_call_are_copies() {
    let text =
        "def add(xs: list[int]) -> int:\n    '''post: len(xs) == len(__old__.xs)'''\n    xs.append(1)\n    return 0\n";
    let all = verdicts(text, &[WrittenKind::Pep316]);
    assert!(all.iter().take(1).all(|(_, verdict)| !matches!(verdict, Verdict::Proved)), "{all:#?}");
}

#[test]
fn what_cannot_be_read_is_said() {
    let broken = augmented("def f(x: int):\n    '''\n    pre: x >\n    post: True\n    '''\n", &[WrittenKind::Pep316]);
    assert!(broken.written.is_empty());
    let [(span, problem)] = broken.problems.as_slice() else { panic!("{broken:?}") };
    assert!(problem.contains("`x >`"), "{problem}");
    assert_eq!(span.slice(&broken.text).unwrap().trim(), "pre: x >");
}

#[test]
fn methods_keep_their_classes_invariants() {
    let good = "class Account:\n    \"\"\"inv: self.balance >= 0\"\"\"\n\n    def __init__(self, balance: int):\n        self.balance = balance if balance > 0 else 0\n";
    let all = verdicts(good, &[WrittenKind::Pep316]);
    assert!(!all.is_empty() && all.iter().all(|(_, verdict)| matches!(verdict, Verdict::Proved)), "{all:#?}");
    check(&good.replace("balance if balance > 0 else 0", "balance"), &[WrittenKind::Pep316], &["refuted", "proved"]);
}

#[test]
fn a_module_with_arbitrary_values_is_run_from_its_top() {
    let text = "x = nondet_int()\nassume(x > 3)\nassert x > 2\nassert x > 4\n";
    let text = format!("{text}{}", ir::nondet::definitions(text));
    let parsed = syntax::parse::parse(&text);
    let program = lower(&[InputFile { file: FileId(0), path: "m.py", text: &text, tree: &parsed.tree }]);
    let input = model::spec::SourceSpec {
        name: model::spec::NamePattern("builtins.input".to_owned()),
        form: model::spec::SourceForm::Call,
        kind: model::spec::SourceKind::Local,
        label: "input".to_owned(),
    };
    let specs = TaintSpecs { sources: vec![input], ..TaintSpecs::default() };
    let verdicts: Vec<String> = verify::contracts::find(&program, &specs, Entry::All)
        .into_iter()
        .map(|contract| {
            let settings = Settings { budget: Budget::default(), entry: Entry::All, ..Settings::default() };
            format!("{:?}", prove(&program, &specs, &contract, settings).unwrap().verdict)
        })
        .collect();
    let [first, second] = verdicts.as_slice() else { panic!("{verdicts:?}") };
    assert!(first.starts_with("Proved") && second.starts_with("Refuted"), "{verdicts:#?}");
}

#[test]
fn what_the_inputs_do_not_decide_is_not_refuted() {
    let text = "import time\n\ndef now(n: int) -> float:\n    '''post: _ > 0'''\n    return time.time()\n\n\
        def scale(x: float) -> float:\n    '''post: _ == __old__.x * 2'''\n    return x * 2\n\n\
        class Account:\n    def __init__(self, balance: int):\n        self.balance = balance\n\n    def take(self, n: int) -> int:\n        '''post: _ <= 100'''\n        return self.balance - n\n";
    for (written, verdict) in verdicts(text, &[WrittenKind::Pep316]) {
        assert!(matches!(verdict, Verdict::Unknown { .. } | Verdict::Proved), "{written:#?} {verdict:#?}");
        assert!(written.ensures.is_empty() || matches!(verdict, Verdict::Unknown { .. }), "{written:#?} {verdict:#?}");
    }
}

#[test]
fn parameters_that_may_not_change_do_not() {
    let good = "def first(xs: list[int], ys: list[int]) -> int:\n    '''\n    post[ys]: True\n    '''\n    ys.append(1)\n    return len(xs)\n";
    check(good, &[WrittenKind::Pep316], &["bounded", "bounded", "bounded"]);
    check(&good.replace("ys.append", "xs.append"), &[WrittenKind::Pep316], &["bounded", "refuted", "bounded"]);
    check(&good.replace("post[ys]", "post[]"), &[WrittenKind::Pep316], &["bounded", "bounded", "refuted", "bounded"]);
}

#[test]
fn conditions_may_be_functions_of_the_file() {
    let good = "import icontract\n\ndef positive(x: int) -> bool:\n    return x > 0\n\ndef larger(x: int, result: int) -> bool:\n    return result > x\n\n\
        @icontract.require(positive)\n@icontract.ensure(larger)\ndef grow(x: int) -> int:\n    return x * 2\n";
    check(good, &[WrittenKind::Icontract], &["proved", "proved"]);
    check(&good.replace("return x > 0", "return x >= 0"), &[WrittenKind::Icontract], &["refuted", "proved"]);
    let deal = "import deal\n\ndef small(result: int) -> bool:\n    return result < 10\n\n@deal.post(small)\ndef last(n: int) -> int:\n    return n % 10\n";
    check(deal, &[WrittenKind::Deal], &["proved"]);
    check(&deal.replace("n % 10", "n % 11"), &[WrittenKind::Deal], &["refuted"]);
    let elsewhere = augmented(
        "import deal\nfrom rules import small\n\n@deal.post(small)\ndef f(n: int) -> int:\n    return n\n",
        &[WrittenKind::Deal],
    );
    assert!(matches!(elsewhere.problems.as_slice(), [(_, why)] if why.contains("`small`")), "{elsewhere:?}");
}

#[test]
fn contracts_inside_functions_are_reported() {
    let text = "def outer(n: int) -> int:\n    def inner(m: int) -> int:\n        '''post: _ > 0'''\n        return m\n    return inner(n)\n";
    let found = augmented(text, &[WrittenKind::Pep316]);
    assert!(found.written.is_empty());
    assert!(matches!(found.problems.as_slice(), [(_, why)] if why.contains("`inner`")), "{found:?}");
}

#[test]
fn what_deal_forbids_besides_is_said() {
    let text = "import deal\n\n@deal.pure\ndef f(n: int) -> int:\n    return n + 1\n\n@deal.safe\ndef g(n: int) -> int:\n    assert n > 0, \"a precondition\"\n    return 1 // n\n";
    let all = verdicts(text, &[WrittenKind::Deal]);
    let unchecked: Vec<usize> = all.iter().map(|(written, _)| written.unchecked.len()).collect();
    assert_eq!(unchecked, [1, 0]);
    check(text, &[WrittenKind::Deal], &["proved", "proved"]);
    let raising = "import deal\n\n@deal.raises(KeyError)\ndef f(key: str) -> int:\n    return {\"a\": 1}[key]\n";
    check(raising, &[WrittenKind::Deal], &["proved"]);
    check(&raising.replace("KeyError", "IndexError"), &[WrittenKind::Deal], &["refuted"]);
    check(&raising.replace("raises(KeyError)", "safe"), &[WrittenKind::Deal], &["refuted"]);
}

#[test]
fn special_methods_have_contracts_as_others_have() {
    let good = "class Shelf:\n    def __len__(self) -> int:\n        '''post: _ >= 0'''\n        return 3\n";
    check(good, &[WrittenKind::Pep316], &["proved", "proved"]);
    check(&good.replace("return 3", "return -3"), &[WrittenKind::Pep316], &["refuted", "proved"]);
}

/// Gives the verdict on exceptions that leave a module, and what is raised.
fn module_verdict(text: &str) -> (Verdict, String) {
    let text = format!("{text}{}", ir::nondet::definitions(text));
    let parsed = syntax::parse::parse(&text);
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    let program = lower(&[InputFile { file: FileId(0), path: "m.py", text: &text, tree: &parsed.tree }]);
    let input = model::spec::SourceSpec {
        name: model::spec::NamePattern("builtins.input".to_owned()),
        form: model::spec::SourceForm::Call,
        kind: model::spec::SourceKind::Local,
        label: "input".to_owned(),
    };
    let specs = TaintSpecs { sources: vec![input], ..TaintSpecs::default() };
    let contract = Contract {
        file: FileId(0),
        at_file: FileId(0),
        function: "<module>".to_owned(),
        condition: Condition::Function { requires: Vec::new(), ensures: Vec::new() },
        statement: String::new(),
    };
    let settings = Settings { budget: Budget::default(), entry: Entry::All, ..Settings::default() };
    let verdict = prove(&program, &specs, &contract, settings).unwrap().verdict;
    let raised = verdict.counterexample().map(|found| found.sink_value.clone()).unwrap_or_default();
    (verdict, raised)
}

#[test]
fn exceptions_that_leave_a_module_are_found() {
    let cases = [
        ("x = nondet_int()\ny = 10 // x\n", "refuted", "raises ZeroDivisionError"),
        ("x = nondet_int()\nassume(x > 0)\ny = 10 // x\n", "proved", ""),
        ("def f(a: int) -> int:\n    return [1, 2][a]\n\nf(nondet_int())\n", "refuted", "raises IndexError"),
        ("print(later)\nlater = 1\n", "refuted", "raises NameError"),
        ("def f():\n    return later\n\nf()\nlater = 1\n", "refuted", "raises NameError"),
        ("def f():\n    return later\n\nlater = 1\nf()\n", "proved", ""),
        ("xs = nondet_list()\nif xs:\n    y = xs[0]\n", "bounded", ""),
        ("xs = nondet_list()\ny = xs[0]\n", "refuted", "raises IndexError"),
        ("d = nondet_dict()\ny = d[\"a\"]\n", "refuted", "raises KeyError"),
        ("try:\n    y = 1 // nondet_int()\nexcept ZeroDivisionError:\n    y = 0\nassert y >= 0\n", "proved", ""),
        ("raise ValueError(\"no\")\n", "refuted", "raises ValueError"),
    ];
    for (text, wanted, raises) in cases {
        let (verdict, raised) = module_verdict(text);
        assert_eq!((verdict.as_str(), raised.as_str()), (wanted, raises), "\n{text}\n{verdict:#?}");
    }
}
