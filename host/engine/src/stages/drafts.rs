//! The patches that a language model writes. Invariant: nothing that a model answers is believed: it becomes edits of one
//! function and of imports from known places, and goes through the gate like any other fix.

use std::{
    collections::BTreeMap,
    num::NonZeroU8,
    sync::{Arc, Mutex, PoisonError},
};

use llm::{
    answer::Content,
    prompts::Refusal,
    request::{Request, Tier},
};
use sandbox::stage::{ChatError, DraftSource, Fix, GateFailure};

use crate::{candidate::Candidate, chat, context::Context, stages::quoted::Quoted};

/// Most fixes that are asked for at once.
const MOST_WANTED: u8 = 8;

/// Most questions for one set of fixes: one, and another where no answer could be read.
const MOST_QUESTIONS: u32 = 2;

/// What is wanted of a model.
#[derive(Clone, Copy)]
struct Want {
    number: NonZeroU8,
    tier: Tier,
}

/// The Patcher's `drafts` capability for one unit.
pub(crate) struct Drafts {
    ctx: Arc<Context>,
    candidates: Vec<Candidate>,
    written: Mutex<BTreeMap<u32, Written>>,
}

/// What was written for one candidate.
#[derive(Clone, Default)]
struct Written {
    drafts: Vec<Draft>,
    /// How often the model was asked.
    questions: u32,
    /// Whether it could not be asked, once at least.
    has_failed: bool,
}

/// One answer that could be made a fix.
#[derive(Clone)]
struct Draft {
    fix: Fix,
    answer: String,
    model: String,
    outcome: Outcome,
}

#[derive(Clone)]
enum Outcome {
    /// The gate has not seen it.
    Untried,
    /// The gate refused it.
    Refused(Vec<GateFailure>),
}

impl Drafts {
    pub(crate) fn new(ctx: Arc<Context>, candidates: Vec<Candidate>) -> Self {
        Self { ctx, candidates, written: Mutex::default() }
    }

    /// Asks for fixes; one more time where no answer can be read.
    fn ask(&self, of: &Candidate, known: &Written, want: Want) -> Result<Vec<Draft>, ChatError> {
        let Some(language) = &self.ctx.core.llm else { return Err(ChatError::NotConfigured) };
        let Some(quoted) = Quoted::new(&self.ctx, of, language) else { return Ok(Vec::new()) };
        let refused = known.drafts.iter().rev().find_map(|draft| match &draft.outcome {
            Outcome::Refused(failures) => Some((draft.answer.clone(), refusals(failures))),
            Outcome::Untried => None,
        });
        let mut refused = refused;
        for _ in 0..MOST_QUESTIONS {
            let question = quoted.question(language, refused.as_ref()).map_err(ChatError::Refused)?;
            let request = Request { candidates: want.number, ..question.into_request(want.tier) };
            let answer = self.ctx.ask(request)?;
            let mut drafts = Vec::new();
            for text in answer.candidates.iter().filter_map(Content::as_text) {
                match quoted.fix(text) {
                    Ok(fix) => drafts.push(Draft {
                        fix,
                        answer: text.to_owned(),
                        model: answer.model.clone(),
                        outcome: Outcome::Untried,
                    }),
                    Err(problem) => {
                        refused = Some((text.to_owned(), vec![Refusal { check: "answer".into(), detail: problem }]));
                    }
                }
            }
            if !drafts.is_empty() {
                return Ok(drafts);
            }
        }
        Ok(Vec::new())
    }

    /// Takes note of what the gate said of a fix.
    pub(crate) fn refused(&self, candidate: u32, fix: &Fix, failures: &[GateFailure]) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let drafts = written.get_mut(&candidate).map(|written| written.drafts.iter_mut());
        if let Some(draft) = drafts.into_iter().flatten().find(|draft| draft.fix.edits == fix.edits) {
            draft.outcome = Outcome::Refused(failures.to_vec());
        }
    }

    /// Names the model that wrote a fix; none when a rule's template did.
    pub(crate) fn author(&self, candidate: u32, fix: &Fix) -> Option<String> {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let drafts = &written.get(&candidate)?.drafts;
        drafts.iter().find(|draft| draft.fix.edits == fix.edits).map(|draft| draft.model.clone())
    }

    /// Tells whether a model could not be asked, which another time may go better.
    pub(crate) fn has_failed(&self) -> bool {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.values().any(|written| written.has_failed)
    }
}

impl DraftSource for Drafts {
    fn write(&self, candidate: u32, tier: Option<&str>, wanted: u8) -> Result<Vec<Fix>, ChatError> {
        if self.ctx.core.llm.is_none() {
            return Err(ChatError::NotConfigured);
        }
        let unknown = || ChatError::Refused("there is no such candidate".into());
        let of = self.candidates.get(candidate as usize).ok_or_else(unknown)?;
        let mut known = {
            let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            written.get(&candidate).cloned().unwrap_or_default()
        };
        let untried = known.untried();
        if !untried.is_empty() || known.questions >= u32::from(self.ctx.options.max_iterations) {
            return Ok(untried);
        }
        let number = NonZeroU8::new(wanted.min(MOST_WANTED)).unwrap_or(NonZeroU8::MIN);
        let answered = self.ask(of, &known, Want { number, tier: chat::tier(tier) });
        known.questions += 1;
        known.has_failed |= answered.is_err();
        let result = answered.map(|drafts| {
            for draft in drafts {
                if !known.drafts.iter().any(|other| other.fix.edits == draft.fix.edits) {
                    known.drafts.push(draft);
                }
            }
            known.untried()
        });
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.insert(candidate, known);
        result
    }
}

impl Written {
    /// Gives the fixes that the gate has not seen, those that change least first.
    fn untried(&self) -> Vec<Fix> {
        let is_untried = |draft: &&Draft| matches!(draft.outcome, Outcome::Untried);
        let mut fixes: Vec<Fix> = self.drafts.iter().filter(is_untried).map(|draft| draft.fix.clone()).collect();
        let changed = |fix: &Fix| fix.edits.iter().map(|edit| edit.replacement.lines().count()).sum::<usize>();
        fixes.sort_by_key(changed);
        fixes
    }
}

fn refusals(failures: &[GateFailure]) -> Vec<Refusal> {
    let refusal = |failure: &GateFailure| Refusal { check: failure.check.clone(), detail: failure.detail.clone() };
    failures.iter().map(refusal).collect()
}
