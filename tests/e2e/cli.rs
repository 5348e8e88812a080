//! The command line of the built binary. Invariant: every expectation is stated by place, not by count.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{fs, path::Path};

use serde_json::Value;
use tempfile::TempDir;
use tests::{git, root, securecode};

mod project;

const VULNERABLE: &str = "import os\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n@app.route(\"/ping\")\n\
    def ping():\n    host = request.args[\"host\"]\n    os.system(\"ping -c 1 \" + host)\n    return \"ok\"\n";
const CLEAN: &str = "def add(left, right):\n    return left + right\n";

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

#[test]
fn exit_codes_say_what_happened() {
    let files = folder(&[
        ("bad.py", VULNERABLE.as_bytes()),
        ("good.py", CLEAN.as_bytes()),
        ("broken.py", b"def f(:\n"),
        ("weak.py", b"import tempfile\nname = tempfile.mktemp()\n"),
    ]);
    let code = |arguments: &[&str]| securecode(files.path(), arguments).code;
    assert_eq!(code(&["scan", "good.py"]), 0);
    assert_eq!(code(&["scan", "bad.py"]), 1);
    assert_eq!(code(&["scan", "broken.py"]), 3);
    assert_eq!(code(&["scan", "."]), 1);
    assert_eq!(code(&["scan", "--exit-zero", "."]), 0);
    assert_eq!(code(&["scan", "--fail-on", "critical", "bad.py"]), 1);
    assert_eq!(code(&["scan", "--fail-on", "critical", "weak.py"]), 0);
    assert_eq!(code(&["scan", "--fail-on", "low", "weak.py"]), 1);
    assert_eq!(code(&["scan", "nowhere.py"]), 2);
    assert_eq!(code(&["scan", "--rule", "no-such-rule", "good.py"]), 2);
    assert_eq!(code(&["scan", "--no-such-flag"]), 2);
}

#[test]
fn text_json_and_sarif_tell_the_same() {
    let files = folder(&[("bad.py", VULNERABLE.as_bytes())]);
    let text = securecode(files.path(), &["scan", "."]).stdout;
    for part in
        ["python-os-command-injection", "--> bad.py:10:5", "contract", "refuted", "attack", "patch (verified)", "+"]
    {
        assert!(text.contains(part), "`{part}` is missing in:\n{text}");
    }
    let json = securecode(files.path(), &["scan", "--format", "json", "."]).json();
    let found = &json["findings"][0];
    assert_eq!((&found["rule_id"], &found["line"]), (&"python-os-command-injection".into(), &10.into()), "{found}");
    assert_eq!(found["verdict"], "refuted");
    assert_eq!(found["patch"]["status"], "verified", "{found}");
    let sarif = securecode(files.path(), &["scan", "--format", "sarif", "."]).json();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "python-os-command-injection");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 10);
    assert!(result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap().len() >= 2, "{result}");
}

