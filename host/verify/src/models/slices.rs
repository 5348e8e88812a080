//! Slices of strings and sequences. Invariant: a slice of a known value is Python's own.

use crate::{
    automata::operation::Operation,
    interpreter::{Choice, Choices, Interpreter, hazard::Certain},
    rope::Rope,
    state::State,
    value::{Object, ObjectId, Value},
};

impl Interpreter<'_> {
    /// Evaluates `base[lower:upper:step]`.
    pub(crate) fn slice(&mut self, state: &mut State, base: &Value, bounds: &[Value; 3]) -> Choices {
        let [lower, upper, step] = bounds;
        let known = match (known_bound(lower), known_bound(upper), known_bound(step)) {
            (Some(lower), Some(upper), Some(step)) => Some((lower, upper, step.unwrap_or(1))),
            _ => None,
        };
        match (base, known) {
            (Value::Str(rope), Some((lower, upper, step))) => {
                if let Some(marked) = rope.marked() {
                    let places: Vec<usize> = marked.text.char_indices().map(|(at, _)| at).collect();
                    let chosen = indices(places.len(), lower, upper, step);
                    if step == 1 {
                        let start = chosen.first().and_then(|at| places.get(*at)).copied().unwrap_or(0);
                        let end = chosen
                            .last()
                            .and_then(|at| places.get(at + 1).copied())
                            .unwrap_or(if chosen.is_empty() { start } else { marked.text.len() });
                        return vec![Choice::value(Value::Str(Rope::cut(&marked, start..end)))];
                    }
                    let chars: Vec<char> = marked.text.chars().collect();
                    let shown: String = chosen.iter().filter_map(|at| chars.get(*at)).collect();
                    return vec![Choice::value(Value::Str(Rope::derived(&marked, &shown)))];
                }
                let small = |number: i128| u32::try_from(number).ok();
                let mut result = rope.clone();
                let plan: Option<Vec<Operation>> = match (lower, upper, step) {
                    (None, None, 1) => Some(Vec::new()),
                    (None | Some(0), Some(n), 1) if n >= 0 => small(n).map(|n| vec![Operation::Take(n)]),
                    (None | Some(0), Some(n), 1) => small(-n).map(|n| vec![Operation::SkipLast(n)]),
                    (Some(n), None, 1) if n >= 0 => small(n).map(|n| vec![Operation::Skip(n)]),
                    (Some(n), None, 1) => small(-n).map(|n| vec![Operation::TakeLast(n)]),
                    (Some(a), Some(b), 1) if a >= 0 && b >= 0 => match (small(a), small(b)) {
                        (Some(a), Some(b)) => Some(vec![Operation::Take(b), Operation::Skip(a)]),
                        _ => None,
                    },
                    (Some(a), Some(b), 1) if a >= 0 && b < 0 => match (small(a), small(-b)) {
                        (Some(a), Some(b)) => Some(vec![Operation::SkipLast(b), Operation::Skip(a)]),
                        _ => None,
                    },
                    _ => None,
                };
                match plan {
                    Some(plan) => {
                        for operation in plan {
                            result = self.apply(state, &result, operation);
                        }
                        vec![Choice::value(Value::Str(result))]
                    }
                    None => {
                        let text = self.image(state, rope, None);
                        vec![Choice::value(Value::Str(text))]
                    }
                }
            }
            (Value::Str(rope), None) => {
                let text = self.image(state, rope, None);
                vec![Choice::value(Value::Str(text))]
            }
            (_, Some((lower, upper, step))) if step != 0 => match self.known_items(state, base) {
                Some(items) => {
                    let chosen: Vec<Value> = indices(items.len(), lower, upper, step)
                        .into_iter()
                        .filter_map(|at| items.get(at).cloned())
                        .collect();
                    vec![Choice::value(match base {
                        Value::Tuple(_) => Value::Tuple(chosen.into()),
                        _ => Value::Object(state.allocate(Object::List(chosen))),
                    })]
                }
                None => self.unknown_slice(state, base, bounds),
            },
            (_, Some(_) | None) => self.unknown_slice(state, base, bounds),
        }
    }

    /// Puts items in the place of a slice of a list, or deletes it with no items; `None` when it is not modelled.
    pub(crate) fn replace_slice(
        &mut self,
        state: &mut State,
        (id, index): (ObjectId, &Value),
        items: Option<&Value>,
    ) -> Option<Choices> {
        let Value::Opaque(opaque) = index else { return None };
        let [lower, upper, step] = self.slices.get(&opaque.id)?.clone();
        let (lower, upper, step) = (known_bound(&lower)?, known_bound(&upper)?, known_bound(&step)?.unwrap_or(1));
        let Some(Object::List(before)) = state.object(id).cloned() else { return None };
        let more = match items {
            Some(items) => self.ordered_items(state, items)?,
            None => Vec::new(),
        };
        if step == 0 {
            return Some(vec![Choice::raise("ValueError")]);
        }
        let chosen = indices(before.len(), lower, upper, step);
        let mut after = before.clone();
        if step == 1 {
            let start = match chosen.first() {
                Some(first) => *first,
                None => place(before.len(), lower.unwrap_or(0)),
            };
            after.splice(start..start + chosen.len(), more);
        } else if items.is_none() {
            after = before
                .iter()
                .enumerate()
                .filter(|(at, _)| !chosen.contains(at))
                .map(|(_, item)| item.clone())
                .collect();
        } else if more.len() == chosen.len() {
            for (at, item) in chosen.into_iter().zip(more) {
                *after.get_mut(at)? = item;
            }
        } else {
            return Some(vec![Choice::raise("ValueError")]);
        }
        *state.object_mut(id)? = Object::List(after);
        Some(vec![Choice::value(Value::None)])
    }

    fn unknown_slice(&mut self, state: &mut State, base: &Value, bounds: &[Value; 3]) -> Choices {
        if let Value::Bytes(rope) = base {
            let text = self.image(state, rope, None);
            return vec![Choice::value(Value::Bytes(text))];
        }
        let influence = self.influence(state, std::slice::from_ref(base));
        let value = self.fresh_opaque("a slice", influence);
        let is_bound =
            |bound: &Value| matches!(self.certain(state, bound), Certain::Int | Certain::Bool | Certain::None);
        let [lower, upper, step] = bounds;
        let has_step = matches!(step, Value::None) || step.as_number().is_some_and(|step| step != 0);
        let is_sequence = matches!(self.certain(state, base), Certain::List | Certain::Tuple);
        if is_sequence && has_step && is_bound(lower) && is_bound(upper) {
            return vec![Choice::value(value)];
        }
        self.with_any_exception(state, vec![Choice::value(value)])
    }
}

