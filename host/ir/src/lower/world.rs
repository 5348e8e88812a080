//! What names mean across all files of a program. Invariant: a path that names something of the project is
//! `<module name>.<qualified name>`, whatever chain of imports leads to it.

use std::collections::{BTreeMap, BTreeSet};

use model::ids::FileId;
use syntax::{
    kinds::{Field, Kind},
    packed::{Node, PackedTree},
};

use super::{
    builtin_names::is_builtin,
    import::join,
    literal,
    module_index::ModuleIndex,
    module_name::ModuleName,
    scope::{BindingKind, Bindings, ScopeKind, ScopeTable},
};
use crate::{instruction::Constant, program::GlobalBinding};

/// One file with what is known before lowering.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) file: FileId,
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
    pub(crate) tree: &'a PackedTree,
    pub(crate) module: ModuleName,
    pub(crate) table: ScopeTable<'a>,
    /// Nodes that are or hold a syntax error.
    pub(crate) broken: BTreeSet<u32>,
    pub(crate) globals: BTreeMap<String, GlobalBinding>,
    /// The names that `__all__` lists.
    pub(crate) exports: Option<BTreeSet<String>>,
}

/// All files.
#[derive(Debug)]
pub(crate) struct World<'a> {
    pub(crate) sources: Vec<Source<'a>>,
    pub(crate) modules: ModuleIndex,
}

/// Reads `__all__`, when it is bound once to a display of texts.
pub(crate) fn exports(tree: &PackedTree, text: &str, table: &ScopeTable<'_>) -> Option<BTreeSet<String>> {
    let bindings = table.scopes.first()?.names.get("__all__").filter(|bindings| bindings.count == 1)?;
    let (BindingKind::Assignment, node) = bindings.first? else { return None };
    match literal::constant(tree.node(node)?.child(Field::RIGHT)?, text)? {
        Constant::List(names) | Constant::Tuple(names) | Constant::Set(names) => {
            let text = |name: Constant| if let Constant::Str(name) = name { Some(name) } else { None };
            names.into_iter().map(text).collect()
        }
        Constant::None
        | Constant::Bool(_)
        | Constant::Int(_)
        | Constant::Float(_)
        | Constant::Str(_)
        | Constant::Bytes(_)
        | Constant::Ellipsis
        | Constant::Dict(_) => None,
    }
}

/// Lists the nodes that are or hold a syntax error.
pub(crate) fn broken_nodes(tree: &PackedTree) -> BTreeSet<u32> {
    let mut broken = BTreeSet::new();
    let mut open: Vec<Node<'_>> = Vec::new();
    for node in (0..tree.node_count()).map_while(|index| tree.node(index)) {
        while open.last().is_some_and(|last| last.end_index() <= node.index()) {
            open.pop();
        }
        open.push(node);
        if node.is_error() || node.is_missing() {
            for holder in open.iter().rev() {
                if !broken.insert(holder.index()) {
                    break;
                }
            }
        }
    }
    broken
}

/// What a name means where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// A variable that the scope at hand or one around it binds: a function, class or comprehension scope, or the
    /// module's own when the lookup started there.
    Local {
        /// The scope's number.
        scope: usize,
    },
    /// A name of a module of the project, or an unknown one.
    Global(String),
    /// An import or builtin: attributes that follow belong to the path.
    Path(String),
}

/// What the value of a name is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The value itself.
    Value,
    /// An attribute of it: `x = None` beside `import x` does not matter then, as `None` has none of a module's.
    Base,
}

impl<'a> World<'a> {
    pub(crate) fn new(sources: Vec<Source<'a>>) -> Self {
        let modules = ModuleIndex::new(sources.iter().map(|source| &source.module));
        let mut world = Self { sources, modules };
        world.resolve_imports();
        let globals: Vec<_> = (0..world.sources.len()).map(|source| world.global_bindings(source)).collect();
        for (source, globals) in world.sources.iter_mut().zip(globals) {
            source.globals = globals;
        }
        world
    }

    /// Tells whether a path is a top-level name of the project that is no import: attributes of it are no part of the
    /// path.
    pub(crate) fn is_project_global(&self, path: &str) -> bool {
        self.project_global(path).is_some_and(|bindings| !bindings.is_import_or_none())
    }

    /// Finds the file and scope of a top-level class that is bound once.
    pub(crate) fn class_scope(&self, path: &str) -> Option<(usize, usize)> {
        let (index, name) = self.modules.split(path)?;
        let source = self.sources.get(index)?;
        let bindings = source.table.scopes.first()?.names.get(name).filter(|bindings| bindings.count == 1)?;
        let (BindingKind::Class, node) = bindings.first? else { return None };
        Some((index, source.table.scope_of(source.tree.node(node)?)?))
    }

