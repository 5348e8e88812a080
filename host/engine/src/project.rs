//! The whole project, parsed and analysed. Invariant: every file of the snapshot is in exactly one part, in the order of
//! the snapshot.

use std::sync::Arc;

use flow::analyse::Scope;
use model::report::{Fault, Stage};
use rayon::prelude::*;
use syntax::parse::{Parsed, parse};

use crate::{analysed::Analysed, analysis::PANICKED, context::Context, slice::MAX_BYTES, snapshot::SourceFile};

/// Most bytes of source that are analysed as one program; a larger project is cut where folders end.
const MAX_PROGRAM_BYTES: usize = 96 << 20;

/// Files that were analysed as one program.
pub(crate) struct Part<'s> {
    pub(crate) files: Vec<(&'s SourceFile, Parsed)>,
    pub(crate) analysed: Arc<Analysed>,
}

/// Parses all files and analyses them together; where that panics, each alone.
pub(crate) fn analyse(ctx: &Context) -> Vec<Part<'_>> {
    let parse_one = |file: &'_ SourceFile| {
        let parsed = if ctx.observer.is_cancelled() { parse("") } else { parse(&file.text) };
        ctx.observer.unit_done(Stage::Scanner);
        parsed
    };
    let parsed: Vec<Parsed> = ctx.snapshot.files.par_iter().map(parse_one).collect();
    let groups = grouped(ctx.snapshot.files.iter().zip(parsed).collect());
    if groups.len() > 1 {
        let reason = format!(
            "the project is larger than {} MiB: it was analysed in {} parts, and no data was followed between them",
            MAX_PROGRAM_BYTES >> 20,
            groups.len()
        );
        ctx.fault(Fault::Bound { path: ".".into(), reason });
    }
    groups.into_iter().enumerate().flat_map(|(number, group)| analyse_group(ctx, number, group)).collect()
}

fn analyse_group<'s>(ctx: &Context, number: usize, files: Vec<(&'s SourceFile, Parsed)>) -> Vec<Part<'s>> {
    let trees: Vec<_> = files.iter().map(|(file, parsed)| (*file, &parsed.tree)).collect();
    if ctx.observer.is_cancelled() {
        return vec![Part { files, analysed: Arc::default() }];
    }
    // A small project serves as its own slice, for which every sink has to be known.
    let size: usize = files.iter().map(|(file, _)| file.text.len()).sum();
    let analysed =
        if size <= MAX_BYTES { ctx.analyse_trees(&trees, Scope::Everything) } else { ctx.analyse_part(number, &trees) };
    if let Some(analysed) = analysed {
        return vec![Part { files, analysed: Arc::new(analysed) }];
    }
    let reason = "internal error: the analysis of the project panicked; each file was analysed alone";
    ctx.fault(Fault::Bound { path: ".".into(), reason: reason.into() });
    let alone = |(file, parsed): (&'s SourceFile, Parsed)| {
        let analysed = ctx.analyse_trees(&[(file, &parsed.tree)], Scope::Everything).unwrap_or_else(|| {
            ctx.fault(Fault::File { path: file.path.clone(), reason: PANICKED.into() });
            Analysed::default()
        });
        Part { files: vec![(file, parsed)], analysed: Arc::new(analysed) }
    };
    files.into_par_iter().map(alone).collect()
}

/// Cuts files, which are in the order of their paths, into groups of limited size; a folder is kept together where it
/// fits.
fn grouped(files: Vec<(&SourceFile, Parsed)>) -> Vec<Vec<(&SourceFile, Parsed)>> {
    let mut groups: Vec<Vec<(&SourceFile, Parsed)>> = Vec::new();
    let mut size = 0;
    for (file, parsed) in files {
        let folder = |file: &SourceFile| file.path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let is_new_folder =
            groups.last().and_then(|group| group.last()).is_some_and(|(last, _)| folder(last) != folder(file));
        let is_full = size + file.text.len() > MAX_PROGRAM_BYTES;
        let is_nearly_full = size > MAX_PROGRAM_BYTES / 4 * 3;
        if groups.is_empty() || is_full || (is_nearly_full && is_new_folder) {
            groups.push(Vec::new());
            size = 0;
        }
        size += file.text.len();
        if let Some(group) = groups.last_mut() {
            group.push((file, parsed));
        }
    }
    groups
}