/// Gives a bound that is known, or that there is none.
fn known_bound(value: &Value) -> Option<Option<i128>> {
    match value {
        Value::None => Some(None),
        other => other.as_place().map(Some),
    }
}

/// Gives where an empty slice stands.
fn place(size: usize, lower: i128) -> usize {
    let size = i128::try_from(size).unwrap_or(0);
    let at = if lower < 0 { lower.saturating_add(size) } else { lower };
    usize::try_from(at.clamp(0, size)).unwrap_or(0)
}

/// Gives the places that a slice takes.
fn indices(size: usize, lower: Option<i128>, upper: Option<i128>, step: i128) -> Vec<usize> {
    let size = i128::try_from(size).unwrap_or(0);
    let fixed = |bound: i128, low: i128, high: i128| {
        (if bound < 0 { bound.saturating_add(size) } else { bound }).clamp(low, high)
    };
    let (start, end) = if step > 0 {
        (lower.map_or(0, |bound| fixed(bound, 0, size)), upper.map_or(size, |bound| fixed(bound, 0, size)))
    } else {
        (
            lower.map_or(size - 1, |bound| fixed(bound, -1, size - 1)),
            upper.map_or(-1, |bound| fixed(bound, -1, size - 1)),
        )
    };
    let mut chosen = Vec::new();
    let mut at = start;
    while (step > 0 && at < end) || (step < 0 && at > end) {
        chosen.extend(usize::try_from(at).ok());
        at = at.saturating_add(step);
    }
    chosen
}
