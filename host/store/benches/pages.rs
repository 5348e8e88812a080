//! Pages, counts and neighbours among 100,000 findings of one scan in a file, with texts as long as real ones.
#![expect(clippy::expect_used, reason = "a benchmark")]

use std::collections::BTreeMap;

use criterion::{Criterion, criterion_group, criterion_main};
use store::{
    Store as _,
    findings::{Facet, FindingId, NewFinding, Query, SortKey},
    scans::{Ending, NewScan, Status},
    sqlite::SqliteStore,
    triage::{Decision, State},
};

const FINDINGS: usize = 100_000;
const SCAN: &str = "01a";

fn finding(number: usize) -> NewFinding {
    let rule = format!("python-rule-{}", number * 7 % 120);
    let path = format!("package{}/module{}/file{}.py", number % 40, number % 300, number % 5000);
    let pick = |words: [&str; 4]| words.get(number * 5 / 3 % 4).map(|word| (*word).to_owned());
    NewFinding {
        fingerprint: format!("{number:064x}"),
        cwe: format!("CWE-{}", number * 7 % 60),
        severity: u8::try_from(number % 5).expect("below 5"),
        confidence: u8::try_from(number % 3).expect("below 3"),
        owasp: vec![format!("A{:02}:2025", number * 7 % 10)],
        words: format!("a title that says what is wrong\n{}\n{path}\n{rule}\nfunction_{number}", "message ".repeat(12)),
        row: format!("{{\"message\":\"{}\"}}", "r".repeat(700)),
        body: format!("{{\"steps\":\"{}\"}}", "b".repeat(4000)),
        sarif: format!("{{\"codeFlows\":\"{}\"}}", "s".repeat(2500)),
        verdict: pick(["refuted", "unknown", "proved", "unknown"]),
        patch: pick(["verified", "unavailable", "unavailable", "unverified"]),
        rule,
        path,
    }
}

async fn filled(store: &SqliteStore) {
    let scan = NewScan {
        id: SCAN.into(),
        name: Some("bench".into()),
        created_at: 1,
        options: "{}".into(),
        files: 5000,
        bytes: 1 << 28,
    };
    store.add_scan(&scan).await.expect("the scan is new");
    let ending = Ending {
        status: Status::Completed,
        at: 2,
        error: None,
        is_complete: true,
        summary: None,
        faults: None,
        code_until: 3,
    };
    let findings: Vec<NewFinding> = (0..FINDINGS).map(finding).collect();
    store.finish(SCAN, &ending, &findings).await.expect("the findings are kept");
    let decision = Decision { state: State::FalsePositive, reason: None, expires: None, at: 4 };
    let decided: Vec<u32> = (0..2000).map(|number| number * 41).collect();
    store.decide(SCAN, &decided, &decision).await.expect("the decisions are kept");
}

fn query(filters: &[(Facet, &str)]) -> Query {
    let filters: BTreeMap<Facet, Vec<String>> =
        filters.iter().map(|(facet, value)| (*facet, vec![(*value).to_owned()])).collect();
    Query { filters, limit: 100, now: 5, ..Query::default() }
}

fn benchmark(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let store = runtime.block_on(SqliteStore::open(&folder.path().join("bench.db"))).expect("a database");
    let start = std::time::Instant::now();
    runtime.block_on(filled(&store));
    println!("{FINDINGS} findings kept in {:.1} s", start.elapsed().as_secs_f64());
    let queries = [
        ("all", query(&[])),
        ("open", query(&[(Facet::State, "open")])),
        ("false positives", query(&[(Facet::State, "false-positive")])),
        ("one rule", query(&[(Facet::Rule, "python-rule-7")])),
        ("one folder", query(&[(Facet::Path, "package7/module7")])),
        ("a word that is everywhere", Query { text: Some("message".into()), ..query(&[]) }),
        ("a word that is rare", Query { text: Some("function_77777".into()), ..query(&[]) }),
        ("by rule", Query { sort: SortKey::Rule, ..query(&[]) }),
        ("by path from the middle", Query { sort: SortKey::Path, after: Some(50_000), ..query(&[]) }),
        ("by verdict from the middle", Query { sort: SortKey::Verdict, after: Some(50_000), ..query(&[]) }),
        ("from the middle", Query { after: Some(50_000), ..query(&[]) }),
    ];
    let id = FindingId { scan: SCAN.into(), number: 50_000 };
    for (name, query) in &queries {
        criterion.bench_function(&format!("page: {name}"), |bencher| {
            bencher.iter(|| runtime.block_on(store.findings(SCAN, query)).expect("a page"));
        });
        criterion.bench_function(&format!("counts: {name}"), |bencher| {
            bencher.iter(|| runtime.block_on(store.facets(SCAN, query)).expect("counts"));
        });
        criterion.bench_function(&format!("neighbours: {name}"), |bencher| {
            bencher.iter(|| runtime.block_on(store.neighbours(&id, query)).expect("neighbours"));
        });
    }
    criterion.bench_function("trend", |bencher| {
        bencher.iter(|| runtime.block_on(store.trend("bench", 5)).expect("a trend"));
    });
    criterion.bench_function("files", |bencher| {
        bencher.iter(|| runtime.block_on(store.by_path(SCAN)).expect("files"));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1));
    targets = benchmark
}
criterion_main!(benches);
