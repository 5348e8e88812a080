//! The engine as its callers see it. Invariant: an `Engine` is immutable after start and can be shared by threads.

use std::{path::Path, sync::Arc, time::Instant};

use model::{
    finding::CheckedContract,
    ids::RuleId,
    report::Report,
    rule::RuleInfo,
    scan::{NewScan, ScanOptions, SourceText},
};
use sandbox::{
    error::SandboxError,
    sandbox::{Sandbox, SandboxConfig},
};
use workers::pool::Pool;

use crate::{
    build_digest::BuildDigest,
    config::{EngineConfig, Solving},
    context::Context,
    contract_kind::{Asked, ContractKind},
    contracts,
    error::EngineError,
    language::Language,
    observer::{Observer, Silent},
    pipeline,
    plugins::{Plugins, error_chain},
    prefilter::Prefilter,
    prover::ProverCache,
    replays::Replayer,
    snapshot::Snapshot,
    store::Store,
};

pub use sandbox::about::Spent;

pub use crate::plugins::{PluginKind, PluginSummary};

/// Scans snapshots; everything that a scan needs is loaded once.
pub struct Engine {
    pub(crate) core: Arc<Core>,
    config: EngineConfig,
}

/// What all scans share, and the plugins with counts of whoever holds it.
pub(crate) struct Core {
    pub(crate) plugins: Plugins,
    pub(crate) prefilter: Arc<Prefilter>,
    pub(crate) prover: Arc<ProverCache>,
    /// The processes that Z3 runs in; `None` when it runs in this one.
    pub(crate) solvers: Option<Arc<Pool>>,
    pub(crate) store: Arc<Store>,
    pub(crate) replayer: Arc<Replayer>,
    pub(crate) llm: Option<Arc<Language>>,
    pub(crate) build: BuildDigest,
}

/// A scan's report together with the texts that it speaks of.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What was found.
    pub report: Report,
    /// The files, for showing code.
    pub snapshot: Arc<Snapshot>,
    /// What each plugin's calls took in this scan.
    pub plugins: Vec<PluginSummary>,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
}

/// The contracts of a snapshot with their verdicts.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// The contracts, by file and place.
    pub contracts: Vec<VerifiedContract>,
    /// The files.
    pub snapshot: Arc<Snapshot>,
    /// What could not be analysed.
    pub faults: Vec<model::report::Fault>,
}

/// One contract with its verdict.
#[derive(Clone, Debug)]
pub struct VerifiedContract {
    /// Path of the file.
    pub path: String,
    /// Where the contract bites: the sink call, the `assert`, or the function's name.
    pub span: model::span::Span,
    /// Where it comes from.
    pub origin: ContractOrigin,
    /// The contract, its verdict and what that took.
    pub check: CheckedContract,
}

/// Where a contract comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContractOrigin {
    /// A rule's sink.
    Rule(RuleId),
    /// The code itself, or what is expected of any code.
    Code(ContractKind),
}

impl Core {
    /// Gives the same with plugins that count for one scan.
    fn for_scan(&self) -> Self {
        Self {
            plugins: self.plugins.for_scan(),
            prefilter: self.prefilter.clone(),
            prover: self.prover.clone(),
            solvers: self.solvers.clone(),
            store: self.store.clone(),
            replayer: self.replayer.clone(),
            llm: self.llm.clone(),
            build: self.build.clone(),
        }
    }
}

impl Engine {
    /// Loads the built-in stages and packs and those of the plugin folders.
    ///
    /// # Errors
    /// When the sandbox cannot start, a stage is missing, or a built-in component is refused. A refused component of a
    /// plugins folder is no error: every scan's report names it.
    pub fn start(config: EngineConfig) -> Result<Self, EngineError> {
        let (sandbox, compiled_dir) = start_sandbox(config.compiled_dir.as_deref())?;
        let plugins = Plugins::load(sandbox, &config.plugin_dirs)?;
        let core = Core {
            prefilter: Arc::new(Prefilter::new(&plugins)),
            prover: Arc::new(ProverCache::new()),
            solvers: match &config.solving {
                Solving::InProcess => None,
                Solving::Workers(command) => Some(Arc::new(Pool::new(command.clone()))),
            },
            store: Arc::new(Store::open(config.cache_dir.as_deref(), config.cache_limit_bytes)),
            replayer: Arc::new(Replayer::new(&config.replay, compiled_dir)),
            llm: config.llm.as_ref().map(Language::new).transpose()?.map(Arc::new),
            build: BuildDigest::new(&plugins),
            plugins,
        };
        Ok(Self { core: Arc::new(core), config })
    }

