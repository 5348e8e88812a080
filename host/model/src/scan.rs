//! What a scan is asked to do. Invariant: a `NewScan` has been validated; nothing behind it checks again.

use serde::{Deserialize, Serialize};

use crate::{budget::Budget, spec::Entry};

/// One file's text as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceText {
    /// Path within the project, `/`-separated, never absolute.
    pub path: String,
    /// The bytes; not necessarily UTF-8.
    pub bytes: Vec<u8>,
}

/// How far the pipeline goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Depth {
    /// Candidates only.
    Scan,
    /// Candidates with contracts and verdicts.
    Prove,
    /// Everything, patches included.
    #[default]
    Patch,
}

/// How often the Patcher may try for one finding: 1 to 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct MaxIterations(u32);

/// Says that a number of iterations is outside 1..=10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be from 1 to 10, not {0}")]
pub struct IterationsOutOfRange(u32);

impl TryFrom<u32> for MaxIterations {
    type Error = IterationsOutOfRange;
    fn try_from(number: u32) -> Result<Self, IterationsOutOfRange> {
        if (1..=10).contains(&number) { Ok(Self(number)) } else { Err(IterationsOutOfRange(number)) }
    }
}

impl From<MaxIterations> for u32 {
    fn from(number: MaxIterations) -> Self {
        number.0
    }
}

impl Default for MaxIterations {
    fn default() -> Self {
        Self(3)
    }
}

/// The options of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanOptions {
    /// What an attacker controls.
    pub entry: Entry,
    /// How far to go.
    pub depth: Depth,
    /// Patch attempts for each finding.
    pub max_iterations: MaxIterations,
    /// The prover's limits for each contract.
    pub budget: Budget,
    /// Only these rules run; empty means all.
    pub rules: Vec<crate::ids::RuleId>,
}

/// A scan to run: files in path order and options.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewScan {
    /// The files; paths are unique.
    pub files: Vec<SourceText>,
    /// The options.
    pub options: ScanOptions,
    /// What tells the project from others, the same at each of its scans, so that what was learned of it is found again
    /// after its files have changed: the CLI's is its folder. The report does not depend on it. `None`: the files' paths.
    pub project: Option<String>,
}
