//! How a caller follows a scan. Invariant: an observer cannot change what the scan finds.

use model::{finding::Finding, report::Stage};

/// Is told how a scan goes on. All methods may be called from several threads.
pub trait Observer: Send + Sync {
    /// A stage begins; `units` is how many pieces of work it has (for the Scanner two for each file, functions for the others).
    fn stage_started(&self, _stage: Stage, _units: usize) {}
    /// One piece of the current stage's work is done.
    fn unit_done(&self, _stage: Stage) {}
    /// Something was found, or more is known of it; its number is its place among the report's findings.
    fn finding(&self, _number: usize, _finding: &Finding) {}
    /// Asked between pieces of work; `true` ends the scan early.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {}
