//! Files lowered to one program, with what data flow says of them. Invariant: everything here follows from the files'
//! texts, the specs and the entry alone.

use std::{collections::BTreeMap, time::Instant};

use flow::{
    analyse::{FlowHit, FlowResult, Scope, SinkCall, analyse_again, analyse_within},
    memory::{Learned, Memory},
    types::ResolvedCall,
};
use ir::{
    lower::{InputFile, LoweredFile, ScannedFile, assemble, prepare, scan_file},
    program::Program,
};
use model::{
    ids::FileId,
    span::Place,
    spec::{Entry, TaintSpecs},
};
use rayon::prelude::*;
use syntax::packed::PackedTree;
use tracing::debug;

use crate::snapshot::SourceFile;

/// A program and its flows.
#[derive(Debug, Default)]
pub(crate) struct Analysed {
    pub(crate) program: Program,
    calls: BTreeMap<FileId, Vec<ResolvedCall>>,
    hits: BTreeMap<FileId, Vec<FlowHit>>,
    /// Every call that is a sink, tainted or not.
    pub(crate) sink_calls: Vec<SinkCall>,
    /// Every place where untrusted data enters, sorted.
    pub(crate) inputs: Vec<Place>,
    /// Parameters of handlers that only integers reach, sorted.
    pub(crate) numbers: Vec<Place>,
    /// Other parameters of handlers that no sender chooses freely, sorted.
    pub(crate) fixed: Vec<Place>,
    bounds: BTreeMap<FileId, Vec<(Place, String)>>,
}

impl Analysed {
    /// Lowers the files together, on all cores, and follows the data.
    pub(crate) fn new(files: &[(&SourceFile, &PackedTree)], specs: &TaintSpecs, entry: Entry, scope: Scope) -> Self {
        let program = lower_all(files);
        let flow = analyse_within(&program, specs, entry, scope);
        Self::sorted(program, flow)
    }

    /// As `new`, for what untrusted data comes to, with what was learned before; gives what is learned now, if that is
    /// something new.
    pub(crate) fn remembering(
        files: &[(&SourceFile, &PackedTree)],
        specs: &TaintSpecs,
        entry: Entry,
        memory: &Memory,
    ) -> (Self, Option<Memory>) {
        let start = Instant::now();
        let program = lower_all(files);
        let lowered = start.elapsed();
        let (flow, learned) = analyse_again(&program, specs, entry, Scope::Untrusted, memory);
        let followed = start.elapsed().saturating_sub(lowered);
        let Learned { memory, recalled, analysed } = learned;
        debug!(files = files.len(), functions = program.functions.len(), ?lowered, ?followed, recalled, analysed);
        (Self::sorted(program, flow), memory)
    }

    fn sorted(program: Program, flow: FlowResult) -> Self {
        let mut analysed = Self {
            program,
            sink_calls: flow.sink_calls,
            inputs: flow.inputs,
            numbers: flow.numbers,
            fixed: flow.fixed,
            ..Self::default()
        };
        for call in flow.calls {
            analysed.calls.entry(call.call.file).or_default().push(call);
        }
        for hit in flow.hits {
            analysed.hits.entry(hit.call.file).or_default().push(hit);
        }
        for bound in flow.bounds {
            analysed.bounds.entry(bound.0.file).or_default().push(bound);
        }
        analysed
    }

    /// Gives a file's calls with the names of what they call.
    pub(crate) fn calls(&self, file: FileId) -> &[ResolvedCall] {
        self.calls.get(&file).map_or(&[], Vec::as_slice)
    }

    /// Gives the hits whose sink is in a file.
    pub(crate) fn hits(&self, file: FileId) -> &[FlowHit] {
        self.hits.get(&file).map_or(&[], Vec::as_slice)
    }

    /// Gives the limits that were reached in a file.
    pub(crate) fn bounds(&self, file: FileId) -> &[(Place, String)] {
        self.bounds.get(&file).map_or(&[], Vec::as_slice)
    }

    /// Gives the files that a file's code names: imported modules and what it calls in them.
    pub(crate) fn neighbours(&self, file: FileId, modules: &BTreeMap<&str, FileId>) -> Vec<FileId> {
        let imported = self.program.module(file).into_iter().flat_map(|module| module.imports.values());
        let called = self.calls(file).iter().map(|call| &call.callee);
        let mut found: Vec<FileId> = imported.chain(called).filter_map(|path| module_of(path, modules)).collect();
        found.retain(|other| *other != file);
        found.sort();
        found.dedup();
        found
    }
}

fn lower_all(files: &[(&SourceFile, &PackedTree)]) -> Program {
    let scanned: Vec<ScannedFile<'_>> = files
        .par_iter()
        .map(|(file, tree)| scan_file(InputFile { file: file.id, path: &file.path, text: &file.text, tree }))
        .collect();
    let prepared = prepare(scanned);
    let lowered: Vec<LoweredFile> =
        (0..prepared.file_count()).into_par_iter().filter_map(|index| prepared.lower_file(index)).collect();
    assemble(lowered)
}

/// Finds the module that a dotted path leads into.
fn module_of(path: &str, modules: &BTreeMap<&str, FileId>) -> Option<FileId> {
    let mut rest = Some(path);
    while let Some(prefix) = rest {
        if let Some(found) = modules.get(prefix) {
            return Some(*found);
        }
        rest = prefix.rsplit_once('.').map(|(head, _)| head);
    }
    None
}
