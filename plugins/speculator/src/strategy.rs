//! Which contracts a unit's candidates get: those that their rules bring. Invariant: a candidate never gets the same
//! condition of one function twice.

use crate::bindings::{AssignedContract, Contract, Unit};

/// The capability that the strategy works through.
pub(crate) trait ContractSource {
    /// Gives the contracts that a candidate's rule brings, one for each entry function.
    fn offers(&self, candidate: u32) -> Vec<Contract>;
}

/// Assigns each candidate of the unit the contracts that its rule offers.
pub(crate) fn speculate(source: &impl ContractSource, unit: &Unit) -> Vec<AssignedContract> {
    let mut assigned = Vec::new();
    for candidate in &unit.candidates {
        let mut distinct: Vec<Contract> = Vec::new();
        for offer in source.offers(candidate.id) {
            if !distinct.contains(&offer) {
                distinct.push(offer);
            }
        }
        assigned.extend(distinct.into_iter().map(|contract| AssignedContract { candidate: candidate.id, contract }));
    }
    assigned
}

#[cfg(test)]
mod tests {
    use super::{ContractSource, speculate};
    use crate::bindings::{Candidate, Condition, Confidence, Contract, Severity, Span, Unit};

    struct Offers(Vec<(u32, Contract)>);

    impl ContractSource for Offers {
        fn offers(&self, candidate: u32) -> Vec<Contract> {
            self.0.iter().filter(|offer| offer.0 == candidate).map(|offer| offer.1.clone()).collect()
        }
    }

    fn contract(function: &str) -> Contract {
        Contract {
            path: "app.py".into(),
            at_path: "app.py".into(),
            function: function.into(),
            condition: Condition::AssertHolds(Span { start: 1, end: 2 }),
            statement: "The assertion holds.".into(),
        }
    }

    fn unit(ids: &[u32]) -> Unit {
        let candidate = |id: &u32| Candidate {
            id: *id,
            rule: "x-a".into(),
            pack: "a".into(),
            cwe: 89,
            severity: Severity::High,
            confidence: Confidence::High,
            path: "app.py".into(),
            at: Span { start: 1, end: 2 },
            function: Some("find".into()),
            has_flow: true,
        };
        Unit { path: "app.py".into(), function: Some("find".into()), candidates: ids.iter().map(candidate).collect() }
    }

    fn check(offers: Vec<(u32, Contract)>, expected: &[(u32, &str)]) {
        let assigned = speculate(&Offers(offers), &unit(&[3, 5]));
        let seen: Vec<(u32, &str)> =
            assigned.iter().map(|one| (one.candidate, one.contract.function.as_str())).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn every_entry_function_gets_its_contract() {
        check(
            vec![(5, contract("other")), (3, contract("find")), (3, contract("search"))],
            &[(3, "find"), (3, "search"), (5, "other")],
        );
    }

    #[test]
    fn repeats_are_dropped_for_one_candidate_only() {
        check(vec![(3, contract("find")), (3, contract("find")), (5, contract("find"))], &[(3, "find"), (5, "find")]);
    }

    #[test]
    fn a_rule_without_contracts_gets_none() {
        check(vec![], &[]);
    }
}
