//! Expressions. Invariant: chains that lean to the left (`a + b + c`, `a.b().c()`) take no stack; other nesting is cut
//! at `MAX_DEPTH`.

use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::{
    literal,
    lowering::{Lowering, MAX_DEPTH},
};
use crate::{
    function::{BlockId, Terminator},
    instruction::{
        BinaryOperator, CompareOperator, Constant, DictItem, DisplayKind, InstructionKind, Item, Operand, Rvalue,
        UnaryOperator,
    },
};

/// An outer expression whose leftmost part is being computed first.
enum Outer<'a> {
    /// The part is the node's first operand.
    Operator(Node<'a>),
    /// The part is the callee.
    Call(Node<'a>),
    /// The part is the receiver of the method call; the attribute node is the callee.
    Method(Node<'a>, Node<'a>),
}

impl<'a> Lowering<'_, 'a> {
    /// Lowers an expression to a value.
    pub(crate) fn expression(&mut self, node: Node<'a>) -> Operand {
        if self.depth >= MAX_DEPTH {
            return self.opaque("nesting deeper than 200 levels", node);
        }
        if self.is_broken(node) {
            return self.opaque("syntax error", node);
        }
        self.depth += 1;
        let mut outer = Vec::new();
        let mut at = node;
        let mut value = loop {
            if at.kind() == Kind::ATTRIBUTE
                && let Some(path) = self.fold(at)
            {
                break Operand::Global(path);
            }
            let next = match at.kind() {
                Kind::PARENTHESIZED_EXPRESSION | Kind::TYPE => match at.items().next() {
                    Some(inner) => {
                        at = inner;
                        continue;
                    }
                    None => None,
                },
                Kind::BINARY_OPERATOR | Kind::BOOLEAN_OPERATOR => at.child(Field::LEFT),
                Kind::NOT_OPERATOR | Kind::UNARY_OPERATOR | Kind::AWAIT => operand_of(at),
                Kind::ATTRIBUTE => at.child(Field::OBJECT),
                Kind::SUBSCRIPT => at.child(Field::VALUE),
                Kind::CALL => {
                    let Some(function) = at.child(Field::FUNCTION) else { break self.opaque("call", at) };
                    if function.kind() == Kind::ATTRIBUTE
                        && self.fold(function).is_none()
                        && let Some(object) = function.child(Field::OBJECT)
                    {
                        outer.push(Outer::Method(at, function));
                        at = object;
                    } else {
                        outer.push(Outer::Call(at));
                        at = function;
                    }
                    continue;
                }
                _ => None,
            };
            match next {
                Some(next) => {
                    outer.push(Outer::Operator(at));
                    at = next;
                }
                None => break self.leaf(at),
            }
        };
        while let Some(step) = outer.pop() {
            value = match step {
                Outer::Operator(node) => self.operator(node, value),
                Outer::Call(node) => self.call(node, value),
                Outer::Method(node, attribute) => self.method_call(node, attribute, value),
            };
        }
        self.depth -= 1;
        value
    }

    fn operator(&mut self, node: Node<'a>, first: Operand) -> Operand {
        let span = node.span();
        match node.kind() {
            Kind::BINARY_OPERATOR => {
                let operator = node.child(Field::OPERATOR).and_then(|token| binary_operator(token.kind()));
                let (Some(operator), Some(right)) = (operator, node.child(Field::RIGHT)) else {
                    return self.opaque("operator", node);
                };
                let right = self.expression(right);
                self.builder.compute(Rvalue::Binary { operator, left: first, right, in_place: false }, span)
            }
            Kind::BOOLEAN_OPERATOR => self.boolean(node, first),
            Kind::NOT_OPERATOR => {
                self.builder.compute(Rvalue::Unary { operator: UnaryOperator::Not, operand: first }, span)
            }
            Kind::UNARY_OPERATOR => self.unary(node, first),
            Kind::AWAIT => self.builder.compute(Rvalue::Await(first), span),
            Kind::ATTRIBUTE => {
                let name = node.child(Field::ATTRIBUTE).map_or("", |name| name.text(self.text)).to_owned();
                match self.imported_attribute(node, &first, &name) {
                    Some(path) => Operand::Global(path),
                    None => self.builder.compute(Rvalue::Attribute { base: first, name }, span),
                }
            }
            Kind::SUBSCRIPT => self.subscript(node, first),
            _ => self.opaque("expression", node),
        }
    }

    fn unary(&mut self, node: Node<'a>, operand: Operand) -> Operand {
        let operator = match node.child(Field::OPERATOR).map(Node::kind) {
            Some(Kind::TOKEN_MINUS) => UnaryOperator::Minus,
            Some(Kind::TOKEN_PLUS) => UnaryOperator::Plus,
            Some(Kind::TOKEN_TILDE) => UnaryOperator::Invert,
            _ => return self.opaque("operator", node),
        };
        if operator == UnaryOperator::Minus
            && let Operand::Constant(constant) = &operand
            && let Some(constant) = literal::negated(constant.clone())
        {
            return Operand::Constant(constant);
        }
        self.builder.compute(Rvalue::Unary { operator, operand }, node.span())
    }

    /// `first and …`, `first or …`: the value of the last operand that was looked at.
    fn boolean(&mut self, node: Node<'a>, first: Operand) -> Operand {
        let (Some(operator), Some(right)) = (node.child(Field::OPERATOR), node.child(Field::RIGHT)) else {
            return self.opaque("operator", node);
        };
        let result = self.builder.new_temporary();
        let left_span = node.child(Field::LEFT).map_or(node.span(), Node::span);
        self.builder.emit(InstructionKind::Assign { target: result, value: Rvalue::Use(first.clone()) }, left_span);
        let (more, end) = (self.builder.new_block(), self.builder.new_block());
        let (then, otherwise) = if operator.kind() == Kind::TOKEN_AND { (more, end) } else { (end, more) };
        self.builder.branch(first, then, otherwise, left_span);
        self.builder.switch_to(more);
        let value = self.expression(right);
        self.builder.emit(InstructionKind::Assign { target: result, value: Rvalue::Use(value) }, right.span());
        self.builder.jump_into(end, node.span());
        Operand::Local(result)
    }

    fn leaf(&mut self, node: Node<'a>) -> Operand {
        match node.kind() {
            Kind::IDENTIFIER => self.read_name(node.text(self.text), node.span()),
            Kind::NONE => Operand::Constant(Constant::None),
            Kind::TRUE => Operand::Constant(Constant::Bool(true)),
            Kind::FALSE => Operand::Constant(Constant::Bool(false)),
            Kind::ELLIPSIS => Operand::Constant(Constant::Ellipsis),
            Kind::INTEGER | Kind::FLOAT => match literal::constant(node, self.text) {
                Some(constant) => Operand::Constant(constant),
                None => self.opaque("number", node),
            },
            Kind::STRING | Kind::CONCATENATED_STRING => self.string(node),
            Kind::LIST | Kind::LIST_PATTERN => self.display(node, DisplayKind::List),
            Kind::TUPLE | Kind::EXPRESSION_LIST | Kind::PATTERN_LIST | Kind::TUPLE_PATTERN => {
                self.display(node, DisplayKind::Tuple)
            }
            Kind::SET => self.display(node, DisplayKind::Set),
            Kind::DICTIONARY => self.dictionary(node),
            Kind::LIST_COMPREHENSION | Kind::SET_COMPREHENSION | Kind::DICTIONARY_COMPREHENSION => {
                self.comprehension(node)
            }
            Kind::GENERATOR_EXPRESSION => self.kept_generator(node),
            Kind::LAMBDA => self.lambda(node),
            Kind::CONDITIONAL_EXPRESSION => self.conditional(node),
            Kind::COMPARISON_OPERATOR => self.comparison(node),
            Kind::NAMED_EXPRESSION => self.walrus(node),
            Kind::YIELD => self.yield_expression(node),
            // `*a[0]` in a display is parsed as `(*a)[0]`, though the star binds last.
            Kind::EXPRESSION | Kind::LIST_SPLAT => match node.items().next() {
                Some(inner) => self.expression(inner),
                None => self.opaque("expression", node),
            },
            kind => self.opaque(&format!("`{}`", kind.name()), node),
        }
    }

    /// Lowers the items of a display or argument list, stars included.
    pub(crate) fn item(&mut self, node: Node<'a>) -> Item {
        match node.kind() {
            Kind::LIST_SPLAT | Kind::LIST_SPLAT_PATTERN => match node.items().next() {
                Some(inner) => Item::Spread(self.iterated(inner)),
                None => Item::One(self.opaque("`*`", node)),
            },
            Kind::PARENTHESIZED_EXPRESSION => match node.child_of_kind(Kind::LIST_SPLAT) {
                Some(splat) => self.item(splat),
                None => Item::One(self.expression(node)),
            },
            _ if is_led_by_star(node) => Item::Spread(self.expression(node)),
            _ => Item::One(self.expression(node)),
        }
    }

    pub(crate) fn display(&mut self, node: Node<'a>, kind: DisplayKind) -> Operand {
        let items = node.items().map(|item| self.item(item)).collect();
        self.builder.compute(Rvalue::Display { kind, items }, node.span())
    }

    fn dictionary(&mut self, node: Node<'a>) -> Operand {
        let mut items = Vec::new();
        for item in node.items() {
            match (item.child(Field::KEY), item.child(Field::VALUE)) {
                (Some(key), Some(value)) => {
                    let key = self.expression(key);
                    items.push(DictItem::Pair(key, self.expression(value)));
                }
                _ => {
                    let inner = item.items().next().unwrap_or(item);
                    items.push(DictItem::Spread(self.expression(inner)));
                }
            }
        }
        self.builder.compute(Rvalue::Dict(items), node.span())
    }

    fn conditional(&mut self, node: Node<'a>) -> Operand {
        let mut parts = node.items();
        let (Some(value), Some(condition), Some(other)) = (parts.next(), parts.next(), parts.next()) else {
            return self.opaque("conditional expression", node);
        };
        let result = self.builder.new_temporary();
        let (then, otherwise) = (self.builder.new_block(), self.builder.new_block());
        let end = self.builder.new_block();
        self.condition(condition, then, otherwise);
        for (block, part) in [(then, value), (otherwise, other)] {
            self.builder.switch_to(block);
            let value = self.expression(part);
            self.builder.emit(InstructionKind::Assign { target: result, value: Rvalue::Use(value) }, part.span());
            self.builder.jump_into(end, node.span());
        }
        Operand::Local(result)
    }

    fn comparison(&mut self, node: Node<'a>) -> Operand {
        let (operands, operators) = comparison_parts(node);
        let (Some(first), Some(operators)) = (operands.first(), operators) else {
            return self.opaque("comparison", node);
        };
        let mut left = self.expression(*first);
        let rest = operands.get(1..).unwrap_or(&[]);
        if rest.len() == 1
            && let (Some(right), Some(operator)) = (rest.first(), operators.first())
        {
            let right = self.expression(*right);
            return self.builder.compute(Rvalue::Compare { operator: *operator, left, right }, node.span());
        }
        let result = self.builder.new_temporary();
        let end = self.builder.new_block();
        for (index, (operator, right)) in operators.iter().zip(rest).enumerate() {
            let right = self.expression(*right);
            let right = self.snapshot(right, node.span());
            let value = Rvalue::Compare { operator: *operator, left, right: right.clone() };
            self.builder.emit(InstructionKind::Assign { target: result, value }, node.span());
            left = right;
            if index + 1 < rest.len() {
                let more = self.builder.new_block();
                self.builder.branch(Operand::Local(result), more, end, node.span());
                self.builder.switch_to(more);
            }
        }
        self.builder.jump_into(end, node.span());
        Operand::Local(result)
    }

    fn walrus(&mut self, node: Node<'a>) -> Operand {
        let (Some(name), Some(value)) = (node.child(Field::NAME), node.child(Field::VALUE)) else {
            return self.opaque("`:=`", node);
        };
        let value = self.expression(value);
        let value = self.snapshot(value, node.span());
        let destination = self.function_destination(name.text(self.text));
        self.store_copy(destination, &value, node.span());
        value
    }

    fn yield_expression(&mut self, node: Node<'a>) -> Operand {
        let value = node.items().next();
        let after = node.text(self.text).strip_prefix("yield").and_then(|rest| rest.trim_start().strip_prefix("from"));
        let is_from = after.is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'));
        let operand = match value {
            Some(value) => self.expression(value),
            None => Operand::Constant(Constant::None),
        };
        let value = if is_from { Rvalue::YieldFrom(operand) } else { Rvalue::Yield(operand) };
        self.builder.compute(value, node.span())
    }

    /// Lowers a condition to jumps: `and`, `or`, `not` and chained comparisons become control flow. The current block
    /// ends; the caller goes on in one of the two.
    pub(crate) fn condition(&mut self, node: Node<'a>, then: BlockId, otherwise: BlockId) {
        if self.is_broken(node) {
            return self.simple_condition(node, then, otherwise);
        }
        let (mut node, mut then, mut otherwise) = (node, then, otherwise);
        loop {
            match node.kind() {
                Kind::PARENTHESIZED_EXPRESSION => match node.items().next() {
                    Some(inner) if inner.kind() != Kind::YIELD => node = inner,
                    _ => break,
                },
                Kind::NOT_OPERATOR => match operand_of(node) {
                    Some(inner) => {
                        (then, otherwise) = (otherwise, then);
                        node = inner;
                    }
                    None => break,
                },
                _ => break,
            }
        }
        let Some(operator) = node.child(Field::OPERATOR).filter(|_| node.kind() == Kind::BOOLEAN_OPERATOR) else {
            return self.simple_condition(node, then, otherwise);
        };
        if self.depth >= MAX_DEPTH {
            return self.simple_condition(node, then, otherwise);
        }
        self.depth += 1;
        let terms = boolean_terms(node, operator.kind());
        let (last, first) = match terms.split_last() {
            Some((last, first)) => (*last, first),
            None => (node, &[][..]),
        };
        for term in first {
            let more = self.builder.new_block();
            if operator.kind() == Kind::TOKEN_AND {
                self.condition(*term, more, otherwise);
            } else {
                self.condition(*term, then, more);
            }
            self.builder.switch_to(more);
        }
        self.condition(last, then, otherwise);
        self.depth -= 1;
    }

    fn simple_condition(&mut self, node: Node<'a>, then: BlockId, otherwise: BlockId) {
        let condition = self.expression(node);
        self.builder.branch(condition, then, otherwise, node.span());
        self.builder.switch_to(then);
    }

    /// Ends the current block with a raise of a value.
    pub(crate) fn raise(&mut self, exception: Option<Operand>, span: model::span::Span) {
        self.builder.terminate(Terminator::Raise { exception }, span);
    }
}

