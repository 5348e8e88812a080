//! Which fix a candidate gets next: the best that the gate has not seen. Invariant: the same edits are never proposed
//! twice for a candidate, so every run makes progress or gives up.

use crate::bindings::{Attempt, CheckedCandidate, Decision, Fix, PluginError, Proposal, Verdict};

/// The capability that the strategy works through.
pub(crate) trait FixSource {
    /// Gives the fixes that the candidate's rule knows, best first.
    fn propose(&self, candidate: u32) -> Result<Vec<Fix>, PluginError>;
    /// Says why the rule has no behaviour-preserving fix, if it has none.
    fn no_fix_reason(&self, candidate: u32) -> Option<String>;
    /// Gives fixes that a language model writes; where there is none, why.
    fn write(&self, candidate: u32, wanted: u8) -> Result<Vec<Fix>, NoDraft>;
}

/// Why a language model wrote no fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoDraft {
    /// Nobody configured one.
    NoModel,
    /// It could not answer; why.
    Failed(String),
}

/// How many fixes the model is asked for at once.
const DRAFTS: u8 = 3;

/// Decides what to do about each open candidate, after the attempts so far.
pub(crate) fn patch(source: &impl FixSource, open: &[CheckedCandidate], attempts: &[Attempt]) -> Vec<Proposal> {
    open.iter()
        .map(|checked| {
            let tried: Vec<&Attempt> =
                attempts.iter().filter(|attempt| attempt.candidate == checked.candidate).collect();
            Proposal { candidate: checked.candidate, decision: decide(source, checked, &tried) }
        })
        .collect()
}

fn decide(source: &impl FixSource, checked: &CheckedCandidate, tried: &[&Attempt]) -> Decision {
    if !checked.checks.is_empty() && checked.checks.iter().all(|check| matches!(check.verdict, Verdict::Proved)) {
        return Decision::GiveUp("proved safe: there is nothing to patch".to_owned());
    }
    let fixes = match source.propose(checked.candidate) {
        Ok(fixes) => fixes,
        Err(error) => return Decision::GiveUp(format!("the rule could not propose a fix: {}", describe(&error))),
    };
    let is_new = |fix: &Fix| !tried.iter().any(|attempt| have_same_edits(&attempt.fix, fix));
    if let Some(fix) = fixes.iter().find(|fix| is_new(fix)) {
        return Decision::Propose(vec![fix.clone()]);
    }
    let written = source.write(checked.candidate, DRAFTS);
    let drafts = written.iter().flatten().filter(|draft| is_new(draft)).cloned().collect::<Vec<_>>();
    if !drafts.is_empty() {
        return Decision::Propose(drafts);
    }
    let by_rule: Vec<&Attempt> =
        tried.iter().copied().filter(|one| fixes.iter().any(|fix| have_same_edits(fix, &one.fix))).collect();
    let mut reason = match by_rule.last() {
        Some(last) => refused(by_rule.len(), "fix template", last),
        None => source
            .no_fix_reason(checked.candidate)
            .unwrap_or_else(|| "no fix template fits the shape of this code".to_owned()),
    };
    let drafts = tried.len() - by_rule.len();
    match (written, tried.last().filter(|_| drafts > 0)) {
        (_, Some(last)) => reason = format!("{reason}; {}", refused(drafts, "patch of the language model", last)),
        (Ok(_), None) => reason.push_str("; the language model wrote nothing that can be tried"),
        (Err(NoDraft::NoModel), None) => {}
        (Err(NoDraft::Failed(why)), None) => reason = format!("{reason}; the language model could not help: {why}"),
    }
    Decision::GiveUp(reason)
}

/// Says what came of the attempts, with the gate's last answer.
fn refused(count: usize, what: &str, last: &Attempt) -> String {
    let failures: Vec<String> =
        last.failures.iter().map(|failure| format!("{} ({})", failure.check, failure.detail)).collect();
    let attempts = format!("{} {what}", if count == 1 { "the only" } else { "every" });
    if failures.is_empty() {
        return format!("{attempts} was refused by the gate");
    }
    format!("{attempts} was refused by the gate: {}", failures.join(", "))
}

