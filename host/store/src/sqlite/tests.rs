//! The store against a real database. Invariant: every test has one of its own.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use super::SqliteStore;
use crate::{
    Store as _,
    findings::{Direction, Facet, FindingId, NewFinding, Query, SortKey},
    scans::{Ending, NewScan, Status},
    triage::{Decision, State},
};

const NOW: i64 = 1_000_000;

fn scan(id: &str, name: Option<&str>) -> NewScan {
    NewScan { id: id.into(), name: name.map(Into::into), created_at: NOW, options: "{}".into(), files: 1, bytes: 9 }
}

fn finding(number: usize) -> NewFinding {
    NewFinding {
        fingerprint: format!("f{number}"),
        rule: ["sql", "xss", "path"][number % 3].into(),
        cwe: ["CWE-89", "CWE-79", "CWE-22"][number % 3].into(),
        severity: (number % 5) as u8,
        confidence: (number % 3) as u8,
        owasp: vec![["A05:2025", "A01:2025"][number % 2].into()],
        path: format!("{}/file{}.py", ["shop", "shop_old", "tests"][number % 3], number % 7),
        verdict: [Some("refuted"), Some("proved"), None, Some("unknown")][number % 4].map(Into::into),
        patch: [Some("verified"), None][number % 2].map(Into::into),
        words: format!("A Title about finding {number}"),
        row: format!("{{\"n\":{number}}}"),
        body: format!("{{\"body\":{number}}}"),
        sarif: format!("{{\"ruleId\":{number}}}"),
    }
}

async fn filled(count: usize) -> SqliteStore {
    let store = SqliteStore::in_memory().await.unwrap();
    store.add_scan(&scan("a", Some("shop"))).await.unwrap();
    end(&store, "a", count).await;
    store
}

async fn end(store: &SqliteStore, id: &str, count: usize) {
    let findings: Vec<NewFinding> = (0..count).map(finding).collect();
    let ending = Ending {
        status: Status::Completed,
        at: NOW,
        error: None,
        is_complete: true,
        summary: None,
        faults: None,
        code_until: NOW + 10,
    };
    store.finish(id, &ending, &findings).await.unwrap();
}

fn query(filters: &[(Facet, &str)]) -> Query {
    let mut all: BTreeMap<Facet, Vec<String>> = BTreeMap::new();
    for (facet, value) in filters {
        all.entry(*facet).or_default().push((*value).to_owned());
    }
    Query { filters: all, limit: 10_000, now: NOW, ..Query::default() }
}

async fn numbers(store: &SqliteStore, query: &Query) -> Vec<u32> {
    store.findings("a", query).await.unwrap().findings.iter().map(|found| found.number).collect()
}

#[tokio::test]
async fn pages_neither_repeat_nor_leave_out() {
    let store = filled(100).await;
    for sort in [SortKey::Severity, SortKey::Path, SortKey::Rule, SortKey::Confidence, SortKey::Verdict] {
        for direction in [Direction::Usual, Direction::Reversed] {
            let whole = Query { sort, direction, ..query(&[]) };
            let expected = numbers(&store, &whole).await;
            assert_eq!(expected.len(), 75, "proved ones are left out");
            let mut seen: Vec<u32> = Vec::new();
            loop {
                let page = Query { after: seen.last().copied(), limit: 7, ..whole.clone() };
                let page = store.findings("a", &page).await.unwrap();
                seen.extend(page.findings.iter().map(|found| found.number));
                if !page.has_more {
                    break;
                }
            }
            assert_eq!(seen, expected, "{sort:?} {direction:?}");
            let middle = FindingId { scan: "a".into(), number: expected[30] };
            let neighbours = store.neighbours(&middle, &whole).await.unwrap();
            assert_eq!(neighbours, (Some(expected[29]), Some(expected[31])), "{sort:?} {direction:?}");
            let first = FindingId { scan: "a".into(), number: expected[0] };
            assert_eq!(store.neighbours(&first, &whole).await.unwrap(), (None, Some(expected[1])));
        }
    }
    let worst = store.findings("a", &Query { limit: 1, ..query(&[]) }).await.unwrap();
    assert_eq!(finding(worst.findings[0].number as usize).severity, 4);
}

