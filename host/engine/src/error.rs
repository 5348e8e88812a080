//! What can keep the engine from starting or a scan from running. Invariant: broken user input is never one of these.

use std::path::PathBuf;

/// Says why the engine cannot start or a question cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The wasm engine cannot start.
    #[error("failed to start the plugin sandbox")]
    Sandbox(#[source] sandbox::error::SandboxError),
    /// A stage of the pipeline is not among the plugins.
    #[error("the stage `{stage}` is not installed: this binary was built before `cargo xtask build-plugins` ran")]
    MissingStage {
        /// Which.
        stage: &'static str,
    },
    /// A built-in or installed component is refused.
    #[error("failed to load the plugin `{name}`")]
    Load {
        /// The file's name.
        name: String,
        /// Why.
        #[source]
        cause: sandbox::error::LoadError,
    },
    /// A plugins folder cannot be read.
    #[error("failed to read the plugins folder `{}`", path.display())]
    PluginFolder {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// Language models cannot be asked.
    #[error("failed to prepare the questions to language models: {reason}")]
    Language {
        /// Why.
        reason: String,
    },
    /// A rule that was asked for is not in any pack.
    #[error("no installed pack has a rule `{rule}`")]
    NoSuchRule {
        /// The id asked for.
        rule: String,
    },
    /// A file that was asked for is not in the snapshot, or a function not in the file.
    #[error("there is no function `{function}` in `{path}`")]
    NoSuchFunction {
        /// The file.
        path: String,
        /// The name asked for.
        function: String,
    },
}
