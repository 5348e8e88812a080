//! Comparisons of values of which not all is known. Invariant: a result is given only when it is the same for all that
//! the values may be.

use ir::instruction::{CompareOperator, Constant};

use crate::{
    constants,
    taint::Key,
    value::{Shape, Value},
};

/// Longest sequence that is searched.
const MAX_SEARCHED: i64 = 64;

impl Value {
    /// Gives the result of a comparison, when it is known.
    pub(crate) fn compare(&self, operator: CompareOperator, other: &Self) -> Option<bool> {
        if let (Some(left), Some(right)) = (self.constant.as_deref(), other.constant.as_deref()) {
            return constants::compare(operator, left, right);
        }
        match operator {
            CompareOperator::In => other.holds(self.constant.as_deref()?),
            CompareOperator::NotIn => other.holds(self.constant.as_deref()?).map(|is_in| !is_in),
            CompareOperator::Is => self.is_none_or_not(other),
            CompareOperator::IsNot => self.is_none_or_not(other).map(|is_none| !is_none),
            CompareOperator::Equal
            | CompareOperator::NotEqual
            | CompareOperator::Less
            | CompareOperator::LessEqual
            | CompareOperator::Greater
            | CompareOperator::GreaterEqual => None,
        }
    }

    /// Tells whether a constant is among the elements.
    fn holds(&self, wanted: &Constant) -> Option<bool> {
        let parts = self.parts.as_ref()?;
        match parts.shape {
            Shape::Mapping => {
                let key = constants::key(wanted)?;
                self.certainly_has(&key).then_some(true)
            }
            Shape::Sequence => {
                let length = parts.length.filter(|length| *length <= MAX_SEARCHED)?;
                let mut is_known = true;
                for index in 0..length {
                    let item = parts.entries.get(&Key::Int(index)).and_then(|item| item.constant.clone());
                    match item.map(|item| constants::compare(CompareOperator::Equal, &item, wanted)) {
                        Some(Some(true)) => return Some(true),
                        Some(Some(false)) => {}
                        Some(None) | None => is_known = false,
                    }
                }
                is_known.then_some(false)
            }
            Shape::Object => None,
        }
    }

    /// `self is None` for what cannot be `None`.
    fn is_none_or_not(&self, other: &Self) -> Option<bool> {
        let is_something = |value: &Self| {
            value.text.is_some()
                || value.parts.as_ref().is_some_and(|parts| parts.shape != Shape::Object && parts.length.is_some())
        };
        let is_none = |value: &Self| value.constant.as_deref() == Some(&Constant::None);
        let is_apart = (is_something(self) && is_none(other)) || (is_something(other) && is_none(self));
        is_apart.then_some(false)
    }
}
