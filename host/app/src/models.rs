//! The language models that the operator configured. Invariant: no server is asked before something is wanted of it, and
//! none that the configuration does not name.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use anyhow::Context as _;
use api::wire::models::{BackEndJson, ModelServers};
use async_trait::async_trait;
use engine::config::LanguageModel;
use llm::{
    blocking::BlockingLlm,
    client::Client,
    config::LlmConfig,
    probe::Probe,
    report::{EndpointReport, Reach, Support, WantedModel},
};
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

    /// Gives the configured servers, to be tried; none where none are configured.
    pub(crate) fn servers(&self) -> anyhow::Result<Option<Servers>> {
        let Some(path) = &self.file else { return Ok(None) };
        Ok(Some(Servers { client: start(read(path)?, path)? }))
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

/// The servers of a configuration, for the web UI.
pub(crate) struct Servers {
    client: Client,
}

#[async_trait]
impl ModelServers for Servers {
    async fn test(&self) -> Vec<BackEndJson> {
        let report = self.client.report(Probe::Try).await;
        report
            .endpoints
            .iter()
            .flat_map(|endpoint| endpoint.wanted.iter().map(|wanted| back_end(endpoint, wanted)))
            .collect()
    }
}

fn back_end(endpoint: &EndpointReport, wanted: &WantedModel) -> BackEndJson {
    let version = endpoint.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    let (state, detail) = match &endpoint.reach {
        Reach::Ready { .. } => ("ok", format!("{}{version}", endpoint.server)),
        Reach::Failing { problem } => ("failing", problem.clone()),
        Reach::Unreachable { problem } => ("down", problem.clone()),
    };
    let features = endpoint.features;
    let all = [
        ("structured output", features.structured_output),
        ("several candidates", features.candidates),
        ("streaming", features.streaming),
        ("token counts", features.usage),
    ];
    let working = all.into_iter().filter(|(_, support)| *support == Support::Works);
    BackEndJson {
        tier: wanted.tier.to_string(),
        url: endpoint.base_url.clone(),
        model: wanted.model.clone(),
        state,
        detail,
        latency_ms: endpoint.call_ms,
        features: working.map(|(name, _)| name.to_owned()).collect(),
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
