//! The program's functions, classes and globals by dotted path. Invariant: inheritance is followed at most
//! `MAX_BASES` classes far, so that a cycle of bases ends.

use std::{collections::BTreeMap, rc::Rc};

use ir::{
    function::{Function, ParamKind},
    program::{Class, ClassId, FunctionId, GlobalBinding, Program},
};
use model::ids::FileId;

const MAX_BASES: usize = 50;

/// What a class has under a name.
#[derive(Debug, PartialEq)]
pub(crate) enum Member {
    /// A method of the class or of a base in the project.
    Method(FunctionId),
    /// Not in the project: it can only be in one of these libraries' classes.
    Inherited(Vec<String>),
}

/// Indexes over a `Program`.
#[derive(Debug)]
pub(crate) struct ProjectIndex<'a> {
    pub(crate) program: &'a Program,
    modules: BTreeMap<FileId, &'a str>,
    functions: BTreeMap<String, FunctionId>,
    classes: BTreeMap<String, ClassId>,
    globals: BTreeMap<String, &'a GlobalBinding>,
}

impl<'a> ProjectIndex<'a> {
    pub(crate) fn new(program: &'a Program) -> Self {
        let mut index = Self {
            program,
            modules: BTreeMap::new(),
            functions: BTreeMap::new(),
            classes: BTreeMap::new(),
            globals: BTreeMap::new(),
        };
        for module in &program.modules {
            index.modules.insert(module.file, &module.name);
            for (name, binding) in &module.globals {
                index.globals.insert(format!("{}.{name}", module.name), binding);
            }
        }
        for function in &program.functions {
            index.functions.insert(index.path(function.file, &function.qualname), function.id);
        }
        for class in &program.classes {
            index.classes.insert(index.path(class.file, &class.qualname), class.id);
        }
        index
    }

    fn path(&self, file: FileId, qualname: &str) -> String {
        format!("{}.{qualname}", self.modules.get(&file).copied().unwrap_or_default())
    }

    pub(crate) fn function(&self, path: &str) -> Option<FunctionId> {
        self.functions.get(path).copied()
    }

    pub(crate) fn class(&self, path: &str) -> Option<ClassId> {
        self.classes.get(path).copied()
    }

    pub(crate) fn global(&self, path: &str) -> Option<&'a GlobalBinding> {
        self.globals.get(path).copied()
    }

    pub(crate) fn function_path(&self, id: FunctionId) -> Rc<str> {
        self.program.function(id).map_or_else(|| "".into(), |found| self.path(found.file, &found.qualname).into())
    }

    pub(crate) fn class_path(&self, id: ClassId) -> Rc<str> {
        self.program.class(id).map_or_else(|| "".into(), |found| self.path(found.file, &found.qualname).into())
    }

    /// Gives the class and its bases within the project, nearest first, and the paths of the bases outside.
    pub(crate) fn ancestry(&self, id: ClassId) -> (Vec<&'a Class>, Vec<String>) {
        let (mut inside, mut outside): (Vec<&Class>, Vec<String>) = (Vec::new(), Vec::new());
        let mut queue = vec![id];
        let mut next = 0;
        while let Some(&id) = queue.get(next).filter(|_| next < MAX_BASES) {
            next += 1;
            let Some(class) = self.program.class(id) else { continue };
            inside.push(class);
            for base in &class.bases {
                match self.class(base) {
                    Some(base) if !queue.contains(&base) => queue.push(base),
                    Some(_) => {}
                    None => outside.push(base.clone()),
                }
            }
        }
        (inside, outside)
    }

    /// Finds a method through the bases.
    pub(crate) fn member(&self, id: ClassId, name: &str) -> Member {
        let (inside, outside) = self.ancestry(id);
        let found = inside.iter().find_map(|class| class.methods.get(name));
        found.map_or_else(
            || Member::Inherited(outside.iter().map(|base| format!("{base}.{name}")).collect()),
            |method| Member::Method(*method),
        )
    }
}

/// Whether calls of a function pass a first argument that is not written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// A plain function or a static method.
    Free,
    /// An instance method.
    Instance,
    /// A class method.
    Class,
}

/// Tells how a function is bound when it is looked up on an object.
pub(crate) fn binding(function: &Function) -> Binding {
    let has = |name: &str| function.decorators.iter().any(|decorator| crate::pattern::normalised(decorator) == name);
    if function.class.is_none() || has("staticmethod") {
        Binding::Free
    } else if has("classmethod") || matches!(function.name.as_str(), "__new__" | "__init_subclass__") {
        Binding::Class
    } else {
        Binding::Instance
    }
}

/// Tells whether a parameter is a method's receiver.
pub(crate) fn is_receiver(function: &Function, index: usize) -> bool {
    index == 0
        && binding(function) != Binding::Free
        && function
            .params
            .first()
            .is_some_and(|param| matches!(param.kind, ParamKind::Normal | ParamKind::PositionalOnly))
}
