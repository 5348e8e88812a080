//! `try` and `with`. Invariant: every way out of a body passes its `finally` block or its managers' exits, each in its
//! own copy whose exceptions go outside.

use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::lowering::{Frame, Lowering};
use crate::{
    function::{BlockId, Terminator},
    instruction::{DisplayKind, InstructionKind, Operand, Rvalue},
};

impl<'a> Lowering<'_, 'a> {
    pub(crate) fn try_statement(&mut self, node: Node<'a>) {
        let Some(body) = node.child(Field::BODY) else { return self.havoc("syntax error", node) };
        let outer = self.builder.handler();
        let clauses: Vec<Node<'a>> = node.items().filter(|item| item.kind() == Kind::EXCEPT_CLAUSE).collect();
        let otherwise = node.child_of_kind(Kind::ELSE_CLAUSE).and_then(|clause| clause.child(Field::BODY));
        let finally = node
            .child_of_kind(Kind::FINALLY_CLAUSE)
            .and_then(|clause| clause.items().find(|item| item.kind() == Kind::BLOCK));
        let end = self.builder.new_block();
        let failed = finally.map(|finally| {
            self.frames.push(Frame::Finally { node: finally.index(), handler: outer });
            self.builder.new_block()
        });
        // Where exceptions of the handlers and the `else` block go.
        let beside = failed.or(outer);
        self.builder.set_handler(beside);
        let dispatch = (!clauses.is_empty()).then(|| self.builder.new_block());
        self.builder.set_handler(dispatch.or(beside));
        self.builder.start_block(body.span());
        self.statements(body);
        self.builder.set_handler(beside);
        self.builder.start_block(body.span());
        if let Some(otherwise) = otherwise {
            self.statements(otherwise);
        }
        let mut done = vec![self.open_jump(node)];
        if let Some(dispatch) = dispatch {
            self.builder.switch_to(dispatch);
            self.except_clauses(node, &clauses, &mut done);
        }
        // All normal ways out meet in one copy of the `finally` block.
        if finally.is_some() {
            self.frames.pop();
        }
        self.builder.set_handler(outer);
        let meeting = self.builder.new_block();
        for block in done {
            self.builder.switch_to(block);
            self.builder.jump_into(meeting, node.span());
        }
        self.builder.switch_to(meeting);
        if let Some(finally) = finally {
            self.statements(finally);
        }
        self.builder.terminate(Terminator::Jump(end), node.span());
        if let (Some(failed), Some(finally)) = (failed, finally) {
            self.failing_finally(failed, finally);
        }
        self.builder.switch_to(end);
    }

    /// Leaves the current block open for a jump later and goes on in a fresh one.
    fn open_jump(&mut self, node: Node<'a>) -> BlockId {
        self.builder.start_block(node.span())
    }

    fn failing_finally(&mut self, failed: BlockId, finally: Node<'a>) {
        // The block was made with the outer handler, which its exceptions go to.
        self.builder.switch_to(failed);
        let exception = self.builder.compute(Rvalue::CurrentException, finally.span());
        let saved = self.exception;
        if let Operand::Local(local) = exception {
            self.exception = Some(local);
        }
        self.finally_copy(finally.index());
        self.exception = saved;
        self.raise(Some(exception), finally.span());
    }

    fn except_clauses(&mut self, node: Node<'a>, clauses: &[Node<'a>], done: &mut Vec<BlockId>) {
        let exception = self.builder.new_temporary();
        self.builder.emit(InstructionKind::Assign { target: exception, value: Rvalue::CurrentException }, node.span());
        let saved = self.exception.replace(exception);
        let mut caught_all = false;
        for clause in clauses {
            let (classes, alias) = handler_parts(*clause);
            let next = self.builder.new_block();
            let body = clause.items().find(|item| item.kind() == Kind::BLOCK);
            match classes.first() {
                Some(class) => {
                    let class_value = if classes.len() == 1 {
                        self.expression(*class)
                    } else {
                        let items = classes.iter().map(|class| self.item(*class)).collect();
                        let value = Rvalue::Display { kind: DisplayKind::Tuple, items };
                        self.builder.compute(value, class.span())
                    };
                    let matches = self.builder.compute(Rvalue::ExceptionMatches { class: class_value }, class.span());
                    let inside = self.builder.new_block();
                    self.builder.branch(matches, inside, next, class.span());
                    self.builder.switch_to(inside);
                }
                None => caught_all = true,
            }
            if let Some(alias) = alias {
                self.assign(alias, Operand::Local(exception), alias.span());
            }
            if let Some(body) = body {
                self.statements(body);
            }
            if let Some(alias) = alias.filter(|alias| alias.kind() == Kind::IDENTIFIER) {
                self.forget(alias);
            }
            done.push(self.open_jump(*clause));
            self.builder.switch_to(next);
            if caught_all {
                break;
            }
        }
        if !caught_all {
            self.raise(Some(Operand::Local(exception)), node.span());
        }
        self.exception = saved;
    }

    /// Deletes the name of a caught exception, as the end of its handler does.
    fn forget(&mut self, alias: Node<'a>) {
        use super::lowering::Destination;
        match self.destination(alias.text(self.text)) {
            Destination::Local(local) | Destination::ModuleLocal(local, _) => {
                self.builder.emit(InstructionKind::DeleteLocal(local), alias.span());
            }
            Destination::Global(_) => {}
        }
    }

    pub(crate) fn with_statement(&mut self, node: Node<'a>) {
        let clause = node.child_of_kind(Kind::WITH_CLAUSE);
        let (Some(clause), Some(body)) = (clause, node.child(Field::BODY)) else {
            return self.havoc("syntax error", node);
        };
        // For each open manager: it, its place, where it fails, where it ends, and the handler outside.
        let mut open = Vec::new();
        for item in clause.items().flat_map(with_values) {
            let (value, target) = match item.kind() {
                Kind::AS_PATTERN => (item.items().next().unwrap_or(item), item.child(Field::ALIAS)),
                _ => (item, None),
            };
            let outer = self.builder.handler();
            let manager = self.expression(value);
            let manager = self.snapshot(manager, value.span());
            let entered = self.builder.compute(Rvalue::Enter(manager.clone()), value.span());
            let (failed, end) = (self.builder.new_block(), self.builder.new_block());
            self.builder.set_handler(Some(failed));
            self.frames.push(Frame::With { manager: manager.clone(), span: value.span(), handler: outer });
            self.builder.start_block(value.span());
            if let Some(target) = target.and_then(|target| target.items().next()) {
                self.assign(target, entered, value.span());
            }
            open.push((manager, value.span(), failed, end, outer));
        }
        self.statements(body);
        while let Some((manager, span, failed, end, outer)) = open.pop() {
            self.frames.pop();
            self.builder.set_handler(outer);
            self.builder.start_block(span);
            self.builder.compute(Rvalue::Exit(manager.clone()), span);
            self.builder.terminate(Terminator::Jump(end), span);
            self.builder.switch_to(failed);
            let exception = self.builder.compute(Rvalue::CurrentException, span);
            let swallowed = self.builder.compute(Rvalue::Exit(manager), span);
            let again = self.builder.new_block();
            self.builder.branch(swallowed, end, again, span);
            self.builder.switch_to(again);
            self.raise(Some(exception), span);
            self.builder.switch_to(end);
        }
    }
}

