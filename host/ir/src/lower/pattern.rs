//! `match`, as tests and assignments. Invariant: a pattern that is not modelled is an opaque test that still binds its
//! names.

use model::span::Span;
use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::{
    call::has_comma_after,
    class_header::match_args,
    import::dotted,
    literal,
    lowering::{Lowering, MAX_DEPTH},
};
use crate::{
    function::{BlockId, Terminator},
    instruction::{
        Call, Callee, CompareOperator, Constant, DisplayKind, InstructionKind, Item, Operand, Rvalue, UnaryOperator,
    },
};

impl<'a> Lowering<'_, 'a> {
    pub(crate) fn match_statement(&mut self, node: Node<'a>) {
        let subjects: Vec<Node<'a>> = node.children_by(Field::SUBJECT).filter(|subject| subject.is_named()).collect();
        let (Some(first), Some(body)) = (subjects.first().copied(), node.child(Field::BODY)) else {
            return self.havoc("syntax error", node);
        };
        let subject = if subjects.len() > 1 {
            let items = subjects.iter().map(|subject| self.item(*subject)).collect();
            let kind = DisplayKind::Tuple;
            self.builder.compute(Rvalue::Display { kind, items }, first.span())
        } else {
            let subject = self.expression(first);
            self.snapshot(subject, first.span())
        };
        let end = self.builder.new_block();
        for clause in body.items().filter(|item| item.kind() == Kind::CASE_CLAUSE) {
            let next = self.builder.new_block();
            let patterns: Vec<Node<'a>> = clause.items().filter(|item| item.kind() == Kind::CASE_PATTERN).collect();
            match patterns.as_slice() {
                [only] if !self.is_open_sequence(clause, *only) => self.pattern(*only, &subject, next),
                _ => self.sequence(clause, &patterns, &subject, next),
            }
            let guard = clause.child(Field::GUARD).and_then(|guard| guard.items().next());
            if let Some(guard) = guard {
                let inside = self.builder.new_block();
                self.condition(guard, inside, next);
                self.builder.switch_to(inside);
            }
            if let Some(body) = clause.child(Field::CONSEQUENCE) {
                self.statements(body);
            }
            self.builder.terminate(Terminator::Jump(end), clause.span());
            self.builder.switch_to(next);
        }
        self.builder.jump_into(end, node.span());
    }

    /// Tells whether a clause's only pattern is followed by a comma (`case x,:`).
    fn is_open_sequence(&self, clause: Node<'a>, pattern: Node<'a>) -> bool {
        let stop = clause.child(Field::GUARD).or(clause.child(Field::CONSEQUENCE)).map_or(clause.span(), Node::span);
        let between = Span::new(pattern.span().end, stop.start).slice(self.text).unwrap_or("");
        between.trim_start().starts_with(',')
    }

    /// Tests a value against a pattern: goes on in the current block when it matches, else to `fail`.
    fn pattern(&mut self, node: Node<'a>, subject: &Operand, fail: BlockId) {
        if self.depth >= MAX_DEPTH {
            return self.opaque_test("nesting deeper than 200 levels", node, subject, fail);
        }
        self.depth += 1;
        match node.kind() {
            Kind::CASE_PATTERN => match node.items().next() {
                Some(inner) => self.pattern(inner, subject, fail),
                // `_` is a token: it matches anything.
                None if node.text(self.text) == "_" => {}
                None => self.opaque_test("`match` pattern", node, subject, fail),
            },
            Kind::AS_PATTERN => {
                let name = node.items().filter(|item| item.kind() == Kind::IDENTIFIER).last();
                if let Some(inner) = node.items().next() {
                    self.pattern(inner, subject, fail);
                }
                if let Some(name) = name {
                    self.assign(name, subject.clone(), name.span());
                }
            }
            Kind::UNION_PATTERN => self.union_pattern(node, subject, fail),
            Kind::DOTTED_NAME => self.name_pattern(node, subject, fail),
            Kind::LIST_PATTERN | Kind::TUPLE_PATTERN => {
                let items: Vec<Node<'a>> = node.items().collect();
                match items.as_slice() {
                    [only] if node.kind() == Kind::TUPLE_PATTERN && !has_comma_after(*only, node, self.text) => {
                        self.pattern(*only, subject, fail);
                    }
                    _ => self.sequence(node, &items, subject, fail),
                }
            }
            Kind::DICT_PATTERN => self.mapping(node, subject, fail),
            Kind::CLASS_PATTERN => self.class_pattern(node, subject, fail),
            Kind::SPLAT_PATTERN => self.bind_splat(node, subject.clone()),
            Kind::COMPLEX_PATTERN => self.opaque_test("`match` complex number", node, subject, fail),
            _ => match literal::constant(node, self.text) {
                Some(constant) => {
                    let constant = if self.is_negative(node) { literal::negated(constant) } else { Some(constant) };
                    self.equals(node, constant, subject, fail);
                }
                None => self.opaque_test("`match` pattern", node, subject, fail),
            },
        }
        self.depth -= 1;
    }

    /// Tells whether a minus stands before a number: the grammar keeps it beside the number, in the parent.
    fn is_negative(&self, number: Node<'a>) -> bool {
        let before = number.index().checked_sub(1).and_then(|index| number.tree().node(index));
        before.is_some_and(|token| {
            token.kind() == Kind::TOKEN_MINUS
                && token.span().end <= number.span().start
                && Span::new(token.span().end, number.span().start)
                    .slice(self.text)
                    .is_some_and(|gap| gap.trim().is_empty())
        })
    }

    fn test(&mut self, condition: Operand, fail: BlockId, span: Span) {
        let holds = self.builder.new_block();
        self.builder.branch(condition, holds, fail, span);
        self.builder.switch_to(holds);
    }

    fn opaque_test(&mut self, construct: &str, node: Node<'a>, subject: &Operand, fail: BlockId) {
        let value = Rvalue::Opaque { construct: construct.to_owned(), operands: vec![subject.clone()] };
        let condition = self.builder.compute(value, node.span());
        self.test(condition, fail, node.span());
    }

    fn equals(&mut self, node: Node<'a>, constant: Option<Constant>, subject: &Operand, fail: BlockId) {
        let Some(constant) = constant else { return self.opaque_test("`match` literal", node, subject, fail) };
        let operator = match constant {
            Constant::None | Constant::Bool(_) => CompareOperator::Is,
            Constant::Int(_)
            | Constant::Float(_)
            | Constant::Str(_)
            | Constant::Bytes(_)
            | Constant::Ellipsis
            | Constant::Tuple(_)
            | Constant::List(_)
            | Constant::Set(_)
            | Constant::Dict(_) => CompareOperator::Equal,
        };
        let value = Rvalue::Compare { operator, left: subject.clone(), right: Operand::Constant(constant) };
        let condition = self.builder.compute(value, node.span());
        self.test(condition, fail, node.span());
    }

    fn name_pattern(&mut self, node: Node<'a>, subject: &Operand, fail: BlockId) {
        let name = dotted(node, self.text);
        let Some((first, rest)) = name.split_once('.') else {
            if name != "_" {
                let destination = self.destination(&name);
                self.store_copy(destination, subject, node.span());
            }
            return;
        };
        let right = self.dotted_value(first, rest, node.span());
        let value = Rvalue::Compare { operator: CompareOperator::Equal, left: subject.clone(), right };
        let condition = self.builder.compute(value, node.span());
        self.test(condition, fail, node.span());
    }

    /// Reads a dotted name of a pattern.
    fn dotted_value(&mut self, first: &str, rest: &str, span: Span) -> Operand {
        let mut value = self.read_name(first, span);
        for attribute in rest.split('.').filter(|part| !part.is_empty()) {
            let folded = match &value {
                Operand::Global(path) => self.world.extend(path, attribute),
                Operand::Local(_) | Operand::Constant(_) => None,
            };
            value = match folded {
                Some(path) => Operand::Global(path),
                None => {
                    let name = attribute.to_owned();
                    self.builder.compute(Rvalue::Attribute { base: value, name }, span)
                }
            };
        }
        value
    }

    fn union_pattern(&mut self, node: Node<'a>, subject: &Operand, fail: BlockId) {
        let alternatives: Vec<Node<'a>> = node.items().collect();
        let Some((last, first)) = alternatives.split_last() else {
            // Only `_` tokens: anything matches.
            return;
        };
        let matched = self.builder.new_block();
        let text = node.text(self.text);
        let may_be_wildcard = text.split('|').any(|part| part.trim() == "_");
        for alternative in first {
            let next = self.builder.new_block();
            self.pattern(*alternative, subject, next);
            self.builder.terminate(Terminator::Jump(matched), alternative.span());
            self.builder.switch_to(next);
        }
        if may_be_wildcard {
            let next = self.builder.new_block();
            self.pattern(*last, subject, next);
            self.builder.terminate(Terminator::Jump(matched), last.span());
            self.builder.switch_to(next);
        } else {
            self.pattern(*last, subject, fail);
        }
        self.builder.jump_into(matched, node.span());
    }

    /// A sequence that is no text, of the right length; its parts are taken as an assignment takes them.
    fn sequence(&mut self, node: Node<'a>, items: &[Node<'a>], subject: &Operand, fail: BlockId) {
        let span = node.span();
        let star = items.iter().position(|item| is_splat(*item)).map(|index| index as u32);
        let count = items.len() as u32;
        self.instance_test("collections.abc.Sequence", subject, fail, span);
        self.no_text_test(subject, fail, span);
        let length = self.call_builtin("len", vec![subject.clone()], span);
        let (operator, least) = match star {
            Some(_) => (CompareOperator::GreaterEqual, count.saturating_sub(1)),
            None => (CompareOperator::Equal, count),
        };
        let right = Operand::Constant(Constant::Int(least.to_string()));
        let condition = self.builder.compute(Rvalue::Compare { operator, left: length, right }, span);
        self.test(condition, fail, span);
        for (index, item) in (0..count).zip(items) {
            let value = Rvalue::Unpack { base: subject.clone(), index, count, star };
            let value = self.builder.compute(value, item.span());
            self.pattern(*item, &value, fail);
        }
    }

    fn call_builtin(&mut self, name: &str, args: Vec<Operand>, span: Span) -> Operand {
        let argument_spans = vec![span; args.len()];
        let callee = Callee::Value(Operand::Global(format!("builtins.{name}")));
        let args = args.into_iter().map(Item::One).collect();
        self.builder.compute(Rvalue::Call(Call { callee, args, keywords: Vec::new(), argument_spans }), span)
    }

    fn instance_test(&mut self, class: &str, subject: &Operand, fail: BlockId, span: Span) {
        let args = vec![subject.clone(), Operand::Global(class.to_owned())];
        let condition = self.call_builtin("isinstance", args, span);
        self.test(condition, fail, span);
    }

    fn no_text_test(&mut self, subject: &Operand, fail: BlockId, span: Span) {
        let texts = ["builtins.str", "builtins.bytes", "builtins.bytearray"];
        let items = texts.iter().map(|path| Item::One(Operand::Global((*path).to_owned()))).collect();
        let texts = self.builder.compute(Rvalue::Display { kind: DisplayKind::Tuple, items }, span);
        let is_text = self.call_builtin("isinstance", vec![subject.clone(), texts], span);
        let condition = self.builder.compute(Rvalue::Unary { operator: UnaryOperator::Not, operand: is_text }, span);
        self.test(condition, fail, span);
    }

    fn bind_splat(&mut self, node: Node<'a>, value: Operand) {
        if let Some(name) = node.items().find(|item| item.kind() == Kind::IDENTIFIER)
            && name.text(self.text) != "_"
        {
            let destination = self.destination(name.text(self.text));
            self.store_copy(destination, &value, node.span());
        }
    }

    /// A mapping that has the keys; `**rest` is a dict of the others.
    fn mapping(&mut self, node: Node<'a>, subject: &Operand, fail: BlockId) {
        self.instance_test("collections.abc.Mapping", subject, fail, node.span());
        let mut keys: Vec<Operand> = Vec::new();
        let mut has_value = true;
        for item in node.items() {
            match item.field() {
                Field::KEY => {
                    let key = self.mapping_key(item);
                    let value =
                        Rvalue::Compare { operator: CompareOperator::In, left: key.clone(), right: subject.clone() };
                    let condition = self.builder.compute(value, item.span());
                    self.test(condition, fail, item.span());
                    keys.push(key);
                    has_value = false;
                }
                Field::VALUE => {
                    let value = match keys.last().filter(|_| !has_value) {
                        Some(index) => Rvalue::Subscript { base: subject.clone(), index: index.clone() },
                        None => opaque_part(subject),
                    };
                    has_value = true;
                    let value = self.builder.compute(value, item.span());
                    self.pattern(item, &value, fail);
                }
                _ if item.kind() == Kind::SPLAT_PATTERN => {
                    let rest = self.call_builtin("dict", vec![subject.clone()], item.span());
                    for key in &keys {
                        let kind = InstructionKind::DeleteItem { base: rest.clone(), index: key.clone() };
                        self.builder.emit(kind, item.span());
                    }
                    self.bind_splat(item, rest);
                }
                _ => {}
            }
        }
    }

    fn mapping_key(&mut self, key: Node<'a>) -> Operand {
        if let Some(constant) = literal::constant(key, self.text) {
            let negative = if self.is_negative(key) { literal::negated(constant.clone()) } else { None };
            return Operand::Constant(negative.unwrap_or(constant));
        }
        let name = dotted(key, self.text);
        match name.split_once('.') {
            Some((first, rest)) if key.kind() == Kind::DOTTED_NAME => self.dotted_value(first, rest, key.span()),
            _ => self.opaque("`match` mapping key", key),
        }
    }

    fn class_pattern(&mut self, node: Node<'a>, subject: &Operand, fail: BlockId) {
        let mut parts = node.items();
        let mut class_value = None;
        if let Some(class) = parts.next() {
            let name = dotted(class, self.text);
            let (first, rest) = name.split_once('.').unwrap_or((&name, ""));
            class_value = Some(self.dotted_value(first, rest, class.span()));
        }
        let Some(class_value) = class_value else { return self.opaque_test("`match` pattern", node, subject, fail) };
        let names = match &class_value {
            Operand::Global(path) if is_self_matching(path) => None,
            Operand::Global(path) => Some(match_args(self.world, path).unwrap_or_default()),
            Operand::Local(_) | Operand::Constant(_) => Some(Vec::new()),
        };
        let condition = self.call_builtin("isinstance", vec![subject.clone(), class_value], node.span());
        self.test(condition, fail, node.span());
        for (position, part) in parts.enumerate() {
            let keyword = part.child_of_kind(Kind::KEYWORD_PATTERN);
            let name = keyword.and_then(|keyword| keyword.items().next());
            let inner = keyword.and_then(|keyword| keyword.items().nth(1));
            let attribute = |name: &str| Rvalue::Attribute { base: subject.clone(), name: name.to_owned() };
            let (value, inner) = match (name, inner) {
                (Some(name), Some(inner)) => (attribute(name.text(self.text)), inner),
                // `name=_`: the wildcard is a token.
                (Some(_), None) => continue,
                // `str(text)` takes the whole object.
                (None, _) if names.is_none() && position == 0 => (Rvalue::Use(subject.clone()), part),
                (None, _) => match names.as_ref().and_then(|names| names.get(position)) {
                    Some(name) => (attribute(name), part),
                    None => (opaque_part(subject), part),
                },
            };
            let value = self.builder.compute(value, inner.span());
            self.pattern(inner, &value, fail);
        }
    }
}

/// Builtin classes whose pattern's one positional part is the object itself.
fn is_self_matching(path: &str) -> bool {
    matches!(
        path,
        "builtins.bool"
            | "builtins.bytearray"
            | "builtins.bytes"
            | "builtins.dict"
            | "builtins.float"
            | "builtins.frozenset"
            | "builtins.int"
            | "builtins.list"
            | "builtins.set"
            | "builtins.str"
            | "builtins.tuple"
    )
}

fn is_splat(item: Node<'_>) -> bool {
    item.kind() == Kind::SPLAT_PATTERN || item.child_of_kind(Kind::SPLAT_PATTERN).is_some()
}

fn opaque_part(subject: &Operand) -> Rvalue {
    Rvalue::Opaque { construct: "part of a `match` subject".to_owned(), operands: vec![subject.clone()] }
}
