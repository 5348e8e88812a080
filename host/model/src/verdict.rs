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
    /// The scan was stopped. Never cached.
    Cancelled,
    /// The solver's process ended or could not be started; says how. Never cached.
    SolverEnded(String),
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
            Self::Cancelled => out.write_str("the scan was stopped"),
            Self::SolverEnded(how) => write!(out, "the solver's process {how}"),
            Self::Unsupported(what) => write!(out, "unsupported: {what}"),
            Self::Unreached(why) => write!(out, "sink not reached: {why}"),
            Self::Solver(why) => write!(out, "solver: {why}"),
        }
    }
}

impl UnknownReason {
    /// Tells whether asking again gives the same: neither time, memory nor a failing process had a part in it.
    pub const fn is_repeatable(&self) -> bool {
        match self {
            Self::WallTime | Self::OutOfMemory | Self::Cancelled | Self::SolverEnded(_) => false,
            Self::BudgetSpent(_) | Self::Unsupported(_) | Self::Unreached(_) | Self::Solver(_) => true,
        }
    }
}

impl Verdict {
    /// Gives the reason of an unknown verdict.
    pub const fn unknown_reason(&self) -> Option<&UnknownReason> {
        match self {
            Self::Unknown { reason } => Some(reason),
            Self::Refuted { .. } | Self::Proved | Self::Bounded { .. } => None,
        }
    }

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
