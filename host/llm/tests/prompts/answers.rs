//! Reading of corrected functions. Invariant: each case is one answer and what comes of it.

use llm::code_answer::{AnswerLimits, Proposed, Target, read};
use llm::error::AnswerProblem;

const METHOD: &str = "    @login\n    def find(self, name):\n        q = 'a' + name\n        return run(q)\n";
const FILE: &str = "import os\n\nclass Shop:\n    def other(self):\n        return 1\n";

fn ask(answer: &str) -> Result<Proposed, AnswerProblem> {
    let limits = AnswerLimits { lines: 20, bytes: 2_000 };
    read(answer, &Target { name: "Shop.find", function: METHOD, known: FILE, limits })
}

#[test]
fn functions_are_found() {
    let fixed = "    @login\n    def find(self, name):\n        return run('a', name)\n";
    let cases = [
        format!("Sure:\n```python\n{fixed}```\nDone."),
        format!("```\n{fixed}```"),
        format!("<think>def find(): ...</think>\n```py\n{fixed}```"),
        format!("```python\n{fixed}").replace('\n', "\r\n"),
        "```python\n@login\ndef find(self, name):\n    return run('a', name)\n```".to_owned(),
        "```python\ndef find(self, name):\n    return run('a', name)\n```".to_owned(),
        "def find(self, name):\n    return run('a', name)\n".to_owned(),
        format!("```python\n{FILE}\n{fixed}```"),
        format!("Before:\n```python\n{METHOD}```\nAfter:\n```python\n{fixed}```\n```bash\nrm x\n```"),
        "<<<<<<< SEARCH\n        q = 'a' + name   \n        return run(q)\n=======\n        return run('a', name)\n>>>>>>> REPLACE".to_owned(),
        "```\n<<<<<<< SEARCH\nq = 'a' + name\nreturn run(q)\n=======\nreturn run('a', name)\n>>>>>>> REPLACE\n```".to_owned(),
    ];
    for answer in cases {
        let proposed = ask(&answer).unwrap();
        assert_eq!(proposed, Proposed { imports: Vec::new(), function: fixed.to_owned() }, "{answer}");
    }
}

#[test]
fn imports_are_told_apart() {
    let answer = "```python\nimport os\nimport shlex\nfrom a import (\n    b,\n)\n\ndef find(self, name):\n    return shlex.quote(name)\n```";
    assert_eq!(ask(answer).unwrap().imports, ["import shlex", "from a import ( b, )"]);
    let answer = "<<<<<<< SEARCH\nimport os\n=======\nimport os\nimport shlex\n>>>>>>> REPLACE\n<<<<<<< SEARCH\n        return run(q)\n=======\n        return run(shlex.quote(q))\n>>>>>>> REPLACE\n";
    assert_eq!(ask(answer).unwrap().imports, ["import shlex"]);
}

#[test]
fn other_answers_are_refused() {
    let two =
        "```python\ndef find(self, name):\n    return 1\n```\n```python\ndef find(self, name):\n    return 2\n```";
    let search = |line: &str| format!("<<<<<<< SEARCH\n{line}\n=======\nx\n>>>>>>> REPLACE");
    let cases: Vec<(String, &str)> = vec![
        ("The code is secure.".into(), "no code block"),
        (format!("```python\n{METHOD}```"), "as it was"),
        (two.into(), "several different versions"),
        ("```python\ndef search(self, name):\n    return 1\n```".into(), "in place of"),
        ("```python\ndef find(self):\n    return 1\ndef extra():\n    return 2\n```".into(), "adds the function"),
        ("```python\nABC = 1\ndef find(self):\n    return ABC\n```".into(), "outside of the function"),
        (search("nothing"), "not in the function"),
        (format!("```python\ndef find(self):\n{}```", "    x = 1\n".repeat(30)), "at most 20 lines"),
        ("x".repeat(3_000), "at most 2000 bytes"),
    ];
    for (answer, wanted) in cases {
        let problem = ask(&answer).unwrap_err().to_string();
        assert!(problem.contains(wanted), "{answer}: {problem}");
    }
    let twice = "def f():\n    a()\n    a()\n";
    let target = Target { name: "f", function: twice, known: "", limits: AnswerLimits::default() };
    assert!(matches!(read(&search("    a()"), &target), Err(AnswerProblem::SearchAmbiguous { count: 2, .. })));
}

#[test]
fn text_that_looks_like_an_end_is_no_end() {
    let answer = "```python\ndef find(self, name):\n    x = '''\ndef evil():\n'''\n    return x\n```";
    assert!(ask(answer).unwrap().function.contains("def evil():\n'''"), "{:?}", ask(answer));
}
