//! Which names each scope binds, uses and shares. Invariant: one pass over the packed tree in pre-order, without
//! recursion; scopes are numbered in that order, the module's first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use syntax::{
    kinds::{Field, Kind},
    packed::{Node, PackedTree},
};

use super::{
    capture::{bind_declared_globals, capture},
    import::{Import, Wildcard},
};
use crate::program::{ClassId, FunctionId};

/// What a scope belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    Module,
    Function,
    Lambda,
    Class,
    /// Shares its function with the scope around it, but not its loop variables.
    Comprehension,
}

/// How a name is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BindingKind {
    /// A `def` at the node.
    Function,
    /// A `class` at the node.
    Class,
    /// The whole left side of the assignment at the node.
    Assignment,
    /// A parameter.
    Parameter,
    /// Anything else: loops, unpacking, `with`, augmented assignment, another function's `global`.
    Other,
}

/// What binds a name in a scope.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bindings {
    /// What imports bind it to, in order; once the files know of each other, the one that counts first.
    pub(crate) imports: Vec<Import>,
    /// The type written at its first annotated assignment.
    pub(crate) annotation: Option<u32>,
    /// The first binding that is no import.
    pub(crate) first: Option<(BindingKind, u32)>,
    /// How many bindings are no imports.
    pub(crate) count: u32,
    /// How many of them are `name = None`.
    pub(crate) none_count: u32,
}

impl Bindings {
    /// Tells whether the name always means an import.
    pub(crate) fn is_import(&self) -> bool {
        !self.imports.is_empty() && self.count == 0
    }

    /// Tells whether the name means an import wherever an attribute of it can be read.
    pub(crate) fn is_import_or_none(&self) -> bool {
        !self.imports.is_empty() && self.count == self.none_count
    }
}

/// One scope.
#[derive(Clone, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) kind: ScopeKind,
    /// The node that opens it: `module`, `function_definition`, `lambda`, `class_definition` or a comprehension.
    pub(crate) node: u32,
    pub(crate) parent: Option<usize>,
    /// The `decorated_definition` around the node.
    pub(crate) decorated: Option<u32>,
    /// The function that runs its code; for a comprehension the one around it.
    pub(crate) function: FunctionId,
    pub(crate) class: Option<ClassId>,
    pub(crate) names: BTreeMap<&'a str, Bindings>,
    pub(crate) globals: BTreeSet<&'a str>,
    pub(crate) nonlocals: BTreeSet<&'a str>,
    /// Names that stand in it, until it is known which of them are shared.
    pub(crate) uses: BTreeSet<&'a str>,
    /// Own names that nested functions use.
    pub(crate) captured: BTreeSet<&'a str>,
    /// Names of enclosing functions that this function or one nested in it uses, with the scope that binds them.
    pub(crate) free: BTreeMap<&'a str, usize>,
    /// Modules of `from m import *`.
    pub(crate) wildcards: Vec<Wildcard>,
    /// Whether a `yield` stands in it.
    pub(crate) yields: Yields,
}

/// Whether a function is a generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Yields {
    No,
    Yes,
}

/// All scopes of a file.
#[derive(Clone, Debug)]
pub(crate) struct ScopeTable<'a> {
    pub(crate) scopes: Vec<Scope<'a>>,
    by_node: HashMap<u32, usize>,
    /// Names that an expression may change while it is evaluated: walrus targets and names that another function
    /// declares `nonlocal` or `global`.
    pub(crate) volatile: BTreeSet<&'a str>,
    /// How many functions and classes it has.
    pub(crate) ids: Ids,
}

/// Counts functions and classes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ids {
    pub(crate) functions: u32,
    pub(crate) classes: u32,
}

impl ScopeTable<'_> {
    /// Gives the scope that a node opens.
    pub(crate) fn scope_of(&self, node: Node<'_>) -> Option<usize> {
        self.by_node.get(&node.index()).copied()
    }

    /// Moves the ids behind those of the files before.
    pub(crate) fn number_after(&mut self, before: Ids) {
        for scope in &mut self.scopes {
            scope.function.0 += before.functions;
            if let Some(class) = &mut scope.class {
                class.0 += before.classes;
            }
        }
    }
}

