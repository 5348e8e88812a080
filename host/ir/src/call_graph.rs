//! Which function of the project a call runs. Invariant: an answer is certain as far as names go; a call through a
//! value, or a method of a receiver whose class is not known, has none.

use std::collections::BTreeMap;

use model::span::Span;

use crate::{
    function::{Flavour, Function, LocalId, Terminator},
    hierarchy::Hierarchy,
    instruction::{Call, Callee, InstructionKind, Operand, Rvalue},
    program::{Class, ClassId, FunctionId, GlobalBinding, Module, Program},
};

/// What a dotted path names in the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Definition {
    /// A function or method.
    Function(FunctionId),
    /// A class.
    Class(ClassId),
}

/// One call of a project function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The function called.
    pub callee: FunctionId,
    /// The call expression.
    pub call: Span,
}

/// The names of a program, ready for look-ups.
#[derive(Debug)]
pub struct Names<'p> {
    program: &'p Program,
    modules: BTreeMap<&'p str, &'p Module>,
    /// Functions that are not nested in functions, and classes, by file and qualified name; the last definition wins.
    definitions: BTreeMap<(u32, &'p str), Definition>,
    /// Each class and its bases in the project, in the method resolution order.
    ancestries: BTreeMap<ClassId, Vec<ClassId>>,
}

impl<'p> Names<'p> {
    /// Indexes a program.
    pub fn new(program: &'p Program) -> Self {
        let mut modules = BTreeMap::new();
        for module in &program.modules {
            modules.entry(module.name.as_str()).or_insert(module);
        }
        let mut definitions = BTreeMap::new();
        for function in &program.functions {
            let named = match function.flavour {
                Flavour::Plain | Flavour::Generator | Flavour::Async => true,
                Flavour::Lambda | Flavour::Module | Flavour::ClassBody => false,
            };
            if named && function.parent.is_none() {
                let key = (function.file.0, function.qualname.as_str());
                definitions.insert(key, Definition::Function(function.id));
            }
        }
        for class in &program.classes {
            definitions.insert((class.file.0, class.qualname.as_str()), Definition::Class(class.id));
        }
        let mut names = Self { program, modules, definitions, ancestries: BTreeMap::new() };
        let mut hierarchy = Hierarchy::new(program, |path: &str| names.class(path).map(|class| class.id));
        let ancestries = program.classes.iter().map(|class| (class.id, hierarchy.ancestry(class.id).inside)).collect();
        names.ancestries = ancestries;
        names
    }

    /// Finds what a path such as `shop.db.connect` or `shop.models.User.save` names. A top-level name that is bound
    /// more than once has no certain meaning.
    pub fn definition(&self, path: &str) -> Option<Definition> {
        let mut prefix = path;
        while let Some((module_name, _)) = prefix.rsplit_once('.') {
            if let Some(module) = self.modules.get(module_name) {
                let qualname = path.get(module_name.len() + 1..)?;
                let top = qualname.split('.').next().unwrap_or(qualname);
                match module.globals.get(top)? {
                    GlobalBinding::Function(_) | GlobalBinding::Class(_) => {}
                    GlobalBinding::Constant(_) | GlobalBinding::CallOf(_) | GlobalBinding::Other => return None,
                }
                return self.definitions.get(&(module.file.0, qualname)).copied();
            }
            prefix = module_name;
        }
        None
    }

