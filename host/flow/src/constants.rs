//! Arithmetic on constants, as far as branches and keys need it. Invariant: a result is what CPython computes, or none
//! is given.

use std::{collections::BTreeMap, rc::Rc};

use ir::instruction::{BinaryOperator, CompareOperator, Constant, UnaryOperator};

use crate::{
    taint::Key,
    value::{Parts, Shape, Value},
};

/// Longest text that folding makes.
const MAX_TEXT: usize = 10_000;
/// Largest constant container that is spread into parts.
const MAX_ELEMENTS: usize = 64;

fn int(constant: &Constant) -> Option<i64> {
    match constant {
        Constant::Int(digits) => digits.parse().ok(),
        Constant::Bool(value) => Some(i64::from(*value)),
        _ => None,
    }
}

fn number(value: Option<i64>) -> Option<Constant> {
    value.map(|value| Constant::Int(value.to_string()))
}

/// Gives `bool(constant)`.
pub(crate) fn truth(constant: &Constant) -> bool {
    match constant {
        Constant::None => false,
        Constant::Bool(value) => *value,
        Constant::Int(digits) => digits.trim_start_matches('-').bytes().any(|digit| digit != b'0'),
        Constant::Float(text) => {
            let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
            mantissa.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0')
        }
        Constant::Str(text) => !text.is_empty(),
        Constant::Bytes(bytes) => !bytes.is_empty(),
        Constant::Ellipsis => true,
        Constant::Tuple(items) | Constant::List(items) | Constant::Set(items) => !items.is_empty(),
        Constant::Dict(items) => !items.is_empty(),
    }
}

fn is_container(constant: &Constant) -> bool {
    matches!(constant, Constant::Tuple(_) | Constant::List(_) | Constant::Set(_) | Constant::Dict(_))
}

/// Gives `len(constant)`.
pub(crate) fn length(constant: &Constant) -> Option<i64> {
    let length = match constant {
        Constant::Str(text) => text.chars().count(),
        Constant::Bytes(bytes) => bytes.len(),
        Constant::Tuple(items) | Constant::List(items) => items.len(),
        Constant::Set(items) if items.len() < 2 => items.len(),
        Constant::Dict(items) if items.len() < 2 => items.len(),
        Constant::Dict(items) => {
            let keys: Option<std::collections::BTreeSet<Key>> = items.iter().map(|(known, _)| key(known)).collect();
            keys?.len()
        }
        Constant::Set(_)
        | Constant::None
        | Constant::Bool(_)
        | Constant::Int(_)
        | Constant::Float(_)
        | Constant::Ellipsis => return None,
    };
    i64::try_from(length).ok()
}

/// Gives the key that a constant is, when parts can have it.
pub(crate) fn key(constant: &Constant) -> Option<Key> {
    match constant {
        Constant::Str(text) => Some(Key::Str(text.as_str().into())),
        Constant::Int(_) | Constant::Bool(_) => int(constant).map(Key::Int),
        _ => None,
    }
}

/// Gives an element of a constant container or a character of a string.
pub(crate) fn element(constant: &Constant, wanted: &Key) -> Option<Constant> {
    let at = |length: usize| match wanted {
        Key::Int(index) if *index < 0 => usize::try_from(index.checked_add(i64::try_from(length).ok()?)?).ok(),
        Key::Int(index) => usize::try_from(*index).ok(),
        Key::Str(_) | Key::Attribute(_) | Key::Any | Key::Keys => None,
    };
    match constant {
        Constant::Tuple(items) | Constant::List(items) => items.get(at(items.len())?).cloned(),
        Constant::Str(text) => {
            let index = at(text.chars().count())?;
            text.chars().nth(index).map(|found| Constant::Str(found.into()))
        }
        Constant::Dict(items) => {
            items.iter().rev().find(|(known, _)| key(known).as_ref() == Some(wanted)).map(|(_, value)| value.clone())
        }
        _ => None,
    }
}

/// Gives the elements of a constant container as parts.
pub(crate) fn parts(constant: &Constant) -> Option<Parts> {
    match constant {
        Constant::Tuple(items) | Constant::List(items) if items.len() <= MAX_ELEMENTS => {
            let entries = (0_i64..).map(Key::Int).zip(items.iter().cloned().map(Value::constant)).collect();
            Some(Parts { entries, shape: Shape::Sequence, length: i64::try_from(items.len()).ok() })
        }
        Constant::Tuple(_) | Constant::List(_) | Constant::Set(_) => {
            let entries = BTreeMap::from([(Key::Any, Value::fixed())]);
            Some(Parts { entries, shape: Shape::Sequence, length: None })
        }
        Constant::Dict(items) if items.len() <= MAX_ELEMENTS => {
            let entries: BTreeMap<Key, Value> =
                items.iter().filter_map(|(known, value)| Some((key(known)?, Value::constant(value.clone())))).collect();
            Some(Parts { entries, shape: Shape::Mapping, length: None })
        }
        _ => None,
    }
}

