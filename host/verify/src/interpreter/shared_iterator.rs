//! Iterators that more than one name may lead to. Invariant: an iterator that the program can still reach is not known any
//! more once something other than a loop, `next` or a function of the program has used it.

use ir::instruction::{Call, Callee, CompareOperator, Item, Operand, Rvalue};

use crate::{
    interpreter::Interpreter,
    state::State,
    value::{Influence, Object, ObjectId, Opaque, Value},
};

/// Builtins that leave an iterator as far as it was, or take one item.
const HARMLESS: &[&str] = &["builtins.next", "builtins.iter", "builtins.isinstance", "builtins.type", "builtins.id"];

/// Builtins that take all items.
const EXHAUSTING: &[&str] = &[
    "builtins.list",
    "builtins.tuple",
    "builtins.set",
    "builtins.frozenset",
    "builtins.sorted",
    "builtins.sum",
    "builtins.min",
    "builtins.max",
    "builtins.dict",
];

impl Interpreter<'_> {
    /// Forgets the shared iterators that a computation may take items from; gives those that it takes all items of.
    pub(crate) fn forget_used_iterators(&mut self, state: &mut State, rvalue: &Rvalue) -> Vec<ObjectId> {
        let all = self.exhausted_iterators(state, rvalue);
        let mut used: Vec<&Operand> = Vec::new();
        match rvalue {
            Rvalue::Call(call) if !self.is_harmless(state, call) => {
                used.extend(call.args.iter().map(of_item));
                used.extend(call.keywords.iter().map(|(_, operand)| operand));
                if let Callee::Method { receiver, .. } = &call.callee {
                    used.push(receiver);
                }
            }
            // Spreading takes all items, whatever is called.
            Rvalue::Call(call) => {
                used.extend(call.args.iter().filter(|item| matches!(item, Item::Spread(_))).map(of_item))
            }
            Rvalue::Display { items, .. } => {
                used.extend(items.iter().filter(|item| matches!(item, Item::Spread(_))).map(of_item));
            }
            Rvalue::Unpack { base, .. } => used.push(base),
            Rvalue::Compare { operator: CompareOperator::In | CompareOperator::NotIn, right, .. } => used.push(right),
            Rvalue::Binary { right, in_place: true, .. } => used.push(right),
            Rvalue::YieldFrom(operand) => used.push(operand),
            Rvalue::Use(_)
            | Rvalue::Binary { in_place: false, .. }
            | Rvalue::Unary { .. }
            | Rvalue::Compare { .. }
            | Rvalue::Format(_)
            | Rvalue::Dict(_)
            | Rvalue::Attribute { .. }
            | Rvalue::Subscript { .. }
            | Rvalue::Slice { .. }
            | Rvalue::Iterator(_)
            | Rvalue::Later { .. }
            | Rvalue::Closure { .. }
            | Rvalue::ClassObject(_)
            | Rvalue::CurrentException
            | Rvalue::ExceptionMatches { .. }
            | Rvalue::Await(_)
            | Rvalue::Yield(_)
            | Rvalue::Enter(_)
            | Rvalue::Exit(_)
            | Rvalue::Opaque { .. } => {}
        }
        for operand in used {
            let Ok(Value::Object(id)) = self.read(state, operand) else { continue };
            let is_iterator = matches!(state.object(id), Some(Object::Iterator { .. } | Object::OpenIterator { .. }));
            if is_iterator && !all.contains(&id) && self.is_shared(state, id) {
                let opaque = Opaque {
                    id: self.fresh_id(),
                    why: "an iterator that something has taken items from".into(),
                    influence: Influence::Attacker,
                };
                if let Some(object) = state.object_mut(id) {
                    *object = Object::Unknown(opaque);
                }
            }
        }
        all
    }

    /// Marks an iterator as one that has said that it has no more items.
    pub(crate) fn exhaust(&self, state: &mut State, id: ObjectId) {
        if let Some(Object::Iterator { items, next }) = state.object_mut(id) {
            *next = items.len() + 1;
        }
    }

    /// Gives the iterators over known items of which a computation takes all.
    fn exhausted_iterators(&mut self, state: &mut State, rvalue: &Rvalue) -> Vec<ObjectId> {
        let spread = |item: &Item| match item {
            Item::Spread(operand) => Some(operand.clone()),
            Item::One(_) => None,
        };
        let operands: Vec<Operand> = match rvalue {
            Rvalue::Display { items, .. } => items.iter().filter_map(spread).collect(),
            Rvalue::Call(Call { callee: Callee::Value(Operand::Global(path)), args, keywords, .. })
                if EXHAUSTING.contains(&path.as_str()) && keywords.is_empty() =>
            {
                args.iter().map(|item| of_item(item).clone()).collect()
            }
            Rvalue::Call(Call { callee: Callee::Method { name, .. }, args, .. })
                if matches!(name.as_str(), "join" | "extend") =>
            {
                args.iter().map(|item| of_item(item).clone()).collect()
            }
            Rvalue::Call(call) => call.args.iter().filter_map(spread).collect(),
            _ => Vec::new(),
        };
        let mut found = Vec::new();
        for operand in operands {
            if let Ok(Value::Object(id)) = self.read(state, &operand)
                && matches!(state.object(id), Some(Object::Iterator { .. }))
            {
                found.push(id);
            }
        }
        found
    }

    /// Tells whether a call runs a function of the program, which is followed itself, or takes no item unseen.
    fn is_harmless(&mut self, state: &mut State, call: &Call) -> bool {
        match &call.callee {
            Callee::Value(Operand::Global(path)) if HARMLESS.contains(&path.as_str()) => true,
            Callee::Value(operand) => matches!(self.read(state, operand), Ok(Value::Function(_) | Value::Class(_))),
            Callee::Method { .. } => false,
        }
    }

    /// Tells whether a variable or another object leads to an object.
    fn is_shared(&self, state: &State, id: ObjectId) -> bool {
        let is_it = |value: &Value| {
            let mut objects = Vec::new();
            value.objects(&mut objects);
            objects.contains(&id)
        };
        state.is_reachable(&|function, local| self.index.is_named(function, local), &is_it)
    }
}

fn of_item(item: &Item) -> &Operand {
    match item {
        Item::One(operand) | Item::Spread(operand) => operand,
    }
}
