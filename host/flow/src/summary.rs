//! What the analysis of one function found out. Invariant: parameters are symbolic here; nothing depends on a caller.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use ir::program::FunctionId;
use model::span::Place;

use crate::{
    language_set::LanguageSet,
    project::{Cell, CellId},
    taint::{Key, Origin, Taint},
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

/// A call of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ParamCall {
    pub(crate) param: u32,
    pub(crate) arguments: Vec<Value>,
}

/// What holds of parameters, or of their parts, when a function has returned something of one truth.
pub(crate) type Checked = BTreeMap<(u32, Option<Key>), LanguageSet>;

/// Whether a function gives back one of its parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Alias {
    /// It has not returned yet.
    #[default]
    Unset,
    /// Always this one.
    Param(u32),
    /// Not always the same one, or something else.
    Other,
}

/// All facts of one function.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    /// What has been checked when it returns something false, and something true; `None` when it never does.
    pub(crate) checked: [Option<Checked>; 2],
    /// Whether some of its code was not followed, because of a limit.
    pub(crate) is_cut: bool,
    /// The parameter that it gives back, when it gives back nothing else.
    pub(crate) alias: Alias,
    /// Which variables and fields the arguments of which parameters are stored in.
    pub(crate) kept: BTreeSet<(Cell, u32)>,
    /// Calls of what its parameters are bound to.
    pub(crate) param_calls: Vec<ParamCall>,
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
        self.returns == other.returns
            && self.effects == other.effects
            && self.object == other.object
            && self.checked == other.checked
            && self.param_calls == other.param_calls
            && self.alias == other.alias
            && self.kept == other.kept
    }

    /// Forgets what of its values is only true within the function.
    pub(crate) fn forget_locals(&mut self) {
        let arguments = self.param_calls.iter_mut().flat_map(|call| &mut call.arguments);
        let values = self.returns.iter_mut().chain(&mut self.object).chain(self.effects.values_mut()).chain(arguments);
        values.for_each(Value::forget_locals);
        let shared = self.passes.iter_mut().map(|passed| &mut passed.value);
        for value in shared.chain(self.stores.iter_mut().map(|(_, value)| value)) {
            if value.has_locals() {
                Rc::make_mut(value).forget_locals();
            }
        }
    }

    /// Makes the summary cover what an earlier one said, so that a function that is run again and again settles.
    pub(crate) fn widen(&mut self, old: &Self) {
        widen_value(&mut self.returns, &old.returns);
        widen_value(&mut self.object, &old.object);
        for (key, value) in &old.effects {
            match self.effects.get_mut(key) {
                Some(known) => known.join(value),
                None => {
                    self.effects.insert(key.clone(), value.clone());
                }
            }
        }
        self.kept.extend(old.kept.iter().cloned());
        self.param_calls.clone_from(&old.param_calls);
    }

    /// Forgets the parts of everything.
    pub(crate) fn flatten(&mut self) {
        let values = self.returns.iter_mut().chain(&mut self.object).chain(self.effects.values_mut());
        for value in values {
            let functions = value.all_functions();
            *value = Value { functions, ..Value::tainted(value.all_taints()) };
        }
    }

    /// Tells whether callers get anything untrusted that does not come from what they pass.
    pub(crate) fn has_own_taint(&self) -> bool {
        let values = self.returns.iter().chain(&self.object).chain(self.effects.values());
        values.flat_map(|value| value.all_taints().iter().cloned().collect::<Vec<_>>()).any(|taint| {
            match taint.origin {
                Origin::Param { .. } => false,
                Origin::Source { .. } | Origin::Cell { .. } | Origin::Own { .. } => true,
            }
        })
    }

    /// Tells whether the function never returns.
    pub(crate) fn is_ended(&self) -> bool {
        self.returns.is_none() && !self.is_cut
    }

    /// Notes what has been checked at one return, for results of this truth.
    pub(crate) fn note_checked(&mut self, truth: bool, found: Checked) {
        let Some(side) = self.checked.get_mut(usize::from(truth)) else { return };
        match side {
            None => *side = Some(found),
            Some(known) => {
                known.retain(|key, languages| match found.get(key) {
                    Some(other) => {
                        *languages = languages.intersection(*other);
                        !languages.is_empty()
                    }
                    None => false,
                });
            }
        }
    }
}

fn widen_value(value: &mut Option<Value>, old: &Option<Value>) {
    match (value, old) {
        (Some(value), Some(old)) => value.join(old),
        (none @ None, Some(old)) => *none = Some(old.clone()),
        (Some(_) | None, None) => {}
    }
}
