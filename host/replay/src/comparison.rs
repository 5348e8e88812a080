//! Compares what benign calls do before and after a change. Invariant: a difference is told only where the changed code
//! leaned on nothing that the sandbox lacks and the original did not lean on too: what stands in is the same for both.

use std::{collections::BTreeMap, fmt::Write as _};

use model::{
    contract::{ArgumentSelector, SinkLanguage},
    counterexample::{Binding, Counterexample},
    span::Span,
};

use crate::{
    benign::{Inputs, Use, inputs},
    interpreter::Interpreter,
    job::Job,
    observed::{NoAnswer, Observed, observe_all},
    oracle::{is_of_limits, shown},
};

/// How a stand-in reads in a text.
const STAND_IN: &str = "stub";
/// The recorder's own stand-in, which it gives in place of what the sink would.
const RECORDED: &str = "result of the watched call";

/// One of the two texts of a project.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// The files that may be imported, by their paths in the project.
    pub files: &'a BTreeMap<String, String>,
    /// Path of the called function's file.
    pub entry: &'a str,
    /// Path of the sink's file.
    pub at: &'a str,
    /// The sink, unless it is gone.
    pub sink: Option<(Span, &'a ArgumentSelector)>,
}

/// A change and the attack that it is to end.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The project as it was, with its sink.
    pub before: Text<'a>,
    /// The project as it becomes.
    pub after: Text<'a>,
    /// The function that is called.
    pub function: &'a str,
    /// The attack, whose shape the benign inputs have.
    pub attack: &'a Counterexample,
    /// The sink's language, which says what is benign.
    pub language: &'a SinkLanguage,
}

/// What the calls tell of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is so; says what was seen.
    Holds(String),
    /// It is not so; says what was seen.
    Broken(String),
    /// The calls do not tell; says why.
    Unclear(String),
}

/// What the calls show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Whether a benign input still gets to the sink, or through the function where the sink is gone.
    pub reachable: Told,
    /// Whether benign calls end as before.
    pub behaviour_kept: Told,
    /// `false` when time ran out, which depends on the machine.
    pub is_repeatable: bool,
}

/// Makes the benign calls of both texts, each text in an interpreter of its own, and compares.
pub fn compare(interpreter: &Interpreter, change: &Change<'_>) -> Compared {
    let made = inputs(change.attack, change.language);
    let run = |text: &Text<'_>| {
        let inputs = made.iter().map(|inputs| inputs.bindings.as_slice()).collect();
        observe_all(interpreter, &Job::of_text(text, change.function, inputs))
    };
    let (before, after) = match (run(&change.before), run(&change.after)) {
        (Ok(before), Ok(after)) => (before, after),
        (Err(why), _) => return no_answer(why, "the original"),
        (Ok(_), Err(why)) => return no_answer(why, "the patched code"),
    };
    let seen = before.into_iter().zip(after).zip(&made);
    let sink = if change.after.sink.is_some() { Sink::Watched } else { Sink::Gone };
    let calls: Vec<Call> = seen
        .map(|((before, after), Inputs { bindings, use_as })| {
            let (before, after) = (Seen::new(before), Seen::new(after));
            Call { text: call_text(change.function, bindings), use_as: *use_as, sink, before, after }
        })
        .collect();
    Compared { reachable: reachable(&calls), behaviour_kept: behaviour_kept(&calls), is_repeatable: true }
}

fn no_answer(why: NoAnswer, whose: &str) -> Compared {
    let (why, is_repeatable) = match why {
        NoAnswer::OutOfTime => (format!("benign calls of {whose} did not end in time"), false),
        NoAnswer::Failed(why) => (why, true),
    };
    Compared { reachable: Told::Unclear(why.clone()), behaviour_kept: Told::Unclear(why), is_repeatable }
}

/// What became of the sink in the changed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sink {
    Watched,
    Gone,
}

