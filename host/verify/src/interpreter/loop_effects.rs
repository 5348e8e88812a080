//! Loops in a function's graph, and what they may change. Invariant: what is left out of the effects is certainly not
//! changed by any pass through the loop.

use std::collections::{BTreeMap, BTreeSet};

use ir::{
    function::{Block, BlockId, Function, LocalId, Terminator},
    instruction::{Call, Callee, InstructionKind, Operand, Rvalue},
    program::Program,
};

/// Builtins that change none of their arguments.
const PURE: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "chr",
    "dict",
    "divmod",
    "enumerate",
    "float",
    "format",
    "frozenset",
    "hash",
    "hex",
    "int",
    "isinstance",
    "len",
    "list",
    "max",
    "min",
    "ord",
    "pow",
    "print",
    "range",
    "repr",
    "round",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "zip",
];

/// Methods that change neither their receiver nor an argument, whatever builtin the receiver is.
const PURE_METHODS: &[&str] = &[
    "count",
    "decode",
    "encode",
    "endswith",
    "find",
    "format",
    "get",
    "index",
    "isalnum",
    "isalpha",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isspace",
    "isupper",
    "items",
    "join",
    "keys",
    "lower",
    "lstrip",
    "partition",
    "replace",
    "rfind",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "title",
    "upper",
    "values",
    "execute",
    "fetchall",
    "fetchone",
    "commit",
];

/// Methods of classes that run where the code shows no call.
const IMPLICIT: &[&str] =
    &["__init__", "__new__", "__post_init__", "__repr__", "__str__", "__enter__", "__exit__", "__call__"];

/// What the classes of the program hide behind names and operators that look harmless.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hooks {
    methods: BTreeSet<String>,
    /// Whether operators, attributes or tests may run code of the program.
    has_operators: bool,
    /// Whether making a text of something may.
    has_texts: bool,
}

impl Hooks {
    /// Reads the classes of a program.
    pub(crate) fn of(program: &Program) -> Self {
        let mut hooks = Self::default();
        for method in program.functions.iter().filter(|function| function.class.is_some()) {
            hooks.methods.insert(method.name.clone());
            let is_special = method.name.starts_with("__") && method.name.ends_with("__");
            let is_explicit = IMPLICIT.contains(&method.name.as_str());
            // A decorated method may be a property, or a descriptor of any other kind.
            let is_plain = method.decorators.iter().all(|name| {
                matches!(
                    name.as_str(),
                    "builtins.staticmethod" | "builtins.classmethod" | "staticmethod" | "classmethod"
                )
            });
            hooks.has_operators |= (is_special && !is_explicit) || !is_plain;
            hooks.has_texts |= matches!(method.name.as_str(), "__str__" | "__repr__" | "__format__");
        }
        hooks
    }
}

/// What a loop may change.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// Variables that are assigned.
    pub(crate) assigned: BTreeSet<LocalId>,
    /// Whether containers or instances may change.
    pub(crate) changes_heap: bool,
    /// Whether it may do what is not followed.
    pub(crate) is_unclear: bool,
    /// What operators may change in place, unless it is a number or a text.
    pub(crate) in_place: Vec<Operand>,
}

/// Reads what the blocks of a loop may change.
pub(crate) fn effects_of(function: &Function, blocks: &BTreeSet<BlockId>, hooks: &Hooks) -> Effects {
    let mut effects = Effects::default();
    for block in blocks.iter().filter_map(|id| function.block(*id)) {
        for instruction in &block.instructions {
            match &instruction.kind {
                InstructionKind::Assign { target, value } => {
                    effects.assigned.insert(*target);
                    effects.add(value, hooks);
                }
                InstructionKind::DeleteLocal(local) => {
                    effects.assigned.insert(*local);
                }
                InstructionKind::StoreAttribute { .. }
                | InstructionKind::StoreItem { .. }
                | InstructionKind::DeleteAttribute { .. }
                | InstructionKind::DeleteItem { .. } => effects.changes_heap = true,
                InstructionKind::StoreGlobal { .. } | InstructionKind::Havoc { .. } => effects.is_unclear = true,
                InstructionKind::AssertMarker { .. } => {}
            }
        }
        if let Terminator::Next { item, .. } = &block.terminator {
            effects.assigned.insert(*item);
        }
    }
    // Variables that other functions share may be changed by any call.
    for (number, declared) in (0_u32..).zip(&function.locals) {
        if effects.changes_heap && declared.scope != ir::function::LocalScope::Own {
            effects.assigned.insert(LocalId(number));
        }
    }
    effects
}

