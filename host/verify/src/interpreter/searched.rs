//! Which expression a text is matched against. Invariant: it is given only when every path to the contract's place comes
//! there with the same one, without flags.

use ir::instruction::{Call, Callee, Operand};
use model::contract::{Condition, SinkLanguage};

use crate::{
    interpreter::{Interpreter, call::Arguments},
    value::Value,
};

impl Interpreter<'_> {
    /// Notes the expression and the function at a contract's place where a text is matched.
    pub(crate) fn note_searched(&mut self, call: &Call, (callee, arguments): (&Value, &Arguments)) {
        let is_matched = matches!(
            self.contract.condition,
            Condition::SinkStaysData { language: SinkLanguage::MatchedText { .. }, .. }
        );
        if !is_matched {
            return;
        }
        let function = match &call.callee {
            Callee::Method { name, .. } => name.as_str(),
            Callee::Value(Operand::Global(path)) => path.rsplit('.').next().unwrap_or(path),
            Callee::Value(Operand::Local(_) | Operand::Constant(_)) => "",
        };
        let has_flags = arguments.get(2, "flags").is_some();
        let pattern = match (callee, arguments.get(0, "pattern")) {
            (Value::Pattern(pattern, 0), _) | (_, Some(Value::Pattern(pattern, 0))) => Some(pattern.to_string()),
            (_, Some(value)) if !has_flags => value.as_text(),
            _ => None,
        };
        let found = pattern.map(|pattern| (pattern, function.to_owned()));
        self.searched = Some(match self.searched.take() {
            Some(before) if before != found => None,
            Some(_) | None => found,
        });
    }
}
