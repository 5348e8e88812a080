//! The state of lowering one function, and its names. Invariant: parameters are the first locals, then the scope's own
//! names, then free ones, then temporaries in the order of need.

use std::collections::BTreeMap;

use model::span::Span;
use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::{
    annotation::Standing,
    builder::Builder,
    import::join,
    scope::{Scope, ScopeKind, parameter_name},
    world::{Lookup, Purpose, World},
};
use crate::{
    function::{BlockId, LocalId, LocalScope},
    instruction::{InstructionKind, Operand, Rvalue},
};

/// Nesting of expressions and statements that is lowered; deeper code becomes opaque.
pub(crate) const MAX_DEPTH: u32 = 200;
/// Operands that an opaque value names.
const MAX_OPAQUE_OPERANDS: usize = 64;

/// Something that ways out of a block pass through, innermost last.
#[derive(Clone, Debug)]
pub(crate) enum Frame {
    /// A loop.
    Loop { next: BlockId, end: BlockId },
    /// A `finally` block, and the handler outside its `try`.
    Finally { node: u32, handler: Option<BlockId> },
    /// A context manager, and the handler outside its `with`.
    With { manager: Operand, span: Span, handler: Option<BlockId> },
}

/// A function being lowered.
#[derive(Debug)]
pub(crate) struct Lowering<'w, 'a> {
    pub(crate) world: &'w World<'a>,
    pub(crate) source: usize,
    pub(crate) text: &'a str,
    pub(crate) scope: usize,
    pub(crate) builder: Builder,
    pub(crate) names: BTreeMap<&'a str, LocalId>,
    /// Loop variables of the comprehensions around the code at hand.
    pub(crate) overlays: Vec<BTreeMap<&'a str, LocalId>>,
    pub(crate) frames: Vec<Frame>,
    /// The exception of the handler around the code at hand.
    pub(crate) exception: Option<LocalId>,
    pub(crate) depth: u32,
    /// How many nodes copies of `finally` blocks may still have.
    pub(crate) copies_left: u32,
}

/// Where an assignment to a name goes.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    /// A local.
    Local(LocalId),
    /// A local of the module's code, which is a global too.
    ModuleLocal(LocalId, String),
    /// A global.
    Global(String),
}

impl<'w, 'a> Lowering<'w, 'a> {
    /// Sets up the locals of a scope's function.
    pub(crate) fn new(world: &'w World<'a>, source: usize, scope: usize) -> Option<Self> {
        let file = world.sources.get(source)?;
        let own = file.table.scopes.get(scope)?;
        let node = file.tree.node(own.node)?;
        let mut lowering = Self {
            world,
            source,
            text: file.text,
            scope,
            builder: Builder::new(),
            names: BTreeMap::new(),
            overlays: Vec::new(),
            frames: Vec::new(),
            exception: None,
            depth: 0,
            copies_left: node.subtree_size().saturating_mul(16).saturating_add(10_000),
        };
        if matches!(own.kind, ScopeKind::Function | ScopeKind::Lambda)
            && let Some(parameters) = node.child(Field::PARAMETERS)
        {
            for name in parameters.items().filter_map(parameter_name) {
                lowering.add_name(own, name.text(file.text));
            }
        }
        for (name, bindings) in &own.names {
            let elsewhere = bindings.is_import() || own.nonlocals.contains(name);
            if !lowering.names.contains_key(name) && !elsewhere {
                lowering.add_name(own, name);
            }
        }
        for (name, owner) in &own.free {
            let shown = lowering.shared_name(*owner, name);
            let local = lowering.builder.new_local(Some(shown), LocalScope::Free);
            lowering.names.insert(name, local);
        }
        Some(lowering)
    }

