//! Keeps values small enough to walk, copy and drop. Invariant: no value that a path keeps is nested deeper, or holds
//! more, than the limits below, whatever the analysed code builds in loops.

use crate::{
    interpreter::Interpreter,
    rope::Rope,
    state::State,
    term::BoolTerm,
    value::{Object, Value},
};

/// The deepest nesting of a kept value.
const DEPTH: u32 = 48;

/// The most parts that a kept value has.
const PARTS: u32 = 4000;

/// The longest text that is kept, in bytes.
pub(crate) const TEXT_BYTES: usize = 1 << 17;

/// The most pieces of a kept text.
const PIECES: usize = 600;

/// The longest kept list.
const ITEMS: usize = 50_000;

/// Tells whether a text is too large to keep.
pub(crate) fn is_large(rope: &Rope) -> bool {
    rope.pieces().len() > PIECES || rope.size_bytes() > TEXT_BYTES
}

fn is_large_term(term: &BoolTerm, depth: u32, parts: &mut u32) -> bool {
    *parts += 1;
    if depth == 0 || *parts > PARTS {
        return true;
    }
    match term {
        BoolTerm::Not(inner) => is_large_term(inner, depth - 1, parts),
        BoolTerm::And(a, b) | BoolTerm::Or(a, b) => {
            is_large_term(a, depth - 1, parts) || is_large_term(b, depth - 1, parts)
        }
        BoolTerm::Const(_)
        | BoolTerm::Member { .. }
        | BoolTerm::RopeIn { .. }
        | BoolTerm::SameText(..)
        | BoolTerm::Within { .. }
        | BoolTerm::Compare(..)
        | BoolTerm::Source(_)
        | BoolTerm::Opaque { .. } => false,
    }
}

fn is_large_value(value: &Value, depth: u32, parts: &mut u32) -> bool {
    *parts += 1;
    if depth == 0 || *parts > PARTS {
        return true;
    }
    match value {
        Value::Tuple(items) => items.iter().any(|item| is_large_value(item, depth - 1, parts)),
        Value::Bool(term) => is_large_term(term, depth - 1, parts),
        Value::Exception(exception) => {
            exception.message.as_ref().is_some_and(|message| is_large_value(message, depth - 1, parts))
        }
        Value::Function(closure) => {
            closure.receiver.as_ref().is_some_and(|receiver| is_large_value(receiver, depth - 1, parts))
                || closure.defaults.iter().any(|(_, default)| is_large_value(default, depth - 1, parts))
        }
        Value::Str(rope) | Value::Bytes(rope) | Value::Path(rope) => is_large(rope),
        Value::Match(matched) => matched.texts().any(is_large),
        Value::None
        | Value::Ellipsis
        | Value::Int(_)
        | Value::Float(_)
        | Value::Object(_)
        | Value::Class(_)
        | Value::Global(_)
        | Value::Pattern(..)
        | Value::Opaque(_) => false,
    }
}

impl Interpreter<'_> {
    /// Gives the value, or an unknown one in its place when it is too large to keep.
    pub(crate) fn within_limits(&mut self, state: &mut State, value: Value) -> Value {
        if let Value::Object(id) = &value {
            let long = match state.object(*id) {
                Some(Object::List(items) | Object::Set(items)) => items.len() > ITEMS,
                Some(Object::Dict(entries)) => entries.len() > ITEMS,
                Some(
                    Object::Instance { .. }
                    | Object::Iterator { .. }
                    | Object::OpenIterator { .. }
                    | Object::Generator { .. }
                    | Object::Cell(_)
                    | Object::Unknown(_),
                )
                | None => false,
            };
            if long {
                let influence = self.influence(state, std::slice::from_ref(&value));
                let why = "a container that grew too large".into();
                state.havoc(std::slice::from_ref(&value), &why, influence, &mut self.next_id);
            }
            return value;
        }
        if !is_large_value(&value, DEPTH, &mut 0) {
            return value;
        }
        if let Value::Function(closure) = &value {
            self.note_skipped(closure.function, "it closes over too much");
        }
        let influence = self.influence(state, std::slice::from_ref(&value));
        match value {
            Value::Str(rope) => Value::Str(self.image(state, &rope, None)),
            Value::Bytes(rope) => Value::Bytes(self.image(state, &rope, None)),
            _ => self.fresh_opaque("a value that grew too large", influence),
        }
    }
}
