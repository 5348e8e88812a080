//! Slices and unpacking. Invariant: where a bound or a length is not known, what comes out may be any element.

use std::rc::Rc;

use ir::instruction::Constant;

use crate::{
    constants, container,
    taint::Key,
    text::Text,
    value::{Parts, Shape, Value},
};

/// Longest sequence that is sliced element by element.
const MAX_SLICED: i64 = 64;

/// The bounds of a slice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) lower: Option<Value>,
    pub(crate) upper: Option<Value>,
    pub(crate) step: Option<Value>,
}

/// Gives a bound: absent, a number, or not known.
fn bound(value: Option<&Value>) -> Option<Option<i64>> {
    match value.map(|value| value.constant.as_deref()) {
        None | Some(Some(Constant::None)) => Some(None),
        Some(Some(constant)) => match constants::key(constant) {
            Some(Key::Int(number)) => Some(Some(number)),
            _ => None,
        },
        Some(None) => None,
    }
}

/// Gives `value[lower:upper:step]`.
pub(crate) fn slice(value: &Value, bounds: &Bounds) -> Value {
    let (lower, upper, step) =
        (bound(bounds.lower.as_ref()), bound(bounds.upper.as_ref()), bound(bounds.step.as_ref()));
    let is_sequence =
        value.parts.is_some() || matches!(value.constant.as_deref(), Some(Constant::List(_) | Constant::Tuple(_)));
    if let (Some(lower), Some(upper), Some(None | Some(1)), false) = (lower, upper, step, is_sequence) {
        if Text::known(value).is_some() || upper == Some(0) {
            let mut cut = Text::of(value).slice(lower, upper).into_value();
            cut.is_fixed |= value.is_fixed;
            return cut;
        }
    } else if is_sequence
        && let (Some(lower), Some(upper), Some(step), Some(length)) = (lower, upper, step, value.length())
        && length <= MAX_SLICED
    {
        return Value::sequence(positions(length, lower, upper, step).map(|at| value.part(&Key::Int(at))).collect());
    }
    if is_sequence {
        return container::unordered(value);
    }
    Value { taints: value.all_taints(), is_fixed: value.is_fixed, ..Value::default() }
}

/// Gives the positions that a slice of a sequence of this length takes.
fn positions(length: i64, lower: Option<i64>, upper: Option<i64>, step: Option<i64>) -> Box<dyn Iterator<Item = i64>> {
    let step = step.unwrap_or(1);
    let clamp = |bound: i64| if bound < 0 { bound.saturating_add(length).max(0) } else { bound.min(length) };
    let by = usize::try_from(step.unsigned_abs().max(1)).unwrap_or(usize::MAX);
    if step >= 0 {
        let (lower, upper) = (lower.map_or(0, clamp), upper.map_or(length, clamp));
        return Box::new((lower..upper).step_by(by));
    }
    let last = lower.map_or(length - 1, |lower| clamp(lower).min(length - 1));
    let first = upper.map_or(0, |upper| clamp(upper) + 1);
    Box::new((first..=last).rev().step_by(by))
}

/// Gives the target at `index` of an unpacking into `count` targets, of which `star` takes the rest.
pub(crate) fn unpacked(value: &Value, index: u32, count: u32, star: Option<u32>) -> (Value, Option<Key>) {
    let at = |position: i64| (value.part(&Key::Int(position)), Some(Key::Int(position)));
    match star {
        Some(star) if index == star => {
            let behind = i64::from(count) - i64::from(star) - 1;
            let number = |number: i64| Some(Value::constant(Constant::Int(number.to_string())));
            let upper = if behind == 0 { None } else { number(-behind) };
            (slice(value, &Bounds { lower: number(i64::from(star)), upper, step: None }), None)
        }
        Some(star) if index > star => match value.length() {
            Some(length) => at(length - (i64::from(count) - i64::from(index))),
            None => at(i64::from(index) - i64::from(count)),
        },
        Some(_) | None => at(i64::from(index)),
    }
}

/// Gives a display of these items, each alone or spread.
pub(crate) fn display(items: Vec<(Value, bool)>) -> Value {
    let mut known: Vec<Value> = Vec::new();
    let mut rest: Option<Value> = None;
    for (item, is_spread) in items {
        match (&mut rest, is_spread, item.length()) {
            (None, false, _) => known.push(item),
            (None, true, Some(length)) if length <= MAX_SLICED && item.text.is_none() => {
                known.extend((0..length).map(|at| item.part(&Key::Int(at))));
            }
            (None, true, _) => rest = Some(item.element()),
            (Some(rest), false, _) => rest.join(&item),
            (Some(rest), true, _) => rest.join(&item.element()),
        }
    }
    let mut value = Value::sequence(known);
    if let Some(rest) = rest {
        value.add_element(&rest);
    }
    value
}

/// Gives a set of these items.
pub(crate) fn set(items: Vec<(Value, bool)>) -> Value {
    if items.is_empty() {
        return Value {
            parts: Some(Rc::new(Parts { shape: Shape::Sequence, length: Some(0), ..Parts::default() })),
            is_fixed: true,
            ..Value::default()
        };
    }
    Value::sequence_of(display(items).element())
}
