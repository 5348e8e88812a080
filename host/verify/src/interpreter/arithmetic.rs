//! Arithmetic. Invariant: a result is Python's own for unbounded integers and for known floats; what is not known exactly
//! is an unknown integer only where Python gives an integer for every operand.

use std::cmp::Ordering;

use ir::instruction::BinaryOperator;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

use crate::{
    integer::{self, Quotient},
    interpreter::{Choice, Choices, Interpreter, operator::as_integer},
    state::State,
    term::{BoolTerm, IntTerm, Order},
    value::{Influence, Value},
};

/// Terms deeper than this are replaced by a fresh unknown.
const TERM_DEPTH: u32 = 48;

/// The largest exponent that is multiplied out for a base that is not known.
const EXPONENT: u32 = 8;

/// The most truth values that are counted by trying both values of each.
const TRUTHS: usize = 6;

impl Interpreter<'_> {
    /// Evaluates an operator on integers.
    pub(crate) fn integers(&mut self, operator: BinaryOperator, left: &IntTerm, right: &IntTerm) -> Choices {
        let divides = matches!(operator, BinaryOperator::FloorDiv | BinaryOperator::Mod | BinaryOperator::Div);
        if divides && right.as_const().is_some_and(Zero::is_zero) {
            return vec![Choice::raise("ZeroDivisionError")];
        }
        let value = match operator {
            BinaryOperator::Add => self.number(IntTerm::add(left, right)),
            BinaryOperator::Sub => self.number(IntTerm::sub(left, right)),
            BinaryOperator::Mul => self.number(IntTerm::mul(left, right)),
            BinaryOperator::FloorDiv => self.number(IntTerm::floor_div(left, right)),
            BinaryOperator::Mod => self.number(IntTerm::modulo(left, right)),
            BinaryOperator::Pow => match (left.as_const(), right.as_const()) {
                // A negative exponent gives a float.
                (_, None) => self.fresh_opaque("the result of `**`", Influence::Environment),
                (Some(base), Some(exponent)) if base.is_zero() && exponent.is_negative() => {
                    return vec![Choice::raise("ZeroDivisionError")];
                }
                (_, Some(exponent)) if exponent.is_negative() => self.fresh_float("a float", Influence::Environment),
                (Some(base), Some(exponent)) => self.number(integer::power(base, exponent).map(IntTerm::Const)),
                (None, Some(exponent)) => {
                    let small = exponent.to_u32().filter(|exponent| *exponent <= EXPONENT);
                    self.number(small.and_then(|exponent| IntTerm::power(left, exponent)))
                }
            },
            BinaryOperator::BitAnd | BinaryOperator::BitOr | BinaryOperator::BitXor => {
                self.number(bitwise(operator, left, right))
            }
            BinaryOperator::LeftShift | BinaryOperator::RightShift => match right.as_const() {
                Some(by) if by.is_negative() => return vec![Choice::raise("ValueError")],
                Some(by) => self.number(shifted(operator, left, by)),
                None => {
                    let negative = BoolTerm::compare(Order::Less, right.clone(), IntTerm::number(0));
                    let shifted = self.number(None);
                    return vec![
                        Choice::value(shifted).when(negative.clone().negate()),
                        Choice::raise("ValueError").when(negative),
                    ];
                }
            },
            BinaryOperator::Div => match (left.as_const(), right.as_const()) {
                (Some(a), Some(b)) => match integer::true_quotient(a, b) {
                    Some(Quotient::Float(quotient)) => Value::Float(quotient),
                    Some(Quotient::Overflows) => return vec![Choice::raise("OverflowError")],
                    Some(Quotient::Tiny) | None => self.fresh_float("a quotient", Influence::Environment),
                },
                (Some(_) | None, _) => self.fresh_float("a quotient", Influence::Environment),
            },
            BinaryOperator::MatMul => return vec![Choice::raise("TypeError")],
        };
        let value = Choice::value(value);
        if divides && right.as_const().is_none() {
            let zero = BoolTerm::compare(Order::Equal, right.clone(), IntTerm::number(0));
            return vec![value.when(zero.clone().negate()), Choice::raise("ZeroDivisionError").when(zero)];
        }
        vec![value]
    }

    fn number(&mut self, term: Option<IntTerm>) -> Value {
        Value::Int(match term {
            Some(term) if term.depth(TERM_DEPTH) < TERM_DEPTH => term,
            Some(_) | None => self.fresh_integer(),
        })
    }

    /// Evaluates an operator on truth values that are not known: each is tried as 0 and as 1. `None` for other values.
    pub(crate) fn count_truths(
        &mut self,
        state: &mut State,
        operator: BinaryOperator,
        (left, right): (&Value, &Value),
    ) -> Option<Choices> {
        let is_number = |value: &Value| matches!(value, Value::Int(_) | Value::Bool(_) | Value::Float(_));
        if !is_number(left) || !is_number(right) {
            return None;
        }
        if let (Value::Bool(a), Value::Bool(b)) = (left, right) {
            let (a, b) = (a.clone(), b.clone());
            let term = match operator {
                BinaryOperator::BitAnd => Some(a.and(b)),
                BinaryOperator::BitOr => Some(a.or(b)),
                BinaryOperator::BitXor => Some(a.clone().and(b.clone().negate()).or(a.negate().and(b))),
                BinaryOperator::Add
                | BinaryOperator::Sub
                | BinaryOperator::Mul
                | BinaryOperator::Div
                | BinaryOperator::FloorDiv
                | BinaryOperator::Mod
                | BinaryOperator::Pow
                | BinaryOperator::MatMul
                | BinaryOperator::LeftShift
                | BinaryOperator::RightShift => None,
            };
            if let Some(term) = term {
                return Some(vec![Choice::value(Value::Bool(term))]);
            }
        }
        let ways = ways_of_truths(&[left.clone(), right.clone()])?;
        if ways.len() < 2 {
            return None;
        }
        let mut choices = Vec::new();
        for (when, values) in ways {
            let [left, right] = values.as_slice() else { return None };
            let operands = (left.clone(), right.clone());
            for mut choice in self.binary(state, operator, operands, super::operator::Mutation::Fresh) {
                choice.when = when.clone().and(choice.when);
                choices.push(choice);
            }
        }
        Some(choices)
    }
}

