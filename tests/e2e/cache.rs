//! Results that are kept over scans. Invariant: a scan with what earlier ones left says exactly what one without says.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use serde_json::Value;
use tempfile::TempDir;
use tests::{binary, compiled_dir, securecode};

const DB: &str = "import sqlite3\n\n\ndef find_user(name):\n    connection = sqlite3.connect(\"shop.db\")\n    \
    return connection.execute(\"SELECT id FROM users WHERE name = '\" + name + \"'\").fetchall()\n";
const VIEWS: &str = "import hashlib\nimport os\n\nfrom flask import Flask, jsonify, request\n\nfrom shop import db\n\n\
    app = Flask(__name__)\n\n\n@app.route(\"/users\")\ndef users():\n    \
    return jsonify(db.find_user(request.args[\"name\"]))\n\n\n@app.route(\"/ping\")\ndef ping():\n    \
    os.system(\"ping \" + request.args[\"host\"])\n    return hashlib.md5(request.data).hexdigest()\n";
const OTHER: &str = "import tempfile\n\nfrom flask import Flask, request\n\nserver = Flask(__name__)\n\n\n\
    @server.route(\"/eval\")\ndef calculate():\n    return str(eval(request.args[\"sum\"]))\n\n\n\
    def scratch():\n    return tempfile.mktemp()\n";
const BROKEN: &str = "import hashlib\n\ndef digest(data:\n    return hashlib.md5(data)\n";

/// A project so large that proofs are made on parts of it.
fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let padding = "VALUE = 1\n".repeat(30_000);
    for (name, text) in [
        ("shop/__init__.py", ""),
        ("shop/db.py", DB),
        ("shop/views.py", VIEWS),
        ("other.py", OTHER),
        ("broken.py", BROKEN),
        ("padding.py", &padding),
    ] {
        fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// An empty cache folder.
fn empty_cache() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    folder
}

/// A scan's report without durations, and how often answers of each kind were found and missed.
struct Scan {
    report: Value,
    found: [(u64, u64); 4],
}

const PACK_ANSWERS: usize = 0;
const VERDICTS: usize = 1;
const PATCHES: usize = 2;
const FLOW: usize = 3;

fn scan(project: &Path, cache: &Path, more: &[&str]) -> Scan {
    let output = Command::new(binary())
        .args(["--cache-dir", cache.to_str().unwrap(), "scan", "--format", "json", "."])
        .args(more)
        .current_dir(project)
        .env("NO_COLOR", "1")
        .env("SECURECODE_COMPILED_DIR", compiled_dir())
        .env("SECURECODE_LOG", "engine::store=debug")
        .output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
    forget_durations(&mut report);
    let found = ["pack-answers", "verdicts", "patches", "flow"].map(|kind| counts(&log, kind));
    Scan { report, found }
}

fn counts(log: &str, kind: &str) -> (u64, u64) {
    let wanted = format!("store.kind=\"{kind}\"");
    let line = log.lines().find(|line| line.contains(&wanted)).unwrap();
    let number = |name: &str| line.split(name).nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    (number("store.hits="), number("store.misses="))
}

fn forget_durations(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !name.ends_with("_ms") && !name.ends_with("_us") && name != "ms");
            fields.values_mut().for_each(forget_durations);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_durations),
        _ => {}
    }
}

/// Scans with the cache and with an empty one, and gives the first when both say the same.
#[track_caller]
fn same(project: &TempDir, cache: &TempDir, more: &[&str]) -> Scan {
    let warm = scan(project.path(), cache.path(), more);
    let cold = scan(project.path(), empty_cache().path(), more);
    assert_eq!(warm.report, cold.report);
    assert!(cold.found.iter().all(|(hits, _)| *hits == 0), "{:?}", cold.found);
    warm
}

fn edit(project: &TempDir, name: &str, text: &str) {
    fs::write(project.path().join(name), text).unwrap();
}

fn rules(scan: &Scan) -> Vec<&str> {
    scan.report["findings"].as_array().unwrap().iter().map(|one| one["rule_id"].as_str().unwrap()).collect()
}

#[test]
fn a_scan_says_the_same_with_what_earlier_ones_left() {
    let (project, cache) = (project(), empty_cache());
    let first = same(&project, &cache, &[]);
    for rule in ["python-sql-injection", "python-os-command-injection", "python-insecure-temp-file"] {
        assert!(rules(&first).contains(&rule), "{rule}: {:?}", rules(&first));
    }
    assert!(first.found.iter().all(|(hits, misses)| *hits == 0 && *misses > 0), "{:?}", first.found);

    let again = same(&project, &cache, &[]);
    assert!(again.found.iter().all(|(hits, misses)| *hits > 0 && *misses == 0), "{:?}", again.found);
    let without = securecode(project.path(), &["--no-cache", "scan", "--format", "json", "."]);
    let mut report = without.json();
    forget_durations(&mut report);
    assert_eq!(report, again.report);

    // A line above moves everything in one file; what does not use the file is not looked at again.
    edit(&project, "other.py", &format!("# A remark.\n{OTHER}"));
    let moved = same(&project, &cache, &[]);
    assert_eq!(moved.found[PACK_ANSWERS].1, 1, "{:?}", moved.found);
    assert!(moved.found[..FLOW].iter().all(|(hits, misses)| *hits > 0 && *misses > 0), "{:?}", moved.found);
    assert_eq!(moved.found[FLOW], (1, 0));

    // A new file in front gives all others new numbers, and is all that is looked at.
    edit(&project, "a.py", "import tempfile\n\nNAME = tempfile.mktemp()\n");
    let added = same(&project, &cache, &[]);
    assert_eq!([PACK_ANSWERS, VERDICTS, PATCHES].map(|kind| added.found[kind].1), [1, 0, 1]);

    // A change in a file that another one's finding leads through.
    edit(&project, "shop/views.py", &VIEWS.replace("db.find_user(request.args[\"name\"])", "db.find_user(\"me\")"));
    let changed = same(&project, &cache, &[]);
    assert!(!rules(&changed).contains(&"python-sql-injection"), "{:?}", rules(&changed));
    edit(&project, "shop/views.py", VIEWS);
    let back = same(&project, &cache, &[]);
    assert!(back.found.iter().all(|(_, misses)| *misses == 0), "{:?}", back.found);
}