/// Gives a handler's classes (several without parentheses since Python 3.14) and the name it binds.
fn handler_parts(clause: Node<'_>) -> (Vec<Node<'_>>, Option<Node<'_>>) {
    let classes: Vec<Node<'_>> = clause.children_by(Field::VALUE).filter(|value| value.is_named()).collect();
    match classes.as_slice() {
        [only] if only.kind() == Kind::AS_PATTERN => {
            let alias = only.child(Field::ALIAS).and_then(|alias| alias.items().next());
            (only.items().take(1).collect(), alias)
        }
        _ => (classes, clause.child(Field::ALIAS)),
    }
}

/// Gives the values of a `with_item`; `with (a, b):` is parsed as one tuple and `with (a as b):` as an expression in
/// parentheses.
fn with_values(item: Node<'_>) -> Vec<Node<'_>> {
    match item.child(Field::VALUE) {
        Some(value) if value.kind() == Kind::PARENTHESIZED_EXPRESSION => {
            vec![value.items().next().filter(|inner| inner.kind() == Kind::AS_PATTERN).unwrap_or(value)]
        }
        Some(tuple) if tuple.kind() == Kind::TUPLE && tuple.items().next().is_some() => tuple.items().collect(),
        Some(value) => vec![value],
        None => Vec::new(),
    }
}
