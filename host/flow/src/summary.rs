//! What the analysis of one function found out. Invariant: parameters are symbolic here; nothing depends on a caller.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use ir::program::FunctionId;
use model::span::Place;

use crate::{
    project::CellId,
    taint::{Key, Taint},
    value::Value,
};

/// Untrusted data, or a parameter, in a sink's argument.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LocalHit {
    pub(crate) sink: usize,
    pub(crate) call: Place,
    pub(crate) callee: Rc<str>,
    pub(crate) taint: Taint,
}

/// What a call passes as a parameter of a function of the program.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Passed {
    pub(crate) target: FunctionId,
    pub(crate) param: u32,
    pub(crate) value: Rc<Value>,
    pub(crate) call: Place,
}

/// All facts of one function.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    /// What it returns or yields.
    pub(crate) returns: Option<Value>,
    /// The object that an `__init__` leaves behind: its attributes are the parts.
    pub(crate) object: Option<Value>,
    /// What it puts into the objects that its parameters are bound to.
    pub(crate) effects: BTreeMap<(u32, Option<Key>), Value>,
    pub(crate) hits: Vec<LocalHit>,
    /// Every call that is a sink, whatever reaches it: sink spec and place.
    pub(crate) sink_calls: BTreeSet<(usize, Place)>,
    pub(crate) passes: Vec<Passed>,
    /// What it stores in fields and variables that outlive it.
    pub(crate) stores: Vec<(CellId, Rc<Value>)>,
}

impl Summary {
    /// Tells whether callers see no difference.
    pub(crate) fn looks_like(&self, other: &Self) -> bool {
        self.returns == other.returns && self.effects == other.effects && self.object == other.object
    }
}