#[tokio::test]
async fn filters_are_counted_as_they_filter() {
    let store = filled(120).await;
    let cases: [&[(Facet, &str)]; 7] = [
        &[],
        &[(Facet::Severity, "high"), (Facet::Severity, "critical")],
        &[(Facet::Verdict, "proved")],
        &[(Facet::Verdict, "none"), (Facet::Owasp, "A05:2025")],
        &[(Facet::Path, "shop")],
        &[(Facet::Path, "shop/file3.py"), (Facet::Cwe, "CWE-89")],
        &[(Facet::State, "open"), (Facet::Patch, "none"), (Facet::Rule, "xss"), (Facet::Confidence, "medium")],
    ];
    for filters in cases {
        let query = query(filters);
        let facets = store.facets("a", &query).await.unwrap();
        let found = numbers(&store, &query).await;
        assert_eq!(facets.total, found.len() as u64, "{filters:?}");
        for (facet, values) in &facets.counts {
            for (value, count) in values {
                let mut only = query.clone();
                only.filters.insert(*facet, vec![value.clone()]);
                assert_eq!(numbers(&store, &only).await.len() as u64, *count, "{filters:?} {facet:?} {value}");
            }
        }
    }
    let shop = numbers(&store, &query(&[(Facet::Path, "shop")])).await;
    assert!(shop.iter().all(|number| number % 3 == 0), "another folder begins with the same letters");
    let text = Query { text: Some("TITLE 17".into()), ..query(&[]) };
    assert_eq!(
        numbers(&store, &text).await,
        [117].as_slice().iter().filter(|n| *n % 4 != 1).copied().collect::<Vec<u32>>()
    );
    let hostile = Query { text: Some("' or 1=1 --".into()), ..query(&[(Facet::Rule, "x' or '1'='1")]) };
    assert_eq!(numbers(&store, &hostile).await, [0_u32; 0]);
}

#[tokio::test]
async fn decisions_hold_for_later_scans_until_they_end() {
    let store = filled(4).await;
    let decision =
        Decision { state: State::FalsePositive, reason: Some("a test".into()), expires: Some(NOW + 100), at: NOW };
    assert_eq!(store.decide("a", &[0, 2, 99], &decision).await.unwrap(), 2);
    for (id, name) in [("b", Some("shop")), ("c", Some("other"))] {
        store.add_scan(&scan(id, name)).await.unwrap();
        end(&store, id, 4).await;
    }
    let state = async |scan: &str, now: i64| {
        store.finding(&FindingId { scan: scan.into(), number: 2 }, now).await.unwrap().unwrap().triage.state
    };
    assert_eq!(state("b", NOW).await, State::FalsePositive);
    assert_eq!(state("c", NOW).await, State::Open);
    assert_eq!(state("b", NOW + 100).await, State::Open);
    assert_eq!(numbers(&store, &query(&[(Facet::State, "false-positive")])).await, [2, 0]);
    let again = Decision { state: State::Confirmed, reason: None, expires: None, at: NOW + 1 };
    store.decide("b", &[2], &again).await.unwrap();
    let history = store.history(&FindingId { scan: "a".into(), number: 2 }).await.unwrap();
    let said: Vec<(State, Option<&str>)> = history.iter().map(|one| (one.state, one.reason.as_deref())).collect();
    assert_eq!(said, [(State::Confirmed, None), (State::FalsePositive, Some("a test"))]);
    let trend = store.trend("shop", NOW).await.unwrap();
    // Of the four one is proved and one taken for none.
    assert_eq!(trend.iter().map(|point| point.open.iter().sum::<u32>()).collect::<Vec<_>>(), [2, 2]);
}

#[tokio::test]
async fn scans_wait_run_and_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data").join("securecode.db");
    let store = SqliteStore::open(&file).await.unwrap();
    for id in ["a", "b", "c"] {
        store.add_scan(&scan(id, None)).await.unwrap();
    }
    assert_eq!(store.claim(NOW).await.unwrap().map(|scan| (scan.id, scan.status)), Some(("a".into(), Status::Running)));
    assert_eq!(store.queued(Some("c")).await.unwrap(), 1);
    assert!(store.cancel_queued("b", NOW).await.unwrap());
    assert!(!store.cancel_queued("a", NOW).await.unwrap());
    drop(store);
    let store = SqliteStore::open(&file).await.unwrap();
    assert_eq!(store.requeue().await.unwrap(), 1);
    assert_eq!(store.claim(NOW).await.unwrap().map(|scan| scan.id), Some("a".into()));
    end(&store, "a", 3).await;
    assert_eq!(store.overdue(NOW + 9).await.unwrap(), ["b"]);
    assert_eq!(store.overdue(NOW + 10).await.unwrap(), ["a", "b"]);
    store.code_removed("a").await.unwrap();
    assert_eq!(store.overdue(NOW + 10).await.unwrap(), ["b"]);
    store.remove("a").await.unwrap();
    assert_eq!(numbers(&store, &query(&[])).await, [0_u32; 0]);
    assert_eq!(
        store.scans(None, None, 10).await.unwrap().iter().map(|scan| scan.id.as_str()).collect::<Vec<_>>(),
        ["c", "b"]
    );
}

#[tokio::test]
async fn a_key_stands_for_one_scan() {
    let store = SqliteStore::in_memory().await.unwrap();
    assert_eq!(store.add_scan_once(&scan("a", None), "key", "hash").await.unwrap(), None);
    let known = store.add_scan_once(&scan("b", None), "key", "other").await.unwrap();
    assert_eq!(known, Some(("a".into(), "hash".into())));
    assert_eq!(store.scan("b").await.unwrap(), None);
}