/// One benign call, made of both texts.
struct Call {
    text: String,
    use_as: Use,
    sink: Sink,
    before: Seen,
    after: Seen,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
enum End {
    Returned(String),
    Raised(String),
    /// It cannot be told; says why.
    Unclear(String),
}

struct Seen {
    end: End,
    /// The exception with its message, where there is one.
    said: Option<String>,
    has_reached_sink: bool,
    leaned_on: Vec<String>,
    touched: Vec<String>,
}

impl Seen {
    fn new(observed: Observed) -> Self {
        let said = observed.ended.as_ref().map(|ended| ended.said.clone());
        let end = match (observed.problem, observed.ended, observed.returned) {
            (Some(problem), _, _) => End::Unclear(problem),
            (None, Some(ended), _) if is_of_limits(&ended.kind) => {
                End::Unclear(format!("the sandbox's limits: {}", shown(&ended.said)))
            }
            // The call itself could not be made as it was meant.
            (None, Some(ended), _) if ended.path.is_none() => End::Unclear(shown(&ended.said)),
            (None, Some(ended), _) => End::Raised(ended.kind),
            (None, None, Some(returned)) => End::Returned(returned),
            (None, None, None) => End::Unclear("the call was stopped at the sink".to_owned()),
        };
        Self {
            end,
            said,
            has_reached_sink: !observed.hits.is_empty(),
            leaned_on: observed.leaned_on,
            touched: observed.touched,
        }
    }

    fn has_returned(&self) -> bool {
        matches!(self.end, End::Returned(_))
    }

    /// Tells whether a stand-in is part of what the call returned.
    fn returned_stand_in(&self) -> bool {
        matches!(&self.end, End::Returned(text) if text.contains(STAND_IN))
    }

    fn describe(&self) -> String {
        match (&self.end, &self.said) {
            (End::Returned(text), _) => format!("returns `{}`", shown(text)),
            (End::Raised(_), Some(said)) => format!("raises `{}`", shown(said)),
            (End::Raised(kind), None) => format!("raises `{kind}`"),
            (End::Unclear(why), _) => format!("does not tell: {why}"),
        }
    }
}

/// What one call tells.
enum Difference {
    None,
    Found(String),
    Unclear(String),
}

impl Call {
    fn difference(&self) -> Difference {
        if let Some(broken) = self.no_longer_loads() {
            return Difference::Found(broken);
        }
        for seen in [&self.before, &self.after] {
            if let End::Unclear(why) = &seen.end {
                return Difference::Unclear(why.clone());
            }
        }
        let is_missed = self.before.has_reached_sink && !self.after.has_reached_sink && self.sink == Sink::Watched;
        if self.before.end == self.after.end && !is_missed {
            return Difference::None;
        }
        if let Some(why) = self.excuse() {
            return Difference::Unclear(why);
        }
        let (before, after) = (self.before.describe(), self.after.describe());
        Difference::Found(if self.before.end == self.after.end {
            format!("`{}` {before} but no longer comes to the sink", self.text)
        } else {
            format!("`{}` {before} before the patch and {after} after it", self.text)
        })
    }

    /// Says why another end need not be the change's doing.
    fn excuse(&self) -> Option<String> {
        let is_new = |name: &&String| !self.before.leaned_on.contains(name);
        if let Some(name) = self.after.leaned_on.iter().find(is_new) {
            return Some(format!("the patched code depends on `{name}`, which is not in the sandbox"));
        }
        if self.after.returned_stand_in() && !self.before.returned_stand_in() {
            let is_new = |name: &&String| !self.before.touched.contains(name);
            let name = self.after.touched.iter().find(is_new).map_or("something", String::as_str);
            return Some(format!("what the patched code returns comes from `{name}`, which is not in the sandbox"));
        }
        let depends_on_sink =
            self.before.returned_stand_in() || self.before.leaned_on.iter().any(|name| name.starts_with(RECORDED));
        let is_replaced = self.sink == Sink::Gone && self.before.has_reached_sink;
        (is_replaced && depends_on_sink).then(|| "what the original's sink gives is not known".to_owned())
    }

