//! Functions of the program that are called by Python's own callables, and functions as values. Invariant: what is
//! called back gets what the library gives it and nothing else.

use std::rc::Rc;

use ir::{
    instruction::{Callee, Constant, Operand},
    program::FunctionId,
};
use model::span::Span;

use crate::{
    builtin_specs,
    calls::{Argument, Evaluated},
    checks::is_letter_test,
    function_pass::{Pass, Phase},
    functions::Functions,
    pattern::normalised,
    state::State,
    summary::ParamCall,
    taint::{Key, Taints},
    types::Called,
    value::{Parts, Value},
};

/// How deep callbacks of callbacks are followed.
const MAX_DEPTH: u32 = 3;
/// Most functions that one call is taken to call.
const MAX_TARGETS: usize = 8;

/// The operand of what is no variable and no literal.
pub(crate) const NOTHING: &Operand = &Operand::Constant(Constant::None);
/// The callee of what is not written as a call.
pub(crate) const NO_CALLEE: &Callee = &Callee::Value(Operand::Constant(Constant::None));

/// Something that is called back, with what it is given.
struct Callback {
    function: Value,
    arguments: Vec<Value>,
    keywords: Option<Value>,
}

fn argument<'a>(value: Value, keyword: Option<&'a str>) -> Argument<'a> {
    Argument { operand: NOTHING, value, is_spread: false, is_positional: keyword.is_none(), keyword }
}

