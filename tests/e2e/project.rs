//! Scans of projects of several files, and of what a change adds to them. Invariant: the files are those of a real
//! layout: a package with `__init__.py`, relative imports and a re-export.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;
use tests::{git, securecode};

use super::folder;

const INIT: &str = "from .db import find_user\n";
const DB: &str = "import sqlite3\n\n\ndef find_user(name):\n    connection = sqlite3.connect(\"shop.db\")\n    \
    return connection.execute(\"SELECT id FROM users WHERE name = '\" + name + \"'\").fetchall()\n\n\n\
    def find_order(number):\n    connection = sqlite3.connect(\"shop.db\")\n    \
    return connection.execute(f\"SELECT id FROM orders WHERE number = {number}\").fetchall()\n";
const VIEWS: &str = "from flask import Flask, jsonify, request\n\nfrom shop import find_user\nfrom . import db\n\n\
    app = Flask(__name__)\n\n\n@app.route(\"/users\")\ndef users():\n    \
    return jsonify(find_user(request.args[\"name\"]))\n\n\n@app.route(\"/orders\")\ndef orders():\n    \
    return jsonify(db.find_order(int(request.args[\"number\"])))\n";

fn shop() -> TempDir {
    folder(&[("shop/__init__.py", INIT.as_bytes()), ("shop/db.py", DB.as_bytes()), ("shop/views.py", VIEWS.as_bytes())])
}

