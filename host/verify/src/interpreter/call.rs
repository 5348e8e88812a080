//! Calls. Invariant: a function of the program that is not run is noted, so that a sink inside it is never taken for
//! examined.

use std::rc::Rc;

use ir::{
    function::{Block, Flavour, Function},
    instruction::{Call, Callee, Operand},
    library::{is_of_library, library},
};
use model::{
    contract::{ArgumentSelector, Condition, SinkLanguage},
    span::Span,
    spec::SourceForm,
};

use crate::{
    interpreter::{Choice, Choices, Hit, Interpreter, Outcome, Reached},
    models::responses::Page,
    program_index::Named,
    relevance::is_return,
    shape::Shape,
    state::{Frame, State},
    value::{Closure, Exception, Influence, Object, Progress, Rest, Role, Value},
};

/// A call's arguments, evaluated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments {
    /// Positional ones; `None` when their number is not known.
    pub(crate) positional: Option<Vec<Value>>,
    /// Keyword ones.
    pub(crate) keywords: Vec<(String, Value)>,
    /// Everything that was passed in any way.
    pub(crate) all: Vec<Value>,
    /// Whether `**mapping` with unknown keys was passed.
    pub(crate) open_keywords: bool,
}

impl From<Vec<Value>> for Arguments {
    fn from(positional: Vec<Value>) -> Self {
        Self { all: positional.clone(), positional: Some(positional), ..Self::default() }
    }
}

impl Arguments {
    /// Gives a positional argument.
    pub(crate) fn at(&self, position: usize) -> Option<&Value> {
        self.positional.as_ref()?.get(position)
    }

    /// Gives a keyword argument.
    pub(crate) fn keyword(&self, name: &str) -> Option<&Value> {
        self.keywords.iter().find(|(keyword, _)| keyword == name).map(|(_, value)| value)
    }

    /// Gives an argument by position or name.
    pub(crate) fn get(&self, position: usize, name: &str) -> Option<&Value> {
        self.at(position).or_else(|| self.keyword(name))
    }

    /// Gives the number of positional arguments when all arguments are known.
    pub(crate) fn count(&self) -> Option<usize> {
        if self.open_keywords { None } else { self.positional.as_ref().map(Vec::len) }
    }

    /// Gives the message of an exception that is made with these arguments, where its text is that message's.
    pub(crate) fn message(&self) -> Option<Rc<Value>> {
        match self.plain()? {
            [] => Some(Rc::new(Value::text(""))),
            [message] => Some(Rc::new(message.clone())),
            [_, _, ..] => None,
        }
    }

    /// Gives all arguments when they are positional and known.
    pub(crate) fn plain(&self) -> Option<&[Value]> {
        if self.keywords.is_empty() && !self.open_keywords { self.positional.as_deref() } else { None }
    }
}

/// Decorators that leave what a call does as it is.
const PLAIN_DECORATORS: &[&str] = &[
    "builtins.staticmethod",
    "builtins.classmethod",
    "builtins.property",
    "functools.wraps",
    "functools.lru_cache",
    "functools.cache",
    "functools.cached_property",
    "abc.abstractmethod",
    "typing.override",
    "typing.no_type_check",
];

/// Makes a context manager of a generator.
const MANAGER: &str = "contextlib.contextmanager";