#[test]
fn sarif_is_valid_by_the_oasis_schema() {
    let mut schema: Value =
        serde_json::from_slice(&fs::read(root().join("tests/schemas/sarif-2.1.0.json")).unwrap()).unwrap();
    // The published pattern has an unbalanced `]`, which is no regular expression for this validator.
    for owner in ["run", "toolComponent"] {
        schema["definitions"][owner]["properties"]["language"]["pattern"] = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    let odd = "# 🦀 日本\nimport os\ndef f(ä):\n    '日本'; os.system(\"echo \" + ä)\ndef g(:\n";
    let files = folder(&[("bad.py", VULNERABLE.as_bytes()), ("a b/ü.py", odd.as_bytes()), ("x.py", b"\xff\xfe = 1\n")]);
    let sarif = securecode(files.path(), &["scan", "--entry", "all", "--format", "sarif", "."]).json();
    let problems: Vec<String> = validator.iter_errors(&sarif).map(|error| error.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let odd = results.iter().find(|result| result.to_string().contains("a%20b/%C3%BC.py")).unwrap();
    assert_eq!(odd["locations"][0]["physicalLocation"]["region"]["startColumn"], 11, "UTF-16 columns: {odd}");
}

#[test]
fn fix_applies_what_was_verified_and_a_second_scan_is_clean() {
    let files = folder(&[("bad.py", VULNERABLE.as_bytes())]);
    let run = securecode(files.path(), &["scan", "--fix", "."]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("1 patches applied"), "{}", run.stderr);
    assert_eq!(securecode(files.path(), &["scan", "."]).code, 0);
}

#[test]
fn the_diff_applies_with_git() {
    let files =
        folder(&[("app/bad.py", VULNERABLE.as_bytes()), ("crlf.py", VULNERABLE.replace('\n', "\r\n").as_bytes())]);
    let patch = files.path().join("all.patch");
    securecode(files.path(), &["scan", "--diff", "-o", patch.to_str().unwrap(), "."]);
    assert_eq!(git(files.path(), &["init", "-q"]).code, 0);
    let applied = git(files.path(), &["apply", "all.patch"]);
    assert_eq!(applied.code, 0, "{}\n{}", applied.stderr, fs::read_to_string(&patch).unwrap());
    assert_eq!(securecode(files.path(), &["scan", "."]).code, 0);
    let crlf = fs::read_to_string(files.path().join("crlf.py")).unwrap();
    assert!(!crlf.replace("\r\n", "").contains('\n'), "line ends are kept");
}

#[test]
fn git_ignored_files_are_left_out_and_named_ones_are_not() {
    let files = folder(&[(".gitignore", b"skip.py\n"), ("skip.py", VULNERABLE.as_bytes())]);
    assert_eq!(securecode(files.path(), &["scan", "."]).code, 0);
    assert_eq!(securecode(files.path(), &["scan", "skip.py"]).code, 1);
}

#[test]
fn entry_decides_what_is_hostile() {
    let code =
        "import os, sys\n\ndef run(command):\n    os.system(command)\n\ndef main():\n    os.system(sys.argv[1])\n";
    let files = folder(&[("tool.py", code.as_bytes())]);
    let lines = |entry: &str| {
        let json = securecode(files.path(), &["scan", "--entry", entry, "--format", "json", "tool.py"]).json();
        let findings = json["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["line"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(lines("web"), Vec::<u64>::new());
    assert_eq!(lines("main"), vec![7]);
    assert_eq!(lines("all"), vec![4, 7]);
}

#[test]
fn verify_lists_every_contract() {
    let code = "import sqlite3\n\ndef bad(conn: sqlite3.Connection, name):\n    conn.execute(\"SELECT 1 WHERE a = '\" + name + \"'\")\n\n\
        def good(conn: sqlite3.Connection, name):\n    name = int(name)\n    conn.execute(f\"SELECT 1 WHERE a = {name}\")\n";
    let files = folder(&[("m.py", code.as_bytes())]);
    let run = securecode(files.path(), &["verify", "m.py", "--format", "json"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let json = run.json();
    let bad = json["contracts"].as_array().unwrap().iter().find(|contract| contract["function"] == "bad").unwrap();
    assert_eq!(bad["verdict"], "refuted");
    assert!(bad["counterexample"]["call"].as_str().unwrap().starts_with("bad("), "{bad}");
    let good = json["contracts"].as_array().unwrap().iter().find(|contract| contract["function"] == "good").unwrap();
    assert_eq!(good["verdict"], "proved", "{good}");
    let run = securecode(files.path(), &["verify", "m.py", "--function", "nowhere"]);
    assert_eq!(run.code, 2);
}

#[test]
fn verify_checks_what_people_wrote() {
    let code = "import icontract\n\ndef half(n: int) -> int:\n    \"\"\"\n    pre: n > 0\n    post: __return__ < n\n    \"\"\"\n    return n // 2\n\n\n\
        @icontract.ensure(lambda result: result > 0)\ndef double(n: int) -> int:\n    return n * 2\n\n\n\
        def ratio(a: int, b: int) -> int:\n    assert b >= 0\n    return a // b\n";
    let files = folder(&[("m.py", code.as_bytes())]);
    let verdicts = |arguments: &[&str]| {
        let run = securecode(files.path(), &[&["verify", "m.py", "--format", "json"], arguments].concat());
        let json = run.json();
        let contracts = json["contracts"].as_array().unwrap().iter();
        let word = |contract: &serde_json::Value, key: &str| contract[key].as_str().unwrap().to_owned();
        let all: Vec<(String, u64, String)> =
            contracts.map(|one| (word(one, "kind"), one["line"].as_u64().unwrap(), word(one, "verdict"))).collect();
        (run.code, all, json)
    };
    let row = |kind: &str, line, verdict: &str| (kind.to_owned(), line, verdict.to_owned());
    let (code, all, _) = verdicts(&["--contracts", "pep316"]);
    assert_eq!((code, all), (0, vec![row("pep316", 3, "proved"), row("pep316", 6, "proved")]));
    let (code, all, json) = verdicts(&["--contracts", "icontract"]);
    assert_eq!((code, all), (1, vec![row("icontract", 11, "refuted"), row("icontract", 12, "proved")]));
    let found = &json["contracts"][0]["counterexample"];
    assert!(found["call"].as_str().unwrap().starts_with("double(n="), "{found}");
    assert!(found["returns_or_raises"].as_str().unwrap().starts_with("returns "), "{found}");
    let (code, all, json) = verdicts(&["--contracts", "implicit", "--function", "ratio"]);
    assert_eq!((code, all), (1, vec![row("implicit", 16, "refuted")]));
    assert_eq!(json["contracts"][0]["counterexample"]["returns_or_raises"], "raises ZeroDivisionError");
    assert_eq!(json["contracts"][0]["counterexample"]["kwargs"]["b"], "0");
    assert_eq!(json["contracts"][0]["path"], serde_json::json!([17, 18]));
    assert_eq!(securecode(files.path(), &["verify", "m.py", "--contracts", "nonsense"]).code, 2);
}

#[test]
fn verify_runs_a_whole_module() {
    let code = "x = nondet_int()\nassume(x > 3)\nassert x > 2\nassert x > 4\n";
    let files = folder(&[("m.py", code.as_bytes())]);
    let run = securecode(files.path(), &["verify", "m.py", "--module", "--format", "json"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let json = run.json();
    assert_eq!(json["contracts"][0]["verdict"], "proved", "{json}");
    assert_eq!(json["contracts"][1]["verdict"], "refuted", "{json}");
    assert_eq!(json["contracts"][1]["counterexample"]["bindings"][0]["value"], "4", "{json}");
    assert_eq!(
        (&json["contracts"][2]["kind"], &json["contracts"][2]["verdict"]),
        (&"implicit".into(), &"proved".into())
    );
}

#[test]
fn verify_says_what_a_verdict_rests_on() {
    let code = "def share(names: list[str], at: int) -> str:\n    if at < 0:\n        return \"\"\n    return names[at].upper()\n\n\n\
        def count(n: int) -> None:\n    total = 0\n    while n > 0:\n        n -= 1\n        total += 1\n    assert total != 12\n";
    let files = folder(&[("m.py", code.as_bytes())]);
    let run = securecode(files.path(), &["verify", "m.py", "--contracts", "implicit", "--function", "share"]);
    for line in ["= call: share(names=[], at=0)", "= raises: IndexError", "= path: lines 2, 4", "1 contract: 1 refuted"]
    {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
    let verdict = |budget: &str| {
        let arguments = ["verify", "m.py", "--contracts", "asserts", "--function", "count", "--budget", budget];
        securecode(files.path(), &[&arguments[..], &["--format", "json"]].concat()).json()["contracts"][0].clone()
    };
    assert_eq!(verdict("1")["verdict"], "bounded");
    assert_eq!(verdict("2")["counterexample"]["call"], "count(n=12)");
}

#[test]
fn rules_are_listed_and_explained() {
    let list = securecode(&root(), &["rules"]);
    assert_eq!(list.code, 0);
    for id in ["python-sql-injection", "python-os-command-injection", "python-unsafe-yaml-load", "python-weak-hash"] {
        assert!(list.stdout.contains(id), "`{id}` is missing");
        let text = securecode(&root(), &["rules", id]).stdout;
        assert!(text.contains("CWE-") && text.contains("Not found:"), "{text}");
    }
    let run = securecode(&root(), &["rules", "sql-injection"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("python-sql-injection"), "{}", run.stderr);
}

#[test]
fn hostile_inputs_cost_only_themselves() {
    let deep = format!("x = {}1{}\n", "(".repeat(20_000), ")".repeat(20_000));
    let large = "x = 1\n".repeat(10 << 18);
    let files = folder(&[
        ("a_large.py", large.as_bytes()),
        ("b_deep.py", deep.as_bytes()),
        ("c_invalid.py", b"x = '\xff\xfe'\nimport os\n"),
        ("d_bom.py", format!("\u{feff}{VULNERABLE}").as_bytes()),
        ("e_crlf.py", VULNERABLE.replace('\n', "\r\n").as_bytes()),
        ("f_tabs.py", VULNERABLE.replace("    ", "\t").as_bytes()),
        ("g_empty.py", b""),
        ("h_nul.py", b"x = 1\0\nimport os\n"),
        ("z_bad.py", VULNERABLE.as_bytes()),
    ]);
    link_loop(files.path());
    let run = securecode(files.path(), &["scan", "--format", "json", "."]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let json = run.json();
    let found: Vec<&str> =
        json["findings"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(found, ["d_bom.py", "e_crlf.py", "f_tabs.py", "z_bad.py"]);
    let errors = json["errors"].to_string();
    assert!(errors.contains("a_large.py: not analysed"), "{errors}");
    assert!(errors.contains("c_invalid.py") && errors.contains("UTF-8"), "{errors}");
}

#[cfg(unix)]
fn link_loop(folder: &Path) {
    std::os::unix::fs::symlink(folder, folder.join("loop")).unwrap();
}

#[cfg(not(unix))]
fn link_loop(_folder: &Path) {}

#[test]
fn a_folder_without_python_says_so() {
    let files = folder(&[("readme.txt", b"hello")]);
    let run = securecode(files.path(), &["scan", "."]);
    assert_eq!(run.code, 0);
    assert!(run.stderr.contains("no Python files"), "{}", run.stderr);
}

#[test]
fn refused_plugins_are_named_and_the_scan_goes_on() {
    let files = folder(&[("bad.py", VULNERABLE.as_bytes()), ("plugins/junk.wasm", b"not wasm at all")]);
    let run = securecode(files.path(), &["scan", "--plugins", "plugins", "--format", "json", "bad.py"]);
    assert_eq!(run.code, 1);
    let json = run.json();
    assert!(json["errors"].to_string().contains("junk"), "{}", json["errors"]);
    assert_eq!(json["findings"][0]["rule_id"], "python-os-command-injection");
}
