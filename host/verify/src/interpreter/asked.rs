//! Methods that tests and builtins call unseen, and which calls run the library's Python. Invariant: an instance is never
//! taken for true, or for a container, without its class being asked.

use crate::{
    interpreter::{
        Interpreter, Outcome,
        call::Arguments,
        generator::{Asked, FRAMES},
    },
    state::{Delivery, State},
    term::{BoolTerm, IntTerm, Order},
    value::Value,
};

impl Interpreter<'_> {
    /// Tells whether an instance's class says when it is true.
    pub(crate) fn is_asked_for_truth(&self, state: &State, value: &Value) -> bool {
        ["__bool__", "__len__"].into_iter().any(|name| self.own_method(state, value, name).is_some())
    }

    /// Asks an instance whose class says when it is true; `None` for any other value.
    pub(crate) fn own_truth(&mut self, state: &mut State, value: &Value) -> Option<Asked> {
        let name = ["__bool__", "__len__"].into_iter().find(|name| self.own_method(state, value, name).is_some())?;
        if let Some(answer) = state.frame_mut().and_then(|frame| frame.answer.take()) {
            let truth = match (name, answer) {
                ("__bool__", Value::Bool(term)) => term,
                ("__len__", Value::Int(term)) => BoolTerm::compare(Order::Equal, term, IntTerm::number(0)).negate(),
                _ => return None,
            };
            return Some(Asked::Truth(truth));
        }
        let choices = self.call_own(state, value, name, Vec::new())?;
        match choices.into_iter().next()?.outcome {
            Outcome::Enter(mut frame) if state.frames.len() < FRAMES => {
                frame.delivery = Delivery::Answer;
                state.frames.push(*frame);
                Some(Asked::Running)
            }
            Outcome::Enter(_) | Outcome::Value(_) | Outcome::Raise(_) => None,
        }
    }

    /// Tells whether code of the program makes the items that `in` looks through: of a generator, or by `__iter__`.
    pub(crate) fn is_made_by_code(&self, state: &State, value: &Value) -> bool {
        self.progress(state, value).is_some()
            || self.own_method(state, value, "__contains__").is_none()
                && self.own_method(state, value, "__iter__").is_some()
    }

    /// Tells whether a call of a library function runs the library's Python: where a function of the program or a
    /// generator takes part, or where nothing else is known to do what the function does.
    pub(crate) fn runs_as_written(&mut self, state: &State, path: &str, arguments: &Arguments) -> bool {
        let Some(name) = path.strip_prefix("builtins.").filter(|name| !name.starts_with('_')) else { return true };
        let instances = match (name, arguments.positional.as_deref()) {
            ("sum" | "sorted" | "min" | "max", Some([iterable])) => self.known_items(state, iterable),
            ("sum", Some([iterable, _])) => self.known_items(state, iterable),
            ("min" | "max", Some(items)) => Some(items.to_vec()),
            _ => None,
        };
        if instances.is_some_and(|items| items.iter().any(|item| self.class_of(state, item).is_some())) {
            return true;
        }
        let iterables = match (name, arguments.positional.as_deref()) {
            ("map" | "filter", Some([_, iterables @ ..])) => iterables,
            ("sorted" | "min" | "max", Some([iterable])) if arguments.keyword("key").is_some() => {
                std::slice::from_ref(iterable)
            }
            ("min" | "max", Some([_, _, ..])) if arguments.keyword("key").is_some() => return true,
            _ => &[],
        };
        if !iterables.is_empty() && iterables.iter().all(|value| self.known_items(state, value).is_some()) {
            return true;
        }
        arguments.all.iter().chain(arguments.keywords.iter().map(|(_, value)| value)).any(|value| {
            matches!(value, Value::Function(_))
                || self.progress(state, value).is_some()
                || self.own_method(state, value, "__iter__").is_some()
        })
    }
}