impl Interpreter<'_> {
    /// Evaluates a call.
    pub(crate) fn call(&mut self, state: &mut State, call: &Call, span: Span) -> Result<Choices, Choices> {
        let (callee, method, arguments) = self.read_call(state, call)?;
        if self.is_contract_call(state, span) {
            self.note_searched(call, (&callee, &arguments));
            return Ok(self.reach_sink(state, &callee, &arguments));
        }
        let name = self.library_name(state, &callee, method);
        let before = self.unmodelled;
        let choices = match method {
            Some(name) => self.call_method(state, &callee, name, arguments),
            None => self.call_value(state, &callee, arguments),
        };
        if let Some(name) = name.filter(|_| self.question.is_none()) {
            self.note_model(state, name, &choices, before);
        }
        Ok(choices)
    }

    /// Reads a call's callee (for a method its receiver and the method's name) and arguments.
    pub(crate) fn read_call<'c>(
        &mut self,
        state: &mut State,
        call: &'c Call,
    ) -> Result<(Value, Option<&'c str>, Arguments), Choices> {
        let (callee, method) = match &call.callee {
            Callee::Value(Operand::Global(path)) if self.is_field(path) => (Value::Global(path.as_str().into()), None),
            Callee::Value(operand) => (self.read(state, operand)?, None),
            Callee::Method { receiver, name } => (self.read(state, receiver)?, Some(name.as_str())),
        };
        let (mut all, positional) = self.read_items(state, &call.args)?;
        let mut arguments = Arguments { positional, ..Arguments::default() };
        for (name, operand) in &call.keywords {
            let value = self.read(state, operand)?;
            all.push(value.clone());
            match name {
                Some(name) => arguments.keywords.push((name.clone(), value)),
                None => match self.known_entries(state, &value) {
                    Some(entries) => arguments.keywords.extend(entries),
                    None => arguments.open_keywords = true,
                },
            }
        }
        arguments.all = all;
        Ok((callee, method, arguments))
    }

    fn known_entries(&self, state: &State, value: &Value) -> Option<Vec<(String, Value)>> {
        let Value::Object(id) = value else { return None };
        let Some(Object::Dict(entries)) = state.object(*id) else { return None };
        entries.iter().map(|(key, value)| Some((key.as_text()?, value.clone()))).collect()
    }

    fn is_contract_call(&self, state: &State, span: Span) -> bool {
        let Condition::SinkStaysData { call, .. } = &self.contract.condition else { return false };
        let file = state.frame().and_then(|frame| self.index.function(frame.function)).map(|f| f.file);
        *call == span && file == Some(self.contract.at_file)
    }

    fn reach_sink(&mut self, state: &mut State, callee: &Value, arguments: &Arguments) -> Choices {
        let is_on_receiver = matches!(&self.contract.condition,
            Condition::SinkStaysData { argument, .. } if argument.is_receiver());
        // What the sink is called on is the caller's, such as a database cursor.
        if !is_on_receiver
            && let Value::Str(rope) = callee
            && let Some(source) = rope.plain_source()
            && self.reshape(source, Shape::Resource)
        {
            return Vec::new();
        }
        self.reached = true;
        self.note_guarded(state);
        if let Condition::SinkStaysData { argument, .. } = &self.contract.condition {
            let selected = if is_on_receiver { Some(callee.clone()) } else { self.select(state, argument, arguments) };
            if let Some(value) = selected.map(|value| self.composed_text(state, &value).unwrap_or(value)) {
                self.hits.push(Hit { reached: Reached::Sink(value), state: state.clone() });
            }
        }
        let result = self.fresh_opaque("the sink's result", Influence::Environment);
        self.with_any_exception(state, vec![Choice::value(result)])
    }

    /// Gives the text of a statement that is put together of parts, as a cursor sends it.
    fn composed_text(&self, state: &State, value: &Value) -> Option<Value> {
        let Value::Object(id) = value else { return None };
        let Some(Object::Instance { class, attributes, .. }) = state.object(*id) else { return None };
        library().class(*class)?;
        attributes.get("_text").cloned()
    }

    /// Notes that a store is the contract's place: argument 0 is the value, argument 1 the key.
    pub(crate) fn reach_store(&mut self, state: &State, span: Span, value: &Operand, key: Option<&Operand>) {
        if !self.is_contract_call(state, span) {
            return;
        }
        let Condition::SinkStaysData { argument, .. } = &self.contract.condition else { return };
        let operand = if argument.position == Some(1) { key.unwrap_or(value) } else { value };
        let mut before = state.clone();
        if let Ok(value) = self.read(&mut before, operand) {
            self.reached = true;
            self.hits.push(Hit { reached: Reached::Sink(value), state: before });
        }
    }

    /// Notes that a return is the contract's place; of a tuple the first item counts.
    pub(crate) fn reach_return(&mut self, state: &State, block: &Block, value: &Value) {
        let function = state.frame().and_then(|frame| self.index.function(frame.function));
        if function.is_some_and(|function| is_return(function, block, self.contract)) {
            let body = match value {
                Value::Tuple(items) => items.first().unwrap_or(value),
                other => other,
            };
            self.reached = true;
            let is_page =
                matches!(self.contract.condition, Condition::SinkStaysData { language: SinkLanguage::Html, .. });
            let body = match body {
                Value::Opaque(opaque) if is_page => match self.pages.get(&opaque.id) {
                    Some(Page::Inert) => return,
                    Some(Page::Of(page)) => page,
                    None => body,
                },
                other => other,
            };
            self.hits.push(Hit { reached: Reached::Sink(body.clone()), state: state.clone() });
        }
    }

    fn select(&mut self, state: &State, selector: &ArgumentSelector, arguments: &Arguments) -> Option<Value> {
        if let Some(keyword) = &selector.keyword
            && let Some(value) = arguments.keyword(keyword)
        {
            return Some(value.clone());
        }
        if let (Some(position), Some(positional)) = (selector.position, &arguments.positional)
            && let Some(value) = positional.get(position as usize)
        {
            return Some(value.clone());
        }
        let hidden = arguments.positional.is_none() && selector.position.is_some() || arguments.open_keywords;
        if !hidden {
            return None;
        }
        let influence = self.influence(state, &arguments.all);
        Some(self.fresh_opaque("an argument passed by `*` or `**`", influence))
    }

    /// Calls a value.
    pub(crate) fn call_value(&mut self, state: &mut State, callee: &Value, arguments: Arguments) -> Choices {
        match callee {
            Value::Function(closure) => self.enter(state, closure, arguments, None),
            Value::Class(class) => self.construct(state, *class, arguments),
            Value::Global(path) => {
                let path = Rc::clone(path);
                self.call_global(state, &path, arguments)
            }
            Value::Object(id) => {
                if let Some(Object::Instance { class, .. }) = state.object(*id)
                    && let Some(Named::Function(function)) = self.index.class_member(*class, "__call__")
                {
                    let receiver = Some(Rc::new(callee.clone()));
                    let closure = Closure { function, cells: Rc::default(), defaults: Rc::default(), receiver };
                    return self.enter(state, &closure, arguments, None);
                }
                self.unknown_call(state, "an object", Some(callee), &arguments)
            }
            Value::None => vec![Choice::raise("TypeError")],
            Value::Str(rope) => {
                if let Some(source) = rope.plain_source()
                    && self.reshape(source, Shape::Resource)
                {
                    return Vec::new();
                }
                vec![Choice::raise("TypeError")]
            }
            Value::Opaque(opaque) => {
                let why = Rc::clone(&opaque.why);
                self.unknown_call(state, &why, Some(callee), &arguments)
            }
            Value::Ellipsis
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Bytes(_)
            | Value::Path(_)
            | Value::Tuple(_)
            | Value::Exception(_)
            | Value::Pattern(..)
            | Value::Match(..) => vec![Choice::raise("TypeError")],
        }
    }

    /// Calls something that is not modelled: its result may be anything, it may raise, and it may change what it gets.
    pub(crate) fn unknown_call(
        &mut self,
        state: &mut State,
        name: &str,
        receiver: Option<&Value>,
        arguments: &Arguments,
    ) -> Choices {
        if self.question.is_some() {
            return Vec::new();
        }
        self.unmodelled += 1;
        let mut values = arguments.all.clone();
        values.extend(arguments.positional.iter().flatten().cloned());
        for value in &values {
            match value {
                Value::Function(closure) => {
                    self.note_skipped(closure.function, "it is handed to code that is not known");
                }
                Value::Opaque(opaque) => self.forget_page(opaque.id, name),
                _ => {}
            }
        }
        if values.iter().any(|value| matches!(value, Value::Opaque(opaque) if self.trees.contains_key(&opaque.id))) {
            self.loops.note_change();
        }
        let influence = self.influence(state, &values).max(
            receiver.map_or(Influence::Environment, |receiver| self.influence(state, std::slice::from_ref(receiver))),
        );
        // What the library's Python leaves out.
        let shown = name.trim_matches('`').trim_start_matches("elsewhere.");
        let why: Rc<str> = format!("the result of `{shown}`").into();
        state.havoc(&values, &why, influence, &mut self.next_id);
        let result = self.fresh_opaque(&why, influence);
        self.with_any_exception(state, vec![Choice::value(result)])
    }

    /// Notes that a function of the program was not run.
    pub(crate) fn note_skipped(&mut self, function: ir::program::FunctionId, why: &str) {
        if let Some(function) = self.index.function(function) {
            self.skipped.insert(format!("the call of `{}`: {why}", function.qualname));
        }
    }

    /// Calls something outside the program by its path.
    pub(crate) fn call_global(&mut self, state: &mut State, path: &str, arguments: Arguments) -> Choices {
        if let Some(named) = self.index.find(path) {
            match named {
                Named::Function(function) => {
                    let closure = match self.plain_function(function) {
                        Value::Function(closure) => closure,
                        _ => return Vec::new(),
                    };
                    return self.enter(state, &closure, arguments, None);
                }
                Named::Class(class) => return self.construct(state, class, arguments),
                Named::Constant(_) | Named::CallOf(_) | Named::Variable | Named::Module => {}
            }
        }
        if let Some(spec) = self
            .specs
            .sources
            .iter()
            .find(|spec| spec.form == SourceForm::Call && self.counts(spec.kind) && spec.name.0 == path)
        {
            let _ = spec;
            return self.call_source(state, path, &arguments);
        }
        if let Some((base, method)) = path.rsplit_once('.') {
            if self.is_source_attribute(base) {
                return self.source_method(state, base, method, &arguments);
            }
            // A method of a global value of the program: `conn.execute(..)`, `TABLES.get(..)`.
            if let Some(Named::Constant(_) | Named::CallOf(_) | Named::Variable) = self.index.find(base) {
                let receiver = self.global(state, base);
                return self.call_method(state, &receiver, method, arguments);
            }
            if let Some(class) = library().find_class(base) {
                return self.call_method(state, &Value::Class(class), method, arguments);
            }
        }
        if let Some(class) = library().find_class(path) {
            return self.construct(state, class, arguments);
        }
        self.call_library(state, path, arguments)
    }

    /// Calls a function of the library that is written in Python; `None` when there is none of that path.
    pub(crate) fn call_written(
        &mut self,
        state: &mut State,
        path: &str,
        arguments: impl Into<Arguments>,
    ) -> Option<Choices> {
        let function = library().find(path)?;
        let Value::Function(closure) = self.plain_function(function) else { return None };
        Some(self.enter(state, &closure, arguments.into(), None))
    }

    /// Makes an instance of a class of the program.
    fn construct(&mut self, state: &mut State, class: ir::program::ClassId, mut arguments: Arguments) -> Choices {
        let Some(declared) = self.index.class(class) else { return Vec::new() };
        let path = self.index.class_path(declared);
        if self.is_exception_class(&path) && self.index.class_member(class, "__init__").is_none() {
            let has_own_text = self.index.class_member(class, "__str__").is_some();
            let message = arguments.message().filter(|_| !has_own_text);
            let exception = Exception { class: Some(path.into()), message };
            return vec![Choice::value(Value::Exception(exception))];
        }
        if let Some(choices) = self.member_by_value(state, class, &arguments) {
            return choices;
        }
        if self.question.is_some() {
            return Vec::new();
        }
        if let Some(choices) = self.make_record(state, class, &arguments) {
            return choices;
        }
        let known = self.index.knows_bases(declared);
        let dataclass = declared.decorators.iter().any(|decorator| decorator.starts_with("dataclasses.dataclass"));
        let rest = if known && !dataclass { Rest::Closed } else { Rest::Open };
        let instance = self.instance(state, class, rest);
        match self.index.class_member(class, "__init__") {
            Some(Named::Function(function)) => {
                let receiver = Some(Rc::new(instance.clone()));
                let closure = Closure { function, cells: Rc::default(), defaults: Rc::default(), receiver };
                self.enter(state, &closure, arguments, Some(instance))
            }
            Some(Named::Class(_) | Named::Constant(_) | Named::CallOf(_) | Named::Variable | Named::Module) | None => {
                if let Value::Object(id) = &instance {
                    for (name, value) in arguments.keywords.drain(..) {
                        if let Some(Object::Instance { attributes, .. }) = state.object_mut(*id) {
                            attributes.insert(name, value);
                        }
                    }
                }
                if rest == Rest::Closed {
                    return vec![Choice::value(instance)];
                }
                // A constructor outside the program, or a generated one, may keep its arguments anywhere.
                self.unknown_call(state, &path, None, &arguments)
            }
        }
    }

    /// Runs a function of the program.
    pub(crate) fn enter(
        &mut self,
        state: &mut State,
        closure: &Closure,
        mut arguments: Arguments,
        instead: Option<Value>,
    ) -> Choices {
        let Some(function) = self.index.function(closure.function) else { return Vec::new() };
        let refused = self.why_not_run(state, function);
        if let Some(why) = refused {
            let is_security = matches!(self.contract.condition, Condition::SinkStaysData { .. });
            if self.is_too_deep(state) && !is_security {
                // The bound is noted, so nothing is lost by leaving the path here.
                return Vec::new();
            }
            self.note_skipped(function.id, &why);
            let receiver = closure.receiver.as_deref().cloned();
            return self.unknown_call(state, &function.qualname, receiver.as_ref(), &arguments);
        }
        if let Some(receiver) = &closure.receiver
            && let Some(positional) = &mut arguments.positional
        {
            positional.insert(0, (**receiver).clone());
        }
        match self.bind(state, function, closure, &arguments) {
            Some(frame) if function.flavour == Flavour::Generator => {
                let is_manager = function.decorators.iter().any(|decorator| decorator == MANAGER);
                let role = if is_manager { Role::Manager } else { Role::Iterator };
                let progress = Progress::Waiting(Box::new(frame), None);
                vec![Choice::value(Value::Object(state.allocate(Object::Generator { progress, role })))]
            }
            Some(frame) => {
                let outcome = Outcome::Enter(Box::new(Frame { instead, ..frame }));
                vec![Choice { when: crate::term::BoolTerm::Const(true), outcome, presence: None }]
            }
            None => vec![Choice::raise("TypeError")],
        }
    }

    fn is_too_deep(&self, state: &State) -> bool {
        let own = state.frames.iter().filter(|frame| !is_of_library(frame.function));
        own.count() > self.budget.inline_depth as usize
    }

    fn why_not_run(&mut self, state: &State, function: &Function) -> Option<String> {
        if self.is_too_deep(state) {
            self.bounds.insert(format!("calls inlined {} deep", self.budget.inline_depth));
            return Some("it is nested too deeply".to_owned());
        }
        let unknown = function.decorators.iter().find(|decorator| {
            let last = decorator.rsplit('.').next().unwrap_or(decorator);
            let is_manager = decorator.as_str() == MANAGER && function.flavour == Flavour::Generator;
            let is_route = matches!(last, "route" | "get" | "post" | "put" | "delete" | "patch" | "setter");
            !(is_manager || is_route || PLAIN_DECORATORS.contains(&decorator.as_str()))
        });
        unknown.map(|decorator| format!("its decorator `{decorator}` is not modelled"))
    }
}
