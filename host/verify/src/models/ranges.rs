//! `range`. Invariant: numbers are listed where the bounds are known, and otherwise kept as bounds.

use crate::{
    interpreter::{Choice, Choices, Interpreter, branching::Range, call::Arguments, operator::as_integer},
    state::{State, View},
    term::IntTerm,
    value::{Influence, Value},
};

/// How many items `range` may give at most.
const RANGE_LIMIT: i128 = 10_000;

impl Interpreter<'_> {
    pub(crate) fn range(&mut self, state: &mut State, arguments: &Arguments) -> Option<Choices> {
        let numbers: Option<Vec<i128>> = arguments.positional.as_ref()?.iter().map(Value::as_number).collect();
        let Some(numbers) = numbers else { return self.open_range(arguments) };
        let (start, end, step) = match numbers.as_slice() {
            [end] => (0, *end, 1),
            [start, end] => (*start, *end, 1),
            [start, end, step] => (*start, *end, *step),
            _ => return None,
        };
        if step == 0 {
            return Some(vec![Choice::raise("ValueError")]);
        }
        if end.checked_sub(start)?.checked_div(step)? > RANGE_LIMIT {
            return None;
        }
        let mut items = Vec::new();
        let mut at = start;
        while (step > 0 && at < end) || (step < 0 && at > end) {
            items.push(Value::number(at));
            at += step;
        }
        Some(vec![Choice::value(state.allocate_view(items, View::Range))])
    }

    /// Makes a range whose bounds are not known, with a known step.
    fn open_range(&mut self, arguments: &Arguments) -> Option<Choices> {
        let terms: Vec<IntTerm> = arguments.positional.as_ref()?.iter().map(as_integer).collect::<Option<_>>()?;
        let (start, end, step) = match terms.as_slice() {
            [end] => (IntTerm::Const(0), end.clone(), 1),
            [start, end] => (start.clone(), end.clone(), 1),
            [start, end, step] => (start.clone(), end.clone(), step.as_const().filter(|step| *step != 0)?),
            _ => return None,
        };
        let value = self.fresh_opaque("a range", Influence::Environment);
        if let Value::Opaque(opaque) = &value {
            self.ranges.insert(opaque.id, Range { start, end, step });
        }
        Some(vec![Choice::value(value)])
    }
}
