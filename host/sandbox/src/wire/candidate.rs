//! Candidates and units, which go to guests only. Invariant: a candidate's number is the host's.

use crate::{
    bindings::imports::securecode::plugin::{rules, state},
    stage::{CandidateSummary, Unit},
    wire::{grade, span},
};

pub(crate) fn to_guest(candidate: &CandidateSummary) -> rules::Candidate {
    rules::Candidate {
        id: candidate.id,
        rule: candidate.rule.clone(),
        pack: candidate.pack.clone(),
        cwe: candidate.cwe,
        severity: grade::severity_to_guest(candidate.severity),
        confidence: grade::confidence_to_guest(candidate.confidence),
        path: candidate.path.clone(),
        at: span::to_guest(candidate.span),
        function: candidate.function.clone(),
        has_flow: candidate.has_flow,
    }
}

pub(crate) fn unit_to_guest(unit: &Unit) -> state::Unit {
    state::Unit {
        path: unit.path.clone(),
        function: unit.function.clone(),
        candidates: unit.candidates.iter().map(to_guest).collect(),
    }
}
