//! Running other programs. Invariant: a program that fails stops the task with the command in the message.

use std::{
    env,
    ffi::OsStr,
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

/// Says which step of a task begins.
pub(crate) fn step(what: &str) {
    eprintln!("==> {what}");
}

/// Runs a command with its output shown.
///
/// # Errors
/// When the program cannot be started or exits with another code than 0.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = run_any(command)?;
    if !status.success() {
        bail!("{status}: {}", line(command));
    }
    Ok(())
}

/// Runs a command with its output shown and gives its status, whatever it is.
///
/// # Errors
/// When the program cannot be started.
pub(crate) fn run_any(command: &mut Command) -> Result<ExitStatus> {
    eprintln!("  $ {}", line(command));
    command.status().with_context(|| format!("failed to start: {}", line(command)))
}

/// Runs a command and gives what it printed on standard output.
///
/// # Errors
/// When the program cannot be started, exits with another code than 0 or prints invalid UTF-8.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("failed to start: {}", line(command)))?;
    if !output.status.success() {
        bail!("{}: {}\n{}", output.status, line(command), String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout).with_context(|| format!("invalid UTF-8 from: {}", line(command)))
}

/// Whether a command runs to a successful end within the time; what it prints is dropped, and it is killed at the end.
pub(crate) fn succeeds_within(command: &mut Command, limit: Duration) -> bool {
    eprintln!("  $ {}", line(command));
    let Ok(mut child) = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
        return false;
    };
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if started.elapsed() < limit => thread::sleep(Duration::from_millis(100)),
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

/// Where a program lies in the search path.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// The cargo that runs this task, for the host's workspace.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(crate::workspace::root());
    forget_package(&mut command);
    command
}

/// Removes what `cargo run` tells this program about its own package, which would make other builds start anew.
pub(crate) fn forget_package(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_PRIMARY_PACKAGE" {
            command.env_remove(text);
        }
    }
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args()).map(OsStr::to_string_lossy);
    words
        .map(|word| if word.contains(' ') { format!("'{word}'") } else { word.into_owned() })
        .collect::<Vec<_>>()
        .join(" ")
}
