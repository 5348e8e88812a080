//! Exit codes, as linters have them. Invariant: findings win over incompleteness.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing at or over the gate, everything analysed: 0.
    Clean,
    /// Findings at or over the gate: 1.
    Findings,
    /// Wrong usage or configuration: 2.
    Usage,
    /// Nothing over the gate, but something could not be analysed: 3.
    Incomplete,
}

impl Outcome {
    /// Decides from what was found and what could not be done.
    pub(crate) const fn new(over_gate: usize, faults: usize) -> Self {
        match (over_gate, faults) {
            (0, 0) => Self::Clean,
            (0, _) => Self::Incomplete,
            _ => Self::Findings,
        }
    }

    /// Gives the process's exit code.
    pub(crate) fn to_exit_code(self) -> ExitCode {
        match self {
            Self::Clean => ExitCode::SUCCESS,
            Self::Findings => ExitCode::from(1),
            Self::Usage => ExitCode::from(2),
            Self::Incomplete => ExitCode::from(3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    #[test]
    fn findings_win_over_incompleteness() {
        assert_eq!(Outcome::new(0, 0), Outcome::Clean);
        assert_eq!(Outcome::new(2, 1), Outcome::Findings);
        assert_eq!(Outcome::new(0, 1), Outcome::Incomplete);
    }
}