/// Gives the operands of a chain of one boolean operator in order.
fn boolean_terms<'a>(node: Node<'a>, operator: Kind) -> Vec<Node<'a>> {
    let mut terms = Vec::new();
    let mut at = node;
    while at.kind() == Kind::BOOLEAN_OPERATOR && at.child(Field::OPERATOR).map(Node::kind) == Some(operator) {
        let (Some(left), Some(right)) = (at.child(Field::LEFT), at.child(Field::RIGHT)) else { break };
        terms.push(right);
        at = left;
    }
    terms.push(at);
    terms.reverse();
    terms
}

fn operand_of(node: Node<'_>) -> Option<Node<'_>> {
    node.items().find(|item| item.field() != Field::OPERATOR)
}

/// Gives the operands and operators of a comparison; no operators when one is not known.
fn comparison_parts(node: Node<'_>) -> (Vec<Node<'_>>, Option<Vec<CompareOperator>>) {
    let operators = node.children_by(Field::OPERATORS).map(|token| compare_operator(token.kind())).collect();
    (node.items().collect(), operators)
}

fn compare_operator(token: Kind) -> Option<CompareOperator> {
    Some(match token {
        Kind::TOKEN_EQUAL => CompareOperator::Equal,
        Kind::TOKEN_NOT_EQUAL | Kind::TOKEN_LESS_GREATER => CompareOperator::NotEqual,
        Kind::TOKEN_LESS => CompareOperator::Less,
        Kind::TOKEN_LESS_EQUAL => CompareOperator::LessEqual,
        Kind::TOKEN_GREATER => CompareOperator::Greater,
        Kind::TOKEN_GREATER_EQUAL => CompareOperator::GreaterEqual,
        Kind::TOKEN_IN => CompareOperator::In,
        Kind::TOKEN_NOT_IN => CompareOperator::NotIn,
        Kind::TOKEN_IS => CompareOperator::Is,
        Kind::TOKEN_IS_NOT => CompareOperator::IsNot,
        _ => return None,
    })
}

/// Gives the operator of a token, `+` or `+=`.
pub(crate) fn binary_operator(token: Kind) -> Option<BinaryOperator> {
    Some(match token {
        Kind::TOKEN_PLUS | Kind::TOKEN_PLUS_ASSIGN => BinaryOperator::Add,
        Kind::TOKEN_MINUS | Kind::TOKEN_MINUS_ASSIGN => BinaryOperator::Sub,
        Kind::TOKEN_STAR | Kind::TOKEN_STAR_ASSIGN => BinaryOperator::Mul,
        Kind::TOKEN_SLASH | Kind::TOKEN_SLASH_ASSIGN => BinaryOperator::Div,
        Kind::TOKEN_DOUBLE_SLASH | Kind::TOKEN_DOUBLE_SLASH_ASSIGN => BinaryOperator::FloorDiv,
        Kind::TOKEN_PERCENT | Kind::TOKEN_PERCENT_ASSIGN => BinaryOperator::Mod,
        Kind::TOKEN_DOUBLE_STAR | Kind::TOKEN_DOUBLE_STAR_ASSIGN => BinaryOperator::Pow,
        Kind::TOKEN_AT | Kind::TOKEN_AT_ASSIGN => BinaryOperator::MatMul,
        Kind::TOKEN_LEFT_SHIFT | Kind::TOKEN_LEFT_SHIFT_ASSIGN => BinaryOperator::LeftShift,
        Kind::TOKEN_RIGHT_SHIFT | Kind::TOKEN_RIGHT_SHIFT_ASSIGN => BinaryOperator::RightShift,
        Kind::TOKEN_AMPERSAND | Kind::TOKEN_AMPERSAND_ASSIGN => BinaryOperator::BitAnd,
        Kind::TOKEN_BAR | Kind::TOKEN_BAR_ASSIGN => BinaryOperator::BitOr,
        Kind::TOKEN_CARET | Kind::TOKEN_CARET_ASSIGN => BinaryOperator::BitXor,
        _ => return None,
    })
}

/// Tells whether what starts with a star is parsed as a part of one: `*a[0]`, `*a.b`, `*f()`.
fn is_led_by_star(node: Node<'_>) -> bool {
    let mut node = node;
    for _ in 0..MAX_DEPTH {
        let first = match node.kind() {
            Kind::SUBSCRIPT => node.child(Field::VALUE),
            Kind::ATTRIBUTE => node.child(Field::OBJECT),
            Kind::CALL => node.child(Field::FUNCTION),
            Kind::BINARY_OPERATOR => node.child(Field::LEFT),
            Kind::LIST_SPLAT => return true,
            _ => None,
        };
        let Some(first) = first else { return false };
        node = first;
    }
    false
}
