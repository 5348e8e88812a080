//! The sandbox itself: starts the wasm engine and loads plugins. Invariant: a plugin that was loaded keeps the engine
//! alive; dropping the sandbox ends nothing that is in use.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use crate::{
    about::Meter,
    bindings,
    call::Callee,
    capability::Kind,
    error::{LoadError, SandboxError},
    guest::Identity,
    limits::Limits,
    loading::{self, Loaded},
    pack::Pack,
    precompiled::PrecompiledFolder,
    runtime::{Allocation, Runtime},
    stages::{PatcherStage, ScannerStage, SpeculatorStage, SymbotStage},
};

/// How a sandbox is set up.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// Folder for compiled plugins, made with mode 0700; `None`: every start compiles them anew.
    pub cache_dir: Option<PathBuf>,
    /// Limits of rule packs.
    pub rules: Limits,
    /// Limits of stages.
    pub stages: Limits,
    /// Where instances get their memory from.
    pub allocation: Allocation,
    /// Values that the operator set, by plugin and then by name.
    pub options: BTreeMap<String, BTreeMap<String, String>>,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            cache_dir: None,
            rules: Limits::rules(),
            stages: Limits::stages(),
            allocation: Allocation::Pooled,
            options: BTreeMap::new(),
        }
    }
}

/// Loads plugins, each with its limits and grants.
pub struct Sandbox {
    runtime: Arc<Runtime>,
    folder: Option<PrecompiledFolder>,
    config: SandboxConfig,
}

impl Sandbox {
    /// Starts the wasm engine and its clock.
    ///
    /// # Errors
    /// When the machine refuses what the engine needs, or the folder for compiled plugins is not this user's alone.
    pub fn start(config: SandboxConfig) -> Result<Self, SandboxError> {
        let runtime = Arc::new(Runtime::start(config.allocation)?);
        let folder =
            config.cache_dir.as_deref().map(|path| PrecompiledFolder::open(path, &runtime.engine)).transpose()?;
        Ok(Self { runtime, folder, config })
    }

    /// Loads a rule pack and asks it once to describe itself. `name` is the plugin's name for its options and its log.
    ///
    /// # Errors
    /// When the bytes are no rule pack, ask for what rule packs are not granted, or the description is not valid.
    pub fn load_pack(&self, name: &str, bytes: &[u8]) -> Result<Pack, LoadError> {
        let loaded = self.load(Kind::RulePack, bytes)?;
        let (digest, size_bytes) = (loaded.digest.clone(), loaded.size_bytes);
        let world = bindings::rule_pack::RulePackPre::new(loaded.instance).map_err(incompatible)?;
        let named = (name, loaded.digest, loaded.imports);
        Pack::describe(self.callee(named, self.config.rules, world), digest, size_bytes)
    }

    /// Loads a Scanner.
    ///
    /// # Errors
    /// When the bytes are no Scanner, or ask for what Scanners are not granted.
    pub fn load_scanner(&self, bytes: &[u8]) -> Result<ScannerStage, LoadError> {
        let loaded = self.load(Kind::Scanner, bytes)?;
        let world = bindings::scanner::ScannerPre::new(loaded.instance).map_err(incompatible)?;
        Ok(ScannerStage { callee: self.callee(("scanner", loaded.digest, loaded.imports), self.config.stages, world) })
    }

    /// Loads a Speculator.
    ///
    /// # Errors
    /// When the bytes are no Speculator, or ask for what Speculators are not granted.
    pub fn load_speculator(&self, bytes: &[u8]) -> Result<SpeculatorStage, LoadError> {
        let loaded = self.load(Kind::Speculator, bytes)?;
        let world = bindings::speculator::SpeculatorPre::new(loaded.instance).map_err(incompatible)?;
        Ok(SpeculatorStage {
            callee: self.callee(("speculator", loaded.digest, loaded.imports), self.config.stages, world),
        })
    }

    /// Loads a SymBot.
    ///
    /// # Errors
    /// When the bytes are no SymBot, or ask for what SymBots are not granted.
    pub fn load_symbot(&self, bytes: &[u8]) -> Result<SymbotStage, LoadError> {
        let loaded = self.load(Kind::Symbot, bytes)?;
        let world = bindings::symbot::SymbotPre::new(loaded.instance).map_err(incompatible)?;
        Ok(SymbotStage { callee: self.callee(("symbot", loaded.digest, loaded.imports), self.config.stages, world) })
    }

    /// Loads a Patcher.
    ///
    /// # Errors
    /// When the bytes are no Patcher, or ask for what Patchers are not granted.
    pub fn load_patcher(&self, bytes: &[u8]) -> Result<PatcherStage, LoadError> {
        let loaded = self.load(Kind::Patcher, bytes)?;
        let world = bindings::patcher::PatcherPre::new(loaded.instance).map_err(incompatible)?;
        Ok(PatcherStage { callee: self.callee(("patcher", loaded.digest, loaded.imports), self.config.stages, world) })
    }

    fn load(&self, kind: Kind, bytes: &[u8]) -> Result<Loaded, LoadError> {
        loading::load(&self.runtime.engine, self.folder.as_ref(), kind, bytes)
    }

    fn callee<P>(&self, (plugin, digest, imports): (&str, String, Vec<String>), limits: Limits, world: P) -> Callee<P> {
        let options = self.config.options.get(plugin).cloned().unwrap_or_default();
        let meter = Arc::new(Meter::default());
        let identity = Arc::new(Identity { plugin: plugin.to_owned(), digest, imports, meter, options });
        Callee { runtime: self.runtime.clone(), identity, limits, world }
    }
}

fn incompatible(cause: wasmtime::Error) -> LoadError {
    LoadError::Incompatible(cause.into())
}
