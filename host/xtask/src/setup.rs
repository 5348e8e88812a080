//! Installs what the build needs. Invariant: it may run any number of times; what is there already is left alone.

use std::{fmt, process::Command};

use anyhow::Result;

use crate::{debian, guest_toolchain, process, python_wasi, z3};

/// What a person has to run, because this program cannot install it on this machine.
#[derive(Debug)]
pub(crate) struct ByHand(pub(crate) Vec<String>);

impl fmt::Display for ByHand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "something is missing; run this, then start again:")?;
        self.0.iter().try_for_each(|line| write!(formatter, "\n    {line}"))
    }
}

impl std::error::Error for ByHand {}

/// A tool that the build, the set-up or the tests start.
struct Tool {
    check: fn() -> bool,
    debian: &'static [&'static str],
    fedora: &'static str,
    arch: &'static str,
    suse: &'static str,
    alpine: &'static str,
    macos: &'static str,
}

/// Picks a package manager's names of a tool.
type Column = fn(&Tool) -> &'static str;

const TOOLS: [Tool; 4] = [
    Tool {
        check: || process::find("cc").is_some() && process::find("c++").is_some(),
        debian: &["gcc", "g++", "libc6-dev"],
        fedora: "gcc gcc-c++",
        arch: "gcc",
        suse: "gcc gcc-c++",
        alpine: "build-base",
        macos: "xcode-select --install",
    },
    Tool {
        check: || process::find("python3").is_some(),
        debian: &["python3"],
        fedora: "python3",
        arch: "python",
        suse: "python3",
        alpine: "python3",
        macos: "brew install python",
    },
    Tool {
        check: has_pip,
        debian: &["python3-venv"],
        fedora: "python3-pip",
        arch: "python-pip",
        suse: "python3-pip",
        alpine: "py3-pip",
        macos: "brew install python",
    },
    Tool {
        check: || process::find("git").is_some(),
        debian: &["git"],
        fedora: "git",
        arch: "git",
        suse: "git",
        alpine: "git",
        macos: "xcode-select --install",
    },
];

/// Installs compilers, Python, the guests' toolchain, Z3 and the Python that replays counterexamples.
///
/// # Errors
/// `ByHand` when the machine's package manager cannot be used from here; otherwise whatever failed to install.
pub(crate) fn setup() -> Result<()> {
    process::step("Checking the machine");
    let missing: Vec<&Tool> = TOOLS.iter().filter(|tool| !(tool.check)()).collect();
    if !missing.is_empty() {
        if debian::is_debian() {
            let packages: Vec<&str> = missing.iter().flat_map(|tool| tool.debian).copied().collect();
            debian::install(&packages)?;
        } else {
            return Err(ByHand(commands(&missing)).into());
        }
    }
    let toolchain = guest_toolchain::install()?;
    eprintln!("  plugins are built with {}", toolchain.description());
    z3::install()?;
    python_wasi::install()
}

fn commands(missing: &[&Tool]) -> Vec<String> {
    let packages = |column: Column| {
        let mut names: Vec<&str> = missing.iter().flat_map(|tool| column(tool).split(' ')).collect();
        names.dedup();
        names.join(" ")
    };
    if cfg!(target_os = "macos") {
        let mut lines: Vec<String> = missing.iter().map(|tool| tool.macos.to_owned()).collect();
        lines.dedup();
        return lines;
    }
    let managers: [(&str, &str, Column); 4] = [
        ("dnf", "sudo dnf install", |tool| tool.fedora),
        ("pacman", "sudo pacman -S --needed", |tool| tool.arch),
        ("zypper", "sudo zypper install", |tool| tool.suse),
        ("apk", "sudo apk add", |tool| tool.alpine),
    ];
    let known = managers.into_iter().find(|(program, ..)| process::find(program).is_some());
    let line = known.map_or_else(
        || format!("install with your package manager: {}", packages(|tool| tool.fedora)),
        |(_, command, column)| format!("{command} {}", packages(column)),
    );
    vec![line]
}

fn has_pip() -> bool {
    ["import pip", "import ensurepip"]
        .iter()
        .any(|import| process::output(Command::new("python3").args(["-c", import])).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_each_package_once() {
        let all: Vec<&Tool> = TOOLS.iter().collect();
        let lines = commands(&all).join("\n");
        assert_eq!(lines.matches("python3-pip").count().max(1), 1, "{lines}");
        assert!(!lines.is_empty());
    }
}
