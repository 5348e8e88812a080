//! The files of a project that one finding can depend on, as a program of their own. Invariant: what is proved on a slice
//! holds for the project: a module that is left out counts as one that nothing is known of.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use model::{finding::Finding, ids::FileId};

use crate::{analysed::Analysed, analysis::FileAnalysis, candidate::Candidate, context::Context, snapshot::SourceFile};

/// Most files of a slice.
const MAX_FILES: usize = 24;
/// Most bytes of a slice's files; each patch attempt analyses them anew.
pub(crate) const MAX_BYTES: usize = 256 << 10;
/// Most slices that are kept at a time.
const MAX_KEPT: usize = 32;

/// Some files of a snapshot as one program.
pub(crate) struct Slice {
    files: Vec<FileId>,
    pub(crate) analysed: Arc<Analysed>,
    /// Hash of the paths and texts: equal slices answer equal questions alike.
    pub(crate) digest: [u8; 32],
    checked: Mutex<BTreeMap<FileId, Arc<FileAnalysis>>>,
}

impl Slice {
    /// Analyses the files together.
    pub(crate) fn new(ctx: &Context, files: &BTreeSet<FileId>) -> Self {
        let files: Vec<FileId> = files.iter().copied().collect();
        let sources: Vec<&SourceFile> = files.iter().filter_map(|file| ctx.snapshot.file(*file)).collect();
        let analysed = Arc::new(ctx.analyse(&sources));
        Self { files, analysed, digest: digest(&sources), checked: Mutex::default() }
    }

    /// Takes an analysis that was already made of these files.
    fn of(ctx: &Context, files: &BTreeSet<FileId>, analysed: Arc<Analysed>) -> Self {
        let sources: Vec<&SourceFile> = files.iter().filter_map(|file| ctx.snapshot.file(*file)).collect();
        Self { files: files.iter().copied().collect(), analysed, digest: digest(&sources), checked: Mutex::default() }
    }

    /// The same slice with one file's text replaced.
    pub(crate) fn with(&self, ctx: &Context, changed: &SourceFile) -> Self {
        let source = |file: &FileId| if *file == changed.id { Some(changed) } else { ctx.snapshot.file(*file) };
        let sources: Vec<&SourceFile> = self.files.iter().filter_map(source).collect();
        let analysed = Arc::new(ctx.analyse(&sources));
        Self { files: self.files.clone(), analysed, digest: digest(&sources), checked: Mutex::default() }
    }

    /// Gives what the packs find in one of the files, asked once.
    pub(crate) fn findings(&self, ctx: &Context, file: &SourceFile) -> Arc<FileAnalysis> {
        let known = self.checked.lock().unwrap_or_else(PoisonError::into_inner).get(&file.id).cloned();
        if let Some(known) = known {
            return known;
        }
        let found = Arc::new(ctx.check(file, &self.analysed));
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).insert(file.id, found.clone());
        found
    }
}

fn digest(sources: &[&SourceFile]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for part in sources.iter().flat_map(|file| [&file.path, &file.text]) {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

/// Finds and keeps a project's slices.
pub(crate) struct Slices {
    neighbours: BTreeMap<FileId, Vec<FileId>>,
    /// The whole project, where it is small enough to be its own slice.
    whole: Option<Arc<Slice>>,
    kept: Mutex<BTreeMap<Vec<FileId>, Arc<Slice>>>,
}

impl Slices {
    /// Reads off the project's programs which files belong together.
    pub(crate) fn new(ctx: &Context, programs: &[Arc<Analysed>]) -> Self {
        let mut neighbours = BTreeMap::new();
        for analysed in programs {
            let modules: BTreeMap<&str, FileId> =
                analysed.program.modules.iter().map(|module| (module.name.as_str(), module.file)).collect();
            for module in &analysed.program.modules {
                let mut near = analysed.neighbours(module.file, &modules);
                near.extend(packages(&module.name, &modules));
                neighbours.insert(module.file, near);
            }
        }
        let all: BTreeSet<FileId> = ctx.snapshot.files.iter().map(|file| file.id).collect();
        let bytes: usize = ctx.snapshot.files.iter().map(|file| file.text.len()).sum();
        let whole = match programs {
            [only] if all.len() <= MAX_FILES && bytes <= MAX_BYTES => {
                Some(Arc::new(Slice::of(ctx, &all, only.clone())))
            }
            _ => None,
        };
        Self { neighbours, whole, kept: Mutex::default() }
    }

    /// Gives the slice for findings: the files of their paths, and what they import.
    pub(crate) fn around<'f>(&self, ctx: &Context, findings: impl Iterator<Item = &'f Finding>) -> Arc<Slice> {
        let files = findings.flat_map(|finding| {
            let on_path = finding.taint_path.steps.iter().map(|step| step.place.file);
            on_path.chain([finding.place.file])
        });
        self.of_files(ctx, files.collect())
    }

    /// Gives the smallest slice in which a candidate is found: its file alone where no data flow led to it.
    pub(crate) fn for_patch(&self, ctx: &Context, candidate: &Candidate) -> Arc<Slice> {
        if candidate.sink.is_none()
            && let Some(file) = ctx.snapshot.file(candidate.finding.place.file)
        {
            let alone = self.kept_or_new(ctx, BTreeSet::from([file.id]));
            let found = alone.findings(ctx, file);
            if found.candidates.iter().any(|known| known.finding.fingerprint == candidate.finding.fingerprint) {
                return alone;
            }
        }
        self.around(ctx, std::iter::once(&candidate.finding))
    }

    /// Gives the slice of some files and what they import.
    pub(crate) fn of_files(&self, ctx: &Context, start: BTreeSet<FileId>) -> Arc<Slice> {
        if let Some(whole) = &self.whole {
            return whole.clone();
        }
        let files = self.closure(ctx, start);
        self.kept_or_new(ctx, files)
    }

    fn kept_or_new(&self, ctx: &Context, files: BTreeSet<FileId>) -> Arc<Slice> {
        let key: Vec<FileId> = files.iter().copied().collect();
        if let Some(known) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let slice = Arc::new(Slice::new(ctx, &files));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.pop_first();
        }
        kept.insert(key, slice.clone());
        slice
    }

    /// Adds imported files, the nearest first, as far as the limits allow.
    fn closure(&self, ctx: &Context, start: BTreeSet<FileId>) -> BTreeSet<FileId> {
        let size = |file: &FileId| ctx.snapshot.file(*file).map_or(0, |source| source.text.len());
        let mut bytes: usize = start.iter().map(size).sum();
        let mut frontier: Vec<FileId> = start.iter().copied().collect();
        let mut files = start;
        while !frontier.is_empty() {
            let mut next = Vec::new();
            for near in frontier.iter().filter_map(|file| self.neighbours.get(file)).flatten() {
                let more = size(near);
                if files.len() < MAX_FILES && bytes + more <= MAX_BYTES && files.insert(*near) {
                    bytes += more;
                    next.push(*near);
                }
            }
            frontier = next;
        }
        files
    }
}

/// Gives the files of the packages that a module is in.
fn packages(name: &str, modules: &BTreeMap<&str, FileId>) -> Vec<FileId> {
    let mut found = Vec::new();
    let mut rest = name;
    while let Some((package, _)) = rest.rsplit_once('.') {
        found.extend(modules.get(package).copied());
        rest = package;
    }
    found
}
