//! What the harness saw. Invariant: an answer counts only when exactly one line carries the run's nonce.

use serde::Deserialize;

use crate::{
    interpreter::{End, Interpreter},
    job::Job,
};

/// One program: the parts use each other's names.
const HARNESS: &str =
    concat!(include_str!("harness/stand_ins.py"), include_str!("harness/modules.py"), include_str!("harness/call.py"),);

/// A run's answer.
#[derive(Debug, Deserialize)]
struct Answer {
    calls: Vec<Observed>,
}

/// What was seen of one call.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Observed {
    /// Why the call could not be made.
    pub(crate) problem: Option<String>,
    /// The exception that ended the call.
    pub(crate) ended: Option<Ended>,
    /// What the call returned, as text; missing when it did not return.
    pub(crate) returned: Option<String>,
    /// Postconditions that did not hold.
    pub(crate) broken: Vec<String>,
    /// What reached the watched place, in order.
    pub(crate) hits: Vec<Hit>,
    /// Whether the watched assertion held, each time.
    pub(crate) asserts: Vec<bool>,
    /// Stand-ins and surroundings that the call depended on.
    pub(crate) touched: Vec<String>,
    /// Those of them whose value decided how the call went on.
    pub(crate) leaned_on: Vec<String>,
}

/// An exception that nothing caught.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Ended {
    /// Its class.
    pub(crate) kind: String,
    /// Class and message.
    pub(crate) said: String,
    /// The innermost line of the project that it passed through.
    pub(crate) line: Option<u32>,
    /// That line's file.
    pub(crate) path: Option<String>,
}

/// One arrival at the watched place.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Hit {
    /// The called expression as it is written; empty for an assignment or a return.
    pub(crate) callee: String,
    value: Option<Value>,
    receiver: Option<Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Value {
    Text { text: String },
    List { items: Vec<Value> },
    Other { text: String },
    StandIn { text: String },
}

impl Hit {
    /// Gives the texts that the sink may interpret, the likeliest first.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        self.value.iter().chain(&self.receiver).for_each(|value| value.add_texts(&mut texts));
        texts
    }

    /// Names the stand-in that came in place of a value.
    pub(crate) fn stand_in(&self) -> Option<&str> {
        match &self.value {
            Some(Value::StandIn { text }) => Some(text),
            Some(Value::Text { .. } | Value::List { .. } | Value::Other { .. }) | None => None,
        }
    }
}

impl Value {
    /// The harness keeps lists two levels deep.
    fn add_texts(&self, texts: &mut Vec<String>) {
        match self {
            Self::Text { text } | Self::Other { text } => texts.push(text.clone()),
            Self::StandIn { .. } => {}
            Self::List { items } => {
                let start = texts.len();
                items.iter().for_each(|item| item.add_texts(texts));
                let words: Vec<String> = texts.iter().skip(start).cloned().collect();
                if words.len() > 1 {
                    texts.push(words.join(" "));
                }
            }
        }
    }
}

/// Why a run gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// It took too long, which another run may not.
    OutOfTime,
    /// Something else; says what.
    Failed(String),
}

/// Runs a job and gives what was seen of its first call.
pub(crate) fn observe(interpreter: &Interpreter, job: &Job<'_>) -> Result<Observed, NoAnswer> {
    let first = observe_all(interpreter, job)?.into_iter().next();
    first.ok_or_else(|| NoAnswer::Failed("the answer says nothing of the call".to_owned()))
}

/// Runs a job and reads its answer, which speaks of each call.
pub(crate) fn observe_all(interpreter: &Interpreter, job: &Job<'_>) -> Result<Vec<Observed>, NoAnswer> {
    let input = serde_json::to_vec(job).map_err(|error| NoAnswer::Failed(error.to_string()))?;
    let run = interpreter.run_harness(HARNESS, &input, job.inputs.len());
    match run.end {
        End::OutOfTime => return Err(NoAnswer::OutOfTime),
        End::Failed(why) => return Err(NoAnswer::Failed(format!("the interpreter failed: {why}"))),
        End::Exited(_) => {}
    }
    let output = String::from_utf8_lossy(&run.output);
    let mut answers = output.lines().filter_map(|line| line.strip_prefix(&job.nonce));
    match (answers.next(), answers.next()) {
        (Some(answer), None) => {
            let answer: Answer = serde_json::from_str(answer)
                .map_err(|error| NoAnswer::Failed(format!("the answer is malformed: {error}")))?;
            if answer.calls.len() != job.inputs.len() {
                return Err(NoAnswer::Failed("the answer does not speak of each call".to_owned()));
            }
            Ok(answer.calls)
        }
        (Some(_), Some(_)) => Err(NoAnswer::Failed("the code answered in the harness's name".to_owned())),
        (None, _) => {
            let errors = String::from_utf8_lossy(&run.errors);
            let last = errors.lines().last().unwrap_or("it said nothing").to_owned();
            Err(NoAnswer::Failed(format!("the interpreter ended without an answer: {last}")))
        }
    }
}
