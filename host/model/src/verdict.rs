//! What the prover says of a contract. Invariant: four values, and only these; not knowing is a value, not an error.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::counterexample::Counterexample;

/// The answer to "does the contract hold on every path?".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// No; here is an input that breaks it.
    Refuted {
        /// The input.
        counterexample: Box<Counterexample>,
    },
    /// Yes, and every path was covered.
    Proved,
    /// No violation within these bounds; more iterations were not looked at.
    Bounded {
        /// The bounds that were hit, in words, such as "loop at line 12 unrolled 8 times".
        bounds: Vec<String>,
    },
    /// Neither could be shown.
    Unknown {
        /// Why.
        reason: UnknownReason,
    },
}

/// Why the prover does not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", content = "detail", rename_all = "kebab-case")]
pub enum UnknownReason {
    /// The deterministic budget (solver resources, paths, steps) ran out; names which.
    BudgetSpent(String),
    /// The wall-clock net caught runaway work. Never cached.
    WallTime,
    /// The solver's memory limit was reached. Never cached.
    OutOfMemory,
    /// Something that is not modelled lies on the way: the construct, and the line where it stands.
    Unsupported(String),
    /// No path reaches the sink from the entry, so nothing was examined.
    Unreached(String),
    /// The solver gave up for a reason of its own.
    Solver(String),
}

impl fmt::Display for UnknownReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BudgetSpent(which) => write!(out, "budget spent: {which}"),
            Self::WallTime => out.write_str("wall time"),
            Self::OutOfMemory => out.write_str("out of memory"),
            Self::Unsupported(what) => write!(out, "unsupported: {what}"),
            Self::Unreached(why) => write!(out, "sink not reached: {why}"),
            Self::Solver(why) => write!(out, "solver: {why}"),
        }
    }
}

impl Verdict {
    /// Gives the verdict's word: `refuted`, `proved`, `bounded` or `unknown`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Refuted { .. } => "refuted",
            Self::Proved => "proved",
            Self::Bounded { .. } => "bounded",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// Gives the counterexample of a refuted contract.
    pub const fn counterexample(&self) -> Option<&Counterexample> {
        match self {
            Self::Refuted { counterexample } => Some(counterexample),
            Self::Proved | Self::Bounded { .. } | Self::Unknown { .. } => None,
        }
    }
}
