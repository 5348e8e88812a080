//! Method calls by the receiver's kind. Invariant: a method of something outside the program that is not modelled is an
//! unknown call.

use std::rc::Rc;

use crate::{
    interpreter::{Choice, Choices, Interpreter, Outcome, access::shown_key, call::Arguments},
    models::texts::is_text_method,
    rope::Rope,
    shape::Shape,
    state::State,
    value::{Influence, Object, Value},
};

/// Methods of database and logging objects whose result is the surroundings' whatever they are given.
const SURROUNDINGS: &[&str] = &[
    "execute",
    "executemany",
    "executescript",
    "fetchone",
    "fetchall",
    "fetchmany",
    "cursor",
    "commit",
    "rollback",
    "close",
    "debug",
    "info",
    "warning",
    "error",
    "exception",
    "critical",
    "log",
    "connect",
    "flush",
    "scalar",
    "scalars",
    "mogrify",
];

/// Methods with which a container of the attacker's data is read.
const CONTAINER: &[&str] = &["get", "items", "keys", "values", "pop", "setdefault", "update", "append", "extend"];

impl Interpreter<'_> {
    /// Calls `receiver.name(…)`.
    pub(crate) fn call_method(
        &mut self,
        state: &mut State,
        receiver: &Value,
        name: &str,
        arguments: Arguments,
    ) -> Choices {
        match receiver {
            Value::None => vec![Choice::raise("AttributeError")],
            Value::Str(rope) => {
                if !is_text_method(name) {
                    if let Some(source) = rope.plain_source() {
                        let shape = if CONTAINER.contains(&name) { Shape::Tree } else { Shape::Resource };
                        if self.reshape(source, shape) {
                            return Vec::new();
                        }
                    }
                    if name == "decode" && (self.opened(rope).is_some() || rope.has_injected_text()) {
                        return vec![Choice::value(receiver.clone())];
                    }
                    if let Some(opened) = self.opened(rope) {
                        return self.call_method(state, &Value::Opaque(opened), name, arguments);
                    }
                    return vec![Choice::raise("AttributeError")];
                }
                let rope = rope.clone();
                self.text_method(state, &rope, name, &arguments)
            }
            Value::Bytes(rope) => {
                let rope = rope.clone();
                self.bytes_method(state, &rope, name, &arguments)
            }
            Value::Path(rope) => {
                let rope = rope.clone();
                self.path_method(state, &rope, name, arguments)
            }
            Value::Pattern(pattern, flags) => {
                let (pattern, flags) = (Rc::clone(pattern), *flags);
                self.pattern_method(state, &pattern, flags, (name, &arguments))
            }
            Value::Match(matched) => {
                let matched = Rc::clone(matched);
                if let Some(choices) = self.match_method(&matched, (name, &arguments)) {
                    return choices;
                }
                let value = self.fresh_opaque(&format!("`{name}` of a match"), Influence::Attacker);
                self.with_any_exception(state, vec![Choice::value(value)])
            }
            Value::Object(id) => {
                if let Some(Object::Instance { .. }) = state.object(*id) {
                    if matches!(name, "_replace" | "_asdict") {
                        let mut given = arguments.clone();
                        given.positional.iter_mut().for_each(|all| all.insert(0, receiver.clone()));
                        let path = if name == "_replace" { "replace" } else { "asdict" };
                        if let Some(choices) = self.call_dataclasses(state, path, &given) {
                            return choices;
                        }
                    }
                    if let Some(text @ Value::Str(_)) = self.value_of_member(state, receiver)
                        && is_text_method(name)
                    {
                        return self.call_method(state, &text, name, arguments);
                    }
                    let attribute = self.attribute(state, receiver, name);
                    return self.call_each(state, attribute, &arguments);
                }
                if let Some(choices) = self.collection_method(state, *id, (name, &arguments)) {
                    return choices;
                }
                if self.question.is_some() {
                    return Vec::new();
                }
                if let Some(choices) = self.generator_method(state, receiver, (name, &arguments)) {
                    return choices;
                }
                match self.container_method(state, *id, name, &arguments) {
                    Some(choices) => choices,
                    None if self.question.is_some() => Vec::new(),
                    None if let Some(choices) = self.call_written_method(state, receiver, (name, &arguments)) => {
                        choices
                    }
                    None => {
                        let influence = self.influence(state, &arguments.all);
                        let why: Rc<str> = format!("a container after `{name}`").into();
                        let influence = influence.max(self.influence(state, std::slice::from_ref(receiver)));
                        state.havoc(std::slice::from_ref(receiver), &why, influence, &mut self.next_id);
                        self.unknown_call(state, name, Some(receiver), &arguments)
                    }
                }
            }
            Value::Opaque(opaque) => {
                let opaque = opaque.clone();
                if let Some((receiver, after)) = self.parents.get(&opaque.id).cloned()
                    && let Some(choices) = self.call_parent(state, (&receiver, after), (name, &arguments))
                {
                    return choices;
                }
                if let Some(shown) = self.trees.get(&opaque.id).cloned() {
                    return self.tree_method(state, (&opaque, &shown), (name, &arguments));
                }
                self.opaque_method(state, receiver, &opaque, (name, &arguments))
            }
            Value::Global(path) => {
                let path = format!("{path}.{name}");
                self.call_global(state, &path, arguments)
            }
            Value::Class(_) => {
                let attribute = self.attribute(state, receiver, name);
                self.call_each(state, attribute, &arguments)
            }
            Value::Function(closure) => match &closure.receiver {
                _ if name == "__call__" => self.call_value(state, receiver, arguments),
                Some(_) | None => self.unknown_call(state, name, Some(receiver), &arguments),
            },
            Value::Tuple(items) => {
                let places = match arguments.plain() {
                    Some([wanted]) => self.place_of(state, &items.clone(), (name, &wanted.clone())),
                    Some(_) | None => None,
                };
                places.unwrap_or_else(|| self.unknown_call(state, name, Some(receiver), &arguments))
            }
            Value::Ellipsis | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Exception(_) => {
                self.unknown_call(state, name, Some(receiver), &arguments)
            }
        }
    }

    /// Calls a method of a container that the library writes in Python; `None` for any other.
    fn call_written_method(
        &mut self,
        state: &mut State,
        receiver: &Value,
        (name, arguments): (&str, &Arguments),
    ) -> Option<Choices> {
        let Value::Object(id) = receiver else { return None };
        let path = match (state.object(*id)?, name) {
            (Object::List(_), "sort") => "builtins._sort",
            _ => return None,
        };
        let mut arguments = arguments.clone();
        arguments.positional.as_mut()?.insert(0, receiver.clone());
        arguments.all.push(receiver.clone());
        self.call_written(state, path, arguments)
    }

    /// Calls whatever an attribute access gave, in each of its ways.
    fn call_each(&mut self, state: &mut State, callees: Choices, arguments: &Arguments) -> Choices {
        let mut choices = Vec::new();
        for callee in callees {
            match callee.outcome {
                Outcome::Value(value) => {
                    for mut choice in self.call_value(state, &value, arguments.clone()) {
                        choice.when = callee.when.clone().and(choice.when);
                        choices.push(choice);
                    }
                }
                Outcome::Raise(_) | Outcome::Enter(_) => choices.push(Choice { ..callee }),
            }
        }
        choices
    }

    fn opaque_method(
        &mut self,
        state: &mut State,
        receiver: &Value,
        opaque: &crate::value::Opaque,
        (name, arguments): (&str, &Arguments),
    ) -> Choices {
        if let Some(value) = state.seen.get(&(opaque.id, format!(".{name}"))).cloned() {
            return self.call_value(state, &value, arguments.clone());
        }
        self.forget_page(opaque.id, name);
        // The receiver may be an object of the program that holds the sink.
        for function in &self.index.program.functions {
            if function.name == name && function.class.is_some() {
                let why = format!("what `{}` is, is not known", opaque.why.trim_matches('`'));
                self.note_skipped(function.id, &why);
            }
        }
        if opaque.influence == Influence::Environment && SURROUNDINGS.contains(&name) {
            let shown = opaque.why.trim_matches('`').to_owned();
            let value = self.fresh_opaque(&format!("`{shown}.{name}(…)`"), Influence::Environment);
            return self.with_any_exception(state, vec![Choice::value(value)]);
        }
        let shown = format!("{}.{name}", opaque.why.trim_matches('`'));
        // A value that is not known is, if it is a text, changed as texts are.
        if is_text_method(name) && opaque.influence == Influence::Environment {
            let rope = self.text_of_opaque(state, opaque);
            if matches!(name, "format" | "join" | "strip" | "lower" | "upper" | "replace" | "rstrip" | "lstrip") {
                let choices = self.text_method(state, &rope, name, arguments);
                return self.with_any_exception(state, choices);
            }
        }
        self.unknown_call(state, &shown, Some(receiver), arguments)
    }

    fn tree_method(
        &mut self,
        state: &mut State,
        (opaque, shown): (&crate::value::Opaque, &str),
        (name, arguments): (&str, &Arguments),
    ) -> Choices {
        let key = arguments.at(0).map(shown_key);
        if !is_text_method(name) && !matches!(name, "get" | "items" | "keys" | "values") {
            self.loops.note_change();
        }
        match (name, key) {
            ("get" | "pop", Some(key)) => {
                let default = arguments.get(1, "default").cloned().unwrap_or(Value::None);
                let part = format!("{shown}[{key}]");
                self.tree_part(state, &part, Some(Outcome::Value(default)))
            }
            ("decode" | "copy", _) => vec![Choice::value(Value::Opaque(opaque.clone()))],
            // Only a text has this method: what the attacker sends is one, or the call raises.
            _ if is_text_method(name) && !matches!(name, "count" | "index") => {
                let rope = self.text_of_opaque(state, opaque);
                let choices = self.text_method(state, &rope, name, arguments);
                self.with_any_exception(state, choices)
            }
            (_, key) => {
                // A key that depends on inputs would be another one in a concrete run.
                let is_constant = matches!(arguments.at(0), Some(Value::Str(rope)) if !rope.has_injected_text());
                let key = key.map_or_else(String::new, |key| if is_constant { key } else { "…".to_owned() });
                let value = self.tree(&format!("{shown}.{name}({key})"));
                self.with_any_exception(state, vec![Choice::value(value)])
            }
        }
    }

    fn bytes_method(&mut self, state: &mut State, rope: &Rope, name: &str, arguments: &Arguments) -> Choices {
        let is_utf8 = arguments.get(0, "encoding").is_none_or(|encoding| {
            encoding.as_text().is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "utf-8" | "utf8"))
        });
        if name == "decode" && is_utf8 && arguments.get(1, "errors").is_none() {
            let decoded = Choice::value(Value::Str(rope.clone()));
            if rope.known().is_some() {
                return vec![decoded];
            }
            return vec![decoded, Choice::raise("UnicodeDecodeError")];
        }
        let receiver = Value::Bytes(rope.clone());
        self.unknown_call(state, &format!("bytes.{name}"), Some(&receiver), arguments)
    }
}
