//! What operators, items and attributes may raise unseen. Invariant: a pair of types that Python takes is listed; two builtin
//! types that are not listed raise `TypeError`.

use ir::instruction::{BinaryOperator, CompareOperator, UnaryOperator};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use crate::{
    integer,
    interpreter::{
        Interpreter,
        hazard::{Certain, FLOATS, Hazard, POWERS, SIZES},
        operator::{Mutation, as_integer},
    },
    models::texts::is_text_method,
    state::State,
    term::{BoolTerm, IntTerm, Order},
    value::{Object, Rest, Value},
};

/// Integers up to this size fit wherever a limit applies.
const SMALL: i64 = 1 << 62;

impl Interpreter<'_> {
    /// Tells whether an integer is certainly small on this path.
    pub(crate) fn is_small(&mut self, state: &State, value: &Value) -> bool {
        if matches!(value, Value::Bool(_)) {
            return true;
        }
        let Some(term) = as_integer(value) else { return false };
        if let Some(number) = term.as_const() {
            return number.abs() <= BigInt::from(SMALL);
        }
        let above = BoolTerm::compare(Order::Less, IntTerm::number(SMALL), term.clone());
        let below = BoolTerm::compare(Order::Less, term, IntTerm::number(-SMALL));
        [above, below].into_iter().all(|beyond| match beyond {
            BoolTerm::Const(holds) => !holds,
            beyond => self.assume_all(state, &[(beyond, true)]).is_none(),
        })
    }

    /// Tells whether a text certainly is short on this path.
    pub(crate) fn is_short(&mut self, state: &mut State, value: &Value) -> bool {
        const SHORT: i32 = 250;
        let Some(rope) = value.as_rope().cloned() else { return false };
        let Some(source) = rope.plain_source() else { return false };
        if state.condition.language(source).is_none() {
            return false;
        }
        let length = Value::Int(self.text_length(&rope));
        let long = self.compare(state, CompareOperator::Less, &Value::number(SHORT), &length);
        self.assume_all(state, &[(long, true)]).is_none()
    }

    /// Says what may be raised when a number becomes a float.
    pub(crate) fn float_hazard(&mut self, state: &State, value: &Value) -> Hazard {
        if let Some(number) = value.known_integer() {
            let fits = integer::to_float(number).is_some();
            return if fits { Hazard::Shown } else { Hazard::Raises("OverflowError") };
        }
        let fits = matches!(self.certain(state, value), Certain::Float | Certain::Bool) || self.is_small(state, value);
        if fits { Hazard::Shown } else { Hazard::Beyond(vec![&FLOATS]) }
    }

    /// Says what may be raised when an integer is a size or a count.
    pub(crate) fn size_hazard(&mut self, state: &State, value: &Value) -> Hazard {
        if self.is_small(state, value) {
            return Hazard::Shown;
        }
        match value.known_integer() {
            Some(_) => Hazard::Unseen("a size or count that is too large".to_owned()),
            None => Hazard::Beyond(vec![&SIZES]),
        }
    }

    pub(crate) fn binary_hazard(
        &mut self,
        state: &mut State,
        operator: BinaryOperator,
        (left, right): (&Value, &Value),
        mutation: Mutation,
    ) -> Hazard {
        let (a, b) = (self.certain(state, left), self.certain(state, right));
        if let Certain::Instance(_) = a {
            let covered = self.has_own_operator(state, operator, left);
            return Hazard::unless(covered, &format!("`{}` on an object", operator.as_str()));
        }
        let numbers = a.is_number() && b.is_number();
        let integers = a.is_integer() && b.is_integer();
        let floats = numbers && !integers;
        let is_sequence = |kind| matches!(kind, Certain::Str | Certain::Bytes | Certain::Tuple | Certain::List);
        let allowed = match operator {
            BinaryOperator::Add => {
                let extends = mutation == Mutation::InPlace && a == Certain::List && b.is_iterable();
                numbers || is_sequence(a) && a == b || extends
            }
            BinaryOperator::Sub => numbers || a == Certain::Set && b == Certain::Set,
            BinaryOperator::Mul => numbers || is_sequence(a) && b.is_integer() || a.is_integer() && is_sequence(b),
            BinaryOperator::Div => {
                let is_part = |kind| matches!(kind, Certain::Path | Certain::Str);
                numbers || is_part(a) && is_part(b) && (a == Certain::Path || b == Certain::Path)
            }
            BinaryOperator::Mod if a == Certain::Str => return self.percent_hazard(state, left, right),
            BinaryOperator::Mod if a == Certain::Bytes => return Hazard::Unseen("`%` of bytes".to_owned()),
            BinaryOperator::FloorDiv | BinaryOperator::Mod | BinaryOperator::Pow => numbers,
            BinaryOperator::LeftShift | BinaryOperator::RightShift => integers,
            BinaryOperator::BitOr => integers || a == b && matches!(a, Certain::Set | Certain::Dict | Certain::Class),
            BinaryOperator::BitAnd | BinaryOperator::BitXor => integers || a == Certain::Set && b == Certain::Set,
            BinaryOperator::MatMul => false,
        };
        if !allowed {
            if a.is_closed() && b.is_closed() {
                return Hazard::Raises("TypeError");
            }
            return Hazard::Unseen(format!("`{}` on operands of types that are not known", operator.as_str()));
        }
        let is_nonzero = |value: &Value| match value {
            Value::Float(number) => *number != 0.0,
            other => as_integer(other).is_some_and(|term| term.as_const().is_some_and(|number| !number.is_zero())),
        };
        let is_known = |value: &Value| match value {
            Value::Float(_) => true,
            other => as_integer(other).is_some_and(|term| term.as_const().is_some()),
        };
        let is_counted = |value: &Value| {
            as_integer(value).is_some_and(|term| term.as_const().is_some_and(|number| !number.is_negative()))
        };
        let mixed = |this: &mut Self| this.float_hazard(state, left).and(this.float_hazard(state, right));
        match operator {
            BinaryOperator::Add | BinaryOperator::Sub if floats => mixed(self),
            BinaryOperator::Mul if floats => mixed(self),
            BinaryOperator::Mul if is_sequence(a) => self.size_hazard(state, right),
            BinaryOperator::Mul if is_sequence(b) => self.size_hazard(state, left),
            BinaryOperator::Div | BinaryOperator::FloorDiv | BinaryOperator::Mod if floats => {
                if is_known(left) && is_known(right) || is_nonzero(right) {
                    mixed(self)
                } else {
                    Hazard::Unseen("a division by a float that may be 0".to_owned())
                }
            }
            BinaryOperator::Div if integers && is_known(left) && is_known(right) => Hazard::Shown,
            BinaryOperator::Div if integers => match self.float_hazard(state, left) {
                // Two large integers may have a small quotient.
                Hazard::Raises(_) => Hazard::Unseen("a quotient that may be too large".to_owned()),
                other @ (Hazard::Shown | Hazard::Beyond(_) | Hazard::Unseen(_) | Hazard::Unread(_)) => other,
            },
            BinaryOperator::Pow if integers => {
                Hazard::unless(is_counted(right), "`**` with an exponent that may be negative")
            }
            BinaryOperator::Pow => {
                if is_counted(right) {
                    mixed(self).and(Hazard::Beyond(vec![&POWERS]))
                } else {
                    Hazard::Unseen("`**` of floats".to_owned())
                }
            }
            BinaryOperator::LeftShift => self.size_hazard(state, right),
            BinaryOperator::RightShift
            | BinaryOperator::Add
            | BinaryOperator::Sub
            | BinaryOperator::Mul
            | BinaryOperator::Div
            | BinaryOperator::FloorDiv
            | BinaryOperator::Mod
            | BinaryOperator::BitAnd
            | BinaryOperator::BitOr
            | BinaryOperator::BitXor
            | BinaryOperator::MatMul => Hazard::Shown,
        }
    }

    pub(crate) fn unary_hazard(&mut self, state: &State, operator: UnaryOperator, value: &Value) -> Hazard {
        let kind = self.certain(state, value);
        let allowed = match operator {
            UnaryOperator::Not => {
                return Hazard::unless(
                    self.has_known_truth(state, value),
                    "the truth of an object whose type is not known",
                );
            }
            UnaryOperator::Minus | UnaryOperator::Plus => kind.is_number(),
            UnaryOperator::Invert => kind.is_integer(),
        };
        if !allowed && kind.is_closed() {
            return Hazard::Raises("TypeError");
        }
        Hazard::unless(allowed, "a unary operator on a value whose type is not known")
    }

    pub(crate) fn compare_hazard(
        &mut self,
        state: &mut State,
        operator: CompareOperator,
        left: &Value,
        right: &Value,
    ) -> Hazard {
        let is_own = self.has_own_comparison(state, operator, (left, right));
        match operator {
            CompareOperator::Is | CompareOperator::IsNot => Hazard::Shown,
            CompareOperator::Equal | CompareOperator::NotEqual => {
                let plain = self.is_plain(state, left) && self.is_plain(state, right);
                Hazard::unless(plain || is_own, "`==` on values whose types are not known")
            }
            CompareOperator::Less
            | CompareOperator::LessEqual
            | CompareOperator::Greater
            | CompareOperator::GreaterEqual => match self.has_order(state, left, right) {
                Some(true) => Hazard::Shown,
                Some(false) => Hazard::Raises("TypeError"),
                None => Hazard::unless(is_own, "an order of values whose types are not known"),
            },
            CompareOperator::In | CompareOperator::NotIn => {
                if is_own && operator == CompareOperator::In {
                    return Hazard::Shown;
                }
                self.member_hazard(state, left, right)
            }
        }
    }

    fn member_hazard(&mut self, state: &State, item: &Value, container: &Value) -> Hazard {
        let plain = self.is_plain(state, item) && self.is_plain(state, container);
        let unseen = || Hazard::Unseen("`in` on values whose types are not known".to_owned());
        match (self.certain(state, container), self.certain(state, item)) {
            (Certain::Str, Certain::Str) | (Certain::Bytes, Certain::Bytes) => Hazard::Shown,
            (Certain::Bytes, Certain::Int) => {
                let is_byte = item.as_number().is_some_and(|number| (0..=255).contains(&number));
                Hazard::unless(is_byte, "a number in bytes")
            }
            (Certain::Str | Certain::Bytes, kind) if kind.is_closed() => Hazard::Raises("TypeError"),
            // A set is looked for as a frozen one.
            (Certain::Set, Certain::Set) => unseen(),
            (Certain::Set | Certain::Dict, _) if plain => self.key_hazard(state, item),
            (
                Certain::Tuple | Certain::List | Certain::View | Certain::Iterator | Certain::Range | Certain::Items,
                _,
            ) if plain => Hazard::Shown,
            (Certain::None | Certain::Bool | Certain::Int | Certain::Float | Certain::Function, _) => {
                Hazard::Raises("TypeError")
            }
            _ => unseen(),
        }
    }

    pub(crate) fn subscript_hazard(&mut self, state: &State, base: &Value, index: &Value) -> Hazard {
        let unseen = || Hazard::Unseen("an item of something whose type is not known".to_owned());
        let at = self.certain(state, index);
        match self.certain(state, base) {
            Certain::List | Certain::Tuple | Certain::Str | Certain::Bytes | Certain::Range => match at {
                kind if kind.is_integer() => Hazard::Shown,
                kind if kind.is_closed() => Hazard::Raises("TypeError"),
                _ => unseen(),
            },
            Certain::Instance(_) if self.named_items(state, base).is_some() => match at {
                kind if kind.is_integer() => Hazard::Shown,
                kind if kind.is_closed() => Hazard::Raises("TypeError"),
                _ => unseen(),
            },
            Certain::Instance(_) if self.own_method(state, base, "__getitem__").is_some() => Hazard::Shown,
            Certain::Dict => {
                let plain = Hazard::unless(
                    self.is_plain(state, index) && self.has_plain_keys(state, base),
                    "the search for a key whose type is not known",
                );
                self.key_hazard(state, index).and(plain)
            }
            Certain::None
            | Certain::Ellipsis
            | Certain::Bool
            | Certain::Int
            | Certain::Float
            | Certain::Set
            | Certain::View
            | Certain::Iterator
            | Certain::Function => Hazard::Raises("TypeError"),
            // Evaluation itself says that this may raise.
            Certain::Items => Hazard::Shown,
            _ => unseen(),
        }
    }

    pub(crate) fn has_plain_keys(&self, state: &State, base: &Value) -> bool {
        match base {
            Value::Object(id) => match state.object(*id) {
                Some(Object::Dict(entries)) => entries.iter().all(|(key, _)| self.is_plain(state, key)),
                Some(_) | None => false,
            },
            _ => false,
        }
    }

    pub(crate) fn slice_hazard(&mut self, state: &State, base: &Value, bounds: &[Value]) -> Hazard {
        let unseen = || Hazard::Unseen("a slice of something whose type is not known".to_owned());
        match self.certain(state, base) {
            Certain::Str | Certain::List | Certain::Tuple | Certain::Bytes => {}
            Certain::None | Certain::Bool | Certain::Int | Certain::Float | Certain::Set | Certain::Function => {
                return Hazard::Raises("TypeError");
            }
            _ => return unseen(),
        }
        for bound in bounds {
            match self.certain(state, bound) {
                Certain::None | Certain::Int | Certain::Bool => {}
                kind if kind.is_closed() => return Hazard::Raises("TypeError"),
                _ => return unseen(),
            }
        }
        match bounds.get(2) {
            None | Some(Value::None) => Hazard::Shown,
            Some(step) => match step.as_number() {
                Some(0) => Hazard::Raises("ValueError"),
                Some(_) => Hazard::Shown,
                None if step.known_integer().is_some() => Hazard::Shown,
                None => Hazard::Unseen("a slice with a step that may be 0".to_owned()),
            },
        }
    }

    pub(crate) fn attribute_hazard(&mut self, state: &State, base: &Value, name: &str) -> Hazard {
        let unseen = || Hazard::Unseen(format!("the attribute `{name}`"));
        match self.certain(state, base) {
            Certain::Instance(class) => match base {
                Value::Object(id) => match state.object(*id) {
                    Some(Object::Instance { attributes, rest, .. }) => {
                        let known = self.index.class(class).is_some_and(|declared| self.index.knows_bases(declared));
                        let is_exact =
                            *rest == Rest::Closed && known && self.index.class_member(class, "__getattr__").is_none();
                        let found = attributes.contains_key(name) || self.has_member(class, name) || is_exact;
                        Hazard::unless(found, &format!("the attribute `{name}`"))
                    }
                    Some(_) | None => unseen(),
                },
                _ => unseen(),
            },
            Certain::Class => match base {
                Value::Class(class) => {
                    let is_member = self.members(*class).is_some_and(|all| all.iter().any(|(known, _)| *known == name));
                    Hazard::unless(is_member || self.has_member(*class, name), &format!("the attribute `{name}`"))
                }
                _ => unseen(),
            },
            Certain::Str if !is_text_method(name) && !name.starts_with("__") => Hazard::Raises("AttributeError"),
            Certain::None if !name.starts_with("__") => Hazard::Raises("AttributeError"),
            Certain::Exception if name == "args" => Hazard::Shown,
            Certain::Function if matches!(name, "__name__" | "__doc__" | "__qualname__" | "__module__") => {
                Hazard::Shown
            }
            _ => match base {
                Value::Global(path) => self.name_hazard(state, &format!("{path}.{name}")),
                _ => unseen(),
            },
        }
    }

    pub(crate) fn store_hazard(&mut self, state: &State, base: &Value, name: &str) -> Hazard {
        let unseen = || Hazard::Unseen(format!("an assignment to the attribute `{name}`"));
        match self.certain(state, base) {
            Certain::Instance(class) => {
                let is_own =
                    ["__setattr__", "__slots__"].iter().any(|name| self.index.class_member(class, name).is_some());
                let is_shadowed =
                    self.index.class_member(class, name).is_some() && !self.is_class_constant(class, name);
                let declared = self.index.class(class);
                let plain = declared.is_some_and(|declared| {
                    let is_exception = self.is_exception_class(&self.index.class_path(declared));
                    self.index.knows_bases(declared) || is_exception
                });
                let is_member = self.members(class).is_some() || self.has_option(class, "slots");
                Hazard::unless(
                    plain && !is_own && !is_shadowed && !is_member,
                    &format!("an assignment to the attribute `{name}`"),
                )
            }
            Certain::Function | Certain::Class => match base {
                Value::Global(_) => unseen(),
                _ => Hazard::Shown,
            },
            Certain::Exception => Hazard::Shown,
            kind if kind.is_closed() => Hazard::Raises("AttributeError"),
            _ => unseen(),
        }
    }

    /// Tells whether a class's attribute is a plain constant: no property has a say when an instance's is set.
    fn is_class_constant(&self, class: ir::program::ClassId, name: &str) -> bool {
        let classes = self.index.order(class).into_iter().filter_map(|id| self.index.class(id));
        let mut declaring =
            classes.filter(|class| class.methods.contains_key(name) || class.constants.contains_key(name));
        declaring.next().is_some_and(|class| !class.methods.contains_key(name))
    }

    pub(crate) fn store_item_hazard(&mut self, state: &mut State, base: &Value, index: &Value) -> Hazard {
        let unseen = || Hazard::Unseen("an assignment to an item".to_owned());
        match self.certain(state, base) {
            Certain::Dict => {
                let plain = self.is_plain(state, index) && self.has_plain_keys(state, base);
                let resized = self.resize_hazard(state, base);
                self.key_hazard(state, index).and(Hazard::unless(plain, "a key whose type is not known")).and(resized)
            }
            Certain::List => match index.as_place() {
                Some(_) => Hazard::Shown,
                None if matches!(self.certain(state, index), Certain::Str | Certain::None | Certain::Float) => {
                    Hazard::Raises("TypeError")
                }
                None => Hazard::Unseen("an assignment to an item at a place that is not known".to_owned()),
            },
            Certain::None
            | Certain::Bool
            | Certain::Int
            | Certain::Float
            | Certain::Str
            | Certain::Bytes
            | Certain::Tuple
            | Certain::Set
            | Certain::Range
            | Certain::Function => Hazard::Raises("TypeError"),
            _ => unseen(),
        }
    }

    /// Says what may be raised when a dict or set that was iterated over gets more or fewer items.
    pub(crate) fn resize_hazard(&self, state: &State, base: &Value) -> Hazard {
        let is_iterated = matches!(base, Value::Object(id) if state.iterated.contains(id));
        Hazard::unless(!is_iterated, "a change of a container that a loop goes over")
    }
}