#[test]
fn what_an_answer_depends_on_is_never_overlooked() {
    let (project, cache) = (project(), empty_cache());
    let columns = "ALLOWED = {\"id\", \"name\"}\n";
    let page = "import sqlite3\n\nfrom flask import Flask, request\n\nimport columns\n\nserver = Flask(__name__)\n\n\n\
        @server.route(\"/items\")\ndef items():\n    column = request.args[\"c\"]\n    \
        if column not in columns.ALLOWED:\n        return \"\", 400\n    db = sqlite3.connect(\"items.db\")\n    \
        return str(db.execute(\"SELECT \" + column + \" FROM item\").fetchall())\n";
    edit(&project, "columns.py", columns);
    edit(&project, "page.py", page);
    same(&project, &cache, &[]);
    // The allow-list in an imported file, and then its change by code that nothing of the page imports.
    edit(&project, "columns.py", "ALLOWED = {\"id\", \"name\", \"'\"}\n");
    same(&project, &cache, &[]);
    edit(&project, "columns.py", columns);
    edit(&project, "plugins.py", "import columns\n\n\ndef install(name):\n    columns.ALLOWED.add(name)\n");
    same(&project, &cache, &[]);
    // Limits, attackers, rules and attempts.
    for more in [
        &["--budget", "2"][..],
        &["--entry", "all"],
        &["--rule", "python-os-command-injection"],
        &["--max-iterations", "1"],
        &["--no-patch"],
    ] {
        same(&project, &cache, more);
    }
}

#[test]
fn damage_and_refusal_cost_time_only() {
    let (project, cache) = (project(), empty_cache());
    let first = same(&project, &cache, &[]);
    for entry in walk(&cache.path().join("results")) {
        let mut bytes = fs::read(&entry).unwrap();
        let middle = bytes.len() / 2;
        if let Some(byte) = bytes.get_mut(middle) {
            *byte ^= 1;
        }
        fs::write(&entry, bytes).unwrap();
    }
    let damaged = same(&project, &cache, &[]);
    assert_eq!(damaged.found.map(|(hits, _)| hits), [0, 0, 0, 0]);
    assert_eq!(damaged.report, first.report);

    let info =
        |cache: &TempDir| securecode(project.path(), &["--cache-dir", cache.path().to_str().unwrap(), "cache", "info"]);
    let compiled = cache.path().join("plugin.compiled");
    fs::write(&compiled, "").unwrap();
    let clear = securecode(project.path(), &["--cache-dir", cache.path().to_str().unwrap(), "cache", "clear"]);
    assert!(info(&empty_cache()).stdout.contains("       0 entries"));
    assert_eq!((clear.code, walk(&cache.path().join("results")).len()), (0, 0));
    assert!(compiled.is_file(), "compiled plugins stay");

    // A folder of results that others can use is not used, and said to be so once.
    let results = cache.path().join("results");
    fs::create_dir(&results).unwrap();
    fs::set_permissions(&results, fs::Permissions::from_mode(0o755)).unwrap();
    let arguments = ["--cache-dir", cache.path().to_str().unwrap(), "scan", "--no-patch", "."];
    let refused = securecode(project.path(), &arguments);
    assert_eq!(refused.stderr.matches("results are not kept").count(), 1, "{}", refused.stderr);
    assert!(walk(&results).is_empty());

    // A folder that cannot be made is said once as well, whatever it is for.
    let file = cache.path().join("file");
    fs::write(&file, "").unwrap();
    let nowhere = file.join("cache");
    for (option, said) in
        [("--cache-dir", "results are not kept"), ("--compiled-dir", "compiled code is not kept on disk")]
    {
        let unusable =
            securecode(project.path(), &[option, nowhere.to_str().unwrap(), "--no-replay", "scan", "--no-patch", "."]);
        assert_eq!((unusable.code, unusable.stderr.matches(said).count()), (1, 1), "{}", unusable.stderr);
    }
}

#[test]
fn scans_at_the_same_time_share_a_folder() {
    let (project, cache) = (project(), empty_cache());
    let expected = scan(project.path(), empty_cache().path(), &[]).report;
    std::thread::scope(|scope| {
        let scans: Vec<_> = (0..3).map(|_| scope.spawn(|| scan(project.path(), cache.path(), &[]).report)).collect();
        for one in scans {
            assert_eq!(one.join().unwrap(), expected);
        }
    });
    // A limit too small for anything keeps nothing, and changes nothing.
    let small = ["--cache-limit", "1"];
    assert_eq!(scan(project.path(), empty_cache().path(), &small).report, expected);
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}
