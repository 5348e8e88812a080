//! What the prover says of every rule's annotated fixture. Invariant: a line after `# ruleid: ID` is never proved, a line
//! after `# ok: ID` is never refuted, and no verdict is lost: the counts are floors.
//!
//! `cargo test --workspace --test verdicts -- --nocapture` prints the counts of each rule, what is not known and why, and
//! what took longest. `VERDICTS=all` prints every verdict as well, with its counterexample.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::PathBuf,
    sync::Arc,
};

use engine::{
    config::EngineConfig,
    contract_kind::{Asked, ContractKind, Start},
    engine::{ContractOrigin, Engine},
    observer::Silent,
    snapshot::Snapshot,
};
use model::{
    finding::CheckedContract,
    scan::{NewScan, ScanOptions, SourceText},
    spec::Entry,
    verdict::Verdict,
};

/// How many marked lines have at least this verdict, over all rules with contracts.
const BAD_REFUTED: usize = 332;
const SAFE_SETTLED: usize = 234;

/// A marked line of a fixture: file, rule and line.
type Mark = (String, String, u32);

/// What is said of a marked line: the weightiest of its contracts' verdicts.
#[derive(Default)]
struct Answers {
    of: BTreeMap<Mark, CheckedContract>,
}

impl Answers {
    fn add(&mut self, mark: Mark, check: &CheckedContract) {
        let weight = |verdict: &Verdict| match verdict {
            Verdict::Refuted { .. } => 3,
            Verdict::Unknown { .. } => 2,
            Verdict::Bounded { .. } => 1,
            Verdict::Proved => 0,
        };
        let known = self.of.get(&mark).map(|known| weight(&known.verdict));
        if known.is_none_or(|known| known < weight(&check.verdict)) {
            self.of.insert(mark, check.clone());
        }
    }
}

#[derive(Default)]
struct Counts {
    of: BTreeMap<&'static str, usize>,
    without: usize,
}

impl Counts {
    fn add(&mut self, answer: Option<&CheckedContract>) {
        match answer {
            Some(check) => *self.of.entry(check.verdict.as_str()).or_default() += 1,
            None => self.without += 1,
        }
    }

    fn get(&self, word: &str) -> usize {
        self.of.get(word).copied().unwrap_or_default()
    }

    fn join(&mut self, other: &Self) {
        self.without += other.without;
        for (word, count) in &other.of {
            *self.of.entry(word).or_default() += count;
        }
    }

    fn row(&self) -> String {
        let words = ["refuted", "proved", "bounded", "unknown"];
        let counts: String = words.iter().map(|word| format!("{:>8}", self.get(word))).collect();
        format!("{counts}{:>8}", self.without)
    }
}

fn fixtures() -> Vec<PathBuf> {
    let packs = fs::read_dir(tests::root().join("plugins")).unwrap().flatten();
    let folders = packs.filter_map(|pack| fs::read_dir(pack.path().join("fixtures")).ok());
    let mut paths: Vec<PathBuf> = folders.flat_map(|entries| entries.flatten().map(|entry| entry.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "py"));
    paths.sort();
    paths
}

/// Gives the lines below `# ruleid: …` and `# ok: …` with the mark.
fn marks(text: &str) -> Vec<(&'static str, String, u32)> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut marks = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some((mark, rules)) = line.strip_prefix("# ").and_then(|rest| rest.split_once(": ")) else { continue };
        let Some(mark) = ["ruleid", "ok"].into_iter().find(|known| *known == mark) else { continue };
        let below = (index + 1..lines.len())
            .find(|&at| lines.get(at).is_some_and(|line| !line.is_empty() && !line.starts_with('#')));
        let line = u32::try_from(below.unwrap_or(index)).unwrap() + 1;
        marks.extend(rules.split(',').map(|rule| (mark, rule.trim().to_owned(), line)));
    }
    marks
}

fn lines(snapshot: &Snapshot, path: &str, span: model::span::Span) -> std::ops::RangeInclusive<u32> {
    let file = snapshot.find(path).unwrap();
    file.lines.position(span.start).line..=file.lines.position(span.end).line
}

