//! The installed plugins. Invariant: exactly one component for each stage, at least zero rule packs, rule ids unique
//! over all packs.

use std::{collections::BTreeMap, fs, path::Path, path::PathBuf, sync::Arc};

use model::{
    contract::{ArgumentSelector, SinkLanguage},
    report::Fault,
    spec::TaintSpecs,
};
use sandbox::{
    about::PluginAbout,
    pack::{Interest, Pack},
    sandbox::Sandbox,
    stage::{PatcherStage, ScannerStage, SpeculatorStage, SymbotStage},
};

use crate::{embedded::PLUGINS, error::EngineError};

/// All that is installed.
pub(crate) struct Plugins {
    pub(crate) scanner: ScannerStage,
    pub(crate) speculator: SpeculatorStage,
    pub(crate) symbot: SymbotStage,
    pub(crate) patcher: PatcherStage,
    pub(crate) packs: Vec<Pack>,
    /// What all packs say of data flow, together.
    pub(crate) specs: Arc<TaintSpecs>,
    /// Whose sink each entry of `specs.sinks` is.
    pub(crate) sink_owners: Arc<Vec<InterestKey>>,
    /// What wants to be called where.
    pub(crate) interests: Arc<InterestIndex>,
    /// Components of the plugin folders that were refused.
    pub(crate) faults: Arc<Vec<Fault>>,
}

/// One loaded plugin.
#[derive(Clone, Debug)]
pub struct PluginSummary {
    /// Its name, digest and imports, and what its calls took.
    pub about: PluginAbout,
    /// What it is.
    pub kind: PluginKind,
    /// Its version; a stage's is this program's.
    pub version: String,
    /// How many rules it holds.
    pub rules: usize,
}

/// What a plugin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluginKind {
    /// One of the four stages.
    Stage,
    /// A pack of rules.
    Pack,
}

/// Names one interest of one rule of one pack, by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct InterestKey {
    pub(crate) pack: usize,
    pub(crate) rule: u32,
    pub(crate) interest: u32,
}

/// Interests by what they look for, so that one walk serves all packs.
#[derive(Debug, Default)]
pub(crate) struct InterestIndex {
    pub(crate) calls: BTreeMap<String, Vec<InterestKey>>,
    pub(crate) nodes: BTreeMap<u16, Vec<InterestKey>>,
    /// Lower-case words and who wants names that hold them.
    pub(crate) named_strings: Vec<(String, InterestKey)>,
}

impl Plugins {
    /// Loads the built-in components and those of the folders.
    pub(crate) fn load(sandbox: Sandbox, folders: &[PathBuf]) -> Result<Self, EngineError> {
        let refuse = |name: &'static str| move |cause| EngineError::Load { name: name.into(), cause };
        let mut plugins = Self {
            scanner: sandbox.load_scanner(stage("scanner")?).map_err(refuse("scanner"))?,
            speculator: sandbox.load_speculator(stage("speculator")?).map_err(refuse("speculator"))?,
            symbot: sandbox.load_symbot(stage("symbot")?).map_err(refuse("symbot"))?,
            patcher: sandbox.load_patcher(stage("patcher")?).map_err(refuse("patcher"))?,
            packs: Vec::new(),
            specs: Arc::default(),
            sink_owners: Arc::default(),
            interests: Arc::default(),
            faults: Arc::default(),
        };
        for (name, bytes) in PLUGINS.iter().filter(|(name, _)| !STAGES.contains(name)) {
            let load = |cause| EngineError::Load { name: (*name).into(), cause };
            plugins.packs.push(sandbox.load_pack(name, bytes).map_err(load)?);
        }
        for folder in folders {
            plugins.load_folder(&sandbox, folder)?;
        }
        plugins.index();
        Ok(plugins)
    }

    /// Gives the same plugins with counts of their own.
    pub(crate) fn for_scan(&self) -> Self {
        Self {
            scanner: self.scanner.metered(),
            speculator: self.speculator.metered(),
            symbot: self.symbot.metered(),
            patcher: self.patcher.metered(),
            packs: self.packs.iter().map(Pack::metered).collect(),
            specs: self.specs.clone(),
            sink_owners: self.sink_owners.clone(),
            interests: self.interests.clone(),
            faults: self.faults.clone(),
        }
    }