    /// Tells whether a path would name something of a module of the project that the module does not bind.
    pub(crate) fn names_no_global(&self, path: &str) -> bool {
        self.modules.split(path).is_some_and(|(_, rest)| !rest.is_empty()) && self.project_global(path).is_none()
    }

    fn project_global(&self, path: &str) -> Option<&Bindings> {
        let (module, rest) = self.modules.split(path)?;
        let (name, _) = rest.split_once('.').unwrap_or((rest, ""));
        self.sources.get(module)?.table.scopes.first()?.names.get(name)
    }

    fn global_binding(&self, path: &str) -> Option<&GlobalBinding> {
        let (module, name) = self.modules.split(path)?;
        self.sources.get(module)?.globals.get(name)
    }

    /// Adds an attribute to the path of an import or builtin; `None` when it is an object's, not a path's.
    pub(crate) fn extend(&self, path: &str, attribute: &str) -> Option<String> {
        if self.is_project_global(path) { None } else { Some(self.follow(join(path, attribute))) }
    }

    /// Finds what a name means in a scope.
    pub(crate) fn lookup(&self, source: usize, start: usize, name: &str, purpose: Purpose) -> Lookup {
        let Some(source) = self.sources.get(source) else { return Lookup::Global(name.to_owned()) };
        let mut at = Some(start);
        while let Some(index) = at {
            let Some(scope) = source.table.scopes.get(index) else { break };
            if scope.kind == ScopeKind::Module {
                break;
            }
            if scope.globals.contains(name) {
                return self.lookup_global(source, name, purpose);
            }
            let visible = index == start || scope.kind != ScopeKind::Class;
            if visible
                && !scope.nonlocals.contains(name)
                && let Some(bindings) = scope.names.get(name)
            {
                return match import_of(bindings, purpose) {
                    Some(target) => Lookup::Path(target.to_owned()),
                    None => Lookup::Local { scope: index },
                };
            }
            at = scope.parent;
        }
        let found = self.lookup_global(source, name, purpose);
        let module = source.table.scopes.first();
        let is_module_code = start == 0;
        match found {
            Lookup::Global(path) if is_module_code => {
                let bindings = module.and_then(|scope| scope.names.get(name));
                let is_definition = bindings.is_some_and(|bindings| {
                    bindings.count == 1
                        && matches!(bindings.first, Some((BindingKind::Function | BindingKind::Class, _)))
                });
                if bindings.is_some() && !is_definition { Lookup::Local { scope: 0 } } else { Lookup::Global(path) }
            }
            other => other,
        }
    }

    fn lookup_global(&self, source: &Source<'_>, name: &str, purpose: Purpose) -> Lookup {
        let module = source.table.scopes.first();
        if let Some(bindings) = module.and_then(|scope| scope.names.get(name)) {
            return match import_of(bindings, purpose) {
                Some(target) => Lookup::Path(target.to_owned()),
                None => Lookup::Global(join(&source.module.name, name)),
            };
        }
        if let Some(path) = self.through_wildcards(source, name) {
            return Lookup::Path(self.follow(path));
        }
        if is_builtin(name) {
            return Lookup::Path(join("builtins", name));
        }
        let wildcards = module.map_or(&[][..], |scope| &scope.wildcards);
        let mut foreign = wildcards.iter().filter(|wildcard| self.modules.split(&wildcard.module).is_none());
        match (foreign.next(), foreign.next()) {
            (Some(only), None) if !name.starts_with("__") => Lookup::Path(join(&only.module, name)),
            _ => Lookup::Global(join(&source.module.name, name)),
        }
    }

    /// Gives the path of a name or attribute chain of an import or builtin.
    pub(crate) fn fold(&self, source: usize, scope: usize, node: Node<'_>) -> Option<String> {
        let text = self.sources.get(source)?.text;
        let mut attributes = Vec::new();
        let mut at = node;
        while at.kind() == Kind::ATTRIBUTE {
            attributes.push(at.child(Field::ATTRIBUTE)?.text(text));
            at = at.child(Field::OBJECT)?;
        }
        if at.kind() != Kind::IDENTIFIER {
            return None;
        }
        let purpose = if attributes.is_empty() { Purpose::Value } else { Purpose::Base };
        let Lookup::Path(mut path) = self.lookup(source, scope, at.text(text), purpose) else { return None };
        for attribute in attributes.iter().rev() {
            path = self.extend(&path, attribute)?;
        }
        Some(path)
    }

