//! Z3's shared library, from the wheel that PyPI serves. Invariant: only a wheel with a pinned SHA-256 is unpacked, and
//! the system's own Z3 is never used (Debian's 4.8 links without a warning and then crashes).

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{process, wheel, workspace};

const VERSION: &str = "5.3.3.0";
/// The wheels, one for each platform, in the form that `pip --require-hashes` checks.
const REQUIREMENTS: &str = include_str!("../z3-requirements.txt");

/// Unpacks Z3 into `.tools/z3/{lib,include}` unless it is there already.
///
/// # Errors
/// When the wheel cannot be fetched, has another hash, or cannot be unpacked.
pub(crate) fn install() -> Result<()> {
    let home = workspace::tools().join("z3");
    let stamp = home.join("version");
    if fs::read_to_string(&stamp).is_ok_and(|version| version == VERSION) && library().is_file() {
        return Ok(());
    }
    let unpacked = wheel::fetch("z3", REQUIREMENTS)?;
    fs::create_dir_all(&home)?;
    for part in ["lib", "include"] {
        let place = home.join(part);
        wheel::remove(&place)?;
        let from = unpacked.folder().join("z3").join(part);
        fs::rename(&from, &place).with_context(|| format!("the wheel has no {}", from.display()))?;
    }
    fs::write(&stamp, VERSION)?;
    unpacked.remove()
}

/// The library's file in the checkout.
pub(crate) fn library() -> PathBuf {
    workspace::tools().join("z3/lib").join(library_name())
}

/// Copies the library to `lib/` beside a release binary, where the binary looks first.
///
/// # Errors
/// When the file cannot be copied.
pub(crate) fn ship_beside(binary: &Path) -> Result<()> {
    let folder = binary.parent().context("the binary has no folder")?.join("lib");
    fs::create_dir_all(&folder)?;
    // The loader asks for the name with the first two numbers of the version.
    let version: Vec<&str> = VERSION.split('.').take(2).collect();
    let version = version.join(".");
    let name = if cfg!(target_os = "macos") { format!("libz3.{version}.dylib") } else { format!("libz3.so.{version}") };
    let from = workspace::tools().join("z3/lib").join(&name);
    fs::copy(&from, folder.join(name)).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

/// The variable that lets programs outside `target/` find the library, and its value.
pub(crate) fn search_path() -> Result<(&'static str, std::ffi::OsString)> {
    let name = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
    let mut folders = vec![workspace::tools().join("z3/lib")];
    folders.extend(env::var_os(name).iter().flat_map(env::split_paths));
    Ok((name, env::join_paths(folders)?))
}

/// A Python 3 interpreter.
///
/// # Errors
/// When there is none in the search path.
pub(crate) fn python() -> Result<PathBuf> {
    process::find("python3").context("python3 is missing; run `cargo xtask setup`")
}

/// A `pip` that can download: the machine's own, or one in a virtual environment when the machine has none.
///
/// # Errors
/// When there is no Python, or it can make no virtual environment.
pub(crate) fn pip() -> Result<Command> {
    let python = python()?;
    let own = process::output(Command::new(&python).args(["-m", "pip", "--version"])).is_ok();
    let python = if own { python } else { virtual_environment("pip")?.join("bin/python") };
    let mut command = Command::new(python);
    command.args(["-m", "pip"]);
    Ok(command)
}

/// A virtual environment of that name under `.tools`, made when it is not there.
///
/// # Errors
/// When Python's `venv` module is missing or fails.
pub(crate) fn virtual_environment(name: &str) -> Result<PathBuf> {
    let folder = workspace::tools().join("venv").join(name);
    if !folder.join("bin/python").exists() {
        let mut create = Command::new(python()?);
        process::run(create.args(["-m", "venv"]).arg(&folder)).context("Python's venv module is needed")?;
    }
    Ok(folder)
}

fn library_name() -> &'static str {
    if cfg!(target_os = "macos") { "libz3.dylib" } else { "libz3.so" }
}
