//! Analyses with a memory. Invariant: whatever was edited since, the result is that of an analysis without one.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::{fs, path::Path};

use flow::{
    analyse::{FlowResult, Scope, analyse_again, analyse_within},
    memory::{Learned, Memory},
};
use ir::{
    lower::{InputFile, lower},
    program::Program,
};
use model::{ids::FileId, spec::Entry, spec::TaintSpecs};
use syntax::packed::PackedTree;

type Files = Vec<(String, String)>;

fn fixtures() -> Files {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut files: Files = fs::read_dir(folder)
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "py"))
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

fn program(files: &Files) -> Program {
    let trees: Vec<PackedTree> = files.iter().map(|(_, text)| syntax::parse::parse(text).tree).collect();
    let inputs: Vec<InputFile<'_>> = (0..)
        .zip(files.iter().zip(&trees))
        .map(|(number, ((path, text), tree))| InputFile { file: FileId(number), path, text, tree })
        .collect();
    lower(&inputs)
}

fn specs() -> TaintSpecs {
    serde_json::from_str(include_str!("specs.json")).unwrap()
}

struct Project {
    specs: TaintSpecs,
    scope: Scope,
    memory: Memory,
}

impl Project {
    fn new(scope: Scope) -> Self {
        Self { specs: specs(), scope, memory: Memory::default() }
    }

    fn scan(&mut self, files: &Files) -> (FlowResult, Learned) {
        let (result, learned) = analyse_again(&program(files), &self.specs, Entry::All, self.scope, &self.memory);
        if let Some(memory) = &learned.memory {
            self.memory = memory.clone();
        }
        (result, learned)
    }

    fn check(&mut self, files: &Files, what: &str) -> Learned {
        let (warm, learned) = self.scan(files);
        let cold = analyse_within(&program(files), &self.specs, Entry::All, self.scope);
        let differs = |name: &str, differs: bool| assert!(!differs, "{what}: the {name} differ");
        for (left, right) in warm.hits.iter().zip(&cold.hits) {
            assert_eq!(left, right, "{what}");
        }
        differs("calls", warm.calls != cold.calls);
        let missing: Vec<_> = cold.sink_calls.iter().filter(|call| !warm.sink_calls.contains(call)).collect();
        let more: Vec<_> = warm.sink_calls.iter().filter(|call| !cold.sink_calls.contains(call)).collect();
        assert_eq!((missing, more), (vec![], vec![]), "{what}: sink calls");
        differs("sink calls", warm.sink_calls != cold.sink_calls);
        assert_eq!(warm.bounds, cold.bounds, "{what}");
        let missing: Vec<_> = cold.inputs.iter().filter(|input| !warm.inputs.contains(input)).collect();
        let more: Vec<_> = warm.inputs.iter().filter(|input| !cold.inputs.contains(input)).collect();
        assert_eq!((missing, more), (vec![], vec![]), "{what}: inputs");
        assert_eq!(warm, cold, "{what}");
        learned
    }
}

/// A small generator of numbers that are the same in every run (xorshift64, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }
}

fn edit(files: &mut Files, numbers: &mut Numbers) -> String {
    let index = numbers.below(files.len());
    let mut lines: Vec<String> = files[index].1.lines().map(str::to_owned).collect();
    let at = numbers.below(lines.len());
    let kind = numbers.below(6);
    match kind {
        0 => lines.insert(at, "# a comment".into()),
        1 => {
            lines.remove(at);
        }
        2 => lines.insert(at, lines[at].clone()),
        3 => lines[at] = lines[at].replace("request", "settings"),
        4 => lines.insert(0, "def added(value):\n    return value + \"added\"".into()),
        _ => lines[at] = lines[at].replace("return ", "return str() + "),
    }
    files[index].1 = lines.join("\n");
    format!("{} line {at}, edit {kind}", files[index].0)
}

#[test]
fn nothing_is_analysed_twice() {
    for scope in [Scope::Everything, Scope::Untrusted] {
        let (files, mut project) = (fixtures(), Project::new(scope));
        let first = project.check(&files, "first");
        assert_eq!(first.recalled, 0);
        let second = project.check(&files, "second");
        assert_eq!((second.analysed, second.memory), (0, None), "{scope:?}");
        assert_eq!(second.recalled, first.analysed);
    }
}

#[test]
fn a_line_above_costs_the_module_alone() {
    let (mut files, mut project) = (fixtures(), Project::new(Scope::Everything));
    let first = project.check(&files, "first");
    for (_, text) in &mut files {
        text.insert_str(0, "# one more line\n");
    }
    let second = project.check(&files, "a line above all files");
    assert!(second.analysed * 4 < first.analysed, "{} of {}", second.analysed, first.analysed);
}

#[test]
fn edits_give_what_a_fresh_analysis_gives() {
    for scope in [Scope::Everything, Scope::Untrusted] {
        let (mut files, mut project) = (fixtures(), Project::new(scope));
        let mut numbers = Numbers(0x5EC0_DEA1);
        let first = project.check(&files, "first");
        let mut analysed = 0;
        for round in 0..40 {
            let what = edit(&mut files, &mut numbers);
            analysed += project.check(&files, &format!("{scope:?}, round {round}: {what}")).analysed;
        }
        assert!(analysed < 40 * first.analysed / 4, "{analysed} analyses after 40 edits of {}", first.analysed);
    }
}

#[test]
fn spoiled_memory_is_no_memory() {
    let (files, mut project) = (fixtures(), Project::new(Scope::Everything));
    project.check(&files, "first");
    let mut numbers = Numbers(77);
    let whole = project.memory.clone();
    for _ in 0..20 {
        let at = numbers.below(whole.0.len());
        project.memory.0 = whole.0[..at].to_vec();
        project.check(&files, "after cutting");
    }
    // Other bytes than were written: whatever they say, nothing panics.
    for spoiled in [1, 16, 256, 4096] {
        project.memory = whole.clone();
        for _ in 0..spoiled {
            let at = numbers.below(whole.0.len());
            project.memory.0[at] = project.memory.0[at].wrapping_add(1);
        }
        project.scan(&files);
    }
}
