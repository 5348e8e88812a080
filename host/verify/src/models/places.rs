//! Where an item stands in a sequence, and how often. Invariant: every equality is decided on the path before a place is
//! given.

use crate::{
    interpreter::{Choice, Choices, Interpreter},
    state::State,
    value::Value,
};

impl Interpreter<'_> {
    /// Calls `index` or `count` of a sequence whose items are known; `None` for other methods, and where an equality cannot
    /// be decided.
    pub(crate) fn place_of(
        &mut self,
        state: &mut State,
        items: &[Value],
        (name, wanted): (&str, &Value),
    ) -> Option<Choices> {
        let mut places = Vec::new();
        for (place, item) in (0_usize..).zip(items) {
            let equal = self.equal(state, item, wanted, 16);
            if self.decide_term(state, equal)? {
                places.push(place);
            }
        }
        match name {
            "index" => Some(vec![
                places
                    .first()
                    .map_or_else(|| Choice::raise("ValueError"), |place| Choice::value(Value::number(*place))),
            ]),
            "count" => Some(vec![Choice::value(Value::number(places.len()))]),
            _ => None,
        }
    }
}
