//! How hard each contract is tried. Invariant: every contract is asked at the scan's own budget before any is asked
//! twice, so that a hard one cannot spend the others' questions.

use crate::bindings::{AssignedContract, Contract, Decided, Outcome, ProverError, UnknownReason, Verdict};

/// How much more the second question may cost than the first.
const SECOND_EFFORT: u32 = 4;

/// The capabilities that the strategy works through.
pub(crate) trait Prover {
    /// Asks whether a contract holds, with all limits multiplied by `effort`.
    fn prove(&self, contract: &Contract, effort: u32) -> Result<Outcome, ProverError>;
    /// Tells the operator about a contract that could not be asked.
    fn warn(&self, message: &str);
}

/// Gives the best verdict's ticket for each contract; a contract that the prover refuses has none.
pub(crate) fn decide(prover: &impl Prover, contracts: &[AssignedContract]) -> Vec<Decided> {
    let mut asked: Vec<(&AssignedContract, Outcome)> = Vec::new();
    for assigned in contracts {
        match prover.prove(&assigned.contract, 1) {
            Ok(outcome) => asked.push((assigned, outcome)),
            Err(ProverError::QuotaSpent) => {
                let left = contracts.len().saturating_sub(asked.len());
                prover.warn(&format!("the questions of this call are spent; {left} contracts have no verdict"));
                break;
            }
            Err(error) => prover.warn(&refusal(&assigned.contract, &error)),
        }
    }
    for (assigned, outcome) in &mut asked {
        if !is_worth_more(&outcome.verdict) {
            continue;
        }
        match prover.prove(&assigned.contract, SECOND_EFFORT) {
            Ok(second) if strength(&second.verdict) >= strength(&outcome.verdict) => *outcome = second,
            Ok(_) => {}
            Err(ProverError::QuotaSpent) => break,
            Err(error) => prover.warn(&refusal(&assigned.contract, &error)),
        }
    }
    asked
        .into_iter()
        .map(|(assigned, outcome)| Decided { candidate: assigned.candidate, ticket: outcome.ticket })
        .collect()
}

/// Says whether more effort could change the verdict.
fn is_worth_more(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Bounded(_) | Verdict::Unknown(UnknownReason::BudgetSpent(_)) => true,
        Verdict::Refuted(_) | Verdict::Proved | Verdict::Unknown(_) => false,
    }
}

/// Orders verdicts by how much they settle.
fn strength(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Refuted(_) | Verdict::Proved => 2,
        Verdict::Bounded(_) => 1,
        Verdict::Unknown(_) => 0,
    }
}

fn refusal(contract: &Contract, error: &ProverError) -> String {
    let why = match error {
        ProverError::NoSuchPlace(what) => format!("it names {what}, which is not in the project"),
        ProverError::BadContract(why) => why.clone(),
        ProverError::QuotaSpent => "the questions of this call are spent".to_owned(),
    };
    format!("a contract of `{}` in {} has no verdict: {why}", contract.function, contract.path)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::{Prover, decide};
    use crate::bindings::{
        AssignedContract, Condition, Contract, Counterexample, Outcome, ProverError, Span, UnknownReason, Verdict,
    };

    /// Answers by function name and effort; a ticket is `100 * effort + number of the question`.
    struct Fake {
        answers: fn(&str, u32) -> Result<Verdict, ProverError>,
        questions: RefCell<Vec<(String, u32)>>,
        warnings: RefCell<Vec<String>>,
    }

    impl Prover for Fake {
        fn prove(&self, contract: &Contract, effort: u32) -> Result<Outcome, ProverError> {
            self.questions.borrow_mut().push((contract.function.clone(), effort));
            let ticket = 100 * effort + self.questions.borrow().len() as u32;
            (self.answers)(&contract.function, effort).map(|verdict| Outcome { ticket, verdict, paths: 1 })
        }

        fn warn(&self, message: &str) {
            self.warnings.borrow_mut().push(message.to_owned());
        }
    }

    fn check(
        functions: &[&str],
        answers: fn(&str, u32) -> Result<Verdict, ProverError>,
        expected: &[(u32, u32)],
    ) -> Fake {
        let fake = Fake { answers, questions: RefCell::default(), warnings: RefCell::default() };
        let contract = |function: &&str| Contract {
            path: "app.py".into(),
            at_path: "app.py".into(),
            function: (*function).to_owned(),
            condition: Condition::AssertHolds(Span { start: 1, end: 2 }),
            statement: "The assertion holds.".into(),
        };
        let contracts: Vec<AssignedContract> = functions
            .iter()
            .zip(1..)
            .map(|(function, candidate)| AssignedContract { candidate, contract: contract(function) })
            .collect();
        let seen: Vec<(u32, u32)> =
            decide(&fake, &contracts).iter().map(|decided| (decided.candidate, decided.ticket)).collect();
        assert_eq!(seen, expected);
        fake
    }

    fn refuted() -> Verdict {
        Verdict::Refuted(Counterexample {
            bindings: vec![],
            call: "f()".into(),
            sink_value: String::new(),
            explanation: String::new(),
        })
    }

    #[test]
    fn settled_verdicts_are_asked_once() {
        let fake =
            check(&["a", "b"], |f, _| Ok(if f == "a" { Verdict::Proved } else { refuted() }), &[(1, 101), (2, 102)]);
        assert_eq!(fake.questions.borrow().len(), 2);
        assert!(fake.warnings.borrow().is_empty());
    }

    #[test]
    fn what_ran_out_is_asked_again_after_all_others() {
        let answers = |function: &str, effort| match (function, effort) {
            ("a", 1) => Ok(Verdict::Unknown(UnknownReason::BudgetSpent("paths".into()))),
            ("a", _) => Ok(refuted()),
            _ => Ok(Verdict::Bounded(vec!["a loop was unrolled 8 times".into()])),
        };
        let fake = check(&["a", "b"], answers, &[(1, 403), (2, 404)]);
        let questions: Vec<u32> = fake.questions.borrow().iter().map(|question| question.1).collect();
        assert_eq!(questions, [1, 1, 4, 4]);
    }

    #[test]
    fn a_weaker_second_answer_is_not_taken() {
        let answers = |_: &str, effort| match effort {
            1 => Ok(Verdict::Bounded(vec![])),
            _ => Ok(Verdict::Unknown(UnknownReason::WallTime)),
        };
        check(&["a"], answers, &[(1, 101)]);
    }

    #[test]
    fn unsupported_code_is_not_asked_again() {
        let fake = check(&["a"], |_, _| Ok(Verdict::Unknown(UnknownReason::Unsupported("yield".into()))), &[(1, 101)]);
        assert_eq!(fake.questions.borrow().len(), 1);
    }

    #[test]
    fn a_refused_contract_is_skipped_and_named() {
        let answers = |function: &str, _| match function {
            "a" => Err(ProverError::NoSuchPlace("function `a`".into())),
            _ => Ok(Verdict::Proved),
        };
        let fake = check(&["a", "b"], answers, &[(2, 102)]);
        let expected = "a contract of `a` in app.py has no verdict: it names function `a`, which is not in the project";
        assert_eq!(*fake.warnings.borrow(), [expected]);
    }

    #[test]
    fn a_spent_quota_keeps_what_is_known() {
        let answers = |function: &str, effort| match (function, effort) {
            ("a", 1) => Ok(Verdict::Bounded(vec![])),
            _ => Err(ProverError::QuotaSpent),
        };
        let fake = check(&["a", "b", "c"], answers, &[(1, 101)]);
        assert_eq!(*fake.warnings.borrow(), ["the questions of this call are spent; 2 contracts have no verdict"]);
    }
}
