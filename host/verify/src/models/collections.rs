//! Containers of `collections`: dicts with defaults, counts and an order, and queues. Invariant: what such a container
//! does differently from a plain dict or list is done here, or is not known.

use ir::instruction::BinaryOperator;

use crate::{
    interpreter::{Choice, Choices, Interpreter, access::put, call::Arguments, operator::Mutation},
    state::State,
    term::BoolTerm,
    value::{Object, ObjectId, Special, Value},
};

impl Interpreter<'_> {
    /// Calls a class of `collections`; `None` for one that is not modelled here.
    pub(crate) fn make_collection(&mut self, state: &mut State, name: &str, arguments: &Arguments) -> Option<Choices> {
        let count = arguments.count()?;
        let (object, special) = match (name, count) {
            ("_counter", 0) => (Object::Dict(Vec::new()), Special::Counter),
            ("defaultdict", _) => {
                let factory = arguments.at(0).cloned().unwrap_or(Value::None);
                let entries =
                    self.entries_of(state, arguments.positional.as_ref()?.get(1..).unwrap_or_default(), arguments)?;
                (Object::Dict(entries), Special::Default(factory))
            }
            ("OrderedDict", 0 | 1) => {
                let entries = self.entries_of(state, arguments.positional.as_ref()?, arguments)?;
                (Object::Dict(entries), Special::Ordered)
            }
            ("deque", _) => {
                let mut items = match arguments.get(0, "iterable") {
                    Some(items) => self.ordered_items(state, items)?,
                    None => Vec::new(),
                };
                let most = match arguments.get(1, "maxlen") {
                    None | Some(Value::None) => None,
                    Some(most) => Some(usize::try_from(most.as_number()?).ok()?),
                };
                if let Some(most) = most {
                    items.drain(..items.len().saturating_sub(most));
                }
                (Object::List(items), Special::Deque(most))
            }
            _ => return None,
        };
        let id = state.allocate(object);
        state.special.insert(id, special);
        Some(vec![Choice::value(Value::Object(id))])
    }

    fn entries_of(&mut self, state: &State, given: &[Value], arguments: &Arguments) -> Option<Vec<(Value, Value)>> {
        let mut entries = Vec::new();
        match given {
            [] => {}
            [Value::Object(id)] if matches!(state.object(*id), Some(Object::Dict(_))) => {
                if let Some(Object::Dict(known)) = state.object(*id) {
                    entries.extend(known.iter().cloned());
                }
            }
            [pairs] => {
                for item in self.known_items(state, pairs)? {
                    match self.known_items(state, &item)?.as_slice() {
                        [key, value] if put(&mut entries, (key.clone(), value.clone())) => {}
                        _ => return None,
                    }
                }
            }
            _ => return None,
        }
        for (name, value) in &arguments.keywords {
            if !put(&mut entries, (Value::text(name), value.clone())) {
                return None;
            }
        }
        Some(entries)
    }

    /// Evaluates `mapping[key]` for a dict of `collections`.
    pub(crate) fn item_or_default(
        &mut self,
        state: &mut State,
        (id, entries): (ObjectId, &[(Value, Value)]),
        key: &Value,
    ) -> Choices {
        for (known, value) in entries {
            let equal = self.equal(state, known, key, 16);
            match self.decide_term(state, equal) {
                Some(true) => return vec![Choice::value(value.clone())],
                Some(false) => {}
                None if self.question.is_some() => return Vec::new(),
                None => {
                    let why = "a container with a key that is not known".into();
                    let influence = self.influence(state, &[Value::Object(id), key.clone()]);
                    state.havoc(&[Value::Object(id)], &why, influence, &mut self.next_id);
                    let value = self.fresh_opaque("an item", influence);
                    return self.with_any_exception(state, vec![Choice::value(value)]);
                }
            }
        }
        let factory = match state.special.get(&id) {
            Some(Special::Counter) => return vec![Choice::value(Value::number(0))],
            Some(Special::Default(factory)) if !matches!(factory, Value::None) => factory.clone(),
            Some(Special::Default(_) | Special::Ordered | Special::Deque(_)) | None => {
                return vec![Choice::raise("KeyError")];
            }
        };
        let made = match &factory {
            Value::Global(path) => match path.as_ref() {
                "builtins.int" => Some(Value::number(0)),
                "builtins.float" => Some(Value::Float(0.0)),
                "builtins.str" => Some(Value::text("")),
                "builtins.bool" => Some(Value::truth(false)),
                "builtins.list" => Some(Value::Object(state.allocate(Object::List(Vec::new())))),
                "builtins.dict" => Some(Value::Object(state.allocate(Object::Dict(Vec::new())))),
                "builtins.set" => Some(Value::Object(state.allocate(Object::Set(Vec::new())))),
                _ => None,
            },
            _ => None,
        };
        match made {
            Some(made) => {
                if let Some(Object::Dict(entries)) = state.object_mut(id) {
                    entries.push((key.clone(), made.clone()));
                }
                vec![Choice::value(made)]
            }
            None => {
                let arguments = vec![Value::Object(id), factory, key.clone()];
                self.call_written(state, "builtins._missing", arguments).unwrap_or_default()
            }
        }
    }

    /// Calls a method of a container of `collections` that plain ones have not, or that does something else there;
    /// `popitem` and `popleft` are here too.
    pub(crate) fn collection_method(
        &mut self,
        state: &mut State,
        id: ObjectId,
        (name, arguments): (&str, &Arguments),
    ) -> Option<Choices> {
        let done = || Some(vec![Choice::value(Value::None)]);
        let special = state.special.get(&id).cloned();
        if name == "popitem" && special.is_none() {
            let [] = arguments.plain()? else { return None };
            return self.last_entry(state, id);
        }
        match (special?, name) {
            (Special::Default(_) | Special::Counter | Special::Ordered | Special::Deque(_), "copy" | "__copy__") => {
                let copy = state.object(id)?.clone();
                let special = state.special.get(&id)?.clone();
                let copy = state.allocate(copy);
                state.special.insert(copy, special);
                Some(vec![Choice::value(Value::Object(copy))])
            }
            (Special::Counter, "most_common" | "elements" | "subtract" | "total" | "update")
                if arguments.keywords.is_empty() =>
            {
                let path = match name {
                    "update" => "collections._count".to_owned(),
                    _ => format!("collections._{name}"),
                };
                let mut all = vec![Value::Object(id)];
                all.extend(arguments.plain()?.iter().cloned());
                self.call_written(state, &path, all)
            }
            (Special::Counter, "update" | "subtract" | "fromkeys") => self.forget_collection(state, id),
            (Special::Ordered | Special::Default(_) | Special::Counter, "popitem") => {
                let last = match (arguments.get(0, "last"), arguments.count()?) {
                    (None, 0) => true,
                    (Some(Value::Bool(BoolTerm::Const(last))), _) => *last,
                    _ => return self.forget_collection(state, id),
                };
                if last {
                    return self.last_entry(state, id);
                }
                let Some(Object::Dict(entries)) = state.object_mut(id) else { return None };
                if entries.is_empty() {
                    return Some(vec![Choice::raise("KeyError")]);
                }
                let (key, value) = entries.remove(0);
                Some(vec![Choice::value(Value::Tuple(vec![key, value].into()))])
            }
            (Special::Ordered, "move_to_end") => {
                let last = match arguments.get(1, "last") {
                    None => true,
                    Some(Value::Bool(BoolTerm::Const(last))) => *last,
                    Some(_) => return self.forget_collection(state, id),
                };
                let key = arguments.at(0)?.clone();
                let Some(Object::Dict(entries)) = state.object(id).cloned() else { return None };
                let mut place = None;
                for (at, (known, _)) in entries.iter().enumerate() {
                    let equal = self.equal(state, known, &key, 16);
                    if self.decide_term(state, equal)? {
                        place = Some(at);
                        break;
                    }
                }
                let Some(place) = place else { return Some(vec![Choice::raise("KeyError")]) };
                if let Some(Object::Dict(entries)) = state.object_mut(id) {
                    let entry = entries.remove(place);
                    entries.insert(if last { entries.len() } else { 0 }, entry);
                }
                done()
            }
            (Special::Deque(most), _) => self.queue_method(state, (id, most), (name, arguments)),
            (Special::Default(_) | Special::Counter | Special::Ordered, _) => None,
        }
    }

    /// Evaluates an operator of which an operand is a container of `collections`; `None` where none is.
    pub(crate) fn collection_operator(
        &mut self,
        state: &mut State,
        operator: BinaryOperator,
        (left, right): (&Value, &Value),
        mutation: Mutation,
    ) -> Option<Choices> {
        let special = |value: &Value| match value {
            Value::Object(id) => state.special.get(id).cloned(),
            _ => None,
        };
        let is_counted = matches!((special(left), special(right)), (Some(Special::Counter), Some(Special::Counter)));
        if special(left).is_none() && special(right).is_none() {
            return None;
        }
        let path = match operator {
            BinaryOperator::Add => Some("collections._add"),
            BinaryOperator::Sub => Some("collections._less"),
            BinaryOperator::BitOr => Some("collections._most"),
            BinaryOperator::BitAnd => Some("collections._least"),
            BinaryOperator::Mul
            | BinaryOperator::Div
            | BinaryOperator::FloorDiv
            | BinaryOperator::Mod
            | BinaryOperator::Pow
            | BinaryOperator::MatMul
            | BinaryOperator::LeftShift
            | BinaryOperator::RightShift
            | BinaryOperator::BitXor => None,
        };
        if let Some(path) = path.filter(|_| is_counted && mutation == Mutation::Fresh) {
            return self.call_written(state, path, vec![left.clone(), right.clone()]);
        }
        let influence = self.influence(state, &[left.clone(), right.clone()]);
        if mutation == Mutation::InPlace {
            let why = "an in-place operator".into();
            state.havoc(std::slice::from_ref(left), &why, influence, &mut self.next_id);
        }
        let value = self.fresh_opaque("the result of an operator on a container of `collections`", influence);
        Some(self.with_any_exception(state, vec![Choice::value(value)]))
    }

    fn last_entry(&mut self, state: &mut State, id: ObjectId) -> Option<Choices> {
        let Some(Object::Dict(entries)) = state.object_mut(id) else { return None };
        Some(vec![match entries.pop() {
            Some((key, value)) => Choice::value(Value::Tuple(vec![key, value].into())),
            None => Choice::raise("KeyError"),
        }])
    }

    fn forget_collection(&mut self, state: &mut State, id: ObjectId) -> Option<Choices> {
        let why = "a container that a method changed".into();
        let influence = crate::value::Influence::Attacker;
        state.havoc(&[Value::Object(id)], &why, influence, &mut self.next_id);
        let value = self.fresh_opaque("the result of a method", influence);
        Some(self.with_any_exception(state, vec![Choice::value(value)]))
    }

    fn queue_method(
        &mut self,
        state: &mut State,
        (id, most): (ObjectId, Option<usize>),
        (name, arguments): (&str, &Arguments),
    ) -> Option<Choices> {
        let plain = arguments.plain()?.to_vec();
        let Some(Object::List(mut items)) = state.object(id).cloned() else { return None };
        let result = match (name, plain.as_slice()) {
            ("append", [item]) => {
                items.push(item.clone());
                items.drain(..items.len().saturating_sub(most.unwrap_or(usize::MAX)));
                Value::None
            }
            ("appendleft", [item]) => {
                items.insert(0, item.clone());
                items.truncate(most.unwrap_or(usize::MAX));
                Value::None
            }
            ("extend", [more]) => {
                items.extend(self.known_items(state, more)?);
                items.drain(..items.len().saturating_sub(most.unwrap_or(usize::MAX)));
                Value::None
            }
            ("extendleft", [more]) => {
                for item in self.known_items(state, more)? {
                    items.insert(0, item);
                }
                items.truncate(most.unwrap_or(usize::MAX));
                Value::None
            }
            ("popleft", []) => {
                if items.is_empty() {
                    return Some(vec![Choice::raise("IndexError")]);
                }
                items.remove(0)
            }
            ("rotate", [] | [_]) => {
                let by = plain.first().map_or(Some(1), Value::as_number)?;
                if let Ok(size) = i128::try_from(items.len())
                    && size > 0
                {
                    items.rotate_right(usize::try_from(by.rem_euclid(size)).ok()?);
                }
                Value::None
            }
            ("insert", _) if most.is_some() => return self.forget_collection(state, id),
            ("sort", _) => return Some(vec![Choice::raise("AttributeError")]),
            _ => return None,
        };
        *state.object_mut(id)? = Object::List(items);
        Some(vec![Choice::value(result)])
    }
}
