//! Classes that only hold data: dataclasses and named tuples. Invariant: an instance is made only where the generated
//! constructor is the one that runs and each field's value is clear.

use std::collections::BTreeMap;

use ir::{
    function::DefaultValue,
    program::{Class, ClassId, ClassKind},
};

use crate::{
    interpreter::{Choice, Choices, Interpreter, call::Arguments},
    state::State,
    value::{Influence, Object, Rest, Value},
};

/// When two instances are equal.
#[derive(Clone, Debug)]
pub(crate) enum Alike {
    /// Never.
    Never,
    /// When these values are.
    ByFields(Vec<Value>, Vec<Value>),
}

impl Interpreter<'_> {
    /// Makes an instance of a dataclass or named tuple of the program; `None` for any other class.
    pub(crate) fn make_record(&mut self, state: &mut State, class: ClassId, arguments: &Arguments) -> Option<Choices> {
        let kind = self.index.class(class)?.kind;
        if !matches!(kind, ClassKind::Dataclass | ClassKind::NamedTuple) || arguments.open_keywords {
            return None;
        }
        let fields = self.fields_of(class)?;
        let positional = arguments.positional.as_deref()?;
        let options = self.index.class(class)?.options.clone();
        if options.get("kw_only") == Some(&true) || options.get("init") == Some(&false) {
            return None;
        }
        let is_field = |name: &String| fields.iter().any(|field| field.is_taken && field.name == *name);
        let taken = fields.iter().filter(|field| field.is_taken).count();
        if positional.len() > taken || !arguments.keywords.iter().all(|(name, _)| is_field(name)) {
            return Some(vec![Choice::raise("TypeError")]);
        }
        let mut attributes = BTreeMap::new();
        let mut next = positional.iter();
        for field in &fields {
            let given = if field.is_taken { next.next() } else { None };
            let named = arguments.keyword(&field.name).filter(|_| field.is_taken);
            let value = match (given, named, &field.default) {
                (Some(_), Some(_), _) => return Some(vec![Choice::raise("TypeError")]),
                (Some(value), None, _) | (None, Some(value), _) => value.clone(),
                (None, None, Some(DefaultValue::Constant(constant))) => self.constant(state, constant),
                (None, None, Some(DefaultValue::Made(path))) => match path.as_str() {
                    "builtins.list" => Value::Object(state.allocate(Object::List(Vec::new()))),
                    "builtins.dict" => Value::Object(state.allocate(Object::Dict(Vec::new()))),
                    "builtins.set" => Value::Object(state.allocate(Object::Set(Vec::new()))),
                    _ => self.fresh_opaque(&format!("the default of `{}`", field.name), Influence::Environment),
                },
                (None, None, Some(DefaultValue::Other)) => {
                    self.fresh_opaque(&format!("the default of `{}`", field.name), Influence::Environment)
                }
                (None, None, None) if !field.is_taken => continue,
                (None, None, None) => return Some(vec![Choice::raise("TypeError")]),
            };
            attributes.insert(field.name.clone(), value);
        }
        let instance = Object::Instance { class, attributes, rest: Rest::Closed };
        let instance = Value::Object(state.allocate(instance));
        match self.own_method(state, &instance, "__post_init__").filter(|_| kind == ClassKind::Dataclass) {
            Some(check) => Some(self.enter(state, &check, Arguments::from(Vec::new()), Some(instance))),
            None => Some(vec![Choice::value(instance)]),
        }
    }

    /// Tells whether two instances are equal as their classes generate it: dataclasses by their fields, in order, and
    /// instances without a method for it by identity; `None` where neither is clear.
    pub(crate) fn generated_fields(&self, state: &State, left: &Value, right: &Value) -> Option<Alike> {
        let (a, b) = (self.class_of(state, left)?, self.class_of(state, right)?);
        let has_own = |class| {
            self.index.class_member(class, "__eq__").is_some()
                || !self.index.class(class).is_some_and(|class| self.is_closed(class))
        };
        if has_own(a) || has_own(b) {
            return None;
        }
        if a != b {
            return Some(Alike::Never);
        }
        if self.index.class(a)?.kind == ClassKind::Plain {
            return Some(Alike::Never);
        }
        match self.data_fields(state, left)? {
            (ClassKind::Dataclass, fields) if self.index.class(a)?.options.get("eq") != Some(&false) => {
                let (_, others) = self.data_fields(state, right)?;
                let values = |fields: Vec<(String, Value)>| fields.into_iter().map(|(_, value)| value).collect();
                Some(Alike::ByFields(values(fields), values(others)))
            }
            _ => None,
        }
    }

    /// Tells whether a class's bases are all known, or generate what is modelled.
    fn is_closed(&self, class: &Class) -> bool {
        match class.kind {
            ClassKind::Plain | ClassKind::Dataclass => self.index.knows_bases(class),
            ClassKind::NamedTuple | ClassKind::TypedDict | ClassKind::Enum | ClassKind::Model => false,
        }
    }

    /// Gives the class of an instance.
    pub(crate) fn class_of(&self, state: &State, value: &Value) -> Option<ClassId> {
        let Value::Object(id) = value else { return None };
        if let Some(Object::Instance { class, .. }) = state.object(*id) { Some(*class) } else { None }
    }

    /// Tells whether a dataclass in an instance's class order has an option.
    pub(crate) fn has_option(&self, class: ClassId, option: &str) -> bool {
        self.index
            .order(class)
            .iter()
            .any(|id| self.index.class(*id).is_some_and(|class| class.options.get(option) == Some(&true)))
    }

    /// Calls a function of `dataclasses`, or a method that named tuples have; `None` when it is not modelled.
    pub(crate) fn call_dataclasses(&mut self, state: &mut State, name: &str, arguments: &Arguments) -> Option<Choices> {
        let record = arguments.at(0)?.clone();
        let class = self.class_of(state, &record)?;
        let (_, fields) = self.data_fields(state, &record)?;
        let is_simple = |value: &Value| !matches!(value, Value::Object(_) | Value::Tuple(_));
        match name {
            "asdict" if arguments.count()? == 1 && fields.iter().all(|(_, value)| is_simple(value)) => {
                let entries = fields.into_iter().map(|(name, value)| (Value::text(&name), value)).collect();
                Some(vec![Choice::value(Value::Object(state.allocate(Object::Dict(entries))))])
            }
            "astuple" if arguments.count()? == 1 && fields.iter().all(|(_, value)| is_simple(value)) => {
                Some(vec![Choice::value(Value::Tuple(fields.into_iter().map(|(_, value)| value).collect()))])
            }
            "replace" if arguments.count()? == 1 => {
                let declared = self.fields_of(class)?;
                if declared.iter().any(|field| !field.is_taken) {
                    return None;
                }
                let mut given = arguments.keywords.clone();
                for (name, value) in fields {
                    if !given.iter().any(|(known, _)| *known == name) {
                        given.push((name, value));
                    }
                }
                let arguments = Arguments { positional: Some(Vec::new()), keywords: given, ..Arguments::default() };
                self.make_record(state, class, &arguments)
            }
            _ => None,
        }
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
