//! A proposed change and what the gate says of it. Invariant: only the host's gate makes a `GateReport`, and a patch is
//! verified exactly when every check in it passed.

use serde::{Deserialize, Serialize};

use crate::{span::Span, verdict::Verdict};

/// One replacement in one file's original text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Edit {
    /// The bytes to replace; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// The edits of one file, sorted and disjoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEdits {
    /// Path within the project, `/`-separated.
    pub path: String,
    /// The edits.
    pub edits: Vec<Edit>,
}

/// One check of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateCheck {
    /// The edits apply and the result has no new syntax problem.
    Parses,
    /// The rule no longer finds it.
    FindingGone,
    /// No rule finds something that it did not find before.
    NothingNew,
    /// The contract is proved on the patched code (for a rule without a contract: not asked).
    ContractProved,
}

impl GateCheck {
    /// Gives the check's name as shown in every output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parses => "parses",
            Self::FindingGone => "finding-gone",
            Self::NothingNew => "nothing-new",
            Self::ContractProved => "contract-proved",
        }
    }
}

/// What a check said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Which.
    pub check: GateCheck,
    /// Whether it passed.
    pub passed: bool,
    /// What it saw, in a clause.
    pub detail: String,
}

/// What the gate says of a patch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateReport {
    /// The checks that were made, in order; the gate stops at the first that fails.
    pub checks: Vec<CheckResult>,
    /// The contract's verdict on the patched code, when it came to that.
    pub verdict: Option<Verdict>,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
}

impl GateReport {
    /// Tells whether the whole gate passed.
    pub fn is_verified(&self) -> bool {
        !self.checks.is_empty() && self.checks.iter().all(|result| result.passed)
    }

    /// Tells whether all but the proof passed and the proof was cut by a bound.
    pub fn is_bounded(&self) -> bool {
        matches!(self.verdict, Some(Verdict::Bounded { .. }))
            && self.checks.iter().all(|result| result.passed || result.check == GateCheck::ContractProved)
    }
}

/// Who wrote a patch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum PatchOrigin {
    /// A template of the finding's rule.
    #[default]
    Template,
    /// A language model.
    LanguageModel {
        /// Its name, as its server has it.
        model: String,
    },
}

/// A patch for one finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// What it does, in the imperative: "Bind the values as query parameters".
    pub title: String,
    /// Who wrote it.
    pub origin: PatchOrigin,
    /// The edits by file.
    pub files: Vec<FileEdits>,
    /// The unified diff against the original, as `git apply` takes it.
    pub diff: String,
    /// The whole new text of the finding's file.
    pub new_text: String,
    /// What the gate said.
    pub gate: GateReport,
    /// How many attempts were made, this one included.
    pub attempts: u32,
}

/// What became of the wish for a patch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum PatchOutcome {
    /// The best patch found.
    Proposed(Box<Patch>),
    /// There is none, and why.
    Unavailable {
        /// One sentence.
        reason: String,
    },
}
