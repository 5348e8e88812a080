//! Methods of lists, dicts and sets. Invariant: an element whose place is not known is in the part `Key::Any`, so that
//! every read finds it.

use std::rc::Rc;

use ir::instruction::{Callee, Constant, Operand};

use crate::{
    calls::Evaluated,
    change::Change,
    constants,
    function_pass::Pass,
    operators::is_fixed_set,
    state::State,
    taint::{Key, Taints},
    value::{Home, Parts, Value},
};

/// Methods that put their arguments into the receiver.
const FILLING: &[&str] = &[
    "extend",
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
    "add_edge",
];

impl<'a> Pass<'_, 'a> {
    /// Runs a container method; `None` when the call is none.
    pub(crate) fn container_method(&mut self, state: &mut State, call: &Evaluated<'a>) -> Option<Value> {
        let Callee::Method { name, .. } = call.callee else { return None };
        let (operand, receiver) = call.receiver.as_ref()?;
        if receiver.text.is_some()
            || matches!(receiver.constant.as_deref(), Some(Constant::Str(_) | Constant::Bytes(_)))
        {
            return None;
        }
        if call.names().any(|name| name.starts_with("configparser.")) {
            return self.configuration(state, call, name);
        }
        match name.as_str() {
            "get" | "pop" | "__getitem__" | "getlist" | "popleft" | "get_nowait" => Some(self.take(state, call, name)),
            "keys" if call.arguments.is_empty() => Some(Value::sequence_of(receiver.keys())),
            "values" if call.arguments.is_empty() => Some(Value::sequence_of(receiver.any_part())),
            "items" if call.arguments.is_empty() => {
                Some(Value::sequence_of(Value::sequence(vec![receiver.keys(), receiver.any_part()])))
            }
            "most_common" => Some(Value::sequence_of(Value::sequence(vec![receiver.keys(), Value::default()]))),
            "popitem" => Some(Value::sequence(vec![receiver.keys(), receiver.any_part()])),
            "copy" => Some(receiver.clone().loose()),
            "reverse" | "sort" if receiver.parts.is_some() || receiver.constant.is_some() => {
                if let Operand::Local(local) = operand {
                    let value = if name == "reverse" { backwards(receiver) } else { unordered(receiver) };
                    let home = receiver.home.clone();
                    state.update(*local, |known| *known = Value { home, ..value });
                }
                Some(Value::default())
            }
            "remove" | "discard" if receiver.parts.is_some() || receiver.constant.is_some() => {
                if let (Operand::Local(local), Some(item)) = (operand, call.nth(0)) {
                    let item = item.value.constant.clone();
                    state.update(*local, |known| remove_equal(known, item.as_deref()));
                }
                Some(Value::default())
            }
            "intersection" => {
                let is_limited = is_fixed_set(receiver) || call.nth(0).is_some_and(|other| is_fixed_set(&other.value));
                is_limited.then(|| Value::sequence_of(Value::fixed()))
            }
            "difference" => Some(Value::sequence_of(receiver.element())),
            "clear" => {
                if let Operand::Local(local) = operand {
                    let home = receiver.home.clone();
                    state.update(*local, |value| *value = Value { home, ..Value::default() });
                }
                Some(Value::default())
            }
            "append" | "insert" | "appendleft" => {
                self.insert(state, call, name);
                Some(Value::default())
            }
            filling if FILLING.contains(&filling) => Some(self.fill(state, call, filling)),
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
        let is_list_end = call.nth(0).is_none() && receiver.length().is_none();
        let mut value = match &key {
            Some(key) if !is_list_end => receiver.part(key),
            _ => receiver.any_part(),
        };
        value.home = match (operand, &key) {
            (Operand::Local(local), Some(key)) => Some(Home::Part(*local, key.clone())),
            (Operand::Local(local), None) => Some(Home::Part(*local, Key::Any)),
            (Operand::Global(_) | Operand::Constant(_), _) => None,
        };
        if let Some(default) = call.nth(1).filter(|_| name == "get" || name == "pop") {
            let home = value.home.take();
            let is_certain = key.as_ref().is_some_and(|key| receiver.certainly_has(key));
            if !is_certain {
                value.join(&default.value);
            }
            value.home = home;
        } else if name == "get" && call.nth(0).is_some() {
            value.constant = value.constant.filter(|_| key.as_ref().is_some_and(|key| receiver.certainly_has(key)));
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
        if let (Operand::Local(local), "append") = (operand, name) {
            self.note_element_guard(state, *local, &item.value);
        }
        let length = receiver.length();
        let position = match name {
            "insert" => call.nth(0).and_then(|index| match index.value.constant.as_deref().and_then(constants::key) {
                Some(Key::Int(index)) if index >= 0 => Some(index),
                _ => None,
            }),
            "appendleft" => Some(0),
            _ => length,
        };
        let (Operand::Local(local), Some(length), Some(position)) = (operand, length, position) else {
            let key = Some(&Key::Any).filter(|_| name == "append");
            self.change(state, operand, Change::joining(key, &item.value), call.span);
            return;
        };
        let position = position.min(length);
        state.update(*local, |value| {
            value.spread_constant();
            shift(value, position, length);
        });
        let key = Key::Int(position);
        self.change(state, operand, Change::replacing(Some(&key), &item.value), call.span);
        state.update(*local, |value| {
            if let Some(parts) = &mut value.parts {
                Rc::make_mut(parts).length = length.checked_add(1);
            }
        });
    }

    fn fill(&mut self, state: &mut State, call: &Evaluated<'a>, name: &str) -> Value {
        let Some((operand, receiver)) = &call.receiver else { return Value::default() };
        match name {
            "update" => self.update(state, call),
            "setdefault" | "__setitem__" => {
                let Some(value) = call.nth(1) else { return Value::default() };
                let key = call.nth(0).and_then(|key| key.value.constant.as_deref().and_then(constants::key));
                if name == "setdefault"
                    && let Some(key) = key.as_ref().filter(|key| receiver.certainly_has(key))
                {
                    return receiver.part(key);
                }
                let is_new = key.as_ref().is_some_and(|key| receiver.certainly_lacks(key));
                let change = match name {
                    "setdefault" if !is_new => Change::joining(key.as_ref(), &value.value),
                    _ => Change::replacing(key.as_ref(), &value.value),
                };
                self.change(state, operand, change, call.span);
                let mut result = match &key {
                    Some(key) => receiver.part(key),
                    None => receiver.any_part(),
                };
                result.join(&value.value);
                if let (Operand::Local(local), Some(key)) = (operand, key) {
                    result.home = Some(Home::Part(*local, key));
                }
                return result;
            }
            "extend" => {
                if let Some(given) = call.nth(0) {
                    self.extend_list(state, call, &given.value);
                }
            }
            "add" | "put" | "put_nowait" => {
                if let Some(given) = call.nth(0) {
                    self.change(state, operand, Change::joining(Some(&Key::Any), &given.value), call.span);
                }
            }
            _ => {
                let mut taints = Taints::default();
                for argument in &call.arguments {
                    taints.join(&argument.value.all_taints());
                }
                self.change(state, operand, Change::joining(None, &Value::tainted(taints)), call.span);
            }
        }
        Value::default()
    }

    fn extend_list(&mut self, state: &mut State, call: &Evaluated<'a>, given: &Value) {
        let Some((operand, receiver)) = &call.receiver else { return };
        let (Operand::Local(local), Some(start), Some(length)) = (operand, receiver.length(), given.length()) else {
            self.change(state, operand, Change::joining(Some(&Key::Any), &given.element()), call.span);
            return;
        };
        for index in 0..length.min(64) {
            let (key, item) = (Key::Int(start.saturating_add(index)), given.part(&Key::Int(index)));
            self.change(state, operand, Change::replacing(Some(&key), &item), call.span);
        }
        state.update(*local, |value| {
            if let Some(parts) = &mut value.parts {
                Rc::make_mut(parts).length = start.checked_add(length);
            }
        });
    }

    fn update(&mut self, state: &mut State, call: &Evaluated<'a>) {
        let Some((operand, _)) = &call.receiver else { return };
        for argument in &call.arguments {
            if let Some(keyword) = argument.keyword {
                let key = Key::Str(keyword.into());
                self.change(state, operand, Change::replacing(Some(&key), &argument.value), call.span);
                continue;
            }
            let mut given = argument.value.clone();
            given.spread_constant();
            for (key, part) in given.parts.iter().flat_map(|parts| &parts.entries) {
                self.change(state, operand, Change::replacing(Some(key), part), call.span);
            }
            if !given.taints.is_empty() || given.parts.is_none() {
                let rest = Value::tainted(given.taints.clone());
                self.change(state, operand, Change::joining(None, &rest), call.span);
            }
        }
    }

    /// `config.set(section, option, value)` and `config.get(section, option)`.
    fn configuration(&mut self, state: &mut State, call: &Evaluated<'a>, name: &str) -> Option<Value> {
        let (operand, receiver) = call.receiver.as_ref()?;
        let key = |position: usize| {
            call.nth(position).and_then(|argument| argument.value.constant.as_deref().and_then(constants::key))
        };
        match name {
            "set" => {
                let mut section = key(0).map(|section| receiver.part(&section)).unwrap_or_default();
                let value = call.nth(2).map(|value| value.value.clone()).unwrap_or_default();
                match key(1) {
                    Some(option) => section.set_part(&option, value),
                    None => section.add_to_any_part(&value),
                }
                self.change(state, operand, Change::replacing(key(0).as_ref(), &section), call.span);
                Some(Value::default())
            }
            "get" => {
                let section = key(0).map_or_else(|| receiver.any_part(), |section| receiver.part(&section));
                Some(key(1).map_or_else(|| section.any_part(), |option| section.part(&option)))
            }
            "getint" | "getfloat" | "getboolean" | "add_section" => Some(Value::default()),
            _ => None,
        }
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
pub(crate) fn remove(value: &mut Value, key: Option<&Key>) {
    value.spread_constant();
    value.text = None;
    let key = key.map(|key| value.resolved_key(key));
    let Some(parts) = value.parts.as_ref() else { return };
    match (key, parts.length) {
        (Some(Key::Int(index)), Some(length)) if index >= 0 && index < length => {
            let moved = parts.entries.iter().filter_map(|(known, part)| match known {
                Key::Int(at) if *at == index => None,
                Key::Int(at) if *at > index => Some((Key::Int(at - 1), part.clone())),
                Key::Int(_) | Key::Str(_) | Key::Attribute(_) | Key::Any | Key::Keys => {
                    Some((known.clone(), part.clone()))
                }
            });
            let parts = Parts { entries: moved.collect(), length: length.checked_sub(1), shape: parts.shape };
            value.parts = Some(Rc::new(parts));
        }
        (Some(key @ (Key::Str(_) | Key::Attribute(_))), None) => {
            let parts = Rc::make_mut(value.parts.get_or_insert_default());
            parts.entries.remove(&key);
            if !value.taints.is_empty() || parts.entries.contains_key(&Key::Any) {
                parts.entries.insert(key, Value::default());
            }
        }
        (_, Some(_)) => *value = Value { home: value.home.take(), ..unordered(value) },
        (_, None) => {}
    }
}

/// `items.remove(item)`.
fn remove_equal(value: &mut Value, item: Option<&Constant>) {
    let wanted = |part: Value| Some(item? == part.constant.as_deref()?);
    let mut position = None;
    for index in 0..value.length().unwrap_or_default() {
        match wanted(value.part(&Key::Int(index))) {
            Some(true) => {
                position = Some(Key::Int(index));
                break;
            }
            Some(false) => {}
            None => break,
        }
    }
    remove(value, position.as_ref());
}

/// The same elements, in an order that is not known.
pub(crate) fn unordered(value: &Value) -> Value {
    Value { taints: value.taints.clone(), ..Value::sequence_of(value.element()) }
}

/// The same elements, last one first.
pub(crate) fn backwards(value: &Value) -> Value {
    match value.length() {
        Some(length) if length <= 64 && value.text.is_none() => {
            Value::sequence((0..length).rev().map(|index| value.part(&Key::Int(index))).collect())
        }
        _ => unordered(value),
    }
}
