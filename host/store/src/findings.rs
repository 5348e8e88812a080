//! Findings as they are kept and asked for. Invariant: an order is total, so that pages neither repeat nor leave out.

use std::collections::BTreeMap;

use crate::{
    Millis,
    triage::{Judgement, State},
};

/// A finding to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFinding {
    /// Its identity over scans.
    pub fingerprint: String,
    /// The rule's id.
    pub rule: String,
    /// `CWE-89`.
    pub cwe: String,
    /// From 0, info, to 4, critical.
    pub severity: u8,
    /// From 0, low, to 2, high.
    pub confidence: u8,
    /// Categories, such as `A05:2025`.
    pub owasp: Vec<String>,
    /// The file.
    pub path: String,
    /// The verdict's word.
    pub verdict: Option<String>,
    /// The patch's word.
    pub patch: Option<String>,
    /// What a search for text looks at.
    pub words: String,
    /// The row of a table, as JSON.
    pub row: String,
    /// The finding in full, as JSON.
    pub body: String,
    /// The finding as a SARIF result.
    pub sarif: String,
}

/// Names a finding: its scan, and its number in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingId {
    /// The scan.
    pub scan: String,
    /// The number.
    pub number: u32,
}

/// A kept finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFinding {
    /// Its number in the scan.
    pub number: u32,
    /// Its identity over scans.
    pub fingerprint: String,
    /// The row of a table, as JSON.
    pub row: String,
    /// The finding in full, as JSON; empty in pages.
    pub body: String,
    /// The finding as a SARIF result; none in pages, and where it was kept without.
    pub sarif: Option<String>,
    /// What was decided about it.
    pub triage: Judgement,
}

/// The words of verdicts, in the order of sorting; the last stands for none.
pub const VERDICTS: [&str; 5] = ["refuted", "unknown", "bounded", "proved", "none"];
/// The words for patches, in the order of sorting; the last stands for none.
pub const PATCHES: [&str; 5] = ["verified", "bounded", "unverified", "unavailable", "none"];
/// The words of severities by their number.
pub const SEVERITIES: [&str; 5] = ["info", "low", "medium", "high", "critical"];
/// The words of confidences by their number.
pub const CONFIDENCES: [&str; 3] = ["low", "medium", "high"];

/// What findings can be filtered and counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facet {
    /// `critical` to `info`.
    Severity,
    /// `high` to `low`.
    Confidence,
    /// `CWE-89`.
    Cwe,
    /// `A05:2025`.
    Owasp,
    /// The rule's id.
    Rule,
    /// The first folder, or the file.
    Path,
    /// A verdict's word, or `none`.
    Verdict,
    /// What it is taken for.
    State,
    /// A patch's word, or `none`.
    Patch,
}

impl Facet {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Severity,
        Self::Confidence,
        Self::Cwe,
        Self::Owasp,
        Self::Rule,
        Self::Path,
        Self::Verdict,
        Self::State,
        Self::Patch,
    ];

    /// Gives the name at the interface.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Confidence => "confidence",
            Self::Cwe => "cwe",
            Self::Owasp => "owasp",
            Self::Rule => "rule",
            Self::Path => "path",
            Self::Verdict => "verdict",
            Self::State => "state",
            Self::Patch => "patch",
        }
    }
}

/// What findings are sorted by; equal ones by their number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// The worst first.
    #[default]
    Severity,
    /// By path and place.
    Path,
    /// By rule.
    Rule,
    /// The surest first.
    Confidence,
    /// Refuted ones first.
    Verdict,
}

/// In which direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// As the key says.
    #[default]
    Usual,
    /// The other way round.
    Reversed,
}

/// Which findings are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// For each facet the values of which one must hold; without values all do. A path also holds below a folder.
    pub filters: BTreeMap<Facet, Vec<String>>,
    /// Words that must all occur.
    pub text: Option<String>,
    /// The order.
    pub sort: SortKey,
    /// Its direction.
    pub direction: Direction,
    /// Where the page begins: behind this finding.
    pub after: Option<u32>,
    /// Most findings of the page.
    pub limit: u32,
    /// The time, at which decisions may have ended.
    pub now: Millis,
}

/// A page of findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The findings.
    pub findings: Vec<StoredFinding>,
    /// Whether others follow.
    pub has_more: bool,
}

/// Counts of findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Findings that the whole query names.
    pub total: u64,
    /// For each facet and value the findings under the other facets' filters.
    pub counts: BTreeMap<Facet, BTreeMap<String, u64>>,
}

/// Gives the number of a word; the last for one that is not there.
pub(crate) fn number_of(words: &[&str], word: Option<&str>) -> i64 {
    let last = words.len().saturating_sub(1);
    word.and_then(|word| words.iter().position(|known| *known == word)).unwrap_or(last) as i64
}

/// Gives the word of a number.
pub(crate) fn word_of(words: &[&'static str], number: i64) -> &'static str {
    usize::try_from(number).ok().and_then(|number| words.get(number)).or(words.last()).copied().unwrap_or_default()
}

/// Gives the first folder of a path with its slash, or the file itself.
pub(crate) fn top(path: &str) -> &str {
    match path.find('/') {
        Some(at) => path.get(..=at).unwrap_or(path),
        None => path,
    }
}

/// Tells what a decision means at a time.
pub(crate) fn in_force(state: Option<&str>, expires: Option<Millis>, now: Millis) -> State {
    let state = state.and_then(State::from_word).unwrap_or_default();
    if expires.is_some_and(|at| at <= now) { State::Open } else { state }
}
