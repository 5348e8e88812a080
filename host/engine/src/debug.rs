//! The program that files are lowered to, for looking at. Invariant: the same decoding, parsing and lowering as a scan.

use ir::{
    lower::{InputFile, lower},
    program::Program,
};
use model::{ids::FileId, scan::SourceText};
use syntax::{packed::PackedTree, parse::parse};

use crate::snapshot::Snapshot;

/// Files lowered together.
#[derive(Debug)]
pub struct Lowered {
    /// The program.
    pub program: Program,
    snapshot: Snapshot,
}

impl Lowered {
    /// Gives the line, from 1, of a byte offset in a file; 0 for an unknown file.
    pub fn line(&self, file: FileId, offset: u32) -> u32 {
        self.snapshot.file(file).map_or(0, |source| source.lines.position(offset).line)
    }
}

/// Lowers files together, whatever their size.
pub fn lower_all(files: Vec<SourceText>) -> Lowered {
    let snapshot = Snapshot::new(files, u64::MAX);
    let trees: Vec<PackedTree> = snapshot.files.iter().map(|file| parse(&file.text).tree).collect();
    let files = snapshot.files.iter().zip(&trees);
    let inputs: Vec<InputFile<'_>> =
        files.map(|(file, tree)| InputFile { file: file.id, path: &file.path, text: &file.text, tree }).collect();
    let program = lower(&inputs);
    Lowered { program, snapshot }
}
