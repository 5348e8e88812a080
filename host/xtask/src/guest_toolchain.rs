//! Which compiler builds the plugins. Invariant: the host's compiler is used when it has the wasm target, otherwise
//! Debian's own compiler builds the standard library from source.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Result, bail};

use crate::{debian, process, setup::ByHand, workspace};

/// The only target of guests: no WASI, so a plugin imports only what `wit/` declares.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
const CHOICE: &str = "SECURECODE_GUEST_TOOLCHAIN";
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_LINKER: &str = "/usr/bin/rust-lld";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm"];

/// A way to build guests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum GuestToolchain {
    /// The compiler that builds the host, with its wasm target installed.
    Host,
    /// Debian's `rustc-web`, which ships the standard library's source but not its wasm build.
    Debian,
}

impl GuestToolchain {
    /// What to call it in a message.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Host => "the host's compiler",
            Self::Debian => "Debian's rustc-web",
        }
    }

    /// A `cargo` that builds for the guests' target in the plugins' workspace, ready for more arguments.
    pub(crate) fn cargo_build(self) -> Command {
        let mut command = match self {
            Self::Host => process::cargo(),
            Self::Debian => debian_cargo(),
        };
        process::forget_package(&mut command);
        command.current_dir(workspace::plugins()).arg("build").args(["--release", "--target", TARGET]);
        command.env("CARGO_TARGET_DIR", workspace::plugins().join("target"));
        if self == Self::Debian {
            command.args(["-Z", "build-std=std,panic_abort", "-Z", "build-std-features="]);
        }
        command
    }
}

/// Finds a toolchain that can build guests now, without installing anything.
///
/// # Errors
/// When there is none, or `SECURECODE_GUEST_TOOLCHAIN` has a value other than `rustup` and `debian`.
pub(crate) fn find() -> Result<GuestToolchain> {
    match choice()? {
        Some(GuestToolchain::Debian) if debian_is_ready() => Ok(GuestToolchain::Debian),
        Some(GuestToolchain::Host) if host_is_ready() => Ok(GuestToolchain::Host),
        None if host_is_ready() => Ok(GuestToolchain::Host),
        None if debian_is_ready() => Ok(GuestToolchain::Debian),
        _ => bail!("no compiler for {TARGET}; run `cargo xtask setup`"),
    }
}

/// Makes sure that guests can be built, and installs a toolchain when they cannot.
///
/// # Errors
/// When neither rustup nor Debian's packages provide one; the message says what to run.
pub(crate) fn install() -> Result<GuestToolchain> {
    if let Ok(found) = find() {
        return Ok(found);
    }
    let choice = choice()?;
    if choice != Some(GuestToolchain::Debian) && process::find("rustup").is_some() {
        let mut add = Command::new("rustup");
        add.args(["target", "add", TARGET]).current_dir(workspace::root());
        if process::succeeds_within(&mut add, RUSTUP_LIMIT) && host_is_ready() {
            return Ok(GuestToolchain::Host);
        }
        eprintln!("  rustup could not install {TARGET}");
    }
    if choice != Some(GuestToolchain::Host) && debian::is_debian() {
        debian::install(&DEBIAN_PACKAGES)?;
        if let Some(linker) = debian_linker() {
            debian::install(&[&linker])?;
        }
        if debian_is_ready() {
            return Ok(GuestToolchain::Debian);
        }
    }
    Err(ByHand(vec![format!("rustup target add {TARGET}")]).into())
}

fn choice() -> Result<Option<GuestToolchain>> {
    match env::var(CHOICE).as_deref() {
        Err(_) | Ok("") => Ok(None),
        Ok("rustup") => Ok(Some(GuestToolchain::Host)),
        Ok("debian") => Ok(Some(GuestToolchain::Debian)),
        Ok(other) => bail!("{CHOICE} is `{other}`; it can be `rustup` or `debian`"),
    }
}

fn host_is_ready() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = process::output(Command::new(rustc).args(["--print", "sysroot"]).current_dir(workspace::root()));
    sysroot.is_ok_and(|sysroot| has_std(Path::new(sysroot.trim())))
}

fn has_std(sysroot: &Path) -> bool {
    let Ok(entries) = sysroot.join("lib/rustlib").join(TARGET).join("lib").read_dir() else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}

fn debian_is_ready() -> bool {
    let source = process::output(Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"]))
        .map(|sysroot| PathBuf::from(sysroot.trim()).join("lib/rustlib/src/rust/library/std/src/lib.rs"));
    Path::new(DEBIAN_CARGO).is_file()
        && source.is_ok_and(|source| source.is_file())
        && Path::new(DEBIAN_LINKER).exists()
}

/// The package that holds the linker: `rust-web-llvm` brings a link to it whose target carries the package's name.
fn debian_linker() -> Option<String> {
    let target = Path::new(DEBIAN_LINKER).read_link().ok()?;
    Some(target.file_name()?.to_str()?.to_owned())
}

fn debian_cargo() -> Command {
    let mut command = Command::new(DEBIAN_CARGO);
    command
        .env("RUSTC", DEBIAN_RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("RUSTC_WRAPPER");
    command
}
