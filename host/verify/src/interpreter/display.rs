//! Displays of containers, and what takes values out of them again. Invariant: a container is made with known items only
//! where all of them are known.

use ir::instruction::{DictItem, DisplayKind, Item};

use crate::{
    interpreter::{Choice, Choices, Interpreter},
    state::State,
    value::{Object, Value},
};

impl Interpreter<'_> {
    /// Reads items, spreads included; `None` when a spread has an unknown number of items.
    pub(crate) fn read_items(
        &mut self,
        state: &mut State,
        items: &[Item],
    ) -> Result<(Vec<Value>, Option<Vec<Value>>), Choices> {
        let mut known = Some(Vec::new());
        let mut seen = Vec::new();
        for item in items {
            match item {
                Item::One(operand) => {
                    let value = self.read(state, operand)?;
                    seen.push(value.clone());
                    if let Some(known) = &mut known {
                        known.push(value);
                    }
                }
                Item::Spread(operand) => {
                    let value = self.read(state, operand)?;
                    seen.push(value.clone());
                    match (self.ordered_items(state, &value), &mut known) {
                        (Some(items), Some(known)) => known.extend(items),
                        (None, _) | (_, None) => known = None,
                    }
                }
            }
        }
        Ok((seen, known))
    }

    pub(crate) fn display(&mut self, state: &mut State, kind: DisplayKind, items: &[Item]) -> Result<Choices, Choices> {
        let (seen, known) = self.read_items(state, items)?;
        let value = match (known, kind) {
            (Some(items), DisplayKind::List) => Value::Object(state.allocate(Object::List(items))),
            (Some(items), DisplayKind::Tuple) => Value::Tuple(items.into()),
            (Some(items), DisplayKind::Set) => match self.distinct(state, items) {
                Some(items) => Value::Object(state.allocate(Object::Set(items))),
                None if self.question.is_some() => return Ok(Vec::new()),
                None => {
                    let influence = self.influence(state, &seen);
                    self.unknown_container(state, "a set of items that are not known", influence)
                }
            },
            (None, DisplayKind::List | DisplayKind::Tuple | DisplayKind::Set) => {
                let influence = self.influence(state, &seen);
                self.unknown_container(state, "a display with an unknown number of items", influence)
            }
        };
        Ok(vec![Choice::value(value)])
    }

    pub(crate) fn dict_display(&mut self, state: &mut State, items: &[DictItem]) -> Result<Choices, Choices> {
        let mut entries: Vec<(Value, Value)> = Vec::new();
        let mut seen = Vec::new();
        let mut known = true;
        for item in items {
            match item {
                DictItem::Pair(key, value) => {
                    let pair = (self.read(state, key)?, self.read(state, value)?);
                    seen.push(pair.0.clone());
                    seen.push(pair.1.clone());
                    known &= crate::interpreter::access::put(&mut entries, pair);
                }
                DictItem::Spread(operand) => {
                    let value = self.read(state, operand)?;
                    seen.push(value.clone());
                    let more = match &value {
                        Value::Object(id) => match state.object(*id) {
                            Some(Object::Dict(more)) => Some(more.clone()),
                            _ => None,
                        },
                        _ => None,
                    };
                    match more {
                        Some(more) => {
                            for pair in more {
                                known &= crate::interpreter::access::put(&mut entries, pair);
                            }
                        }
                        None => known = false,
                    }
                }
            }
        }
        let value = if known {
            Value::Object(state.allocate(Object::Dict(entries)))
        } else {
            let influence = self.influence(state, &seen);
            self.unknown_container(state, "a dict whose keys are not known", influence)
        };
        Ok(vec![Choice::value(value)])
    }

    pub(crate) fn unpack(
        &mut self,
        state: &mut State,
        base: &Value,
        (index, count): (usize, usize),
        star: Option<usize>,
    ) -> Choices {
        let Some(items) = self.ordered_items(state, base) else {
            let opaque = self.opaque_parts(state, base);
            let key = (opaque.id, format!("unpacked {index}"));
            if let Some(value) = state.seen.get(&key) {
                return vec![Choice::value(value.clone())];
            }
            if let (Some(part), None) = (self.part_of_sequence(state, &opaque, index), star) {
                return self.with_any_exception(state, part);
            }
            let value = self.fresh_opaque(&format!("an item of {}", opaque.why), opaque.influence);
            state.seen.insert(key, value.clone());
            return self.with_any_exception(state, vec![Choice::value(value)]);
        };
        let enough = match star {
            None => items.len() == count,
            Some(_) => items.len() + 1 >= count,
        };
        if !enough {
            return vec![Choice::raise("ValueError")];
        }
        let rest = items.len() + 1 - count.min(items.len() + 1);
        let value = match star {
            Some(star) if index == star => {
                let middle = items.get(star..star + rest).unwrap_or_default().to_vec();
                Some(Value::Object(state.allocate(Object::List(middle))))
            }
            Some(star) if index > star => items.get(index + rest - 1).cloned(),
            Some(_) | None => items.get(index).cloned(),
        };
        vec![value.map_or_else(|| Choice::raise("ValueError"), Choice::value)]
    }
}
