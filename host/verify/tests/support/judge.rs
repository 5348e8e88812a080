//! Has CPython judge verdicts. Invariant: a judge that fails fails the test.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

/// Runs `tests/<folder>/judge.py` on a file with further arguments, with the questions on its input; gives its complaints.
pub(crate) fn complaints(folder: &str, path: &Path, arguments: &[&str], questions: Vec<serde_json::Value>) -> String {
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder).join("judge.py");
    let mut python = Command::new("python3")
        .arg("-I")
        .arg(judge)
        .arg(path)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    python.stdin.take().unwrap().write_all(serde_json::Value::from(questions).to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{}: the judge failed", path.display());
    String::from_utf8(output.stdout).unwrap()
}