    fn add_name(&mut self, scope: &Scope<'a>, name: &'a str) {
        let shared = scope.kind == ScopeKind::Module || scope.captured.contains(name);
        let local_scope = if shared { LocalScope::Captured } else { LocalScope::Own };
        let local = self.builder.new_local(Some(name.to_owned()), local_scope);
        let annotation = scope.names.get(name).and_then(|bindings| bindings.annotation);
        let tree = self.world.sources.get(self.source).map(|source| source.tree);
        if let Some(annotation) = annotation.and_then(|node| tree?.node(node))
            && let Some(declared) = self.builder.locals.get_mut(local.0 as usize)
        {
            let standing = Standing { world: self.world, source: self.source, scope: self.scope };
            declared.annotation = standing.path(annotation);
        }
        self.names.insert(name, local);
    }

    /// Gives the name that a captured variable goes by: a comprehension's gets its scope's number, since the function
    /// may have another of the same name.
    fn shared_name(&self, owner: usize, name: &str) -> String {
        match self.scope_at(owner) {
            Some(scope) if scope.kind == ScopeKind::Comprehension => format!("{name}@{owner}"),
            _ => name.to_owned(),
        }
    }

    pub(crate) fn scope_at(&self, scope: usize) -> Option<&'w Scope<'a>> {
        self.world.sources.get(self.source)?.table.scopes.get(scope)
    }

    pub(crate) fn is_module_code(&self) -> bool {
        self.scope == 0
    }

    /// Tells whether a node is or holds a syntax error.
    pub(crate) fn is_broken(&self, node: Node<'a>) -> bool {
        self.world.sources.get(self.source).is_some_and(|source| source.broken.contains(&node.index()))
    }

    /// Havocs what the parser could not make sense of directly in a node.
    pub(crate) fn havoc_errors(&mut self, node: Node<'a>) {
        if self.is_broken(node) {
            for child in node.children().filter(|child| child.is_error() || child.is_missing()) {
                self.havoc("syntax error", child);
            }
        }
    }

    /// Makes the loop variables of a comprehension.
    pub(crate) fn push_overlay(&mut self, comprehension: Node<'a>) {
        let mut overlay = BTreeMap::new();
        let number = self.world.sources.get(self.source).and_then(|source| source.table.scope_of(comprehension));
        if let Some((number, scope)) = number.and_then(|number| Some((number, self.scope_at(number)?))) {
            for name in scope.names.keys() {
                let captured = scope.captured.contains(name);
                let (shown, kind) = if captured {
                    (self.shared_name(number, name), LocalScope::Captured)
                } else {
                    ((*name).to_owned(), LocalScope::Own)
                };
                overlay.insert(*name, self.builder.new_local(Some(shown), kind));
            }
        }
        self.overlays.push(overlay);
    }

    fn overlaid(&self, name: &str) -> Option<LocalId> {
        self.overlays.iter().rev().find_map(|overlay| overlay.get(name)).copied()
    }

    /// Finds what reading a name gives.
    pub(crate) fn read_name(&mut self, name: &str, span: Span) -> Operand {
        let operand = match self.overlaid(name) {
            Some(local) => Operand::Local(local),
            None => match self.world.lookup(self.source, self.scope, name, Purpose::Value) {
                Lookup::Path(path) | Lookup::Global(path) => Operand::Global(path),
                Lookup::Local { .. } => match self.names.get(name) {
                    Some(local) => Operand::Local(*local),
                    None => Operand::Global(self.global_path(name)),
                },
            },
        };
        let volatile = self.world.sources.get(self.source).is_some_and(|source| source.table.volatile.contains(name));
        if volatile { self.builder.compute(Rvalue::Use(operand), span) } else { operand }
    }

    pub(crate) fn global_path(&self, name: &str) -> String {
        let module = self.world.sources.get(self.source).map_or("", |source| &source.module.name);
        join(module, name)
    }

    /// Gives the path of an import or builtin with the attributes that follow it.
    pub(crate) fn fold(&self, node: Node<'a>) -> Option<String> {
        let mut base = node;
        while base.kind() == Kind::ATTRIBUTE {
            base = base.child(Field::OBJECT)?;
        }
        if base.kind() != Kind::IDENTIFIER || self.overlaid(base.text(self.text)).is_some() {
            return None;
        }
        self.world.fold(self.source, self.scope, node)
    }

