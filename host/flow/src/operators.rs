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
    trace::Clause,
    value::Value,
};

impl Pass<'_, '_> {
    pub(crate) fn binary(&mut self, operator: BinaryOperator, left: &Value, right: &Value, span: Span) -> Value {
        if let (Some(left), Some(right)) = (&left.constant, &right.constant) {
            return constants::binary(operator, left, right).map_or_else(Value::default, Value::constant);
        }
        let (mut taints, clause) = match operator {
            BinaryOperator::Pow
            | BinaryOperator::FloorDiv
            | BinaryOperator::LeftShift
            | BinaryOperator::RightShift
            | BinaryOperator::MatMul => return Value::default(),
            BinaryOperator::Mod => (interpolated(left, right), Clause::Formatted),
            BinaryOperator::Add => {
                if let Some(list) = joined_lists(left, right) {
                    return list;
                }
                (both(left, right), Clause::Concatenated)
            }
            BinaryOperator::Mul
            | BinaryOperator::Div
            | BinaryOperator::Sub
            | BinaryOperator::BitAnd
            | BinaryOperator::BitOr
            | BinaryOperator::BitXor => (both(left, right), Clause::Concatenated),
        };
        taints.map_clean(LanguageSet::without_normalised);
        self.extend(&mut taints, &clause, span);
        Value::tainted(taints)
    }

    pub(crate) fn unary(&mut self, operator: UnaryOperator, value: &Value) -> Value {
        let constant = value.constant.as_deref().filter(|found| !constants::is_mutable(found));
        if let Some(folded) = constant.and_then(|constant| constants::unary(operator, constant)) {
            return Value::constant(folded);
        }
        if operator != UnaryOperator::Not {
            return Value::tainted(value.all_taints());
        }
        let guard = value.guard.as_ref().map(|guard| Rc::new(guard.flipped()));
        Value { guard, truth: value.truth().map(|truth| !truth), ..Value::default() }
    }

    pub(crate) fn format(&mut self, state: &mut State, parts: &[FormatPart], span: Span) -> Value {
        let mut taints = Taints::default();
        let mut text = Some(String::new());
        for part in parts {
            match part {
                FormatPart::Text(literal) => text = text.map(|text| text + literal),
                FormatPart::Value { value, conversion, spec, span } => {
                    let value = self.eval(state, value, *span);
                    match value.constant.as_deref() {
                        Some(Constant::Str(literal)) if conversion.is_none() && spec.is_empty() => {
                            text = text.map(|text| text + literal);
                        }
                        _ => text = None,
                    }
                    if !is_numeric_spec(spec) {
                        taints.join(&value.all_taints());
                    }
                }
            }
        }
        if let Some(text) = text.filter(|_| taints.is_empty()) {
            return Value::constant(Constant::Str(text));
        }
        taints.map_clean(LanguageSet::without_normalised);
        self.extend(&mut taints, &Clause::Formatted, span);
        Value::tainted(taints)
    }
}

fn both(left: &Value, right: &Value) -> Taints {
    let mut taints = left.all_taints();
    taints.join(&right.all_taints());
    taints
}

/// `[a] + [b]`, as far as positions are known.
fn joined_lists(left: &Value, right: &Value) -> Option<Value> {
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
            joined.taints.join(&right.all_taints());
            Rc::make_mut(joined.parts.get_or_insert_default()).length = None;
        }
    }
    Some(joined)
}

/// Gives what `text % values` lets through: a value under `%d` comes out as a number.
fn interpolated(left: &Value, right: &Value) -> Taints {
    let mut taints = left.all_taints();
    let letters = match left.constant.as_deref() {
        Some(Constant::Str(text)) => conversions(text),
        _ => None,
    };
    let is_text = |letter: &char| matches!(letter, 's' | 'r' | 'a' | 'c');
    let values = right.parts.as_ref().filter(|parts| parts.length.is_some());
    match (letters, values) {
        (Some(letters), Some(parts)) => {
            taints.join(&right.taints);
            for (index, letter) in (0_i64..).zip(&letters) {
                if is_text(letter)
                    && let Some(part) = parts.entries.get(&Key::Int(index))
                {
                    taints.join(&part.all_taints());
                }
            }
        }
        (Some(letters), None) if letters.iter().all(|letter| !is_text(letter)) => {}
        _ => taints.join(&right.all_taints()),
    }
    taints
}

/// Gives the conversion letters of a `%` format; `None` when it names keys or takes widths from arguments.
fn conversions(text: &str) -> Option<Vec<char>> {
    let mut letters = Vec::new();
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        if letter != '%' {
            continue;
        }
        let found = rest.find(|letter| !matches!(letter, '0'..='9' | '.' | '-' | '+' | ' ' | '#' | 'l' | 'h'))?;
        match found {
            '%' => {}
            '(' | '*' => return None,
            _ => letters.push(found),
        }
    }
    Some(letters)
}

fn is_numeric_spec(spec: &[FormatPart]) -> bool {
    match spec.last() {
        Some(FormatPart::Text(text)) => {
            text.ends_with(['d', 'f', 'F', 'e', 'E', 'g', 'G', 'x', 'X', 'o', 'b', 'n', '%'])
        }
        _ => false,
    }
}
