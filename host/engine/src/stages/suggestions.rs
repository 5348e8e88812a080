//! The contracts that a language model writes. Invariant: one is let through only when a concrete call of the function
//! breaks it and another keeps it; it can show an attack, and never that code is safe.

use std::{
    num::NonZeroU8,
    sync::{Arc, OnceLock},
};

use llm::{answer::Content, request::Request};
use model::{
    contract::{Condition, Contract},
    verdict::Verdict,
};
use sandbox::stage::{ChatError, ContractText, SuggestionSource};
use serde::Deserialize;

use crate::{
    candidate::Candidate,
    chat,
    context::Context,
    contract_text::{RESULT, problem},
    slice::{Slice, SlicePlan},
    snapshot::SourceFile,
    stages::{
        quoted::Quoted,
        unit::{Indices, plan_of},
    },
    written,
};

/// Most answers that are asked for at once.
const MOST_WANTED: u8 = 4;
/// Most characters of a model's reason that are shown.
const SHOWN: usize = 200;

/// The Speculator's `suggestions` capability for one unit.
pub(super) struct Suggestions {
    ctx: Arc<Context>,
    /// The unit's candidates, by their numbers.
    candidates: Vec<(u32, Candidate)>,
    plan: SlicePlan,
    slice: OnceLock<Arc<Slice>>,
}

/// What a model answers, as the prompt's schema has it.
#[derive(Debug, Deserialize)]
struct Answered {
    contracts: Vec<Suggested>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Suggested {
    requires: Vec<String>,
    ensures: Vec<String>,
    why: String,
}

impl Suggestions {
    pub(super) fn new(ctx: Arc<Context>, candidates: &[Candidate], indices: &Indices) -> Self {
        let plan = plan_of(&ctx, candidates, indices);
        // Without a model nobody asks, and nothing needs to be kept.
        let asked = indices.iter().filter(|_| ctx.core.llm.is_some());
        let mine = asked.filter_map(|index| Some((*index as u32, candidates.get(*index)?.clone()))).collect();
        Self { candidates: mine, ctx, plan, slice: OnceLock::new() }
    }

    /// Tells whether a contract says something of the function: some call breaks it, and some call keeps it.
    fn distinguishes(&self, file: &SourceFile, contract: &Contract) -> bool {
        let Condition::Function { requires, ensures } = &contract.condition else { return false };
        let kept: Vec<String> = ensures.iter().map(|condition| format!("({condition})")).collect();
        let broken =
            Condition::Function { requires: requires.clone(), ensures: vec![format!("not ({})", kept.join(" and "))] };
        let negated = Contract { condition: broken, ..contract.clone() };
        self.is_refuted(file, contract) && self.is_refuted(file, &negated)
    }

