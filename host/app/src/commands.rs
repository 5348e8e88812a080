//! The subcommands. Invariant: a command returns how it ended; only `main` exits.

pub(crate) mod cache;
pub(crate) mod debug;
pub(crate) mod fix;
pub(crate) mod llm;
pub(crate) mod rules;
pub(crate) mod scan;
pub(crate) mod serve;
pub(crate) mod verify;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use api::wire::models::ModelServers;
use engine::{
    config::{EngineConfig, ReplayWith, Solving, WorkerCommand},
    engine::Engine,
};
use model::{budget::Budget, scan::ScanOptions, spec::Entry};

use crate::{
    cli::{Cli, Command, ProofArgs},
    collect::Collected,
    exit::Outcome,
    models::Models,
};

/// What every command may need of the global options.
pub(crate) struct Globals {
    pub(crate) is_quiet: bool,
    plugin_dirs: Vec<PathBuf>,
    /// Where results are kept; `None`: nowhere.
    cache_dir: Option<PathBuf>,
    /// Where compiled code is kept; `None`: nowhere.
    compiled_dir: Option<PathBuf>,
    /// Where the operator asked for compiled code to be kept.
    asked_compiled_dir: Option<PathBuf>,
    cache_limit_bytes: u64,
    replay: ReplayWith,
    models: Models,
}

/// Runs the chosen command.
pub(crate) fn run(cli: Cli) -> anyhow::Result<Outcome> {
    let folder = cli.cache_dir.or_else(default_cache_dir);
    let globals = Globals {
        is_quiet: cli.quiet,
        plugin_dirs: cli.plugin_dirs,
        compiled_dir: cli.compiled_dir.clone().or_else(|| folder.clone()),
        asked_compiled_dir: cli.compiled_dir,
        cache_dir: folder.filter(|_| !cli.no_cache),
        cache_limit_bytes: cli.cache_limit,
        replay: if cli.no_replay {
            ReplayWith::Nothing
        } else {
            cli.replay_python.map_or_else(|| ReplayWith::Pinned(pinned_python()), ReplayWith::Chosen)
        },
        models: Models::new(cli.llm_config.filter(|_| !cli.no_llm), cli.llm_transcripts),
    };
    match cli.command {
        Command::Scan(args) => scan::run(&globals, &args),
        Command::Fix(args) => fix::run(&globals, &args),
        Command::Verify(args) => verify::run(&globals, &args),
        Command::Rules(args) => rules::run(&globals, &args),
        Command::Serve(args) => serve::run(&globals, &args),
        Command::Debug(args) => debug::run(&args),
        Command::Cache(args) => cache::run(&globals, &args),
        Command::Llm(args) => llm::run(&globals.models, &args),
        Command::ProverWorker { memory_mib } => {
            workers::worker::run(memory_mib).context("the prover's worker cannot go on")?;
            Ok(Outcome::Clean)
        }
    }
}

impl Globals {
    /// Gives the same options with nothing kept on disk but compiled code, and that only where the operator asked for it.
    pub(crate) fn without_cache(&self) -> Self {
        Self {
            plugin_dirs: self.plugin_dirs.clone(),
            cache_dir: None,
            compiled_dir: self.asked_compiled_dir.clone(),
            asked_compiled_dir: self.asked_compiled_dir.clone(),
            replay: self.replay.clone(),
            models: self.models.clone(),
            ..*self
        }
    }

    /// Gives the folder for results; `None` when none are kept.
    pub(crate) fn cache_dir(&self) -> Option<&Path> {
        self.cache_dir.as_deref()
    }

    /// Gives the servers of the language models, to be tried; none where none are configured.
    pub(crate) fn model_servers(&self) -> anyhow::Result<Option<Arc<dyn ModelServers>>> {
        Ok(self.models.servers()?.map(|servers| Arc::new(servers) as Arc<dyn ModelServers>))
    }

    /// Starts the engine.
    pub(crate) fn engine(&self, max_file_bytes: u64) -> anyhow::Result<Engine> {
        let config = EngineConfig {
            cache_dir: self.cache_dir.clone(),
            compiled_dir: self.compiled_dir.clone(),
            cache_limit_bytes: self.cache_limit_bytes,
            plugin_dirs: self.plugin_dirs.clone(),
            replay: self.replay.clone(),
            solving: Solving::Workers(WorkerCommand {
                program: std::env::current_exe().context("the program does not know its own place")?,
                memory_mib: WorkerCommand::MEMORY_MIB,
            }),
            llm: self.models.start()?,
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
