//! Python values as the interpreter sees them. Invariant: mutable objects live on the heap and are named by id; a value
//! itself never changes.

use std::{collections::BTreeMap, rc::Rc};

use ir::{
    function::LocalId,
    program::{ClassId, FunctionId},
};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use crate::{
    models::groups::Matched,
    rope::Rope,
    state::Frame,
    term::{BoolTerm, IntTerm},
};

/// Numbers an object on a path's heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectId(pub(crate) u32);

/// A value of which only its provenance is known.
#[derive(Clone, Debug)]
pub(crate) struct Opaque {
    /// Identity: the same value has the same id throughout a path.
    pub(crate) id: u32,
    /// What it is, in words that finish "the value of …".
    pub(crate) why: Rc<str>,
    /// Whether the attacker's data went into it.
    pub(crate) influence: Influence,
}

/// Whether the attacker's data went into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Influence {
    /// None did.
    Environment,
    /// Some did, or may have.
    Attacker,
}

/// A function with what it closes over.
#[derive(Clone, Debug)]
pub(crate) struct Closure {
    /// The function.
    pub(crate) function: FunctionId,
    /// Cells of the enclosing functions by variable name.
    pub(crate) cells: Rc<BTreeMap<String, ObjectId>>,
    /// Defaults that are no constants.
    pub(crate) defaults: Rc<Vec<(String, Value)>>,
    /// `self` or `cls`, when bound.
    pub(crate) receiver: Option<Rc<Value>>,
}

/// An exception on its way.
#[derive(Clone, Debug)]
pub(crate) struct Exception {
    /// Its class's dotted path; `None` when any exception is possible.
    pub(crate) class: Option<Rc<str>>,
    /// What it was made with.
    pub(crate) message: Option<Rc<Value>>,
}

impl Exception {
    /// Makes a builtin exception.
    pub(crate) fn builtin(name: &str) -> Self {
        Self { class: Some(format!("builtins.{name}").into()), message: None }
    }
}

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// `None`.
    None,
    /// `...`
    Ellipsis,
    /// A truth value.
    Bool(BoolTerm),
    /// An integer.
    Int(IntTerm),
    /// A float with a known value.
    Float(f64),
    /// A string.
    Str(Rope),
    /// Bytes, as the text that they encode in UTF-8.
    Bytes(Rope),
    /// A `pathlib` path, as its text.
    Path(Rope),
    /// A tuple.
    Tuple(Rc<[Value]>),
    /// A list, dict, set, iterator or instance.
    Object(ObjectId),
    /// A function of the program.
    Function(Closure),
    /// A class of the program.
    Class(ClassId),
    /// Something outside the program (or a module), by its dotted path.
    Global(Rc<str>),
    /// An exception instance.
    Exception(Exception),
    /// A compiled regular expression: pattern and flags.
    Pattern(Rc<str>, i128),
    /// A match of a pattern.
    Match(Rc<Matched>),
    /// Not known.
    Opaque(Opaque),
}

/// What a heap object holds.
#[derive(Clone, Debug)]
pub(crate) enum Object {
    /// A list.
    List(Vec<Value>),
    /// A set in insertion order, without equal constants.
    Set(Vec<Value>),
    /// A dict in insertion order.
    Dict(Vec<(Value, Value)>),
    /// A class instance: attributes that are known so far.
    Instance {
        /// Its class.
        class: ClassId,
        /// Known attributes.
        attributes: BTreeMap<String, Value>,
        /// Whether other attributes may exist.
        rest: Rest,
    },
    /// An iterator over known items.
    Iterator {
        /// What remains.
        items: Rc<Vec<Value>>,
        /// Index of the next one.
        next: usize,
    },
    /// An iterator over an unknown number of items.
    OpenIterator {
        /// What it goes over.
        over: Opaque,
        /// How many were taken.
        taken: u32,
    },
    /// What a generator function gave.
    Generator {
        /// Where it is.
        progress: Progress,
        /// Whether it is used by loops, or by `with`.
        role: Role,
    },
    /// A captured variable.
    Cell(Option<Value>),
    /// A container whose contents are not known any more.
    Unknown(Opaque),
}

