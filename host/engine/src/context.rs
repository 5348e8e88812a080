//! What the stages of one scan share. Invariant: nothing in it changes but what is made lazily and the faults.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use flow::{analyse::Scope, memory::Memory};
use model::{finding::Finding, ids::FileId, report::Fault, scan::ScanOptions};
use syntax::{
    packed::PackedTree,
    parse::{Parsed, parse},
};

use crate::{
    analysed::Analysed,
    analysis::{FileAnalysis, check_file},
    candidate::Candidate,
    engine::Core,
    observer::Observer,
    slice::Slices,
    snapshot::{Snapshot, SourceFile},
    store::{
        Keep, Kind,
        key::{Key, KeyBuilder},
    },
};

/// One scan's surroundings.
pub(crate) struct Context {
    pub(crate) core: Arc<Core>,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) options: ScanOptions,
    /// What tells the project from others.
    project: Option<String>,
    pub(crate) observer: Arc<dyn Observer>,
    /// Numbers the scan; given out when it is first asked for.
    pub(crate) number: OnceLock<u64>,
    slices: OnceLock<Slices>,
    faults: Mutex<Vec<Fault>>,
}

impl Context {
    pub(crate) fn new(
        core: Arc<Core>,
        snapshot: Arc<Snapshot>,
        options: ScanOptions,
        observer: Arc<dyn Observer>,
    ) -> Self {
        Self {
            core,
            snapshot,
            options,
            project: None,
            observer,
            number: OnceLock::new(),
            slices: OnceLock::new(),
            faults: Mutex::new(Vec::new()),
        }
    }

    /// Says which project the files are.
    pub(crate) fn of_project(self, project: Option<String>) -> Self {
        Self { project, ..self }
    }

    /// Parses files and analyses them as one program; `None` when the analysis panicked.
    pub(crate) fn analyse(&self, files: &[&SourceFile], scope: Scope) -> Option<Analysed> {
        let trees: Vec<PackedTree> = files.iter().map(|file| parse(&file.text).tree).collect();
        let parts: Vec<(&SourceFile, &PackedTree)> = files.iter().copied().zip(&trees).collect();
        self.analyse_trees(&parts, scope)
    }

    /// Analyses parsed files as one program; `None` when the analysis panicked.
    pub(crate) fn analyse_trees(&self, files: &[(&SourceFile, &PackedTree)], scope: Scope) -> Option<Analysed> {
        let specs = &self.core.plugins.specs;
        catch_unwind(AssertUnwindSafe(|| Analysed::new(files, specs, self.options.entry, scope))).ok()
    }

    /// As `analyse_trees`, for a part of the project itself: with what was learned of it at its last scan.
    pub(crate) fn analyse_part(&self, number: usize, files: &[(&SourceFile, &PackedTree)]) -> Option<Analysed> {
        let specs = &self.core.plugins.specs;
        let entry = self.options.entry;
        let key = self.flow_key(number, files);
        let stored = key.as_ref().and_then(|key| self.core.store.get(key));
        let memory = Memory(stored.map(|bytes| bytes.to_vec()).unwrap_or_default());
        let analyse = || Analysed::remembering(files, specs, entry, &memory);
        let Ok((analysed, learned)) = catch_unwind(AssertUnwindSafe(analyse)) else {
            // Should what was kept be the reason, the analysis does without.
            return self.analyse_trees(files, Scope::Untrusted);
        };
        if let Some((key, learned)) = key.zip(learned).filter(|_| !self.observer.is_cancelled()) {
            self.core.store.put(&key, &learned.0);
        }
        Some(analysed)
    }

    /// Names what data flow learns of a part of the project. The files' texts are not in it: what is learned says by
    /// itself of which code it holds.
    fn flow_key(&self, number: usize, files: &[(&SourceFile, &PackedTree)]) -> Option<Key> {
        let mut key = KeyBuilder::new(Kind::Flow, &self.core.build.host);
        key.json(&self.core.plugins.specs).json(&self.options.entry).number(number as u64);
        match &self.project {
            Some(project) => key.text("project").text(project),
            None => files.iter().fold(key.text("files"), |key, (file, _)| key.text(&file.path)),
        };
        key.finish()
    }

    /// Asks the packs about a file of an analysed program; its syntax problems are among the faults.
    pub(crate) fn check(&self, file: &SourceFile, analysed: &Analysed) -> FileAnalysis {
        self.check_keeping(file, &parse(&file.text), analysed, Keep::InMemory)
    }

    /// As `check`, of a file of the project itself that is parsed already: the packs' answers are kept.
    pub(crate) fn check_parsed(&self, file: &SourceFile, parsed: &Parsed, analysed: &Analysed) -> FileAnalysis {
        self.check_keeping(file, parsed, analysed, Keep::OnDisk)
    }

    fn check_keeping(&self, file: &SourceFile, parsed: &Parsed, analysed: &Analysed, keep: Keep) -> FileAnalysis {
        let mut analysis = check_file(self, (file, &parsed.tree), analysed, keep);
        analysis.faults.splice(0..0, crate::analysis::syntax_faults(file, &parsed.problems));
        analysis
    }

    /// Says which programs the project was analysed as; to be called once, by the stage that does it.
    pub(crate) fn set_programs(&self, programs: &[Arc<Analysed>]) {
        let _is_first = self.slices.set(Slices::new(self, programs));
    }

    /// Gives the project's slices.
    pub(crate) fn slices(&self) -> &Slices {
        self.slices.get_or_init(|| Slices::new(self, &[]))
    }

    /// Remembers a fault for the report.
    pub(crate) fn fault(&self, fault: Fault) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// Gives the faults so far and forgets them.
    pub(crate) fn take_faults(&self) -> Vec<Fault> {
        std::mem::take(&mut *self.faults.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives a file's path.
    pub(crate) fn path_of(&self, file: FileId) -> Option<String> {
        self.snapshot.file(file).map(|source| source.path.clone())
    }

    /// Names a unit of work for messages: `path:function`.
    pub(crate) fn unit_name(candidate: &Candidate) -> String {
        let Finding { path, function, .. } = &candidate.finding;
        format!("{path}:{}", function.as_deref().unwrap_or("<module>"))
    }
}
