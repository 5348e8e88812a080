//! Changes of objects in place. Invariant: a change reaches every variable, field and parameter that the object was read
//! from, as far as copies are followed.

use std::rc::Rc;

use ir::{
    function::{Flavour, LocalId, LocalScope},
    instruction::Operand,
};
use model::span::Span;

use crate::{
    function_pass::{Pass, Phase},
    project::Cell,
    state::State,
    taint::Key,
    trace::Clause,
    value::{Home, Value},
};

/// How far copies are followed back to what a change in place reaches.
const MAX_HOMES: usize = 5;

/// Whether what was there before is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strength {
    /// The new value takes its place.
    Replaces,
    /// It may still be there.
    Joins,
}

/// What happens to an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'c> {
    /// Which part; `Key::Any` is a new element behind all others, `None` some part, not known which.
    pub(crate) key: Option<&'c Key>,
    pub(crate) value: &'c Value,
    pub(crate) strength: Strength,
}

impl<'c> Change<'c> {
    pub(crate) fn replacing(key: Option<&'c Key>, value: &'c Value) -> Self {
        Self { key, value, strength: Strength::Replaces }
    }

    pub(crate) fn joining(key: Option<&'c Key>, value: &'c Value) -> Self {
        Self { key, value, strength: Strength::Joins }
    }

    fn apply(self, whole: &mut Value) {
        match (self.key, self.strength) {
            (Some(Key::Any), _) => whole.add_element(self.value),
            (Some(Key::Keys), _) => whole.add_key(self.value),
            (Some(key), Strength::Replaces) => whole.set_part(key, self.value.clone()),
            (Some(key), Strength::Joins) => whole.add_to_part(key, self.value),
            (None, _) => whole.add_to_any_part(self.value),
        }
    }
}

impl Pass<'_, '_> {
    /// Changes an object in place.
    pub(crate) fn change(&mut self, state: &mut State, base: &Operand, change: Change<'_>, span: Span) {
        let (key, mut strength) = (change.key, change.strength);
        let mut value = change.value.clone().loose();
        let place = self.place(span);
        if value.is_tainted() {
            let name = self.shown_name(base, key);
            self.step(&mut value, &Clause::Put(name), place);
        }
        if let Some(Key::Attribute(name)) = key {
            for class in self.classes_of(base) {
                self.store(&Cell::Field(class, Rc::clone(name)), &value);
            }
        }
        let mut home = match base {
            Operand::Local(local) => {
                state.update(*local, |whole| Change { key, value: &value, strength }.apply(whole));
                self.write_free(*local, state);
                state.get(*local).and_then(|whole| whole.home.clone())
            }
            Operand::Global(path) => Some(Home::Global(path.as_str().into())),
            Operand::Constant(_) => None,
        };
        let mut key = key.cloned();
        for _ in 0..MAX_HOMES {
            let change = |key: &Option<Key>, value: &Value, whole: &mut Value| {
                Change { key: key.as_ref(), value, strength }.apply(whole);
            };
            home = match home {
                Some(Home::Local(local)) => {
                    state.update_known(local, |whole| change(&key, &value, whole));
                    self.write_free(local, state);
                    state.get(local).and_then(|whole| whole.home.clone())
                }
                Some(Home::Part(local, part)) => {
                    let Some(whole) = state.get(local) else { return };
                    let mut inner = whole.part(&part);
                    change(&key, &value, &mut inner);
                    if part == Key::Any {
                        strength = Strength::Joins;
                    }
                    if let Key::Attribute(name) = &part {
                        for class in self.classes_of(&Operand::Local(local)) {
                            self.store(&Cell::Field(class, Rc::clone(name)), &inner);
                        }
                    }
                    value = inner.clone().loose();
                    state.update(local, |whole| whole.set_part(&part, inner));
                    key = Some(part).filter(|part| *part != Key::Any);
                    state.get(local).and_then(|whole| whole.home.clone())
                }
                Some(Home::Param(index)) => {
                    let known = self.summary.effects.entry((index, key.clone()));
                    match known {
                        std::collections::btree_map::Entry::Occupied(mut known) => known.get_mut().join(&value),
                        std::collections::btree_map::Entry::Vacant(free) => {
                            free.insert(value);
                        }
                    }
                    return;
                }
                Some(Home::Global(path)) => {
                    let mut whole = Value::default();
                    change(&key, &value, &mut whole);
                    self.store(&Cell::Global(path), &whole);
                    return;
                }
                Some(Home::Field(class, name)) => {
                    let mut whole = Value::default();
                    change(&key, &value, &mut whole);
                    self.store(&Cell::Field(class, name), &whole);
                    return;
                }
                None => return,
            };
        }
    }

    /// A change of an enclosing function's object, or of a global that is a local here, is seen elsewhere.
    fn write_free(&mut self, local: LocalId, state: &State) {
        let Some(found) = self.function.local(local) else { return };
        if self.function.flavour == Flavour::Module
            && let (Some(name), Some(value)) = (&found.name, state.get(local))
            && let Some(module) = self.analysis.project.program.module(self.function.file)
        {
            self.store(&Cell::Global(format!("{}.{name}", module.name).into()), value);
        }
        if let (LocalScope::Free, Some(name), Some(value)) = (found.scope, &found.name, state.get(local))
            && self.phase == Phase::Recording
            && let Some(cell) = self.write_back(name, value)
        {
            self.store(&cell, value);
        }
    }

    /// Names what is changed, for a step.
    fn shown_name(&self, base: &Operand, key: Option<&Key>) -> Rc<str> {
        let base = match base {
            Operand::Local(local) => self.local_name(*local),
            Operand::Global(path) => path.rsplit('.').next().map(Into::into),
            Operand::Constant(_) => None,
        };
        match (base, key) {
            (Some(base), Some(Key::Attribute(name))) => format!("{base}.{name}").into(),
            (Some(base), Some(Key::Str(name))) => format!("{base}[\"{name}\"]").into(),
            (Some(base), Some(Key::Int(_) | Key::Any | Key::Keys) | None) => base,
            (None, _) => "".into(),
        }
    }
}
