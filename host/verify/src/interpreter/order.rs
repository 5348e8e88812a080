//! Orders: `<` and `<=`. Invariant: what is not ordered in a way that is modelled gives a condition that nothing is known
//! of.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use crate::{
    automata::language::Language,
    interpreter::{
        Interpreter,
        arithmetic::{as_float, compared, ways_of_truths},
        operator::as_integer,
        text::any_character,
    },
    models::records::Alike,
    state::State,
    term::{BoolTerm, IntTerm, Order},
    value::{Object, Value},
};

impl Interpreter<'_> {
    /// Evaluates `left < right` or `left <= right`.
    pub(crate) fn order(&mut self, state: &State, order: Order, left: &Value, right: &Value) -> BoolTerm {
        if let (Some(a), Some(b)) = (as_integer(left), as_integer(right)) {
            if let Some(term) = self.length_bound(order, &a, &b) {
                return term;
            }
            return BoolTerm::compare(order, a, b);
        }
        if let (Some(a), Some(b)) = (left.as_text(), right.as_text()) {
            return BoolTerm::Const(match order {
                Order::Less => a < b,
                Order::LessEqual => a <= b,
                Order::Equal => a == b,
            });
        }
        if let (Some(a), Some(b)) = (as_float(left), as_float(right)) {
            return BoolTerm::Const(match order {
                Order::Less => a < b,
                Order::LessEqual => a <= b,
                Order::Equal => a == b,
            });
        }
        if let Some(compared) = compared(left, right) {
            return BoolTerm::Const(match order {
                Order::Less => compared.is_lt(),
                Order::LessEqual => compared.is_le(),
                Order::Equal => compared.is_eq(),
            });
        }
        if let Some(term) = self.order_of_items(state, order, (left, right)) {
            return term;
        }
        if let Some(ways) = ways_of_truths(&[left.clone(), right.clone()]).filter(|ways| ways.len() > 1) {
            let mut any = BoolTerm::Const(false);
            for (when, values) in ways {
                if let [left, right] = values.as_slice() {
                    any = any.or(when.and(self.order(state, order, left, right)));
                }
            }
            return any;
        }
        let what = match order {
            Order::Equal => "==",
            Order::Less => "<",
            Order::LessEqual => "<=",
        };
        self.undecided(state, left, right, what)
    }

    /// Compares tuples, lists, sets, and dataclasses with an order; `None` for anything else.
    fn order_of_items(&mut self, state: &State, order: Order, (left, right): (&Value, &Value)) -> Option<BoolTerm> {
        if let (Value::Object(a), Value::Object(b)) = (left, right)
            && let (Some(Object::Set(a)), Some(Object::Set(b))) = (state.object(*a), state.object(*b))
        {
            let (a, b) = (a.clone(), b.clone());
            let mut all = BoolTerm::Const(a.len() <= b.len());
            for item in &a {
                let mut any = BoolTerm::Const(false);
                for other in &b {
                    any = any.or(self.equal(state, item, other, 8));
                }
                all = all.and(any);
            }
            return Some(if order == Order::Less { all.and(BoolTerm::Const(a.len() < b.len())) } else { all });
        }
        let list = |value: &Value| match value {
            Value::Object(id) => match state.object(*id) {
                Some(Object::List(items)) if !state.special.contains_key(id) => Some(items.clone()),
                _ => None,
            },
            _ => None,
        };
        let (a, b) = match (left, right) {
            (Value::Tuple(a), Value::Tuple(b)) => (a.to_vec(), b.to_vec()),
            _ => match (list(left), list(right)) {
                (Some(a), Some(b)) => (a, b),
                (Some(_) | None, Some(_) | None) => {
                    match (self.named_items(state, left), self.named_items(state, right)) {
                        (Some(a), Some(b)) => (a, b),
                        (Some(_) | None, Some(_) | None) => self.ordered_fields(state, left, right)?,
                    }
                }
            },
        };
        // Lexicographic: the first item that differs decides, and where none does, the shorter one is less.
        let mut term = BoolTerm::Const(match order {
            Order::Less => a.len() < b.len(),
            Order::LessEqual => a.len() <= b.len(),
            Order::Equal => return None,
        });
        for (x, y) in a.iter().zip(&b).rev() {
            let same = self.equal(state, x, y, 8);
            let less = if matches!(same, BoolTerm::Const(true)) {
                BoolTerm::Const(false)
            } else {
                self.order(state, Order::Less, x, y)
            };
            term = less.and(same.clone().negate()).or(same.and(term));
        }
        Some(term)
    }

    fn ordered_fields(&self, state: &State, left: &Value, right: &Value) -> Option<(Vec<Value>, Vec<Value>)> {
        let (a, b) = (self.class_of(state, left)?, self.class_of(state, right)?);
        let options = &self.index.class(a)?.options;
        if a != b || options.get("order") != Some(&true) {
            return None;
        }
        match self.generated_fields(state, left, right)? {
            Alike::ByFields(a, b) => Some((a, b)),
            Alike::Never => None,
        }
    }

    /// Turns a comparison of one source's length with a small constant into a test of the source.
    fn length_bound(&mut self, order: Order, left: &IntTerm, right: &IntTerm) -> Option<BoolTerm> {
        use crate::term::IntVariable;
        let at_most = |bound: BigInt| -> Option<Language> {
            if bound.is_negative() {
                return Some(Language::empty());
            }
            let bound = bound.to_u32().filter(|bound| *bound <= 300)?;
            any_character().repeat(0, Some(bound)).ok()
        };
        let strict = u8::from(order == Order::Less);
        match (left, right) {
            (IntTerm::Variable(IntVariable::Length(source)), IntTerm::Const(bound)) => {
                let holds = at_most(bound - strict)?;
                let fails = holds.complement();
                Some(BoolTerm::Member { source: *source, holds: Rc::new(holds), fails: Rc::new(fails) })
            }
            (IntTerm::Const(bound), IntTerm::Variable(IntVariable::Length(source))) => {
                let fails = at_most(bound - 1_u8 + strict)?;
                let holds = fails.complement();
                Some(BoolTerm::Member { source: *source, holds: Rc::new(holds), fails: Rc::new(fails) })
            }
            _ => None,
        }
    }
}
