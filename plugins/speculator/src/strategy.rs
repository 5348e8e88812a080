//! Which contracts a unit's candidates get: those that their rules bring, and where a rule brings none those that a language
//! model writes. Invariant: a candidate never gets the same condition of one function twice.

use crate::bindings::{AssignedContract, Contract, Severity, Unit};

/// The capabilities that the strategy works through.
pub(crate) trait ContractSource {
    /// Gives the contracts that a candidate's rule brings, one for each entry function.
    fn offers(&self, candidate: u32) -> Vec<Contract>;
    /// Gives contracts that a language model writes for the candidate's function.
    fn write(&self, candidate: u32, wanted: u8) -> Written;
}

/// What a language model wrote.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Written {
    /// These; perhaps none.
    Contracts(Vec<Contract>),
    /// There is none to ask, or nothing left to pay it with.
    NoModel,
}

/// How many contracts the model is asked for.
const WANTED: u8 = 3;

/// Assigns each candidate of the unit its contracts.
pub(crate) fn speculate(source: &impl ContractSource, unit: &Unit) -> Vec<AssignedContract> {
    let mut assigned = Vec::new();
    let mut has_model = true;
    for candidate in &unit.candidates {
        let mut contracts = source.offers(candidate.id);
        let is_worth_asking = candidate.function.is_some() && weighs(candidate.severity);
        if contracts.is_empty() && is_worth_asking && has_model {
            match source.write(candidate.id, WANTED) {
                Written::Contracts(written) => contracts = written,
                Written::NoModel => has_model = false,
            }
        }
        let mut distinct: Vec<Contract> = Vec::new();
        for contract in contracts {
            if !distinct.contains(&contract) {
                distinct.push(contract);
            }
        }
        assigned.extend(distinct.into_iter().map(|contract| AssignedContract { candidate: candidate.id, contract }));
    }
    assigned
}

/// Tells whether a finding is worth the price of a question.
fn weighs(severity: Severity) -> bool {
    match severity {
        Severity::Medium | Severity::High | Severity::Critical => true,
        Severity::Info | Severity::Low => false,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{ContractSource, Written, speculate};
    use crate::bindings::{Candidate, Condition, Confidence, Contract, Severity, Span, Unit};

    /// What rules bring, and what the model says of each candidate that it is asked about.
    struct Offers(Vec<(u32, Contract)>, Written, Cell<u32>);

    impl ContractSource for Offers {
        fn offers(&self, candidate: u32) -> Vec<Contract> {
            self.0.iter().filter(|offer| offer.0 == candidate).map(|offer| offer.1.clone()).collect()
        }

        fn write(&self, _: u32, _: u8) -> Written {
            self.2.set(self.2.get() + 1);
            self.1.clone()
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
        let assigned = speculate(&Offers(offers, Written::NoModel, Cell::new(0)), &unit(&[3, 5]));
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
    fn without_a_model_a_rule_without_contracts_gets_none() {
        check(vec![], &[]);
    }

    fn asked(offers: Vec<(u32, Contract)>, written: Written, unit: &Unit) -> (usize, u32) {
        let source = Offers(offers, written, Cell::new(0));
        (speculate(&source, unit).len(), source.2.get())
    }

    #[test]
    fn a_model_is_asked_where_a_rule_brings_nothing() {
        let written = || Written::Contracts(vec![contract("find"), contract("find")]);
        assert_eq!(asked(vec![(5, contract("find"))], written(), &unit(&[3, 5])), (2, 1));
        assert_eq!(asked(vec![], Written::Contracts(vec![]), &unit(&[3, 5])), (0, 2));
        assert_eq!(asked(vec![], Written::NoModel, &unit(&[3, 5])), (0, 1));
    }

    #[test]
    fn small_matters_and_code_outside_functions_are_not_asked_about() {
        let mut unit = unit(&[3, 5]);
        for (candidate, severity) in unit.candidates.iter_mut().zip([Severity::Low, Severity::High]) {
            candidate.severity = severity;
            candidate.function = candidate.function.take().filter(|_| severity == Severity::Low);
        }
        assert_eq!(asked(vec![], Written::Contracts(vec![contract("find")]), &unit), (0, 0));
    }
}
