//! Builtins that compare items: `sorted`, `min`, `max`, and `divmod`. Invariant: an order that is not known is asked for,
//! comparison by comparison, so that each path knows its own.

use num_traits::Signed;

use crate::{
    interpreter::{
        Choice, Choices, Interpreter, access::known_key, arithmetic::as_float, call::Arguments, operator::as_integer,
    },
    state::State,
    term::{BoolTerm, IntTerm, Order},
    value::{Object, Value},
};

/// The most items whose order is worked out where it is not known.
const ITEMS: usize = 6;

impl Interpreter<'_> {
    /// Calls `sorted`; `None` when it is not modelled or a comparison has to be decided first.
    pub(crate) fn sorted(&mut self, state: &mut State, arguments: &Arguments) -> Option<Choices> {
        let items = self.known_items(state, arguments.at(0)?)?;
        let items = self.ordered(state, items, arguments)?;
        Some(vec![Choice::value(Value::Object(state.allocate(Object::List(items))))])
    }

    /// Sorts items as `key` and `reverse` say.
    pub(crate) fn ordered(&mut self, state: &State, items: Vec<Value>, arguments: &Arguments) -> Option<Vec<Value>> {
        if arguments.open_keywords || arguments.keywords.iter().any(|(name, _)| name != "key" && name != "reverse") {
            return None;
        }
        let mut pairs = Vec::new();
        for item in items {
            pairs.push((self.sort_key(state, &item, arguments.keyword("key"))?, item));
        }
        self.ordered_by_key(state, pairs, arguments)
    }

    /// Calls the library's `_order_of`: the places of the keys, in the order of the keys.
    pub(crate) fn order_of(&mut self, state: &mut State, arguments: &Arguments) -> Option<Choices> {
        let keys = self.known_items(state, arguments.at(0)?)?;
        let pairs = keys.into_iter().zip((0..).map(Value::number)).collect();
        let places = self.ordered_by_key(state, pairs, arguments)?;
        Some(vec![Choice::value(Value::Object(state.allocate(Object::List(places))))])
    }

    fn ordered_by_key(
        &mut self,
        state: &State,
        pairs: Vec<(Value, Value)>,
        arguments: &Arguments,
    ) -> Option<Vec<Value>> {
        let is_reversed = match arguments.keyword("reverse") {
            None | Some(Value::Bool(BoolTerm::Const(false))) => false,
            Some(Value::Bool(BoolTerm::Const(true))) => true,
            Some(_) => return None,
        };
        let is_known = pairs.iter().all(|(key, _)| known_key(key).is_some());
        if !is_known && pairs.len() > ITEMS {
            return None;
        }
        let mut sorted: Vec<(Value, Value)> = Vec::new();
        for (key, item) in pairs {
            // A stable insertion: behind all that are not after it.
            let mut at = sorted.len();
            while let Some((before, _)) = at.checked_sub(1).and_then(|at| sorted.get(at)) {
                let (low, high) = if is_reversed { (before, &key) } else { (&key, before) };
                if !self.is_less(state, low, high, 4)? {
                    break;
                }
                at -= 1;
            }
            sorted.insert(at, (key, item));
        }
        Some(sorted.into_iter().map(|(_, item)| item).collect())
    }

    fn sort_key(&mut self, state: &State, item: &Value, key: Option<&Value>) -> Option<Value> {
        match key {
            None | Some(Value::None) => Some(item.clone()),
            Some(Value::Global(path)) if path.as_ref() == "builtins.len" => {
                Some(Value::number(self.known_items(state, item)?.len()))
            }
            Some(Value::Global(path)) if path.as_ref() == "builtins.abs" => {
                Some(Value::number(item.known_integer()?.abs()))
            }
            Some(_) => None,
        }
    }

    /// Tells whether one value is less than another, as Python orders numbers, texts and tuples of them.
    fn is_less(&mut self, state: &State, left: &Value, right: &Value, depth: u32) -> Option<bool> {
        if let (Some(a), Some(b)) = (as_integer(left), as_integer(right)) {
            return self.decide_term(state, BoolTerm::compare(Order::Less, a, b));
        }
        if let (Some(a), Some(b)) = (left.as_text(), right.as_text()) {
            return Some(a < b);
        }
        if let (Some(a), Some(b)) = (as_float(left), as_float(right)) {
            return Some(a < b);
        }
        let lists = (self.known_list(state, left), self.known_list(state, right));
        let (a, b) = match (left, right, lists) {
            (Value::Tuple(a), Value::Tuple(b), _) => (a.to_vec(), b.to_vec()),
            (_, _, (Some(a), Some(b))) => (a, b),
            _ => {
                let term = self.order(state, Order::Less, left, right);
                return self.decide_term(state, term);
            }
        };
        let depth = depth.checked_sub(1)?;
        for (a, b) in a.iter().zip(b.iter()) {
            let equal = self.equal(state, a, b, 8);
            if !self.decide_term(state, equal)? {
                return self.is_less(state, a, b, depth);
            }
        }
        Some(a.len() < b.len())
    }

    fn known_list(&self, state: &State, value: &Value) -> Option<Vec<Value>> {
        let Value::Object(id) = value else { return None };
        if let Some(Object::List(items)) = state.object(*id) { Some(items.clone()) } else { None }
    }

    /// Calls `min` or `max`.
    pub(crate) fn extreme(&mut self, state: &mut State, name: &str, arguments: &Arguments) -> Option<Choices> {
        if arguments.keywords.iter().any(|(name, _)| name != "key" && name != "default") {
            return None;
        }
        let items = match arguments.positional.as_deref()? {
            [one] => self.known_items(state, one)?,
            several => several.to_vec(),
        };
        let key = arguments.keyword("key").cloned();
        let mut best: Option<(Value, Value)> = None;
        for item in items {
            let own = self.sort_key(state, &item, key.as_ref())?;
            let is_better = match &best {
                None => true,
                Some((known, _)) if name == "min" => self.is_less(state, &own, known, 4)?,
                Some((known, _)) => self.is_less(state, known, &own, 4)?,
            };
            if is_better {
                best = Some((own, item));
            }
        }
        Some(vec![match best {
            Some((_, item)) => Choice::value(item),
            None => arguments.keyword("default").cloned().map_or_else(|| Choice::raise("ValueError"), Choice::value),
        }])
    }

    /// Calls `divmod` on integers.
    pub(crate) fn quotient_and_rest(&mut self, arguments: &Arguments) -> Option<Choices> {
        let (left, right) = (as_integer(arguments.at(0)?)?, as_integer(arguments.at(1)?)?);
        let zero = BoolTerm::compare(Order::Equal, right.clone(), IntTerm::number(0));
        if matches!(zero, BoolTerm::Const(true)) {
            return Some(vec![Choice::raise("ZeroDivisionError")]);
        }
        let pair = [IntTerm::floor_div(&left, &right)?, IntTerm::modulo(&left, &right)?];
        let value = Choice::value(Value::Tuple(pair.into_iter().map(Value::Int).collect()));
        Some(vec![value.when(zero.clone().negate()), Choice::raise("ZeroDivisionError").when(zero)])
    }
}