fn findings(json: &Value) -> Vec<(String, String, u64)> {
    let all = json["findings"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.iter().map(|one| (text(&one["rule_id"]), text(&one["path"]), one["line"].as_u64().unwrap())).collect()
}

#[test]
fn data_is_followed_over_files_proved_and_patched() {
    let files = shop();
    let json = securecode(files.path(), &["scan", "--format", "json", "."]).json();
    assert_eq!(findings(&json), [("python-sql-injection".to_owned(), "shop/db.py".to_owned(), 6)]);
    let found = &json["findings"][0];
    assert_eq!(found["taint_path"][0]["path"], "shop/views.py", "{found}");
    assert_eq!(found["contracts"][0]["function"], "users", "{found}");
    assert_eq!(found["verdict"], "refuted");
    assert_eq!(found["patch"]["status"], "verified", "{found}");
    let text = securecode(files.path(), &["scan", "."]).stdout;
    for part in ["--> shop/db.py:6", "::: shop/views.py:11", "users()  # request.args[\"name\"]"] {
        assert!(text.contains(part), "`{part}` is missing in:\n{text}");
    }
}

#[test]
fn a_sanitizer_in_another_file_counts() {
    let files = shop();
    let escaped = "def clean(name):\n    return \"\".join(letter for letter in name if letter.isalnum())\n\n\n\
        def number_of(text):\n    return int(text)\n";
    fs::write(files.path().join("shop/text.py"), escaped).unwrap();
    let views =
        VIEWS.replace("find_user(request.args[\"name\"])", "db.find_order(text.number_of(request.args[\"name\"]))");
    fs::write(files.path().join("shop/views.py"), views.replace("from . import db", "from . import db, text")).unwrap();
    let json = securecode(files.path(), &["scan", "--format", "json", "."]).json();
    assert_eq!(findings(&json), []);
}

fn commit(files: &TempDir) {
    let run = |arguments: &[&str]| assert_eq!(git(files.path(), arguments).code, 0, "{arguments:?}");
    run(&["init", "-q"]);
    run(&["add", "-A"]);
    run(&["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "one"]);
}

#[test]
fn since_shows_what_a_change_adds_and_nothing_else() {
    let files = shop();
    commit(&files);
    let added = "\n\n@app.route(\"/run\")\ndef run():\n    import os\n\n    os.system(\"echo \" + request.args[\"text\"])\n    \
        return \"\"\n";
    // A renamed file, a line above and a changed import add nothing.
    assert_eq!(git(files.path(), &["mv", "shop/db.py", "shop/store.py"]).code, 0);
    fs::write(files.path().join("shop/store.py"), format!("import os\n{DB}")).unwrap();
    fs::write(files.path().join("shop/__init__.py"), INIT.replace(".db", ".store")).unwrap();
    let views = VIEWS.replace("from . import db", "from . import store as db");
    fs::write(files.path().join("shop/views.py"), &views).unwrap();
    let unchanged = securecode(files.path(), &["scan", "--since", "HEAD", "--format", "json", "."]);
    assert_eq!((findings(&unchanged.json()), unchanged.code), (Vec::new(), 0), "{}", unchanged.stderr);
    assert!(unchanged.stderr.contains("1 finding that was there before left out"), "{}", unchanged.stderr);

    fs::write(files.path().join("shop/views.py"), views + added).unwrap();
    let changed = securecode(files.path(), &["scan", "--since", "HEAD", "--format", "json", "."]);
    let rules: Vec<String> = findings(&changed.json()).into_iter().map(|(rule, _, _)| rule).collect();
    assert_eq!((rules, changed.code), (vec!["python-os-command-injection".to_owned()], 1));

    let unknown = securecode(files.path(), &["scan", "--since", "no-such-revision", "."]);
    assert!(unknown.code == 2 && unknown.stderr.contains("no-such-revision"), "{}", unknown.stderr);
}

#[test]
fn a_baseline_counts_and_ignores_line_numbers() {
    let files = shop();
    for (format, name) in [("json", "known.json"), ("sarif", "known.sarif")] {
        securecode(files.path(), &["scan", "--format", format, "-o", name, "."]);
        fs::write(files.path().join("shop/db.py"), format!("# a comment\n\n{DB}")).unwrap();
        let run = securecode(files.path(), &["scan", "--baseline", name, "."]);
        assert_eq!(run.code, 0, "{name}: {}", run.stdout);
        // The same statement once more in the same function is one finding more than the baseline has.
        let line = DB.lines().nth(5).unwrap().replace("return ", "");
        fs::write(files.path().join("shop/db.py"), DB.replacen("    return", &format!("{line}\n    return"), 1))
            .unwrap();
        let run = securecode(files.path(), &["scan", "--baseline", name, "--format", "json", "."]);
        assert_eq!((run.code, findings(&run.json()).len()), (1, 1), "{name}");
        fs::write(files.path().join("shop/db.py"), DB).unwrap();
    }
    fs::write(files.path().join("odd.json"), "{\"a\": 1}").unwrap();
    let odd = securecode(files.path(), &["scan", "--baseline", "odd.json", "."]);
    assert!(odd.code == 2 && odd.stderr.contains("neither the JSON nor the SARIF"), "{}", odd.stderr);
}

#[test]
fn the_analysis_can_be_looked_at() {
    let files = shop();
    let ir = securecode(files.path(), &["debug", "ir", "--function", "find_user", "shop"]).stdout;
    assert!(ir.contains("def find_user(name)") && ir.contains("sqlite3.connect"), "{ir}");
    let cfg = securecode(files.path(), &["debug", "cfg", "shop/db.py"]).stdout;
    assert!(cfg.contains("digraph") && cfg.contains("find_order"), "{cfg}");
    let calls = securecode(files.path(), &["debug", "calls", "."]).stdout;
    assert!(calls.lines().any(|line| line.contains("users") && line.contains("shop.db.find_user")), "{calls}");
    assert_eq!(securecode(files.path(), &["debug", "ir", "--function", "nobody", "shop"]).code, 2);
}

#[test]
fn a_constant_that_some_other_module_changes_is_none() {
    let columns = "ALLOWED = {\"id\", \"name\"}\nTABLE = \"item\"\n";
    let views = "import sqlite3\n\nfrom flask import Flask, request\n\nfrom app import columns\n\n\
        server = Flask(__name__)\n\n\n@server.route(\"/items\")\ndef items():\n    column = request.args[\"c\"]\n    \
        if column not in columns.ALLOWED:\n        return \"\", 400\n    \
        db = sqlite3.connect(\"items.db\")\n    \
        return str(db.execute(\"SELECT \" + column + \" FROM item\").fetchall())\n";
    let plugins = "from app import columns\n\n\ndef install(name):\n    columns.ALLOWED.add(name)\n";
    // Large enough that proofs are made on a part of the project.
    let padding = "VALUE = 1\n".repeat(30_000);
    for (size, padding) in [("small", ""), ("large", padding.as_str())] {
        let files = folder(&[
            ("app/__init__.py", b""),
            ("app/columns.py", columns.as_bytes()),
            ("app/views.py", views.as_bytes()),
            ("app/padding.py", padding.as_bytes()),
        ]);
        let verdict = || {
            let run = securecode(files.path(), &["verify", "--entry", "web", "--format", "json", "."]).json();
            let contracts = run["contracts"].as_array().unwrap().iter();
            let is_query = |contract: &&Value| contract["contract"].as_str().unwrap().contains("SQLite");
            let mut of_items = contracts.filter(|contract| contract["function"] == "items").filter(is_query);
            of_items.next().unwrap()["verdict"].as_str().unwrap().to_owned()
        };
        assert_eq!(verdict(), "proved", "{size}");
        fs::write(files.path().join("app/plugins.py"), plugins).unwrap();
        assert_ne!(verdict(), "proved", "{size}");
    }
}
