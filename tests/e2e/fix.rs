//! `securecode fix`, with somebody at the keyboard and without.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use tests::{securecode, securecode_typing};

const CODE: &str = r#"import os

from flask import Flask, g, request

app = Flask(__name__)


@app.get("/user")
def user():
    name = request.args["name"]
    rows = g.db.execute("SELECT id FROM users WHERE name = '" + name + "'").fetchall()
    os.system("echo " + name)
    return {"rows": rows}
"#;

const BOUND: &str = r#"g.db.execute("SELECT id FROM users WHERE name = ?", (name,))"#;
const LISTED: &str = r#"subprocess.run(["echo", name], check=False)"#;

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.py"), CODE).unwrap();
    folder
}

fn text(folder: &Path) -> String {
    fs::read_to_string(folder.join("app.py")).unwrap()
}

#[test]
fn what_is_accepted_is_applied_and_nothing_else() {
    let folder = project();
    let run = securecode_typing(folder.path(), &["fix", "--interactive", "app.py"], "what?\ny\nn\n", &[]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(text(folder.path()).contains(BOUND) && !text(folder.path()).contains(LISTED), "{}", text(folder.path()));
    assert!(run.stdout.contains("passed contract-proved: the contract is proved on every path"), "{}", run.stdout);
    assert!(run.stderr.contains("1 patch applied"), "{}", run.stderr);
}

#[test]
fn all_that_follow_are_applied_after_each_other() {
    let folder = project();
    let run = securecode_typing(folder.path(), &["fix", "--interactive", "app.py"], "a\n", &[]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(text(folder.path()).contains(BOUND) && text(folder.path()).contains(LISTED), "{}", text(folder.path()));
}

#[test]
fn an_edited_patch_is_written_when_the_finding_stays_gone() {
    let folder = project();
    let edit = |sed: &str| {
        let script = folder.path().join("editor.sh");
        let commands = folder.path().join("commands.sed");
        fs::write(&commands, sed).unwrap();
        fs::write(&script, format!("sed -i -f {} \"$1\"\n", commands.display())).unwrap();
        let editor = format!("sh {}", script.display());
        securecode_typing(folder.path(), &["fix", "--interactive", "app.py"], "e\nq\n", &[("EDITOR", &editor)])
    };
    let run = edit("s/= ?\", (name,))/= \" + name)/");
    assert!(run.stdout.contains("nothing was written: something is found that was not there before"), "{}", run.stdout);
    assert_eq!(text(folder.path()), CODE);
    edit("s/(name,))/[name])/");
    assert!(text(folder.path()).contains("name = ?\", [name])"), "{}", text(folder.path()));
}

#[test]
fn flags_answer_for_somebody() {
    let folder = project();
    let refused = securecode_typing(folder.path(), &["fix", "app.py"], "", &[]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("--yes, --dry-run or --interactive"), "{}", refused.stderr);
    let shown = securecode(folder.path(), &["fix", "--dry-run", "app.py"]);
    assert!(shown.stdout.contains("--- a/app.py") && shown.stdout.contains(LISTED), "{}", shown.stdout);
    assert_eq!(text(folder.path()), CODE);
    let fixed = securecode(folder.path(), &["fix", "--yes", "app.py"]);
    assert_eq!(fixed.code, 0, "{}", fixed.stderr);
    assert!(text(folder.path()).contains(BOUND) && text(folder.path()).contains(LISTED), "{}", text(folder.path()));
}
