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

impl Pass<'_, '_> {
    /// Changes an object in place: a part with a known key, or some part.
    pub(crate) fn change(&mut self, state: &mut State, base: &Operand, key: Option<&Key>, value: &Value, span: Span) {
        let mut value = value.clone();
        value.home = None;
        value.guard = None;
        let place = self.place(span);
        let name = self.shown_name(base, key);
        self.step(&mut value, &Clause::Put(name), place);
        if let Some(Key::Attribute(name)) = key {
            for class in self.classes_of(base) {
                self.store(&Cell::Field(class, Rc::clone(name)), &value);
            }
        }
        let mut home = match base {
            Operand::Local(local) => {
                match key {
                    Some(key) => state.update(*local, |whole| whole.set_part(key, value.clone())),
                    None => state.update(*local, |whole| whole.add_to_any_part(&value.all_taints())),
                }
                self.write_free(*local, state);
                state.get(*local).and_then(|whole| whole.home.clone())
            }
            Operand::Global(path) => Some(Home::Global(path.as_str().into())),
            Operand::Constant(_) => None,
        };
        let mut key = key.cloned();
        for _ in 0..MAX_HOMES {
            home = match home {
                Some(Home::Local(local)) => {
                    state.update_known(local, |whole| match &key {
                        Some(key) => whole.add_to_part(key, &value),
                        None => whole.add_to_any_part(&value.all_taints()),
                    });
                    self.write_free(local, state);
                    state.get(local).and_then(|whole| whole.home.clone())
                }
                Some(Home::Part(local, part)) => {
                    let Some(whole) = state.get(local) else { return };
                    let mut inner = whole.part(&part);
                    match &key {
                        Some(key) => inner.add_to_part(key, &value),
                        None => inner.add_to_any_part(&value.all_taints()),
                    }
                    if let Key::Attribute(name) = &part {
                        for class in self.classes_of(&Operand::Local(local)) {
                            self.store(&Cell::Field(class, Rc::clone(name)), &inner);
                        }
                    }
                    value = inner.clone();
                    state.update(local, |whole| whole.set_part(&part, inner));
                    key = Some(part);
                    state.get(local).and_then(|whole| whole.home.clone())
                }
                Some(Home::Param(index)) => {
                    let known = self.summary.effects.entry((index, key.clone())).or_default();
                    known.join(&value);
                    return;
                }
                Some(Home::Global(path)) => {
                    let mut whole = Value::default();
                    match &key {
                        Some(key) => whole.set_part(key, value.clone()),
                        None => whole.add_to_any_part(&value.all_taints()),
                    }
                    self.store(&Cell::Global(path), &whole);
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
            (Some(base), Some(Key::Int(_)) | None) => base,
            (None, _) => "".into(),
        }
    }
}
