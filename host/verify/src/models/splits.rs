//! Texts that are split. Invariant: on a known text each method gives Python's own parts; on one that is not known, the
//! parts at both ends are exact where one character splits it.

use ir::{instruction::Operand, program::FunctionId};
use model::contract::Condition;

use crate::{
    automata::operation::{Operation, Part, Place},
    interpreter::{Choice, Choices, Interpreter, call::Arguments, compare::containing},
    literal::is_python_space,
    models::texts::is_no_size,
    rope::Rope,
    state::State,
    value::{Object, Opaque, Value},
};

impl Interpreter<'_> {
    /// Calls `split`, `rsplit`, `splitlines`, `partition` or `rpartition`.
    pub(crate) fn split(&mut self, state: &mut State, rope: &Rope, name: &str, arguments: &Arguments) -> Choices {
        let separator = arguments.get(0, "sep").and_then(Value::as_text);
        let limit = arguments.get(1, "maxsplit").and_then(Value::as_number);
        if arguments.get(1, "maxsplit").is_some_and(is_no_size) {
            return vec![Choice::raise("OverflowError")];
        }
        if limit.is_none() && arguments.get(1, "maxsplit").is_some() {
            return self.unknown_method(state, rope, name, arguments);
        }
        // A negative limit is none.
        let limit = limit.filter(|limit| *limit >= 0);
        if separator.as_deref() == Some("") {
            return vec![Choice::raise("ValueError")];
        }
        let Some(marked) = rope.marked() else {
            return self.split_source(state, rope, name, (separator.as_deref(), arguments));
        };
        let text = marked.text.as_str();
        let offset = |part: &str| (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        let cut = |part: &str| Value::Str(Rope::cut(&marked, offset(part)..offset(part) + part.len()));
        let parts: Option<Vec<Value>> = match (name, &separator, limit) {
            ("split" | "rsplit", Some(separator), None) if !separator.is_empty() => {
                Some(text.split(separator.as_str()).map(cut).collect())
            }
            ("split", Some(separator), Some(limit)) if !separator.is_empty() && limit >= 0 => {
                let limit = usize::try_from(limit).unwrap_or(0) + 1;
                Some(text.splitn(limit, separator.as_str()).map(cut).collect())
            }
            ("rsplit", Some(separator), Some(limit)) if !separator.is_empty() && limit >= 0 => {
                let limit = usize::try_from(limit).unwrap_or(0) + 1;
                let mut parts: Vec<Value> = text.rsplitn(limit, separator.as_str()).map(cut).collect();
                parts.reverse();
                Some(parts)
            }
            ("split" | "rsplit", None, None)
                if arguments.get(0, "sep").is_none_or(|sep| matches!(sep, Value::None)) =>
            {
                Some(text.split(is_python_space).filter(|part| !part.is_empty()).map(cut).collect())
            }
            ("splitlines", None, None) if arguments.count() == Some(0) => {
                Some(lines(text).into_iter().map(cut).collect())
            }
            ("partition" | "rpartition", Some(separator), _) if !separator.is_empty() => {
                let found = if name == "partition" {
                    text.split_once(separator.as_str())
                } else {
                    text.rsplit_once(separator.as_str())
                };
                let parts = match found {
                    Some((before, after)) => vec![cut(before), Value::text(separator), cut(after)],
                    None if name == "partition" => {
                        vec![Value::Str(rope.clone()), Value::text(""), Value::text("")]
                    }
                    None => vec![Value::text(""), Value::text(""), Value::Str(rope.clone())],
                };
                return vec![Choice::value(Value::Tuple(parts.into()))];
            }
            _ => None,
        };
        match parts {
            Some(parts) => vec![Choice::value(Value::Object(state.allocate(Object::List(parts))))],
            None => self.unknown_method(state, rope, name, arguments),
        }
    }

    /// Splits a text that is not known: the parts hold no separator, and their number is not known.
    fn split_source(
        &mut self,
        state: &mut State,
        rope: &Rope,
        name: &str,
        (separator, arguments): (Option<&str>, &Arguments),
    ) -> Choices {
        let influence = self.influence(state, &[Value::Str(rope.clone())]);
        let limit = arguments.get(1, "maxsplit").and_then(Value::as_number);
        let is_security = matches!(self.contract.condition, Condition::SinkStaysData { .. });
        if let Some(at) = separator.and_then(only_char)
            && rope.single_source().is_some()
        {
            let place = if name.starts_with('r') { Place::Last } else { Place::First };
            let mut part =
                |state: &mut State, part| Value::Str(self.apply(state, rope, Operation::Cut { at, place, part }));
            if name.ends_with("partition") {
                let parts = [Part::Before, Part::Separator, Part::After].map(|one| part(state, one));
                return vec![Choice::value(Value::Tuple(parts.into()))];
            }
            if limit == Some(1)
                && let Some(has) = containing(separator.unwrap_or_default())
            {
                let both = vec![part(state, Part::Before), part(state, Part::After)];
                let found = self.is_in(rope, &has);
                let both = Value::Object(state.allocate(Object::List(both)));
                let whole = Value::Object(state.allocate(Object::List(vec![Value::Str(rope.clone())])));
                return vec![Choice::value(both).when(found.clone()), Choice::value(whole).when(found.negate())];
            }
        }
        if let (Some(separator), true) = (separator, name.ends_with("partition"))
            && let Some(has) = containing(separator)
        {
            let found = self.is_in(rope, &has);
            let part = |this: &mut Self, state: &mut State, without: bool| {
                let language = without.then(|| has.complement());
                Value::Str(this.unknown_text(state, "a part of a text", influence, language))
            };
            let is_first = name == "partition";
            let (before, after) = (part(self, state, is_first), part(self, state, !is_first));
            let split = Value::Tuple([before, Value::text(separator), after].into());
            let whole = Value::Str(rope.clone());
            let unsplit = if is_first {
                [whole, Value::text(""), Value::text("")]
            } else {
                [Value::text(""), Value::text(""), whole]
            };
            return vec![
                Choice::value(split).when(found.clone()),
                Choice::value(Value::Tuple(unsplit.into())).when(found.negate()),
            ];
        }
        if let Some(at) = separator.and_then(only_char)
            && rope.single_source().is_some()
            && !name.ends_with("partition")
            && arguments.all.len() == 1
        {
            let id = self.fresh_id();
            if !is_security {
                self.hazards.text_lists.insert(id);
            }
            self.splits.insert(id, (rope.clone(), at));
            return vec![Choice::value(Value::Opaque(Opaque { id, why: "the parts of a text".into(), influence }))];
        }
        let has_separator = separator.is_some_and(|separator| !separator.is_empty()) || arguments.all.is_empty();
        if !is_security && has_separator && arguments.keywords.is_empty() {
            let id = self.fresh_id();
            self.hazards.text_lists.insert(id);
            return vec![Choice::value(Value::Opaque(Opaque { id, why: "the parts of a text".into(), influence }))];
        }
        let receiver = Value::Str(rope.clone());
        self.unknown_call(state, &format!("str.{name}"), Some(&receiver), arguments)
    }

    /// Gives the first or last part of a text that was just split, where nothing can have changed the list since: no name
    /// holds it.
    pub(crate) fn end_of_split(
        &mut self,
        state: &mut State,
        function: FunctionId,
        (operand, list, index): (&Operand, &Value, &Value),
    ) -> Option<Value> {
        let (Operand::Local(local), Value::Opaque(opaque)) = (operand, list) else { return None };
        if self.index.is_named(function, local.0 as usize) {
            return None;
        }
        let (rope, at) = self.splits.get(&opaque.id)?.clone();
        let (place, part) = match index.as_number()? {
            0 => (Place::First, Part::Before),
            -1 => (Place::Last, Part::After),
            _ => return None,
        };
        Some(Value::Str(self.apply(state, &rope, Operation::Cut { at, place, part })))
    }
}

/// Gives the character of a text of one.
fn only_char(text: &str) -> Option<char> {
    let mut all = text.chars();
    all.next().filter(|_| all.next().is_none())
}

/// Splits a text where `str.splitlines` does.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    let ends = |c: char| matches!(c, '\n'..='\r' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    while let Some((line, after)) = rest.split_once(ends) {
        lines.push(line);
        let is_pair = rest.get(line.len()..).is_some_and(|end| end.starts_with("\r\n"));
        rest = if is_pair { after.strip_prefix('\n').unwrap_or(after) } else { after };
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}
