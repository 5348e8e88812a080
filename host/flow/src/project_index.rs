//! The program's functions, classes and globals by dotted path. Invariant: each class's ancestry is worked out once, and
//! bounded.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap, HashSet},
    rc::Rc,
};

use ir::{
    function::{Function, ParamKind},
    hierarchy::{Ancestry, Hierarchy},
    program::{Class, ClassId, FunctionId, GlobalBinding, Program},
};
use model::ids::FileId;

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
    functions: HashMap<String, FunctionId>,
    classes: HashMap<String, ClassId>,
    globals: HashMap<String, &'a GlobalBinding>,
    derived: BTreeMap<ClassId, Vec<ClassId>>,
    getters: BTreeMap<(ClassId, &'a str), FunctionId>,
    setters: BTreeMap<(ClassId, &'a str), FunctionId>,
    ancestries: BTreeMap<ClassId, Ancestry>,
    bodies: HashMap<&'a str, FunctionId>,
    /// The paths that were looked up since it was asked to note them.
    noted: RefCell<Option<HashSet<String>>>,
}

impl<'a> ProjectIndex<'a> {
    pub(crate) fn new(program: &'a Program) -> Self {
        let mut index = Self {
            program,
            modules: BTreeMap::new(),
            functions: HashMap::new(),
            classes: HashMap::new(),
            globals: HashMap::new(),
            derived: BTreeMap::new(),
            getters: BTreeMap::new(),
            setters: BTreeMap::new(),
            ancestries: BTreeMap::new(),
            bodies: HashMap::new(),
            noted: RefCell::new(None),
        };
        for module in &program.modules {
            index.modules.insert(module.file, &module.name);
            index.bodies.entry(&module.name).or_insert(module.body);
            for (name, binding) in &module.globals {
                index.globals.insert(format!("{}.{name}", module.name), binding);
            }
        }
        for function in &program.functions {
            index.functions.insert(index.path(function.file, &function.qualname), function.id);
            if let Some(class) = function.class {
                let key = (class, function.name.as_str());
                let setter = format!("{}.setter", function.name);
                if is_property(function) {
                    index.getters.insert(key, function.id);
                } else if function
                    .decorators
                    .iter()
                    .any(|name| *name == setter || name.ends_with(&format!(".{setter}")))
                {
                    index.setters.insert(key, function.id);
                }
            }
        }
        for class in &program.classes {
            index.classes.insert(index.path(class.file, &class.qualname), class.id);
        }
        let mut hierarchy = Hierarchy::new(program, |path: &str| index.class(path));
        let ancestries = program.classes.iter().map(|class| (class.id, hierarchy.ancestry(class.id))).collect();
        index.ancestries = ancestries;
        for (id, ancestry) in &index.ancestries {
            for base in ancestry.inside.iter().filter(|base| *base != id) {
                index.derived.entry(*base).or_default().push(*id);
            }
        }
        index
    }

    fn path(&self, file: FileId, qualname: &str) -> String {
        format!("{}.{qualname}", self.modules.get(&file).copied().unwrap_or_default())
    }

    /// Begins to note which paths are looked up.
    pub(crate) fn begin_noting(&self) {
        self.noted.replace(Some(HashSet::new()));
    }

    /// Gives the paths that were looked up since `begin_noting`, and stops noting.
    pub(crate) fn end_noting(&self) -> HashSet<String> {
        self.noted.take().unwrap_or_default()
    }

    /// Notes that something depends on what a path means.
    pub(crate) fn note(&self, path: &str) {
        if let Some(noted) = self.noted.borrow_mut().as_mut()
            && !noted.contains(path)
        {
            noted.insert(path.to_owned());
        }
    }

    /// Finds the top-level code of the module of this name; the first one's, where there are several.
    pub(crate) fn module_body(&self, name: &str) -> Option<FunctionId> {
        self.note(name);
        self.bodies.get(name).copied()
    }

    /// Gives the classes derived from a class, near and far.
    pub(crate) fn derived(&self, class: ClassId) -> &[ClassId] {
        self.derived.get(&class).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn function(&self, path: &str) -> Option<FunctionId> {
        self.note(path);
        self.functions.get(path).copied()
    }

    pub(crate) fn class(&self, path: &str) -> Option<ClassId> {
        self.note(path);
        self.classes.get(path).copied()
    }

    pub(crate) fn global(&self, path: &str) -> Option<&'a GlobalBinding> {
        self.note(path);
        self.globals.get(path).copied()
    }

    pub(crate) fn function_path(&self, id: FunctionId) -> Rc<str> {
        self.program.function(id).map_or_else(|| "".into(), |found| self.path(found.file, &found.qualname).into())
    }

    pub(crate) fn class_path(&self, id: ClassId) -> Rc<str> {
        self.program.class(id).map_or_else(|| "".into(), |found| self.path(found.file, &found.qualname).into())
    }

    /// Gives the methods of this name in the classes derived from a class.
    pub(crate) fn overrides(&self, class: ClassId, name: &str) -> Vec<FunctionId> {
        self.derived(class).iter().filter_map(|id| self.program.class(*id)?.methods.get(name).copied()).collect()
    }

    /// Gives the method that reads a property of this class itself.
    pub(crate) fn getter(&self, class: ClassId, name: &str) -> Option<FunctionId> {
        self.getters.get(&(class, name)).copied()
    }

    /// Gives the method that a store into a property of the class or of a base calls.
    pub(crate) fn setter(&self, class: ClassId, name: &str) -> Option<FunctionId> {
        let (inside, _) = self.ancestry(class);
        inside.iter().find_map(|class| self.setters.get(&(class.id, name)).copied())
    }

    /// Gives the class and its bases within the project, in the order in which Python looks through them, and the paths
    /// of the bases outside.
    pub(crate) fn ancestry(&self, id: ClassId) -> (Vec<&'a Class>, Vec<String>) {
        let Some(known) = self.ancestries.get(&id) else { return (Vec::new(), Vec::new()) };
        (known.inside.iter().filter_map(|id| self.program.class(*id)).collect(), known.outside.clone())
    }

    /// Finds a method through the bases.
    pub(crate) fn member(&self, id: ClassId, name: &str) -> Member {
        let Some(known) = self.ancestries.get(&id) else { return Member::Inherited(Vec::new()) };
        let found = known.inside.iter().find_map(|id| self.program.class(*id)?.methods.get(name));
        found.map_or_else(
            || Member::Inherited(known.outside.iter().map(|base| format!("{base}.{name}")).collect()),
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

/// Tells whether a method is read like a field.
pub(crate) fn is_property(function: &Function) -> bool {
    let is_named = |name: &String| {
        let name = crate::pattern::normalised(name);
        matches!(name, "property" | "functools.cached_property" | "django.utils.functional.cached_property")
    };
    function.decorators.iter().any(is_named)
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
