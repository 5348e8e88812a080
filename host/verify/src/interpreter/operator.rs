//! Binary operators. Invariant: an operation on known values gives Python's own result, or an unknown one.

use ir::instruction::BinaryOperator;
use num_traits::{Signed, Zero};

use crate::{
    interpreter::{
        Choice, Choices, Interpreter,
        arithmetic::{exceeds_floats, floats, has_float_result},
        hazard::Certain,
    },
    rope::Rope,
    state::State,
    term::{BoolTerm, IntTerm},
    value::{Object, Value},
};

/// Whether an operator changes its left operand where it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutation {
    /// `a += b`.
    InPlace,
    /// `a + b`.
    Fresh,
}

/// Sees an integer or a known truth value as an integer.
pub(crate) fn as_integer(value: &Value) -> Option<IntTerm> {
    match value {
        Value::Int(term) => Some(term.clone()),
        Value::Bool(BoolTerm::Const(value)) => Some(IntTerm::number(i32::from(*value))),
        _ => None,
    }
}

/// Tells whether a value is certainly no string, number or container that an operator of those could take.
fn is_definite(value: &Value) -> bool {
    matches!(value, Value::None | Value::Str(_) | Value::Bytes(_) | Value::Int(_) | Value::Float(_) | Value::Tuple(_))
}

