//! The command `securecode`. Invariant: results go to standard output, everything else to standard error, and the exit
//! code says what happened.

mod baseline;
mod cli;
mod collect;
mod commands;
mod exit;
mod fixing;
mod models;
mod output;
mod progress;
mod revision;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    cli::init_logging(&cli);
    match commands::run(cli) {
        Ok(outcome) => outcome.to_exit_code(),
        Err(error) => {
            anstream::eprintln!("securecode: {error:#}");
            exit::Outcome::Usage.to_exit_code()
        }
    }
}
