//! What the engine needs to be told at start. Invariant: every field has a default that works on one machine.

use std::path::PathBuf;

use llm::blocking::BlockingLlm;
pub use workers::pool::WorkerCommand;

/// Which Python replays counterexamples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReplayWith {
    /// None: they are not replayed.
    #[default]
    Nothing,
    /// The pinned one, at this path; where it is not there, replays are unavailable and say so.
    Pinned(PathBuf),
    /// One that the operator chose.
    Chosen(PathBuf),
}

/// Where Z3 runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Solving {
    /// In this process: nothing limits its memory, and its crash is this process's. For tests and short-lived tools.
    #[default]
    InProcess,
    /// In processes of their own.
    Workers(WorkerCommand),
}

/// The language models that the stages may ask.
#[derive(Clone, Debug)]
pub struct LanguageModel {
    /// How they are asked.
    pub asked: BlockingLlm,
    /// Tells these models, as they are set, from others: what they wrote is kept under it.
    pub identity: String,
    /// Where each exchange with them is written down, without secrets; `None`: nowhere.
    pub transcripts: Option<PathBuf>,
}

/// The engine's settings.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Where results are kept; `None`: in memory alone.
    pub cache_dir: Option<PathBuf>,
    /// Where the machine code of plugins and of the Python that replays is kept; `None`: it is made anew at every start.
    pub compiled_dir: Option<PathBuf>,
    /// Most bytes of results that are kept on disk.
    pub cache_limit_bytes: u64,
    /// Folders with further rule packs (`*.wasm`).
    pub plugin_dirs: Vec<PathBuf>,
    /// Which Python replays counterexamples.
    pub replay: ReplayWith,
    /// Where Z3 runs.
    pub solving: Solving,
    /// The language models; `None`: none is asked, and all else works.
    pub llm: Option<LanguageModel>,
    /// Files larger than this are refused with a fault, in bytes.
    pub max_file_bytes: u64,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            cache_dir: None,
            compiled_dir: None,
            cache_limit_bytes: 1 << 30,
            plugin_dirs: Vec::new(),
            replay: ReplayWith::Nothing,
            solving: Solving::InProcess,
            llm: None,
            max_file_bytes: 4 << 20,
        }
    }
}