/// Scans a file; `package` is what relative imports start from.
pub(crate) fn scan<'a>(tree: &'a PackedTree, text: &'a str, package: &str) -> ScopeTable<'a> {
    let table =
        ScopeTable { scopes: Vec::new(), by_node: HashMap::new(), volatile: BTreeSet::new(), ids: Ids::default() };
    let mut scanner = Scanner {
        text,
        package,
        table,
        open: Vec::new(),
        enter: HashMap::new(),
        decorated: HashMap::new(),
        silent: BTreeSet::new(),
        overloads: BTreeSet::new(),
    };
    scanner.scan(tree);
    let mut table = scanner.table;
    bind_declared_globals(&mut table);
    capture(&mut table);
    for scope in &mut table.scopes {
        scope.uses = BTreeSet::new();
    }
    table
}

pub(crate) struct Scanner<'a, 's> {
    pub(crate) text: &'a str,
    pub(crate) package: &'s str,
    table: ScopeTable<'a>,
    /// Open scopes with the node index where each ends.
    open: Vec<(usize, u32)>,
    /// Bodies still to come, with the scope that they open.
    enter: HashMap<u32, usize>,
    /// Definitions still to come, with the `decorated_definition` around each.
    decorated: HashMap<u32, u32>,
    /// Identifier nodes that are no uses of the scope they stand in.
    silent: BTreeSet<u32>,
    /// Names that are bound to an overloaded signature so far.
    overloads: BTreeSet<(usize, &'a str)>,
}

impl<'a> Scanner<'a, '_> {
    fn scan(&mut self, tree: &'a PackedTree) {
        let root = self.add_scope(ScopeKind::Module, tree.root());
        self.open.push((root, tree.node_count()));
        let mut index = 0;
        while let Some(node) = tree.node(index) {
            while self.open.last().is_some_and(|(_, end)| *end <= index) {
                self.open.pop();
            }
            if let Some(scope) = self.enter.remove(&index) {
                self.open.push((scope, node.end_index()));
            }
            self.visit(node);
            index += 1;
        }
    }

    fn current(&self) -> usize {
        self.open.last().map_or(0, |(scope, _)| *scope)
    }

    fn add_scope(&mut self, kind: ScopeKind, node: Node<'a>) -> usize {
        let id = self.table.scopes.len();
        let parent = (!self.open.is_empty()).then(|| self.current());
        let function = match kind {
            ScopeKind::Module | ScopeKind::Function | ScopeKind::Lambda | ScopeKind::Class => {
                self.table.ids.functions += 1;
                FunctionId(self.table.ids.functions - 1)
            }
            ScopeKind::Comprehension => {
                self.table.scopes.get(self.current()).map_or(FunctionId(0), |scope| scope.function)
            }
        };
        let class = (kind == ScopeKind::Class).then(|| {
            self.table.ids.classes += 1;
            ClassId(self.table.ids.classes - 1)
        });
        self.table.scopes.push(Scope {
            kind,
            node: node.index(),
            parent,
            decorated: self.decorated.remove(&node.index()),
            function,
            class,
            names: BTreeMap::new(),
            globals: BTreeSet::new(),
            nonlocals: BTreeSet::new(),
            uses: BTreeSet::new(),
            captured: BTreeSet::new(),
            free: BTreeMap::new(),
            wildcards: Vec::new(),
            yields: Yields::No,
        });
        self.table.by_node.insert(node.index(), id);
        id
    }