/// Gives a comparison's result.
pub(crate) fn compare(operator: CompareOperator, left: &Constant, right: &Constant) -> Option<bool> {
    let order = match (left, right) {
        (Constant::Str(left), Constant::Str(right)) => Some(left.cmp(right)),
        _ => int(left).zip(int(right)).map(|(left, right)| left.cmp(&right)),
    };
    match operator {
        CompareOperator::Equal | CompareOperator::NotEqual => {
            let is_equal = match order {
                Some(order) => order.is_eq(),
                None if matches!((left, right), (Constant::Float(_), _) | (_, Constant::Float(_))) => return None,
                None if left == right => true,
                None if is_container(left) && is_container(right) => return None,
                None => false,
            };
            Some(is_equal == (operator == CompareOperator::Equal))
        }
        CompareOperator::Less => order.map(std::cmp::Ordering::is_lt),
        CompareOperator::LessEqual => order.map(std::cmp::Ordering::is_le),
        CompareOperator::Greater => order.map(std::cmp::Ordering::is_gt),
        CompareOperator::GreaterEqual => order.map(std::cmp::Ordering::is_ge),
        CompareOperator::In | CompareOperator::NotIn => {
            let is_in = match (left, right) {
                (Constant::Str(left), Constant::Str(right)) => right.contains(left.as_str()),
                (_, Constant::Tuple(items) | Constant::List(items) | Constant::Set(items)) => {
                    contains(items.iter(), left)?
                }
                (_, Constant::Dict(items)) => contains(items.iter().map(|(known, _)| known), left)?,
                _ => return None,
            };
            Some(is_in == (operator == CompareOperator::In))
        }
        CompareOperator::Is | CompareOperator::IsNot => {
            let is_singleton =
                |constant: &Constant| matches!(constant, Constant::None | Constant::Bool(_) | Constant::Ellipsis);
            let is_same = (is_singleton(left) || is_singleton(right)).then_some(left == right)?;
            Some(is_same == (operator == CompareOperator::Is))
        }
    }
}

fn contains<'c>(mut items: impl Iterator<Item = &'c Constant>, wanted: &Constant) -> Option<bool> {
    let mut is_known = true;
    let is_found = items.any(|item| match compare(CompareOperator::Equal, item, wanted) {
        Some(is_equal) => is_equal,
        None => {
            is_known = false;
            false
        }
    });
    (is_found || is_known).then_some(is_found)
}

/// Gives `left operator right`.
pub(crate) fn binary(operator: BinaryOperator, left: &Constant, right: &Constant) -> Option<Constant> {
    if let (Constant::Str(left), Constant::Str(right)) = (left, right) {
        let is_short = left.len() + right.len() <= MAX_TEXT;
        return (operator == BinaryOperator::Add && is_short).then(|| Constant::Str(format!("{left}{right}")));
    }
    if let (Constant::Str(text), Constant::Int(_), BinaryOperator::Mul) = (left, right, operator) {
        let count = usize::try_from(int(right)?.max(0)).ok()?;
        return (text.len().checked_mul(count)? <= MAX_TEXT).then(|| Constant::Str(text.repeat(count)));
    }
    let (left, right) = (int(left)?, int(right)?);
    match operator {
        BinaryOperator::LeftShift => {
            number(u32::try_from(right).ok().filter(|by| *by < 62).and_then(|by| left.checked_mul(1 << by)))
        }
        BinaryOperator::RightShift => number(u32::try_from(right).ok().and_then(|by| left.checked_shr(by))),
        BinaryOperator::Add => number(left.checked_add(right)),
        BinaryOperator::Sub => number(left.checked_sub(right)),
        BinaryOperator::Mul => number(left.checked_mul(right)),
        BinaryOperator::FloorDiv => number(floor_div(left, right)),
        BinaryOperator::Mod => number(floor_div(left, right).and_then(|q| left.checked_sub(q.checked_mul(right)?))),
        BinaryOperator::Div if right != 0 && left.checked_rem(right) == Some(0) => {
            left.checked_div(right).map(|quotient| Constant::Float(format!("{quotient}.0")))
        }
        BinaryOperator::Pow => number(u32::try_from(right).ok().and_then(|power| left.checked_pow(power))),
        BinaryOperator::BitAnd => number(Some(left & right)),
        BinaryOperator::BitOr => number(Some(left | right)),
        BinaryOperator::BitXor => number(Some(left ^ right)),
        BinaryOperator::Div | BinaryOperator::MatMul => None,
    }
}

