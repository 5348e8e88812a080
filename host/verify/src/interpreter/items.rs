//! Items of containers and characters of texts. Invariant: a key that may be several entries gives a choice for each.

use std::rc::Rc;

use ir::instruction::{CompareOperator, Operand};

use crate::{
    interpreter::{
        Choice, Choices, Interpreter, Outcome,
        access::{known_key, put, shown_key, shown_path},
        call::Arguments,
        operator::as_integer,
    },
    program_index::Named,
    rope::Rope,
    shape::Shape,
    source::Sort,
    state::State,
    term::BoolTerm,
    value::{Closure, Exception, Influence, Object, Opaque, Value},
};

impl Interpreter<'_> {
    /// Executes `base[index] = value`.
    pub(crate) fn store_item(
        &mut self,
        state: &mut State,
        base: &Operand,
        index: &Operand,
        value: &Operand,
    ) -> Result<Choices, Choices> {
        let (base, index, value) = (self.read(state, base)?, self.read(state, index)?, self.read(state, value)?);
        // Which entry a key replaces is asked for while nothing is changed yet.
        if let Value::Object(id) = &base
            && let Some(Object::Dict(entries)) = state.object(*id)
            && entries.len() <= 6
            && let keys = entries.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>()
            && (known_key(&index).is_none() || keys.iter().any(|key| known_key(key).is_none()))
            && matches!(index, Value::Int(_) | Value::Str(_) | Value::Tuple(_))
        {
            let mut place = None;
            for (at, key) in keys.iter().enumerate() {
                let equal = self.equal(state, key, &index, 16);
                match self.decide_term(state, equal) {
                    Some(true) => {
                        place = Some(at);
                        break;
                    }
                    Some(false) => {}
                    None => return Ok(Vec::new()),
                }
            }
            if let Some(Object::Dict(entries)) = state.object_mut(*id) {
                match place.and_then(|at| entries.get_mut(at)) {
                    Some((_, old)) => *old = value,
                    None => entries.push((index, value)),
                }
            }
            return Ok(vec![Choice::value(Value::None)]);
        }
        if self.own_method(state, &base, "__setitem__").is_some() {
            return Ok(self.call_own(state, &base, "__setitem__", vec![index, value]).unwrap_or_default());
        }
        if let Value::Object(id) = &base
            && let Some(choices) = self.replace_slice(state, (*id, &index), Some(&value))
        {
            return Ok(choices);
        }
        let mut forget = None;
        let given = self.influence(state, std::slice::from_ref(&value));
        match &base {
            Value::Object(id) => match state.object_mut(*id) {
                Some(Object::Dict(entries)) => {
                    if !put(entries, (index.clone(), value.clone())) {
                        forget = Some("a dict whose keys are not known");
                    }
                }
                Some(Object::List(items)) => match index.as_place() {
                    Some(number) => {
                        let size = i128::try_from(items.len()).unwrap_or(0);
                        let at = if number < 0 { number + size } else { number };
                        match usize::try_from(at).ok().and_then(|at| items.get_mut(at)) {
                            Some(slot) => *slot = value.clone(),
                            None => return Ok(vec![Choice::raise("IndexError")]),
                        }
                    }
                    None => forget = Some("a list that was changed at an unknown place"),
                },
                Some(Object::Unknown(opaque)) => opaque.influence = opaque.influence.max(given),
                Some(Object::Instance { .. }) => {
                    return Ok(self.with_any_exception(state, vec![Choice::value(Value::None)]));
                }
                Some(
                    Object::Set(_)
                    | Object::Iterator { .. }
                    | Object::OpenIterator { .. }
                    | Object::Generator { .. }
                    | Object::Cell(_),
                )
                | None => {}
            },
            Value::Opaque(opaque) if known_key(&index).is_some() => {
                self.loops.note_change();
                state.seen.insert((opaque.id, format!("[{}]", shown_key(&index))), value.clone());
            }
            Value::Tuple(_) | Value::Str(_) | Value::None => return Ok(vec![Choice::raise("TypeError")]),
            _ => {}
        }
        if let Some(why) = forget {
            let influence = self.influence(state, &[base.clone(), index, value]);
            state.havoc(&[base], &why.into(), influence, &mut self.next_id);
        }
        Ok(vec![Choice::value(Value::None)])
    }

    /// Executes `del base[index]`.
    pub(crate) fn delete_item(
        &mut self,
        state: &mut State,
        base: &Operand,
        index: &Operand,
    ) -> Result<Choices, Choices> {
        let (base, index) = (self.read(state, base)?, self.read(state, index)?);
        if self.own_method(state, &base, "__delitem__").is_some() {
            return Ok(self.call_own(state, &base, "__delitem__", vec![index]).unwrap_or_default());
        }
        if let Value::Object(id) = &base {
            if let Some(choices) = self.replace_slice(state, (*id, &index), None) {
                return Ok(choices);
            }
            if let (Some(Object::List(items)), Some(number)) = (state.object_mut(*id), index.as_place()) {
                let size = i128::try_from(items.len()).unwrap_or(0);
                let at = usize::try_from(if number < 0 { number.saturating_add(size) } else { number });
                return Ok(vec![match at.ok().filter(|at| *at < items.len()) {
                    Some(at) => {
                        items.remove(at);
                        Choice::value(Value::None)
                    }
                    None => Choice::raise("IndexError"),
                }]);
            }
            if let (Some(Object::Dict(entries)), Some(wanted)) = (state.object_mut(*id), known_key(&index)) {
                let all_known = entries.iter().all(|(key, _)| known_key(key).is_some());
                if all_known {
                    let before = entries.len();
                    entries.retain(|(key, _)| known_key(key).as_ref() != Some(&wanted));
                    return Ok(vec![if entries.len() == before {
                        Choice::raise("KeyError")
                    } else {
                        Choice::value(Value::None)
                    }]);
                }
            }
            let influence = self.influence(state, &[base.clone(), index]);
            state.havoc(&[base], &"a container that something was deleted from".into(), influence, &mut self.next_id);
        }
        Ok(self.with_any_exception(state, vec![Choice::value(Value::None)]))
    }

    /// Evaluates `base[index]`.
    pub(crate) fn subscript(&mut self, state: &mut State, base: &Value, index: &Value) -> Choices {
        if let Value::Opaque(opaque) = index
            && let Some(bounds) = self.slices.get(&opaque.id).cloned()
            && self.own_method(state, base, "__getitem__").is_none()
        {
            return self.slice(state, base, &bounds);
        }
        if let Value::Class(class) = base
            && let Some(name) = index.as_text()
            && self.members(*class).is_some()
        {
            return match self.member(state, *class, &name) {
                Some(member) => vec![Choice::value(member)],
                None => vec![Choice::raise("KeyError")],
            };
        }
        match base {
            Value::Global(path) if self.is_source_attribute(path) => {
                let shown = format!("{}[{}]", shown_path(path), shown_key(index));
                let missing = if path.ends_with("argv") { "IndexError" } else { "KeyError" };
                let missing = Some(Outcome::Raise(Exception::builtin(missing)));
                if path.ends_with(".files") || path.ends_with(".FILES") {
                    return self.tree_part(state, &shown, missing);
                }
                self.read_source(state, &shown, Sort::Text, missing)
            }
            Value::Global(path) => {
                let whole = format!("{path}[{}]", shown_key(index));
                let influence = self.influence(state, std::slice::from_ref(index));
                let id = match self.named_condition(whole.clone(), &whole, influence) {
                    BoolTerm::Opaque { id, .. } => id,
                    _ => self.fresh_id(),
                };
                vec![Choice::value(Value::Opaque(Opaque { id, why: format!("`{whole}`").into(), influence }))]
            }
            Value::Opaque(opaque) => {
                let mut opaque = opaque.clone();
                if known_key(index).is_none() {
                    opaque.influence = opaque.influence.max(self.influence(state, std::slice::from_ref(index)));
                    opaque.id = self.fresh_id();
                }
                let choices = self.part_of_opaque(state, &opaque, &format!("[{}]", shown_key(index)));
                self.with_any_exception(state, choices)
            }
            Value::Object(id) => match state.object(*id).cloned() {
                Some(Object::Dict(entries)) if state.special.contains_key(id) => {
                    self.item_or_default(state, (*id, &entries), index)
                }
                Some(Object::Dict(entries)) => {
                    self.look_up(state, &entries, index, Outcome::Raise(Exception::builtin("KeyError")))
                }
                Some(Object::List(items)) => self.item_at(state, &items, index),
                Some(Object::Unknown(opaque)) => {
                    let influence = opaque.influence.max(self.influence(state, std::slice::from_ref(index)));
                    let value = self.fresh_opaque(&format!("an item of {}", opaque.why), influence);
                    self.with_any_exception(state, vec![Choice::value(value)])
                }
                Some(Object::Instance { .. }) if self.named_items(state, base).is_some() => {
                    let items = self.named_items(state, base).unwrap_or_default();
                    self.item_at(state, &items, index)
                }
                Some(Object::Instance { class, .. }) => match self.index.class_member(class, "__getitem__") {
                    Some(Named::Function(function)) => {
                        let closure = Closure {
                            function,
                            cells: Rc::default(),
                            defaults: Rc::default(),
                            receiver: Some(Rc::new(base.clone())),
                        };
                        let arguments = Arguments { positional: Some(vec![index.clone()]), ..Arguments::default() };
                        self.enter(state, &closure, arguments, None)
                    }
                    _ => self.unknown_item(state, base, index),
                },
                Some(
                    Object::Set(_)
                    | Object::Iterator { .. }
                    | Object::OpenIterator { .. }
                    | Object::Generator { .. }
                    | Object::Cell(_),
                )
                | None => vec![Choice::raise("TypeError")],
            },
            Value::Tuple(items) => {
                let items = items.to_vec();
                self.item_at(state, &items, index)
            }
            Value::Str(rope) => {
                if let Some(source) = rope.plain_source()
                    && matches!(index, Value::Str(_))
                    && self.reshape(source, Shape::Tree)
                {
                    return Vec::new();
                }
                if matches!(index, Value::Str(_))
                    && let Some(opened) = self.opened(rope)
                {
                    return self.subscript(state, &Value::Opaque(opened), index);
                }
                let rope = rope.clone();
                self.character_at(state, &rope, index)
            }
            Value::Match(matched) => {
                let arguments = Arguments::from(vec![index.clone()]);
                let choices = self.match_method(matched, ("__getitem__", &arguments));
                choices.unwrap_or_else(|| self.unknown_item(state, base, index))
            }
            Value::Bytes(rope) if rope.known().is_some() && index.as_place().is_some() => {
                let bytes = rope.known().unwrap_or_default().into_bytes();
                let items: Vec<Value> = bytes.into_iter().map(Value::number).collect();
                self.item_at(state, &items, index)
            }
            Value::None => vec![Choice::raise("TypeError")],
            Value::Ellipsis
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Bytes(_)
            | Value::Path(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Exception(_)
            | Value::Pattern(..) => self.unknown_item(state, base, index),
        }
    }

    fn unknown_item(&mut self, state: &mut State, base: &Value, index: &Value) -> Choices {
        let mut influence = self.influence(state, &[base.clone(), index.clone()]);
        if matches!(base, Value::Match(matched) if matched.whole().is_none()) {
            influence = Influence::Attacker;
        }
        let value = self.fresh_opaque("an item", influence);
        self.with_any_exception(state, vec![Choice::value(value)])
    }

    /// Looks a key up in known entries.
    pub(crate) fn look_up(
        &mut self,
        state: &State,
        entries: &[(Value, Value)],
        key: &Value,
        missing: Outcome,
    ) -> Choices {
        let mut choices = Vec::new();
        let mut none_before = BoolTerm::Const(true);
        for (known, value) in entries {
            let equal = self.equal(state, known, key, 16);
            if matches!(equal, BoolTerm::Const(false)) {
                continue;
            }
            choices.push(Choice::value(value.clone()).when(none_before.clone().and(equal.clone())));
            none_before = none_before.and(equal.negate());
        }
        // The keys together are one test where they can be.
        let all: Vec<Value> = entries.iter().map(|(key, _)| key.clone()).collect();
        let absent = self.contains(state, &Value::Tuple(all.into()), key).negate();
        choices.push(Choice { when: absent, outcome: missing, presence: None });
        // Text keys exclude each other, which keeps each condition short.
        let texts = entries.iter().all(|(key, _)| key.as_text().is_some());
        if texts {
            let mut exact = Vec::new();
            for (known, value) in entries {
                let equal = self.equal(state, known, key, 16);
                exact.push(Choice::value(value.clone()).when(equal));
            }
            exact.extend(choices.pop());
            return exact;
        }
        choices
    }

    fn item_at(&mut self, state: &mut State, items: &[Value], index: &Value) -> Choices {
        let Some(number) = index.as_place() else {
            let influence = self.influence(state, items).max(self.influence(state, std::slice::from_ref(index)));
            // Any of the items, when there are few; each is possible.
            if matches!(index, Value::Int(_)) && items.len() <= 16 {
                let size = crate::term::IntTerm::number(items.len());
                let outside = self.is_outside(index, &size);
                let mut choices: Choices = items.iter().map(|item| Choice::value(item.clone())).collect();
                for (at, choice) in choices.iter_mut().enumerate() {
                    let at = i128::try_from(at).unwrap_or(0);
                    let size = i128::try_from(items.len()).unwrap_or(0);
                    if let Value::Int(term) = index {
                        let is = |number: i128| {
                            BoolTerm::compare(
                                crate::term::Order::Equal,
                                term.clone(),
                                crate::term::IntTerm::number(number),
                            )
                        };
                        choice.when = is(at).or(is(at - size));
                    }
                }
                choices.push(Choice::raise("IndexError").when(outside));
                return choices;
            }
            let value = self.fresh_opaque("an item at an unknown place", influence);
            return self.with_any_exception(state, vec![Choice::value(value)]);
        };
        let size = i128::try_from(items.len()).unwrap_or(0);
        let at = if number < 0 { number + size } else { number };
        match usize::try_from(at).ok().and_then(|at| items.get(at)) {
            Some(item) => vec![Choice::value(item.clone())],
            None => vec![Choice::raise("IndexError")],
        }
    }

    /// Tells whether an index lies outside of a sequence of this size.
    fn is_outside(&self, index: &Value, size: &crate::term::IntTerm) -> BoolTerm {
        use crate::term::{IntTerm, Order};
        let Some(term) = as_integer(index) else { return BoolTerm::Const(true) };
        let beyond = BoolTerm::compare(Order::LessEqual, size.clone(), term.clone());
        match IntTerm::add(&term, size) {
            Some(from_end) => beyond.or(BoolTerm::compare(Order::Less, from_end, IntTerm::number(0))),
            None => BoolTerm::Const(true),
        }
    }

    fn character_at(&mut self, state: &mut State, rope: &Rope, index: &Value) -> Choices {
        if let (Some(marked), Some(number)) = (rope.marked(), index.as_place()) {
            let size = i128::try_from(marked.text.chars().count()).unwrap_or(0);
            let at = if number < 0 { number + size } else { number };
            let found = usize::try_from(at).ok().and_then(|at| marked.text.char_indices().nth(at));
            return vec![match found {
                Some((start, c)) => Choice::value(Value::Str(Rope::cut(&marked, start..start + c.len_utf8()))),
                None => Choice::raise("IndexError"),
            }];
        }
        if as_integer(index).is_none() {
            if matches!(index, Value::Str(_) | Value::None | Value::Float(_) | Value::Tuple(_) | Value::Bytes(_)) {
                return vec![Choice::raise("TypeError")];
            }
            let base = Value::Str(rope.clone());
            return self.unknown_item(state, &base, index);
        }
        // A known index is outside of exactly the shorter texts.
        let length = self.text_length(rope);
        let outside = match index.as_place() {
            Some(number) => {
                let needed = if number < 0 { number.saturating_neg() } else { number.saturating_add(1) };
                let needed = Value::number(needed);
                self.compare(state, CompareOperator::Less, &Value::Int(length), &needed)
            }
            None => self.is_outside(index, &length),
        };
        let influence = self.influence(state, &[Value::Str(rope.clone()), index.clone()]);
        let text = self.unknown_text(
            state,
            "a character of a text",
            influence,
            Some(crate::interpreter::text::any_character()),
        );
        vec![Choice::value(Value::Str(text)).when(outside.clone().negate()), Choice::raise("IndexError").when(outside)]
    }
}