/// Says whether two fixes change the same text in the same way, whatever they are called.
fn have_same_edits(left: &Fix, right: &Fix) -> bool {
    let key = |fix: &Fix| {
        let mut edits: Vec<_> = fix
            .edits
            .iter()
            .map(|edit| (edit.path.clone(), edit.at.start, edit.at.end, edit.replacement.clone()))
            .collect();
        edits.sort();
        edits
    };
    key(left) == key(right)
}

fn describe(error: &PluginError) -> String {
    match error {
        PluginError::Unsupported(what) | PluginError::Capability(what) | PluginError::Other(what) => what.clone(),
        PluginError::BadOption((name, why)) => format!("option `{name}` is refused: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{FixSource, NoDraft, patch};
    use crate::bindings::{
        Attempt, CheckedCandidate, CheckedContract, Condition, Contract, Counterexample, Decision, Edit, Fix,
        GateFailure, PluginError, Span, Verdict,
    };

    struct Fixes {
        fixes: Result<Vec<Fix>, PluginError>,
        reason: Option<String>,
        drafts: Result<Vec<Fix>, NoDraft>,
    }

    impl FixSource for Fixes {
        fn propose(&self, _: u32) -> Result<Vec<Fix>, PluginError> {
            self.fixes.clone()
        }

        fn no_fix_reason(&self, _: u32) -> Option<String> {
            self.reason.clone()
        }

        fn write(&self, _: u32, wanted: u8) -> Result<Vec<Fix>, NoDraft> {
            assert!(wanted > 0);
            self.drafts.clone()
        }
    }

    fn fix(title: &str, replacement: &str) -> Fix {
        let edit =
            |start, text: &str| Edit { path: None, at: Span { start, end: start + 1 }, replacement: text.into() };
        Fix { title: title.into(), edits: vec![edit(1, replacement), edit(9, "import x")] }
    }

    fn attempt(fix: Fix, check: &str) -> Attempt {
        let failures = vec![GateFailure { check: check.into(), detail: "line 3".into() }];
        Attempt { candidate: 7, fix, failures }
    }

    fn checked(verdicts: Vec<Verdict>) -> CheckedCandidate {
        let contract = Contract {
            path: "app.py".into(),
            at_path: "app.py".into(),
            function: "f".into(),
            condition: Condition::AssertHolds(Span { start: 1, end: 2 }),
            statement: "The assertion holds.".into(),
        };
        let check = |verdict| CheckedContract { contract: contract.clone(), verdict };
        CheckedCandidate { candidate: 7, checks: verdicts.into_iter().map(check).collect() }
    }

    /// Gives the proposed fixes' titles, or the reason for giving up.
    fn decide(source: &Fixes, verdicts: Vec<Verdict>, attempts: &[Attempt]) -> Result<String, String> {
        let mut proposals = patch(source, &[checked(verdicts)], attempts);
        assert_eq!(proposals.iter().map(|proposal| proposal.candidate).collect::<Vec<_>>(), [7]);
        match proposals.pop().map(|proposal| proposal.decision) {
            Some(Decision::Propose(fixes)) => {
                Ok(fixes.into_iter().map(|fix| fix.title).collect::<Vec<_>>().join(", "))
            }
            Some(Decision::GiveUp(reason)) => Err(reason),
            None => Err("no decision".into()),
        }
    }

    fn two() -> Fixes {
        Fixes { fixes: Ok(vec![fix("first", "a"), fix("second", "b")]), reason: None, drafts: Err(NoDraft::NoModel) }
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
    fn fixes_are_tried_in_order_and_each_once() {
        assert_eq!(decide(&two(), vec![refuted()], &[]), Ok("first".into()));
        let first = attempt(fix("first", "a"), "parses");
        assert_eq!(decide(&two(), vec![refuted()], std::slice::from_ref(&first)), Ok("second".into()));
        let second = attempt(fix("second", "b"), "proved");
        let reason = "every fix template was refused by the gate: proved (line 3)";
        assert_eq!(decide(&two(), vec![refuted()], &[first, second]), Err(reason.into()));
    }

    #[test]
    fn the_order_of_edits_and_the_title_do_not_make_a_fix_new() {
        let mut same = fix("renamed", "a");
        same.edits.reverse();
        assert_eq!(decide(&two(), vec![], &[attempt(same, "parses")]), Ok("second".into()));
    }

    #[test]
    fn another_candidates_attempts_do_not_count() {
        let mut other = attempt(fix("first", "a"), "parses");
        other.candidate = 8;
        assert_eq!(decide(&two(), vec![], &[other]), Ok("first".into()));
    }

    #[test]
    fn what_is_proved_is_left_alone_and_what_has_no_contract_is_not() {
        let reason = "proved safe: there is nothing to patch";
        assert_eq!(decide(&two(), vec![Verdict::Proved, Verdict::Proved], &[]), Err(reason.into()));
        assert_eq!(decide(&two(), vec![Verdict::Proved, refuted()], &[]), Ok("first".into()));
        assert_eq!(decide(&two(), vec![], &[]), Ok("first".into()));
    }

    #[test]
    fn giving_up_says_why() {
        let none = |reason: Option<&str>| Fixes { fixes: Ok(vec![]), reason: reason.map(Into::into), drafts: Err(NoDraft::NoModel) };
        assert_eq!(decide(&none(Some("pickle has no safe mode")), vec![], &[]), Err("pickle has no safe mode".into()));
        assert_eq!(decide(&none(None), vec![], &[]), Err("no fix template fits the shape of this code".into()));
        let broken = Fixes { fixes: Err(PluginError::Other("trapped".into())), reason: None, drafts: Err(NoDraft::NoModel) };
        assert_eq!(decide(&broken, vec![], &[]), Err("the rule could not propose a fix: trapped".into()));
        let only = Fixes { fixes: Ok(vec![fix("first", "a")]), reason: Some("unused".into()), drafts: Err(NoDraft::NoModel) };
        let reason = "the only fix template was refused by the gate: parses (line 3)";
        assert_eq!(decide(&only, vec![], &[attempt(fix("first", "a"), "parses")]), Err(reason.into()));
    }

    #[test]
    fn the_model_is_asked_when_no_template_is_left() {
        let mut source = two();
        source.drafts = Ok(vec![fix("drafted", "c"), fix("drafted again", "d")]);
        let tried = [attempt(fix("first", "a"), "parses"), attempt(fix("second", "b"), "parses")];
        assert_eq!(decide(&source, vec![refuted()], &tried), Ok("drafted, drafted again".into()));
        let [first, second] = tried;
        let tried = [first, second, attempt(fix("drafted", "c"), "contract-proved")];
        assert_eq!(decide(&source, vec![refuted()], &tried), Ok("drafted again".into()));
        source.drafts = Ok(vec![fix("drafted", "c")]);
        let reason = "every fix template was refused by the gate: parses (line 3); \
                      the only patch of the language model was refused by the gate: contract-proved (line 3)";
        assert_eq!(decide(&source, vec![refuted()], &tried), Err(reason.into()));
    }

    #[test]
    fn giving_up_says_what_the_model_said() {
        let with = |drafts| Fixes { fixes: Ok(vec![]), reason: Some("pickle has no safe mode".into()), drafts };
        let silent = "pickle has no safe mode; the language model wrote nothing that can be tried";
        assert_eq!(decide(&with(Ok(vec![])), vec![], &[]), Err(silent.into()));
        let failed = "pickle has no safe mode; the language model could not help: it timed out";
        let drafts = Err(NoDraft::Failed("it timed out".into()));
        assert_eq!(decide(&with(drafts), vec![], &[]), Err(failed.into()));
    }
}
