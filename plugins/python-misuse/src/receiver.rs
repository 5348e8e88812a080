//! Where an expression's value ends up by name. Invariant: a name is given only when the value, perhaps wrapped in
//! calls and operators, is stored under it or returned from it.

use securecode_sdk::{Field, Kind, Node, fix::call::Call};

use crate::literal;

/// A name that receives a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiver<'a> {
    /// A variable, attribute, parameter, keyword argument or dict key.
    Stored(&'a str),
    /// A function that returns it.
    Returned(&'a str),
}

/// Gives the names that receive the value of an expression.
pub(crate) fn receivers<'a>(expression: Node<'a>) -> Vec<Receiver<'a>> {
    let mut found = Vec::new();
    let mut inner = expression;
    for node in expression.ancestors() {
        match node.kind() {
            Kind::KEYWORD_ARGUMENT | Kind::DEFAULT_PARAMETER | Kind::TYPED_DEFAULT_PARAMETER => {
                found.extend(node.child(Field::NAME).map(|name| Receiver::Stored(name.text())));
                break;
            }
            Kind::PAIR => {
                if inner.field() == Field::VALUE {
                    found.extend(node.child(Field::KEY).and_then(literal::text).map(Receiver::Stored));
                }
                break;
            }
            Kind::NAMED_EXPRESSION => {
                found.extend(node.child(Field::NAME).map(|name| Receiver::Stored(name.text())));
            }
            Kind::ASSIGNMENT | Kind::AUGMENTED_ASSIGNMENT => {
                if inner.field() == Field::RIGHT {
                    found.extend(node.child(Field::LEFT).and_then(target).map(Receiver::Stored));
                }
                if node.parent().is_none_or(|parent| !parent.is(Kind::ASSIGNMENT)) {
                    break;
                }
            }
            Kind::RETURN_STATEMENT | Kind::YIELD => {
                found.extend(function_name(node).map(Receiver::Returned));
                break;
            }
            Kind::CALL => found.extend(appended_to(node, inner).map(Receiver::Stored)),
            Kind::COMPARISON_OPERATOR | Kind::BLOCK | Kind::MODULE | Kind::EXPRESSION_STATEMENT => break,
            Kind::CONDITIONAL_EXPRESSION if node.named_children().nth(1) == Some(inner) => break,
            _ => {}
        }
        inner = node;
    }
    found
}

/// Gives the name that an assignment's left side ends in: `token` for `self.token`, `row["token"]` and `token`.
pub(crate) fn target<'a>(left: Node<'a>) -> Option<&'a str> {
    match left.kind() {
        Kind::IDENTIFIER => Some(left.text()),
        Kind::ATTRIBUTE => left.child(Field::ATTRIBUTE).map(Node::text),
        Kind::SUBSCRIPT => left.child(Field::SUBSCRIPT).and_then(literal::text),
        _ => None,
    }
}

/// Gives the name of the function that a node is in.
pub(crate) fn function_name<'a>(node: Node<'a>) -> Option<&'a str> {
    let scope = node.scope().filter(|scope| scope.is(Kind::FUNCTION_DEFINITION))?;
    scope.child(Field::NAME).map(Node::text)
}

/// Says whether the function around a node returns an expression that holds this local name.
pub(crate) fn is_returned(node: Node<'_>, name: &str) -> bool {
    let Some(scope) = node.scope().filter(|scope| scope.is(Kind::FUNCTION_DEFINITION)) else { return false };
    let returns = scope.descendants().filter(|node| node.is(Kind::RETURN_STATEMENT));
    returns.flat_map(Node::descendants).any(|node| node.is(Kind::IDENTIFIER) && node.text() == name)
}

/// `token_chars` for `token_chars.append(<value>)`.
fn appended_to<'a>(call: Node<'a>, argument: Node<'a>) -> Option<&'a str> {
    let call = Call::of(call).filter(|call| call.list == argument)?;
    let grows = ["append", "extend", "add", "insert"].contains(&call.name());
    call.receiver().filter(|_| grows).and_then(target)
}