impl Effects {
    fn add(&mut self, value: &Rvalue, hooks: &Hooks) {
        match value {
            Rvalue::Call(call) => match &call.callee {
                _ if is_pure(call, hooks) => {}
                Callee::Value(Operand::Global(path)) if path.starts_with("builtins.next") => self.is_unclear = true,
                Callee::Value(_) | Callee::Method { .. } => self.changes_heap = true,
            },
            Rvalue::Binary { left, in_place: true, .. } => self.in_place.push(left.clone()),
            Rvalue::Format(_) => self.changes_heap |= hooks.has_texts || hooks.has_operators,
            Rvalue::Binary { in_place: false, .. }
            | Rvalue::Unary { .. }
            | Rvalue::Compare { .. }
            | Rvalue::Attribute { .. }
            | Rvalue::Subscript { .. }
            | Rvalue::Slice { .. }
            | Rvalue::Iterator(_)
            | Rvalue::Unpack { .. } => self.changes_heap |= hooks.has_operators,
            Rvalue::Enter(_) | Rvalue::Exit(_) | Rvalue::Await(_) => self.changes_heap = true,
            Rvalue::Yield(_) | Rvalue::YieldFrom(_) | Rvalue::Later { .. } | Rvalue::Opaque { .. } => {
                self.is_unclear = true
            }
            Rvalue::Use(_)
            | Rvalue::Display { .. }
            | Rvalue::Dict(_)
            | Rvalue::Closure { .. }
            | Rvalue::ClassObject(_)
            | Rvalue::CurrentException
            | Rvalue::ExceptionMatches { .. } => {}
        }
    }
}

fn is_pure(call: &Call, hooks: &Hooks) -> bool {
    match &call.callee {
        Callee::Value(Operand::Global(path)) => {
            let is_builtin = path.strip_prefix("builtins.").is_some_and(|name| PURE.contains(&name));
            is_builtin && call.keywords.is_empty() && !hooks.has_operators && !hooks.has_texts
        }
        Callee::Value(_) => false,
        Callee::Method { name, .. } => {
            PURE_METHODS.contains(&name.as_str())
                && !hooks.methods.contains(name)
                && !hooks.has_operators
                && !hooks.has_texts
        }
    }
}

fn successors(block: &Block) -> Vec<BlockId> {
    let mut next = match &block.terminator {
        Terminator::Jump(to) => vec![*to],
        Terminator::Branch { then, otherwise, .. } => vec![*then, *otherwise],
        Terminator::Next { body, exhausted, .. } => vec![*body, *exhausted],
        Terminator::Return(_) | Terminator::Raise { .. } | Terminator::Unreachable => Vec::new(),
    };
    next.extend(block.handler);
    next
}

/// Finds the loops of a function: each head with all blocks from which the head is reached again inside the loop.
pub(crate) fn loops_of(function: &Function) -> Vec<(BlockId, BTreeSet<BlockId>)> {
    let mut before: BTreeMap<BlockId, Vec<BlockId>> = BTreeMap::new();
    let mut back: BTreeMap<BlockId, Vec<BlockId>> = BTreeMap::new();
    let mut finished: BTreeSet<BlockId> = BTreeSet::new();
    let mut open: BTreeSet<BlockId> = BTreeSet::from([BlockId(0)]);
    let mut stack = vec![(BlockId(0), 0_usize)];
    while let Some((id, taken)) = stack.pop() {
        let next = function.block(id).map(successors).unwrap_or_default();
        let Some(to) = next.get(taken).copied() else {
            open.remove(&id);
            finished.insert(id);
            continue;
        };
        stack.push((id, taken + 1));
        before.entry(to).or_default().push(id);
        if open.contains(&to) {
            back.entry(to).or_default().push(id);
        } else if !finished.contains(&to) {
            open.insert(to);
            stack.push((to, 0));
        }
    }
    back.into_iter()
        .map(|(head, latches)| {
            let mut blocks = BTreeSet::from([head]);
            let mut pending = latches;
            while let Some(id) = pending.pop() {
                if blocks.insert(id) {
                    pending.extend(before.get(&id).into_iter().flatten().copied());
                }
            }
            (head, blocks)
        })
        .collect()
}
