//! The subcommands. Invariant: a command returns how it ended; only `main` exits.

pub(crate) mod debug;
pub(crate) mod rules;
pub(crate) mod scan;
pub(crate) mod serve;
pub(crate) mod verify;

use std::path::PathBuf;

use anyhow::Context as _;
use engine::{config::EngineConfig, engine::Engine};
use model::{budget::Budget, scan::ScanOptions, spec::Entry};

use crate::{
    cli::{Cli, Command, ProofArgs},
    collect::Collected,
    exit::Outcome,
};

/// What every command may need of the global options.
pub(crate) struct Globals {
    pub(crate) is_quiet: bool,
    plugin_dirs: Vec<PathBuf>,
    cache: Cache,
}

/// Where compiled plugins are kept.
enum Cache {
    /// In the user's cache folder.
    Default,
    /// In this folder.
    At(PathBuf),
    /// Nowhere.
    None,
}

/// Runs the chosen command.
pub(crate) fn run(cli: Cli) -> anyhow::Result<Outcome> {
    let globals = Globals {
        is_quiet: cli.quiet,
        plugin_dirs: cli.plugin_dirs,
        cache: cli.cache_dir.map_or(Cache::Default, Cache::At),
    };
    match cli.command {
        Command::Scan(args) => scan::run(&globals, &args),
        Command::Verify(args) => verify::run(&globals, &args),
        Command::Rules(args) => rules::run(&globals, &args),
        Command::Serve(args) => serve::run(&globals, &args),
        Command::Debug(args) => debug::run(&args),
    }
}

impl Globals {
    /// Gives the same options with nothing kept on disk.
    pub(crate) fn without_cache(&self) -> Self {
        Self { is_quiet: self.is_quiet, plugin_dirs: self.plugin_dirs.clone(), cache: Cache::None }
    }

    /// Starts the engine.
    pub(crate) fn engine(&self, max_file_bytes: u64) -> anyhow::Result<Engine> {
        let cache_dir = match &self.cache {
            Cache::Default => default_cache_dir(),
            Cache::At(folder) => Some(folder.clone()),
            Cache::None => None,
        };
        let config = EngineConfig { cache_dir, plugin_dirs: self.plugin_dirs.clone(), max_file_bytes };
        Engine::start(config).context("the engine cannot start")
    }
}

/// Gives the user's cache folder, as the XDG base directory specification has it.
fn default_cache_dir() -> Option<PathBuf> {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = from("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    Some(base.or_else(|| from("HOME").map(|home| home.join(".cache")))?.join("securecode"))
}

/// Gives the scan options that proof arguments and the collected files ask for.
pub(crate) fn scan_options(args: &ProofArgs, collected: &Collected) -> ScanOptions {
    let default_entry = if collected.is_single_file { Entry::All } else { Entry::Web };
    ScanOptions {
        entry: args.entry.map_or(default_entry, Entry::from),
        budget: Budget::scaled(args.budget),
        rules: args.rules.clone(),
        ..ScanOptions::default()
    }
}