#[test]
fn bad_lines_are_refuted_and_their_safe_twins_are_not() {
    let engine = Engine::start(EngineConfig::default()).unwrap();
    let options = ScanOptions { entry: Entry::Main, ..ScanOptions::default() };
    let asked = Asked { function: None, kinds: BTreeSet::from([ContractKind::Security]), start: Start::Functions };
    let mut rules: BTreeMap<String, [Counts; 2]> = BTreeMap::new();
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut wrong, mut all) = (String::new(), String::new());
    let mut times: Vec<(u64, String)> = Vec::new();
    for path in fixtures() {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let files = vec![SourceText { path: name.clone(), bytes: text.clone().into_bytes() }];
        let scan = NewScan { files: files.clone(), options: options.clone(), project: None };
        let outcome = engine.scan(scan, Arc::new(Silent)).unwrap();
        let mut answers = Answers::default();
        for finding in &outcome.report.findings {
            for line in lines(&outcome.snapshot, &finding.path, finding.place.span) {
                for check in &finding.checks {
                    answers.add((name.clone(), finding.rule.to_string(), line), check);
                }
            }
        }
        let verification = engine.verify(files, &asked, &options).unwrap();
        for contract in &verification.contracts {
            let ContractOrigin::Rule(rule) = &contract.origin else { continue };
            for line in lines(&verification.snapshot, &contract.path, contract.span) {
                answers.add((name.clone(), rule.to_string(), line), &contract.check);
            }
            let first = lines(&verification.snapshot, &contract.path, contract.span).min().unwrap();
            times.push((contract.check.effort.duration_us, format!("{name}:{first} {rule}")));
        }
        for (mark, rule, line) in marks(&text) {
            let answer = answers.of.get(&(name.clone(), rule.clone(), line));
            let number = usize::from(mark == "ok");
            rules.entry(rule.clone()).or_default().get_mut(number).unwrap().add(answer);
            let Some(check) = answer else { continue };
            let place = format!("{name}:{line} {mark} {rule}");
            let detail = match &check.verdict {
                Verdict::Refuted { counterexample } => {
                    format!("{} | {}", counterexample.call, counterexample.explanation)
                }
                Verdict::Bounded { bounds } => bounds.join(", "),
                Verdict::Unknown { reason } => reason.to_string(),
                Verdict::Proved => String::new(),
            };
            let _ = writeln!(all, "{place}: {} {detail}", check.verdict.as_str());
            match (mark, &check.verdict) {
                ("ruleid", Verdict::Proved) | ("ok", Verdict::Refuted { .. }) => {
                    let _ = writeln!(wrong, "{place}: {} {detail}", check.verdict.as_str());
                }
                (_, Verdict::Unknown { reason }) => {
                    reasons.entry(format!("{mark}: {reason}")).or_default().push(place);
                }
                (_, Verdict::Refuted { .. } | Verdict::Proved | Verdict::Bounded { .. }) => {}
            }
        }
    }
    if std::env::var_os("VERDICTS").is_some() {
        println!("{all}");
    }
    println!("{}", table(&rules, &reasons, &mut times));
    let mut totals = [Counts::default(), Counts::default()];
    for counts in rules.values() {
        for (total, counts) in totals.iter_mut().zip(counts) {
            total.join(counts);
        }
    }
    let [bad, safe] = &totals;
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(bad.get("refuted") >= BAD_REFUTED, "{} bad lines are refuted", bad.get("refuted"));
    let settled = safe.get("proved") + safe.get("bounded");
    assert!(settled >= SAFE_SETTLED, "{settled} safe lines are proved or bounded");
}

/// Shows the counts of each rule with contracts, the reasons for not knowing, and the times.
fn table(
    rules: &BTreeMap<String, [Counts; 2]>,
    reasons: &BTreeMap<String, Vec<String>>,
    times: &mut [(u64, String)],
) -> String {
    let mut text =
        format!("{:<38}{:>40} | {:>40}\n", "rule", "bad: ref prov bound unk -", "safe: ref prov bound unk -");
    let mut totals = [Counts::default(), Counts::default()];
    for (rule, counts) in rules.iter().filter(|(_, counts)| counts.iter().any(|side| !side.of.is_empty())) {
        let [bad, safe] = counts;
        let _ = writeln!(text, "{rule:<38}{} | {}", bad.row(), safe.row());
        for (total, counts) in totals.iter_mut().zip(counts) {
            total.join(counts);
        }
    }
    let [bad, safe] = &totals;
    let _ = writeln!(text, "{:<38}{} | {}", "all of these", bad.row(), safe.row());
    let mut reasons: Vec<_> = reasons.iter().collect();
    reasons.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
    for (reason, places) in reasons {
        let shown: Vec<&str> = places.iter().take(6).map(String::as_str).collect();
        let _ = writeln!(text, "{:>4} {reason}  [{}]", places.len(), shown.join("; "));
    }
    times.sort_unstable();
    let at = |hundredth: usize| times.get(times.len() * hundredth / 100).map_or(0, |(time, _)| *time);
    let _ = writeln!(text, "{} contracts, median {} µs, p95 {} µs", times.len(), at(50), at(95));
    for (time, place) in times.iter().rev().take(5) {
        let _ = writeln!(text, "  {time} µs {place}");
    }
    text
}