    /// Says what keeps the changed text from being loaded, when the original is and the sandbox lacks nothing for it.
    fn no_longer_loads(&self) -> Option<String> {
        let End::Unclear(why) = &self.after.end else { return None };
        let is_lacking = why.contains("ImportError") || why.contains("ModuleNotFoundError");
        let is_loaded = !matches!(self.before.end, End::Unclear(_));
        (is_loaded && !is_lacking && why.contains("cannot be loaded")).then(|| why.clone())
    }
}

fn reachable(calls: &[Call]) -> Told {
    let calls: Vec<&Call> = calls.iter().filter(|call| call.use_as == Use::Evidence).collect();
    let gets_through = |call: &&&Call| call.before.has_reached_sink || call.before.has_returned();
    let through: Vec<&&Call> = calls.iter().filter(gets_through).collect();
    let Some(first) = through.first() else {
        let why = calls.iter().find_map(|call| match &call.before.end {
            End::Unclear(why) => Some(why.clone()),
            End::Raised(_) => Some(format!("`{}` {} in the original already", call.text, call.before.describe())),
            End::Returned(_) => None,
        });
        return Told::Unclear(why.unwrap_or_else(|| "there is no benign input".to_owned()));
    };
    let must_reach = first.sink == Sink::Watched && through.iter().any(|call| call.before.has_reached_sink);
    let is_reached = |call: &&&&Call| {
        if must_reach { call.after.has_reached_sink } else { call.after.has_reached_sink || call.after.has_returned() }
    };
    if let Some(call) = through.iter().find(is_reached) {
        let end = if call.after.has_reached_sink { "still comes to the sink" } else { "still returns" };
        return Told::Holds(format!("`{}` {end}", call.text));
    }
    if let Some(broken) = through.iter().find_map(|call| call.no_longer_loads()) {
        return Told::Broken(broken);
    }
    let unclear = through.iter().find_map(|call| match &call.after.end {
        End::Unclear(why) => Some(why.clone()),
        End::Returned(_) | End::Raised(_) => call
            .after
            .leaned_on
            .iter()
            .find(|name| !call.before.leaned_on.contains(name))
            .map(|name| format!("the patched code depends on `{name}`, which is not in the sandbox")),
    });
    if let Some(why) = unclear {
        return Told::Unclear(why);
    }
    // With the sink gone nothing says how far a call came that did not return before either.
    if !must_reach && !through.iter().any(|call| call.before.has_returned()) {
        return Told::Unclear(format!("`{}` {} in the original as well", first.text, first.before.describe()));
    }
    let what = if must_reach { "comes to the sink" } else { "returns" };
    Told::Broken(format!("no benign call {what} any more: `{}` {}", first.text, first.after.describe()))
}

fn behaviour_kept(calls: &[Call]) -> Told {
    let (mut same, mut unclear, mut notes) = (0, None, String::new());
    for call in calls {
        match (call.use_as, call.difference()) {
            (Use::Evidence, Difference::Found(difference)) => return Told::Broken(difference),
            (Use::Evidence, Difference::None) => same += 1,
            (Use::Evidence, Difference::Unclear(why)) => unclear = unclear.or(Some(why)),
            (Use::Information, Difference::Found(difference)) => {
                let _is_written = write!(notes, "; for information: {difference}");
            }
            (Use::Information, Difference::None | Difference::Unclear(_)) => {}
        }
    }
    match (same, unclear) {
        (0, why) => Told::Unclear(why.unwrap_or_else(|| "there is no benign input".to_owned())),
        (1, _) => Told::Holds(format!("a benign call ends as before{notes}")),
        (count, _) => Told::Holds(format!("{count} benign calls end as before{notes}")),
    }
}

/// Writes a call as a counterexample does: its arguments, then what else is chosen.
fn call_text(function: &str, bindings: &[Binding]) -> String {
    let written = |all: Vec<&Binding>, sign: &str| {
        all.iter().map(|one| format!("{}{sign}{}", one.name, one.value)).collect::<Vec<_>>().join(", ")
    };
    let (arguments, others): (Vec<&Binding>, Vec<&Binding>) = bindings.iter().partition(|one| one.is_parameter);
    let others = written(others, " = ");
    match (function, others.is_empty()) {
        ("<module>", true) => "# when the module is run".to_owned(),
        ("<module>", false) => format!("# when the module is run: {others}"),
        (name, true) => format!("{name}({})", written(arguments, "=")),
        (name, false) => format!("{name}({})  # {others}", written(arguments, "=")),
    }
}
