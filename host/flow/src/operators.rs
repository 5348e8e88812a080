//! Operators and formatted text. Invariant: what comes out as a number carries nothing of the attacker's text.

use std::rc::Rc;

use ir::instruction::{BinaryOperator, Constant, FormatPart, UnaryOperator};
use model::span::Span;

use crate::{
    constants,
    function_pass::Pass,
    language_set::LanguageSet,
    state::State,
    taint::{Key, Taints},
    text::{Piece, Text},
    trace::Clause,
    value::{Shape, Value},
};

impl Pass<'_, '_> {
    pub(crate) fn binary(&mut self, operator: BinaryOperator, left: &Value, right: &Value, span: Span) -> Value {
        let is_fixed = left.is_fixed && right.is_fixed;
        if let (Some(left), Some(right)) = (&left.constant, &right.constant)
            && let Some(folded) = constants::binary(operator, left, right)
        {
            return Value::constant(folded);
        }
        let (mut value, clause) = match operator {
            BinaryOperator::Pow
            | BinaryOperator::FloorDiv
            | BinaryOperator::LeftShift
            | BinaryOperator::RightShift
            | BinaryOperator::MatMul => return Value { is_fixed, ..Value::default() },
            BinaryOperator::Mod => (interpolated(left, right), Clause::Formatted),
            BinaryOperator::Add => {
                if let Some(list) = joined_lists(left, right) {
                    return list;
                }
                if Text::known(left).is_some() || Text::known(right).is_some() {
                    let mut text = Text::of(left);
                    text.append(Text::of(right));
                    (text.into_value(), Clause::Concatenated)
                } else {
                    (Value::tainted(both(left, right)), Clause::Concatenated)
                }
            }
            BinaryOperator::BitOr => match merged(left, right) {
                Some(merged) => return merged,
                None => (Value::tainted(both(left, right)), Clause::Concatenated),
            },
            BinaryOperator::BitAnd => {
                // What is in both sets is in the one that the author wrote.
                if is_fixed_set(left) || is_fixed_set(right) {
                    return Value::sequence_of(Value::fixed());
                }
                (Value::tainted(both(left, right)), Clause::Concatenated)
            }
            BinaryOperator::Mul => match repeated(left, right) {
                Some(list) => return list,
                None => (Value::tainted(both(left, right)), Clause::Concatenated),
            },
            BinaryOperator::Sub if left.parts.is_some() => {
                return Value { constant: None, bound_to: None, ..left.clone().loose() };
            }
            BinaryOperator::Div | BinaryOperator::Sub | BinaryOperator::BitXor => {
                (Value::tainted(both(left, right)), Clause::Concatenated)
            }
        };
        value.is_fixed = value.is_fixed || is_fixed;
        value.taints.map_clean(LanguageSet::without_facts);
        self.extend(&mut value.taints, &clause, span);
        value
    }

    pub(crate) fn unary(&mut self, operator: UnaryOperator, value: &Value) -> Value {
        if let Some(folded) = value.constant.as_deref().and_then(|constant| constants::unary(operator, constant)) {
            return Value::constant(folded);
        }
        if operator != UnaryOperator::Not {
            return Value::tainted(value.all_taints());
        }
        let guard = value.guard.as_ref().map(|guard| Rc::new(guard.flipped()));
        let guard = guard.or_else(|| value.about.as_ref()?.when_falsy().map(Rc::new));
        Value { guard, truth: value.truth().map(|truth| !truth), ..Value::default() }
    }

    pub(crate) fn format(&mut self, state: &mut State, parts: &[FormatPart], span: Span) -> Value {
        let mut text = Text::default();
        let mut is_fixed = true;
        for part in parts {
            match part {
                FormatPart::Text(literal) => text.push(Piece::Literal(literal.clone())),
                FormatPart::Value { value, conversion, spec, span } => {
                    let value = self.eval(state, value, *span);
                    is_fixed &= value.is_fixed;
                    if is_numeric_spec(spec) {
                        text.push(Piece::Data(Taints::default()));
                    } else if conversion.is_none() && spec.is_empty() {
                        text.append(shown(&value));
                    } else {
                        text.push(Piece::Data(value.all_taints()));
                    }
                }
            }
        }
        let mut value = text.into_value();
        value.is_fixed = is_fixed;
        value.taints.map_clean(LanguageSet::without_facts);
        self.extend(&mut value.taints, &Clause::Formatted, span);
        value
    }
}

/// Gives `str(value)`.
pub(crate) fn shown(value: &Value) -> Text {
    match value.constant.as_deref() {
        Some(Constant::Int(digits)) => Text::literal(digits),
        Some(Constant::Bool(true)) => Text::literal("True"),
        Some(Constant::Bool(false)) => Text::literal("False"),
        Some(Constant::None) => Text::literal("None"),
        _ => Text::of(value),
    }
}

fn both(left: &Value, right: &Value) -> Taints {
    let mut taints = left.all_taints();
    taints.join(&right.all_taints());
    taints
}

