//! Accepts new snapshots. Invariant: it changes snapshot files only; `git diff` then shows what became different.

use anyhow::Result;

use crate::{build_plugins, process, z3};

/// Runs the tests so that they rewrite their snapshots instead of comparing with them.
///
/// # Errors
/// When something does not compile or a test fails for another reason than its snapshot.
pub(crate) fn bless() -> Result<()> {
    build_plugins::build_plugins(&build_plugins::Options::default())?;
    process::step("Rewriting the snapshots");
    let (name, folders) = z3::search_path()?;
    process::run(process::cargo().args(["build", "--workspace", "--bins", "--tests"]))?;
    let mut tests = process::cargo();
    tests.args(["test", "--workspace"]).env(name, folders).env("INSTA_UPDATE", "always").env("UPDATE_SNAPSHOTS", "1");
    process::run(&mut tests)
}
