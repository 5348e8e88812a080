//! What cargo says of a workspace. Invariant: only the workspace's own packages are listed, without the registry's.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::process;

/// A package of a workspace.
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Whether it makes a library for WebAssembly.
    pub(crate) is_plugin: bool,
    /// The packages in this repository that it is built with. Tests may use more.
    pub(crate) ours: BTreeSet<String>,
}

/// Lists the packages of the workspace in a folder.
///
/// # Errors
/// When `cargo metadata` fails or answers something else than documented.
pub(crate) fn packages(folder: &Path) -> Result<Vec<Package>> {
    let mut command = process::cargo();
    command.current_dir(folder).args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&process::output(&mut command)?)?;
    let packages = metadata.get("packages").and_then(Value::as_array).context("cargo metadata lists no packages")?;
    packages.iter().map(|package| read(package).context("cargo metadata lists a package without a name")).collect()
}

fn read(package: &Value) -> Option<Package> {
    let is_plugin =
        list(package, "targets").flat_map(|target| list(target, "crate_types")).any(|kind| kind == "cdylib");
    let is_ours = |dependency: &&Value| {
        dependency.get("path").is_some_and(Value::is_string) && dependency.get("kind").is_none_or(|kind| kind != "dev")
    };
    let ours = list(package, "dependencies").filter(is_ours).filter_map(name).collect();
    Some(Package { name: name(package)?, is_plugin, ours })
}

fn name(value: &Value) -> Option<String> {
    value.get("name")?.as_str().map(str::to_owned)
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}