fn floor_div(left: i64, right: i64) -> Option<i64> {
    let quotient = left.checked_div(right)?;
    let is_inexact = left.checked_rem(right)? != 0;
    Some(if is_inexact && (left < 0) != (right < 0) { quotient - 1 } else { quotient })
}

/// Gives `operator operand`.
pub(crate) fn unary(operator: UnaryOperator, operand: &Constant) -> Option<Constant> {
    match operator {
        UnaryOperator::Not => Some(Constant::Bool(!truth(operand))),
        UnaryOperator::Minus => number(int(operand)?.checked_neg()),
        UnaryOperator::Plus => number(int(operand)),
        UnaryOperator::Invert => number(int(operand).map(|value| !value)),
    }
}

/// Gives the result of a method of a constant string.
pub(crate) fn str_method(text: &str, method: &str, arguments: &[Option<Rc<Constant>>]) -> Option<Constant> {
    let given: Option<Vec<&Constant>> = arguments.iter().map(|argument| argument.as_deref()).collect();
    let given = given?;
    let str = |text: String| (text.len() <= MAX_TEXT).then_some(Constant::Str(text));
    let list = |items: Vec<&str>| Constant::List(items.into_iter().map(|item| Constant::Str(item.into())).collect());
    let bool = |value: bool| Some(Constant::Bool(value));
    let count = |value: Option<usize>| number(value.map_or(Some(-1), |value| i64::try_from(value).ok()));
    let is_all = |test: fn(char) -> bool| bool(!text.is_empty() && text.chars().all(test));
    match (method, given.as_slice()) {
        ("lower" | "casefold", []) => str(text.to_lowercase()),
        ("upper", []) => str(text.to_uppercase()),
        ("strip", []) => str(text.trim().into()),
        ("lstrip", []) => str(text.trim_start().into()),
        ("rstrip", []) => str(text.trim_end().into()),
        ("isdigit" | "isdecimal", []) if text.is_ascii() => is_all(|letter| letter.is_ascii_digit()),
        ("isalnum", []) if text.is_ascii() => is_all(|letter| letter.is_ascii_alphanumeric()),
        ("isalpha", []) if text.is_ascii() => is_all(|letter| letter.is_ascii_alphabetic()),
        ("startswith", [Constant::Str(prefix)]) => bool(text.starts_with(prefix)),
        ("endswith", [Constant::Str(suffix)]) => bool(text.ends_with(suffix)),
        ("removeprefix", [Constant::Str(prefix)]) => str(text.strip_prefix(prefix.as_str()).unwrap_or(text).into()),
        ("removesuffix", [Constant::Str(suffix)]) => str(text.strip_suffix(suffix.as_str()).unwrap_or(text).into()),
        ("replace", [Constant::Str(old), Constant::Str(new)]) if !old.is_empty() => str(text.replace(old, new)),
        ("count", [Constant::Str(part)]) if !part.is_empty() => count(Some(text.matches(part.as_str()).count())),
        ("find", [Constant::Str(part)]) => {
            count(text.split_once(part.as_str()).map(|(before, _)| before.chars().count()))
        }
        ("split", []) => Some(list(text.split_whitespace().collect())),
        ("split", [Constant::Str(by)]) if !by.is_empty() => Some(list(text.split(by.as_str()).collect())),
        ("splitlines", []) if !text.contains(['\u{b}', '\u{c}', '\u{85}']) => Some(list(text.lines().collect())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int_of(value: i64) -> Constant {
        Constant::Int(value.to_string())
    }

    #[test]
    fn folds_as_python_does() {
        assert_eq!(binary(BinaryOperator::FloorDiv, &int_of(-7), &int_of(2)), Some(int_of(-4)));
        assert_eq!(binary(BinaryOperator::Mod, &int_of(-7), &int_of(2)), Some(int_of(1)));
        assert_eq!(binary(BinaryOperator::FloorDiv, &int_of(1), &int_of(0)), None);
        assert!(!truth(&Constant::Float("0.0e5".into())));
        assert!(truth(&Constant::Int("-10".into())));
        let letters = Constant::Str("ABC".into());
        assert_eq!(element(&letters, &Key::Int(-2)), Some(Constant::Str("B".into())));
        assert_eq!(compare(CompareOperator::In, &Constant::Str("BC".into()), &letters), Some(true));
        assert_eq!(compare(CompareOperator::Is, &Constant::None, &letters), Some(false));
        assert_eq!(compare(CompareOperator::Equal, &Constant::Bool(true), &int_of(1)), Some(true));
    }
}