    /// Gives the stages in the order of their work, and then the packs.
    pub(crate) fn summaries(&self) -> Vec<PluginSummary> {
        let stages = [self.scanner.about(), self.speculator.about(), self.symbot.about(), self.patcher.about()];
        let stage = |about: PluginAbout| PluginSummary {
            about,
            kind: PluginKind::Stage,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rules: 0,
        };
        let pack = |pack: &Pack| PluginSummary {
            about: PluginAbout { name: pack.info().name.clone(), ..pack.about() },
            kind: PluginKind::Pack,
            version: pack.info().version.clone(),
            rules: pack.info().rules.len(),
        };
        stages.into_iter().map(stage).chain(self.packs.iter().map(pack)).collect()
    }

    fn load_folder(&mut self, sandbox: &Sandbox, folder: &Path) -> Result<(), EngineError> {
        let refuse = |cause| EngineError::PluginFolder { path: folder.to_path_buf(), cause };
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder).map_err(refuse)?.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "wasm"));
        paths.sort();
        for path in paths {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) => {
                    self.refuse(name, format!("cannot be read: {error}"));
                    continue;
                }
            };
            match sandbox.load_pack(&name, &bytes) {
                Ok(pack) => self.admit(pack),
                Err(error) => self.refuse(name, format!("refused: {}", error_chain(&error))),
            }
        }
        Ok(())
    }

    /// Takes a pack in unless one of its rules has the id of a known one.
    fn admit(&mut self, pack: Pack) {
        let taken = pack.info().rules.iter().find(|rule| {
            self.packs.iter().any(|known| known.info().rules.iter().any(|other| other.info.id == rule.info.id))
        });
        match taken {
            Some(rule) => {
                let reason = format!("refused: the rule id `{}` is taken by another pack", rule.info.id);
                self.refuse(pack.info().name.clone(), reason);
            }
            None => self.packs.push(pack),
        }
    }

    fn refuse(&mut self, pack: String, reason: String) {
        Arc::make_mut(&mut self.faults).push(Fault::Pack { pack, path: None, reason });
    }

    fn index(&mut self) {
        let (mut all, mut sink_owners) = (TaintSpecs::default(), Vec::new());
        let mut interests = InterestIndex::default();
        for (pack, installed) in self.packs.iter().enumerate() {
            let specs = &installed.info().specs;
            all.sources.extend(specs.sources.iter().cloned());
            all.sanitizers.extend(specs.sanitizers.iter().cloned());
            all.propagators.extend(specs.propagators.iter().cloned());
            all.return_types.extend(specs.return_types.iter().cloned());
            for (rule, declaration) in installed.info().rules.iter().enumerate() {
                for (interest, wanted) in declaration.interests.iter().enumerate() {
                    let key = InterestKey { pack, rule: rule as u32, interest: interest as u32 };
                    match wanted {
                        Interest::Call(names) => {
                            for name in names {
                                interests.calls.entry(name.clone()).or_default().push(key);
                            }
                        }
                        Interest::Node(kinds) => {
                            for &kind in kinds {
                                interests.nodes.entry(kind).or_default().push(key);
                            }
                        }
                        Interest::NamedString(words) => {
                            interests.named_strings.extend(words.iter().map(|word| (word.clone(), key)));
                        }
                        Interest::Flow(sink) => {
                            all.sinks.push(sink.clone());
                            sink_owners.push(key);
                        }
                    }
                }
            }
        }
        self.specs = Arc::new(all);
        self.sink_owners = Arc::new(sink_owners);
        self.interests = Arc::new(interests);
    }

    /// Gives the language and argument of a flow interest.
    pub(crate) fn sink(&self, key: InterestKey) -> Option<(&SinkLanguage, &ArgumentSelector)> {
        let at = self.sink_owners.iter().position(|owner| *owner == key)?;
        self.specs.sinks.get(at).map(|sink| (&sink.language, &sink.argument))
    }
}

const STAGES: &[&str] = &["scanner", "speculator", "symbot", "patcher"];

fn stage(name: &'static str) -> Result<&'static [u8], EngineError> {
    let found = PLUGINS.iter().find(|(stem, _)| *stem == name);
    found.map(|(_, bytes)| *bytes).ok_or(EngineError::MissingStage { stage: name })
}

/// Gives an error with its causes in one line.
pub(crate) fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
