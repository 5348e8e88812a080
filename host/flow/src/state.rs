//! What is known of a function's variables at one point. Invariant: a variable that is absent has not been assigned on
//! any way to this point.

use std::{collections::BTreeMap, rc::Rc};

use ir::function::LocalId;

use crate::value::{Home, Value};

/// Values by variable.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    locals: BTreeMap<LocalId, Rc<Value>>,
}

impl State {
    pub(crate) fn get(&self, local: LocalId) -> Option<&Value> {
        self.locals.get(&local).map(Rc::as_ref)
    }

    pub(crate) fn set(&mut self, local: LocalId, value: Value) {
        self.locals.insert(local, Rc::new(value));
    }

    pub(crate) fn remove(&mut self, local: LocalId) {
        self.locals.remove(&local);
    }

    /// Changes a variable's value in place.
    pub(crate) fn update(&mut self, local: LocalId, change: impl FnOnce(&mut Value)) {
        change(Rc::make_mut(self.locals.entry(local).or_default()));
    }

    /// Changes a variable's value in place, if it has one.
    pub(crate) fn update_known(&mut self, local: LocalId, change: impl FnOnce(&mut Value)) {
        if let Some(value) = self.locals.get_mut(&local) {
            change(Rc::make_mut(value));
        }
    }

    /// Forgets that other variables were read from this one, because it gets a new value.
    pub(crate) fn forget_home(&mut self, assigned: LocalId) {
        for value in self.locals.values_mut() {
            if matches!(&value.home, Some(Home::Local(local) | Home::Part(local, _)) if *local == assigned) {
                Rc::make_mut(value).home = None;
            }
        }
    }

    /// Keeps only the variables that are wanted.
    pub(crate) fn retain(&mut self, mut is_wanted: impl FnMut(LocalId) -> bool) {
        self.locals.retain(|local, _| is_wanted(*local));
    }

    /// Joins another way to the same point in; tells whether something changed.
    pub(crate) fn join(&mut self, other: &Self) -> bool {
        let mut has_changed = false;
        for (local, value) in &other.locals {
            match self.locals.get_mut(local) {
                None => {
                    self.locals.insert(*local, Rc::clone(value));
                    has_changed = true;
                }
                Some(known) if Rc::ptr_eq(known, value) || known == value => {}
                Some(known) => {
                    let mut joined = Value::clone(known);
                    joined.join(value);
                    if joined != **known {
                        *known = Rc::new(joined);
                        has_changed = true;
                    }
                }
            }
        }
        has_changed
    }
}
