//! A weakness found, with all its evidence. Invariant: evidence is only ever added along the pipeline, never removed.

use serde::{Deserialize, Serialize};

use crate::{
    contract::Contract,
    counterexample::Replay,
    fingerprint::Fingerprint,
    ids::RuleId,
    patch::PatchOutcome,
    rule::{Confidence, Severity},
    span::{Place, Span},
    taint_path::TaintPath,
    verdict::Verdict,
    weakness::Cwe,
};

/// A contract together with what the prover said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedContract {
    /// The contract.
    pub contract: Contract,
    /// The verdict.
    pub verdict: Verdict,
    /// What the proof took.
    pub effort: Effort,
    /// What the verdict rests on.
    #[serde(default)]
    pub basis: Basis,
}

/// What a verdict rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Functions outside the code whose models were used, by name.
    pub models: Vec<ModelUse>,
    /// For a refuted contract the places in its own file that the counterexample runs through, in order.
    pub path: Vec<Span>,
}

/// The use of a model of a library function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelUse {
    /// The function's dotted name, such as `str.lower` or `os.path.join`.
    pub name: String,
    /// The least faithful use.
    pub fidelity: Fidelity,
}

/// How closely a model follows the real function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fidelity {
    /// It gives just what the function gives.
    Exact,
    /// It gives what the function gives and more.
    Over,
    /// There is none: any value and any exception was taken to be possible.
    Unmodelled,
}

impl Fidelity {
    /// Gives the word: `exact`, `over` or `unmodelled`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Over => "over",
            Self::Unmodelled => "unmodelled",
        }
    }
}

/// What a verdict took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// Paths explored.
    pub paths: u32,
    /// Instructions executed.
    pub steps: u64,
    /// Questions put to Z3.
    pub solver_calls: u32,
    /// Z3 resource units spent on them.
    pub rlimit: u64,
    /// Wall time in microseconds.
    pub duration_us: u64,
}

/// A weakness found at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// The pack that holds the rule.
    pub pack: String,
    /// The weakness.
    pub cwe: Cwe,
    /// Severity here.
    pub severity: Severity,
    /// Confidence here.
    pub confidence: Confidence,
    /// Where it does harm.
    pub place: Place,
    /// Path of the file, as given by the snapshot.
    pub path: String,
    /// Qualified name of the enclosing function; `None` for top-level code.
    pub function: Option<String>,
    /// The rule's title.
    pub title: String,
    /// What is wrong here, in a sentence that stands alone.
    pub message: String,
    /// How the data got there; empty when no flow led to it.
    pub taint_path: TaintPath,
    /// Its contracts with their verdicts, one for each entry function that untrusted data comes from; empty for a rule
    /// that has no contract, or before SymBot ran.
    pub checks: Vec<CheckedContract>,
    /// What became of a patch; `None` when none was looked for.
    pub patch: Option<PatchOutcome>,
    /// Identity over time.
    pub fingerprint: Fingerprint,
}

impl Finding {
    /// Gives the check that decides: the first refuted one (of several, one that a replay
    /// confirmed comes first, and one from which a replay diverged last), else the first unknown, else the first bounded, else the
    /// first proved.
    pub fn deciding_check(&self) -> Option<&CheckedContract> {
        self.checks.iter().min_by_key(|check| match &check.verdict {
            Verdict::Refuted { counterexample } => match counterexample.replay {
                Replay::Confirmed(_) => 0,
                Replay::Unavailable(_) | Replay::NotRun => 1,
                Replay::Diverged(_) => 2,
            },
            Verdict::Unknown { .. } => 3,
            Verdict::Bounded { .. } => 4,
            Verdict::Proved => 5,
        })
    }

    /// Gives the verdict over all entries; `None` for a rule that has no contract, or before SymBot ran.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.deciding_check().map(|check| &check.verdict)
    }

    /// Tells whether the prover showed that the code is safe here.
    pub fn is_proved_safe(&self) -> bool {
        matches!(self.verdict(), Some(Verdict::Proved))
    }
}
