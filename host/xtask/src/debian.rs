//! Debian's packages. Invariant: only missing packages are installed, and the command is shown before it runs.

use std::{path::Path, process::Command};

use anyhow::{Context as _, Result};

use crate::{process, setup::ByHand};

/// Whether the machine's packages come from apt.
pub(crate) fn is_debian() -> bool {
    Path::new("/etc/debian_version").is_file() && process::find("apt-get").is_some()
}

/// Installs packages, as root or through sudo.
///
/// # Errors
/// When the user may not install packages (the message holds the command to run) or apt fails.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("apt-get install --no-install-recommends {}", missing.join(" "));
    let Some(mut update) = apt() else {
        return Err(ByHand(vec![format!("{by_hand}    # as root")]).into());
    };
    // An out-of-date mirror in the list need not matter for the packages that are wanted.
    if let Err(error) = process::run(update.args(["update", "-qq"])) {
        eprintln!("  {error}");
    }
    let mut install = apt().context("apt-get went away")?;
    install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(&missing);
    process::run(&mut install).with_context(|| format!("run as root: {by_hand}"))
}

fn is_installed(package: &str) -> bool {
    let status = process::output(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]));
    status.is_ok_and(|status| status == "installed")
}

fn apt() -> Option<Command> {
    let is_root = process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let mut command = if is_root {
        Command::new("env")
    } else {
        process::find("sudo")?;
        let mut sudo = Command::new("sudo");
        sudo.arg("env");
        sudo
    };
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    Some(command)
}
