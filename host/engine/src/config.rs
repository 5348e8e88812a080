//! What the engine needs to be told at start. Invariant: every field has a default that works on one machine.

use std::path::PathBuf;

/// The engine's settings.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Where compiled components are kept; `None` compiles anew at every start.
    pub cache_dir: Option<PathBuf>,
    /// Folders with further rule packs (`*.wasm`).
    pub plugin_dirs: Vec<PathBuf>,
    /// Files larger than this are refused with a fault, in bytes.
    pub max_file_bytes: u64,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self { cache_dir: None, plugin_dirs: Vec::new(), max_file_bytes: 4 << 20 }
    }
}