    /// Finds the class that a path names.
    pub fn class(&self, path: &str) -> Option<&'p Class> {
        match self.definition(path)? {
            Definition::Class(id) => self.program.class(id),
            Definition::Function(_) => None,
        }
    }

    /// Finds a method of a class or of its bases in the project, in the method resolution order; `None` when a class
    /// that is looked through on the way has a base that is not of the project, since it could define the method.
    pub fn method(&self, class: ClassId, name: &str) -> Option<FunctionId> {
        for id in self.ancestries.get(&class)? {
            let class = self.program.class(*id)?;
            if let Some(method) = class.methods.get(name) {
                return Some(*method);
            }
            if class.bases.iter().any(|base| base != "builtins.object" && self.class(base).is_none()) {
                return None;
            }
        }
        None
    }

    /// Finds the function that a call runs. `receiver` is the class of a method call's receiver where the caller knows
    /// it; without it, `self.m()` and `cls.m()` are looked up in the class of the method that holds the call. The call
    /// of a class runs its `__init__`.
    pub fn resolve(&self, function: &Function, call: &Call, receiver: Option<ClassId>) -> Option<FunctionId> {
        self.resolve_in(&self.callables(function), call, receiver)
    }

    fn resolve_in(&self, known: &Callables, call: &Call, receiver: Option<ClassId>) -> Option<FunctionId> {
        match &call.callee {
            Callee::Value(Operand::Global(path)) => self.callable(self.definition(path)?),
            Callee::Value(Operand::Local(local)) => known.functions.get(local).copied().flatten(),
            Callee::Value(Operand::Constant(_)) => None,
            Callee::Method { receiver: operand, name } => {
                let class = match (receiver, operand) {
                    (Some(class), _) => class,
                    (None, Operand::Local(local)) => known.receiver.filter(|(own, _)| own == local)?.1,
                    (None, Operand::Global(path)) => self.class(path)?.id,
                    (None, Operand::Constant(_)) => return None,
                };
                self.method(class, name)
            }
        }
    }

    fn callable(&self, definition: Definition) -> Option<FunctionId> {
        match definition {
            Definition::Function(function) => Some(function),
            Definition::Class(class) => self.method(class, "__init__"),
        }
    }

    /// Reads a function once.
    fn callables(&self, function: &Function) -> Callables {
        let mut functions: BTreeMap<LocalId, Option<FunctionId>> =
            function.params.iter().map(|param| (param.local, None)).collect();
        let is_static = function.decorators.iter().any(|path| path == "builtins.staticmethod");
        let first = function.params.first().map(|param| param.local);
        let mut receiver = first.zip(function.class).filter(|_| !is_static);
        for block in &function.blocks {
            for instruction in &block.instructions {
                let InstructionKind::Assign { target, value } = &instruction.kind else { continue };
                let callee = if let Rvalue::Closure { function, defaults: _ } = value {
                    Some(*function)
                } else if let Rvalue::ClassObject(class) = value {
                    self.method(*class, "__init__")
                } else {
                    None
                };
                functions.entry(*target).and_modify(|known| *known = None).or_insert(callee);
                receiver = receiver.filter(|(own, _)| own != target);
            }
            if let Terminator::Next { iterator: _, item, body: _, exhausted: _ } = &block.terminator {
                functions.insert(*item, None);
            }
        }
        Callables { functions, receiver }
    }

    /// Lists every call of each function that resolves, in the order of the blocks.
    pub fn graph(&self) -> BTreeMap<FunctionId, Vec<Edge>> {
        let mut graph = BTreeMap::new();
        for function in &self.program.functions {
            let known = self.callables(function);
            let mut edges = Vec::new();
            for instruction in function.blocks.iter().flat_map(|block| &block.instructions) {
                if let InstructionKind::Assign { target: _, value: Rvalue::Call(call) } = &instruction.kind
                    && let Some(callee) = self.resolve_in(&known, call, None)
                {
                    edges.push(Edge { callee, call: instruction.span });
                }
            }
            graph.insert(function.id, edges);
        }
        graph
    }
}

/// What the locals of a function call.
struct Callables {
    /// Locals that are assigned, with the function that they are bound to when they are only ever bound to one closure
    /// or class.
    functions: BTreeMap<LocalId, Option<FunctionId>>,
    /// The `self` or `cls` of a method and its class: the first parameter, when it is never assigned.
    receiver: Option<(LocalId, ClassId)>,
}

/// Finds the function that a call runs, without a known receiver; for many calls make `Names` once.
pub fn resolve_callee(program: &Program, function: &Function, call: &Call) -> Option<FunctionId> {
    Names::new(program).resolve(function, call, None)
}
