//! Compares what a run showed with what was predicted. Invariant: `Confirmed` rests on what the real code handed to the sink
//! or raised; `Diverged` is said only of a run that depended on nothing that the sandbox lacks.

use std::{collections::BTreeMap, ops::Range};

use model::{
    contract::{Condition, Contract, SinkLanguage},
    counterexample::{Binding, Counterexample, Replay},
};
use verify::sinks::{Judgement, benign, judge};

use crate::{
    interpreter::Interpreter,
    job::Job,
    observed::{NoAnswer, Observed, observe, observe_all},
};

/// Most characters of a text that a detail shows.
const SHOWN: usize = 200;
/// Exceptions that come of the sandbox's limits, not of the code.
const LIMITS: [&str; 3] = ["MemoryError", "RecursionError", "SystemError"];

/// A counterexample and the code that it speaks of.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The files that may be imported, by their paths in the project.
    pub files: &'a BTreeMap<String, String>,
    /// Path of the entry function's file.
    pub entry: &'a str,
    /// Path of the file that the contract's place lies in.
    pub at: &'a str,
    /// The contract.
    pub contract: &'a Contract,
    /// The input that is said to break it.
    pub counterexample: &'a Counterexample,
}

/// A replay's outcome, and whether another run gives the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The outcome.
    pub replay: Replay,
    /// `false` when time ran out, which depends on the machine.
    pub is_repeatable: bool,
}

/// Runs the counterexample, and a harmless input of the same shape, and compares.
pub fn replay(interpreter: &Interpreter, case: &Case<'_>) -> Replayed {
    let attack = case.counterexample.bindings.as_slice();
    let answer = match &case.contract.condition {
        Condition::SinkStaysData { language, .. } => at_sink(interpreter, case, language),
        Condition::AssertHolds { .. } => {
            observe(interpreter, &Job::new(case, vec![attack])).map(|attack| of_assertion(&attack))
        }
        Condition::Function { .. } => {
            observe(interpreter, &Job::new(case, vec![attack])).map(|attack| of_function(&attack))
        }
    };
    match answer {
        Ok(replay) => Replayed { replay, is_repeatable: true },
        Err(NoAnswer::OutOfTime) => {
            let replay = Replay::Unavailable("it did not end within 2 seconds".to_owned());
            Replayed { replay, is_repeatable: false }
        }
        Err(NoAnswer::Failed(why)) => Replayed { replay: Replay::Unavailable(why), is_repeatable: true },
    }
}

/// Makes both calls in one run, the attack first. The harmless one may see what the attack left behind, so where it speaks
/// against the attack each is made in a run of its own.
fn at_sink(interpreter: &Interpreter, case: &Case<'_>, language: &SinkLanguage) -> Result<Replay, NoAnswer> {
    let attack = case.counterexample.bindings.as_slice();
    let harmless = harmless(attack, language);
    let both = observe_all(interpreter, &Job::new(case, vec![attack, &harmless]));
    if let Some([attack, harmless]) = both.ok().as_deref() {
        let replay = of_sink(case.counterexample, language, attack, Some(harmless));
        if matches!(replay, Replay::Confirmed(_)) || attack.hits.is_empty() {
            return Ok(replay);
        }
    }
    let attack = observe(interpreter, &Job::new(case, vec![attack]))?;
    let harmless = observe(interpreter, &Job::new(case, vec![&harmless])).ok();
    Ok(of_sink(case.counterexample, language, &attack, harmless.as_ref()))
}

fn of_sink(
    expected: &Counterexample,
    language: &SinkLanguage,
    attack: &Observed,
    harmless: Option<&Observed>,
) -> Replay {
    if let Some(problem) = &attack.problem {
        return Replay::Unavailable(problem.clone());
    }
    if attack.hits.is_empty() {
        return not_there(attack, "the sink");
    }
    let ordinary: Vec<String> = harmless.iter().flat_map(|seen| &seen.hits).flat_map(|hit| hit.texts()).collect();
    let mut same = None;
    for hit in &attack.hits {
        let callee = if hit.callee.is_empty() { "the place".to_owned() } else { format!("`{}`", hit.callee) };
        for text in hit.texts() {
            if ordinary.contains(&text) {
                same = Some(text);
                continue;
            }
            if text == expected.sink_value && breaks_out(language, &text, &predicted(expected)) {
                return Replay::Confirmed(format!("{callee} received the predicted value"));
            }
            let differing = ordinary.iter().map(|other| difference(&text, other));
            if differing.into_iter().any(|range| breaks_out(language, &text, &[range])) {
                return Replay::Confirmed(format!("{callee} received `{}`", shown(&text)));
            }
        }
    }
    let stand_in = attack.hits.iter().find_map(|hit| hit.stand_in());
    if let Some(name) = stand_in {
        return Replay::Unavailable(format!(
            "what reaches the sink passes through `{name}`, which is not in the sandbox"
        ));
    }
    if let Some(name) = attack.touched.first() {
        return Replay::Unavailable(format!("the call depends on `{name}`, which is not in the sandbox"));
    }
    match (same, attack.hits.first().and_then(|hit| hit.texts().into_iter().next())) {
        (Some(text), _) => {
            Replay::Diverged(format!("the sink receives `{}` for a harmless input as well", shown(&text)))
        }
        (None, Some(text)) => {
            Replay::Diverged(format!("the sink received `{}`, where the input stays data", shown(&text)))
        }
        (None, None) => Replay::Unavailable("the call at the sink has no such argument".to_owned()),
    }
}

