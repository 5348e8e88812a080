//! The result of type inference. Invariant: a set of types is sorted, has no duplicates and at most `MAX_TYPES`.

use std::{collections::HashMap, rc::Rc};

use ir::{
    function::{Flavour, Function, LocalId},
    program::{ClassId, FunctionId},
};

const MAX_TYPES: usize = 4;

/// What is known of a value's type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Type {
    /// An instance of the class of this path.
    Instance(Rc<str>),
    /// A function of the program.
    Function(FunctionId),
    /// A class of the program itself.
    Class(ClassId),
    /// Whatever a library has under this path.
    Path(Rc<str>),
}

/// Several possible types; empty means not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TypeSet(Vec<Type>);

impl TypeSet {
    pub(crate) fn one(of: Type) -> Self {
        Self(vec![of])
    }

    pub(crate) fn instance(path: &str) -> Self {
        Self::one(Type::Instance(path.into()))
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Type> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds types; tells whether something was new.
    pub(crate) fn join(&mut self, other: &Self) -> bool {
        let mut has_grown = false;
        for of in &other.0 {
            if let Err(index) = self.0.binary_search(of)
                && self.0.len() < MAX_TYPES
            {
                self.0.insert(index, of.clone());
                has_grown = true;
            }
        }
        has_grown
    }

    /// Tells whether the only possible type is an instance of one of these.
    pub(crate) fn is_only(&self, paths: &[&str]) -> bool {
        !self.0.is_empty()
            && self.0.iter().all(|of| match of {
                Type::Instance(path) => paths.contains(&path.as_ref()),
                Type::Function(_) | Type::Class(_) | Type::Path(_) => false,
            })
    }
}

/// What a call may call.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Called {
    /// Names for specs, the best one first.
    pub(crate) names: Vec<Rc<str>>,
    /// Names that count as well, but only for `*.name` patterns.
    pub(crate) fallback: Option<Rc<str>>,
    /// Functions of the program.
    pub(crate) targets: Vec<FunctionId>,
    /// The class, when an object of the program's own class is made.
    pub(crate) constructs: Option<ClassId>,
}

/// Types of everything.
#[derive(Debug, Default)]
pub(crate) struct TypeTable {
    pub(crate) locals: HashMap<(FunctionId, LocalId), TypeSet>,
    pub(crate) fields: HashMap<(ClassId, Rc<str>), TypeSet>,
    pub(crate) globals: HashMap<Rc<str>, TypeSet>,
    pub(crate) returns: HashMap<FunctionId, TypeSet>,
    /// What class bodies assign.
    members: HashMap<(ClassId, Rc<str>), TypeSet>,
    options: HashMap<FunctionId, Vec<String>>,
    calls: HashMap<(FunctionId, usize, usize), Called>,
    /// Paths that attribute reads on typed objects stand for (`django.http.HttpRequest.GET`).
    attributes: HashMap<(FunctionId, usize, usize), Vec<Rc<str>>>,
}

impl TypeTable {
    pub(crate) fn local(&self, function: FunctionId, local: LocalId) -> Option<&TypeSet> {
        self.locals.get(&(function, local))
    }

    /// Gives the types of what a class's own body assigns to a name.
    pub(crate) fn member(&self, class: ClassId, name: &str) -> Option<&TypeSet> {
        self.members.get(&(class, name.into()))
    }

    /// Gives the options that a function's parsers turn into something harmless.
    pub(crate) fn options(&self, function: FunctionId) -> &[String] {
        self.options.get(&function).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn set_options(&mut self, function: FunctionId, names: Vec<String>) {
        if !names.is_empty() {
            self.options.insert(function, names);
        }
    }

    /// Enters what a function assigns, when it is a class body.
    pub(crate) fn add_members(&mut self, body: &Function) {
        let Some(class) = body.class.filter(|_| body.flavour == Flavour::ClassBody) else { return };
        for (local, declared) in (0_u32..).map(LocalId).zip(&body.locals) {
            if let (Some(name), Some(types)) = (&declared.name, self.locals.get(&(body.id, local))) {
                self.members.insert((class, name.as_str().into()), types.clone());
            }
        }
    }

    /// Gives the types of what these classes themselves hold under a name, as far as they are instances.
    pub(crate) fn fields_of_classes(&self, classes: impl Iterator<Item = ClassId>, name: &str) -> Vec<Rc<str>> {
        let name: Rc<str> = name.into();
        let types = classes.filter_map(|class| self.fields.get(&(class, Rc::clone(&name))));
        let paths = types.flat_map(TypeSet::iter).filter_map(|of| match of {
            Type::Instance(path) => Some(Rc::clone(path)),
            Type::Function(_) | Type::Class(_) | Type::Path(_) => None,
        });
        paths.collect()
    }

    /// Gives what the call at this block and position calls.
    pub(crate) fn called(&self, function: FunctionId, block: usize, position: usize) -> Option<&Called> {
        self.calls.get(&(function, block, position))
    }

    /// Gives what every call calls.
    pub(crate) fn all_called(&self) -> impl Iterator<Item = &Called> {
        self.calls.values()
    }

    /// Gives every pair of caller and called function of the program.
    pub(crate) fn edges(&self) -> impl Iterator<Item = (FunctionId, FunctionId)> {
        self.calls
            .iter()
            .flat_map(|((caller, _, _), called)| called.targets.iter().map(move |target| (*caller, *target)))
    }

    /// Gives the paths that the attribute read there stands for.
    pub(crate) fn attribute(&self, function: FunctionId, block: usize, position: usize) -> &[Rc<str>] {
        self.attributes.get(&(function, block, position)).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn set_called(&mut self, at: (FunctionId, usize, usize), called: Called) {
        self.calls.insert(at, called);
    }

    pub(crate) fn set_attribute(&mut self, at: (FunctionId, usize, usize), paths: Vec<Rc<str>>) {
        if !paths.is_empty() {
            self.attributes.insert(at, paths);
        }
    }
}
