//! Where an expression's value ends up by name. Invariant: a name is given only when the value, perhaps wrapped in
//! calls and operators, is stored under it or returned from it.

use securecode_sdk::{Field, Kind, Node};

use crate::constant::plain_text;

/// A name that receives a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiver<'a> {
    /// A variable, attribute, parameter, keyword argument or dict key.
    Stored(&'a str),
    /// A function that returns it.
    Returned(&'a str),
}

impl<'a> Receiver<'a> {
    /// Gives the name.
    pub(crate) const fn name(self) -> &'a str {
        match self {
            Self::Stored(name) | Self::Returned(name) => name,
        }
    }
}

/// Gives the name that receives the value of an expression, innermost.
pub(crate) fn receiver<'a>(expression: Node<'a>) -> Option<Receiver<'a>> {
    let mut inner = expression;
    for node in expression.ancestors() {
        match node.kind() {
            Kind::KEYWORD_ARGUMENT
            | Kind::DEFAULT_PARAMETER
            | Kind::TYPED_DEFAULT_PARAMETER
            | Kind::NAMED_EXPRESSION => {
                return node.child(Field::NAME).map(|name| Receiver::Stored(name.text()));
            }
            Kind::PAIR => {
                let key = node.child(Field::KEY).filter(|_| inner.field() == Field::VALUE);
                return key.and_then(plain_text).map(Receiver::Stored);
            }
            Kind::ASSIGNMENT | Kind::AUGMENTED_ASSIGNMENT => {
                let left = node.child(Field::LEFT).filter(|_| inner.field() == Field::RIGHT);
                return left.and_then(crate::dotted::last_name).map(Receiver::Stored);
            }
            Kind::RETURN_STATEMENT | Kind::YIELD => return function_name(node).map(Receiver::Returned),
            Kind::COMPARISON_OPERATOR | Kind::BLOCK | Kind::MODULE | Kind::EXPRESSION_STATEMENT => return None,
            Kind::CONDITIONAL_EXPRESSION if node.named_children().nth(1) == Some(inner) => return None,
            _ => {}
        }
        inner = node;
    }
    None
}

/// Gives the name of the function that a node is in.
pub(crate) fn function_name<'a>(node: Node<'a>) -> Option<&'a str> {
    let scope = node.scope().filter(|scope| scope.is(Kind::FUNCTION_DEFINITION))?;
    scope.child(Field::NAME).map(Node::text)
}
