//! Measures parsing and packing on the standard library of the Python that `python3` starts, in bytes a second.
#![expect(clippy::expect_used, reason = "a bench may fail")]

use std::{path::PathBuf, process::Command};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn standard_library() -> Vec<String> {
    let output = Command::new("python3").args(["-c", "import os; print(os.path.dirname(os.__file__))"]).output();
    let folder = PathBuf::from(String::from_utf8(output.expect("python3 runs").stdout).expect("UTF-8").trim());
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    files.sort();
    files.iter().filter_map(|path| std::fs::read(path).ok()).map(|bytes| syntax::decode::decode(&bytes).text).collect()
}

fn parse(criterion: &mut Criterion) {
    let files = standard_library();
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Bytes(files.iter().map(|text| text.len() as u64).sum())).sample_size(10);
    group.bench_function("standard library", |bencher| {
        bencher.iter(|| files.iter().map(|text| syntax::parse::parse(text).tree.node_count()).sum::<u32>());
    });
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
