//! What a call of a pack costs: time, and memory for each instance that is alive. Invariant: the guest does nothing, so
//! that the numbers are the boundary's own.

#![expect(clippy::unwrap_used, reason = "a bench that fails should stop")]

#[path = "../tests/support/guest.rs"]
mod guest;
#[path = "../tests/support/image.rs"]
mod image;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use sandbox::{
    pack::SourceFile,
    runtime::Allocation,
    sandbox::{Sandbox, SandboxConfig},
};

use guest::{NOTHING, PackText};

fn calls(criterion: &mut Criterion) {
    let bytes = PackText::checking(NOTHING).component();
    let small = SourceFile { path: "a.py", module: None, text: "x = 1\n", tree: &[], imports: &[] };
    let (text, tree) = ("x = 'some text'\n".repeat(1_000), vec![7; 16 * 1_024]);
    let usual = SourceFile { path: "a.py", module: None, text: &text, tree: &tree, imports: &[] };
    for (name, allocation) in [("pooled", Allocation::Pooled), ("on demand", Allocation::OnDemand)] {
        let sandbox = Sandbox::start(SandboxConfig { allocation, ..SandboxConfig::default() }).unwrap();
        let pack = sandbox.load_pack("bench", &bytes).unwrap();
        for (size, file) in [("an empty file", &small), ("16 KB of text and 64 KB of tree", &usual)] {
            let id = format!("check, {name}, {size}");
            criterion.bench_function(&id, |bencher| bencher.iter(|| black_box(pack.check(file, &[]).unwrap())));
        }
        let before = resident_bytes();
        (0..10_000).for_each(|_| drop(black_box(pack.check(&usual, &[]).unwrap())));
        let after = resident_bytes();
        eprintln!("{name}: 10,000 calls grew the process by {} KiB", after.saturating_sub(before) / 1024);
    }
}

fn loads(criterion: &mut Criterion) {
    let bytes = PackText::checking(NOTHING).component();
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("compiled");
    let plain = Sandbox::start(SandboxConfig::default()).unwrap();
    let keeping = Sandbox::start(SandboxConfig { cache_dir: Some(folder), ..SandboxConfig::default() }).unwrap();
    criterion.bench_function("load, compiled anew", |bencher| bencher.iter(|| plain.load_pack("b", &bytes).unwrap()));
    criterion.bench_function("load, from disk", |bencher| bencher.iter(|| keeping.load_pack("b", &bytes).unwrap()));
}

/// Gives the process's resident memory; 0 where the system does not tell.
fn resident_bytes() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()));
    pages.unwrap_or(0) * 4096
}

criterion_group!(benches, calls, loads);
criterion_main!(benches);
