//! What can go wrong between host and plugin. Invariant: no type of the wasm engine shows; its errors travel as causes.

use std::{error::Error, path::PathBuf};

/// A cause whose type is the wasm engine's own business.
pub(crate) type Cause = Box<dyn Error + Send + Sync + 'static>;

/// Says why the sandbox cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The machine refuses what the wasm engine needs.
    #[error("failed to start the wasm engine")]
    Engine(#[source] Cause),
    /// A folder for what is kept on disk cannot be made or used.
    #[error("failed to prepare the folder `{}`", path.display())]
    CacheFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// A folder for what is kept on disk is not this user's alone, so nothing in it can be trusted.
    #[error("the folder `{}` can be used by others: it must be this user's, mode 0700", path.display())]
    CacheFolderShared {
        /// The folder.
        path: PathBuf,
    },
    /// The thread that ends runaway plugins cannot be started.
    #[error("failed to start the thread that ends runaway plugins")]
    Ticker(#[source] std::io::Error),
}

/// Says why a component is refused. It is never run after that.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The bytes are more than a plugin may have.
    #[error("the file has {size_bytes} bytes; a plugin may have {limit_bytes}")]
    TooLarge {
        /// How many there are.
        size_bytes: usize,
        /// How many are allowed.
        limit_bytes: usize,
    },
    /// The bytes are no WebAssembly component.
    #[error("this is no WebAssembly component: {found}")]
    NotAComponent {
        /// What it is instead, in a clause.
        found: &'static str,
    },
    /// The component is not valid, or uses what the wasm engine does not offer.
    #[error("failed to compile the component")]
    Compile(#[source] Cause),
    /// The component asks for an interface that its kind is not granted.
    #[error("the component imports `{import}`, which a {kind} is not granted")]
    NotGranted {
        /// The interface with its version.
        import: String,
        /// What it was loaded as, such as `rule pack`.
        kind: &'static str,
    },
    /// The component is of another world.
    #[error("the component is no {kind}: it does not export `{export}`")]
    WrongWorld {
        /// The interface that it would have to export.
        export: &'static str,
        /// What it was loaded as.
        kind: &'static str,
    },
    /// The interfaces have the right names but other contents.
    #[error("the component does not fit this host's interface `securecode:plugin@1.0.0`")]
    Incompatible(#[source] Cause),
    /// The pack's description of itself is not valid.
    #[error("the pack's description is not valid: {reason}")]
    InvalidPack {
        /// What is wrong and where.
        reason: String,
    },
    /// The pack could not describe itself.
    #[error("the pack could not describe itself")]
    Describe(#[source] CallError),
}

/// Says why a call of a plugin gave no answer. The next call gets a fresh instance and is not affected.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The guest trapped: its own bug.
    #[error("the plugin crashed: {reason}{}", shown(message.as_deref()))]
    Trap {
        /// What the machine says, such as `unreachable` or `call stack exhausted`.
        reason: String,
        /// The last error that the plugin logged, which is its panic message if it panicked.
        message: Option<String>,
        /// Functions on the guest's stack, innermost first.
        backtrace: Vec<String>,
    },
    /// The guest computed for too long.
    #[error("the plugin ran longer than {limit_ms} ms")]
    Deadline {
        /// Its limit, in milliseconds; waiting for the host does not count.
        limit_ms: u64,
    },
    /// The guest asked for more memory than it may have.
    #[error("the plugin wanted more than {limit_bytes} bytes of memory")]
    Memory {
        /// Its limit.
        limit_bytes: usize,
    },
    /// The guest handed over more than the host takes.
    #[error("the plugin's output is too large: {what}")]
    OutputTooLarge {
        /// What, and the limit.
        what: String,
    },
    /// The guest's answer names something that is not there.
    #[error("the plugin's answer is not valid: {reason}")]
    InvalidOutput {
        /// What is wrong.
        reason: String,
    },
    /// The plugin says itself that it could not do its work.
    #[error("the plugin could not do it")]
    Plugin(#[from] crate::stage::PluginError),
    /// A capability of the host panicked while the guest waited for it.
    #[error("internal error: the host's `{capability}` panicked")]
    HostPanicked {
        /// Which.
        capability: &'static str,
    },
    /// No instance could be made.
    #[error("failed to start the plugin")]
    Instantiate(#[source] Cause),
}

fn shown(message: Option<&str>) -> String {
    message.map(|message| format!(": {message}")).unwrap_or_default()
}
