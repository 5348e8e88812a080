//! Places where data flow saw untrusted data enter, compared with what the interpreter makes of them. Invariant: a place
//! that was run and gave nothing of the attacker's is noted, so that nothing is proved behind it.

use ir::function::Function;
use model::{
    contract::Condition,
    span::{Place, Span},
};

use crate::{
    interpreter::{Choice, Interpreter, Outcome},
    state::State,
    value::{Influence, Value},
};

impl Interpreter<'_> {
    /// Compares what an instruction gave.
    pub(crate) fn check_input(&mut self, state: &State, span: Span, choices: &[Choice]) {
        if self.inputs.is_empty() || self.chosen.is_some() {
            return;
        }
        let Some(function) = state.frame().and_then(|frame| self.index.program.function(frame.function)) else {
            return;
        };
        let values = choices.iter().filter_map(|choice| match &choice.outcome {
            Outcome::Value(value) => Some(value.clone()),
            Outcome::Raise(_) | Outcome::Enter(_) => None,
        });
        let values: Vec<Value> = values.collect();
        if !values.is_empty() && self.is_input(function, span) {
            self.note_if_unseen(state, &values, "what is read there");
        }
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
        matches!(self.contract.condition, Condition::SinkStaysData { .. }) && self.inputs.binary_search(&place).is_ok()
    }

    fn note_if_unseen(&mut self, state: &State, values: &[Value], what: &str) {
        // `request.args` itself holds nothing yet: what is read from it does.
        let is_mapping = |value: &Value| matches!(value, Value::Global(path) if self.is_source_attribute(path));
        if self.influence(state, values) == Influence::Environment && !values.iter().any(is_mapping) {
            self.unseen.insert(format!("untrusted data enters, but how {what} depends on it is not modelled"));
        }
    }
}
