//! The installed plugins. Invariant: exactly one component for each stage, at least zero rule packs, rule ids unique
//! over all packs.

use std::{collections::BTreeMap, fs, path::Path, path::PathBuf};

use model::{
    contract::{ArgumentSelector, SinkLanguage},
    report::Fault,
    spec::TaintSpecs,
};
use sandbox::{
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
    pub(crate) specs: TaintSpecs,
    /// Whose sink each entry of `specs.sinks` is.
    pub(crate) sink_owners: Vec<InterestKey>,
    /// What wants to be called where.
    pub(crate) interests: InterestIndex,
    /// Components of the plugin folders that were refused.
    pub(crate) faults: Vec<Fault>,
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
            specs: TaintSpecs::default(),
            sink_owners: Vec::new(),
            interests: InterestIndex::default(),
            faults: Vec::new(),
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
        self.faults.push(Fault::Pack { pack, path: None, reason });
    }

    fn index(&mut self) {
        for (pack, installed) in self.packs.iter().enumerate() {
            let specs = &installed.info().specs;
            self.specs.sources.extend(specs.sources.iter().cloned());
            self.specs.sanitizers.extend(specs.sanitizers.iter().cloned());
            self.specs.propagators.extend(specs.propagators.iter().cloned());
            self.specs.return_types.extend(specs.return_types.iter().cloned());
            for (rule, declaration) in installed.info().rules.iter().enumerate() {
                for (interest, wanted) in declaration.interests.iter().enumerate() {
                    let key = InterestKey { pack, rule: rule as u32, interest: interest as u32 };
                    match wanted {
                        Interest::Call(names) => {
                            for name in names {
                                self.interests.calls.entry(name.clone()).or_default().push(key);
                            }
                        }
                        Interest::Node(kinds) => {
                            for &kind in kinds {
                                self.interests.nodes.entry(kind).or_default().push(key);
                            }
                        }
                        Interest::NamedString(words) => {
                            self.interests.named_strings.extend(words.iter().map(|word| (word.clone(), key)));
                        }
                        Interest::Flow(sink) => {
                            self.specs.sinks.push(sink.clone());
                            self.sink_owners.push(key);
                        }
                    }
                }
            }
        }
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
