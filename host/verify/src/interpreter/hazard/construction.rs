//! What calls of the program's own functions and classes may raise unseen. Invariant: a class whose construction runs code
//! that is not seen may raise anything.

use ir::{
    function::Terminator,
    instruction::{BinaryOperator, CompareOperator, InstructionKind, Operand, Rvalue},
    program::{ClassId, ClassKind, FunctionId},
};

use crate::{
    interpreter::{Interpreter, call::Arguments, hazard::Hazard},
    program_index::Named,
    state::State,
    value::{Closure, Object, Value},
};

impl Interpreter<'_> {
    /// Says what a call may raise.
    pub(crate) fn call_hazard(
        &mut self,
        state: &mut State,
        callee: &Value,
        method: Option<&str>,
        arguments: &Arguments,
    ) -> Hazard {
        if arguments.positional.is_none() || arguments.open_keywords {
            return Hazard::Unseen("a call with `*` or `**` of something that is not known".to_owned());
        }
        let names = &arguments.keywords;
        if names.iter().enumerate().any(|(at, (name, _))| names.iter().skip(at + 1).any(|(other, _)| other == name)) {
            return Hazard::Raises("TypeError");
        }
        match (callee, method) {
            (Value::Global(path), Some(name)) => self.path_hazard(state, &format!("{path}.{name}"), arguments),
            (Value::Global(path), None) => self.path_hazard(state, path, arguments),
            (Value::Function(closure), None) => self.function_hazard(state, closure.function, arguments),
            (Value::Class(class), None) => self.construction_hazard(*class, arguments),
            (Value::Object(id), None) => match state.object(*id) {
                Some(Object::Instance { class, .. }) if self.has_member(*class, "__call__") => Hazard::Shown,
                Some(_) | None => Hazard::Raises("TypeError"),
            },
            // Evaluation shows what calling these does.
            (_, None) => Hazard::Shown,
            (receiver, Some(name)) => self.method_hazard(state, receiver, name, arguments),
        }
    }

    fn path_hazard(&mut self, state: &mut State, path: &str, arguments: &Arguments) -> Hazard {
        match self.index.find(path) {
            Some(Named::Function(function)) => self.function_hazard(state, function, arguments),
            Some(Named::Class(class)) => self.construction_hazard(class, arguments),
            Some(Named::Constant(_) | Named::CallOf(_) | Named::Variable | Named::Module) => {
                Hazard::Unseen(format!("the call of `{path}`"))
            }
            None => match path.rsplit_once('.') {
                // A method of a global value of the program.
                Some((base, name)) if self.index.find(base).is_some() => {
                    let receiver = self.global(state, base);
                    match receiver {
                        Value::Global(_) => Hazard::Unseen(format!("the call of `{path}`")),
                        receiver => self.method_hazard(state, &receiver, name, arguments),
                    }
                }
                Some(_) | None => self.library_hazard(state, path, arguments),
            },
        }
    }

    /// Says what calling a function of the program may raise besides what its own code does.
    pub(crate) fn function_hazard(&mut self, state: &State, function: FunctionId, arguments: &Arguments) -> Hazard {
        let Some(function) = self.index.function(function) else { return Hazard::Shown };
        let is_cached = function
            .decorators
            .iter()
            .any(|decorator| matches!(decorator.as_str(), "functools.lru_cache" | "functools.cache"));
        if is_cached { self.keys_hazard(state, &arguments.all) } else { Hazard::Shown }
    }

    fn construction_hazard(&mut self, class: ClassId, arguments: &Arguments) -> Hazard {
        let Some(declared) = self.index.class(class) else { return Hazard::Shown };
        let shown = declared.qualname.clone();
        let unseen = || Hazard::Unseen(format!("the construction of `{shown}`"));
        let is_exception = self.is_exception_class(&self.index.class_path(declared));
        let has = |name: &str| self.index.class_member(class, name).is_some();
        if has("__new__") || self.is_abstract(class) {
            return unseen();
        }
        match declared.kind {
            ClassKind::Enum => return Hazard::unless(self.members(class).is_some(), "an enumeration"),
            ClassKind::Dataclass | ClassKind::NamedTuple => {
                return Hazard::unless(self.fields_of(class).is_some(), "the construction of an object");
            }
            ClassKind::TypedDict | ClassKind::Model => return unseen(),
            ClassKind::Plain => {}
        }
        if has("__init__") {
            return Hazard::unless(is_exception || self.index.knows_bases(declared), "the construction of an object");
        }
        if is_exception {
            return if arguments.keywords.is_empty() { Hazard::Shown } else { Hazard::Raises("TypeError") };
        }
        if !self.index.knows_bases(declared) {
            return unseen();
        }
        let is_empty = arguments.keywords.is_empty() && arguments.count() == Some(0);
        if is_empty { Hazard::Shown } else { Hazard::Raises("TypeError") }
    }

    /// Tells whether a method of a class is left to its subclasses.
    fn is_abstract(&self, class: ClassId) -> bool {
        self.index.order(class).iter().filter_map(|id| self.index.class(*id)).any(|declared| {
            declared.methods.values().any(|method| {
                let method = self.index.function(*method);
                method.is_some_and(|method| {
                    method.decorators.iter().any(|decorator| decorator.starts_with("abc.abstract"))
                })
            })
        })
    }

    /// Tells whether the left operand's class has the operator's method, and that never leaves the work to the other.
    pub(crate) fn has_own_operator(&self, state: &State, operator: BinaryOperator, left: &Value) -> bool {
        let name = match operator {
            BinaryOperator::Add => "__add__",
            BinaryOperator::Sub => "__sub__",
            BinaryOperator::Mul => "__mul__",
            BinaryOperator::Div => "__truediv__",
            BinaryOperator::FloorDiv => "__floordiv__",
            BinaryOperator::Mod => "__mod__",
            BinaryOperator::Pow => "__pow__",
            BinaryOperator::MatMul => "__matmul__",
            BinaryOperator::LeftShift => "__lshift__",
            BinaryOperator::RightShift => "__rshift__",
            BinaryOperator::BitAnd => "__and__",
            BinaryOperator::BitOr => "__or__",
            BinaryOperator::BitXor => "__xor__",
        };
        self.has_whole_method(state, left, name)
    }

    /// Tells whether an operand's class has the comparison's method, and that never leaves the work to the other.
    pub(crate) fn has_own_comparison(
        &self,
        state: &State,
        operator: CompareOperator,
        (left, right): (&Value, &Value),
    ) -> bool {
        match operator {
            CompareOperator::Equal => self.has_whole_method(state, left, "__eq__"),
            CompareOperator::NotEqual => self.has_whole_method(state, left, "__ne__"),
            CompareOperator::Less => self.has_whole_method(state, left, "__lt__"),
            CompareOperator::LessEqual => self.has_whole_method(state, left, "__le__"),
            CompareOperator::Greater => self.has_whole_method(state, left, "__gt__"),
            CompareOperator::GreaterEqual => self.has_whole_method(state, left, "__ge__"),
            CompareOperator::In => self.has_whole_method(state, right, "__contains__"),
            CompareOperator::NotIn | CompareOperator::Is | CompareOperator::IsNot => false,
        }
    }

    fn has_whole_method(&self, state: &State, value: &Value, name: &str) -> bool {
        self.own_method(state, value, name).is_some_and(|method| !self.gives_up(&method))
    }

    /// Tells whether a function may return `NotImplemented`.
    pub(crate) fn gives_up(&self, method: &Closure) -> bool {
        let is_it = |operand: &Operand| matches!(operand, Operand::Global(path) if path == "builtins.NotImplemented");
        let Some(function) = self.index.function(method.function) else { return true };
        function.blocks.iter().any(|block| {
            let mut values = block.instructions.iter();
            values.any(|one| {
                matches!(&one.kind, InstructionKind::Assign { value: Rvalue::Use(operand), .. } if is_it(operand))
            }) || matches!(&block.terminator, Terminator::Return(operand) if is_it(operand))
        })
    }
}
