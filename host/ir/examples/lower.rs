//! Lowers Python files or folders, checks the result and prints figures; with `--print`, the IR too.
#![expect(clippy::print_stdout, reason = "a command-line example")]

use std::{path::Path, path::PathBuf, time::Instant};

use ir::lower::{InputFile, assemble, prepare, scan_file};
use model::ids::FileId;

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if let Ok(entries) = std::fs::read_dir(path) {
        let mut entries: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        entries.sort();
        entries.iter().for_each(|entry| collect(entry, files));
    } else if path.extension().is_some_and(|extension| extension == "py") {
        files.push(path.to_owned());
    }
}

/// Gives the memory in use in MiB, where the system tells.
fn memory_mib() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: usize = status.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * 4 / 1024
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut paths = Vec::new();
    arguments
        .iter()
        .filter(|argument| *argument != "--print")
        .for_each(|argument| collect(argument.as_ref(), &mut paths));
    let texts: Vec<String> =
        paths.iter().map(|path| syntax::decode::decode(&std::fs::read(path).unwrap_or_default()).text).collect();
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let started = Instant::now();
    let parsed: Vec<_> = texts.iter().map(|text| syntax::parse::parse(text)).collect();
    let parse_time = started.elapsed();
    let inputs: Vec<InputFile<'_>> = (0_u32..)
        .zip(names.iter().zip(&texts).zip(&parsed))
        .map(|(id, ((path, text), parsed))| InputFile { file: FileId(id), path, text, tree: &parsed.tree })
        .collect();
    let parsed_mib = memory_mib();
    let started = Instant::now();
    let scanned = inputs.iter().map(|input| scan_file(*input)).collect();
    let scan_time = started.elapsed();
    let prepared = prepare(scanned);
    let prepare_time = started.elapsed() - scan_time;
    let prepared_mib = memory_mib();
    let program = assemble((0..prepared.file_count()).filter_map(|index| prepared.lower_file(index)));
    let lower_time = started.elapsed();
    println!(
        "scan {scan_time:?}, resolve names {prepare_time:?}; {parsed_mib} MiB parsed, {prepared_mib} MiB with names, {} MiB lowered",
        memory_mib()
    );
    if arguments.iter().any(|argument| argument == "--print") {
        for function in &program.functions {
            println!("{}", ir::print::print_function(&program, function.id));
        }
    }
    for (path, parsed) in names.iter().zip(&parsed) {
        for problem in &parsed.problems {
            println!("{path}:{}: {}", problem.span.start, problem.message);
        }
    }
    for problem in ir::validate::validate(&program) {
        println!("not well-formed: {problem}");
    }
    let bytes: usize = texts.iter().map(String::len).sum();
    let instructions: usize = program.functions.iter().flat_map(|f| &f.blocks).map(|b| b.instructions.len()).sum();
    println!(
        "{} files, {bytes} bytes, {} functions, {instructions} instructions; parse {parse_time:?}, lower {lower_time:?}",
        names.len(),
        program.functions.len(),
    );
}
