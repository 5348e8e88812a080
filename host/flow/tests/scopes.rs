//! The two scopes of the analysis. Invariant: following only what untrusted data comes to finds the same as following
//! everything, on every fixture and on all of them together.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path};

use flow::analyse::{FlowResult, Scope, analyse_within};
use ir::{
    lower::{InputFile, lower},
    program::Program,
};
use model::{ids::FileId, spec::Entry, spec::TaintSpecs};
use syntax::packed::PackedTree;

fn fixtures() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "py"))
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

fn program(files: &[(String, String)]) -> Program {
    let trees: Vec<PackedTree> = files.iter().map(|(_, text)| syntax::parse::parse(text).tree).collect();
    let inputs: Vec<InputFile<'_>> = (0..)
        .zip(files.iter().zip(&trees))
        .map(|(number, ((path, text), tree))| InputFile { file: FileId(number), path, text, tree })
        .collect();
    lower(&inputs)
}

fn found(result: &FlowResult) -> Vec<String> {
    result.hits.iter().map(|hit| format!("{:?} {} {:?}", hit.call, hit.sink, hit.entries)).collect()
}

#[test]
fn both_scopes_find_the_same() {
    let specs: TaintSpecs = serde_json::from_str(include_str!("specs.json")).unwrap();
    let files = fixtures();
    for entry in [Entry::Web, Entry::Main, Entry::All] {
        let mut groups: Vec<&[(String, String)]> = files.chunks(1).collect();
        groups.push(&files);
        for group in groups {
            let program = program(group);
            let all = analyse_within(&program, &specs, entry, Scope::Everything);
            let some = analyse_within(&program, &specs, entry, Scope::Untrusted);
            assert_eq!(
                found(&all),
                found(&some),
                "{entry:?} {:?}",
                group.iter().map(|(name, _)| name).collect::<Vec<_>>()
            );
        }
    }
}