/// Tells whether a value is a set, or the like, of things that the author wrote.
pub(crate) fn is_fixed_set(value: &Value) -> bool {
    let is_collection =
        matches!(value.constant.as_deref(), Some(Constant::Set(_) | Constant::Tuple(_) | Constant::List(_)));
    is_collection || (value.is_fixed && value.parts.is_some())
}

/// `{**left, **right}`.
fn merged(left: &Value, right: &Value) -> Option<Value> {
    let is_dict = |value: &Value| match value.constant.as_deref() {
        Some(Constant::Dict(_)) => true,
        _ => value.parts.as_ref().is_some_and(|parts| parts.shape == Shape::Mapping),
    };
    if !is_dict(left) || !is_dict(right) {
        return None;
    }
    let mut merged = left.clone().loose();
    merged.update_with(right);
    Some(merged)
}

/// `[a] * 2`.
fn repeated(left: &Value, right: &Value) -> Option<Value> {
    let parts = left.parts.as_ref().filter(|parts| parts.shape == Shape::Sequence)?;
    let count = right.constant.as_deref().and_then(constants::key);
    let items: Option<Vec<Value>> =
        parts.length.and_then(|length| (0..length).map(|index| parts.entries.get(&Key::Int(index)).cloned()).collect());
    match (count, items) {
        (Some(Key::Int(count)), Some(items)) if (1..=16).contains(&count) => {
            let copies = usize::try_from(count).unwrap_or(1);
            let all = std::iter::repeat_n(items, copies).flatten().collect();
            Some(Value::sequence(all))
        }
        _ => Some(Value::sequence_of(left.element())),
    }
}

/// `[a] + [b]`, as far as positions are known.
fn joined_lists(left: &Value, right: &Value) -> Option<Value> {
    if Text::known(left).is_some() || Text::known(right).is_some() {
        return None;
    }
    let (mut left, mut right) = (left.clone(), right.clone());
    if left.parts.is_none() {
        left.spread_constant();
    }
    if right.parts.is_none() {
        right.spread_constant();
    }
    let offset = left.parts.as_ref()?.length?;
    let mut joined = left.clone();
    joined.home = None;
    match right.parts.as_ref().and_then(|parts| Some((parts, parts.length?))) {
        Some((parts, length)) => {
            for (key, part) in &parts.entries {
                if let Key::Int(index) = key {
                    joined.set_part(&Key::Int(index.saturating_add(offset)), part.clone());
                }
            }
            Rc::make_mut(joined.parts.get_or_insert_default()).length = offset.checked_add(length);
        }
        None => {
            joined.add_element(&right.element());
            Rc::make_mut(joined.parts.get_or_insert_default()).length = None;
        }
    }
    Some(joined)
}

/// Gives `text % values`; a value under `%d` comes out as a number.
fn interpolated(left: &Value, right: &Value) -> Value {
    let format = match left.constant.as_deref() {
        Some(Constant::Str(text)) => conversions(text),
        _ => None,
    };
    let Some(format) = format else { return Value::tainted(both(left, right)) };
    let mut text = Text::default();
    let is_tuple = right.length().is_some() && Text::known(right).is_none();
    for (index, (before, conversion)) in (0_i64..).zip(&format) {
        text.push(Piece::Literal(before.clone()));
        let Some((name, letter)) = conversion else { continue };
        let given = match name {
            Some(name) => right.part(&Key::Str(name.as_str().into())),
            None if is_tuple => right.part(&Key::Int(index)),
            None => right.clone(),
        };
        match letter {
            's' => text.append(shown(&given)),
            'r' | 'a' | 'c' => text.push(Piece::Data(given.all_taints())),
            _ => text.push(Piece::Data(Taints::default())),
        }
    }
    text.into_value()
}

/// A literal piece of a format, and the conversion behind it: its key and its letter.
type Conversion = (String, Option<(Option<String>, char)>);

/// Reads a `%` format; `None` when it takes widths from arguments.
fn conversions(text: &str) -> Option<Vec<Conversion>> {
    let (mut found, mut literal) = (Vec::new(), String::new());
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter != '%' {
            literal.push(letter);
            continue;
        }
        if rest.peek() == Some(&'%') {
            rest.next();
            literal.push('%');
            continue;
        }
        let mut name = None;
        if rest.peek() == Some(&'(') {
            rest.next();
            name = Some(rest.by_ref().take_while(|letter| *letter != ')').collect());
        }
        let kind = rest.find(|letter| !matches!(letter, '0'..='9' | '.' | '-' | '+' | ' ' | '#' | 'l' | 'h'))?;
        if kind == '*' {
            return None;
        }
        found.push((std::mem::take(&mut literal), Some((name, kind))));
    }
    found.push((literal, None));
    Some(found)
}

fn is_numeric_spec(spec: &[FormatPart]) -> bool {
    match spec.last() {
        Some(FormatPart::Text(text)) => is_numeric_text(text),
        _ => false,
    }
}

/// Tells whether a format specification takes numbers only.
pub(crate) fn is_numeric_text(spec: &str) -> bool {
    spec.ends_with(['d', 'f', 'F', 'e', 'E', 'g', 'G', 'x', 'X', 'o', 'b', 'n', '%'])
}
