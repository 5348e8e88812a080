//! Verdicts, which go to guests only: no guest can make one. Invariant: the four values map one to one.

use model::verdict::{UnknownReason, Verdict};

use crate::bindings::imports::securecode::plugin::types;

pub(crate) fn to_guest(verdict: &Verdict) -> types::Verdict {
    match verdict {
        Verdict::Refuted { counterexample } => {
            let bindings = counterexample.bindings.iter();
            types::Verdict::Refuted(types::Counterexample {
                bindings: bindings
                    .map(|binding| types::Binding { name: binding.name.clone(), value: binding.value.clone() })
                    .collect(),
                call: counterexample.call.clone(),
                sink_value: counterexample.sink_value.clone(),
                explanation: counterexample.explanation.clone(),
            })
        }
        Verdict::Proved => types::Verdict::Proved,
        Verdict::Bounded { bounds } => types::Verdict::Bounded(bounds.clone()),
        Verdict::Unknown { reason } => types::Verdict::Unknown(match reason {
            UnknownReason::BudgetSpent(which) => types::UnknownReason::BudgetSpent(which.clone()),
            UnknownReason::WallTime | UnknownReason::Cancelled => types::UnknownReason::WallTime,
            UnknownReason::OutOfMemory => types::UnknownReason::OutOfMemory,
            UnknownReason::Unsupported(what) => types::UnknownReason::Unsupported(what.clone()),
            UnknownReason::Unreached(why) => types::UnknownReason::Unreached(why.clone()),
            UnknownReason::Solver(why) | UnknownReason::SolverEnded(why) => types::UnknownReason::Solver(why.clone()),
        }),
    }
}
