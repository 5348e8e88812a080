//! Look-ups over a program that the interpreter makes often. Invariant: a global counts as constant only when no code of
//! the program can change it.

use std::collections::{BTreeMap, BTreeSet};

use ir::{
    function::Function,
    hierarchy::Hierarchy,
    instruction::{Call, Callee, Constant, InstructionKind, Item, Operand, Rvalue},
    library::{is_class_of_library, is_of_library, library},
    program::{Class, ClassId, ClassKind, FunctionId, GlobalBinding, Module, Program},
};

use crate::interpreter::loop_effects::Hooks;

/// Methods that leave their receiver as it is.
const READING: &[&str] = &[
    "get",
    "keys",
    "values",
    "items",
    "index",
    "count",
    "copy",
    "issubset",
    "issuperset",
    "isdisjoint",
    "union",
    "intersection",
    "difference",
    "join",
    "format",
];

/// What a dotted path of the program names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Named<'p> {
    /// A function.
    Function(FunctionId),
    /// A class.
    Class(ClassId),
    /// A constant that nothing changes.
    Constant(&'p Constant),
    /// What a library call gave at import time.
    CallOf(&'p str),
    /// A global with some other value.
    Variable,
    /// Another module.
    Module,
}

/// The index.
#[derive(Debug)]
pub(crate) struct ProgramIndex<'p> {
    /// The program.
    pub(crate) program: &'p Program,
    modules: BTreeMap<&'p str, &'p Module>,
    exposed: BTreeSet<String>,
    written: BTreeSet<String>,
    written_items: BTreeSet<&'p str>,
    /// What the program's classes hide behind harmless names.
    pub(crate) hooks: Hooks,
    /// What code outside the program changes.
    elsewhere: Option<&'p Changes>,
}

/// What code may change: globals that are rebound or given away, and names of attributes that are stored. A program that
/// is only a part of another is proved with the changes that the whole makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    exposed: BTreeSet<String>,
    written: BTreeSet<String>,
    written_items: BTreeSet<String>,
}

impl Changes {
    /// Reads a whole program.
    pub fn of(program: &Program) -> Self {
        let ProgramIndex { exposed, written, written_items, .. } = ProgramIndex::new(program, None);
        Self { exposed, written, written_items: written_items.into_iter().map(str::to_owned).collect() }
    }

    /// Adds those of another program.
    pub fn join(&mut self, other: Self) {
        self.exposed.extend(other.exposed);
        self.written.extend(other.written);
        self.written_items.extend(other.written_items);
    }

    /// Gives every name, each once, in a fixed order; exactly equal changes give equal names: no name of Python's ends in a
    /// colon.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let sets = [("exposed:", &self.exposed), ("written:", &self.written), ("items:", &self.written_items)];
        sets.into_iter().flat_map(|(kind, names)| std::iter::once(kind).chain(names.iter().map(String::as_str)))
    }
}

impl<'p> ProgramIndex<'p> {
    /// Reads the whole program once; `elsewhere` is what code outside it changes.
    pub(crate) fn new(program: &'p Program, elsewhere: Option<&'p Changes>) -> Self {
        let mut index = Self {
            program,
            modules: program.modules.iter().map(|module| (module.name.as_str(), module)).collect(),
            exposed: BTreeSet::new(),
            written: BTreeSet::new(),
            written_items: BTreeSet::new(),
            hooks: Hooks::of(program),
            elsewhere,
        };
        let bodies: BTreeSet<FunctionId> = program.modules.iter().map(|module| module.body).collect();
        for function in &program.functions {
            let module = program.module(function.file).map_or("", |module| module.name.as_str());
            let home = bodies.contains(&function.id).then_some(module);
            index.read_function(function, home);
        }
        index
    }

