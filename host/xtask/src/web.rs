//! The web UI: its checks, its build, its tests in a browser. Invariant: what is committed in `web/dist` is what the
//! sources give.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{debian, node, process, setup::ByHand, workspace, z3};

/// Checks, builds and tests the web UI against the binary that was built.
///
/// # Errors
/// When a tool cannot be had, a check or a test fails, or `web/dist` is not what the sources give.
pub(crate) fn test() -> Result<()> {
    let browser = browser()?;
    let node = node::install()?;
    process::step("Checking the web UI");
    process::run(node.npm()?.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    for check in ["check", "lint", "test"] {
        process::run(node.npm()?.args(["run", "--silent", check]))?;
    }
    process::step("Building the web UI");
    let dist = workspace::root().join("web/dist");
    let before = files(&dist)?;
    process::run(node.npm()?.args(["run", "--silent", "build"]))?;
    if files(&dist)? != before {
        bail!("web/dist was not what the sources give; it is now: commit it");
    }
    process::step("Testing the web UI in a browser");
    let (name, folders) = z3::search_path()?;
    for suite in ["test:browser", "test:real"] {
        let mut command = node.npm()?;
        command.args(["run", "--silent", suite]).env("CHROMIUM", &browser).env("SECURECODE_BIN", binary());
        process::run(command.env(name, &folders))?;
    }
    Ok(())
}

/// Makes pictures of each page from the binary that was built.
///
/// # Errors
/// When a tool cannot be had, or a page cannot be shown.
pub(crate) fn screenshots() -> Result<()> {
    let (browser, node) = (browser()?, node::install()?);
    process::run(process::cargo().args(["build", "--workspace", "--bins"]))?;
    process::run(node.npm()?.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    let (name, folders) = z3::search_path()?;
    let mut command = node.npm()?;
    command.args(["run", "--silent", "screenshots"]).env("CHROMIUM", browser).env("SECURECODE_BIN", binary());
    process::run(command.env(name, folders))
}

/// The binary that the host's tests are built with.
fn binary() -> PathBuf {
    workspace::target().join("debug/securecode")
}

/// A Chromium, installed where the machine's packages can be.
fn browser() -> Result<PathBuf> {
    let find = || {
        let chosen = env::var_os("CHROMIUM").map(PathBuf::from);
        let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
        let mac = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
        let known = names.into_iter().find_map(process::find);
        chosen.or(known).or_else(|| mac.is_file().then_some(mac))
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    if !debian::is_debian() {
        let line = "install Chromium or Google Chrome, or set CHROMIUM to its program";
        return Err(ByHand(vec![line.into()]).into());
    }
    debian::install(&["chromium"])?;
    find().context("the package `chromium` brought no program of that name")
}

/// Reads all files below a folder.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path)?;
                found.insert(path, bytes);
            }
        }
    }
    Ok(found)
}
