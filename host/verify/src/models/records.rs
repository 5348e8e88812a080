//! Classes that only hold data: dataclasses and named tuples. Invariant: an instance is made only where the generated
//! constructor is the one that runs and each field's value is clear.

use std::collections::BTreeMap;

use ir::{
    function::DefaultValue,
    program::{ClassId, ClassKind},
};

use crate::{
    interpreter::{Choice, Choices, Interpreter, call::Arguments},
    state::State,
    value::{Influence, Object, Rest, Value},
};

impl Interpreter<'_> {
    /// Makes an instance of a dataclass or named tuple of the program; `None` for any other class.
    pub(crate) fn make_record(&mut self, state: &mut State, class: ClassId, arguments: &Arguments) -> Option<Choices> {
        let kind = self.index.class(class)?.kind;
        if !matches!(kind, ClassKind::Dataclass | ClassKind::NamedTuple) || arguments.open_keywords {
            return None;
        }
        let fields = self.fields_of(class)?;
        let positional = arguments.positional.as_deref()?;
        let is_field = |name: &String| fields.iter().any(|field| field.name == *name);
        if positional.len() > fields.len() || !arguments.keywords.iter().all(|(name, _)| is_field(name)) {
            return Some(vec![Choice::raise("TypeError")]);
        }
        let mut attributes = BTreeMap::new();
        for (at, field) in fields.iter().enumerate() {
            let value = match (positional.get(at), arguments.keyword(&field.name), &field.default) {
                (Some(_), Some(_), _) => return Some(vec![Choice::raise("TypeError")]),
                (Some(value), None, _) | (None, Some(value), _) => value.clone(),
                (None, None, Some(DefaultValue::Constant(constant))) => self.constant(state, constant),
                (None, None, Some(DefaultValue::Other)) => {
                    self.fresh_opaque(&format!("the default of `{}`", field.name), Influence::Environment)
                }
                (None, None, None) => return Some(vec![Choice::raise("TypeError")]),
            };
            attributes.insert(field.name.clone(), value);
        }
        let instance = Object::Instance { class, attributes, rest: Rest::Closed };
        Some(vec![Choice::value(Value::Object(state.allocate(instance)))])
    }

    /// Gives the items of a named tuple.
    pub(crate) fn named_items(&self, state: &State, value: &Value) -> Option<Vec<Value>> {
        match self.data_fields(state, value)? {
            (ClassKind::NamedTuple, fields) => Some(fields.into_iter().map(|(_, value)| value).collect()),
            (
                ClassKind::Plain | ClassKind::Dataclass | ClassKind::TypedDict | ClassKind::Enum | ClassKind::Model,
                _,
            ) => None,
        }
    }

    /// Tells whether an instance is one of a class: `None` when a base outside the program may say otherwise.
    pub(crate) fn is_instance_of(&self, state: &State, value: &Value, wanted: &Value) -> Option<bool> {
        let Value::Object(id) = value else { return None };
        let Some(Object::Instance { class, .. }) = state.object(*id) else { return None };
        let known = self.index.order(*class).iter().all(|id| {
            let class = self.index.class(*id);
            class.is_some_and(|class| class.kind == ClassKind::Plain && self.index.knows_bases(class))
        });
        match wanted {
            Value::Class(wanted) => Some(self.index.order(*class).contains(wanted)),
            Value::Global(path) if path.as_ref() == "builtins.object" => Some(true),
            Value::Global(path) if path.starts_with("builtins.") && known => Some(false),
            _ => None,
        }
    }
}
