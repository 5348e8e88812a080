//! Statements. Invariant: a simple statement with a syntax error in it becomes one `Havoc`; what surrounds it is lowered.

use model::span::Span;
use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::{
    lowering::{Frame, Lowering, MAX_DEPTH},
    scope::alias_name,
};
use crate::{
    function::Terminator,
    instruction::{Call, Callee, Constant, InstructionKind, Item, Operand, Rvalue},
};

impl<'a> Lowering<'_, 'a> {
    /// Lowers the statements of a `module` or `block`.
    pub(crate) fn statements(&mut self, block: Node<'a>) {
        for statement in block.items() {
            self.statement(statement);
        }
    }

    pub(crate) fn statement(&mut self, node: Node<'a>) {
        if self.depth >= MAX_DEPTH {
            return self.havoc("nesting deeper than 200 levels", node);
        }
        self.depth += 1;
        if node.child(Field::BODY).or(node.child(Field::CONSEQUENCE)).is_some() {
            self.havoc_errors(node);
        }
        match node.kind() {
            Kind::IF_STATEMENT => self.if_statement(node),
            Kind::FOR_STATEMENT => self.for_statement(node),
            Kind::WHILE_STATEMENT => self.while_statement(node),
            Kind::TRY_STATEMENT => self.try_statement(node),
            Kind::WITH_STATEMENT => self.with_statement(node),
            Kind::MATCH_STATEMENT => self.match_statement(node),
            Kind::FUNCTION_DEFINITION => self.function_definition(node),
            Kind::CLASS_DEFINITION => self.class_definition(node),
            Kind::DECORATED_DEFINITION => self.decorated_definition(node),
            Kind::BLOCK => self.statements(node),
            _ if self.is_broken(node) => self.havoc("syntax error", node),
            _ => self.simple_statement(node),
        }
        self.depth -= 1;
    }

    fn simple_statement(&mut self, node: Node<'a>) {
        match node.kind() {
            Kind::EXPRESSION_STATEMENT => self.expression_statement(node),
            Kind::RETURN_STATEMENT => self.return_statement(node),
            Kind::RAISE_STATEMENT => self.raise_statement(node),
            Kind::ASSERT_STATEMENT => self.assert_statement(node),
            Kind::DELETE_STATEMENT => node.items().for_each(|target| self.delete(target)),
            Kind::BREAK_STATEMENT | Kind::CONTINUE_STATEMENT => self.leave_loop(node),
            Kind::IMPORT_STATEMENT | Kind::IMPORT_FROM_STATEMENT => self.import_statement(node),
            Kind::PASS_STATEMENT
            | Kind::GLOBAL_STATEMENT
            | Kind::NONLOCAL_STATEMENT
            | Kind::FUTURE_IMPORT_STATEMENT => {}
            Kind::TYPE_ALIAS_STATEMENT => {
                let value = self.opaque("`type` alias", node);
                if let Some(name) = alias_name(node) {
                    self.assign(name, value, node.span());
                }
            }
            Kind::PRINT_STATEMENT | Kind::EXEC_STATEMENT => self.havoc("Python 2 statement", node),
            kind => self.havoc(&format!("`{}`", kind.name()), node),
        }
    }

    fn expression_statement(&mut self, node: Node<'a>) {
        for item in node.items() {
            match item.kind() {
                Kind::ASSIGNMENT => self.assignment(item),
                Kind::AUGMENTED_ASSIGNMENT => self.augmented_assignment(item),
                _ => {
                    self.item(item);
                }
            }
        }
    }

    fn return_statement(&mut self, node: Node<'a>) {
        let mut value = match node.items().next() {
            Some(value) => self.expression(value),
            None => Operand::Constant(Constant::None),
        };
        if !self.frames.is_empty() {
            value = self.snapshot(value, node.span());
        }
        self.leave_frames(0, node.span());
        self.builder.terminate(Terminator::Return(value), node.span());
    }

    fn raise_statement(&mut self, node: Node<'a>) {
        let exception = match node.items().find(|item| item.field() != Field::CAUSE) {
            Some(exception) => Some(self.expression(exception)),
            None => self.exception.map(Operand::Local),
        };
        if let Some(cause) = node.child(Field::CAUSE) {
            self.expression(cause);
        }
        self.raise(exception, node.span());
    }

    fn assert_statement(&mut self, node: Node<'a>) {
        let mut parts = node.items();
        let Some(test) = parts.next() else { return self.havoc("`assert`", node) };
        let condition = self.expression(test);
        self.builder.emit(InstructionKind::AssertMarker { condition: condition.clone() }, node.span());
        let (holds, fails) = (self.builder.new_block(), self.builder.new_block());
        self.builder.branch(condition, holds, fails, node.span());
        self.builder.switch_to(fails);
        let (mut args, mut argument_spans) = (Vec::new(), Vec::new());
        if let Some(message) = parts.next() {
            args.push(Item::One(self.expression(message)));
            argument_spans.push(message.span());
        }
        let callee = Callee::Value(Operand::Global("builtins.AssertionError".to_owned()));
        let call = Call { callee, args, keywords: Vec::new(), argument_spans };
        let exception = self.builder.compute(Rvalue::Call(call), node.span());
        self.raise(Some(exception), node.span());
        self.builder.switch_to(holds);
    }

    /// Inside a function an import runs with each call: its modules are read there.
    fn read_imported_modules(&mut self, node: Node<'a>) {
        let plain = node.children_by(Field::NAME).map(|import| import.child(Field::NAME).unwrap_or(import));
        let modules: Vec<Node<'a>> = if node.kind() == Kind::IMPORT_STATEMENT {
            plain.collect()
        } else {
            node.child(Field::MODULE_NAME).filter(|module| module.kind() != Kind::RELATIVE_IMPORT).into_iter().collect()
        };
        for module in modules {
            let path = super::import::dotted(module, self.text);
            self.builder.compute(Rvalue::Use(Operand::Global(path)), module.span());
        }
    }

    /// An import binds nothing where the name always means its target; inside a `try` it may fail.
    fn import_statement(&mut self, node: Node<'a>) {
        if self.builder.handler().is_some() {
            let construct = "import that may fail".to_owned();
            self.builder.compute(Rvalue::Opaque { construct, operands: Vec::new() }, node.span());
        } else if self.scope != 0 {
            self.read_imported_modules(node);
        }
        let table = self.world.sources.get(self.source).map(|source| &source.table);
        for import in node.children_by(Field::NAME) {
            let name = match import.child(Field::ALIAS) {
                Some(alias) => alias,
                None if node.kind() == Kind::IMPORT_STATEMENT => import.items().next().unwrap_or(import),
                None => import,
            };
            let name = name.text(self.text);
            let declared_global = self.scope_at(self.scope).is_some_and(|scope| scope.globals.contains(name));
            let owner = if declared_global { 0 } else { self.scope };
            let bindings = table.and_then(|table| table.scopes.get(owner)).and_then(|scope| scope.names.get(name));
            let Some(target) = bindings.filter(|bindings| !bindings.is_import()) else { continue };
            let Some(path) = target.imports.first() else { continue };
            let value = Operand::Global(path.path.clone());
            let destination = self.destination(name);
            self.store(destination, value, import.span());
        }
    }

    fn if_statement(&mut self, node: Node<'a>) {
        let end = self.builder.new_block();
        let mut at = node;
        let mut alternatives: Vec<Node<'a>> = node.children_by(Field::ALTERNATIVE).collect();
        alternatives.reverse();
        loop {
            let (Some(condition), Some(consequence)) = (at.child(Field::CONDITION), at.child(Field::CONSEQUENCE))
            else {
                self.havoc("syntax error", at);
                break;
            };
            let (then, otherwise) = (self.builder.new_block(), self.builder.new_block());
            self.condition(condition, then, otherwise);
            self.builder.switch_to(then);
            self.statements(consequence);
            self.builder.terminate(Terminator::Jump(end), consequence.span());
            self.builder.switch_to(otherwise);
            match alternatives.pop() {
                Some(next) if next.kind() == Kind::ELIF_CLAUSE => at = next,
                Some(next) => {
                    if let Some(body) = next.child(Field::BODY) {
                        self.statements(body);
                    }
                    break;
                }
                None => break,
            }
        }
        self.builder.jump_into(end, node.span());
    }

    fn while_statement(&mut self, node: Node<'a>) {
        let (Some(condition), Some(body)) = (node.child(Field::CONDITION), node.child(Field::BODY)) else {
            return self.havoc("syntax error", node);
        };
        let head = self.builder.start_block(node.span());
        let (inside, exhausted) = (self.builder.new_block(), self.builder.new_block());
        let end = self.builder.new_block();
        self.condition(condition, inside, exhausted);
        self.builder.switch_to(inside);
        self.frames.push(Frame::Loop { next: head, end });
        self.statements(body);
        self.frames.pop();
        self.builder.terminate(Terminator::Jump(head), condition.span());
        self.builder.switch_to(exhausted);
        self.else_body(node);
        self.builder.jump_into(end, node.span());
    }

    fn for_statement(&mut self, node: Node<'a>) {
        let (Some(target), Some(values), Some(body)) =
            (node.child(Field::LEFT), node.child(Field::RIGHT), node.child(Field::BODY))
        else {
            return self.havoc("syntax error", node);
        };
        let operand = self.iterated(values);
        let iterator = self.builder.compute(Rvalue::Iterator(operand), values.span());
        let head = self.builder.start_block(values.span());
        let (inside, exhausted) = (self.builder.new_block(), self.builder.new_block());
        let end = self.builder.new_block();
        let item = self.builder.new_temporary();
        let next = Terminator::Next { iterator, item, body: inside, exhausted };
        self.builder.terminate(next, values.span());
        self.builder.switch_to(inside);
        self.assign(target, Operand::Local(item), target.span());
        self.frames.push(Frame::Loop { next: head, end });
        self.statements(body);
        self.frames.pop();
        self.builder.terminate(Terminator::Jump(head), values.span());
        self.builder.switch_to(exhausted);
        self.else_body(node);
        self.builder.jump_into(end, node.span());
    }

    fn else_body(&mut self, node: Node<'a>) {
        let alternative = node.child(Field::ALTERNATIVE).and_then(|clause| clause.child(Field::BODY));
        if let Some(body) = alternative {
            self.statements(body);
        }
    }

    fn leave_loop(&mut self, node: Node<'a>) {
        let found = self.frames.iter().enumerate().rev().find_map(|(index, frame)| match frame {
            Frame::Loop { next, end } => Some((index, *next, *end)),
            Frame::Finally { .. } | Frame::With { .. } => None,
        });
        let Some((index, next, end)) = found else { return self.havoc("loop exit outside a loop", node) };
        self.leave_frames(index, node.span());
        let target = if node.kind() == Kind::BREAK_STATEMENT { end } else { next };
        self.builder.terminate(Terminator::Jump(target), node.span());
    }

    /// Runs what stands between here and the frame at `keep`: `finally` blocks and context managers' exits.
    fn leave_frames(&mut self, keep: usize, span: Span) {
        let saved = self.frames.clone();
        let handler = self.builder.handler();
        while self.frames.len() > keep {
            match self.frames.pop() {
                Some(Frame::Finally { node, handler }) => {
                    self.builder.set_handler(handler);
                    self.builder.start_block(span);
                    self.finally_copy(node);
                }
                Some(Frame::With { manager, span, handler }) => {
                    self.builder.set_handler(handler);
                    self.builder.start_block(span);
                    self.builder.compute(Rvalue::Exit(manager), span);
                }
                Some(Frame::Loop { .. }) => {}
                None => break,
            }
        }
        self.frames = saved;
        self.builder.set_handler(handler);
    }

    /// Lowers a copy of a `finally` block; when there are too many, an effect that is not modelled.
    pub(crate) fn finally_copy(&mut self, node: u32) {
        let tree = self.world.sources.get(self.source).map(|source| source.tree);
        let Some(body) = tree.and_then(|tree| tree.node(node)) else { return };
        match self.copies_left.checked_sub(body.subtree_size()) {
            Some(left) => {
                self.copies_left = left;
                self.statements(body);
            }
            None => self.havoc("`finally` block with too many ways out", body),
        }
    }
}
