//! Functions that a framework calls with what a request or a command line says. Invariant: a function counts only
//! because of a spec: it carries a decorator, is passed to a callable, overrides a method or bears a name.

use std::collections::{BTreeMap, BTreeSet};

use ir::{
    function::{Block, Function, LocalId},
    instruction::{Call, Callee, Constant, InstructionKind, Operand, Rvalue},
    program::{ClassId, FunctionId},
};

use crate::{converted, entry::routes, operands, project::Analysis, project_index::is_receiver, types::Type};

/// Which of a handler's parameters are chosen by the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// All of them.
    All,
    /// The first one only, for an event that comes with a context.
    First,
}

/// A function that a framework calls.
#[derive(Clone, Debug)]
pub(super) struct Handler<'a> {
    /// Where its parameters come from, as a noun phrase.
    pub(super) label: &'a str,
    pub(super) reach: Reach,
}

/// All handlers of the program.
#[derive(Debug, Default)]
pub(super) struct Handlers<'a> {
    handlers: BTreeMap<FunctionId, Handler<'a>>,
    /// Parameters that the route turns into numbers, by function.
    converted: BTreeMap<FunctionId, BTreeSet<String>>,
    /// Those of them that only integers reach, by the route's own converter or expression.
    numbers: BTreeMap<FunctionId, BTreeSet<String>>,
    /// Parameters that the route passes on as text, by function.
    texts: BTreeMap<FunctionId, BTreeSet<String>>,
    /// Parameters whose default says that the framework makes them, by function.
    injected: BTreeMap<FunctionId, BTreeSet<String>>,
}

impl<'a> Handlers<'a> {
    pub(super) fn of(&self, function: FunctionId) -> Option<&Handler<'a>> {
        self.handlers.get(&function)
    }

    /// Tells whether the framework gives this parameter a value that no sender can choose freely.
    pub(super) fn is_harmless(&self, function: FunctionId, parameter: &str) -> bool {
        let has = |found: &BTreeMap<FunctionId, BTreeSet<String>>| {
            found.get(&function).is_some_and(|names| names.contains(parameter))
        };
        has(&self.converted) || has(&self.injected)
    }
}

impl Handlers<'_> {
    /// Tells whether only integers reach this parameter.
    pub(super) fn is_number(&self, function: FunctionId, parameter: &str) -> bool {
        self.numbers.get(&function).is_some_and(|names| names.contains(parameter))
    }

    /// Tells whether the route passes this parameter as text, so that its annotation converts nothing.
    pub(super) fn is_text(&self, function: FunctionId, parameter: &str) -> bool {
        self.texts.get(&function).is_some_and(|names| names.contains(parameter))
    }
}

/// Finds the handlers of the whole program.
pub(super) fn find<'a>(analysis: &Analysis<'a>) -> Handlers<'a> {
    let mut handlers = Handlers::default();
    for function in &analysis.project.program.functions {
        if let Some(handler) = declared(analysis, function) {
            handlers.handlers.insert(function.id, handler);
        }
    }
    for function in &analysis.project.program.functions {
        for (number, block) in function.blocks.iter().enumerate() {
            Registrations::new(analysis, function, number).read(block, &mut handlers);
        }
    }
    handlers
}

/// Gives what a function's own header says: its decorators, the method that it overrides, or its name.
fn declared<'a>(analysis: &Analysis<'a>, function: &Function) -> Option<Handler<'a>> {
    let all = |label| Handler { label, reach: Reach::All };
    if let Some(label) = function.decorators.iter().find_map(|decorator| label_of_decorator(analysis, decorator)) {
        return Some(all(label));
    }
    let overridden = function.class.and_then(|class| {
        let (_, outside) = analysis.project.ancestry(class);
        outside.iter().find_map(|base| label_of(analysis, &format!("{base}.{}", function.name)))
    });
    if let Some(label) = overridden {
        return Some(all(label));
    }
    let is_at_top = function.parent.is_none() && function.class.is_none();
    let by_name = is_at_top.then(|| label_of(analysis, &format!("def.{}", function.name))).flatten();
    let label = by_name.or_else(|| label_of(analysis, &format!("lambda.{}", parameters(function))))?;
    Some(Handler { label, reach: Reach::First })
}

