//! Questions about classes: `isinstance`, `issubclass`, `type`. Invariant: an answer is given only where every class in
//! question is known.

use crate::{
    interpreter::Interpreter,
    program_index::Named,
    state::State,
    term::BoolTerm,
    value::{Exception, Object, Special, Value},
};

/// Abstract classes of `collections.abc` of which it is known what builtin values are their instances.
const ABSTRACT: &[&str] = &[
    "Sequence",
    "MutableSequence",
    "Mapping",
    "MutableMapping",
    "Set",
    "MutableSet",
    "Iterable",
    "Collection",
    "Sized",
    "Container",
    "Reversible",
    "Callable",
    "Iterator",
    "Generator",
];

impl Interpreter<'_> {
    /// Evaluates `isinstance(value, class)`.
    pub(crate) fn is_instance(&mut self, state: &mut State, value: &Value, class: &Value) -> BoolTerm {
        let classes: Vec<Value> = match class {
            Value::Tuple(items) => items.to_vec(),
            other => vec![other.clone()],
        };
        let own: Option<&[&str]> = match value {
            Value::Str(_) => Some(&["str", "Sequence", "Iterable", "Collection", "Sized", "Container", "Reversible"]),
            Value::Bytes(_) => {
                Some(&["bytes", "Sequence", "Iterable", "Collection", "Sized", "Container", "Reversible"])
            }
            Value::Int(_) => Some(&["int"]),
            Value::Bool(_) => Some(&["bool", "int"]),
            Value::Float(_) => Some(&["float"]),
            Value::None => Some(&[]),
            Value::Tuple(_) => {
                Some(&["tuple", "Sequence", "Iterable", "Collection", "Sized", "Container", "Reversible"])
            }
            Value::Object(id) if state.special.contains_key(id) => {
                let path = state.special.get(id).map_or("", Special::path);
                let is_dict = matches!(state.object(*id), Some(Object::Dict(_)));
                let names = |class: &Value| match class {
                    Value::Global(name) => {
                        name.as_ref() == path
                            || is_dict && name.as_ref() == "builtins.dict"
                            || name.as_ref() == "builtins.object"
                    }
                    _ => false,
                };
                let known = |class: &Value| match class {
                    Value::Global(name) => name.starts_with("builtins.") || name.starts_with("collections."),
                    Value::Class(_) => true,
                    _ => false,
                };
                if classes.iter().any(names) {
                    return BoolTerm::Const(true);
                }
                if classes.iter().all(known)
                    && !classes
                        .iter()
                        .any(|class| matches!(class, Value::Global(name) if name.starts_with("collections.abc")))
                {
                    return BoolTerm::Const(false);
                }
                None
            }
            Value::Object(id) => match state.object(*id) {
                Some(Object::List(_)) => Some(&[
                    "list",
                    "Sequence",
                    "MutableSequence",
                    "Iterable",
                    "Collection",
                    "Sized",
                    "Container",
                    "Reversible",
                ]),
                Some(Object::Dict(_)) => Some(&[
                    "dict",
                    "Mapping",
                    "MutableMapping",
                    "Iterable",
                    "Collection",
                    "Sized",
                    "Container",
                    "Reversible",
                ]),
                // A frozen set is kept as a set.
                Some(Object::Set(_))
                    if !classes.iter().any(
                        |class| matches!(class, Value::Global(path) if path.ends_with(".set") || path.ends_with("set")),
                    ) =>
                {
                    Some(&["Set", "Iterable", "Collection", "Sized", "Container"])
                }
                _ => None,
            },
            _ => None,
        };
        if let Some(own) = own {
            let mut known = true;
            for class in &classes {
                match class {
                    Value::Global(path) if abstract_name(path).is_some() => {
                        match abstract_name(path) {
                            Some(name) if own.contains(&name) => return BoolTerm::Const(true),
                            // Other abstract classes ask for methods.
                            Some(name) if !ABSTRACT.contains(&name) => known = false,
                            Some(_) | None => {}
                        }
                    }
                    Value::Global(path) => match path.strip_prefix("builtins.") {
                        Some(name) if own.contains(&name) || name == "object" => return BoolTerm::Const(true),
                        Some(_) => {}
                        None => known = false,
                    },
                    Value::Class(_) => {}
                    _ => known = false,
                }
            }
            if known {
                return BoolTerm::Const(false);
            }
        }
        let answers: Vec<Option<bool>> = classes.iter().map(|class| self.is_instance_of(state, value, class)).collect();
        if answers.contains(&Some(true)) {
            return BoolTerm::Const(true);
        }
        if answers.iter().all(|answer| *answer == Some(false)) {
            return BoolTerm::Const(false);
        }
        let influence = self.influence(state, std::slice::from_ref(value));
        self.fresh_condition("`isinstance`", influence)
    }

    /// Gives `type(value)`, where that is known.
    pub(crate) fn type_of(&self, state: &State, value: &Value) -> Option<Value> {
        let name = match value {
            Value::Str(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::Int(_) => "int",
            Value::Bool(_) => "bool",
            Value::Float(_) => "float",
            Value::Tuple(_) => "tuple",
            Value::Object(id) => match state.object(*id)? {
                Object::Instance { class, .. } => return Some(Value::Class(*class)),
                _ if state.special.contains_key(id) => {
                    return Some(Value::Global(state.special.get(id)?.path().into()));
                }
                Object::List(_) => "list",
                Object::Dict(_) => "dict",
                // A frozen set is kept as a set.
                Object::Set(_)
                | Object::Iterator { .. }
                | Object::OpenIterator { .. }
                | Object::Generator { .. }
                | Object::Cell(_)
                | Object::Unknown(_) => return None,
            },
            Value::Exception(Exception { class: Some(class), .. }) => {
                return Some(match self.index.find(class) {
                    Some(Named::Class(class)) => Value::Class(class),
                    _ => Value::Global(class.clone()),
                });
            }
            Value::None
            | Value::Ellipsis
            | Value::Path(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Global(_)
            | Value::Exception(_)
            | Value::Pattern(..)
            | Value::Match(..)
            | Value::Opaque(_) => return None,
        };
        Some(Value::Global(format!("builtins.{name}").into()))
    }

    /// Evaluates `issubclass(class, wanted)`; `None` when it is not known.
    pub(crate) fn is_subclass(&self, class: &Value, wanted: &Value) -> Option<bool> {
        if let Value::Tuple(several) = wanted {
            let answers: Option<Vec<bool>> = several.iter().map(|wanted| self.is_subclass(class, wanted)).collect();
            return answers.map(|answers| answers.contains(&true));
        }
        match (class, wanted) {
            (_, Value::Global(path)) if path.as_ref() == "builtins.object" => Some(true),
            (Value::Class(class), Value::Class(wanted)) => Some(self.index.order(*class).contains(wanted)),
            (Value::Class(class), Value::Global(path)) => {
                let known = self.index.knows_bases(self.index.class(*class)?);
                (known && path.starts_with("builtins.")).then_some(false)
            }
            (Value::Global(a), Value::Global(b)) if a.starts_with("builtins.") && b.starts_with("builtins.") => {
                let exceptions = self.is_exception_class(a) && self.is_exception_class(b);
                if exceptions {
                    return Some(self.ancestors(a).iter().any(|path| path.as_str() == b.as_ref()));
                }
                Some(a == b || (a.as_ref(), b.as_ref()) == ("builtins.bool", "builtins.int"))
            }
            (Value::Global(a), Value::Class(_)) if a.starts_with("builtins.") => Some(false),
            _ => None,
        }
    }
}

/// Gives the name of a class of `collections.abc`.
fn abstract_name(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("collections.abc.").or_else(|| path.strip_prefix("typing."))?;
    ABSTRACT.contains(&rest).then_some(rest).or(Some("")).filter(|_| !rest.contains('.'))
}