    /// Gives a function of the program or of the library that comes with it.
    pub(crate) fn function(&self, id: FunctionId) -> Option<&'p Function> {
        if is_of_library(id) { library().function(id) } else { self.program.function(id) }
    }

    /// Gives a class of the program or of the library that comes with it.
    pub(crate) fn class(&self, id: ClassId) -> Option<&'p Class> {
        if is_class_of_library(id) { library().class(id) } else { self.program.class(id) }
    }

    /// Tells whether a local has a name; one that is not known counts as named.
    pub(crate) fn is_named(&self, function: FunctionId, local: usize) -> bool {
        let declared = self.function(function).and_then(|function| function.locals.get(local));
        declared.is_none_or(|local| local.name.is_some())
    }

    fn expose(&mut self, function: &Function, home: Option<&str>, operand: &Operand) {
        match operand {
            Operand::Global(path) => {
                self.exposed.insert(path.clone());
            }
            Operand::Local(local) => {
                if let Some(home) = home
                    && let Some(name) = function.local(*local).and_then(|local| local.name.as_ref())
                {
                    self.exposed.insert(format!("{home}.{name}"));
                }
            }
            Operand::Constant(_) => {}
        }
    }

    fn read_function(&mut self, function: &'p Function, home: Option<&str>) {
        for instruction in function.blocks.iter().flat_map(|block| &block.instructions) {
            match &instruction.kind {
                InstructionKind::Assign { value, .. } => self.read_rvalue(function, home, value),
                InstructionKind::StoreAttribute { base, name, value } => {
                    self.written_items.insert(name);
                    self.expose(function, home, base);
                    self.expose(function, home, value);
                }
                InstructionKind::StoreItem { base, value, .. } => {
                    self.expose(function, home, base);
                    self.expose(function, home, value);
                }
                InstructionKind::StoreGlobal { path, .. } => {
                    if home.is_none() {
                        self.written.insert(path.clone());
                    }
                }
                InstructionKind::DeleteItem { base, .. } => self.expose(function, home, base),
                InstructionKind::DeleteAttribute { base, name } => {
                    self.written_items.insert(name);
                    self.expose(function, home, base);
                }
                InstructionKind::Havoc { operands, .. } => {
                    for operand in operands {
                        self.expose(function, home, operand);
                    }
                }
                InstructionKind::DeleteLocal(_) | InstructionKind::AssertMarker { .. } => {}
            }
        }
        for block in &function.blocks {
            if let ir::function::Terminator::Return(operand) = &block.terminator
                && home.is_none()
            {
                self.expose(function, home, operand);
            }
        }
    }

    fn read_rvalue(&mut self, function: &'p Function, home: Option<&str>, rvalue: &'p Rvalue) {
        match rvalue {
            Rvalue::Call(call) => self.read_call(function, home, call),
            // `B = A` gives the value a second name, through which it may change.
            Rvalue::Use(operand) => self.expose(function, home, operand),
            Rvalue::Binary { left, in_place, .. } => {
                if *in_place {
                    self.expose(function, home, left);
                }
            }
            Rvalue::Display { items, .. } => {
                for item in items {
                    if let Item::One(operand) = item {
                        self.expose(function, home, operand);
                    }
                }
            }
            Rvalue::Dict(items) => {
                for item in items {
                    if let ir::instruction::DictItem::Pair(_, value) = item {
                        self.expose(function, home, value);
                    }
                }
            }
            Rvalue::Opaque { operands, .. } => {
                for operand in operands {
                    self.expose(function, home, operand);
                }
            }
            Rvalue::Closure { defaults, .. } => {
                for (_, operand) in defaults {
                    self.expose(function, home, operand);
                }
            }
            Rvalue::Later { items, reads } => {
                for operand in std::iter::once(items).chain(reads) {
                    self.expose(function, home, operand);
                }
            }
            Rvalue::Yield(operand) | Rvalue::Await(operand) | Rvalue::Enter(operand) | Rvalue::Exit(operand) => {
                self.expose(function, home, operand);
            }
            Rvalue::Unary { .. }
            | Rvalue::Compare { .. }
            | Rvalue::Format(_)
            | Rvalue::Attribute { .. }
            | Rvalue::Subscript { .. }
            | Rvalue::Slice { .. }
            | Rvalue::Iterator(_)
            | Rvalue::Unpack { .. }
            | Rvalue::ClassObject(_)
            | Rvalue::CurrentException
            | Rvalue::ExceptionMatches { .. }
            | Rvalue::YieldFrom(_) => {}
        }
    }

    fn read_call(&mut self, function: &Function, home: Option<&str>, call: &Call) {
        match &call.callee {
            Callee::Method { receiver, name } => {
                if !READING.contains(&name.as_str()) {
                    self.expose(function, home, receiver);
                }
            }
            Callee::Value(Operand::Global(path)) => {
                // `ALLOWED.append(x)` may be folded into one path.
                if let Some((base, method)) = path.rsplit_once('.')
                    && !READING.contains(&method)
                {
                    self.exposed.insert(base.to_owned());
                }
                if path.starts_with("builtins.") && path != "builtins.setattr" {
                    return;
                }
            }
            Callee::Value(Operand::Local(_) | Operand::Constant(_)) => {}
        }
        for item in &call.args {
            match item {
                Item::One(operand) => self.expose(function, home, operand),
                Item::Spread(_) => {}
            }
        }
        for (_, operand) in &call.keywords {
            self.expose(function, home, operand);
        }
    }

    /// Tells whether code other than the module's own may give a global another value.
    pub(crate) fn is_rebound(&self, path: &str, name: &str) -> bool {
        self.is_written(path) || self.is_written_item(name)
    }

    fn is_written(&self, path: &str) -> bool {
        self.written.contains(path) || self.elsewhere.is_some_and(|changes| changes.written.contains(path))
    }

    fn is_written_item(&self, name: &str) -> bool {
        self.written_items.contains(name) || self.elsewhere.is_some_and(|changes| changes.written_items.contains(name))
    }

    /// Tells whether code of the program may change the value that a global has.
    pub(crate) fn is_exposed(&self, path: &str) -> bool {
        self.exposed.contains(path) || self.elsewhere.is_some_and(|changes| changes.exposed.contains(path))
    }

    /// Finds what a dotted path names in the program.
    pub(crate) fn find(&self, path: &str) -> Option<Named<'p>> {
        if self.modules.contains_key(path) {
            return Some(Named::Module);
        }
        let mut split = path.len();
        while let Some(dot) = path.get(..split).and_then(|head| head.rfind('.')) {
            let (module, rest) = (path.get(..dot)?, path.get(dot + 1..)?);
            if let Some(module) = self.modules.get(module) {
                return self.find_in(module, path, rest);
            }
            split = dot;
        }
        None
    }

    /// Finds the class that a dotted path names, in the program or in the library that comes with it.
    pub(crate) fn find_class(&self, path: &str) -> Option<ClassId> {
        match self.find(path) {
            Some(Named::Class(class)) => Some(class),
            Some(Named::Function(_) | Named::Constant(_) | Named::CallOf(_) | Named::Variable | Named::Module) => None,
            None => library().find_class(path),
        }
    }

    fn find_in(&self, module: &'p Module, path: &str, rest: &str) -> Option<Named<'p>> {
        if let Some(binding) = module.globals.get(rest) {
            if self.is_written(path) || self.is_written_item(rest) {
                return Some(Named::Variable);
            }
            return Some(match binding {
                GlobalBinding::Function(id) => Named::Function(*id),
                GlobalBinding::Class(id) => Named::Class(*id),
                GlobalBinding::Constant(constant) if is_immutable(constant) || !self.is_exposed(path) => {
                    Named::Constant(constant)
                }
                GlobalBinding::Constant(_) | GlobalBinding::Other => Named::Variable,
                GlobalBinding::CallOf(callee) => Named::CallOf(callee),
            });
        }
        if let Some(function) = self.program.find_function(module.file, rest)
            && function.parent.is_none()
        {
            return Some(Named::Function(function.id));
        }
        if let Some(class) =
            self.program.classes.iter().find(|class| class.file == module.file && class.qualname == rest)
        {
            return Some(Named::Class(class.id));
        }
        if let Some((owner, name)) = rest.rsplit_once('.')
            && let Some(Named::Class(class)) = self.find_in(module, &format!("{}.{owner}", module.name), owner)
        {
            return self.class_member(class, name);
        }
        module.globals.keys().any(|name| rest.starts_with(&format!("{name}."))).then_some(Named::Variable)
    }

    /// Finds a method or constant of a class or of its bases in the program.
    pub(crate) fn class_member(&self, class: ClassId, name: &str) -> Option<Named<'p>> {
        self.member_in(&self.order(class), name)
    }

    /// Finds the function of a property with a decorator: `builtins.property` for the getter, `.setter` for the setter.
    pub(crate) fn accessor(&self, class: ClassId, name: &str, decorator: &str) -> Option<FunctionId> {
        self.order(class).into_iter().find_map(|id| {
            let declared = self.class(id)?;
            let beside = match is_class_of_library(id) {
                true => library().functions_beside(declared),
                false => self.program.functions_of(declared.file),
            };
            let own = beside.iter();
            own.filter(|function| function.class == Some(id) && function.name == name)
                .find(|function| function.decorators.iter().any(|found| found.ends_with(decorator)))
                .map(|function| function.id)
        })
    }

    /// Finds a method or constant in the classes that come after one in the order of an instance's class.
    pub(crate) fn member_after(&self, class: ClassId, after: ClassId, name: &str) -> Option<Named<'p>> {
        let order = self.order(class);
        let at = order.iter().position(|id| *id == after)?;
        self.member_in(order.get(at + 1..)?, name)
    }

    /// Gives a class and its bases in the program, in the order in which Python looks through them.
    pub(crate) fn order(&self, class: ClassId) -> Vec<ClassId> {
        if is_class_of_library(class) {
            return library().order(class).to_vec();
        }
        Hierarchy::new(self.program, |path| self.class_at(path)).ancestry(class).inside
    }

    /// Finds the class that a dotted path names as such; a path through another class's bases names none.
    fn class_at(&self, path: &str) -> Option<ClassId> {
        if self.is_written(path) {
            return None;
        }
        let dots = path.char_indices().filter(|(_, c)| *c == '.').map(|(at, _)| at).collect::<Vec<_>>();
        let (module, rest) =
            dots.into_iter().rev().find_map(|dot| Some((self.modules.get(path.get(..dot)?)?, path.get(dot + 1..)?)))?;
        if let Some(GlobalBinding::Class(id)) = module.globals.get(rest) {
            return Some(*id);
        }
        let nested = rest.contains('.').then_some(rest)?;
        self.program.classes_of(module.file).iter().find(|class| class.qualname == nested).map(|class| class.id)
    }

    fn member_in(&self, order: &[ClassId], name: &str) -> Option<Named<'p>> {
        for id in order {
            let class = self.class(*id)?;
            if let Some(method) = class.methods.get(name) {
                return Some(Named::Function(*method));
            }
            // What stands in an enumeration's body is no member yet.
            if class.kind == ClassKind::Enum && class.bases.iter().any(|base| base == "enum.Enum") {
                if class.constants.contains_key(name) {
                    return Some(Named::Variable);
                }
                continue;
            }
            if let Some(constant) = class.constants.get(name) {
                let kept = !self.is_written_item(name) && is_immutable(constant);
                return Some(if kept { Named::Constant(constant) } else { Named::Variable });
            }
        }
        None
    }

    /// Tells whether all bases of a class are in the program, or `object`.
    pub(crate) fn knows_bases(&self, class: &Class) -> bool {
        if is_class_of_library(class.id) {
            return true;
        }
        let mut pending = vec![class];
        let mut visited = BTreeSet::new();
        while let Some(class) = pending.pop() {
            if !visited.insert(class.id) {
                continue;
            }
            for base in &class.bases {
                match self.find(base) {
                    Some(Named::Class(id)) => pending.extend(self.program.class(id)),
                    Some(
                        Named::Function(_) | Named::Constant(_) | Named::CallOf(_) | Named::Variable | Named::Module,
                    )
                    | None => {
                        if !matches!(
                            base.as_str(),
                            "builtins.object" | "abc.ABC" | "typing.Protocol" | "typing.Generic"
                        ) {
                            return false;
                        }
                    }
                }
            }
        }
        true
    }

    /// Gives the dotted path of a class.
    pub(crate) fn class_path(&self, class: &Class) -> String {
        if let Some(path) = library().class_path(class).filter(|_| is_class_of_library(class.id)) {
            return path.to_owned();
        }
        let module = self.program.module(class.file).map_or("", |module| module.name.as_str());
        format!("{module}.{}", class.qualname)
    }
}

/// Tells whether a constant has no parts that can be changed in place.
fn is_immutable(constant: &Constant) -> bool {
    match constant {
        Constant::None
        | Constant::Bool(_)
        | Constant::Int(_)
        | Constant::Float(_)
        | Constant::Str(_)
        | Constant::Bytes(_)
        | Constant::Ellipsis => true,
        Constant::Tuple(items) => items.iter().all(is_immutable),
        Constant::List(_) | Constant::Set(_) | Constant::Dict(_) => false,
    }
}
