//! The language models that the operator configured. Invariant: no server is asked before something is wanted of it, and
//! none that the configuration does not name.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use anyhow::Context as _;
use engine::config::LanguageModel;
use llm::{blocking::BlockingLlm, client::Client, config::LlmConfig};
use tokio::runtime::Runtime;

/// Where they are configured, and what their calls run on.
#[derive(Clone, Debug)]
pub(crate) struct Models {
    file: Option<PathBuf>,
    transcripts: Option<PathBuf>,
    runtime: Arc<OnceLock<Runtime>>,
}

impl Models {
    pub(crate) fn new(file: Option<PathBuf>, transcripts: Option<PathBuf>) -> Self {
        Self { file, transcripts, runtime: Arc::default() }
    }

    /// Gives the configuration's file.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Makes the models ready for the engine; none where none are configured.
    pub(crate) fn start(&self) -> anyhow::Result<Option<LanguageModel>> {
        let Some(path) = &self.file else { return Ok(None) };
        let config = read(path)?;
        let identity = serde_json::to_string(&config.tiers)?;
        let client = start(config, path)?;
        let asked = BlockingLlm::new(Arc::new(client), self.runtime()?.handle().clone());
        Ok(Some(LanguageModel { asked, identity, transcripts: self.transcripts.clone() }))
    }

    fn runtime(&self) -> anyhow::Result<&Runtime> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.context("cannot start a runtime")?;
        Ok(self.runtime.get_or_init(|| runtime))
    }
}

/// Makes a client of a configuration that was read from a file.
pub(crate) fn start(config: LlmConfig, path: &Path) -> anyhow::Result<Client> {
    Client::start(config).with_context(|| format!("{} cannot be used", path.display()))
}

/// Reads a configuration in TOML.
pub(crate) fn read(path: &Path) -> anyhow::Result<LlmConfig> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is no configuration of language models", path.display()))
}
