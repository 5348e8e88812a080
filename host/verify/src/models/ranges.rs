//! `range`. Invariant: numbers are listed where the bounds are known, and otherwise kept as bounds.

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

use crate::{
    interpreter::{Choice, Choices, Interpreter, branching::Range, call::Arguments, operator::as_integer},
    state::{State, View},
    term::IntTerm,
    value::{Influence, Value},
};

/// How many items `range` may give at most.
const RANGE_LIMIT: u32 = 10_000;

impl Interpreter<'_> {
    pub(crate) fn range(&mut self, state: &mut State, arguments: &Arguments) -> Option<Choices> {
        let numbers: Option<Vec<&BigInt>> = arguments.positional.as_ref()?.iter().map(Value::known_integer).collect();
        let Some(numbers) = numbers else { return self.open_range(arguments) };
        let (start, end, step) = match numbers.as_slice() {
            [end] => (BigInt::zero(), *end, BigInt::one()),
            [start, end] => ((*start).clone(), *end, BigInt::one()),
            [start, end, step] => ((*start).clone(), *end, (*step).clone()),
            _ => return None,
        };
        if step.is_zero() {
            return Some(vec![Choice::raise("ValueError")]);
        }
        if (end - &start) / &step > BigInt::from(RANGE_LIMIT) {
            return None;
        }
        let mut items = Vec::new();
        let mut at = start;
        while if step.is_positive() { at < *end } else { at > *end } {
            items.push(Value::number(at.clone()));
            at += &step;
        }
        Some(vec![Choice::value(state.allocate_view(items, View::Range))])
    }

    /// Makes a range whose bounds are not known, with a known step.
    fn open_range(&mut self, arguments: &Arguments) -> Option<Choices> {
        let terms: Vec<IntTerm> = arguments.positional.as_ref()?.iter().map(as_integer).collect::<Option<_>>()?;
        let (start, end, step) = match terms.as_slice() {
            [end] => (IntTerm::number(0), end.clone(), BigInt::one()),
            [start, end] => (start.clone(), end.clone(), BigInt::one()),
            [start, end, step] => (start.clone(), end.clone(), step.as_const().filter(|step| !step.is_zero())?.clone()),
            _ => return None,
        };
        let value = self.fresh_opaque("a range", Influence::Environment);
        if let Value::Opaque(opaque) = &value {
            self.ranges.insert(opaque.id, Range { start, end, step });
        }
        Some(vec![Choice::value(value)])
    }
}
