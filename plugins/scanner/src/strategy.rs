//! Which candidates a scan keeps: one for each weakness at a place. Invariant: every candidate is either kept or
//! dropped with a reason.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::bindings::{Candidate, Dropped, Pack, PluginError, RulesError, ScanResult};

/// The capability that the strategy works through.
pub(crate) trait RulePacks {
    /// Lists the installed packs.
    fn packs(&self) -> Vec<Pack>;
    /// Runs packs, by name, on every file of the project.
    fn run(&self, packs: &[String]) -> Result<Vec<Candidate>, RulesError>;
}

/// Runs every installed pack and merges what several rules say about the same code.
pub(crate) fn scan(rule_packs: &impl RulePacks) -> Result<ScanResult, PluginError> {
    let names: Vec<String> = rule_packs.packs().into_iter().map(|pack| pack.name).collect();
    match rule_packs.run(&names) {
        Ok(candidates) => Ok(merge(&candidates)),
        Err(RulesError::NoSuchPack(name)) => Err(PluginError::Capability(format!("no pack `{name}` is installed"))),
    }
}

/// Keeps the best of the candidates of different rules that overlap and name the same weakness.
///
/// Candidates of one rule stay apart even where they overlap (a call inside another's arguments), unless they are the
/// same place.
fn merge(candidates: &[Candidate]) -> ScanResult {
    let mut groups: BTreeMap<(&str, u32), Vec<&Candidate>> = BTreeMap::new();
    for candidate in candidates {
        groups.entry((&candidate.path, candidate.cwe)).or_default().push(candidate);
    }
    let mut result = ScanResult { keep: Vec::new(), dropped: Vec::new() };
    for group in groups.into_values() {
        merge_group(group, &mut result);
    }
    result.keep.sort_unstable();
    result.dropped.sort_unstable_by_key(|dropped| dropped.candidate);
    result
}

/// Sweeps over one file's candidates of one weakness by position, so that only neighbours are compared.
fn merge_group(mut group: Vec<&Candidate>, result: &mut ScanResult) {
    group.sort_by_key(|candidate| (candidate.at.start, candidate.at.end, candidate.id));
    let mut open: Vec<&Candidate> = Vec::new();
    for candidate in group {
        let (reached, ended): (Vec<_>, Vec<_>) = open.into_iter().partition(|kept| overlap(kept, candidate));
        result.keep.extend(ended.into_iter().map(|kept| kept.id));
        open = reached;
        let better = open.iter().find(|kept| are_same(kept, candidate) && rank(kept) >= rank(candidate));
        if let Some(better) = better {
            result.dropped.push(duplicate(candidate, better));
            continue;
        }
        open.retain(|kept| {
            let stays = !are_same(kept, candidate);
            if !stays {
                result.dropped.push(duplicate(kept, candidate));
            }
            stays
        });
        open.push(candidate);
    }
    result.keep.extend(open.into_iter().map(|kept| kept.id));
}

/// Says whether `later`, which starts no earlier, shares code with `earlier`.
fn overlap(earlier: &Candidate, later: &Candidate) -> bool {
    later.at.start < earlier.at.end || later.at.start == earlier.at.start
}

/// Says whether two overlapping candidates are one weakness seen twice.
fn are_same(left: &Candidate, right: &Candidate) -> bool {
    let same_place = left.at.start == right.at.start && left.at.end == right.at.end;
    left.rule != right.rule || same_place
}

/// Orders candidates by how much they are worth keeping; the greatest is kept.
fn rank(candidate: &Candidate) -> (u8, bool, Reverse<&str>, Reverse<u32>) {
    (candidate.confidence as u8, candidate.has_flow, Reverse(&candidate.rule), Reverse(candidate.id))
}

fn duplicate(loser: &Candidate, winner: &Candidate) -> Dropped {
    Dropped { candidate: loser.id, reason: format!("`{}` reports the same weakness of this code", winner.rule) }
}

