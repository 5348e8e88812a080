//! The subcommands. Invariant: a command returns how it ended; only `main` exits.

pub(crate) mod cache;
pub(crate) mod debug;
pub(crate) mod rules;
pub(crate) mod scan;
pub(crate) mod serve;
pub(crate) mod verify;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use engine::{
    config::{EngineConfig, ReplayWith},
    engine::Engine,
};
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
    cache_limit_bytes: u64,
    replay: ReplayWith,
}

/// Where compiled plugins and results are kept.
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
        cache: if cli.no_cache { Cache::None } else { cli.cache_dir.map_or(Cache::Default, Cache::At) },
        cache_limit_bytes: cli.cache_limit,
        replay: if cli.no_replay {
            ReplayWith::Nothing
        } else {
            cli.replay_python.map_or_else(|| ReplayWith::Pinned(pinned_python()), ReplayWith::Chosen)
        },
    };
    match cli.command {
        Command::Scan(args) => scan::run(&globals, &args),
        Command::Verify(args) => verify::run(&globals, &args),
        Command::Rules(args) => rules::run(&globals, &args),
        Command::Serve(args) => serve::run(&globals, &args),
        Command::Debug(args) => debug::run(&args),
        Command::Cache(args) => cache::run(&globals, &args),
    }
}

impl Globals {
    /// Gives the same options with nothing kept on disk.
    pub(crate) fn without_cache(&self) -> Self {
        Self { plugin_dirs: self.plugin_dirs.clone(), cache: Cache::None, replay: self.replay.clone(), ..*self }
    }

    /// Gives the folder for what is kept; `None` when nothing is.
    pub(crate) fn cache_dir(&self) -> Option<PathBuf> {
        match &self.cache {
            Cache::Default => default_cache_dir(),
            Cache::At(folder) => Some(folder.clone()),
            Cache::None => None,
        }
    }

    /// Starts the engine.
    pub(crate) fn engine(&self, max_file_bytes: u64) -> anyhow::Result<Engine> {
        let config = EngineConfig {
            cache_dir: self.cache_dir(),
            cache_limit_bytes: self.cache_limit_bytes,
            plugin_dirs: self.plugin_dirs.clone(),
            replay: self.replay.clone(),
            max_file_bytes,
        };
        Engine::start(config).context("the engine cannot start")
    }
}

/// Gives the place of the Python that replays: beside the binary as a release has it, else in the checkout that the
/// binary was built in.
fn pinned_python() -> PathBuf {
    const FILE: &str = "python-3.12.0.wasm";
    let binary = std::env::current_exe().unwrap_or_default();
    let folder = binary.parent().unwrap_or(Path::new("."));
    let shipped = folder.join("lib").join(FILE);
    let others = ["../lib", "../../.tools/python-wasi", "../../../.tools/python-wasi"];
    let places = std::iter::once(shipped.clone()).chain(others.map(|place| folder.join(place).join(FILE)));
    places.into_iter().find(|place| place.is_file()).unwrap_or(shipped)
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
