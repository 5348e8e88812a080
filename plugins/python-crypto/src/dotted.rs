//! Dotted paths of expressions, through the file's imports. Invariant: a path is given only for plain chains of names
//! whose first name is imported; everything else is unknown.

pub(crate) use securecode_sdk::dotted::path;
use securecode_sdk::{Field, Kind, Node};

/// Gives the last name of a chain, of a call's callee or of a subscript's literal key: `iv` for `self.iv`.
pub(crate) fn last_name<'a>(node: Node<'a>) -> Option<&'a str> {
    match node.kind() {
        Kind::ATTRIBUTE => node.child(Field::ATTRIBUTE).map(Node::text),
        Kind::IDENTIFIER => Some(node.text()),
        Kind::SUBSCRIPT => node.child(Field::SUBSCRIPT).and_then(crate::constant::plain_text),
        Kind::CALL => node.child(Field::FUNCTION).and_then(last_name),
        _ => None,
    }
}
