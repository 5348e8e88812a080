//! Methods of lists, dicts and sets. Invariant: an element whose place is not known is in the whole, so that every read
//! finds it.

use std::rc::Rc;

use ir::instruction::{Constant, Operand};

use crate::{
    calls::Evaluated,
    constants,
    function_pass::Pass,
    state::State,
    taint::{Key, Taints},
    value::{Parts, Value},
};

/// Methods that put their arguments into the receiver.
const FILLING: &[&str] = &[
    "append",
    "extend",
    "insert",
    "add",
    "update",
    "setdefault",
    "appendleft",
    "extendleft",
    "write",
    "writelines",
    "put",
    "put_nowait",
    "__setitem__",
];

impl<'a> Pass<'_, 'a> {
    /// Runs a container method; `None` when the call is none.
    pub(crate) fn container_method(&mut self, state: &mut State, call: &Evaluated<'a>) -> Option<Value> {
        let ir::instruction::Callee::Method { name, .. } = call.callee else { return None };
        let (operand, receiver) = call.receiver.as_ref()?;
        if receiver.constant.as_deref().is_some_and(|constant| matches!(constant, Constant::Str(_))) {
            return None;
        }
        match name.as_str() {
            "get" | "pop" | "__getitem__" | "getlist" | "popleft" => Some(self.take(state, call, name)),
            "keys" => Some(match receiver.constant.as_deref() {
                Some(Constant::Dict(items)) => {
                    Value::constant(Constant::Tuple(items.iter().map(|(key, _)| key.clone()).collect()))
                }
                _ => Value::tainted(receiver.taints.clone()),
            }),
            "copy" => Some(Value { home: None, guard: None, ..receiver.clone() }),
            "clear" => {
                if let Operand::Local(local) = operand {
                    let home = receiver.home.clone();
                    state.update(*local, |value| *value = Value { home, ..Value::default() });
                }
                Some(Value::default())
            }
            "append" | "insert" => {
                self.insert(state, call, name);
                Some(Value::default())
            }
            filling if FILLING.contains(&filling) => {
                self.fill(state, call, filling);
                Some(match filling {
                    "setdefault" => {
                        Value::tainted(call.nth(1).map(|value| value.value.all_taints()).unwrap_or_default())
                    }
                    _ => Value::default(),
                })
            }
            _ => None,
        }
    }

    /// `get`, `pop`: the element under the key, or the default; the key itself is not in the result.
    fn take(&mut self, state: &mut State, call: &Evaluated<'a>, name: &str) -> Value {
        let Some((operand, receiver)) = &call.receiver else { return Value::default() };
        let key = match (call.nth(0), name) {
            (Some(first), _) => first.value.constant.as_deref().and_then(constants::key),
            (None, "pop") => Some(Key::Int(-1)),
            (None, "popleft") => Some(Key::Int(0)),
            (None, _) => None,
        };
        let is_list_end = call.nth(0).is_none() && receiver.parts.as_ref().is_none_or(|parts| parts.length.is_none());
        let mut value = match &key {
            Some(key) if !is_list_end => receiver.part(key),
            _ => receiver.any_part(),
        };
        if let (Operand::Local(local), Some(key)) = (operand, &key) {
            value.home = Some(crate::value::Home::Part(*local, key.clone()));
        }
        if let Some(default) = call.nth(1).filter(|_| name == "get" || name == "pop") {
            let home = value.home.take();
            value.join(&default.value);
            value.home = home;
        }
        if matches!(name, "pop" | "popleft")
            && let Operand::Local(local) = operand
        {
            state.update(*local, |value| remove(value, key.as_ref()));
        }
        value
    }

    fn insert(&mut self, state: &mut State, call: &Evaluated<'a>, name: &str) {
        let Some((operand, receiver)) = &call.receiver else { return };
        let item = call.nth(usize::from(name == "insert"));
        let Some(item) = item else { return };
        let mut known = receiver.clone();
        known.spread_constant();
        let length = known.parts.as_ref().and_then(|parts| parts.length);
        let position = match name {
            "insert" => call.nth(0).and_then(|index| match index.value.constant.as_deref().and_then(constants::key) {
                Some(Key::Int(index)) if index >= 0 => Some(index),
                _ => None,
            }),
            _ => length,
        };
        let (Operand::Local(local), Some(length), Some(position)) = (operand, length, position) else {
            let value = Value::tainted(item.value.all_taints());
            self.change(state, operand, None, &value, call.span);
            return;
        };
        let position = position.min(length);
        state.update(*local, |value| {
            value.spread_constant();
            shift(value, position, length);
        });
        let key = Key::Int(position);
        self.change(state, operand, Some(&key), &item.value, call.span);
        state.update(*local, |value| {
            if let Some(parts) = &mut value.parts {
                Rc::make_mut(parts).length = length.checked_add(1);
            }
        });
    }

    fn fill(&mut self, state: &mut State, call: &Evaluated<'a>, name: &str) {
        let Some((operand, _)) = call.receiver else { return };
        let operand = operand.clone();
        if name == "update" {
            for argument in &call.arguments {
                match argument.keyword {
                    Some(keyword) => {
                        let key = Key::Str(keyword.into());
                        self.change(state, &operand, Some(&key), &argument.value, call.span);
                    }
                    None => {
                        let mut given = argument.value.clone();
                        given.spread_constant();
                        for (key, part) in given.parts.iter().flat_map(|parts| &parts.entries) {
                            self.change(state, &operand, Some(key), part, call.span);
                        }
                        let rest = Value::tainted(given.taints.clone());
                        self.change(state, &operand, None, &rest, call.span);
                    }
                }
            }
            return;
        }
        if matches!(name, "setdefault" | "__setitem__")
            && let Some(value) = call.nth(1)
        {
            let key = call.nth(0).and_then(|key| key.value.constant.as_deref().and_then(constants::key));
            self.change(state, &operand, key.as_ref(), &value.value, call.span);
            return;
        }
        let mut taints = Taints::default();
        for argument in &call.arguments {
            taints.join(&argument.value.all_taints());
        }
        self.change(state, &operand, None, &Value::tainted(taints), call.span);
    }
}

/// Moves the elements from a position on one up.
fn shift(value: &mut Value, position: i64, length: i64) {
    let parts = Rc::make_mut(value.parts.get_or_insert_default());
    for index in (position..length).rev() {
        if let Some(part) = parts.entries.remove(&Key::Int(index)) {
            parts.entries.insert(Key::Int(index + 1), part);
        }
    }
}

/// Takes an element out; the ones behind move down when it is known which one it was.
fn remove(value: &mut Value, key: Option<&Key>) {
    value.spread_constant();
    let key = key.map(|key| value.resolved_key(key));
    let Some(parts) = value.parts.as_ref() else { return };
    match (key, parts.length) {
        (Some(Key::Int(index)), Some(length)) if index >= 0 && index < length => {
            let moved = parts.entries.iter().filter_map(|(known, part)| match known {
                Key::Int(at) if *at == index => None,
                Key::Int(at) if *at > index => Some((Key::Int(at - 1), part.clone())),
                Key::Int(_) | Key::Str(_) | Key::Attribute(_) => Some((known.clone(), part.clone())),
            });
            let parts = Parts { entries: moved.collect(), length: length.checked_sub(1) };
            value.parts = Some(Rc::new(parts));
        }
        (Some(key @ (Key::Str(_) | Key::Attribute(_))), None) => {
            Rc::make_mut(value.parts.get_or_insert_default()).entries.insert(key, Value::default());
        }
        (_, Some(_)) => value.merge_parts(),
        (_, None) => {}
    }
}
