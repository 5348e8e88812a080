//! Evaluates operands and right-hand sides. Invariant: every kind of right-hand side gives at least one choice.

use std::rc::Rc;

use ir::{
    function::LocalScope,
    instruction::{CompareOperator, Constant, Operand, Rvalue},
    library::library as python_library,
};
use model::span::Span;

use crate::{
    integer,
    interpreter::{Choice, Choices, Interpreter, Outcome, hazard::Certain},
    models::{library, mathematics, patterns},
    program_index::Named,
    state::State,
    term::IntTerm,
    value::{Closure, Exception, Influence, Object, Rest, Value},
};

impl Interpreter<'_> {
    /// Reads an operand; the error is what happens instead.
    pub(crate) fn read(&mut self, state: &mut State, operand: &Operand) -> Result<Value, Choices> {
        match operand {
            Operand::Constant(constant) => Ok(self.constant(state, constant)),
            Operand::Global(path) => Ok(self.global(state, path)),
            Operand::Local(local) => {
                let Some(frame) = state.frame() else { return Err(Vec::new()) };
                let declared = self.index.function(frame.function).and_then(|f| f.local(*local));
                let shared = declared.and_then(|declared| match declared.scope {
                    LocalScope::Own => None,
                    LocalScope::Captured | LocalScope::Free => declared.name.as_ref(),
                });
                let value = match shared {
                    None => frame.locals.get(local.0 as usize).cloned().flatten(),
                    Some(name) => match frame.cells.get(name).map(|cell| state.object(*cell)) {
                        Some(Some(Object::Cell(content))) => content.clone(),
                        Some(_) => None,
                        None if declared.is_some_and(|d| d.scope == LocalScope::Free) => {
                            // The enclosing function did not run: its variable may be anything of the program's.
                            let value = self
                                .fresh_opaque(&format!("the enclosing function's `{name}`"), Influence::Environment);
                            self.set_local(state, *local, Some(value.clone()));
                            Some(value)
                        }
                        None => None,
                    },
                };
                value.ok_or_else(|| vec![self.unbound(state, declared)])
            }
        }
    }

    /// Makes a constant's value.
    pub(crate) fn constant(&mut self, state: &mut State, constant: &Constant) -> Value {
        match constant {
            Constant::None => Value::None,
            Constant::Bool(value) => Value::truth(*value),
            Constant::Int(digits) => match integer::parse(digits) {
                Some(number) => Value::number(number),
                None => Value::Int(self.fresh_integer()),
            },
            Constant::Float(text) => match text.replace('_', "").parse() {
                Ok(number) => Value::Float(number),
                Err(_) => self.fresh_opaque("a number", Influence::Environment),
            },
            Constant::Str(text) => {
                if text.contains('.') && !self.dotted.contains(text) {
                    self.dotted.insert(text.clone());
                }
                Value::text(text)
            }
            Constant::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Value::Bytes(crate::rope::Rope::text(text)),
                Err(_) => self.fresh_opaque("bytes", Influence::Environment),
            },
            Constant::Ellipsis => Value::Ellipsis,
            Constant::Tuple(items) => Value::Tuple(items.iter().map(|item| self.constant(state, item)).collect()),
            Constant::List(items) => {
                let items = items.iter().map(|item| self.constant(state, item)).collect();
                Value::Object(state.allocate(Object::List(items)))
            }
            Constant::Set(items) => {
                let items = items.iter().map(|item| self.constant(state, item)).collect();
                Value::Object(state.allocate(Object::Set(items)))
            }
            Constant::Dict(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| (self.constant(state, key), self.constant(state, value)))
                    .collect();
                Value::Object(state.allocate(Object::Dict(entries)))
            }
        }
    }

    /// Gives what a dotted path stands for.
    pub(crate) fn global(&mut self, state: &mut State, path: &str) -> Value {
        if let Some(value) = state.globals.get(path) {
            return value.clone();
        }
        if let Some((class, name)) = path.rsplit_once('.')
            && let Some(class) = self.index.find_class(class)
            && let Some(member) = self.member(state, class, name)
        {
            return member;
        }
        let value = match self.index.find(path) {
            Some(Named::Function(function)) => return self.plain_function(function),
            Some(Named::Class(class)) => return Value::Class(class),
            Some(Named::Constant(constant)) => self.constant(state, constant),
            Some(named @ (Named::CallOf(_) | Named::Variable)) => match (self.module_value(state, path), named) {
                (Some(value), _) => value,
                (None, Named::CallOf(callee)) => {
                    self.fresh_opaque(&format!("`{path}` (made by `{callee}`)"), Influence::Environment)
                }
                (None, _) => self.fresh_opaque(&format!("the global `{path}`"), Influence::Environment),
            },
            Some(Named::Module) => return Value::Global(path.into()),
            None if let Some(constant) = python_library().find_constant(path) => return self.constant(state, constant),
            None if let Some(class) = python_library().find_class(path) => return Value::Class(class),
            None => match (library::constant(path), self.source_attribute(state, path)) {
                _ if let Some(number) = mathematics::constant(path) => return Value::Float(number),
                _ if patterns::flag(path).is_some() => return Value::number(patterns::flag(path).unwrap_or(0)),
                (Some(text), _) => return Value::text(text),
                (None, Some(value)) => return value,
                (None, None) => match self.listed_method(state, path) {
                    Some(value) => value,
                    None => return Value::Global(path.into()),
                },
            },
        };
        state.globals.insert(path.to_owned(), value.clone());
        value
    }

    /// Makes a function of the program a value.
    pub(crate) fn plain_function(&self, function: ir::program::FunctionId) -> Value {
        Value::Function(Closure { function, cells: Rc::default(), defaults: Rc::default(), receiver: None })
    }

    /// Evaluates a right-hand side.
    pub(crate) fn evaluate(&mut self, state: &mut State, rvalue: &Rvalue, span: Span) -> Result<Choices, Choices> {
        let exhausted = self.forget_used_iterators(state, rvalue);
        let result = self.evaluate_used(state, rvalue, span);
        let enters = |choices: &Choices| choices.iter().any(|choice| matches!(choice.outcome, Outcome::Enter(_)));
        // What the library's Python takes, it takes itself.
        if self.question.is_none()
            && result.as_ref().is_ok_and(|choices| !enters(choices) || !self.is_library_call(rvalue))
        {
            exhausted.into_iter().for_each(|id| self.exhaust(state, id));
        }
        result
    }

    /// Tells whether a computation calls a function outside the program by its path.
    fn is_library_call(&self, rvalue: &Rvalue) -> bool {
        match rvalue {
            Rvalue::Call(call) => match &call.callee {
                ir::instruction::Callee::Value(Operand::Global(path)) => self.index.find(path).is_none(),
                ir::instruction::Callee::Value(_) | ir::instruction::Callee::Method { .. } => false,
            },
            _ => false,
        }
    }

    fn evaluate_used(&mut self, state: &mut State, rvalue: &Rvalue, span: Span) -> Result<Choices, Choices> {
        match rvalue {
            Rvalue::Use(operand) | Rvalue::Await(operand) => Ok(vec![Choice::value(self.read(state, operand)?)]),
            Rvalue::Binary { operator, left, right, in_place } => {
                let (left, right) = (self.read(state, left)?, self.read(state, right)?);
                let plain = |this: &Self, value: Value| this.value_of_member(state, &value).unwrap_or(value);
                let operands = (plain(self, left), plain(self, right));
                let mutation = if *in_place {
                    crate::interpreter::operator::Mutation::InPlace
                } else {
                    crate::interpreter::operator::Mutation::Fresh
                };
                Ok(self.binary(state, *operator, operands, mutation))
            }
            Rvalue::Unary { operator, operand } => {
                let value = self.read(state, operand)?;
                if *operator == ir::instruction::UnaryOperator::Not && self.is_asked_for_truth(state, &value) {
                    return Ok(self.call_written(state, "operator.not_", vec![value]).unwrap_or_default());
                }
                if let Some(choices) = self.own_sign(state, *operator, &value) {
                    return Ok(choices);
                }
                Ok(self.unary(state, *operator, &value))
            }
            Rvalue::Compare { operator, left, right } => {
                let (left, right) = (self.read(state, left)?, self.read(state, right)?);
                if let Some(choices) = self.own_comparison(state, *operator, (&left, &right)) {
                    return Ok(choices);
                }
                let (mut left, mut right) = (left, right);
                match operator {
                    CompareOperator::Is | CompareOperator::IsNot => {}
                    CompareOperator::In | CompareOperator::NotIn => {
                        left = self.value_of_member(state, &left).unwrap_or(left);
                        right = self.listed_members(state, &right).unwrap_or(right);
                    }
                    CompareOperator::Equal
                    | CompareOperator::NotEqual
                    | CompareOperator::Less
                    | CompareOperator::LessEqual
                    | CompareOperator::Greater
                    | CompareOperator::GreaterEqual => {
                        left = self.value_of_member(state, &left).unwrap_or(left);
                        right = self.value_of_member(state, &right).unwrap_or(right);
                    }
                }
                let term = self.compare(state, *operator, &left, &right);
                Ok(vec![Choice::value(Value::Bool(term))])
            }
            Rvalue::Format(parts) => self.format_string(state, parts),
            Rvalue::Display { kind, items } => self.display(state, *kind, items),
            Rvalue::Dict(items) => self.dict_display(state, items),
            Rvalue::Attribute { base, name } => {
                let base = self.read(state, base)?;
                Ok(self.attribute(state, &base, name))
            }
            Rvalue::Subscript { base, index } => {
                let (list, index) = (self.read(state, base)?, self.read(state, index)?);
                let function = state.frame().map(|frame| frame.function);
                if let Some(part) = function.and_then(|own| self.end_of_split(state, own, (base, &list, &index))) {
                    return Ok(vec![Choice::value(part)]);
                }
                Ok(self.subscript(state, &list, &index))
            }
            Rvalue::Slice { base, lower, upper, step } => {
                let base = self.read(state, base)?;
                let mut bound = |operand: &Option<Operand>| match operand {
                    None => Ok(Value::None),
                    Some(operand) => self.read(state, operand),
                };
                let bounds = [bound(lower)?, bound(upper)?, bound(step)?];
                Ok(self.slice(state, &base, &bounds))
            }
            Rvalue::Call(call) => self.call(state, call, span),
            Rvalue::Iterator(operand) => {
                let value = self.read(state, operand)?;
                if self.is_reshaped_to_tree(&value) {
                    return Ok(Vec::new());
                }
                let value = self.listed_members(state, &value).unwrap_or(value);
                if let Some(choices) = self.call_own(state, &value, "__iter__", Vec::new()) {
                    return Ok(choices);
                }
                let of_set = self.iterators_over_set(state, &value);
                Ok(of_set.unwrap_or_else(|| vec![Choice::value(self.iterator(state, &value))]))
            }
            Rvalue::Unpack { base, index, count, star } => {
                let base = self.read(state, base)?;
                Ok(self.unpack(state, &base, (*index as usize, *count as usize), star.map(|star| star as usize)))
            }
            Rvalue::Closure { function, defaults } => {
                let mut values = Vec::new();
                for (name, operand) in defaults {
                    values.push((name.clone(), self.read(state, operand)?));
                }
                let cells = self.cells_for_closure(state);
                Ok(vec![Choice::value(Value::Function(Closure {
                    function: *function,
                    cells: Rc::new(cells),
                    defaults: Rc::new(values),
                    receiver: None,
                }))])
            }
            Rvalue::ClassObject(class) => Ok(vec![Choice::value(Value::Class(*class))]),
            Rvalue::CurrentException => {
                let current = state.frame().and_then(|frame| frame.exception.clone());
                Ok(vec![Choice::value(match current {
                    Some(Exception { message: Some(message), .. })
                        if matches!(*message, Value::Object(_)) && self.is_raised(state, &message) =>
                    {
                        (*message).clone()
                    }
                    Some(exception) => Value::Exception(exception),
                    None => Value::None,
                })])
            }
            Rvalue::ExceptionMatches { class } => {
                let class = self.read(state, class)?;
                let term = self.exception_matches(state, &class);
                Ok(vec![Choice::value(Value::Bool(term))])
            }
            Rvalue::Yield(_) | Rvalue::YieldFrom(_) => {
                let value = self.fresh_opaque("what is sent to the generator", Influence::Attacker);
                Ok(vec![Choice::value(value)])
            }
            Rvalue::Enter(operand) => {
                let value = self.read(state, operand)?;
                self.enter_context(state, &value)
            }
            Rvalue::Exit(operand) => {
                let value = self.read(state, operand)?;
                self.exit_context(state, &value)
            }
            Rvalue::Later { items, reads } => {
                let items = self.read(state, items)?;
                let influence = self.influence(state, std::slice::from_ref(&items));
                let mut values = Vec::new();
                for operand in reads {
                    values.push(self.read(state, operand)?);
                }
                let why: Rc<str> = "a generator expression that is kept".into();
                state.havoc(&values, &why, influence, &mut self.next_id);
                Ok(vec![Choice::value(self.unknown_container(state, &why, influence))])
            }
            Rvalue::Opaque { construct, operands } => {
                let mut values = Vec::new();
                for operand in operands {
                    values.push(self.read(state, operand)?);
                }
                // What the construct does is not known, so it may depend on more than what it is seen to read.
                let why: Rc<str> = format!("`{construct}`").into();
                state.havoc(&values, &why, Influence::Attacker, &mut self.next_id);
                let value = self.fresh_opaque(&why, Influence::Attacker);
                let choices = vec![Choice::value(value)];
                Ok(self.with_any_exception(state, choices))
            }
        }
    }

    /// Gives the running frame's variables that a nested function may use; captured ones get their cells now.
    fn cells_for_closure(&mut self, state: &mut State) -> std::collections::BTreeMap<String, crate::value::ObjectId> {
        let Some(frame) = state.frame() else { return std::collections::BTreeMap::new() };
        let captured: Vec<String> = self
            .index
            .function(frame.function)
            .into_iter()
            .flat_map(|function| &function.locals)
            .filter(|local| local.scope == LocalScope::Captured)
            .filter_map(|local| local.name.clone())
            .filter(|name| !frame.cells.contains_key(name))
            .collect();
        for name in captured {
            let cell = state.allocate(Object::Cell(None));
            if let Some(frame) = state.frame_mut() {
                frame.cells.insert(name, cell);
            }
        }
        state.frame().map(|frame| frame.cells.clone()).unwrap_or_default()
    }

    /// Makes a container with unknown contents.
    pub(crate) fn unknown_container(&mut self, state: &mut State, why: &str, influence: Influence) -> Value {
        let opaque = crate::value::Opaque { id: self.fresh_id(), why: why.into(), influence };
        Value::Object(state.allocate(Object::Unknown(opaque)))
    }

    /// Makes an instance of a class; `rest` tells whether it may have attributes that were not seen.
    pub(crate) fn instance(&mut self, state: &mut State, class: ir::program::ClassId, rest: Rest) -> Value {
        let object = Object::Instance { class, attributes: std::collections::BTreeMap::new(), rest };
        Value::Object(state.allocate(object))
    }

    /// Gives the items of a container in the order in which Python goes through them; `None` where either is not known. A
    /// set of several items may have any order.
    pub(crate) fn ordered_items(&mut self, state: &State, value: &Value) -> Option<Vec<Value>> {
        let items = self.known_items(state, value)?;
        let is_set = matches!(value, Value::Object(id) if matches!(state.object(*id), Some(Object::Set(_))));
        (!is_set || items.len() < 2).then_some(items)
    }

    /// Gives the iterators over a small set, one for each order that it may have; `None` for anything else.
    fn iterators_over_set(&mut self, state: &mut State, value: &Value) -> Option<Choices> {
        let Value::Object(id) = value else { return None };
        let orders: &[&[usize]] = match state.object(*id)? {
            Object::Set(items) if items.len() == 2 => &[&[0, 1], &[1, 0]],
            Object::Set(items) if items.len() == 3 => {
                &[&[0, 1, 2], &[0, 2, 1], &[1, 0, 2], &[1, 2, 0], &[2, 0, 1], &[2, 1, 0]]
            }
            _ => return None,
        };
        let items = self.known_items(state, value)?;
        let in_order = |order: &&[usize]| order.iter().filter_map(|place| items.get(*place).cloned()).collect();
        let orders: Vec<Vec<Value>> = orders.iter().map(in_order).collect();
        Some(orders.into_iter().map(|items| Choice::value(self.live_iterator(state, items, value))).collect())
    }

    /// Gives `iter(value)`.
    pub(crate) fn iterator(&mut self, state: &mut State, value: &Value) -> Value {
        if let Value::Object(id) = value
            && matches!(
                state.object(*id),
                Some(Object::Iterator { .. } | Object::OpenIterator { .. } | Object::Generator { .. })
            )
        {
            return value.clone();
        }
        match self.ordered_items(state, value) {
            Some(items) => self.live_iterator(state, items, value),
            None => {
                let over = self.opaque_parts(state, value);
                Value::Object(state.allocate(Object::OpenIterator { over, taken: 0 }))
            }
        }
    }

    /// Gives the items of anything whose items are known: what `list(value)` holds.
    pub(crate) fn known_items(&mut self, state: &State, value: &Value) -> Option<Vec<Value>> {
        match value {
            Value::Tuple(items) => Some(items.to_vec()),
            Value::Object(id) => match state.object(*id)? {
                Object::List(items) | Object::Set(items) => Some(items.clone()),
                Object::Dict(entries) => Some(entries.iter().map(|(key, _)| key.clone()).collect()),
                Object::Iterator { items, next } => Some(items.get(*next..).unwrap_or_default().to_vec()),
                Object::Instance { .. } => self.named_items(state, value),
                Object::OpenIterator { .. } | Object::Generator { .. } | Object::Cell(_) | Object::Unknown(_) => None,
            },
            Value::Str(rope) => {
                let marked = rope.marked()?;
                let cuts = marked.text.char_indices().map(|(at, c)| at..at + c.len_utf8());
                Some(cuts.map(|range| Value::Str(crate::rope::Rope::cut(&marked, range))).collect())
            }
            Value::None
            | Value::Ellipsis
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Bytes(_)
            | Value::Path(_)
            | Value::Function(_)
            | Value::Class(_)
            | Value::Global(_)
            | Value::Exception(_)
            | Value::Pattern(..)
            | Value::Match(..)
            | Value::Opaque(_) => None,
        }
    }

    /// Gives `-value`, `not value` and the like.
    pub(crate) fn unary(
        &mut self,
        state: &mut State,
        operator: ir::instruction::UnaryOperator,
        value: &Value,
    ) -> Choices {
        use ir::instruction::UnaryOperator;
        let term = match value {
            Value::Int(term) => Some(term.clone()),
            Value::Bool(crate::term::BoolTerm::Const(value)) => Some(IntTerm::number(i32::from(*value))),
            _ => None,
        };
        let result = match (operator, term) {
            (UnaryOperator::Not, _) => Some(Value::Bool(self.truth(state, value).negate())),
            (UnaryOperator::Minus, Some(term)) => IntTerm::sub(&IntTerm::number(0), &term).map(Value::Int),
            (UnaryOperator::Plus, Some(term)) => Some(Value::Int(term)),
            (UnaryOperator::Invert, Some(term)) => IntTerm::sub(&IntTerm::number(-1), &term).map(Value::Int),
            (UnaryOperator::Minus, None) => match value {
                Value::Float(number) => Some(Value::Float(-number)),
                _ => None,
            },
            (UnaryOperator::Plus | UnaryOperator::Invert, None) => None,
        };
        match result {
            Some(value) => vec![Choice::value(value)],
            None if self.certain(state, value) == Certain::Float => {
                let influence = self.influence(state, std::slice::from_ref(value));
                vec![Choice::value(self.fresh_float("the result of a unary operator", influence))]
            }
            None => {
                let influence = self.influence(state, std::slice::from_ref(value));
                let value = self.fresh_opaque("the result of a unary operator", influence);
                self.with_any_exception(state, vec![Choice::value(value)])
            }
        }
    }
}