/// Gives the names of the parameters, without a receiver, with points between.
fn parameters(function: &Function) -> String {
    let receivers = usize::from(is_receiver(function, 0));
    let names: Vec<&str> = function.params.iter().skip(receivers).map(|param| param.name.as_str()).collect();
    names.join(".")
}

fn label_of_decorator<'a>(analysis: &Analysis<'a>, decorator: &str) -> Option<&'a str> {
    label_of(analysis, decorator).or_else(|| {
        // `@blueprint.route` of an object that some other module makes.
        let (_, name) = decorator.rsplit_once('.').filter(|_| !analysis.index.knows_library(decorator))?;
        label_of(analysis, &format!("*.{name}"))
    })
}

fn label_of<'a>(analysis: &Analysis<'a>, name: &str) -> Option<&'a str> {
    let index = analysis.index;
    let numbers = index.decorator_sources.matching(name).iter();
    let specs = numbers.filter_map(|number| index.specs.sources.get(*number));
    specs.filter(|spec| analysis.counts(spec.kind)).map(|spec| spec.label.as_str()).next()
}

/// What a block registers: functions and classes that it passes to the callables that specs name.
struct Registrations<'b, 'a> {
    analysis: &'b Analysis<'a>,
    function: &'b Function,
    block: usize,
    /// Texts of the decorators' calls that stand before the next function.
    routes: Vec<&'b str>,
    /// Options of a command that are numbers or the author's choices, which stand before the next function.
    options: BTreeSet<String>,
    /// What was called for each local.
    made: BTreeMap<LocalId, &'b Call>,
    at: BTreeMap<LocalId, usize>,
}

impl<'b, 'a> Registrations<'b, 'a> {
    fn new(analysis: &'b Analysis<'a>, function: &'b Function, block: usize) -> Self {
        Self {
            analysis,
            function,
            block,
            routes: Vec::new(),
            options: BTreeSet::new(),
            made: BTreeMap::new(),
            at: BTreeMap::new(),
        }
    }

    fn read(&mut self, block: &'b Block, handlers: &mut Handlers<'a>) {
        for (position, instruction) in block.instructions.iter().enumerate() {
            let InstructionKind::Assign { target, value } = &instruction.kind else { continue };
            match value {
                Rvalue::Call(call) => {
                    self.call(call, position, handlers);
                    self.made.insert(*target, call);
                    self.at.insert(*target, position);
                }
                Rvalue::Closure { function, defaults } => self.defined(*function, defaults, handlers),
                _ => {
                    self.made.remove(target);
                }
            }
        }
    }

    fn call(&mut self, call: &'b Call, position: usize, handlers: &mut Handlers<'a>) {
        let names = self.names_of(position);
        let Some(label) = names.into_iter().find_map(|name| label_of_decorator(self.analysis, name)) else { return };
        let operands = || call.args.iter().map(operands::of_item).chain(call.keywords.iter().map(|(_, value)| value));
        let texts = operands().filter_map(|operand| match operand {
            Operand::Constant(Constant::Str(text)) => Some(text.as_str()),
            Operand::Constant(_) | Operand::Local(_) | Operand::Global(_) => None,
        });
        let texts: Vec<&str> = texts.collect();
        let (converted, integers) = (routes::converted(&texts), routes::integers(&texts));
        if converted::is_harmless_option(self.analysis.index, self.function, call) || self.has_harmless_type(call) {
            self.options.extend(converted::option_name(call));
        }
        let mut has_registered = false;
        for operand in operands() {
            for function in self.functions_of(operand) {
                has_registered = true;
                handlers.handlers.entry(function).or_insert(Handler { label, reach: Reach::All });
                handlers.converted.entry(function).or_default().extend(converted.iter().cloned());
                handlers.numbers.entry(function).or_default().extend(integers.iter().cloned());
            }
            if let Some(class) = self.class_of_view(operand) {
                has_registered = true;
                let methods =
                    self.analysis.project.program.class(class).into_iter().flat_map(|found| found.methods.values());
                for method in methods {
                    handlers.converted.entry(*method).or_default().extend(converted.iter().cloned());
                    handlers.numbers.entry(*method).or_default().extend(integers.iter().cloned());
                }
            }
        }
        if has_registered {
            self.routes.clear();
            self.options.clear();
        } else {
            self.routes.extend(texts);
        }
    }

