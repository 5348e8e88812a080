//! Analyses Python files or folders with the tests' specs and prints figures.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a command-line example")]

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use flow::analyse::analyse;
use ir::lower::{InputFile, lower};
use model::{
    ids::FileId,
    spec::{Entry, TaintSpecs},
};
use syntax::parse::parse;

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if let Ok(entries) = std::fs::read_dir(path) {
        let mut entries: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        entries.sort();
        entries.iter().for_each(|entry| collect(entry, files));
    } else if path.extension().is_some_and(|extension| extension == "py") {
        files.push(path.to_owned());
    }
}

fn main() {
    let specs: TaintSpecs = serde_json::from_str(include_str!("../tests/specs.json")).expect("specs.json is valid");
    let mut files = Vec::new();
    std::env::args().skip(1).for_each(|path| collect(Path::new(&path), &mut files));
    let texts: Vec<(String, String)> = files
        .iter()
        .filter_map(|file| Some((file.to_string_lossy().into_owned(), std::fs::read_to_string(file).ok()?)))
        .collect();
    let trees: Vec<_> = texts.iter().map(|(_, text)| parse(text)).collect();
    let inputs: Vec<InputFile<'_>> = (0_u32..)
        .map(FileId)
        .zip(texts.iter().zip(&trees))
        .map(|(file, ((path, text), parsed))| InputFile { file, path, text, tree: &parsed.tree })
        .collect();
    let start = Instant::now();
    let program = lower(&inputs);
    let lowered = start.elapsed();
    let start = Instant::now();
    let result = analyse(&program, &specs, Entry::All);
    let lines: usize = texts.iter().map(|(_, text)| text.lines().count()).sum();
    println!(
        "{} files, {lines} lines, {} functions; lower {lowered:?}, analyse {:?}; {} hits",
        texts.len(),
        program.functions.len(),
        start.elapsed(),
        result.hits.len(),
    );
    for hit in &result.hits {
        if let (Some(file), Some((_, text))) =
            (files.get(hit.call.file.0 as usize), texts.get(hit.call.file.0 as usize))
        {
            let before = text.bytes().take(hit.call.span.start as usize);
            println!("{}:{} {}", file.display(), before.filter(|byte| *byte == b'\n').count() + 1, hit.callee);
        }
    }
    for (place, bound) in &result.bounds {
        println!("{:?}: {bound}", files.get(place.file.0 as usize));
    }
}
