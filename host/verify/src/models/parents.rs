//! `super()`. Invariant: a method is looked for behind the running method's class, in the order of the receiver's class.

use std::rc::Rc;

use ir::{instruction::Operand, program::ClassId};

use crate::{
    interpreter::{Choice, Choices, Interpreter, call::Arguments},
    program_index::Named,
    state::State,
    value::{Closure, Influence, Object, Value},
};

impl Interpreter<'_> {
    /// Calls `super` without arguments, in a method.
    pub(crate) fn parent(&mut self, state: &mut State) -> Option<Choices> {
        let function = self.index.function(state.frame()?.function)?;
        let (class, first) = (function.class?, function.params.first()?.local);
        let receiver = self.read(state, &Operand::Local(first)).ok()?;
        let value = self.fresh_opaque("`super()`", Influence::Environment);
        if let Value::Opaque(opaque) = &value {
            self.parents.insert(opaque.id, (receiver, class));
        }
        Some(vec![Choice::value(value)])
    }

    /// Calls a method that `super()` finds; `None` when a base outside the program has it.
    pub(crate) fn call_parent(
        &mut self,
        state: &mut State,
        (receiver, after): (&Value, ClassId),
        (name, arguments): (&str, &Arguments),
    ) -> Option<Choices> {
        let class = match receiver {
            Value::Class(class) => *class,
            Value::Object(id) => match state.object(*id)? {
                Object::Instance { class, .. } => *class,
                _ => return None,
            },
            _ => return None,
        };
        match self.index.member_after(class, after, name) {
            Some(Named::Function(function)) => {
                // A base outside the program that comes earlier might have the method as well.
                let order = self.index.order(class);
                let known = order.iter().filter_map(|id| self.index.class(*id));
                if !known.into_iter().all(|class| self.index.knows_bases(class)) {
                    return None;
                }
                let receiver = Some(Rc::new(receiver.clone()));
                let closure = Closure { function, cells: Rc::default(), defaults: Rc::default(), receiver };
                Some(self.enter(state, &closure, arguments.clone(), None))
            }
            Some(Named::Class(_) | Named::Constant(_) | Named::CallOf(_) | Named::Variable | Named::Module) => None,
            None => {
                let declared = self.index.class(class)?;
                let is_plain =
                    self.index.knows_bases(declared) || self.is_exception_class(&self.index.class_path(declared));
                (name == "__init__" && is_plain).then(|| vec![Choice::value(Value::None)])
            }
        }
    }
}