fn of_assertion(attack: &Observed) -> Replay {
    if let Some(problem) = &attack.problem {
        return Replay::Unavailable(problem.clone());
    }
    if attack.asserts.contains(&false) {
        return Replay::Confirmed("the asserted condition is false".to_owned());
    }
    if attack.asserts.is_empty() {
        return not_there(attack, "the assertion");
    }
    match attack.touched.first() {
        Some(name) => Replay::Unavailable(format!("the call depends on `{name}`, which is not in the sandbox")),
        None => Replay::Diverged("the asserted condition is true".to_owned()),
    }
}

fn of_function(attack: &Observed) -> Replay {
    if let Some(problem) = &attack.problem {
        return Replay::Unavailable(problem.clone());
    }
    if let Some(name) = attack.touched.first() {
        return Replay::Unavailable(format!("the call depends on `{name}`, which is not in the sandbox"));
    }
    match (&attack.ended, attack.broken.first()) {
        (Some(ended), _) if is_of_limits(&ended.kind) => {
            Replay::Unavailable(format!("the sandbox's limits: {}", ended.said))
        }
        (Some(ended), _) => Replay::Confirmed(format!("the call raises {}", shown(&ended.said))),
        (None, Some(broken)) => Replay::Confirmed(format!("the postcondition `{}` is false", shown(broken))),
        (None, None) => Replay::Diverged("the call returns and every postcondition holds".to_owned()),
    }
}

/// Says what a run shows that did not come to the watched place.
fn not_there(attack: &Observed, what: &str) -> Replay {
    let end = match &attack.ended {
        Some(ended) => {
            let place = match (&ended.path, ended.line) {
                (Some(path), Some(line)) => format!(" at {path}:{line}"),
                (Some(_), None) | (None, _) => String::new(),
            };
            format!("the call raises {}{place}", shown(&ended.said))
        }
        None => "the call returns".to_owned(),
    };
    let is_limited = attack.ended.as_ref().is_some_and(|ended| is_of_limits(&ended.kind) || ended.path.is_none());
    match attack.touched.first() {
        Some(name) => Replay::Unavailable(format!("{what} is not reached: `{name}` is not in the sandbox, and {end}")),
        None if is_limited => Replay::Unavailable(format!("{what} is not reached: {end}")),
        None => Replay::Diverged(format!("{end} before {what} is reached")),
    }
}

pub(crate) fn is_of_limits(kind: &str) -> bool {
    LIMITS.contains(&kind)
}

/// Tells whether what an attacker chose is more than data; bytes for a deserializer and choices always are.
fn breaks_out(language: &SinkLanguage, text: &str, injected: &[Range<usize>]) -> bool {
    matches!(judge(language, text, injected), Judgement::Escapes { .. })
}

fn predicted(expected: &Counterexample) -> Vec<Range<usize>> {
    let value = &expected.sink_value;
    let on_boundaries = |range: &Range<usize>| value.get(range.clone()).is_some();
    expected.injected.iter().map(|span| span.start as usize..span.end as usize).filter(on_boundaries).collect()
}

/// Gives the bytes of `text` between what it has in common with another at both ends.
fn difference(text: &str, other: &str) -> Range<usize> {
    let common = |left: &mut dyn Iterator<Item = char>, right: &mut dyn Iterator<Item = char>| -> usize {
        left.zip(right).take_while(|(one, two)| one == two).map(|(one, _)| one.len_utf8()).sum()
    };
    let start = common(&mut text.chars(), &mut other.chars());
    let (rest, other_rest) = (text.get(start..).unwrap_or_default(), other.get(start..).unwrap_or_default());
    let end = common(&mut rest.chars().rev(), &mut other_rest.chars().rev());
    start..text.len() - end
}

/// Replaces every text by a harmless one; numbers and truth values stay.
fn harmless(bindings: &[Binding], language: &SinkLanguage) -> Vec<Binding> {
    let value = benign(language).first().copied().unwrap_or("alice");
    let replaced = |binding: &Binding| {
        let value = match binding.value.as_bytes() {
            [b'"' | b'\'', ..] => format!("\"{value}\""),
            [b'b', b'"' | b'\'', ..] => format!("b\"{value}\""),
            _ => binding.value.clone(),
        };
        Binding { value, ..binding.clone() }
    };
    bindings.iter().map(replaced).collect()
}

pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
