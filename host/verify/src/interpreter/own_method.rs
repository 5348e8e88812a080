//! Operators and builtins that a class of the program defines by methods of its own. Invariant: a method is entered only
//! for an instance whose class order finds it; Python's fall-backs (the right operand's method, iteration) are unknown.

use std::rc::Rc;

use ir::{
    instruction::{BinaryOperator, CompareOperator, UnaryOperator},
    program::ClassKind,
};

use crate::{
    interpreter::{Choices, Interpreter, call::Arguments, operator::Mutation},
    program_index::Named,
    state::State,
    value::{Closure, Object, Value},
};

impl Interpreter<'_> {
    /// Finds a method of an instance's class, bound to it.
    pub(crate) fn own_method(&self, state: &State, value: &Value, name: &str) -> Option<Closure> {
        let Value::Object(id) = value else { return None };
        let Some(Object::Instance { class, .. }) = state.object(*id) else { return None };
        match self.index.class_member(*class, name) {
            Some(Named::Function(function)) => Some(Closure {
                function,
                cells: Rc::default(),
                defaults: Rc::default(),
                receiver: Some(Rc::new(value.clone())),
            }),
            Some(Named::Class(_) | Named::Constant(_) | Named::CallOf(_) | Named::Variable | Named::Module) | None => {
                None
            }
        }
    }

    /// Tells whether a value is an instance of an exception class of the program.
    pub(crate) fn is_raised(&self, state: &State, value: &Value) -> bool {
        let Value::Object(id) = value else { return false };
        let Some(Object::Instance { class, .. }) = state.object(*id) else { return false };
        let class = self.index.class(*class);
        class.is_some_and(|class| self.is_exception_class(&self.index.class_path(class)))
    }

    /// Calls a method of an instance's own; `None` when its class has none.
    pub(crate) fn call_own(
        &mut self,
        state: &mut State,
        value: &Value,
        name: &str,
        arguments: Vec<Value>,
    ) -> Option<Choices> {
        let closure = self.own_method(state, value, name)?;
        let arguments = Arguments { all: arguments.clone(), positional: Some(arguments), ..Arguments::default() };
        Some(self.enter(state, &closure, arguments, None))
    }

    /// Evaluates a binary operator that the left operand's class defines.
    pub(crate) fn own_operator(
        &mut self,
        state: &mut State,
        operator: BinaryOperator,
        (left, right): (&Value, &Value),
        mutation: Mutation,
    ) -> Option<Choices> {
        let name = special_name(operator);
        if mutation == Mutation::InPlace
            && let Some(choices) = self.call_own(state, left, &format!("__i{name}__"), vec![right.clone()])
        {
            return Some(choices);
        }
        self.ask_both(state, (left, right), (&format!("__{name}__"), &format!("__r{name}__")))
    }

    /// Asks the left operand's method, and the right one's where the left has none or gives up.
    fn ask_both(
        &mut self,
        state: &mut State,
        (left, right): (&Value, &Value),
        (name, reflected): (&str, &str),
    ) -> Option<Choices> {
        let (first, second) = (self.own_method(state, left, name), self.own_method(state, right, reflected));
        let may_give_up = first.iter().chain(&second).any(|method| self.gives_up(method));
        match (first, second) {
            (first, second) if may_give_up => {
                let value = |method: Option<Closure>| method.map_or(Value::None, Value::Function);
                let arguments = vec![value(first), value(second), left.clone(), right.clone()];
                self.call_written(state, "operator._asked", arguments)
            }
            (Some(first), _) => Some(self.enter(state, &first, Arguments::from(vec![right.clone()]), None)),
            (None, Some(second)) => Some(self.enter(state, &second, Arguments::from(vec![left.clone()]), None)),
            (None, None) => None,
        }
    }

    /// Evaluates `-value`, `+value` or `~value` for an instance whose class defines it.
    pub(crate) fn own_sign(&mut self, state: &mut State, operator: UnaryOperator, value: &Value) -> Option<Choices> {
        let name = match operator {
            UnaryOperator::Minus => "__neg__",
            UnaryOperator::Plus => "__pos__",
            UnaryOperator::Invert => "__invert__",
            UnaryOperator::Not => return None,
        };
        self.call_own(state, value, name, Vec::new())
    }

    /// Evaluates a comparison that an operand's class defines.
    pub(crate) fn own_comparison(
        &mut self,
        state: &mut State,
        operator: CompareOperator,
        (left, right): (&Value, &Value),
    ) -> Option<Choices> {
        let (name, reflected) = match operator {
            CompareOperator::Equal => ("__eq__", "__eq__"),
            CompareOperator::NotEqual => ("__ne__", "__ne__"),
            CompareOperator::Less => ("__lt__", "__gt__"),
            CompareOperator::LessEqual => ("__le__", "__ge__"),
            CompareOperator::Greater => ("__gt__", "__lt__"),
            CompareOperator::GreaterEqual => ("__ge__", "__le__"),
            CompareOperator::In | CompareOperator::NotIn if self.is_made_by_code(state, right) => {
                let is_in = operator == CompareOperator::In;
                let path = if is_in { "operator._is_in" } else { "operator._is_not_in" };
                return self.call_written(state, path, vec![left.clone(), right.clone()]);
            }
            CompareOperator::In => return self.call_own(state, right, "__contains__", vec![left.clone()]),
            CompareOperator::NotIn if self.own_method(state, right, "__contains__").is_some() => {
                return self.call_written(state, "operator._is_not_held", vec![left.clone(), right.clone()]);
            }
            CompareOperator::NotIn | CompareOperator::Is | CompareOperator::IsNot => return None,
        };
        let has = |this: &Self, value: &Value, name: &str| this.own_method(state, value, name).is_some();
        let both = vec![left.clone(), right.clone()];
        if operator == CompareOperator::NotEqual && !has(self, left, "__ne__") && !has(self, right, "__ne__") {
            return match (has(self, left, "__eq__"), has(self, right, "__eq__")) {
                (true, _) => self.call_written(state, "operator._differs", both),
                (false, true) => self.call_written(state, "operator._differs", vec![right.clone(), left.clone()]),
                (false, false) => None,
            };
        }
        if operator == CompareOperator::Equal {
            return match (has(self, left, "__eq__"), has(self, right, "__eq__")) {
                (true, true) => self.call_written(state, "operator._equals_both", both),
                (true, false) => self.call_written(state, "operator._equals", both),
                (false, true) => self.call_written(state, "operator._equals", vec![right.clone(), left.clone()]),
                (false, false) => None,
            };
        }
        self.ask_both(state, (left, right), (name, reflected))
    }

    /// Gives the fields of an instance in order, when its class only holds data and all of them are known.
    pub(crate) fn data_fields(&self, state: &State, value: &Value) -> Option<(ClassKind, Vec<(String, Value)>)> {
        let Value::Object(id) = value else { return None };
        let Some(Object::Instance { class, attributes, .. }) = state.object(*id) else { return None };
        let declared = self.index.class(*class)?;
        if !matches!(declared.kind, ClassKind::Dataclass | ClassKind::NamedTuple) {
            return None;
        }
        let fields = self.fields_of(*class)?;
        let fields = fields.iter().map(|field| Some((field.name.clone(), attributes.get(&field.name)?.clone())));
        Some((declared.kind, fields.collect::<Option<_>>()?))
    }
}

/// Gives the name of an operator's method without what stands around it.
const fn special_name(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "add",
        BinaryOperator::Sub => "sub",
        BinaryOperator::Mul => "mul",
        BinaryOperator::Div => "truediv",
        BinaryOperator::FloorDiv => "floordiv",
        BinaryOperator::Mod => "mod",
        BinaryOperator::Pow => "pow",
        BinaryOperator::MatMul => "matmul",
        BinaryOperator::LeftShift => "lshift",
        BinaryOperator::RightShift => "rshift",
        BinaryOperator::BitAnd => "and",
        BinaryOperator::BitOr => "or",
        BinaryOperator::BitXor => "xor",
    }
}
