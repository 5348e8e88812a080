//! Comprehensions and generator expressions, as loops over a fresh container. A generator expression is worked off where
//! it stands, though Python computes its items when they are asked for; one that is kept says so. Invariant: the loop variables are locals
//! of their own, and the first iterable is computed outside of them.

use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::lowering::{Lowering, MAX_DEPTH};
use crate::{
    function::{BlockId, Terminator},
    instruction::{Call, Callee, Constant, DisplayKind, InstructionKind, Item, Operand, Rvalue},
};

/// What is asked of a generator expression.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// Whether an item has this truth; what is given is that truth or the other.
    Truth(bool),
    /// The first item, or the default; `StopIteration` where neither is there.
    Item {
        /// The default.
        default: Option<Node<'a>>,
    },
}

/// What a body may hold so that looking at further items is not seen.
const QUIET: &[Kind] = &[
    Kind::COMPARISON_OPERATOR,
    Kind::BOOLEAN_OPERATOR,
    Kind::NOT_OPERATOR,
    Kind::PARENTHESIZED_EXPRESSION,
    Kind::IDENTIFIER,
    Kind::INTEGER,
    Kind::STRING,
    Kind::STRING_START,
    Kind::STRING_CONTENT,
    Kind::STRING_END,
    Kind::TRUE,
    Kind::FALSE,
    Kind::NONE,
    Kind::TUPLE,
    Kind::LIST,
    Kind::SET,
    Kind::UNARY_OPERATOR,
];

/// Builtins and methods that raise for no text, number or container that they are asked about.
const QUIET_CALLS: &[&str] = &[
    "len",
    "isinstance",
    "str",
    "bool",
    "isdigit",
    "isalnum",
    "isalpha",
    "isupper",
    "islower",
    "isspace",
    "isdecimal",
    "isidentifier",
    "startswith",
    "endswith",
    "lower",
    "upper",
    "strip",
    "lstrip",
    "rstrip",
    "get",
    "count",
    "isascii",
];

/// What takes all items of an iterable before it does anything else.
const EXHAUSTING: &[&str] = &[
    "builtins.all",
    "builtins.any",
    "builtins.bytes",
    "builtins.dict",
    "builtins.frozenset",
    "builtins.list",
    "builtins.max",
    "builtins.min",
    "builtins.set",
    "builtins.sorted",
    "builtins.sum",
    "builtins.tuple",
    "collections.Counter",
    "collections.OrderedDict",
    "collections.deque",
    "math.fsum",
    "math.prod",
    "statistics.mean",
];

/// Methods of texts and containers that do.
const EXHAUSTING_METHODS: &[&str] = &[
    "difference",
    "extend",
    "intersection",
    "issubset",
    "issuperset",
    "join",
    "symmetric_difference",
    "union",
    "update",
    "writelines",
];