impl Interpreter<'_> {
    /// Evaluates `left operator right`.
    pub(crate) fn binary(
        &mut self,
        state: &mut State,
        operator: BinaryOperator,
        (left, right): (Value, Value),
        mutation: Mutation,
    ) -> Choices {
        if let (Some(a), Some(b)) = (as_integer(&left), as_integer(&right)) {
            return self.integers(operator, &a, &b);
        }
        if let Some(choices) = self.count_truths(state, operator, (&left, &right)) {
            return choices;
        }
        if let Some(choices) = floats(operator, &left, &right) {
            return choices;
        }
        if let Some(choices) = self.own_operator(state, operator, (&left, &right), mutation) {
            return choices;
        }
        if let Some(choices) = self.container_operator(state, operator, (&left, &right), mutation) {
            return choices;
        }
        if let Some(choices) = self.collection_operator(state, operator, (&left, &right), mutation) {
            return choices;
        }
        match (operator, &left, &right) {
            (BinaryOperator::Add, Value::Str(a), Value::Str(b)) => {
                return vec![Choice::value(Value::Str(a.concat(b)))];
            }
            (BinaryOperator::Add, Value::Bytes(a), Value::Bytes(b)) => {
                return vec![Choice::value(Value::Bytes(a.concat(b)))];
            }
            // Only a text can be joined with a text: what is not known is one, or the operator raises.
            (BinaryOperator::Add, Value::Str(a), Value::Opaque(opaque)) => {
                let text = self.text_of_opaque(state, opaque);
                let joined = Choice::value(Value::Str(a.concat(&text)));
                return self.with_any_exception(state, vec![joined]);
            }
            (BinaryOperator::Add, Value::Opaque(opaque), Value::Str(b)) => {
                let text = self.text_of_opaque(state, opaque);
                let joined = Choice::value(Value::Str(text.concat(b)));
                return self.with_any_exception(state, vec![joined]);
            }
            (BinaryOperator::Add, Value::Str(a), Value::Global(_)) => {
                let text = self.text_of(state, &right);
                return vec![Choice::value(Value::Str(a.concat(&text)))];
            }
            (BinaryOperator::Add, Value::Global(_), Value::Str(b)) => {
                let text = self.text_of(state, &left);
                return vec![Choice::value(Value::Str(text.concat(b)))];
            }
            (BinaryOperator::Mul, Value::Str(text), _) if right.as_number().is_some() => {
                if let Some(repeated) = repeat(text, right.as_number().unwrap_or(0)) {
                    return vec![Choice::value(Value::Str(repeated))];
                }
            }
            (BinaryOperator::Mul, _, Value::Str(text)) if left.as_number().is_some() => {
                if let Some(repeated) = repeat(text, left.as_number().unwrap_or(0)) {
                    return vec![Choice::value(Value::Str(repeated))];
                }
            }
            (BinaryOperator::Mul, Value::Str(text), other) | (BinaryOperator::Mul, other, Value::Str(text))
                if as_integer(other).is_some() =>
            {
                let text = text.clone();
                let repeated = self.image(state, &text, None);
                return vec![Choice::value(Value::Str(repeated))];
            }
            (BinaryOperator::Mul, sequence, other) | (BinaryOperator::Mul, other, sequence)
                if mutation == Mutation::Fresh
                    && as_integer(other).is_some()
                    && matches!(self.certain(state, sequence), Certain::List | Certain::Tuple) =>
            {
                let influence = self.influence(state, std::slice::from_ref(sequence));
                return vec![Choice::value(self.unknown_container(state, "a repeated sequence", influence))];
            }
            (BinaryOperator::Mod, Value::Str(template), _) => {
                let template = template.clone();
                return self.percent_format(state, &template, &right);
            }
            (BinaryOperator::Add, Value::Tuple(a), Value::Tuple(b)) => {
                return vec![Choice::value(Value::Tuple(a.iter().chain(b.iter()).cloned().collect()))];
            }
            (BinaryOperator::Add, Value::Object(id), _) => {
                if let Some(Object::List(items)) = state.object(*id)
                    && (mutation == Mutation::InPlace || matches!(right, Value::Object(_)))
                {
                    let items = items.clone();
                    return self.extend_list(state, (*id, items), &right, mutation);
                }
            }
            (BinaryOperator::Div, Value::Path(_) | Value::Str(_), Value::Path(_) | Value::Str(_)) => {
                return self.join_paths(state, &[left, right], Value::Path);
            }
            (BinaryOperator::Div, Value::Path(_), Value::Opaque(opaque)) => {
                let text = Value::Str(self.text_of_opaque(state, opaque));
                return self.join_paths(state, &[left, text], Value::Path);
            }
            (BinaryOperator::Div, Value::Opaque(opaque), Value::Str(_)) => {
                // A directory that is not known, handed in as a `pathlib` path.
                let text = Value::Path(self.text_of_opaque(state, opaque));
                return self.join_paths(state, &[text, right], Value::Path);
            }
            (BinaryOperator::Div, Value::Global(_), Value::Str(_)) => {
                let text = Value::Path(self.text_of(state, &left));
                return self.join_paths(state, &[text, right], Value::Path);
            }
            _ => {}
        }
        if operator == BinaryOperator::Add && is_definite(&left) && is_definite(&right) {
            let numeric = |value: &Value| matches!(value, Value::Int(_) | Value::Float(_));
            if !(numeric(&left) && numeric(&right)) {
                return vec![Choice::raise("TypeError")];
            }
        }
        if mutation == Mutation::InPlace {
            let why = "an in-place operator".into();
            let influence = self.influence(state, &[left.clone(), right.clone()]);
            state.havoc(std::slice::from_ref(&left), &why, influence, &mut self.next_id);
        }
        let influence = self.influence(state, &[left.clone(), right.clone()]);
        let why = format!("the result of `{}`", operator.as_str());
        let kinds = (self.certain(state, &left), self.certain(state, &right));
        if kinds.0.is_number() && kinds.1.is_number() && (kinds.0 == Certain::Float || kinds.1 == Certain::Float) {
            if has_float_result(operator) && (exceeds_floats(&left) || exceeds_floats(&right)) {
                return vec![Choice::raise("OverflowError")];
            }
            let value = self.fresh_float(&why, influence);
            let is_nonzero = match &right {
                Value::Float(number) => *number != 0.0,
                other => as_integer(other).is_some_and(|term| term.as_const().is_some_and(|number| !number.is_zero())),
            };
            let covered = match operator {
                BinaryOperator::Add | BinaryOperator::Sub | BinaryOperator::Mul => true,
                BinaryOperator::Div | BinaryOperator::FloorDiv | BinaryOperator::Mod => is_nonzero,
                BinaryOperator::Pow => as_integer(&right)
                    .is_some_and(|term| term.as_const().is_some_and(|exponent| !exponent.is_negative())),
                BinaryOperator::MatMul
                | BinaryOperator::LeftShift
                | BinaryOperator::RightShift
                | BinaryOperator::BitAnd
                | BinaryOperator::BitOr
                | BinaryOperator::BitXor => false,
            };
            // A power of floats may be a complex number.
            if covered {
                return vec![Choice::value(value)];
            }
            if operator != BinaryOperator::Pow {
                return self.with_any_exception(state, vec![Choice::value(value)]);
            }
        }
        let value = self.fresh_opaque(&why, influence);
        self.with_any_exception(state, vec![Choice::value(value)])
    }

    fn extend_list(
        &mut self,
        state: &mut State,
        (id, mut items): (crate::value::ObjectId, Vec<Value>),
        right: &Value,
        mutation: Mutation,
    ) -> Choices {
        let more = self.ordered_items(state, right);
        let result = match (more, mutation) {
            (Some(more), Mutation::InPlace) => {
                items.extend(more);
                if let Some(object) = state.object_mut(id) {
                    *object = Object::List(items);
                }
                Value::Object(id)
            }
            (Some(more), Mutation::Fresh) => {
                items.extend(more);
                Value::Object(state.allocate(Object::List(items)))
            }
            (None, Mutation::InPlace) => {
                let influence = self.influence(state, &[Value::Object(id), right.clone()]);
                let why = "a list that was extended by an unknown number of items".into();
                state.havoc(&[Value::Object(id)], &why, influence, &mut self.next_id);
                Value::Object(id)
            }
            (None, Mutation::Fresh) => {
                let influence = self.influence(state, &[Value::Object(id), right.clone()]);
                self.unknown_container(state, "a list with an unknown number of items", influence)
            }
        };
        vec![Choice::value(result)]
    }
}

/// Repeats a text; `None` when the result would be too long to keep.
fn repeat(text: &Rope, times: i128) -> Option<Rope> {
    let times = usize::try_from(times.max(0)).ok()?;
    let size = text.known().map_or(64, |text| text.len());
    if times.saturating_mul(size) > 100_000 || times.saturating_mul(text.pieces().len()) > 1000 {
        return None;
    }
    let mut repeated = Rope::default();
    for _ in 0..times {
        repeated.append(text);
    }
    Some(repeated)
}
