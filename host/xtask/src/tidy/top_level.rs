//! What may lie at the top. Invariant: the list is the map that README.md draws; files whose name begins with a dot and
//! what git ignores are not on it.

use std::{fs, path::Path};

use anyhow::Result;

const ENTRIES: [&str; 12] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "deploy",
    "host",
    "plugins",
    "sdk",
    "tests",
    "web",
    "wit",
];
const IGNORED: [&str; 2] = ["target", "node_modules"];

/// Compares the top folder with the list.
///
/// # Errors
/// When the folder cannot be listed.
pub(crate) fn check(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for entry in fs::read_dir(root)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !ENTRIES.contains(&name.as_str()) && !IGNORED.contains(&name.as_str()) {
            problems.push(format!("{name}: not an entry of the top level"));
        }
    }
    // An empty folder is not in a checkout.
    let missing = ENTRIES.iter().filter(|name| name.contains('.') && !root.join(name).exists());
    problems.extend(missing.map(|name| format!("{name}: missing at the top level")));
    Ok(problems)
}
