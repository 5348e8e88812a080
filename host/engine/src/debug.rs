//! The program that files are lowered to, for looking at. Invariant: the same decoding, parsing and lowering as a scan.

use ir::{
    lower::{InputFile, lower},
    program::Program,
};
use model::scan::SourceText;
use syntax::{packed::PackedTree, parse::parse};

use crate::snapshot::Snapshot;

/// Lowers files together, whatever their size.
pub fn program(files: Vec<SourceText>) -> Program {
    let snapshot = Snapshot::new(files, u64::MAX);
    let trees: Vec<PackedTree> = snapshot.files.iter().map(|file| parse(&file.text).tree).collect();
    let files = snapshot.files.iter().zip(&trees);
    let inputs: Vec<InputFile<'_>> =
        files.map(|(file, tree)| InputFile { file: file.id, path: &file.path, text: &file.text, tree }).collect();
    lower(&inputs)
}
