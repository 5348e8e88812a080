//! Accepts new snapshots. Invariant: it changes snapshot files only; `git diff` then shows what became different.

use anyhow::Result;

use crate::{build_plugins, process, z3};

/// What `insta` reads to know what to do with a new snapshot.
const UPDATE: &str = "INSTA_UPDATE";

/// Runs the tests so that they rewrite their snapshots instead of comparing with them.
///
/// # Errors
/// When something does not compile or a test fails for another reason than its snapshot.
pub(crate) fn bless() -> Result<()> {
    build_plugins::build_plugins(&build_plugins::Options::default())?;
    process::step("Rewriting the snapshots");
    let (name, folders) = z3::search_path()?;
    process::run(process::cargo().args(["build", "--workspace", "--bins", "--tests"]))?;
    // One crate's failure must not keep the others' snapshots from being written.
    let mut host = process::cargo();
    host.args(["test", "--workspace", "--no-fail-fast"]).env(name, folders).env(UPDATE, "always");
    let mut plugins = build_plugins::plugins_test();
    plugins.arg("--no-fail-fast").env(UPDATE, "always");
    process::run(&mut host).and(process::run(&mut plugins))
}
