//! The files of a project that one finding can depend on, as a program of their own. Invariant: what is proved on a slice
//! holds for the project: a module that is left out counts as one that nothing is known of, and what it changes as changed.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use flow::analyse::Scope;
use model::ids::FileId;
use rayon::prelude::*;
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
    fn new(ctx: &Context, plan: &SlicePlan, changes: Option<Arc<Changes>>) -> Self {
        let sources: Vec<&SourceFile> = plan.files.iter().filter_map(|file| ctx.snapshot.file(*file)).collect();
        let analysed = ctx.analyse(&sources, plan.scope);
        let is_broken = analysed.is_none();
        Self {
            files: plan.files.clone(),
            scope: plan.scope,
            analysed: Arc::new(analysed.unwrap_or_default()),
            is_broken,
            changes,
            digest: plan.digest,
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
            digest: ctx.slices().digests.of(&self.files, self.scope, Some(changed)),
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

/// Names a slice before it is analysed.
#[derive(Clone, Debug)]
pub(crate) struct SlicePlan {
    files: Vec<FileId>,
    scope: Scope,
    /// Hash of all that the slice's analysis depends on.
    pub(crate) digest: [u8; 32],
}

impl SlicePlan {
    /// Gives the files.
    pub(crate) fn files(&self) -> &[FileId] {
        &self.files
    }
}

/// Hashes that slices are named by: the texts of the project's files, and what any code of the project changes.
struct Digests {
    files: Vec<[u8; 32]>,
    changes: [u8; 32],
}

impl Digests {
    fn new(ctx: &Context, changes: &Changes) -> Self {
        let files = ctx.snapshot.files.par_iter().map(Self::of_file).collect();
        let mut hasher = blake3::Hasher::new();
        changes.names().for_each(|name| frame(&mut hasher, name.as_bytes()));
        Self { files, changes: hasher.finalize().into() }
    }

    fn of_file(file: &SourceFile) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        frame(&mut hasher, file.path.as_bytes());
        frame(&mut hasher, file.text.as_bytes());
        frame(&mut hasher, &[u8::from(file.is_faithful)]);
        hasher.finalize().into()
    }

    /// Names files in their order, with one of them changed where given. Numbers of files do not count: their order is
    /// that of their paths in every snapshot.
    fn of(&self, files: &[FileId], scope: Scope, changed: Option<&SourceFile>) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[u8::from(scope == Scope::Everything)]);
        hasher.update(&self.changes);
        for id in files {
            match changed.filter(|file| file.id == *id) {
                Some(file) => hasher.update(&Self::of_file(file)),
                None => hasher.update(self.files.get(id.0 as usize).unwrap_or(&[0; 32])),
            };
        }
        hasher.finalize().into()
    }
}

fn frame(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

/// The slice on which patches of a candidate are tried.
pub(crate) struct ForPatch {
    pub(crate) slice: Arc<Slice>,
    /// Whether the choice would be the same again: nothing failed on the way.
    pub(crate) is_repeatable: bool,
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
    digests: Digests,
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
        let only = match programs {
            [only] if files <= MAX_FILES && bytes <= MAX_BYTES => Some(only),
            _ => None,
        };
        let mut changes = Changes::default();
        if only.is_none() {
            programs.iter().for_each(|analysed| changes.join(Changes::of(&analysed.program)));
        }
        let digests = Digests::new(ctx, &changes);
        let whole = only.map(|analysed| {
            let files: Vec<FileId> = ctx.snapshot.files.iter().map(|file| file.id).collect();
            let digest = digests.of(&files, Scope::Everything, None);
            Arc::new(Slice {
                files,
                scope: Scope::Everything,
                analysed: analysed.clone(),
                is_broken: false,
                changes: None,
                digest,
                checked: Mutex::default(),
            })
        });
        Self { neighbours, whole, changes: Arc::new(changes), digests, kept: Mutex::default() }
    }

    /// Plans the slice for candidates: the files of their paths and of all functions that untrusted data enters by, and
    /// what they import.
    pub(crate) fn plan_around<'c>(&self, ctx: &Context, candidates: impl Iterator<Item = &'c Candidate>) -> SlicePlan {
        let files = candidates.flat_map(|candidate| {
            let finding = &candidate.finding;
            let on_path = finding.taint_path.steps.iter().map(|step| step.place.file);
            let entries = candidate.sink.iter().flat_map(|sink| &sink.entries).map(|entry| entry.file);
            on_path.chain(entries).chain([finding.place.file])
        });
        self.plan_of_files(ctx, files.collect())
    }

    /// Plans the slice of some files and what they import.
    pub(crate) fn plan_of_files(&self, ctx: &Context, start: BTreeSet<FileId>) -> SlicePlan {
        match &self.whole {
            Some(whole) => SlicePlan { files: whole.files.clone(), scope: whole.scope, digest: whole.digest },
            None => self.plan(self.closure(ctx, start), Scope::Everything),
        }
    }

    fn plan(&self, files: BTreeSet<FileId>, scope: Scope) -> SlicePlan {
        let files: Vec<FileId> = files.into_iter().collect();
        let digest = self.digests.of(&files, scope, None);
        SlicePlan { files, scope, digest }
    }

    /// Plans the slices that `for_patch` chooses from, in its order.
    pub(crate) fn plans_for_patch(&self, ctx: &Context, candidate: &Candidate) -> Vec<SlicePlan> {
        let alone = candidate.sink.is_none().then(|| self.plan_alone(candidate.finding.place.file));
        alone.into_iter().chain([self.plan_around(ctx, std::iter::once(candidate))]).collect()
    }

    /// Plans the slice of one file; no sink is asked for, so that only what untrusted data comes to has to be followed.
    fn plan_alone(&self, file: FileId) -> SlicePlan {
        self.plan(BTreeSet::from([file]), Scope::Untrusted)
    }

    /// Gives the smallest slice in which a candidate is found: its file alone where no data flow led to it.
    pub(crate) fn for_patch(&self, ctx: &Context, candidate: &Candidate) -> ForPatch {
        let mut is_repeatable = true;
        if candidate.sink.is_none()
            && let Some(file) = ctx.snapshot.file(candidate.finding.place.file)
        {
            let alone = self.make(ctx, &self.plan_alone(file.id));
            let found = alone.findings(ctx, file);
            is_repeatable = !alone.is_broken && !found.has_failed();
            if found.candidates.iter().any(|known| known.finding.fingerprint == candidate.finding.fingerprint) {
                return ForPatch { slice: alone, is_repeatable };
            }
        }
        let slice = self.make(ctx, &self.plan_around(ctx, std::iter::once(candidate)));
        ForPatch { slice, is_repeatable }
    }

    /// Gives the slice that was planned, analysed now unless it is kept.
    pub(crate) fn make(&self, ctx: &Context, plan: &SlicePlan) -> Arc<Slice> {
        if let Some(whole) = self.whole.as_ref().filter(|whole| whole.digest == plan.digest) {
            return whole.clone();
        }
        let key: Key = (plan.files.clone(), plan.scope == Scope::Everything);
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept().iter().find(|(known, _)| *known == key).map(|(_, slice)| slice.clone());
        if let Some(known) = known {
            return known;
        }
        let slice = Arc::new(Slice::new(ctx, plan, Some(self.changes.clone())));
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