    pub(crate) fn scope(&mut self, id: usize) -> Option<&mut Scope<'a>> {
        self.table.scopes.get_mut(id)
    }

    fn bind(&mut self, scope: usize, name: &'a str, kind: BindingKind, node: u32) {
        if let Some(scope) = self.scope(scope) {
            let bindings = scope.names.entry(name).or_default();
            bindings.first.get_or_insert((kind, node));
            bindings.count += 1;
        }
    }

    fn visit(&mut self, node: Node<'a>) {
        let here = self.current();
        match node.kind() {
            Kind::IDENTIFIER => {
                let named = matches!(node.field(), Field::ATTRIBUTE | Field::NAME | Field::ALIAS);
                if !named && !self.silent.remove(&node.index()) {
                    let name = node.text(self.text);
                    if let Some(scope) = self.scope(here) {
                        scope.uses.insert(name);
                    }
                }
            }
            Kind::FUNCTION_DEFINITION | Kind::CLASS_DEFINITION | Kind::LAMBDA => self.visit_definition(node),
            Kind::DECORATED_DEFINITION => {
                if let Some(definition) = node.child(Field::DEFINITION) {
                    self.decorated.insert(definition.index(), node.index());
                }
            }
            Kind::LIST_COMPREHENSION
            | Kind::SET_COMPREHENSION
            | Kind::DICTIONARY_COMPREHENSION
            | Kind::GENERATOR_EXPRESSION => {
                let scope = self.add_scope(ScopeKind::Comprehension, node);
                self.open.push((scope, node.end_index()));
            }
            Kind::ASSIGNMENT => self.visit_assignment(node),
            Kind::AUGMENTED_ASSIGNMENT | Kind::FOR_STATEMENT | Kind::FOR_IN_CLAUSE => {
                if let Some(left) = node.child(Field::LEFT) {
                    self.bind_target(left);
                }
            }
            Kind::NAMED_EXPRESSION => {
                if let Some(name) = node.child(Field::NAME) {
                    let scope = self.function_scope();
                    let name = name.text(self.text);
                    self.table.volatile.insert(name);
                    self.bind(scope, name, BindingKind::Other, node.index());
                }
            }
            Kind::DELETE_STATEMENT => node.items().for_each(|target| self.bind_target(target)),
            Kind::AS_PATTERN => match node.child(Field::ALIAS) {
                Some(target) => target.items().for_each(|target| self.bind_target(target)),
                None => {
                    if let Some(name) = node.children().filter(|child| child.kind() == Kind::IDENTIFIER).last() {
                        self.bind_target(name);
                    }
                }
            },
            Kind::EXCEPT_CLAUSE => {
                if let Some(alias) = node.child(Field::ALIAS) {
                    self.bind_target(alias);
                }
            }
            Kind::CASE_PATTERN | Kind::UNION_PATTERN | Kind::KEYWORD_PATTERN => self.visit_pattern(node),
            Kind::SPLAT_PATTERN => node.items().for_each(|name| self.bind_target(name)),
            Kind::TYPE_ALIAS_STATEMENT => {
                if let Some(name) = alias_name(node) {
                    self.bind_target(name);
                }
            }
            Kind::GLOBAL_STATEMENT | Kind::NONLOCAL_STATEMENT => self.visit_declaration(node),
            Kind::IMPORT_STATEMENT => self.visit_import(node),
            Kind::IMPORT_FROM_STATEMENT => self.visit_import_from(node),
            Kind::YIELD => {
                let scope = self.function_scope();
                if let Some(scope) = self.scope(scope) {
                    scope.yields = Yields::Yes;
                }
            }
            _ => {}
        }
    }

    /// The innermost open scope that is no comprehension.
    pub(crate) fn function_scope(&self) -> usize {
        let is_function =
            |scope: &usize| self.table.scopes.get(*scope).is_some_and(|scope| scope.kind != ScopeKind::Comprehension);
        self.open.iter().rev().map(|(scope, _)| *scope).find(is_function).unwrap_or(0)
    }

    fn visit_definition(&mut self, node: Node<'a>) {
        let (scope_kind, binding) = match node.kind() {
            Kind::FUNCTION_DEFINITION => (ScopeKind::Function, Some(BindingKind::Function)),
            Kind::CLASS_DEFINITION => (ScopeKind::Class, Some(BindingKind::Class)),
            _ => (ScopeKind::Lambda, None),
        };
        if let (Some(binding), Some(name)) = (binding, node.child(Field::NAME)) {
            let here = self.function_scope();
            let name = name.text(self.text);
            let is_overload = self.is_overload(node);
            if self.overloads.remove(&(here, name))
                && let Some(bindings) = self.scope(here).and_then(|scope| scope.names.get_mut(name))
            {
                // The signatures before an implementation are no functions of their own.
                bindings.first = None;
                bindings.count = bindings.count.saturating_sub(1);
            }
            if is_overload {
                self.overloads.insert((here, name));
            }
            self.bind(here, name, binding, node.index());
        }
        let scope = self.add_scope(scope_kind, node);
        if let Some(body) = node.child(Field::BODY) {
            self.enter.insert(body.index(), scope);
        }
        let Some(parameters) = node.child(Field::PARAMETERS) else { return };
        for parameter in parameters.items() {
            if let Some(name) = parameter_name(parameter) {
                self.silent.insert(name.index());
                self.bind(scope, name.text(self.text), BindingKind::Parameter, name.index());
            }
        }
    }

    /// Tells whether a definition is decorated with `typing.overload`.
    fn is_overload(&self, definition: Node<'a>) -> bool {
        let tree = definition.tree();
        let decorated = self.decorated.get(&definition.index()).and_then(|node| tree.node(*node));
        decorated.into_iter().flat_map(Node::items).any(|item| {
            let name = item.items().next().map_or("", |expression| expression.text(self.text));
            item.kind() == Kind::DECORATOR && matches!(name, "overload" | "typing.overload" | "t.overload")
        })
    }

    fn visit_assignment(&mut self, node: Node<'a>) {
        let Some(left) = node.child(Field::LEFT) else { return };
        if left.kind() != Kind::IDENTIFIER {
            return self.bind_target(left);
        }
        let here = self.function_scope();
        let name = left.text(self.text);
        let right = node.child(Field::RIGHT);
        if let Some(annotation) = node.child(Field::TYPE)
            && let Some(scope) = self.scope(here)
        {
            scope.names.entry(name).or_default().annotation.get_or_insert(annotation.index());
        }
        if right.is_none() {
            if let Some(scope) = self.scope(here) {
                scope.names.entry(name).or_default();
            }
            return;
        }
        self.bind(here, name, BindingKind::Assignment, node.index());
        if right.is_some_and(|right| right.kind() == Kind::NONE)
            && let Some(bindings) = self.scope(here).and_then(|scope| scope.names.get_mut(name))
        {
            bindings.none_count += 1;
        }
    }

    /// Binds every name in an assignment target.
    fn bind_target(&mut self, target: Node<'a>) {
        let here = self.current();
        let mut pending = vec![target];
        while let Some(node) = pending.pop() {
            match node.kind() {
                Kind::IDENTIFIER => self.bind(here, node.text(self.text), BindingKind::Other, node.index()),
                Kind::PATTERN_LIST
                | Kind::TUPLE_PATTERN
                | Kind::LIST_PATTERN
                | Kind::LIST_SPLAT_PATTERN
                | Kind::TUPLE
                | Kind::LIST
                | Kind::LIST_SPLAT
                | Kind::EXPRESSION_LIST
                | Kind::PARENTHESIZED_EXPRESSION => pending.extend(node.items()),
                _ => {}
            }
        }
    }

    fn visit_pattern(&mut self, node: Node<'a>) {
        for name in node.children().filter(|child| child.kind() == Kind::DOTTED_NAME) {
            let text = name.text(self.text);
            let is_capture = name.items().count() == 1 && text != "_";
            // A keyword pattern's own name is an `identifier`, its value may be a `dotted_name`.
            if is_capture {
                let here = self.current();
                self.bind(here, text, BindingKind::Other, name.index());
            }
        }
    }

    fn visit_declaration(&mut self, node: Node<'a>) {
        let here = self.function_scope();
        for name in node.items().filter(|item| item.kind() == Kind::IDENTIFIER) {
            let name_text = name.text(self.text);
            self.table.volatile.insert(name_text);
            if let Some(scope) = self.scope(here) {
                if node.kind() == Kind::GLOBAL_STATEMENT {
                    scope.globals.insert(name_text);
                } else {
                    scope.nonlocals.insert(name_text);
                }
            }
        }
    }
}

