//! `math` and `round` on known numbers. Invariant: a result is given only where it is exact, or where Rust's library rounds
//! as C's does.

use ir::instruction::BinaryOperator;
use num_bigint::BigInt;
use num_traits::{One, Signed};

use crate::{
    integer::{self, ModularPower},
    interpreter::{
        Choice, Choices, Interpreter,
        arithmetic::as_float,
        call::Arguments,
        operator::{Mutation, as_integer},
    },
    state::State,
    term::{BoolTerm, IntTerm, Order},
    value::{Influence, Value},
};

impl Interpreter<'_> {
    /// Calls a function of `math`; `None` where it is not modelled or its argument is not known.
    pub(crate) fn call_math(&mut self, name: &str, arguments: &Arguments) -> Option<Choices> {
        let plain = arguments.plain()?;
        let value = match (name, plain) {
            ("floor" | "ceil" | "trunc", [value]) => match as_integer(value) {
                Some(term) => Value::Int(term),
                None => {
                    let number = as_float(value)?;
                    let whole = match name {
                        "floor" => number.floor(),
                        "ceil" => number.ceil(),
                        _ => number.trunc(),
                    };
                    Value::number(integer::of_float(whole)?)
                }
            },
            ("sqrt" | "isqrt", [value]) if as_integer(value).is_some_and(|term| term.as_const().is_none()) => {
                let term = as_integer(value)?;
                let negative = BoolTerm::compare(Order::Less, term, IntTerm::number(0));
                let root = match name {
                    "sqrt" => self.fresh_float("a square root", Influence::Environment),
                    _ => Value::Int(self.fresh_integer()),
                };
                return Some(vec![
                    Choice::value(root).when(negative.clone().negate()),
                    Choice::raise("ValueError").when(negative),
                ]);
            }
            ("sqrt", [value]) => {
                let number = as_float(value)?;
                if number < 0.0 {
                    return Some(vec![Choice::raise("ValueError")]);
                }
                Value::Float(number.sqrt())
            }
            ("gcd", [a, b]) => match integer::common_divisor(a.known_integer()?, b.known_integer()?) {
                Some(divisor) => Value::number(divisor),
                None => Value::Int(self.fresh_integer()),
            },
            ("isqrt", [value]) => {
                let number = value.known_integer()?;
                if number.is_negative() {
                    return Some(vec![Choice::raise("ValueError")]);
                }
                Value::number(number.sqrt())
            }
            ("factorial", [value]) => {
                let number = value.as_number()?;
                if number < 0 {
                    return Some(vec![Choice::raise("ValueError")]);
                }
                match (1..=number).try_fold(BigInt::one(), |product, factor| integer::kept(product * factor)) {
                    Some(product) => Value::number(product),
                    None => Value::Int(self.fresh_integer()),
                }
            }
            _ => return None,
        };
        Some(vec![Choice::value(value)])
    }

    /// Calls `pow` on integers; `None` where it is not modelled, or with three where one of them is not known.
    pub(crate) fn power_of(&mut self, state: &mut State, arguments: &[Value]) -> Option<Choices> {
        let numbers: Vec<IntTerm> = arguments.iter().map(as_integer).collect::<Option<_>>()?;
        match numbers.as_slice() {
            [base, exponent] => {
                let operands = (Value::Int(base.clone()), Value::Int(exponent.clone()));
                Some(self.binary(state, BinaryOperator::Pow, operands, Mutation::Fresh))
            }
            [base, exponent, modulus] => {
                let power = integer::modular_power(base.as_const()?, exponent.as_const()?, modulus.as_const()?);
                Some(vec![match power {
                    ModularPower::Number(number) => Choice::value(Value::number(number)),
                    ModularPower::Raises => Choice::raise("ValueError"),
                    ModularPower::Large => return None,
                }])
            }
            _ => None,
        }
    }

    /// Calls `round` with one argument: to the even one of two neighbours that are equally near.
    pub(crate) fn rounded(&mut self, arguments: &Arguments) -> Option<Choices> {
        let [value] = arguments.plain()? else { return None };
        if let Some(term) = as_integer(value) {
            return Some(vec![Choice::value(Value::Int(term))]);
        }
        Some(vec![Choice::value(Value::number(integer::of_float(as_float(value)?.round_ties_even())?))])
    }
}

/// Gives a constant of `math`.
pub(crate) fn constant(path: &str) -> Option<f64> {
    Some(match path {
        "math.pi" => std::f64::consts::PI,
        "math.e" => std::f64::consts::E,
        "math.tau" => std::f64::consts::TAU,
        "math.inf" => f64::INFINITY,
        "math.nan" => f64::NAN,
        _ => return None,
    })
}