/// What makes a list or dict one of the containers of `collections`.
#[derive(Clone, Debug)]
pub(crate) enum Special {
    /// `defaultdict`, with what makes a missing value.
    Default(Value),
    /// `Counter`.
    Counter,
    /// `OrderedDict`.
    Ordered,
    /// `deque`, with the most items that it keeps.
    Deque(Option<usize>),
}

impl Special {
    /// Gives the class's dotted path.
    pub(crate) const fn path(&self) -> &'static str {
        match self {
            Self::Default(_) => "collections.defaultdict",
            Self::Counter => "collections.Counter",
            Self::Ordered => "collections.OrderedDict",
            Self::Deque(_) => "collections.deque",
        }
    }
}

/// Where a generator is.
#[derive(Clone, Debug)]
pub(crate) enum Progress {
    /// It waits, with the local that gets what is sent to it.
    Waiting(Box<Frame>, Option<LocalId>),
    /// Its frame is on the stack.
    Running,
    /// It has ended.
    Finished,
}

/// Who asks a generator for items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Loops and functions.
    Iterator,
    /// `with`: `contextlib.contextmanager` made it.
    Manager,
}

/// Whether an instance may have attributes that were not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// It was made on this path: what was not set is not there (but on the class).
    Closed,
    /// It came from outside.
    Open,
}

impl Value {
    /// Makes a known string of the program's.
    pub(crate) fn text(text: &str) -> Self {
        Self::Str(Rope::text(text))
    }

    /// Makes a known truth value.
    pub(crate) const fn truth(value: bool) -> Self {
        Self::Bool(BoolTerm::Const(value))
    }

    /// Makes a known integer.
    pub(crate) fn number(value: impl Into<BigInt>) -> Self {
        Self::Int(IntTerm::number(value))
    }

    /// Lists the objects that the value is, or that are in it as in a tuple.
    pub(crate) fn objects(&self, found: &mut Vec<ObjectId>) {
        match self {
            Self::Object(id) => found.push(*id),
            Self::Tuple(items) => items.iter().for_each(|item| item.objects(found)),
            Self::None
            | Self::Ellipsis
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Str(_)
            | Self::Bytes(_)
            | Self::Path(_)
            | Self::Function(_)
            | Self::Class(_)
            | Self::Global(_)
            | Self::Exception(_)
            | Self::Pattern(..)
            | Self::Match(..)
            | Self::Opaque(_) => {}
        }
    }

    /// Gives the rope of a string.
    pub(crate) const fn as_rope(&self) -> Option<&Rope> {
        match self {
            Self::Str(rope) => Some(rope),
            Self::None
            | Self::Ellipsis
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Bytes(_)
            | Self::Path(_)
            | Self::Tuple(_)
            | Self::Object(_)
            | Self::Function(_)
            | Self::Class(_)
            | Self::Global(_)
            | Self::Exception(_)
            | Self::Pattern(..)
            | Self::Match(..)
            | Self::Opaque(_) => None,
        }
    }

    /// Gives the text of a known string.
    pub(crate) fn as_text(&self) -> Option<String> {
        self.as_rope().and_then(Rope::known)
    }

    /// Gives a known integer.
    pub(crate) const fn known_integer(&self) -> Option<&BigInt> {
        if let Self::Int(term) = self { term.as_const() } else { None }
    }

    /// Gives a known integer as a place in a sequence; one beyond all places is as good as any other.
    pub(crate) fn as_place(&self) -> Option<i128> {
        let number = self.known_integer()?;
        let beyond = if number.is_negative() { -i64::MAX } else { i64::MAX };
        Some(number.to_i64().unwrap_or(beyond).into())
    }

    /// Gives a known integer of at most 128 bits: as a place, a count or a size.
    pub(crate) fn as_number(&self) -> Option<i128> {
        if let Self::Int(term) = self { term.as_number() } else { None }
    }
}