    /// Gives the dotted path of a decorator, base class, annotation or callee: calls and subscripts are reduced to
    /// what they are of, and variables bound once to a call to the path of that call. A local name stays as written.
    pub(crate) fn static_path(&self, source: usize, scope: usize, node: Node<'_>) -> Option<String> {
        let text = self.sources.get(source)?.text;
        let mut attributes = Vec::new();
        let mut at = node;
        loop {
            at = match at.kind() {
                Kind::ATTRIBUTE => {
                    attributes.push(at.child(Field::ATTRIBUTE)?.text(text));
                    at.child(Field::OBJECT)?
                }
                Kind::CALL => at.child(Field::FUNCTION)?,
                Kind::SUBSCRIPT => at.child(Field::VALUE)?,
                Kind::PARENTHESIZED_EXPRESSION | Kind::TYPE => at.items().next()?,
                Kind::IDENTIFIER => break,
                _ => return None,
            };
        }
        let name = at.text(text);
        let purpose = if attributes.is_empty() { Purpose::Value } else { Purpose::Base };
        let mut path = match self.lookup(source, scope, name, purpose) {
            Lookup::Path(path) => path,
            Lookup::Global(path) => match self.global_binding(&path) {
                Some(GlobalBinding::CallOf(target)) if !attributes.is_empty() => target.clone(),
                _ => path,
            },
            Lookup::Local { scope: owner } => {
                let call = if attributes.is_empty() { None } else { self.single_call(source, owner, name) };
                call.and_then(|call| self.fold(source, owner, call.child(Field::FUNCTION)?))
                    .unwrap_or_else(|| name.to_owned())
            }
        };
        for attribute in attributes.iter().rev() {
            if let Some(GlobalBinding::CallOf(target)) = self.global_binding(&path) {
                path = target.clone();
            }
            path = self.follow(join(&path, attribute));
        }
        Some(path)
    }

    /// Gives the call that a variable is bound to, when that is its only binding.
    fn single_call(&self, source: usize, scope: usize, name: &str) -> Option<Node<'_>> {
        let source = self.sources.get(source)?;
        let bindings = source.table.scopes.get(scope)?.names.get(name)?;
        let (BindingKind::Assignment, node) = bindings.first? else { return None };
        let right = source.tree.node(node)?.child(Field::RIGHT)?;
        (bindings.count == 1 && bindings.imports.is_empty() && right.kind() == Kind::CALL).then_some(right)
    }

    fn global_bindings(&self, index: usize) -> BTreeMap<String, GlobalBinding> {
        let mut globals = BTreeMap::new();
        let Some(source) = self.sources.get(index) else { return globals };
        let Some(module) = source.table.scopes.first() else { return globals };
        for (name, bindings) in &module.names {
            if !bindings.is_import() {
                let binding = self.global_binding_of(index, source, bindings).unwrap_or(GlobalBinding::Other);
                globals.insert((*name).to_owned(), binding);
            }
        }
        globals
    }

    fn global_binding_of(&self, index: usize, source: &Source<'a>, bindings: &Bindings) -> Option<GlobalBinding> {
        if bindings.count != 1 || !bindings.imports.is_empty() {
            return None;
        }
        let (kind, node) = bindings.first?;
        let node = source.tree.node(node)?;
        match kind {
            BindingKind::Function => {
                let scope = source.table.scopes.get(source.table.scope_of(node)?)?;
                Some(GlobalBinding::Function(scope.function))
            }
            BindingKind::Class => {
                let scope = source.table.scopes.get(source.table.scope_of(node)?)?;
                scope.class.map(GlobalBinding::Class)
            }
            BindingKind::Assignment => {
                let right = node.child(Field::RIGHT)?;
                if let Some(constant) = literal::constant(right, source.text) {
                    return Some(GlobalBinding::Constant(constant));
                }
                if right.kind() != Kind::CALL {
                    return None;
                }
                let function = right.child(Field::FUNCTION)?;
                let path = self.fold(index, 0, function).or_else(|| {
                    let Kind::IDENTIFIER = function.kind() else { return None };
                    match self.lookup(index, 0, function.text(source.text), Purpose::Value) {
                        Lookup::Global(path) | Lookup::Path(path) => Some(path),
                        Lookup::Local { .. } => None,
                    }
                })?;
                Some(GlobalBinding::CallOf(path))
            }
            BindingKind::Parameter | BindingKind::Other => None,
        }
    }
}

fn import_of(bindings: &Bindings, purpose: Purpose) -> Option<&str> {
    let folds = match purpose {
        Purpose::Value => bindings.is_import(),
        Purpose::Base => bindings.is_import_or_none(),
    };
    if folds { bindings.imports.first().map(|import| import.path.as_str()) } else { None }
}
