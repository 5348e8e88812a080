//! Places where data flow saw untrusted data enter, compared with what the interpreter makes of them. Invariant: a place
//! that was run and gave nothing of the attacker's is noted, so that nothing is proved behind it.

use ir::function::Function;
use model::{
    contract::Condition,
    span::{Place, Span},
};

use crate::{
    interpreter::{Choices, Interpreter, Outcome, access::shown_path},
    regex,
    source::{Chooser, Origin, Sort, Source},
    state::State,
    value::{Influence, Opaque, Value},
};

impl Interpreter<'_> {
    /// Compares what an instruction gave. Where untrusted data enters and the value is one that nothing is known of, it is
    /// from here on what the attacker sends, of any shape.
    pub(crate) fn enter_input(&mut self, state: &mut State, span: Span, mut choices: Choices) -> Choices {
        if self.settings.inputs.is_empty() {
            return choices;
        }
        let Some(function) = state.frame().and_then(|frame| self.index.function(frame.function)) else {
            return choices;
        };
        if !self.is_input(function, span) {
            return choices;
        }
        for choice in &mut choices {
            if let Outcome::Value(Value::Opaque(opaque)) = &choice.outcome
                && opaque.influence == Influence::Environment
            {
                let opaque = opaque.clone();
                choice.outcome = Outcome::Value(self.sent(state, &opaque));
            }
        }
        let values = choices.iter().filter_map(|choice| match &choice.outcome {
            Outcome::Value(value) => Some(value.clone()),
            Outcome::Raise(_) | Outcome::Enter(_) => None,
        });
        let values: Vec<Value> = values.collect();
        if !values.is_empty() && self.chosen.is_none() {
            self.note_if_unseen(state, &values, "what is read there");
        }
        choices
    }

    /// Makes an unknown value one that the attacker sends: the same one each time on a path.
    fn sent(&mut self, state: &mut State, opaque: &Opaque) -> Value {
        let key = (opaque.id, "what was sent".to_owned());
        if let Some(value) = state.seen.get(&key) {
            return value.clone();
        }
        let mut name = self.expression(&opaque.why);
        let count = state.reads.entry(name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            name = format!("{name} #{count}");
        }
        // A concrete run meets what was met before, or is on a path that nothing is known of.
        let is_known = self.sources.iter().any(|(_, source)| source.name.as_ref() == name);
        if self.chosen.is_some() && !is_known {
            return Value::Opaque(opaque.clone());
        }
        self.sources.intern(&name, || Source {
            name: name.as_str().into(),
            chooser: Chooser::Attacker,
            sort: Sort::Text,
            parameter: Origin::Sent,
        });
        let value = self.tree(&name);
        state.seen.insert(key, value.clone());
        value
    }

    /// Makes an expression of the words that say what a value is: `.data of the result of form` becomes `form.data`.
    fn expression(&self, why: &str) -> String {
        let plain = why.replace('`', "");
        let mut parts: Vec<&str> = plain.split(" of ").collect();
        parts.reverse();
        let mut name = String::new();
        for part in parts {
            let part = part.split(" (made by ").next().unwrap_or(part);
            let part =
                ["the global ", "the class attribute "].iter().find_map(|head| part.strip_prefix(head)).unwrap_or(part);
            if !matches!(part, "the result" | "an item" | "an attribute" | "the sink's result") {
                name.push_str(part);
            }
        }
        let modules = self.index.program.modules.iter();
        let own = modules.filter_map(|module| name.strip_prefix(&module.name)?.strip_prefix('.')).next();
        shown_path(own.unwrap_or(&name))
    }

    /// Gives the value of a parameter that a framework fills with what no sender chooses freely.
    pub(crate) fn filled_in(&mut self, state: &mut State, function: &Function, position: usize) -> Option<Value> {
        let param = function.params.get(position)?;
        let place = Place { file: function.file, span: param.span };
        if !matches!(self.contract.condition, Condition::SinkStaysData { .. }) {
            return None;
        }
        let shown = format!("`{}`", param.name);
        if self.settings.numbers.binary_search(&place).is_ok() {
            let value = self.fresh_opaque(&shown, Influence::Environment);
            let language = regex::full("-?[0-9]+").ok();
            if let Value::Opaque(opaque) = &value {
                let key = format!("text of opaque#{}", opaque.id);
                let _ = self.unknown_text_named(state, &key, &shown, (Influence::Environment, language));
            }
            return Some(value);
        }
        self.settings.fixed.binary_search(&place).is_ok().then(|| self.fresh_opaque(&shown, Influence::Environment))
    }

    /// Compares the value that a parameter of the entry function gets.
    pub(crate) fn check_parameter(&mut self, state: &State, function: &Function, position: usize, value: &Value) {
        let Some(param) = function.params.get(position).filter(|_| self.chosen.is_none()) else { return };
        if self.is_input(function, param.span) {
            self.note_if_unseen(state, std::slice::from_ref(value), &format!("parameter `{}`", param.name));
        }
    }

    /// Tells whether data flow saw untrusted data enter there.
    pub(crate) fn is_input(&self, function: &Function, span: Span) -> bool {
        let place = Place { file: function.file, span };
        matches!(self.contract.condition, Condition::SinkStaysData { .. })
            && self.settings.inputs.binary_search(&place).is_ok()
    }

    fn note_if_unseen(&mut self, state: &State, values: &[Value], what: &str) {
        // `request.args` itself holds nothing yet: what is read from it does.
        let is_mapping = |value: &Value| matches!(value, Value::Global(path) if self.is_source_attribute(path));
        if self.influence(state, values) == Influence::Environment && !values.iter().any(is_mapping) {
            self.unseen.insert(format!("untrusted data enters, but how {what} depends on it is not modelled"));
        }
    }
}
