//! The types that values certainly have. Invariant: a type is given only when every value that is meant has exactly that
//! type.

use std::collections::BTreeMap;

use ir::program::{ClassId, ClassKind};

use crate::{
    interpreter::{Interpreter, hazard::Hazard},
    program_index::Named,
    state::{State, View},
    value::{Object, Rest, Special, Value},
};

/// How deep containers are looked into.
const DEPTH: u32 = 6;

/// What makes a value without raising.
const MAKERS: &[&str] = &[
    "builtins.int",
    "builtins.float",
    "builtins.str",
    "builtins.bool",
    "builtins.list",
    "builtins.dict",
    "builtins.set",
    "builtins.tuple",
];

/// A certain type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certain {
    None,
    Ellipsis,
    Bool,
    Int,
    Float,
    Str,
    Bytes,
    Path,
    Tuple,
    List,
    Set,
    Dict,
    Range,
    /// What `dict.keys`, `dict.values` and `dict.items` give: sized and iterable.
    View,
    /// What `zip`, `enumerate`, `reversed` and `iter` give.
    Iterator,
    /// A sequence of values of one builtin type and of any length.
    Items,
    Function,
    Class,
    Exception,
    Pattern,
    Match,
    /// An instance of a class of the program.
    Instance(ClassId),
    /// Not known.
    Unknown,
}

impl Certain {
    /// Tells whether this is a number.
    pub(crate) const fn is_number(self) -> bool {
        matches!(self, Self::Bool | Self::Int | Self::Float)
    }

    /// Tells whether this is an integer or a truth value.
    pub(crate) const fn is_integer(self) -> bool {
        matches!(self, Self::Bool | Self::Int)
    }

    /// Tells whether operators on this type do exactly what is listed, and raise `TypeError` for all else.
    pub(crate) const fn is_closed(self) -> bool {
        matches!(
            self,
            Self::None
                | Self::Ellipsis
                | Self::Bool
                | Self::Int
                | Self::Float
                | Self::Str
                | Self::Bytes
                | Self::Tuple
                | Self::List
                | Self::Set
                | Self::Dict
                | Self::Range
        )
    }

    /// Tells whether iterating over it raises nothing.
    pub(crate) const fn is_iterable(self) -> bool {
        matches!(
            self,
            Self::Str
                | Self::Bytes
                | Self::Tuple
                | Self::List
                | Self::Set
                | Self::Dict
                | Self::Range
                | Self::View
                | Self::Iterator
                | Self::Items
        )
    }
}

