//! Methods of lists, dicts and sets. Invariant: a method that may change a container in a way that is not modelled
//! makes its contents unknown.

use ir::instruction::BinaryOperator;

use crate::{
    interpreter::{
        Choice, Choices, Interpreter, Outcome,
        access::{known_key, put},
        call::Arguments,
        live::Part,
    },
    state::State,
    term::BoolTerm,
    value::{Object, ObjectId, Value},
};

impl Interpreter<'_> {
    /// Calls a method of a container; `None` when it is not modelled.
    pub(crate) fn container_method(
        &mut self,
        state: &mut State,
        id: ObjectId,
        name: &str,
        arguments: &Arguments,
    ) -> Option<Choices> {
        let first = arguments.at(0).cloned();
        let count = arguments.count()?;
        let done = || Some(vec![Choice::value(Value::None)]);
        match (state.object(id)?.clone(), name, count) {
            (Object::List(_), "append", 1) => {
                if let Some(Object::List(items)) = state.object_mut(id) {
                    items.push(first?);
                }
                done()
            }
            (Object::List(_), "insert", 2) => {
                let at = first?.as_number()?;
                let value = arguments.at(1)?.clone();
                if let Some(Object::List(items)) = state.object_mut(id) {
                    let size = i128::try_from(items.len()).ok()?;
                    let at = (if at < 0 { at + size } else { at }).clamp(0, size);
                    items.insert(usize::try_from(at).ok()?, value);
                }
                done()
            }
            (Object::List(_), "extend", 1) => {
                let more = self.ordered_items(state, &first?)?;
                if let Some(Object::List(items)) = state.object_mut(id) {
                    items.extend(more);
                }
                done()
            }
            (Object::List(mut items), "pop", 0) => {
                let last = items.pop();
                *state.object_mut(id)? = Object::List(items);
                Some(vec![last.map_or_else(|| Choice::raise("IndexError"), Choice::value)])
            }
            (Object::List(mut items), "pop", 1) => {
                let at = usize::try_from(first?.as_number()?).ok()?;
                if at >= items.len() {
                    return Some(vec![Choice::raise("IndexError")]);
                }
                let taken = items.remove(at);
                *state.object_mut(id)? = Object::List(items);
                Some(vec![Choice::value(taken)])
            }
            (Object::List(mut items), "reverse", 0) => {
                items.reverse();
                *state.object_mut(id)? = Object::List(items);
                done()
            }
            (Object::List(items), "copy", 0) => {
                Some(vec![Choice::value(Value::Object(state.allocate(Object::List(items))))])
            }
            (Object::List(items), "index" | "count", 1) => self.place_of(state, &items, (name, &first?)),
            (Object::List(_), "clear", 0) => {
                *state.object_mut(id)? = Object::List(Vec::new());
                done()
            }
            (Object::Set(items), "add", 1) => {
                let value = first?;
                let there = self.has_item(state, &items, &value)?;
                if !there && let Some(Object::Set(items)) = state.object_mut(id) {
                    items.push(value);
                }
                done()
            }
            (Object::Set(items), "union" | "intersection" | "difference" | "symmetric_difference", 1) => {
                let others = self.known_items(state, &first?)?;
                let others = self.distinct(state, others)?;
                let operator = match name {
                    "union" => BinaryOperator::BitOr,
                    "intersection" => BinaryOperator::BitAnd,
                    "difference" => BinaryOperator::Sub,
                    _ => BinaryOperator::BitXor,
                };
                let items = self.set_operator(state, operator, (items, others))?;
                Some(vec![Choice::value(Value::Object(state.allocate(Object::Set(items))))])
            }
            (Object::Set(items), "update" | "intersection_update" | "difference_update", 1) => {
                let others = self.known_items(state, &first?)?;
                let others = self.distinct(state, others)?;
                let operator = match name {
                    "update" => BinaryOperator::BitOr,
                    "intersection_update" => BinaryOperator::BitAnd,
                    _ => BinaryOperator::Sub,
                };
                let items = self.set_operator(state, operator, (items, others))?;
                *state.object_mut(id)? = Object::Set(items);
                done()
            }
            (Object::Set(items), "issubset" | "issuperset", 1) => {
                let others = self.known_items(state, &first?)?;
                let (inner, outer) = if name == "issubset" { (items, others) } else { (others, items) };
                let mut all = BoolTerm::Const(true);
                for item in &inner {
                    let mut any = BoolTerm::Const(false);
                    for other in &outer {
                        any = any.or(self.equal(state, item, other, 16));
                    }
                    all = all.and(any);
                }
                Some(vec![Choice::value(Value::Bool(all))])
            }
            (Object::Set(_), "clear", 0) => {
                *state.object_mut(id)? = Object::Set(Vec::new());
                done()
            }
            (Object::Set(items), "discard" | "remove", 1) => {
                let value = first?;
                let mut kept = Vec::new();
                let before = items.len();
                for item in items {
                    let equal = self.equal(state, &item, &value, 16);
                    if !self.decide_term(state, equal)? {
                        kept.push(item);
                    }
                }
                if name == "remove" && kept.len() == before {
                    return Some(vec![Choice::raise("KeyError")]);
                }
                *state.object_mut(id)? = Object::Set(kept);
                done()
            }
            (Object::Set(items), "isdisjoint", 1) => {
                let others = self.known_items(state, &first?)?;
                let mut any = BoolTerm::Const(false);
                for item in &items {
                    for other in &others {
                        any = any.or(self.equal(state, item, other, 16));
                    }
                }
                Some(vec![Choice::value(Value::Bool(any.negate()))])
            }
            (Object::List(items), "sort", 0) => {
                let items = self.ordered(state, items, arguments)?;
                *state.object_mut(id)? = Object::List(items);
                done()
            }
            (Object::List(mut items), "remove", 1) => {
                let place = self.place_of(state, &items, ("index", &first?))?;
                let Some(Outcome::Value(place)) = place.first().map(|choice| &choice.outcome) else {
                    return Some(place);
                };
                items.remove(usize::try_from(place.as_number()?).ok()?);
                *state.object_mut(id)? = Object::List(items);
                done()
            }
            (Object::Set(items), "copy", 0) => {
                Some(vec![Choice::value(Value::Object(state.allocate(Object::Set(items))))])
            }
            (Object::Dict(entries), "get", 1 | 2) => {
                let default = arguments.get(1, "default").cloned().unwrap_or(Value::None);
                Some(self.look_up(state, &entries, &first?, Outcome::Value(default)))
            }
            (Object::Dict(entries), "setdefault", 1 | 2) => {
                let key = first?;
                let wanted = known_key(&key)?;
                let default = arguments.at(1).cloned().unwrap_or(Value::None);
                let found = entries.iter().find(|(known, _)| known_key(known).as_ref() == Some(&wanted));
                if let Some((_, value)) = found {
                    return Some(vec![Choice::value(value.clone())]);
                }
                if let Some(Object::Dict(entries)) = state.object_mut(id)
                    && !put(entries, (key, default.clone()))
                {
                    return None;
                }
                Some(vec![Choice::value(default)])
            }
            (Object::Dict(mut entries), "pop", 1 | 2) => {
                let wanted = known_key(&first?)?;
                if entries.iter().any(|(key, _)| known_key(key).is_none()) {
                    return None;
                }
                let at = entries.iter().position(|(key, _)| known_key(key).as_ref() == Some(&wanted));
                Some(vec![match at {
                    Some(at) => {
                        let (_, value) = entries.remove(at);
                        *state.object_mut(id)? = Object::Dict(entries);
                        Choice::value(value)
                    }
                    None => arguments.at(1).cloned().map_or_else(|| Choice::raise("KeyError"), Choice::value),
                }])
            }
            (Object::Dict(_), "update", 0 | 1) => {
                let mut pairs = Vec::new();
                if let Some(Value::Object(other)) = &first {
                    match state.object(*other)? {
                        Object::Dict(more) => pairs.extend(more.iter().cloned()),
                        _ => return None,
                    }
                } else if first.is_some() {
                    return None;
                }
                pairs.extend(arguments.keywords.iter().map(|(key, value)| (Value::text(key), value.clone())));
                if let Some(Object::Dict(entries)) = state.object_mut(id) {
                    for pair in pairs {
                        if !put(entries, pair) {
                            return None;
                        }
                    }
                }
                done()
            }
            (Object::Dict(_), "keys", 0) => Some(vec![Choice::value(self.dict_view(state, id, Part::Keys)?)]),
            (Object::Dict(_), "values", 0) => Some(vec![Choice::value(self.dict_view(state, id, Part::Values)?)]),
            (Object::Dict(_), "items", 0) => Some(vec![Choice::value(self.dict_view(state, id, Part::Items)?)]),
            (Object::Dict(entries), "copy", 0) => {
                Some(vec![Choice::value(Value::Object(state.allocate(Object::Dict(entries))))])
            }
            (Object::Dict(_), "clear", 0) => {
                *state.object_mut(id)? = Object::Dict(Vec::new());
                done()
            }
            _ => None,
        }
    }
}