/// Lists the ways in which truth values that are not known may come out, each as 0 or 1; `None` when there are too many.
pub(crate) fn ways_of_truths(values: &[Value]) -> Option<Vec<(BoolTerm, Vec<Value>)>> {
    let is_open = |value: &&Value| matches!(value, Value::Bool(term) if !matches!(term, BoolTerm::Const(_)));
    if values.iter().filter(is_open).count() > TRUTHS {
        return None;
    }
    let mut ways = vec![(BoolTerm::Const(true), Vec::new())];
    for value in values {
        let mut next = Vec::new();
        for (when, taken) in ways {
            let mut add = |when: BoolTerm, value: Value| {
                let mut taken: Vec<Value> = taken.clone();
                taken.push(value);
                next.push((when, taken));
            };
            match value {
                Value::Bool(term) if !matches!(term, BoolTerm::Const(_)) => {
                    add(when.clone().and(term.clone()), Value::number(1));
                    add(when.and(term.clone().negate()), Value::number(0));
                }
                other => add(when, other.clone()),
            }
        }
        ways = next;
    }
    Some(ways)
}

fn bitwise(operator: BinaryOperator, left: &IntTerm, right: &IntTerm) -> Option<IntTerm> {
    if let (Some(a), Some(b)) = (left.as_const(), right.as_const()) {
        let bits = match operator {
            BinaryOperator::BitAnd => a & b,
            BinaryOperator::BitOr => a | b,
            _ => a ^ b,
        };
        return integer::kept(bits).map(IntTerm::Const);
    }
    let (value, mask) = match (left.as_const(), right.as_const()) {
        (None, Some(mask)) => (left, mask),
        (Some(mask), None) => (right, mask),
        (Some(_), Some(_)) | (None, None) => return None,
    };
    let common = IntTerm::bit_and(value, mask)?;
    let sum = || IntTerm::add(value, &IntTerm::Const(mask.clone()));
    match operator {
        BinaryOperator::BitAnd => Some(common),
        BinaryOperator::BitOr => IntTerm::sub(&sum()?, &common),
        _ => IntTerm::sub(&sum()?, &IntTerm::mul(&common, &IntTerm::number(2))?),
    }
}

