//! Views and iterators of containers that change. Invariant: what was made of a container shows what the container holds
//! now, or is not known any more.

use std::rc::Rc;

use crate::{
    interpreter::Interpreter,
    state::State,
    value::{Object, ObjectId, Opaque, Value},
};

/// Which parts of a dict a view shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Its keys.
    Keys,
    /// Its values.
    Values,
    /// Pairs of both.
    Items,
}

/// How an object follows the container that it was made of.
#[derive(Clone, Debug)]
pub(crate) enum Follow {
    /// A view of a dict.
    View(Part),
    /// An iterator over a list: it looks at the place that is next.
    Places,
    /// An iterator over a dict, or a view of one, that had these keys.
    Pass(Part, Rc<[String]>),
    /// Something made of the items, as `zip` makes it.
    Made,
}

impl Part {
    /// Lists what a view shows.
    pub(crate) fn of(self, entries: &[(Value, Value)]) -> Vec<Value> {
        entries
            .iter()
            .map(|(key, value)| match self {
                Self::Keys => key.clone(),
                Self::Values => value.clone(),
                Self::Items => Value::Tuple(Rc::new([key.clone(), value.clone()])),
            })
            .collect()
    }
}

impl Interpreter<'_> {
    /// Makes a view of a dict.
    pub(crate) fn dict_view(&self, state: &mut State, dict: ObjectId, part: Part) -> Option<Value> {
        let Some(Object::Dict(entries)) = state.object(dict) else { return None };
        let items = part.of(entries);
        let view = state.allocate_view(items, crate::state::View::Dict);
        if let Value::Object(id) = view {
            state.follow(dict, id, Follow::View(part));
        }
        Some(view)
    }

    /// Makes an iterator over the items that a value has now, which follows what the value is made of.
    pub(crate) fn live_iterator(&self, state: &mut State, items: Vec<Value>, over: &Value) -> Value {
        let iterator = state.allocate(Object::Iterator { items: Rc::new(items), next: 0 });
        if let Value::Object(source) = over {
            match state.object(*source) {
                Some(Object::List(_)) if let Some((dict, part)) = state.viewed(*source) => {
                    let keys = keys_of(state, dict);
                    state.follow(dict, iterator, Follow::Pass(part, keys));
                }
                Some(Object::List(_)) => state.follow(*source, iterator, Follow::Places),
                Some(Object::Dict(_)) => {
                    let keys = keys_of(state, *source);
                    state.follow(*source, iterator, Follow::Pass(Part::Keys, keys));
                }
                Some(_) => state.follow(*source, iterator, Follow::Made),
                None => {}
            }
        }
        Value::Object(iterator)
    }

    /// Makes an iterator over what a function makes of the items of other values.
    pub(crate) fn made_iterator(&self, state: &mut State, items: Vec<Value>, of: &[Value]) -> Value {
        let iterator = state.allocate(Object::Iterator { items: Rc::new(items), next: 0 });
        for value in of {
            let Value::Object(source) = value else { continue };
            let source = state.viewed(*source).map_or(*source, |(dict, _)| dict);
            state.follow(source, iterator, Follow::Made);
        }
        Value::Object(iterator)
    }

    /// Lets what follows changed containers show what they hold now.
    pub(crate) fn follow_changes(&mut self, state: &mut State) {
        while let Some((source, derived, follow)) = state.next_change() {
            let items = match (&follow, state.object(source)) {
                (Follow::View(part), Some(Object::Dict(entries))) => Some(part.of(entries)),
                (Follow::Pass(part, keys), Some(Object::Dict(entries))) if *keys == keys_of(state, source) => {
                    Some(part.of(entries))
                }
                (Follow::Places, Some(Object::List(items))) => Some(items.clone()),
                (Follow::View(_) | Follow::Pass(..) | Follow::Places | Follow::Made, _) => None,
            };
            let opaque = Opaque {
                id: self.fresh_id(),
                why: "an iterator over a container that has changed".into(),
                influence: self.influence(state, &[Value::Object(derived), Value::Object(source)]),
            };
            let Some(object) = state.object_mut(derived) else { continue };
            match (object, items) {
                // One that has ended stays so.
                (Object::Iterator { items, next }, _) if *next > items.len() => {}
                (Object::Iterator { items: seen, .. }, Some(items)) => *seen = Rc::new(items),
                (Object::List(seen), Some(items)) => *seen = items,
                (object, Some(_) | None) => *object = Object::Unknown(opaque),
            }
        }
    }
}

/// Gives the keys of a dict, told apart by what they are made of.
fn keys_of(state: &State, dict: ObjectId) -> Rc<[String]> {
    match state.object(dict) {
        Some(Object::Dict(entries)) => entries.iter().map(|(key, _)| format!("{key:?}")).collect(),
        Some(_) | None => Rc::default(),
    }
}
