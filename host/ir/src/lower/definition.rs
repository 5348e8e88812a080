//! Functions, lambdas and classes: the statement that makes the object, and what is known about it. Invariant: a
//! default that is no constant is computed where the definition stands.

use model::span::Span;
use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::{
    literal,
    lowering::{Lowering, MAX_DEPTH},
    scope::parameter_name,
};
use crate::instruction::{Constant, Operand, Rvalue};

impl<'a> Lowering<'_, 'a> {
    pub(crate) fn lambda(&mut self, node: Node<'a>) -> Operand {
        self.closure(node)
    }

    fn closure(&mut self, node: Node<'a>) -> Operand {
        let table = self.world.sources.get(self.source).map(|source| &source.table);
        let function = table.and_then(|table| table.scopes.get(table.scope_of(node)?)).map(|scope| scope.function);
        let Some(function) = function else { return self.opaque("function", node) };
        let mut defaults = Vec::new();
        for parameter in node.child(Field::PARAMETERS).into_iter().flat_map(Node::items) {
            let (Some(name), Some(value)) = (parameter_name(parameter), default_of(parameter)) else { continue };
            if literal::constant(value, self.text).is_none() {
                let value = self.expression(value);
                defaults.push((name.text(self.text).to_owned(), value));
            }
        }
        self.builder.compute(Rvalue::Closure { function, defaults }, node.span())
    }

    pub(crate) fn function_definition(&mut self, node: Node<'a>) {
        let value = self.closure(node);
        self.bind_definition(node, value);
    }

    pub(crate) fn class_definition(&mut self, node: Node<'a>) {
        for base in node.child(Field::SUPERCLASSES).into_iter().flat_map(Node::items) {
            let value = base.child(Field::VALUE).filter(|_| base.kind() == Kind::KEYWORD_ARGUMENT).unwrap_or(base);
            if self.fold(value).is_none() && value.kind() != Kind::IDENTIFIER {
                self.item(value);
            }
        }
        let table = self.world.sources.get(self.source).map(|source| &source.table);
        let class = table.and_then(|table| table.scopes.get(table.scope_of(node)?)).and_then(|scope| scope.class);
        let value = match class {
            Some(class) => self.builder.compute(Rvalue::ClassObject(class), node.span()),
            None => self.opaque("class", node),
        };
        self.bind_definition(node, value);
    }

    /// Lowers decorators for their effects; the name is bound to what they decorate.
    pub(crate) fn decorated_definition(&mut self, node: Node<'a>) {
        for decorator in node.items().filter(|item| item.kind() == Kind::DECORATOR) {
            if let Some(expression) = decorator.items().next()
                && expression.kind() == Kind::CALL
            {
                self.expression(expression);
            }
        }
        match node.child(Field::DEFINITION) {
            Some(definition) if self.depth < MAX_DEPTH => self.statement(definition),
            _ => self.havoc("decorated definition", node),
        }
    }

    fn bind_definition(&mut self, node: Node<'a>, value: Operand) {
        if let Some(name) = node.child(Field::NAME) {
            let destination = self.destination(name.text(self.text));
            self.store(destination, value, node.span());
        }
    }
}

/// Gives a parameter's default expression.
pub(crate) fn default_of(parameter: Node<'_>) -> Option<Node<'_>> {
    matches!(parameter.kind(), Kind::DEFAULT_PARAMETER | Kind::TYPED_DEFAULT_PARAMETER)
        .then(|| parameter.child(Field::VALUE))
        .flatten()
}

/// Gives the docstring of a body and where it stands.
pub(crate) fn docstring(body: Node<'_>, text: &str) -> Option<(String, Span)> {
    let first = body.items().next()?;
    let string = (first.kind() == Kind::EXPRESSION_STATEMENT).then(|| first.items().next())??;
    match literal::constant(string, text) {
        Some(Constant::Str(docstring)) => Some((docstring, string.span())),
        Some(_) | None => None,
    }
}
