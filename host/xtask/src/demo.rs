//! The whole product on an example. Invariant: the example's findings do not fail the task; an incomplete scan does.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{build_plugins, process, setup, workspace, z3};

const EXAMPLE: &str = "tests/corpus/shop";

/// Sets up, builds a release, analyses the example application and says what to do next.
///
/// # Errors
/// When the set-up or a build fails, or the scan could not analyse everything.
pub(crate) fn demo() -> Result<()> {
    setup::setup()?;
    let binary = build_release()?;
    process::step(&format!("Analysing {EXAMPLE}"));
    let status = process::run_any(securecode(&binary).args(["scan", EXAMPLE]))?;
    if !matches!(status.code(), Some(0 | 1)) {
        bail!("{status}: securecode scan {EXAMPLE}");
    }
    let folder = workspace::target().join("demo");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let report = folder.join("report.json");
    process::run(securecode(&binary).args(["scan", EXAMPLE, "--exit-zero", "--format", "json", "-o"]).arg(&report))?;
    let patches = folder.join("patches");
    let count = write_patches(&report, &patches)?;
    println!();
    println!("{count} patches:   {}/*.patch   (try: git apply --check FILE)", patches.display());
    println!("The report:   {}", report.display());
    println!("To serve:     {} serve   (then open http://127.0.0.1:8000/docs)", binary.display());
    Ok(())
}

/// Builds the plugins and the release binary, with Z3's library beside it.
///
/// # Errors
/// When a build fails.
pub(crate) fn build_release() -> Result<PathBuf> {
    build_plugins::build_plugins(&build_plugins::Options::default())?;
    process::step("Building the release binary");
    process::run(process::cargo().args(["build", "--release", "-p", "app"]))?;
    let binary = workspace::target().join("release/securecode");
    z3::ship_beside(&binary)?;
    Ok(binary)
}

/// The binary, run from the top folder.
pub(crate) fn securecode(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    command.current_dir(workspace::root());
    command
}

/// Writes each patch of a report to a file of its own and gives their number.
fn write_patches(report: &Path, folder: &Path) -> Result<usize> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder)?;
    let text = fs::read_to_string(report).with_context(|| format!("cannot read {}", report.display()))?;
    let report: Value = serde_json::from_str(&text)?;
    let mut count = 0;
    for finding in report.get("findings").and_then(Value::as_array).into_iter().flatten() {
        let Some(diff) = finding.pointer("/patch/diff").and_then(Value::as_str) else { continue };
        let rule = finding.get("rule_id").and_then(Value::as_str).unwrap_or("patch");
        let status = finding.pointer("/patch/status").and_then(Value::as_str).unwrap_or("unknown");
        count += 1;
        fs::write(folder.join(format!("{count:02}-{rule}-{status}.patch")), diff)?;
    }
    Ok(count)
}
