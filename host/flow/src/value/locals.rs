//! What is only true of a value within the function that has it. Invariant: what is forgotten says nothing to others.

use std::rc::Rc;

use crate::value::Value;

impl Value {
    /// Tells whether something of it is only true within one function.
    pub(crate) fn has_locals(&self) -> bool {
        self.home.is_some()
            || self.guard.is_some()
            || self.about.is_some()
            || self.truth.is_some()
            || self.parts.as_ref().is_some_and(|parts| parts.entries.values().any(Self::has_locals))
    }

    /// Forgets what is only true within one function, of its parts too.
    pub(crate) fn forget_locals(&mut self) {
        if !self.has_locals() {
            return;
        }
        *self = std::mem::take(self).loose();
        if let Some(parts) = &mut self.parts
            && parts.entries.values().any(Self::has_locals)
        {
            Rc::make_mut(parts).entries.values_mut().for_each(Self::forget_locals);
        }
    }
}