    /// Reads the end of a definition: the decorators' routes and the defaults belong to it.
    fn defined(&mut self, id: FunctionId, defaults: &[(String, Operand)], handlers: &mut Handlers<'a>) {
        let is_handler = handlers.handlers.contains_key(&id);
        let (texts, options) = (std::mem::take(&mut self.routes), std::mem::take(&mut self.options));
        if is_handler {
            let numbers = routes::converted(&texts);
            handlers.converted.entry(id).or_default().extend(numbers.into_iter().chain(options));
            handlers.numbers.entry(id).or_default().extend(routes::integers(&texts));
            handlers.texts.entry(id).or_default().extend(routes::texts(&texts));
        }
        for (name, default) in defaults {
            let Operand::Local(local) = default else { continue };
            let Some(position) = self.at.get(local).filter(|_| self.made.contains_key(local)) else { continue };
            if self.names_of(*position).into_iter().any(|name| makes_clean(self.analysis, name)) {
                handlers.injected.entry(id).or_default().insert(name.clone());
            }
        }
    }

    /// Tells whether an option's type is made by a call of a converter: `type=click.IntRange(0, 9)`.
    fn has_harmless_type(&self, call: &Call) -> bool {
        let kind = call.keywords.iter().find(|(name, _)| name.as_deref() == Some("type"));
        let Some((_, Operand::Local(local))) = kind else { return false };
        let Some(position) = self.at.get(local).filter(|_| self.made.contains_key(local)) else { return false };
        self.names_of(*position).into_iter().any(|name| self.analysis.index.converts(name))
    }

    fn names_of(&self, position: usize) -> Vec<&'b str> {
        let called = self.analysis.types.called(self.function.id, self.block, position);
        called.into_iter().flat_map(|called| called.names.iter().map(AsRef::as_ref)).collect()
    }

    fn functions_of(&self, operand: &Operand) -> Vec<FunctionId> {
        match operand {
            Operand::Global(path) => self.analysis.project.function(path).into_iter().collect(),
            Operand::Local(local) => {
                let types = self.analysis.types.local(self.function.id, *local);
                let functions = types.into_iter().flat_map(|types| types.iter()).filter_map(|of| match of {
                    Type::Function(id) => Some(*id),
                    Type::Instance(_) | Type::Class(_) | Type::Path(_) => None,
                });
                functions.collect()
            }
            Operand::Constant(_) => Vec::new(),
        }
    }

    /// Gives the class of `Page` in `Page.as_view()`.
    fn class_of_view(&self, operand: &Operand) -> Option<ClassId> {
        let Operand::Local(local) = operand else { return None };
        match &self.made.get(local)?.callee {
            Callee::Value(Operand::Global(path)) => self.analysis.project.class(path.strip_suffix(".as_view")?),
            Callee::Method { receiver: Operand::Global(path), name } if name == "as_view" => {
                self.analysis.project.class(path)
            }
            Callee::Value(_) | Callee::Method { .. } => None,
        }
    }
}

/// Tells whether a call's result holds nothing of its arguments, so that a default made by it (`Depends(..)`) is the
/// framework's and not the sender's.
pub(super) fn makes_clean(analysis: &Analysis<'_>, callee: &str) -> bool {
    let index = analysis.index;
    let mut specs = index.propagators.matching(callee).iter().filter_map(|number| index.specs.propagators.get(*number));
    specs.any(|spec| spec.from_positions.is_empty() && !spec.from_receiver)
}