    /// Finds where an assignment to a name goes.
    pub(crate) fn destination(&self, name: &str) -> Destination {
        if let Some(local) = self.overlaid(name) {
            return Destination::Local(local);
        }
        self.function_destination(name)
    }

    /// As `destination`, past the loop variables of comprehensions: for the walrus.
    pub(crate) fn function_destination(&self, name: &str) -> Destination {
        let declared_global =
            !self.is_module_code() && self.scope_at(self.scope).is_some_and(|scope| scope.globals.contains(name));
        match self.names.get(name) {
            Some(local) if !declared_global && self.is_module_code() => {
                Destination::ModuleLocal(*local, self.global_path(name))
            }
            Some(local) if !declared_global => Destination::Local(*local),
            _ => Destination::Global(self.global_path(name)),
        }
    }

    /// Gives a value to a name.
    pub(crate) fn store(&mut self, destination: Destination, value: Operand, span: Span) {
        match destination {
            Destination::Local(local) => self.builder.assign(local, value, span),
            Destination::ModuleLocal(local, path) => {
                self.builder.assign(local, value, span);
                self.builder.emit(InstructionKind::StoreGlobal { path, value: Operand::Local(local) }, span);
            }
            Destination::Global(path) => self.builder.emit(InstructionKind::StoreGlobal { path, value }, span),
        }
    }

    /// As `store`, for a value that is read again afterwards.
    pub(crate) fn store_copy(&mut self, destination: Destination, value: &Operand, span: Span) {
        match destination {
            Destination::Local(target) => {
                self.builder.emit(InstructionKind::Assign { target, value: Rvalue::Use(value.clone()) }, span);
            }
            Destination::ModuleLocal(target, path) => {
                self.builder.emit(InstructionKind::Assign { target, value: Rvalue::Use(value.clone()) }, span);
                self.builder.emit(InstructionKind::StoreGlobal { path, value: value.clone() }, span);
            }
            Destination::Global(path) => {
                self.builder.emit(InstructionKind::StoreGlobal { path, value: value.clone() }, span);
            }
        }
    }

    /// A value that is not modelled; it depends on every name in the node.
    pub(crate) fn opaque(&mut self, construct: &str, node: Node<'a>) -> Operand {
        let operands = self.operands_in(node);
        self.builder.compute(Rvalue::Opaque { construct: construct.to_owned(), operands }, node.span())
    }

    /// An effect that is not modelled, on every name in the node.
    pub(crate) fn havoc(&mut self, construct: &str, node: Node<'a>) {
        let operands = self.operands_in(node);
        self.builder.emit(InstructionKind::Havoc { construct: construct.to_owned(), operands }, node.span());
    }

    /// Reads the names that stand in a node, without recursion.
    pub(crate) fn operands_in(&mut self, node: Node<'a>) -> Vec<Operand> {
        let mut operands: Vec<Operand> = Vec::new();
        for index in node.index()..node.end_index() {
            let Some(name) = node.tree().node(index) else { break };
            if name.kind() != Kind::IDENTIFIER
                || name.span().size_bytes() == 0
                || matches!(name.field(), Field::ATTRIBUTE | Field::NAME)
            {
                continue;
            }
            if operands.len() >= MAX_OPAQUE_OPERANDS {
                break;
            }
            let operand = self.read_name(name.text(self.text), name.span());
            if !operands.contains(&operand) {
                operands.push(operand);
            }
        }
        operands
    }

    /// Makes sure that later changes of a variable do not show in a value read before.
    pub(crate) fn snapshot(&mut self, value: Operand, span: Span) -> Operand {
        match &value {
            Operand::Local(local)
                if self.builder.locals.get(local.0 as usize).is_some_and(|local| local.name.is_some()) =>
            {
                self.builder.compute(Rvalue::Use(value), span)
            }
            Operand::Local(_) | Operand::Constant(_) | Operand::Global(_) => value,
        }
    }
}
