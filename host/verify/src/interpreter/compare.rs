//! Comparisons. Invariant: two values count as different only when Python says so for every value they may have.

use std::rc::Rc;

use ir::instruction::CompareOperator;

use ir::program::ClassKind;

use crate::{
    automata::language::Language,
    integer,
    interpreter::{
        Interpreter,
        arithmetic::{as_float, compared},
        operator::as_integer,
    },
    models::records::Alike,
    rope::{Piece, Rope},
    state::State,
    term::{BoolTerm, IntTerm, Order},
    value::{Influence, Object, Special, Value},
};

/// Sorts of values that are never equal across sorts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `None`.
    None,
    /// A string.
    Text,
    /// Bytes.
    Bytes,
    /// An integer or truth value.
    Number,
    /// A tuple.
    Tuple,
    /// A list.
    List,
    /// A dict.
    Dict,
    /// A set.
    Set,
}

impl Interpreter<'_> {
    /// Gives a value's sort, when that alone tells it from other sorts.
    pub(crate) fn kind(&self, state: &State, value: &Value) -> Option<Kind> {
        match value {
            Value::None => Some(Kind::None),
            Value::Str(_) => Some(Kind::Text),
            Value::Bytes(_) => Some(Kind::Bytes),
            Value::Int(_) | Value::Bool(_) | Value::Float(_) => Some(Kind::Number),
            Value::Tuple(_) => Some(Kind::Tuple),
            Value::Object(id) => match state.object(*id)? {
                Object::List(_) => Some(Kind::List),
                Object::Dict(_) => Some(Kind::Dict),
                Object::Set(_) => Some(Kind::Set),
                Object::Instance { .. }
                | Object::Iterator { .. }
                | Object::OpenIterator { .. }
                | Object::Generator { .. }
                | Object::Cell(_)
                | Object::Unknown(_) => None,
            },
            Value::Ellipsis
            | Value::Path(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Global(_)
            | Value::Exception(_)
            | Value::Pattern(..)
            | Value::Match(..)
            | Value::Opaque(_) => None,
        }
    }

    /// Evaluates a comparison.
    pub(crate) fn compare(
        &mut self,
        state: &mut State,
        operator: CompareOperator,
        left: &Value,
        right: &Value,
    ) -> BoolTerm {
        match operator {
            CompareOperator::Equal => self.equal(state, left, right, 16),
            CompareOperator::NotEqual => self.equal(state, left, right, 16).negate(),
            CompareOperator::Less => self.order(state, Order::Less, left, right),
            CompareOperator::LessEqual => self.order(state, Order::LessEqual, left, right),
            CompareOperator::Greater => self.order(state, Order::Less, right, left),
            CompareOperator::GreaterEqual => self.order(state, Order::LessEqual, right, left),
            CompareOperator::In => self.contains(state, right, left),
            CompareOperator::NotIn => self.contains(state, right, left).negate(),
            CompareOperator::Is => self.identical(state, left, right),
            CompareOperator::IsNot => self.identical(state, left, right).negate(),
        }
    }

    pub(crate) fn undecided(&mut self, state: &State, left: &Value, right: &Value, what: &str) -> BoolTerm {
        let influence = self.influence(state, &[left.clone(), right.clone()]);
        let key = match (left, right) {
            (Value::Opaque(a), Value::Opaque(b)) => Some(format!("{what} {} {}", a.id, b.id)),
            (Value::Opaque(a), other) | (other, Value::Opaque(a)) => {
                let side = if matches!(left, Value::Opaque(_)) || matches!(what, "==" | "is") { "" } else { "of " };
                let fixed = match other {
                    Value::None => Some("None".to_owned()),
                    Value::Str(rope) => rope.known().map(|text| format!("text {text}")),
                    Value::Int(term) => term.as_const().map(|number| format!("number {number}")),
                    Value::Bool(BoolTerm::Const(value)) => Some(format!("truth {value}")),
                    _ => None,
                };
                fixed.map(|fixed| format!("{side}{what} {} {fixed}", a.id))
            }
            _ => None,
        };
        let why = format!("a test of {}", self.opaque_parts(state, left).why);
        match key {
            Some(key) => self.named_condition(key, &why, influence),
            None => self.fresh_condition(&why, influence),
        }
    }

    /// Evaluates `left == right`.
    pub(crate) fn equal(&mut self, state: &State, left: &Value, right: &Value, depth: u32) -> BoolTerm {
        if depth == 0 {
            return self.undecided(state, left, right, "==");
        }
        if let (Some(a), Some(b)) = (as_integer(left), as_integer(right)) {
            return BoolTerm::compare(Order::Equal, a, b);
        }
        match (left, right) {
            (Value::Str(a), Value::Str(b)) | (Value::Bytes(a), Value::Bytes(b)) => return self.same_text(a, b),
            (Value::None, Value::None) => return BoolTerm::Const(true),
            (Value::Str(text), Value::Opaque(opaque)) | (Value::Opaque(opaque), Value::Str(text)) => {
                if let Some((_, rope)) = self.tree_text(opaque) {
                    return self.same_text(&rope, text);
                }
            }
            (Value::Tuple(a), Value::Tuple(b)) => {
                let (a, b) = (Rc::clone(a), Rc::clone(b));
                return self.equal_items(state, &a, &b, depth);
            }
            (Value::Float(_), _) | (_, Value::Float(_)) if as_float(left).is_some() && as_float(right).is_some() => {
                return BoolTerm::Const(as_float(left) == as_float(right));
            }
            (Value::Class(a), Value::Class(b)) => return BoolTerm::Const(a == b),
            (Value::Global(a), Value::Global(b)) if a.starts_with("builtins.") && b.starts_with("builtins.") => {
                return BoolTerm::Const(a == b);
            }
            (Value::Object(a), Value::Object(b)) => {
                if a == b {
                    return BoolTerm::Const(true);
                }
                match (state.special.get(a), state.special.get(b)) {
                    (Some(Special::Ordered), Some(Special::Ordered)) => {
                        let items = |id| match state.object(id) {
                            Some(Object::Dict(entries)) => {
                                entries.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect()
                            }
                            _ => Vec::new(),
                        };
                        return self.equal_items(state, &items(*a), &items(*b), depth);
                    }
                    (Some(Special::Deque(_)), None) | (None, Some(Special::Deque(_)))
                        if self.kind(state, left).is_some() && self.kind(state, right).is_some() =>
                    {
                        return BoolTerm::Const(false);
                    }
                    // Counts of zero are left out of the comparison.
                    (Some(Special::Counter), Some(Special::Counter)) => {
                        return self.undecided(state, left, right, "==");
                    }
                    (Some(_) | None, Some(_) | None) => {}
                }
                if self.is_member(state, left) && self.is_member(state, right) {
                    return BoolTerm::Const(false);
                }
                match self.generated_fields(state, left, right) {
                    Some(Alike::Never) => return BoolTerm::Const(false),
                    Some(Alike::ByFields(a, b)) => return self.equal_items(state, &a, &b, depth),
                    None => {}
                }
                if let (Some(Object::List(a)), Some(Object::List(b))) = (state.object(*a), state.object(*b)) {
                    let (a, b) = (a.clone(), b.clone());
                    return self.equal_items(state, &a, &b, depth);
                }
                match (state.object(*a), state.object(*b)) {
                    (Some(Object::Set(a)), Some(Object::Set(b))) => {
                        let (a, b) = (a.clone(), b.clone());
                        return self.equal_sets(state, &a, &b, depth);
                    }
                    (Some(Object::Dict(a)), Some(Object::Dict(b))) => {
                        let (a, b) = (a.clone(), b.clone());
                        return self.equal_dicts(state, &a, &b, depth);
                    }
                    _ => {}
                }
                if let (Some(a), Some(b)) = (self.named_items(state, left), self.named_items(state, right)) {
                    return self.equal_items(state, &a, &b, depth);
                }
            }
            (Value::Object(_), Value::Tuple(b)) | (Value::Tuple(b), Value::Object(_)) => {
                let named = self.named_items(state, left).or_else(|| self.named_items(state, right));
                if let Some(named) = named {
                    let b = Rc::clone(b);
                    return self.equal_items(state, &named, &b, depth);
                }
            }
            (Value::Bool(a), Value::Bool(b)) => {
                let (a, b) = (a.clone(), b.clone());
                return a.clone().and(b.clone()).or(a.negate().and(b.negate()));
            }
            (Value::Float(_), _) | (_, Value::Float(_)) if let Some(compared) = compared(left, right) => {
                return BoolTerm::Const(compared.is_eq());
            }
            _ => {}
        }
        match (self.kind(state, left), self.kind(state, right)) {
            (Some(a), Some(b)) if a != b => BoolTerm::Const(false),
            (Some(_), None) if self.is_only_itself(state, right) => BoolTerm::Const(false),
            (None, Some(_)) if self.is_only_itself(state, left) => BoolTerm::Const(false),
            (Some(_), None) if self.is_member(state, right) => BoolTerm::Const(false),
            (None, Some(_)) if self.is_member(state, left) => BoolTerm::Const(false),
            (Some(_) | None, Some(_) | None) => self.undecided(state, left, right, "=="),
        }
    }

    /// Tells whether an instance is equal to nothing but instances: its class does not say what else it equals.
    fn is_only_itself(&self, state: &State, value: &Value) -> bool {
        self.class_of(state, value).is_some_and(|class| {
            self.index.class_member(class, "__eq__").is_none()
                && self.index.class(class).is_some_and(|declared| {
                    matches!(declared.kind, ClassKind::Plain | ClassKind::Dataclass) && self.index.knows_bases(declared)
                })
        })
    }

    /// Compares sets without equal items: of the same size, each item of one being in the other.
    fn equal_sets(&mut self, state: &State, left: &[Value], right: &[Value], depth: u32) -> BoolTerm {
        if left.len() != right.len() {
            return BoolTerm::Const(false);
        }
        let mut all = BoolTerm::Const(true);
        for a in left {
            let mut any = BoolTerm::Const(false);
            for b in right {
                any = any.or(self.equal(state, a, b, depth - 1));
            }
            all = all.and(any);
        }
        all
    }

    fn equal_dicts(
        &mut self,
        state: &State,
        left: &[(Value, Value)],
        right: &[(Value, Value)],
        depth: u32,
    ) -> BoolTerm {
        if left.len() != right.len() {
            return BoolTerm::Const(false);
        }
        let mut all = BoolTerm::Const(true);
        for (key, value) in left {
            let mut any = BoolTerm::Const(false);
            for (other, given) in right {
                let same = self.equal(state, key, other, depth - 1);
                let same = same.and(self.equal(state, value, given, depth - 1));
                any = any.or(same);
            }
            all = all.and(any);
        }
        all
    }

    fn equal_items(&mut self, state: &State, left: &[Value], right: &[Value], depth: u32) -> BoolTerm {
        if left.len() != right.len() {
            return BoolTerm::Const(false);
        }
        let mut all = BoolTerm::Const(true);
        for (a, b) in left.iter().zip(right) {
            all = all.and(self.equal(state, a, b, depth - 1));
        }
        all
    }

    /// Tests whether two texts are equal.
    fn same_text(&mut self, left: &Rope, right: &Rope) -> BoolTerm {
        match (left.known(), right.known()) {
            (Some(a), Some(b)) => {
                if a == b && left.has_injected_text() != right.has_injected_text() {
                    self.vouched.insert(a);
                    return BoolTerm::Const(true);
                }
                BoolTerm::Const(a == b)
            }
            (Some(text), None) => self.is_text(right, &text),
            (None, Some(text)) => self.is_text(left, &text),
            (None, None) => match (left.plain_source(), right.plain_source()) {
                (Some(a), Some(b)) if a == b => BoolTerm::Const(true),
                (Some(_) | None, Some(_) | None) => BoolTerm::SameText(left.clone(), right.clone()),
            },
        }
    }

    fn is_text(&mut self, rope: &Rope, text: &str) -> BoolTerm {
        // A number with known texts around it is written in one way only.
        let middle = match rope.pieces() {
            [Piece::Number(term)] => Some((term, Some(text))),
            [Piece::Const { text: head, .. }, Piece::Number(term)] => Some((term, text.strip_prefix(head.as_ref()))),
            [Piece::Number(term), Piece::Const { text: tail, .. }] => Some((term, text.strip_suffix(tail.as_ref()))),
            _ => None,
        };
        if let Some((term, digits)) = middle {
            let Some(digits) = digits else { return BoolTerm::Const(false) };
            return match integer::parse(digits) {
                Some(number) if number.to_string() == digits => {
                    BoolTerm::compare(Order::Equal, term.clone(), IntTerm::Const(number))
                }
                Some(_) => BoolTerm::Const(false),
                None if digits.len() < 30 => BoolTerm::Const(false),
                None => self.fresh_condition("a comparison with a long number", Influence::Attacker),
            };
        }
        match Language::literal(text) {
            Ok(language) => self.is_in(rope, &language),
            Err(_) => self.fresh_condition("a comparison with a long text", Influence::Attacker),
        }
    }

    /// Evaluates `left is right`.
    fn identical(&mut self, state: &State, left: &Value, right: &Value) -> BoolTerm {
        match (left, right) {
            (Value::None, Value::None) => return BoolTerm::Const(true),
            (Value::Object(a), Value::Object(b)) => return BoolTerm::Const(a == b),
            (Value::Class(a), Value::Class(b)) => return BoolTerm::Const(a == b),
            (Value::Bool(a), Value::Bool(b)) => {
                return match (a, b) {
                    (term, BoolTerm::Const(true)) | (BoolTerm::Const(true), term) => term.clone(),
                    (term, BoolTerm::Const(false)) | (BoolTerm::Const(false), term) => term.clone().negate(),
                    _ => self.undecided(state, left, right, "is"),
                };
            }
            (Value::Int(_), Value::Bool(_)) | (Value::Bool(_), Value::Int(_)) => return BoolTerm::Const(false),
            (Value::Global(path), other) | (other, Value::Global(path))
                if path.as_ref() == "builtins.NotImplemented" =>
            {
                match other {
                    Value::Global(other) => return BoolTerm::Const(other == path),
                    Value::Opaque(_) => {}
                    _ => return BoolTerm::Const(false),
                }
            }
            (Value::Object(_), other) | (other, Value::Object(_))
                if self.kind(state, other).is_some()
                    && (self.class_of(state, left).is_some() || self.class_of(state, right).is_some()) =>
            {
                return BoolTerm::Const(false);
            }
            // Builtin classes have one name each.
            (Value::Global(a), Value::Global(b)) if a.starts_with("builtins.") && b.starts_with("builtins.") => {
                return BoolTerm::Const(a == b);
            }
            (Value::Global(a), Value::Class(_)) | (Value::Class(_), Value::Global(a)) if a.starts_with("builtins.") => {
                return BoolTerm::Const(false);
            }
            (Value::None, Value::Global(path)) | (Value::Global(path), Value::None)
                if path.starts_with("builtins.") =>
            {
                return BoolTerm::Const(false);
            }
            (Value::None, other) | (other, Value::None) if !matches!(other, Value::Opaque(_) | Value::Global(_)) => {
                return BoolTerm::Const(false);
            }
            _ => {}
        }
        match (self.kind(state, left), self.kind(state, right)) {
            (Some(a), Some(b)) if a != b => BoolTerm::Const(false),
            (Some(_) | None, Some(_) | None) => {
                if let (Value::Global(path), Value::None) | (Value::None, Value::Global(path)) = (left, right) {
                    let path = Rc::clone(path);
                    return self.named_condition(
                        format!("{path} is None"),
                        &format!("`{path}`"),
                        Influence::Environment,
                    );
                }
                self.undecided(state, left, right, "is")
            }
        }
    }

    /// Evaluates `item in container`.
    pub(crate) fn contains(&mut self, state: &State, container: &Value, item: &Value) -> BoolTerm {
        match (container, item) {
            (Value::Str(whole), Value::Str(part)) | (Value::Bytes(whole), Value::Bytes(part)) => {
                return self.has_part(whole, part);
            }
            _ => {}
        }
        let items = match container {
            Value::Tuple(items) => Some(items.to_vec()),
            Value::Object(id) => match state.object(*id) {
                Some(Object::List(items) | Object::Set(items)) => Some(items.clone()),
                Some(Object::Dict(entries)) => Some(entries.iter().map(|(key, _)| key.clone()).collect()),
                Some(
                    Object::Instance { .. }
                    | Object::Iterator { .. }
                    | Object::OpenIterator { .. }
                    | Object::Generator { .. }
                    | Object::Cell(_)
                    | Object::Unknown(_),
                )
                | None => None,
            },
            _ => None,
        };
        let Some(items) = items else { return self.undecided(state, container, item, "in") };
        // Membership of one text among known texts is one regular test.
        let text = match item {
            Value::Str(rope) => Some(rope.clone()),
            // Of the attacker's data only a text can equal a text.
            Value::Opaque(opaque) => self.tree_text(opaque).map(|(_, rope)| rope),
            _ => None,
        };
        if let Some(rope) = text {
            let texts: Option<Vec<String>> = items.iter().map(Value::as_text).collect();
            if let Some(texts) = texts
                && let Some(language) = finite(&texts)
            {
                return self.is_in(&rope, &language);
            }
        }
        let mut any = BoolTerm::Const(false);
        for candidate in &items {
            any = any.or(self.equal(state, candidate, item, 16));
        }
        any
    }

    fn has_part(&mut self, whole: &Rope, part: &Rope) -> BoolTerm {
        let influence = if whole.sources().chain(part.sources()).next().is_some() {
            Influence::Attacker
        } else {
            Influence::Environment
        };
        match (whole.known(), part.known()) {
            (Some(whole), Some(part)) => BoolTerm::Const(whole.contains(&part)),
            (None, Some(part)) => match containing(&part) {
                Some(language) => self.is_in(whole, &language),
                None => self.fresh_condition("a substring test", influence),
            },
            (Some(text), None) if text.chars().count() <= 40 => {
                let chars: Vec<char> = text.chars().collect();
                let mut parts = vec![String::new()];
                for start in 0..chars.len() {
                    for end in start + 1..=chars.len() {
                        parts.push(chars.get(start..end).unwrap_or_default().iter().collect());
                    }
                }
                parts.sort();
                parts.dedup();
                match finite(&parts) {
                    Some(language) => self.is_in(part, &language),
                    None => self.fresh_condition("a substring test", influence),
                }
            }
            (Some(_) | None, None) => self.fresh_condition("a substring test", influence),
        }
    }
}

/// Gives the language of all texts that hold a part.
pub(crate) fn containing(part: &str) -> Option<Language> {
    Language::any().concat(&Language::literal(part).ok()?).ok()?.concat(&Language::any()).ok()
}

/// Gives the language of just these texts.
pub(crate) fn finite(texts: &[String]) -> Option<Language> {
    Language::one_of(texts.iter().map(String::as_str)).ok()
}
