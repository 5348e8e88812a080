//! What an assertion that may fail leaves to try. Invariant: a reason is kept for each path on which nothing that is tried
//! shows the failure.

use model::verdict::UnknownReason;

use crate::{
    assignment::Assignment,
    interpreter::{Hit, Interpreter},
    prove::Findings,
    tiers::candidate::Candidate,
};

/// Floats that are tried, the most readable first. Infinities and what is no number are left out: they are rarely meant.
const FLOATS: [f64; 4] = [0.0, 1.0, -1.0, 0.5];

impl Interpreter<'_> {
    pub(crate) fn examine_assertions(&mut self, hits: &[Hit]) -> Findings {
        let mut findings = Findings::default();
        for hit in hits {
            let reason = match &hit.state.condition.guessed {
                Some(why) => UnknownReason::Unsupported(why.to_string()),
                None if !hit.state.condition.opaque.is_empty() => {
                    UnknownReason::Unsupported("the assertion depends on a value that is not known".to_owned())
                }
                None => {
                    UnknownReason::Solver("the assertion may fail, but no input that shows it was found".to_owned())
                }
            };
            findings.unclear.get_or_insert(reason);
            let values = self.solver_values(&hit.state.condition);
            let assignment = self.assignment_for(&hit.state, &["a", "alice", "1", ""], &values);
            findings.last_resort.extend(self.ordinary_inputs(&assignment));
            if !self.float_parameters().is_empty() {
                findings.last_resort.extend(FLOATS.iter().map(|float| {
                    let assignment = Assignment { float_bits: Some(float.to_bits()), ..assignment.clone() };
                    Candidate::plain(assignment)
                }));
            }
            findings.candidates.push(Candidate::plain(assignment));
        }
        findings
    }
}
