//! Operators on containers whose items are known. Invariant: an operand whose items are not known is left to the caller.

use ir::instruction::BinaryOperator;

use crate::{
    interpreter::{Choice, Choices, Interpreter, access::put, operator::Mutation},
    state::State,
    value::{Object, Value},
};

/// The longest list that repeating gives.
const REPEATED: i128 = 10_000;

impl Interpreter<'_> {
    /// Evaluates `|`, `&`, `-`, `^` of sets, `|` of dicts and `*` of sequences; `None` for anything else.
    pub(crate) fn container_operator(
        &mut self,
        state: &mut State,
        operator: BinaryOperator,
        (left, right): (&Value, &Value),
        mutation: Mutation,
    ) -> Option<Choices> {
        if operator == BinaryOperator::Mul {
            return self.repeated(state, left, right, mutation).or_else(|| self.repeated(state, right, left, mutation));
        }
        let (Value::Object(a), Value::Object(b)) = (left, right) else { return None };
        let (first, second) = (state.object(*a)?.clone(), state.object(*b)?.clone());
        let result = match (operator, first, second) {
            (BinaryOperator::BitOr, Object::Dict(mut entries), Object::Dict(more)) => {
                for pair in more {
                    if !put(&mut entries, pair) {
                        return None;
                    }
                }
                Object::Dict(entries)
            }
            (_, Object::Set(first), Object::Set(second)) => {
                Object::Set(self.set_operator(state, operator, (first, second))?)
            }
            _ => return None,
        };
        if mutation == Mutation::InPlace {
            *state.object_mut(*a)? = result;
            return Some(vec![Choice::value(left.clone())]);
        }
        Some(vec![Choice::value(Value::Object(state.allocate(result)))])
    }

    /// Joins two sets; `None` for another operator, or when an equality has to be decided first.
    pub(crate) fn set_operator(
        &mut self,
        state: &State,
        operator: BinaryOperator,
        (first, second): (Vec<Value>, Vec<Value>),
    ) -> Option<Vec<Value>> {
        let mut result = Vec::new();
        match operator {
            BinaryOperator::BitAnd => {
                for item in first {
                    if self.has_item(state, &second, &item)? {
                        result.push(item);
                    }
                }
            }
            BinaryOperator::Sub | BinaryOperator::BitXor | BinaryOperator::BitOr => {
                for item in &first {
                    if operator == BinaryOperator::BitOr || !self.has_item(state, &second, item)? {
                        result.push(item.clone());
                    }
                }
                if operator != BinaryOperator::Sub {
                    for item in second {
                        if !self.has_item(state, &first, &item)? {
                            result.push(item);
                        }
                    }
                }
            }
            BinaryOperator::Add
            | BinaryOperator::Mul
            | BinaryOperator::Div
            | BinaryOperator::FloorDiv
            | BinaryOperator::Mod
            | BinaryOperator::Pow
            | BinaryOperator::MatMul
            | BinaryOperator::LeftShift
            | BinaryOperator::RightShift => return None,
        }
        Some(result)
    }

    /// Tells whether an item equals one of several; `None` when that has to be decided first.
    pub(crate) fn has_item(&mut self, state: &State, items: &[Value], item: &Value) -> Option<bool> {
        for known in items {
            let equal = self.equal(state, known, item, 16);
            if self.decide_term(state, equal)? {
                return Some(true);
            }
        }
        Some(false)
    }

    /// Leaves equal items out; `None` when an equality has to be decided first.
    pub(crate) fn distinct(&mut self, state: &State, items: Vec<Value>) -> Option<Vec<Value>> {
        let mut kept: Vec<Value> = Vec::new();
        for item in items {
            if !self.has_item(state, &kept, &item)? {
                kept.push(item);
            }
        }
        Some(kept)
    }

    fn repeated(&mut self, state: &mut State, items: &Value, times: &Value, mutation: Mutation) -> Option<Choices> {
        let times = times.as_number()?.max(0);
        let list = |state: &State, id| match state.object(id) {
            Some(Object::List(items)) => Some(items.clone()),
            _ => None,
        };
        let known = match items {
            Value::Tuple(items) => items.to_vec(),
            Value::Object(id) if mutation == Mutation::Fresh => list(state, *id)?,
            _ => return None,
        };
        if times.checked_mul(i128::try_from(known.len()).ok()?)? > REPEATED {
            return None;
        }
        let all: Vec<Value> = (0..times).flat_map(|_| known.iter().cloned()).collect();
        Some(vec![Choice::value(match items {
            Value::Tuple(_) => Value::Tuple(all.into()),
            _ => Value::Object(state.allocate(Object::List(all))),
        })])
    }
}
