//! What a rule is. Invariant: a rule is pure: the same file and match always give the same finding and fixes.

use crate::{Confidence, Finding, Fix, Interest, Match, RuleInfo, Severity, Span, file::File};

/// What a rule says of itself. Start from [`Metadata::BASE`] and set what differs.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// Unique over all packs, in words: `python-sql-injection`. It names the pattern, not the remedy.
    pub id: &'static str,
    /// One line without a full stop.
    pub title: &'static str,
    /// Markdown: what goes wrong, how an attacker uses it, how to write it safely.
    pub help: &'static str,
    /// Default severity.
    pub severity: Severity,
    /// Default confidence.
    pub confidence: Confidence,
    /// Number of the primary weakness in MITRE's CWE list.
    pub cwe: u32,
    /// Further labels, such as `owasp:A05:2025`.
    pub tags: &'static [&'static str],
    /// What the rule wants to be called for.
    pub interests: Vec<Interest>,
    /// The rule cannot match a file that holds none of these; empty: it is asked for every file.
    pub triggers: &'static [&'static str],
    /// Code that the rule must find.
    pub bad: &'static str,
    /// The twin of `bad` that it must not find.
    pub good: &'static str,
    /// Why no behaviour-preserving fix exists; `None` where [`Rule::fix`] knows one.
    pub no_fix_reason: Option<&'static str>,
}

impl Metadata {
    /// Defaults for the fields that few rules change: medium severity, high confidence, nothing else.
    pub const BASE: Self = Self {
        id: "",
        title: "",
        help: "",
        severity: Severity::Medium,
        confidence: Confidence::High,
        cwe: 0,
        tags: &[],
        interests: Vec::new(),
        triggers: &[],
        bad: "",
        good: "",
        no_fix_reason: None,
    };

    pub(crate) fn into_info(self) -> RuleInfo {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        RuleInfo {
            id: self.id.into(),
            title: self.title.into(),
            help: self.help.into(),
            severity: self.severity,
            confidence: self.confidence,
            cwe: self.cwe,
            tags: owned(self.tags),
            interests: self.interests,
            triggers: owned(self.triggers),
            bad: self.bad.into(),
            good: self.good.into(),
            no_fix_reason: self.no_fix_reason.map(Into::into),
        }
    }
}

/// What a rule found. The pack adds which rule and which match it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Where.
    pub at: Span,
    /// A sentence that stands alone.
    pub message: String,
    /// `None`: the rule's default.
    pub severity: Option<Severity>,
    /// `None`: the rule's default (for a flow match: the sink's).
    pub confidence: Option<Confidence>,
    /// String pairs for the report.
    pub props: Vec<(String, String)>,
}

impl Found {
    /// Makes a finding with the rule's defaults.
    pub fn new(at: Span, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), severity: None, confidence: None, props: Vec::new() }
    }

    /// Sets the severity.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Sets the confidence.
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = Some(confidence);
        self
    }

    /// Adds a pair for the report.
    pub fn prop(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.props.push((key.into(), value.into()));
        self
    }
}

/// One rule. Its file holds a unit struct that implements this, and the pack's `lib.rs` lists it.
pub trait Rule: Sync {
    /// Says what the rule is and wants.
    fn metadata(&self) -> Metadata;

    /// Decides on one match; `None`: nothing is wrong there.
    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found>;

    /// Gives ways to repair a finding, best first; each alone must repair it.
    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let _ = (file, finding, matched);
        Vec::new()
    }
}