#[cfg(test)]
mod tests {
    use super::{RulePacks, scan};
    use crate::bindings::{Candidate, Confidence, Pack, RulesError, ScanResult, Severity, Span};

    struct Fake(Vec<Candidate>);

    impl RulePacks for Fake {
        fn packs(&self) -> Vec<Pack> {
            ["a", "b"].map(|name| Pack { name: name.into(), version: "1".into(), rules: vec![] }).into()
        }

        fn run(&self, packs: &[String]) -> Result<Vec<Candidate>, RulesError> {
            assert_eq!(packs, ["a", "b"]);
            Ok(self.0.clone())
        }
    }

    fn candidate(id: u32, rule: &str, confidence: Confidence, at: (u32, u32)) -> Candidate {
        Candidate {
            id,
            rule: rule.into(),
            pack: "a".into(),
            cwe: 327,
            severity: Severity::High,
            confidence,
            path: "app.py".into(),
            at: Span { start: at.0, end: at.1 },
            function: None,
            has_flow: false,
        }
    }

    /// Gives the reasons for what was dropped.
    fn check(candidates: Vec<Candidate>, keep: &[u32]) -> Vec<String> {
        let total = candidates.len();
        let result = scan(&Fake(candidates)).unwrap_or(ScanResult { keep: vec![], dropped: vec![] });
        assert_eq!(result.keep, keep);
        assert_eq!(result.keep.len() + result.dropped.len(), total, "each is kept or dropped");
        result.dropped.into_iter().map(|dropped| dropped.reason).collect()
    }

    #[test]
    fn higher_confidence_wins_whatever_the_order() {
        let low = candidate(0, "x-a", Confidence::Low, (10, 20));
        let high = candidate(1, "x-b", Confidence::High, (12, 18));
        let reasons = check(vec![low.clone(), high.clone()], &[1]);
        assert_eq!(reasons, ["`x-b` reports the same weakness of this code"]);
        check(vec![high, low], &[1]);
    }

    #[test]
    fn a_flow_breaks_a_tie_and_then_the_smaller_rule_id() {
        let plain = candidate(0, "x-a", Confidence::High, (10, 20));
        let mut with_flow = candidate(1, "x-b", Confidence::High, (10, 20));
        let twin = candidate(2, "x-c", Confidence::High, (10, 20));
        check(vec![twin.clone(), plain.clone()], &[0]);
        with_flow.has_flow = true;
        check(vec![plain, with_flow, twin], &[1]);
    }

    #[test]
    fn other_files_weaknesses_and_places_stay() {
        let first = candidate(0, "x-a", Confidence::High, (10, 20));
        let mut other_file = candidate(1, "x-b", Confidence::High, (10, 20));
        other_file.path = "b.py".into();
        let mut other_cwe = candidate(2, "x-c", Confidence::High, (10, 20));
        other_cwe.cwe = 89;
        let apart = candidate(3, "x-d", Confidence::High, (20, 30));
        check(vec![first, other_file, other_cwe, apart], &[0, 1, 2, 3]);
    }

    #[test]
    fn one_rules_nested_calls_stay_apart_but_its_repeats_do_not() {
        let outer = candidate(0, "x-a", Confidence::High, (10, 30));
        let inner = candidate(1, "x-a", Confidence::High, (15, 25));
        let again = candidate(2, "x-a", Confidence::High, (15, 25));
        check(vec![outer, inner, again], &[0, 1]);
    }

    #[test]
    fn ten_thousand_findings_of_one_file_merge_quickly() {
        let many = |rule: &str, first: u32| {
            let rule = rule.to_owned();
            (0..5000).map(move |n| candidate(first + n, &rule, Confidence::Medium, (n * 10, n * 10 + 9)))
        };
        let keep: Vec<u32> = (0..5000).collect();
        check(many("x-a", 0).chain(many("x-b", 5000)).collect(), &keep);
    }
}