/// Shifts to the left or the right by a number that is not negative.
fn shifted(operator: BinaryOperator, left: &IntTerm, by: &BigInt) -> Option<IntTerm> {
    let factor = by.to_u64().and_then(integer::power_of_two);
    match (operator, left.as_const(), factor) {
        (BinaryOperator::LeftShift, Some(number), _) if number.is_zero() => Some(left.clone()),
        (BinaryOperator::LeftShift, _, factor) => IntTerm::mul(left, &IntTerm::Const(factor?)),
        (_, _, Some(factor)) => IntTerm::floor_div(left, &IntTerm::Const(factor)),
        // No kept number has as many bits.
        (_, Some(number), None) => Some(IntTerm::number(if number.is_negative() { -1 } else { 0 })),
        (_, None, None) => None,
    }
}

/// Sees a known number as a float, when that is exact.
pub(crate) fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        other => integer::to_equal_float(as_integer(other)?.as_const()?),
    }
}

/// Sees a known number as the nearest float; `None` where it is not known, or too large for one.
pub(crate) fn to_float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        other => integer::to_float(as_integer(other)?.as_const()?),
    }
}

/// Tells whether a known integer is too large for a float.
pub(crate) fn exceeds_floats(value: &Value) -> bool {
    as_integer(value).is_some_and(|term| term.as_const().is_some_and(|number| integer::to_float(number).is_none()))
}

/// Compares an integer with a float, both known; `None` for other values, and for a float that is no number.
pub(crate) fn compared(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Float(float), number) => {
            integer::compared(as_integer(number)?.as_const()?, *float).map(Ordering::reverse)
        }
        (number, Value::Float(float)) => integer::compared(as_integer(number)?.as_const()?, *float),
        _ => None,
    }
}

/// Tells whether an operator makes a float of a float and an integer, which becomes one first.
pub(crate) fn has_float_result(operator: BinaryOperator) -> bool {
    match operator {
        BinaryOperator::Add
        | BinaryOperator::Sub
        | BinaryOperator::Mul
        | BinaryOperator::Div
        | BinaryOperator::FloorDiv
        | BinaryOperator::Mod
        | BinaryOperator::Pow => true,
        BinaryOperator::MatMul
        | BinaryOperator::LeftShift
        | BinaryOperator::RightShift
        | BinaryOperator::BitAnd
        | BinaryOperator::BitOr
        | BinaryOperator::BitXor => false,
    }
}

/// Evaluates an operator on known numbers of which one is a float; `None` for other operands and for powers.
pub(crate) fn floats(operator: BinaryOperator, left: &Value, right: &Value) -> Option<Choices> {
    if !matches!(left, Value::Float(_)) && !matches!(right, Value::Float(_)) {
        return None;
    }
    let (Some(a), Some(b)) = (to_float(left), to_float(right)) else {
        let overflows = has_float_result(operator) && (exceeds_floats(left) || exceeds_floats(right));
        return overflows.then(|| vec![Choice::raise("OverflowError")]);
    };
    let divides = matches!(operator, BinaryOperator::Div | BinaryOperator::FloorDiv | BinaryOperator::Mod);
    if divides && b == 0.0 {
        return Some(vec![Choice::raise("ZeroDivisionError")]);
    }
    let number = match operator {
        BinaryOperator::Add => a + b,
        BinaryOperator::Sub => a - b,
        BinaryOperator::Mul => a * b,
        BinaryOperator::Div => a / b,
        BinaryOperator::FloorDiv if (a / b).abs() < 1e9 && a.fract() == 0.0 && b.fract() == 0.0 => (a / b).floor(),
        BinaryOperator::FloorDiv | BinaryOperator::Mod | BinaryOperator::Pow => return None,
        BinaryOperator::MatMul
        | BinaryOperator::LeftShift
        | BinaryOperator::RightShift
        | BinaryOperator::BitAnd
        | BinaryOperator::BitOr
        | BinaryOperator::BitXor => return Some(vec![Choice::raise("TypeError")]),
    };
    Some(vec![Choice::value(Value::Float(number))])
}