impl<'a> Lowering<'_, 'a> {
    /// Tells whether working out all items of a generator expression shows no more than working out some.
    pub(crate) fn is_quiet(&self, node: Node<'a>) -> bool {
        let first = node.items().find(|item| item.kind() == Kind::FOR_IN_CLAUSE);
        node.items().all(|part| match part.kind() {
            Kind::FOR_IN_CLAUSE if Some(part.span()) == first.map(Node::span) => true,
            Kind::FOR_IN_CLAUSE => part.children_by(Field::RIGHT).all(|part| self.is_quiet_part(part, MAX_DEPTH)),
            Kind::IF_CLAUSE => part.items().all(|part| self.is_quiet_part(part, MAX_DEPTH)),
            _ => self.is_quiet_part(part, MAX_DEPTH),
        })
    }

    fn is_quiet_part(&self, node: Node<'a>, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let mut parts = node.items();
        match node.kind() {
            Kind::CALL => {
                let Some(function) = node.child(Field::FUNCTION) else { return false };
                let (name, owner) = match function.kind() {
                    Kind::ATTRIBUTE => (function.child(Field::ATTRIBUTE), function.child(Field::OBJECT)),
                    _ => (Some(function), None),
                };
                name.is_some_and(|name| QUIET_CALLS.contains(&name.text(self.text)))
                    && owner.is_none_or(|owner| self.is_quiet_part(owner, depth))
                    && node
                        .child(Field::ARGUMENTS)
                        .is_none_or(|list| list.items().all(|item| self.is_quiet_part(item, depth)))
            }
            Kind::BINARY_OPERATOR => {
                let operator = node.child(Field::OPERATOR).map(Node::kind);
                matches!(operator, Some(Kind::TOKEN_PLUS | Kind::TOKEN_MINUS | Kind::TOKEN_STAR))
                    && parts.all(|part| self.is_quiet_part(part, depth))
            }
            Kind::ATTRIBUTE => node.child(Field::OBJECT).is_some_and(|object| self.is_quiet_part(object, depth)),
            kind => QUIET.contains(&kind) && parts.all(|part| self.is_quiet_part(part, depth)),
        }
    }

    pub(crate) fn comprehension(&mut self, node: Node<'a>) -> Operand {
        let clauses: Vec<Node<'a>> =
            node.items().filter(|item| matches!(item.kind(), Kind::FOR_IN_CLAUSE | Kind::IF_CLAUSE)).collect();
        let (Some(body), Some(first), true) =
            (node.child(Field::BODY), clauses.first().copied(), self.depth < MAX_DEPTH)
        else {
            return self.opaque("comprehension", node);
        };
        self.depth += 1;
        let first_iterable = self.iterable(first);
        let result = self.fresh_container(node);
        let end = self.builder.new_block();
        let next = self.clauses(node, (clauses, first_iterable), end);
        self.add_item(node, body, &result);
        self.builder.terminate(Terminator::Jump(next), node.span());
        self.builder.switch_to(end);
        self.overlays.pop();
        self.depth -= 1;
        result
    }

    /// Lowers a generator expression that is no argument of a call.
    pub(crate) fn kept_generator(&mut self, node: Node<'a>) -> Operand {
        let reads = if self.is_quiet(node) { Vec::new() } else { self.operands_in(node) };
        let items = self.comprehension(node);
        self.builder.compute(Rvalue::Later { items, reads }, node.span())
    }

    /// Lowers what a loop goes over, or a call takes apart, at once.
    pub(crate) fn iterated(&mut self, node: Node<'a>) -> Operand {
        match node.kind() {
            Kind::GENERATOR_EXPRESSION if self.is_quiet(node) => self.comprehension(node),
            // A list that nothing else gets to see is as good as a tuple, which nothing changes.
            Kind::LIST => self.display(node, DisplayKind::Tuple),
            _ => self.expression(node),
        }
    }

    /// Lowers a generator expression that is an argument: of something that takes all items at once, or of anything.
    pub(crate) fn given_generator(&mut self, node: Node<'a>, callee: &Callee) -> Operand {
        let is_exhausting = match callee {
            Callee::Value(Operand::Global(path)) => EXHAUSTING.contains(&path.as_str()),
            Callee::Value(Operand::Local(_) | Operand::Constant(_)) => false,
            Callee::Method { name, .. } => EXHAUSTING_METHODS.contains(&name.as_str()),
        };
        let items = self.comprehension(node);
        if is_exhausting { items } else { self.builder.compute(Rvalue::Iterator(items), node.span()) }
    }

    /// Lowers `any`, `all` or `next` of a generator expression as a loop that ends where the function stops asking, as
    /// far as that can be told from looking at all items; gives its result.
    pub(crate) fn first_of(&mut self, node: Node<'a>, wanted: Wanted<'a>) -> Option<Operand> {
        let clauses: Vec<Node<'a>> =
            node.items().filter(|item| matches!(item.kind(), Kind::FOR_IN_CLAUSE | Kind::IF_CLAUSE)).collect();
        let (body, first) = (node.child(Field::BODY)?, clauses.first().copied()?);
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let first_iterable = self.iterable(first);
        let result = self.builder.new_temporary();
        let (exhausted, end) = (self.builder.new_block(), self.builder.new_block());
        let otherwise = match &wanted {
            Wanted::Truth(truth) => Some(Operand::Constant(Constant::Bool(!truth))),
            Wanted::Item { default } => default.map(|default| self.expression(default)),
        };
        let next = self.clauses(node, (clauses, first_iterable), exhausted);
        let found = match wanted {
            Wanted::Truth(truth) => {
                let found = self.builder.new_block();
                let (then, otherwise) = if truth { (found, next) } else { (next, found) };
                self.condition(body, then, otherwise);
                self.builder.switch_to(found);
                Operand::Constant(Constant::Bool(truth))
            }
            Wanted::Item { .. } => self.expression(body),
        };
        self.builder.emit(InstructionKind::Assign { target: result, value: Rvalue::Use(found) }, body.span());
        self.builder.terminate(Terminator::Jump(end), node.span());
        self.overlays.pop();
        self.builder.switch_to(exhausted);
        match otherwise {
            Some(value) => {
                self.builder.emit(InstructionKind::Assign { target: result, value: Rvalue::Use(value) }, node.span());
                self.builder.terminate(Terminator::Jump(end), node.span());
            }
            None => self.raise(Some(Operand::Global("builtins.StopIteration".to_owned())), node.span()),
        }
        self.builder.switch_to(end);
        self.depth -= 1;
        Some(Operand::Local(result))
    }

    /// Opens the loops of a comprehension and goes on inside; gives where a finished item goes on. The loop variables
    /// stay until the caller ends the overlay.
    fn clauses(&mut self, node: Node<'a>, (clauses, first): (Vec<Node<'a>>, Operand), end: BlockId) -> BlockId {
        self.push_overlay(node);
        let mut iterable = Some(first);
        // Where a rejected or finished item goes on: the innermost loop's head.
        let mut next = end;
        for clause in clauses {
            if clause.kind() == Kind::IF_CLAUSE {
                if let Some(condition) = clause.items().next() {
                    let accepted = self.builder.new_block();
                    self.condition(condition, accepted, next);
                    self.builder.switch_to(accepted);
                }
                continue;
            }
            let values = match iterable.take() {
                Some(values) => values,
                None => self.iterable(clause),
            };
            next = self.loop_head(clause, values, next);
        }
        next
    }

    fn iterable(&mut self, clause: Node<'a>) -> Operand {
        let parts: Vec<Node<'a>> = clause.children_by(Field::RIGHT).filter(|part| part.is_named()).collect();
        match parts.as_slice() {
            [only] => self.iterated(*only),
            [] => self.opaque("comprehension", clause),
            _ => {
                let items = parts.iter().map(|part| self.item(*part)).collect();
                self.builder.compute(Rvalue::Display { kind: DisplayKind::Tuple, items }, clause.span())
            }
        }
    }

    /// Opens a loop; goes on in its body and gives its head.
    fn loop_head(&mut self, clause: Node<'a>, values: Operand, exhausted: BlockId) -> BlockId {
        let iterator = self.builder.compute(Rvalue::Iterator(values), clause.span());
        let head = self.builder.start_block(clause.span());
        let body = self.builder.new_block();
        let item = self.builder.new_temporary();
        self.builder.terminate(Terminator::Next { iterator, item, body, exhausted }, clause.span());
        self.builder.switch_to(body);
        if let Some(target) = clause.child(Field::LEFT) {
            self.assign(target, Operand::Local(item), target.span());
        }
        head
    }

    fn fresh_container(&mut self, node: Node<'a>) -> Operand {
        let value = match node.kind() {
            Kind::DICTIONARY_COMPREHENSION => Rvalue::Dict(Vec::new()),
            Kind::SET_COMPREHENSION => Rvalue::Display { kind: DisplayKind::Set, items: Vec::new() },
            _ => Rvalue::Display { kind: DisplayKind::List, items: Vec::new() },
        };
        self.builder.compute(value, node.span())
    }

    fn add_item(&mut self, node: Node<'a>, body: Node<'a>, result: &Operand) {
        if node.kind() == Kind::DICTIONARY_COMPREHENSION
            && let (Some(key), Some(value)) = (body.child(Field::KEY), body.child(Field::VALUE))
        {
            let index = self.expression(key);
            let value = self.expression(value);
            return self.builder.emit(InstructionKind::StoreItem { base: result.clone(), index, value }, node.span());
        }
        let name = if node.kind() == Kind::SET_COMPREHENSION { "add" } else { "append" };
        let value = self.expression(body);
        let call = Call {
            callee: Callee::Method { receiver: result.clone(), name: name.to_owned() },
            args: vec![Item::One(value)],
            keywords: Vec::new(),
            argument_spans: vec![body.span()],
        };
        self.builder.compute(Rvalue::Call(call), node.span());
    }
}
