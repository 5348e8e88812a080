//! All patches as one diff. Invariant: `git apply` takes the whole output.

use engine::engine::Outcome;
use model::finding::Finding;

use crate::fixing::{Which, combine};

/// Gives one diff that holds every verified patch, file by file.
pub(crate) fn patches(outcome: &Outcome, is_listed: impl Fn(&Finding) -> bool) -> String {
    let listed: Vec<&Finding> = outcome.report.findings.iter().filter(|finding| is_listed(finding)).collect();
    combine(&outcome.snapshot, &listed, Which::Verified).iter().map(|file| file.diff.as_str()).collect()
}
