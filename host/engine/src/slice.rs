//! The files of a project that one finding can depend on, as a program of their own. Invariant: what is proved on a slice
//! holds for the project: a module that is left out counts as one that nothing is known of, and what it changes as changed.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use flow::analyse::Scope;
use model::ids::FileId;
use verify::Changes;

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
    scope: Scope,
    pub(crate) analysed: Arc<Analysed>,
    /// Whether the analysis panicked: nothing is known then.
    pub(crate) is_broken: bool,
    /// What the rest of the project changes; `None` when there is no rest.
    pub(crate) changes: Option<Arc<Changes>>,
    /// Hash of all that an answer of the prover depends on: equal slices answer equal questions alike.
    pub(crate) digest: [u8; 32],
    checked: Mutex<BTreeMap<FileId, Arc<FileAnalysis>>>,
}

impl Slice {
    /// Analyses the files together.
    fn new(ctx: &Context, files: Vec<FileId>, scope: Scope, changes: Option<Arc<Changes>>) -> Self {
        let sources: Vec<&SourceFile> = files.iter().filter_map(|file| ctx.snapshot.file(*file)).collect();
        let analysed = ctx.analyse(&sources, scope);
        let digest = digest(&sources, changes.as_deref());
        let is_broken = analysed.is_none();
        let analysed = Arc::new(analysed.unwrap_or_default());
        Self { files, scope, analysed, is_broken, changes, digest, checked: Mutex::default() }
    }

    /// Takes an analysis of everything in a whole project.
    fn whole(ctx: &Context, analysed: Arc<Analysed>) -> Self {
        let sources: Vec<&SourceFile> = ctx.snapshot.files.iter().collect();
        Self {
            files: sources.iter().map(|file| file.id).collect(),
            scope: Scope::Everything,
            analysed,
            is_broken: false,
            changes: None,
            digest: digest(&sources, None),
            checked: Mutex::default(),
        }
    }

    /// The same slice with one file's text replaced.
    pub(crate) fn with(&self, ctx: &Context, changed: &SourceFile) -> Self {
        let source = |file: &FileId| if *file == changed.id { Some(changed) } else { ctx.snapshot.file(*file) };
        let sources: Vec<&SourceFile> = self.files.iter().filter_map(source).collect();
        let analysed = ctx.analyse(&sources, self.scope);
        Self {
            files: self.files.clone(),
            scope: self.scope,
            is_broken: analysed.is_none(),
            analysed: Arc::new(analysed.unwrap_or_default()),
            changes: self.changes.clone(),
            digest: digest(&sources, self.changes.as_deref()),
            checked: Mutex::default(),
        }
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

fn digest(sources: &[&SourceFile], changes: Option<&Changes>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    for file in sources {
        // Contracts name files by their ids.
        part(&file.id.0.to_le_bytes());
        part(file.path.as_bytes());
        part(file.text.as_bytes());
    }
    for name in changes.into_iter().flat_map(Changes::names) {
        part(name.as_bytes());
    }
    hasher.finalize().into()
}

/// Names a slice by its files and whether all sinks in them are known.
type Key = (Vec<FileId>, bool);

/// Finds and keeps a project's slices.
pub(crate) struct Slices {
    neighbours: BTreeMap<FileId, Vec<FileId>>,
    /// The whole project, where it is small enough to be its own slice.
    whole: Option<Arc<Slice>>,
    /// What any code of the project changes.
    changes: Arc<Changes>,
    /// The latest ones, the oldest first, by their files and whether all sinks in them are known.
    kept: Mutex<VecDeque<(Key, Arc<Slice>)>>,
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
        let files = ctx.snapshot.files.len();
        let bytes: usize = ctx.snapshot.files.iter().map(|file| file.text.len()).sum();
        let whole = match programs {
            [only] if files <= MAX_FILES && bytes <= MAX_BYTES => Some(Arc::new(Slice::whole(ctx, only.clone()))),
            _ => None,
        };
        let mut changes = Changes::default();
        if whole.is_none() {
            programs.iter().for_each(|analysed| changes.join(Changes::of(&analysed.program)));
        }
        let changes = Arc::new(changes);
        Self { neighbours, whole, changes, kept: Mutex::default() }
    }

    /// Gives the slice for candidates: the files of their paths and of all functions that untrusted data enters by, and
    /// what they import.
    pub(crate) fn around<'c>(&self, ctx: &Context, candidates: impl Iterator<Item = &'c Candidate>) -> Arc<Slice> {
        let files = candidates.flat_map(|candidate| {
            let finding = &candidate.finding;
            let on_path = finding.taint_path.steps.iter().map(|step| step.place.file);
            let entries = candidate.sink.iter().flat_map(|sink| &sink.entries).map(|entry| entry.file);
            on_path.chain(entries).chain([finding.place.file])
        });
        self.of_files(ctx, files.collect())
    }

    /// Gives the smallest slice in which a candidate is found: its file alone where no data flow led to it.
    pub(crate) fn for_patch(&self, ctx: &Context, candidate: &Candidate) -> Arc<Slice> {
        if candidate.sink.is_none()
            && let Some(file) = ctx.snapshot.file(candidate.finding.place.file)
        {
            // No sink is asked for, so that only what untrusted data comes to has to be followed.
            let alone = self.kept_or_new(ctx, BTreeSet::from([file.id]), Scope::Untrusted);
            let found = alone.findings(ctx, file);
            if found.candidates.iter().any(|known| known.finding.fingerprint == candidate.finding.fingerprint) {
                return alone;
            }
        }
        self.around(ctx, std::iter::once(candidate))
    }

    /// Gives the slice of some files and what they import.
    pub(crate) fn of_files(&self, ctx: &Context, start: BTreeSet<FileId>) -> Arc<Slice> {
        if let Some(whole) = &self.whole {
            return whole.clone();
        }
        let files = self.closure(ctx, start);
        self.kept_or_new(ctx, files, Scope::Everything)
    }

    fn kept_or_new(&self, ctx: &Context, files: BTreeSet<FileId>, scope: Scope) -> Arc<Slice> {
        let key: Key = (files.into_iter().collect(), scope == Scope::Everything);
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept().iter().find(|(known, _)| *known == key).map(|(_, slice)| slice.clone());
        if let Some(known) = known {
            return known;
        }
        let slice = Arc::new(Slice::new(ctx, key.0.clone(), scope, Some(self.changes.clone())));
        let mut kept = kept();
        if kept.len() >= MAX_KEPT {
            kept.pop_front();
        }
        kept.push_back((key, slice.clone()));
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
