//! Applying patches in place. Invariant: what is written was verified one by one, and where patches touch the same
//! bytes the file is scanned again before the next one is applied.

use std::{collections::BTreeMap, fs, sync::Arc};

use anyhow::Context as _;
use engine::{
    edits,
    engine::{Engine, Outcome},
    observer::Silent,
    snapshot::Snapshot,
};
use model::{
    finding::Finding,
    patch::{Edit, Patch, PatchOutcome},
    scan::{NewScan, ScanOptions, SourceText},
};

use crate::collect::Collected;

/// Which patches are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// Those that passed the whole gate.
    Verified,
    /// Also those whose proof was cut by a bound.
    Bounded,
    /// Any that applies.
    Any,
}

impl Which {
    /// Tells whether a patch is taken.
    pub(crate) fn takes(self, patch: &Patch) -> bool {
        match self {
            Self::Verified => patch.gate.is_verified(),
            Self::Bounded => patch.gate.is_verified() || patch.gate.is_bounded(),
            Self::Any => !patch.diff.is_empty(),
        }
    }
}

/// One file with patches applied.
#[derive(Debug)]
pub(crate) struct PatchedFile {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) diff: String,
    /// How many patches went in.
    pub(crate) applied: usize,
}

/// What `--fix` did.
#[derive(Debug)]
pub(crate) struct Fixed {
    /// The scan of what is left.
    pub(crate) outcome: Outcome,
    /// For standard error.
    pub(crate) summary: String,
}

/// How often the files are scanned again for patches that had to wait for others.
const MAX_ROUNDS: usize = 10;

/// Joins the patches of each file that do not get in each other's way.
pub(crate) fn combine(snapshot: &Snapshot, findings: &[&Finding], which: Which) -> Vec<PatchedFile> {
    let mut by_file: BTreeMap<&str, Vec<&[Edit]>> = BTreeMap::new();
    for finding in findings {
        let Some(PatchOutcome::Proposed(patch)) = &finding.patch else { continue };
        if let ([only], true) = (patch.files.as_slice(), which.takes(patch)) {
            by_file.entry(&only.path).or_default().push(&only.edits);
        }
    }
    by_file.into_iter().filter_map(|(path, patches)| combine_file(snapshot, path, &patches)).collect()
}

fn combine_file(snapshot: &Snapshot, path: &str, patches: &[&[Edit]]) -> Option<PatchedFile> {
    let file = snapshot.find(path)?;
    let mut edits: Vec<Edit> = Vec::new();
    let mut applied = 0;
    for patch in patches {
        let fresh: Vec<Edit> = patch.iter().filter(|edit| !edits.contains(edit)).cloned().collect();
        let clashes = fresh.iter().any(|new| edits.iter().any(|old| touches(old, new)));
        if !clashes {
            edits.extend(fresh);
            applied += 1;
        }
    }
    let text = edits::apply(&file.text, &edits).ok()?;
    let diff = edits::unified_diff(path, &file.text, &text);
    Some(PatchedFile { path: path.into(), text, diff, applied })
}

/// Tells whether two edits share a byte or insert at the same place.
fn touches(left: &Edit, right: &Edit) -> bool {
    left.span.overlaps(right.span)
        || left.span.start == right.span.start
        || (left.span.start <= right.span.start && right.span.end <= left.span.end)
        || (right.span.start <= left.span.start && left.span.end <= right.span.end)
}

/// Applies patches on disk and scans again until none is left to apply.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn fix(
    engine: &Engine,
    collected: &Collected,
    options: &ScanOptions,
    which: Which,
    mut outcome: Outcome,
) -> anyhow::Result<Fixed> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..MAX_ROUNDS {
        let findings: Vec<&Finding> = outcome.report.findings.iter().collect();
        let patched = combine(&outcome.snapshot, &findings, which);
        if patched.is_empty() {
            break;
        }
        for file in &patched {
            write(collected, file)?;
            *counts.entry(file.path.clone()).or_default() += file.applied;
        }
        outcome = rescan(engine, options, &collected.project, &outcome, &patched)?;
    }
    let applied: usize = counts.values().sum();
    let mut summary: String = counts.iter().map(|(path, count)| format!("fixed {path}: {count} patches\n")).collect();
    summary.push_str(&format!("{applied} patches applied in {} files\n", counts.len()));
    Ok(Fixed { outcome, summary })
}

/// Writes a patched file to where it was read from.
pub(crate) fn write(collected: &Collected, file: &PatchedFile) -> anyhow::Result<()> {
    let target = collected.on_disk.get(&file.path).context("a patch names a file that was not scanned")?;
    fs::write(target, &file.text).with_context(|| format!("cannot write {}", target.display()))
}

/// Scans the files again, some of them with another text.
pub(crate) fn rescan(
    engine: &Engine,
    options: &ScanOptions,
    project: &str,
    old: &Outcome,
    patched: &[PatchedFile],
) -> anyhow::Result<Outcome> {
    let text_of = |path: &str| patched.iter().find(|file| file.path == path).map(|file| file.text.clone());
    let source = |file: &engine::snapshot::SourceFile| SourceText {
        path: file.path.clone(),
        bytes: text_of(&file.path).unwrap_or_else(|| file.text.clone()).into_bytes(),
    };
    let files = old.snapshot.files.iter().map(source).collect();
    let scan = NewScan { files, options: options.clone(), project: Some(project.to_owned()) };
    let mut outcome = engine.scan(scan, Arc::new(Silent))?;
    let kept = old.report.faults.iter().filter(|fault| matches!(fault, model::report::Fault::File { .. }));
    let lost: Vec<_> = kept.filter(|fault| !outcome.report.faults.contains(fault)).cloned().collect();
    outcome.report.faults.extend(lost);
    outcome.duration_ms += old.duration_ms;
    Ok(outcome)
}