impl Interpreter<'_> {
    /// Gives the type that a value certainly has.
    pub(crate) fn certain(&self, state: &State, value: &Value) -> Certain {
        match value {
            Value::None => Certain::None,
            Value::Ellipsis => Certain::Ellipsis,
            Value::Bool(_) => Certain::Bool,
            Value::Int(_) => Certain::Int,
            Value::Float(_) => Certain::Float,
            // A parameter without annotation is only taken for a text.
            Value::Str(rope) => match rope.plain_source().and_then(|source| self.sources.get(source)) {
                Some(source) if self.flexible.contains(&source.name) => Certain::Unknown,
                Some(_) | None => Certain::Str,
            },
            Value::Bytes(_) => Certain::Bytes,
            Value::Path(_) => Certain::Path,
            Value::Tuple(_) => Certain::Tuple,
            Value::Function(_) => Certain::Function,
            Value::Class(_) => Certain::Class,
            Value::Global(path) => match path.strip_prefix("builtins.") {
                Some(name) if !name.contains('.') => {
                    if self.is_exception_class(path) || TYPES.contains(&name) {
                        Certain::Class
                    } else {
                        Certain::Function
                    }
                }
                None if is_abstract_class(path) => Certain::Class,
                Some(_) | None => Certain::Unknown,
            },
            Value::Exception(_) => Certain::Exception,
            Value::Pattern(..) => Certain::Pattern,
            Value::Match(..) => Certain::Match,
            Value::Opaque(opaque) => {
                if self.ranges.contains_key(&opaque.id) {
                    Certain::Range
                } else if self.hazards.floats.contains(&opaque.id) {
                    Certain::Float
                } else {
                    let is_tree = self.trees.get(&opaque.id).is_some_and(|name| self.typed_trees.contains_key(&**name));
                    let is_items = is_tree || self.hazards.text_lists.contains(&opaque.id);
                    if is_items { Certain::Items } else { Certain::Unknown }
                }
            }
            Value::Object(id) if state.special.contains_key(id) => certain_collection(state.special.get(id)),
            Value::Object(id) => match state.object(*id) {
                Some(Object::List(_)) => match state.views.get(id) {
                    Some(View::Range) => Certain::Range,
                    Some(View::Dict) => Certain::View,
                    None => Certain::List,
                },
                Some(Object::Set(_)) => Certain::Set,
                Some(Object::Dict(_)) => Certain::Dict,
                Some(Object::Iterator { .. } | Object::Generator { .. }) => Certain::Iterator,
                Some(Object::Instance { class, .. }) => Certain::Instance(*class),
                Some(Object::OpenIterator { over, .. }) => {
                    let over = Value::Opaque(over.clone());
                    if self.certain(state, &over).is_iterable() { Certain::Iterator } else { Certain::Unknown }
                }
                Some(Object::Cell(_) | Object::Unknown(_)) | None => Certain::Unknown,
            },
        }
    }

    /// Tells whether a value and all its parts are of builtin types, or of classes that change neither equality nor text.
    pub(crate) fn is_plain(&self, state: &State, value: &Value) -> bool {
        self.is_plain_to(state, value, DEPTH)
    }

    fn is_plain_to(&self, state: &State, value: &Value, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let plain = |item: &Value| self.is_plain_to(state, item, depth);
        match self.certain(state, value) {
            Certain::Unknown | Certain::Exception => false,
            Certain::Instance(class) => self.is_plain_instance(state, value, class, depth),
            Certain::Tuple | Certain::List | Certain::Set | Certain::Dict | Certain::View | Certain::Iterator => {
                match value {
                    Value::Tuple(items) => items.iter().all(plain),
                    Value::Object(id) => match state.object(*id) {
                        Some(Object::List(items) | Object::Set(items)) => items.iter().all(plain),
                        Some(Object::Dict(entries)) => entries.iter().all(|(key, value)| plain(key) && plain(value)),
                        Some(Object::Iterator { items, .. }) => items.iter().all(plain),
                        Some(
                            Object::Instance { .. }
                            | Object::OpenIterator { .. }
                            | Object::Generator { .. }
                            | Object::Cell(_)
                            | Object::Unknown(_),
                        )
                        | None => false,
                    },
                    _ => false,
                }
            }
            Certain::None
            | Certain::Ellipsis
            | Certain::Bool
            | Certain::Int
            | Certain::Float
            | Certain::Str
            | Certain::Bytes
            | Certain::Path
            | Certain::Range
            | Certain::Items
            | Certain::Function
            | Certain::Class
            | Certain::Pattern
            | Certain::Match => true,
        }
    }

    fn is_plain_instance(&self, state: &State, value: &Value, class: ClassId, depth: u32) -> bool {
        const SPECIAL: [&str; 6] = ["__eq__", "__ne__", "__hash__", "__repr__", "__str__", "__format__"];
        let known = self.index.class(class).is_some_and(|declared| {
            self.index.knows_bases(declared)
                || matches!(declared.kind, ClassKind::NamedTuple)
                || self.members(class).is_some()
        });
        let is_own = SPECIAL.iter().any(|name| self.index.class_member(class, name).is_some());
        let none = BTreeMap::new();
        let (attributes, is_closed) = match value {
            Value::Object(id) => match state.object(*id) {
                Some(Object::Instance { attributes, rest, .. }) => (attributes, *rest == Rest::Closed),
                Some(_) | None => (&none, false),
            },
            _ => (&none, false),
        };
        known && !is_own && is_closed && attributes.values().all(|item| self.is_plain_to(state, item, depth))
    }

    /// Says what may be raised when a value is hashed.
    pub(crate) fn key_hazard(&self, state: &State, key: &Value) -> Hazard {
        match self.hashable(state, key, DEPTH) {
            Some(true) => Hazard::Shown,
            Some(false) => Hazard::Raises("TypeError"),
            None => Hazard::Unseen("the hash of a value whose type is not known".to_owned()),
        }
    }

    /// Says what may be raised when values are hashed.
    pub(crate) fn keys_hazard(&self, state: &State, keys: &[Value]) -> Hazard {
        keys.iter().fold(Hazard::Shown, |hazard, key| hazard.and(self.key_hazard(state, key)))
    }

    fn hashable(&self, state: &State, key: &Value, depth: u32) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        match self.certain(state, key) {
            Certain::List | Certain::Dict => Some(false),
            Certain::Tuple => match key {
                Value::Tuple(items) => {
                    let all: Option<Vec<bool>> = items.iter().map(|item| self.hashable(state, item, depth)).collect();
                    all.map(|all| all.into_iter().all(|one| one))
                }
                _ => None,
            },
            // A frozen set is one as well.
            Certain::Set | Certain::View | Certain::Items | Certain::Exception | Certain::Unknown => None,
            Certain::Instance(class) => {
                let declared = self.index.class(class)?;
                let is_own = ["__eq__", "__hash__"].iter().any(|name| self.index.class_member(class, name).is_some());
                let is_member = self.members(class).is_some();
                let plain = declared.kind == ClassKind::Plain && self.index.knows_bases(declared);
                (!is_own && (is_member || plain)).then_some(true)
            }
            Certain::None
            | Certain::Ellipsis
            | Certain::Bool
            | Certain::Int
            | Certain::Float
            | Certain::Str
            | Certain::Bytes
            | Certain::Path
            | Certain::Range
            | Certain::Iterator
            | Certain::Function
            | Certain::Class
            | Certain::Pattern
            | Certain::Match => Some(true),
        }
    }

    /// Tells whether a value's truth is found without calling anything of its own.
    pub(crate) fn has_known_truth(&self, state: &State, value: &Value) -> bool {
        match self.certain(state, value) {
            Certain::Unknown => false,
            Certain::Instance(class) => {
                let is_own = ["__bool__", "__len__"].iter().any(|name| self.index.class_member(class, name).is_some());
                !is_own && self.index.class(class).is_some_and(|class| self.index.knows_bases(class))
                    || self.members(class).is_some()
            }
            _ => true,
        }
    }

    /// Tells whether the next item of an iterator is given without running code that is not known.
    pub(crate) fn is_known_iterator(&self, state: &State, value: &Value) -> bool {
        self.certain(state, value) == Certain::Iterator
    }

    /// Says what may be raised when a value is iterated over.
    pub(crate) fn iteration_hazard(&mut self, state: &mut State, value: &Value) -> Hazard {
        match self.certain(state, value) {
            kind if kind.is_iterable() => Hazard::Shown,
            kind if kind.is_closed() || kind == Certain::Function => Hazard::Raises("TypeError"),
            Certain::Instance(_) if self.named_items(state, value).is_some() => Hazard::Shown,
            // An enumeration gives its members.
            _ => {
                let is_enumeration = matches!(value, Value::Class(class) if self.members(*class).is_some());
                Hazard::unless(is_enumeration, "iteration over something whose type is not known")
            }
        }
    }

    /// Tells whether two values have an order.
    pub(crate) fn has_order(&self, state: &State, left: &Value, right: &Value) -> Option<bool> {
        self.order_to(state, left, right, DEPTH)
    }

    fn order_to(&self, state: &State, left: &Value, right: &Value, depth: u32) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        let items = |value: &Value| match value {
            Value::Tuple(items) => Some(items.to_vec()),
            Value::Object(id) => match state.object(*id) {
                Some(Object::List(items)) => Some(items.clone()),
                Some(_) | None => None,
            },
            _ => None,
        };
        match (self.certain(state, left), self.certain(state, right)) {
            (a, b) if a.is_number() && b.is_number() => Some(true),
            (Certain::Str, Certain::Str)
            | (Certain::Bytes, Certain::Bytes)
            | (Certain::Set, Certain::Set)
            | (Certain::Path, Certain::Path) => Some(true),
            (Certain::Tuple, Certain::Tuple) | (Certain::List, Certain::List) => {
                let (left, right) = (items(left)?, items(right)?);
                let mut pairs = left.iter().zip(&right);
                let ordered = pairs.all(|(a, b)| {
                    self.order_to(state, a, b, depth) == Some(true)
                        && self.is_plain(state, a)
                        && self.is_plain(state, b)
                });
                ordered.then_some(true)
            }
            (a, b) if a.is_closed() && b.is_closed() => Some(false),
            _ => None,
        }
    }

    /// Says what may be raised when values are put in order.
    pub(crate) fn sorting_hazard(&self, state: &State, items: &[Value]) -> Hazard {
        for (at, left) in items.iter().enumerate() {
            for right in items.get(at + 1..).unwrap_or_default() {
                match self.has_order(state, left, right) {
                    Some(true) => {}
                    // Sorting compares each value with some other one.
                    Some(false) if items.len() == 2 => return Hazard::Raises("TypeError"),
                    Some(false) | None => return Hazard::Unseen("a comparison of values without an order".to_owned()),
                }
            }
        }
        Hazard::Shown
    }

    /// Tells whether a class of the program has an attribute by this name that is no field of an instance.
    pub(crate) fn has_member(&self, class: ClassId, name: &str) -> bool {
        match self.index.class_member(class, name) {
            Some(Named::Function(_) | Named::Constant(_)) => true,
            Some(Named::Class(_) | Named::CallOf(_) | Named::Variable | Named::Module) | None => false,
        }
    }
}

/// Classes of `collections.abc`.
const ABSTRACT: &[&str] = &[
    "Callable",
    "Collection",
    "Container",
    "Hashable",
    "Iterable",
    "Iterator",
    "Mapping",
    "MutableMapping",
    "MutableSequence",
    "MutableSet",
    "Sequence",
    "Set",
    "Sized",
];

/// Tells whether a path names a class of `collections.abc`.
pub(crate) fn is_abstract_class(path: &str) -> bool {
    path.strip_prefix("collections.abc.").is_some_and(|name| ABSTRACT.contains(&name))
}

/// Builtin types.
const TYPES: &[&str] = &[
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "object",
    "range",
    "set",
    "str",
    "tuple",
    "type",
];

/// Gives what a container of `collections` certainly does like: a queue knows no slices, a count updates differently, and
/// what makes a missing value may raise.
fn certain_collection(special: Option<&Special>) -> Certain {
    match special {
        Some(Special::Ordered | Special::Default(Value::None)) => Certain::Dict,
        Some(Special::Default(Value::Global(path))) if MAKERS.contains(&&**path) => Certain::Dict,
        Some(Special::Default(_) | Special::Counter | Special::Deque(_)) | None => Certain::Unknown,
    }
}
