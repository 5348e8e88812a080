//! Comprehensions and generator expressions, as loops over a fresh container. A generator expression is worked off where
//! it stands, though Python computes its items when they are asked for. Invariant: the loop variables are locals
//! of their own, and the first iterable is computed outside of them.

use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::lowering::{Lowering, MAX_DEPTH};
use crate::{
    function::{BlockId, Terminator},
    instruction::{Call, Callee, DisplayKind, InstructionKind, Item, Operand, Rvalue},
};

impl<'a> Lowering<'_, 'a> {
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
        self.push_overlay(node);
        let end = self.builder.new_block();
        let mut iterable = Some(first_iterable);
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
        self.add_item(node, body, &result);
        self.builder.terminate(Terminator::Jump(next), node.span());
        self.builder.switch_to(end);
        self.overlays.pop();
        self.depth -= 1;
        result
    }

    fn iterable(&mut self, clause: Node<'a>) -> Operand {
        let parts: Vec<Node<'a>> = clause.children_by(Field::RIGHT).filter(|part| part.is_named()).collect();
        match parts.as_slice() {
            [only] => self.expression(*only),
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