    /// Tells whether a call breaks a contract's conditions; an exception does not.
    fn is_refuted(&self, file: &SourceFile, contract: &Contract) -> bool {
        let slice = self.slice.get_or_init(|| self.ctx.slices().make(&self.ctx, &self.plan));
        if slice.is_broken || self.ctx.observer.is_cancelled() {
            return false;
        }
        match written::check_given(&self.ctx, file, slice, (contract, 1)).map(|proven| proven.check.verdict) {
            Ok(Verdict::Refuted { counterexample }) => !counterexample.sink_value.starts_with("raises "),
            Ok(Verdict::Proved | Verdict::Bounded { .. } | Verdict::Unknown { .. }) => false,
            Err(error) => {
                tracing::debug!(error = %error, "a language model's contract cannot be checked");
                false
            }
        }
    }
}

impl SuggestionSource for Suggestions {
    fn write(&self, candidate: u32, tier: Option<&str>, wanted: u8) -> Result<Vec<ContractText>, ChatError> {
        let Some(language) = &self.ctx.core.llm else { return Err(ChatError::NotConfigured) };
        let unknown = || ChatError::Refused("there is no such candidate".into());
        let (_, of) = self.candidates.iter().find(|(number, _)| *number == candidate).ok_or_else(unknown)?;
        let file = self.ctx.snapshot.file(of.finding.place.file).ok_or_else(unknown)?;
        let Some(function) = of.finding.function.clone() else { return Ok(Vec::new()) };
        let Some(parameters) = written::parameters(file, &function) else { return Ok(Vec::new()) };
        let Some(quoted) = Quoted::new(&self.ctx, of, language) else { return Ok(Vec::new()) };
        let question = quoted.contract_question(language).map_err(ChatError::Refused)?;
        let candidates = NonZeroU8::new(wanted.min(MOST_WANTED)).unwrap_or(NonZeroU8::MIN);
        let answer = self.ctx.ask(Request { candidates, ..question.into_request(chat::tier(tier)) })?;
        let mut suggested: Vec<Suggested> = Vec::new();
        for content in &answer.candidates {
            for one in read(content, |text| quoted.restored(text)) {
                if is_readable(&one, &parameters) && !suggested.iter().any(|other| is_same(other, &one)) {
                    suggested.push(one);
                }
            }
        }
        let contract = |one: &Suggested| Contract {
            file: file.id,
            at_file: file.id,
            function: function.clone(),
            condition: Condition::Function { requires: one.requires.clone(), ensures: one.ensures.clone() },
            statement: statement(one, &function, &answer.model),
        };
        let useful = suggested.iter().map(contract).filter(|contract| self.distinguishes(file, contract));
        let texts = useful.filter_map(|contract| ContractText::new(&contract, |file| self.ctx.path_of(file)));
        Ok(texts.take(usize::from(candidates.get())).collect())
    }
}

/// Reads one answer; what cannot be read says nothing.
fn read(content: &Content, restored: impl Fn(&str) -> Result<String, String>) -> Vec<Suggested> {
    let Content::Json(value) = content else { return Vec::new() };
    let Ok(answered) = Answered::deserialize(value) else { return Vec::new() };
    let all = |texts: Vec<String>| texts.iter().map(|text| restored(text)).collect::<Result<Vec<_>, _>>();
    let with_secrets = |one: Suggested| {
        Some(Suggested { requires: all(one.requires).ok()?, ensures: all(one.ensures).ok()?, why: one.why })
    };
    answered.contracts.into_iter().filter_map(with_secrets).collect()
}

/// Tells whether every condition is one over these parameters, and there is something to hold.
fn is_readable(one: &Suggested, parameters: &[String]) -> bool {
    let before: Vec<&str> = parameters.iter().map(String::as_str).collect();
    let after = [before.as_slice(), &[RESULT]].concat();
    let found = one.requires.iter().find_map(|text| problem(text, &before));
    let found = found.or_else(|| one.ensures.iter().find_map(|text| problem(text, &after)));
    if let Some(problem) = &found {
        tracing::debug!(problem, "a language model's contract is refused");
    }
    found.is_none() && !one.ensures.is_empty()
}

fn is_same(one: &Suggested, other: &Suggested) -> bool {
    (&one.requires, &one.ensures) == (&other.requires, &other.ensures)
}

/// Says what must hold, who says so, and why.
fn statement(one: &Suggested, function: &str, model: &str) -> String {
    let listed = |conditions: &[String]| {
        conditions.iter().map(|condition| format!("`{condition}`")).collect::<Vec<_>>().join(" and ")
    };
    let given =
        if one.requires.is_empty() { String::new() } else { format!(" when {} held before", listed(&one.requires)) };
    let visible = |text: &str| text.chars().filter(|one| !one.is_control()).take(SHOWN).collect::<String>();
    let why = visible(&one.why);
    format!("{} holds after `{function}`{given} (written by {}: {why})", listed(&one.ensures), visible(model))
}

#[cfg(test)]
mod tests {
    use llm::answer::Content;
    use serde_json::json;

    use super::{Suggested, is_readable, read, statement};

    fn suggested(requires: &[&str], ensures: &[&str]) -> Suggested {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        Suggested { requires: texts(requires), ensures: texts(ensures), why: "a name\nwith .. leaves".to_owned() }
    }

    #[test]
    fn answers_are_read_and_secrets_put_back() {
        let answer = json!({"contracts": [{"requires": [], "ensures": ["__return__ != KEY"], "why": "w"}]});
        let restore = |text: &str| Ok(text.replace("KEY", "'k'"));
        let read_back = read(&Content::Json(answer), restore);
        assert_eq!(read_back.iter().map(|one| one.ensures.join("")).collect::<Vec<_>>(), ["__return__ != 'k'"]);
        assert_eq!(read(&Content::Json(json!({"contracts": 3})), |text| Ok(text.to_owned())), []);
        assert_eq!(read(&Content::Text("{}".to_owned()), |text| Ok(text.to_owned())), []);
    }

    #[test]
    fn conditions_speak_of_parameters_and_the_result_afterwards() {
        let parameters = ["name".to_owned()];
        assert!(is_readable(&suggested(&["name != ''"], &["name in __return__"]), &parameters));
        assert!(!is_readable(&suggested(&["__return__ != ''"], &["name in __return__"]), &parameters));
        assert!(!is_readable(&suggested(&[], &["other in __return__"]), &parameters));
        assert!(!is_readable(&suggested(&["name != ''"], &[]), &parameters));
    }

    #[test]
    fn it_is_said_who_wrote_it() {
        assert_eq!(
            statement(&suggested(&["name"], &["name in __return__"]), "path", "small\u{7}model"),
            "`name in __return__` holds after `path` when `name` held before \
             (written by smallmodel: a namewith .. leaves)"
        );
    }
}