impl<'a> Pass<'_, 'a> {
    /// Runs a library call that calls back; `None` when the call is none.
    pub(crate) fn higher_order(&mut self, state: &mut State, call: &Evaluated<'a>) -> Option<Value> {
        let name = call.names().next().unwrap_or_default().to_owned();
        let first = call.nth(0).map(|first| first.value.clone());
        let values = |from: usize| -> Vec<Value> {
            call.positional().skip(from).filter(|given| !given.is_spread).map(|given| given.value.clone()).collect()
        };
        let keyword = |wanted: &str| {
            call.arguments.iter().find(|given| given.keyword == Some(wanted)).map(|given| given.value.clone())
        };
        match name.as_str() {
            "map" | "itertools.starmap" | "concurrent.futures.Executor.map" => {
                let arguments = match name.as_str() {
                    "itertools.starmap" => values(1).first().map(|rows| vec![rows.element().part(&Key::Int(0))])?,
                    _ => values(1).iter().map(Value::element).collect(),
                };
                let is_clean = call.nth(0).is_some_and(|function| is_clean_function(function.operand));
                if is_clean {
                    return Some(Value::sequence_of(Value::default()));
                }
                Some(Value::sequence_of(self.called_back(state, first?, arguments, call.span)))
            }
            "filter" => {
                let items = call.nth(1)?.value.clone();
                if matches!(call.nth(0)?.operand, Operand::Global(path) if is_letter_test(path)) {
                    return Some(Value::sequence_of(Value::default()));
                }
                self.called_back(state, first?, vec![items.element()], call.span);
                Some(Value::sequence_of(items.element()))
            }
            "functools.reduce" => {
                let items = call.nth(1)?.value.element();
                let start = call.nth(2).map_or_else(|| items.clone(), |start| start.value.clone());
                let once = self.called_back(state, first.clone()?, vec![start.clone(), items.clone()], call.span);
                let before = Value::joined([start, once].into_iter());
                Some(self.called_back(state, first?, vec![before, items], call.span))
            }
            "sorted" | "min" | "max" => {
                if let Some(key) = keyword("key") {
                    let element = first.as_ref()?.element();
                    self.called_back(state, key, vec![element], call.span);
                }
                let positional = values(0);
                match (name.as_str(), positional.len()) {
                    ("sorted", _) => Some(Value::sequence_of(first?.element())),
                    (_, 1) => Some(first?.element()),
                    (_, _) => Some(Value::joined(positional.into_iter()).loose()),
                }
            }
            "functools.partial" | "functools.partialmethod" => self.partial(call),
            "threading.Thread" | "multiprocessing.Process" | "threading.Timer" => {
                let (function, given) = match name.as_str() {
                    "threading.Timer" => (call.nth(1)?.value.clone(), call.nth(2).map(|given| given.value.clone())),
                    _ => (keyword("target")?, None),
                };
                let given = keyword("args").or(given);
                let arguments = given.map(|given| elements(&given)).unwrap_or_default();
                self.run(state, Callback { function, arguments, keywords: keyword("kwargs") }, call.span);
                Some(Value::default())
            }
            "asyncio.to_thread" | "atexit.register" | "anyio.to_thread.run_sync" => {
                Some(self.called_back(state, first?, values(1), call.span))
            }
            "asyncio.gather" => Some(Value::sequence(values(0))),
            "asyncio.create_task"
            | "asyncio.ensure_future"
            | "asyncio.wait_for"
            | "asyncio.shield"
            | "asyncio.run"
            | "asyncio.run_coroutine_threadsafe" => Some(first?.loose()),
            _ => self.called_by_method(state, call),
        }
    }

    fn called_by_method(&mut self, state: &mut State, call: &Evaluated<'a>) -> Option<Value> {
        let skipped = match call.method()? {
            "submit" | "call_soon" | "call_soon_threadsafe" | "apply_async_now" => 0,
            "run_in_executor" | "call_later" | "call_at" => 1,
            "run_until_complete" | "create_task" => return Some(call.nth(0)?.value.clone().loose()),
            "map" | "imap" | "imap_unordered" => {
                let function = call.nth(0).filter(|given| self.may_be_function(given))?.value.clone();
                let arguments = call.positional().skip(1).map(|given| given.value.element()).collect();
                return Some(Value::sequence_of(self.called_back(state, function, arguments, call.span)));
            }
            _ => return None,
        };
        let function = call.nth(skipped).filter(|given| self.may_be_function(given))?.value.clone();
        let arguments = call.positional().skip(skipped + 1).map(|given| given.value.clone()).collect();
        Some(self.called_back(state, function, arguments, call.span))
    }

    fn may_be_function(&self, given: &Argument<'_>) -> bool {
        !given.value.functions.is_empty()
    }

    /// `functools.partial(function, ..)`: the function with what it is already given.
    fn partial(&mut self, call: &Evaluated<'a>) -> Option<Value> {
        let function = call.nth(0).filter(|given| self.may_be_function(given))?;
        let mut made = function.value.clone().loose();
        made.parts.get_or_insert_with(|| Rc::new(Parts::default()));
        for (index, given) in (0_i64..).zip(call.positional().skip(1)) {
            made.set_part(&Key::Int(index), given.value.clone());
        }
        for given in &call.arguments {
            if let Some(name) = given.keyword {
                made.set_part(&Key::Str(name.into()), given.value.clone());
            }
        }
        Some(made)
    }

    fn called_back(&mut self, state: &mut State, function: Value, arguments: Vec<Value>, span: Span) -> Value {
        self.run(state, Callback { function, arguments, keywords: None }, span)
    }

    /// Calls a function value.
    fn run(&mut self, state: &mut State, callback: Callback, span: Span) -> Value {
        let targets: Vec<FunctionId> = callback.function.functions.iter().take(MAX_TARGETS).collect();
        if targets.is_empty() || self.depth >= MAX_DEPTH {
            let mut taints = Taints::default();
            callback.arguments.iter().for_each(|given| taints.join(&given.all_taints()));
            return Value::tainted(taints);
        }
        let (mut arguments, keywords) = given_before(&callback.function);
        arguments.extend(callback.arguments);
        let mut keywords = keywords;
        let given = callback.keywords.iter().flat_map(|value| value.parts.as_deref()).flat_map(|parts| &parts.entries);
        keywords.extend(given.filter_map(|(key, part)| match key {
            Key::Str(name) => Some((Rc::clone(name), part.clone())),
            Key::Int(_) | Key::Attribute(_) | Key::Any | Key::Keys => None,
        }));
        let mut call = Evaluated {
            callee: NO_CALLEE,
            receiver: None,
            arguments: arguments.into_iter().map(|value| argument(value, None)).collect(),
            called: Called { targets, ..Called::default() },
            span,
        };
        self.name_keywords(&mut call, keywords);
        self.depth += 1;
        let value = self.own_call(state, &call);
        self.depth -= 1;
        value
    }

    /// Adds keyword arguments; only those that a target names can arrive.
    fn name_keywords(&self, call: &mut Evaluated<'a>, keywords: Vec<(Rc<str>, Value)>) {
        for (name, value) in keywords {
            let params =
                call.called.targets.iter().filter_map(|target| self.analysis.project.program.function(*target));
            let named = params.flat_map(|function| &function.params).find(|param| *param.name == *name);
            if let Some(param) = named {
                call.arguments.push(argument(value, Some(param.name.as_str())));
            }
        }
    }

    /// Completes a call of a value by what that value is: a function, perhaps with arguments that it already has.
    pub(crate) fn resolve_value(&mut self, call: &mut Evaluated<'a>, callee: &Value) {
        if !call.called.targets.is_empty() || call.called.constructs.is_some() || callee.functions.is_empty() {
            return;
        }
        call.called.targets = callee.functions.iter().take(MAX_TARGETS).collect();
        let (before, keywords) = given_before(callee);
        call.arguments.splice(0..0, before.into_iter().map(|value| argument(value, None)));
        self.name_keywords(call, keywords);
    }

    /// Notes that a parameter is called.
    pub(crate) fn note_param_call(&mut self, call: &Evaluated<'a>) {
        let Callee::Value(Operand::Local(local)) = call.callee else { return };
        if self.phase == Phase::Settling || !call.called.targets.is_empty() {
            return;
        }
        let position = self.function.params.iter().position(|param| param.local == *local);
        if let Some(param) = position.and_then(|position| u32::try_from(position).ok()) {
            let arguments = call.positional().map(|given| given.value.clone().loose()).collect();
            self.summary.param_calls.push(ParamCall { param, arguments });
        }
    }

    /// Calls what a callee calls of its parameters, as far as they are known here.
    pub(crate) fn call_parameters(
        &mut self,
        state: &mut State,
        calls: Vec<(Functions, Value, Vec<Value>)>,
        span: Span,
    ) {
        for (functions, function, arguments) in calls {
            if !functions.is_empty() && self.depth < MAX_DEPTH {
                self.called_back(state, function, arguments, span);
            }
        }
    }

    /// Gives a function to its decorators, which may keep it.
    pub(crate) fn decorate(&mut self, state: &mut State, id: FunctionId, made: &Value, span: Span) {
        let project = self.analysis.project;
        let Some(function) = project.program.function(id) else { return };
        for decorator in function.decorators.iter().filter_map(|path| project.function(path)) {
            let mut functions = Functions::one(decorator);
            self.analysis.note_reader(decorator, self.function.id);
            let returned = self.analysis.summary(decorator).and_then(|summary| summary.returns.as_ref());
            functions.join(&returned.map(|value| value.functions.clone()).unwrap_or_default());
            let decorator = Value { functions, ..Value::default() };
            self.called_back(state, decorator, vec![made.clone()], span);
        }
    }

    /// Runs a method of the program on an object, as an operator or a statement does.
    pub(crate) fn run_method(
        &mut self,
        state: &mut State,
        method: FunctionId,
        object: (&'a Operand, Value),
        arguments: Vec<Value>,
        span: Span,
    ) -> Value {
        let call = Evaluated {
            callee: NO_CALLEE,
            receiver: Some(object),
            arguments: arguments.into_iter().map(|value| argument(value, None)).collect(),
            called: Called { targets: vec![method], ..Called::default() },
            span,
        };
        self.own_call(state, &call)
    }

    /// Runs a method such as `__getitem__`; `None` when no class of the program says what it does.
    pub(crate) fn special_method(
        &mut self,
        state: &mut State,
        object: &'a Operand,
        name: &str,
        arguments: Vec<Value>,
        span: Span,
    ) -> Option<Value> {
        let classes = self.instance_classes(object);
        let project = self.analysis.project;
        let mut result: Option<Value> = None;
        for class in classes {
            let (inside, _) = project.ancestry(class);
            let method = inside.iter().find_map(|class| class.methods.get(name).copied());
            if let Some(method) = method {
                let receiver = self.eval(state, object, span);
                let value = self.run_method(state, method, (object, receiver), arguments.clone(), span);
                match &mut result {
                    Some(result) => result.join(&value),
                    none => *none = Some(value),
                }
            }
        }
        result
    }

    /// Runs the setter of a property.
    pub(crate) fn set_property(
        &mut self,
        state: &mut State,
        object: &'a Operand,
        name: &str,
        value: &Value,
        span: Span,
    ) {
        for class in self.instance_classes(object) {
            if let Some(setter) = self.analysis.project.setter(class, name) {
                let receiver = self.eval(state, object, span);
                self.run_method(state, setter, (object, receiver), vec![value.clone().loose()], span);
            }
        }
    }
}

/// The arguments that a `partial` object already has.
fn given_before(function: &Value) -> (Vec<Value>, Vec<(Rc<str>, Value)>) {
    let (mut positional, mut keywords) = (Vec::new(), Vec::new());
    for (key, part) in function.parts.iter().flat_map(|parts| &parts.entries) {
        match key {
            Key::Int(_) => positional.push(part.clone()),
            Key::Str(name) => keywords.push((Rc::clone(name), part.clone())),
            Key::Attribute(_) | Key::Any | Key::Keys => {}
        }
    }
    (positional, keywords)
}

fn elements(value: &Value) -> Vec<Value> {
    match value.length() {
        Some(length) if length <= 16 => (0..length).map(|at| value.part(&Key::Int(at))).collect(),
        _ => vec![value.element()],
    }
}

/// Tells whether a library function's results hold nothing of what it is given (`map(int, ..)`).
fn is_clean_function(operand: &Operand) -> bool {
    let Operand::Global(path) = operand else { return false };
    let path = normalised(path);
    builtin_specs::is_clean(path) || builtin_specs::is_clean_method(path.rsplit('.').next().unwrap_or(path))
}
