//! What the stages of one scan share. Invariant: nothing in it changes but the lazily made programs and the faults.

use std::sync::{Arc, Mutex, OnceLock};

use ir::program::Program;
use model::{finding::Finding, ids::FileId, report::Fault, scan::ScanOptions};
use syntax::packed::PackedTree;

use crate::{
    analysis::program_of,
    candidate::Candidate,
    engine::Core,
    observer::Observer,
    snapshot::{Snapshot, SourceFile},
};

/// One scan's surroundings.
pub(crate) struct Context {
    pub(crate) core: Arc<Core>,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) options: ScanOptions,
    pub(crate) observer: Arc<dyn Observer>,
    programs: Vec<OnceLock<Arc<(PackedTree, Program)>>>,
    faults: Mutex<Vec<Fault>>,
}

impl Context {
    pub(crate) fn new(
        core: Arc<Core>,
        snapshot: Arc<Snapshot>,
        options: ScanOptions,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let programs = snapshot.files.iter().map(|_| OnceLock::new()).collect();
        Self { core, snapshot, options, observer, programs, faults: Mutex::new(Vec::new()) }
    }

    /// Gives a file with its tree and program, made on first use.
    pub(crate) fn program(&self, file: FileId) -> Option<(&SourceFile, Arc<(PackedTree, Program)>)> {
        let source = self.snapshot.file(file)?;
        let slot = self.programs.get(file.0 as usize)?;
        Some((source, slot.get_or_init(|| Arc::new(program_of(source))).clone()))
    }

    /// Remembers a fault for the report.
    pub(crate) fn fault(&self, fault: Fault) {
        self.faults.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(fault);
    }

    /// Gives the faults so far and forgets them.
    pub(crate) fn take_faults(&self) -> Vec<Fault> {
        std::mem::take(&mut *self.faults.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Names a unit of work for messages: `path:function`.
    pub(crate) fn unit_name(candidate: &Candidate) -> String {
        let Finding { path, function, .. } = &candidate.finding;
        format!("{path}:{}", function.as_deref().unwrap_or("<module>"))
    }
}
