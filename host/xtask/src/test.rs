//! Runs every test. Invariant: nothing is built twice: the binary and the test programs come from one cargo resolution.

use anyhow::Result;

use crate::{build_plugins, process, setup, web, z3};

/// Sets up, builds and tests the whole repository.
///
/// # Errors
/// When the set-up fails, something does not compile or a test fails.
pub(crate) fn test() -> Result<()> {
    setup::setup()?;
    build_plugins::build_plugins(&build_plugins::Options::default())?;
    process::step("Building the host and its tests");
    // The end-to-end tests start the binary, which `cargo test` alone would not build.
    process::run(process::cargo().args(["build", "--workspace", "--bins", "--tests"]))?;
    process::step("Testing the host");
    let (name, folders) = z3::search_path()?;
    process::run(process::cargo().args(["test", "--workspace"]).env(name, folders))?;
    process::step("Testing the plugins");
    process::run(&mut build_plugins::plugins_test())?;
    web::test()
}
