//! Units of work: the candidates of one function. Invariant: every candidate is in exactly one unit.

use std::collections::BTreeMap;

use sandbox::stage::{CandidateSummary, Unit};

use crate::{candidate::Candidate, context::Context, slice::SlicePlan};

/// The indices of one function's candidates.
pub(crate) type Indices = Vec<usize>;

/// Groups candidates by file and function, in order.
pub(crate) fn group(candidates: &[Candidate]) -> Vec<Indices> {
    let mut units: BTreeMap<(&str, Option<&str>), Indices> = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let key = (candidate.finding.path.as_str(), candidate.finding.function.as_deref());
        units.entry(key).or_default().push(index);
    }
    units.into_values().collect()
}

/// Gives a unit as a stage sees it; candidates are named by their index.
pub(crate) fn describe(candidates: &[Candidate], indices: &Indices) -> Option<Unit> {
    let first = candidates.get(*indices.first()?)?;
    let summaries = indices.iter().filter_map(|&index| Some(summary(index, candidates.get(index)?)));
    Some(Unit {
        path: first.finding.path.clone(),
        function: first.finding.function.clone(),
        candidates: summaries.collect(),
    })
}

/// Plans the slice of the files that a unit's candidates depend on.
pub(crate) fn plan_of(ctx: &Context, candidates: &[Candidate], indices: &Indices) -> SlicePlan {
    let mine = indices.iter().filter_map(|index| candidates.get(*index));
    ctx.slices().plan_around(ctx, mine)
}

/// Gives a candidate as a stage sees it.
pub(crate) fn summary(index: usize, candidate: &Candidate) -> CandidateSummary {
    let finding = &candidate.finding;
    CandidateSummary {
        id: index as u32,
        rule: finding.rule.to_string(),
        pack: finding.pack.clone(),
        cwe: u32::from(finding.cwe.0),
        severity: finding.severity,
        confidence: finding.confidence,
        path: finding.path.clone(),
        span: finding.place.span,
        function: finding.function.clone(),
        has_flow: candidate.sink.is_some(),
    }
}
