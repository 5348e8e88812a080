//! `math` and `round` on known numbers. Invariant: a result is given only where it is exact, or where Rust's library rounds
//! as C's does.

use crate::{
    interpreter::{Choice, Choices, Interpreter, arithmetic::as_float, call::Arguments, operator::as_integer},
    term::{BoolTerm, IntTerm, Order},
    value::{Influence, Value},
};

/// The largest float that is turned into an integer.
const WHOLE: f64 = 1e15;

impl Interpreter<'_> {
    /// Calls a function of `math`; `None` where it is not modelled or its argument is not known.
    pub(crate) fn call_math(&mut self, name: &str, arguments: &Arguments) -> Option<Choices> {
        let plain = arguments.plain()?;
        let value = match (name, plain) {
            ("floor" | "ceil" | "trunc", [value]) => match as_integer(value) {
                Some(term) => Value::Int(term),
                None => {
                    let number = as_float(value).filter(|number| number.abs() < WHOLE)?;
                    let whole = match name {
                        "floor" => number.floor(),
                        "ceil" => number.ceil(),
                        _ => number.trunc(),
                    };
                    Value::number(whole as i128)
                }
            },
            ("sqrt" | "isqrt", [value]) if as_integer(value).is_some_and(|term| term.as_const().is_none()) => {
                let term = as_integer(value)?;
                let negative = BoolTerm::compare(Order::Less, term, IntTerm::Const(0));
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
            ("gcd", [a, b]) => {
                let (mut a, mut b) = (a.as_number()?.checked_abs()?, b.as_number()?.checked_abs()?);
                while b != 0 {
                    (a, b) = (b, a.checked_rem(b)?);
                }
                Value::number(a)
            }
            ("isqrt", [value]) => {
                let number = value.as_number()?;
                if number < 0 {
                    return Some(vec![Choice::raise("ValueError")]);
                }
                Value::number(number.isqrt())
            }
            ("factorial", [value]) => {
                let number = value.as_number()?;
                if number < 0 {
                    return Some(vec![Choice::raise("ValueError")]);
                }
                let product = (1..=number.min(100)).try_fold(1_i128, i128::checked_mul);
                match product.filter(|_| number <= 33) {
                    Some(product) => Value::number(product),
                    None => Value::Int(self.fresh_integer()),
                }
            }
            _ => return None,
        };
        Some(vec![Choice::value(value)])
    }

    /// Calls `round` with one argument: to the even one of two neighbours that are equally near.
    pub(crate) fn rounded(&mut self, arguments: &Arguments) -> Option<Choices> {
        let [value] = arguments.plain()? else { return None };
        if let Some(term) = as_integer(value) {
            return Some(vec![Choice::value(Value::Int(term))]);
        }
        let number = as_float(value).filter(|number| number.abs() < WHOLE)?;
        Some(vec![Choice::value(Value::Int(IntTerm::Const(number.round_ties_even() as i128)))])
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
