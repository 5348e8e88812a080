//! Assignment targets. Invariant: the value is computed before any part of the target, and parts are stored in order.

use model::span::Span;
use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::{
    call::Index,
    expression::binary_operator,
    lowering::{Destination, Lowering, MAX_DEPTH},
};
use crate::instruction::{InstructionKind, Operand, Rvalue};

impl<'a> Lowering<'_, 'a> {
    /// Gives a value to a target; `span` is the source of the value.
    pub(crate) fn assign(&mut self, target: Node<'a>, value: Operand, span: Span) {
        match target.kind() {
            Kind::IDENTIFIER => {
                let destination = self.destination(target.text(self.text));
                self.store(destination, value, span);
            }
            Kind::ATTRIBUTE => {
                let (Some(object), Some(name)) = (target.child(Field::OBJECT), target.child(Field::ATTRIBUTE)) else {
                    return self.havoc("assignment", target);
                };
                let base = self.expression(object);
                let name = name.text(self.text).to_owned();
                self.builder.emit(InstructionKind::StoreAttribute { base, name, value }, target.span());
            }
            Kind::SUBSCRIPT => {
                let Some(object) = target.child(Field::VALUE) else { return self.havoc("assignment", target) };
                let base = self.expression(object);
                let index = self.index_value(target);
                self.builder.emit(InstructionKind::StoreItem { base, index, value }, target.span());
            }
            Kind::PARENTHESIZED_EXPRESSION
            | Kind::AS_PATTERN_TARGET
            | Kind::LIST_SPLAT_PATTERN
            | Kind::LIST_SPLAT
            | Kind::EXPRESSION => match target.items().next() {
                Some(inner) if self.depth < MAX_DEPTH => {
                    self.depth += 1;
                    self.assign(inner, value, span);
                    self.depth -= 1;
                }
                _ => self.havoc("assignment", target),
            },
            Kind::PATTERN_LIST
            | Kind::TUPLE_PATTERN
            | Kind::LIST_PATTERN
            | Kind::TUPLE
            | Kind::LIST
            | Kind::EXPRESSION_LIST => self.unpack(target, value, span),
            _ => self.havoc("assignment", target),
        }
    }

    fn unpack(&mut self, target: Node<'a>, value: Operand, span: Span) {
        if self.depth >= MAX_DEPTH {
            return self.havoc("nesting deeper than 200 levels", target);
        }
        self.depth += 1;
        let targets: Vec<Node<'a>> = target.items().collect();
        let base = self.snapshot(value, span);
        let is_star = |node: &Node<'a>| matches!(node.kind(), Kind::LIST_SPLAT_PATTERN | Kind::LIST_SPLAT);
        let star = targets.iter().position(is_star).map(|index| index as u32);
        let count = targets.len() as u32;
        for (index, target) in (0..count).zip(targets) {
            let value = self.builder.compute(Rvalue::Unpack { base: base.clone(), index, count, star }, span);
            self.assign(target, value, span);
        }
        self.depth -= 1;
    }

    pub(crate) fn index_value(&mut self, subscript: Node<'a>) -> Operand {
        match self.index(subscript) {
            Index::One(index) => index,
            Index::Slice(parts) => self.slice_value(parts, subscript.span()),
        }
    }

    /// Lowers `assignment`, plain, chained or annotated.
    pub(crate) fn assignment(&mut self, node: Node<'a>) {
        let mut targets = Vec::new();
        let mut at = node;
        let right = loop {
            targets.extend(at.child(Field::LEFT));
            match at.child(Field::RIGHT) {
                Some(right) if right.kind() == Kind::ASSIGNMENT => at = right,
                other => break other,
            }
        };
        let Some(right) = right else { return };
        if right.kind() == Kind::AUGMENTED_ASSIGNMENT {
            return self.havoc("assignment", node);
        }
        let value = self.expression(right);
        if let [target] = targets.as_slice() {
            return self.assign(*target, value, right.span());
        }
        let value = self.snapshot(value, right.span());
        for target in targets {
            if target.kind() == Kind::IDENTIFIER {
                let destination = self.destination(target.text(self.text));
                self.store_copy(destination, &value, right.span());
            } else {
                self.assign(target, value.clone(), right.span());
            }
        }
    }

    /// Lowers `target += value`: the parts of the target are computed once.
    pub(crate) fn augmented_assignment(&mut self, node: Node<'a>) {
        let operator = node.child(Field::OPERATOR).and_then(|token| binary_operator(token.kind()));
        let (Some(target), Some(right), Some(operator)) = (node.child(Field::LEFT), node.child(Field::RIGHT), operator)
        else {
            return self.havoc("augmented assignment", node);
        };
        let span = node.span();
        match target.kind() {
            Kind::IDENTIFIER => {
                let name = target.text(self.text);
                let destination = self.destination(name);
                let left = match &destination {
                    Destination::Local(local) | Destination::ModuleLocal(local, _) => Operand::Local(*local),
                    Destination::Global(path) => Operand::Global(path.clone()),
                };
                let right = self.expression(right);
                let value = self.builder.compute(Rvalue::Binary { operator, left, right, in_place: true }, span);
                self.store(destination, value, span);
            }
            Kind::ATTRIBUTE => {
                let (Some(object), Some(name)) = (target.child(Field::OBJECT), target.child(Field::ATTRIBUTE)) else {
                    return self.havoc("augmented assignment", node);
                };
                let base = self.expression(object);
                let name = name.text(self.text).to_owned();
                let read = Rvalue::Attribute { base: base.clone(), name: name.clone() };
                let left = self.builder.compute(read, target.span());
                let right = self.expression(right);
                let value = self.builder.compute(Rvalue::Binary { operator, left, right, in_place: true }, span);
                self.builder.emit(InstructionKind::StoreAttribute { base, name, value }, target.span());
            }
            Kind::SUBSCRIPT => {
                let Some(object) = target.child(Field::VALUE) else {
                    return self.havoc("augmented assignment", node);
                };
                let base = self.expression(object);
                let index = self.index_value(target);
                let read = Rvalue::Subscript { base: base.clone(), index: index.clone() };
                let left = self.builder.compute(read, target.span());
                let right = self.expression(right);
                let value = self.builder.compute(Rvalue::Binary { operator, left, right, in_place: true }, span);
                self.builder.emit(InstructionKind::StoreItem { base, index, value }, target.span());
            }
            _ => self.havoc("augmented assignment", node),
        }
    }

    /// Lowers `del`.
    pub(crate) fn delete(&mut self, target: Node<'a>) {
        let span = target.span();
        match target.kind() {
            Kind::IDENTIFIER => match self.destination(target.text(self.text)) {
                Destination::Local(local) => self.builder.emit(InstructionKind::DeleteLocal(local), span),
                Destination::ModuleLocal(local, _) => {
                    self.builder.emit(InstructionKind::DeleteLocal(local), span);
                    self.havoc("`del` of a global", target);
                }
                Destination::Global(_) => self.havoc("`del` of a global", target),
            },
            Kind::ATTRIBUTE => match (target.child(Field::OBJECT), target.child(Field::ATTRIBUTE)) {
                (Some(object), Some(name)) => {
                    let base = self.expression(object);
                    let name = name.text(self.text).to_owned();
                    self.builder.emit(InstructionKind::DeleteAttribute { base, name }, span);
                }
                _ => self.havoc("`del`", target),
            },
            Kind::SUBSCRIPT => match target.child(Field::VALUE) {
                Some(object) => {
                    let base = self.expression(object);
                    let index = self.index_value(target);
                    self.builder.emit(InstructionKind::DeleteItem { base, index }, span);
                }
                None => self.havoc("`del`", target),
            },
            Kind::TUPLE | Kind::LIST | Kind::EXPRESSION_LIST | Kind::PARENTHESIZED_EXPRESSION
                if self.depth < MAX_DEPTH =>
            {
                self.depth += 1;
                for item in target.items() {
                    self.delete(item);
                }
                self.depth -= 1;
            }
            _ => self.havoc("`del`", target),
        }
    }
}