    /// Runs a scan on the calling thread (analysis spreads over the machine's cores).
    ///
    /// # Errors
    /// Only for a selection of rules that are not installed; whatever goes wrong later is a fault in the report.
    pub fn scan(&self, scan: NewScan, observer: Arc<dyn Observer>) -> Result<Outcome, EngineError> {
        let start = Instant::now();
        self.check_rules(&scan.options)?;
        let snapshot = Arc::new(Snapshot::new(scan.files, self.config.max_file_bytes));
        let core = Arc::new(self.core.for_scan());
        let ctx = Context::new(core.clone(), snapshot.clone(), scan.options, observer);
        let ctx = Arc::new(ctx.of_project(scan.project));
        let report = pipeline::run(&ctx);
        self.core.store.settle();
        let plugins = core.plugins.summaries();
        Ok(Outcome { report, snapshot, plugins, duration_ms: start.elapsed().as_millis() as u64 })
    }

    /// Finds the contracts of files (rules' sinks and the code's own) and proves or refutes each.
    ///
    /// # Errors
    /// When a function is asked for and no file has it.
    pub fn verify(
        &self,
        files: Vec<SourceText>,
        asked: &Asked,
        options: &ScanOptions,
    ) -> Result<Verification, EngineError> {
        self.check_rules(options)?;
        let snapshot = Arc::new(Snapshot::new(files, self.config.max_file_bytes));
        let ctx = Context::new(self.core.clone(), snapshot, options.clone(), Arc::new(Silent));
        let verification = contracts::verify_all(&ctx, asked);
        self.core.store.settle();
        verification
    }

    /// Tells whether a language model may be asked.
    pub fn has_language_model(&self) -> bool {
        self.core.llm.is_some()
    }

    /// Gives all installed rules by id.
    pub fn rules(&self) -> Vec<RuleInfo> {
        let mut rules: Vec<RuleInfo> = self
            .core
            .plugins
            .packs
            .iter()
            .flat_map(|pack| pack.info().rules.iter().map(|declaration| declaration.info.clone()))
            .collect();
        rules.sort_by(|left, right| left.id.cmp(&right.id));
        rules
    }

    /// Gives the stages in the order of their work, and then the packs.
    pub fn plugins(&self) -> Vec<PluginSummary> {
        self.core.plugins.summaries()
    }

    fn check_rules(&self, options: &ScanOptions) -> Result<(), EngineError> {
        for wanted in &options.rules {
            let is_known =
                self.core.plugins.packs.iter().any(|pack| pack.info().rules.iter().any(|rule| rule.info.id == *wanted));
            if !is_known {
                return Err(EngineError::NoSuchRule { rule: wanted.to_string() });
            }
        }
        Ok(())
    }
}

/// Starts the sandbox; a folder for compiled code that cannot be made or written is said once and done
/// without.
fn start_sandbox(compiled_dir: Option<&Path>) -> Result<(Sandbox, Option<&Path>), EngineError> {
    let start = |compiled_dir: Option<&Path>| {
        Sandbox::start(SandboxConfig { cache_dir: compiled_dir.map(Path::to_path_buf), ..SandboxConfig::default() })
    };
    match start(compiled_dir) {
        Ok(sandbox) => Ok((sandbox, compiled_dir)),
        Err(error @ SandboxError::CacheFolder { .. }) => {
            tracing::warn!(error = error_chain(&error), "compiled code is not kept on disk");
            start(None).map(|sandbox| (sandbox, None)).map_err(EngineError::Sandbox)
        }
        Err(error) => Err(EngineError::Sandbox(error)),
    }
}
