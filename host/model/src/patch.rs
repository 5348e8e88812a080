//! A proposed change and what the gate says of it. Invariant: only the host's gate makes a `GateReport`, and a patch is
//! verified exactly when every check in it passed, but for the tries of benign calls that could not be made.

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
    /// The patch changes the code of the finding and imports, nothing else, and not much of it.
    Scope,
    /// The edits apply and the result has no new syntax problem.
    Parses,
    /// The rule no longer finds it.
    FindingGone,
    /// No rule finds something that it did not find before.
    NothingNew,
    /// The contract is proved on the patched code (for a rule without a contract: not asked).
    ContractProved,
    /// A benign input still gets to the sink, or through the function where the sink is gone.
    Reachable,
    /// Benign calls end as before.
    BehaviourKept,
}

impl GateCheck {
    /// Gives the check's name as shown in every output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scope => "scope",
            Self::Parses => "parses",
            Self::FindingGone => "finding-gone",
            Self::NothingNew => "nothing-new",
            Self::ContractProved => "contract-proved",
            Self::Reachable => "reachable",
            Self::BehaviourKept => "behaviour-kept",
        }
    }

    /// Tells whether a patch may be verified though the check could not be made: those that run the code, which is not
    /// always possible.
    const fn may_be_left_out(self) -> bool {
        match self {
            Self::Reachable | Self::BehaviourKept => true,
            Self::Scope | Self::Parses | Self::FindingGone | Self::NothingNew | Self::ContractProved => false,
        }
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckOutcome {
    /// The patch is right in this.
    Passed,
    /// The patch is wrong in this.
    Failed,
    /// The check could not be made; the detail says why.
    NotRun,
}

impl CheckOutcome {
    /// Gives the outcome's word: `passed`, `failed` or `not-run`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotRun => "not-run",
        }
    }
}

/// What a check said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Which.
    pub check: GateCheck,
    /// How it ended.
    pub outcome: CheckOutcome,
    /// What it saw, in a clause; why it could not be made, where it was not.
    pub detail: String,
}

impl CheckResult {
    /// Tells whether the check refuses the patch.
    pub fn has_failed(&self) -> bool {
        self.outcome == CheckOutcome::Failed
    }

    /// Tells whether the check leaves the patch in order: it passed, or it may be left out and was.
    fn is_in_order(&self) -> bool {
        match self.outcome {
            CheckOutcome::Passed => true,
            CheckOutcome::Failed => false,
            CheckOutcome::NotRun => self.check.may_be_left_out(),
        }
    }
}

/// What the gate says of a patch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateReport {
    /// The checks in order, those that could not be made among them; the gate stops at the first that fails.
    pub checks: Vec<CheckResult>,
    /// The contract's verdict on the patched code, when it came to that.
    pub verdict: Option<Verdict>,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
}

impl GateReport {
    /// Tells whether the whole gate passed.
    pub fn is_verified(&self) -> bool {
        !self.checks.is_empty() && self.checks.iter().all(CheckResult::is_in_order)
    }

    /// Tells whether all but the proof passed and the proof was cut by a bound.
    pub fn is_bounded(&self) -> bool {
        matches!(self.verdict, Some(Verdict::Bounded { .. }))
            && self.checks.iter().all(|result| result.is_in_order() || result.check == GateCheck::ContractProved)
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