/// Finds the name that a `type` statement binds; `type X[T] = …` has it inside a generic type.
pub(crate) fn alias_name(statement: Node<'_>) -> Option<Node<'_>> {
    let left = statement.child(Field::LEFT)?;
    let first = left.items().next()?;
    let name = if first.kind() == Kind::GENERIC_TYPE { first.items().next()? } else { first };
    (name.kind() == Kind::IDENTIFIER).then_some(name)
}

/// Finds the identifier in a parameter.
pub(crate) fn parameter_name(parameter: Node<'_>) -> Option<Node<'_>> {
    match parameter.kind() {
        Kind::IDENTIFIER => Some(parameter),
        Kind::DEFAULT_PARAMETER | Kind::TYPED_DEFAULT_PARAMETER => {
            parameter.child(Field::NAME).filter(|name| name.kind() == Kind::IDENTIFIER)
        }
        Kind::TYPED_PARAMETER => {
            let inner = parameter.items().find(|item| item.field() != Field::TYPE)?;
            if inner.kind() == Kind::IDENTIFIER { Some(inner) } else { parameter_name(inner) }
        }
        Kind::LIST_SPLAT_PATTERN | Kind::DICTIONARY_SPLAT_PATTERN => {
            parameter.items().next().filter(|name| name.kind() == Kind::IDENTIFIER)
        }
        _ => None,
    }
}
