//! Values of literals. Invariant: a value is given only for a literal whose value the text alone decides.

use securecode_sdk::{Kind, Node};

/// Gives the text between the quotes of a string literal without interpolations, escape sequences as they are written.
pub(crate) fn text(node: Node<'_>) -> Option<&str> {
    let node = node.without_parentheses();
    if !node.is(Kind::STRING) || node.child_of_kind(Kind::INTERPOLATION).is_some() {
        return None;
    }
    let start = node.child_of_kind(Kind::STRING_START)?.end();
    let end = node.child_of_kind(Kind::STRING_END)?.start();
    Some(node.tree().text(securecode_sdk::Span { start, end }))
}

/// Says whether an expression is the literal `False`, or `None` or `0` in its place.
pub(crate) fn is_off(node: Node<'_>) -> bool {
    let node = node.without_parentheses();
    node.is(Kind::FALSE) || node.is(Kind::NONE) || (node.is(Kind::INTEGER) && node.text() == "0")
}

/// Says whether an expression is the literal `True`.
pub(crate) fn is_true(node: Node<'_>) -> bool {
    node.without_parentheses().is(Kind::TRUE)
}

/// Gives the elements of a list, tuple or set display.
pub(crate) fn elements<'a>(node: Node<'a>) -> Vec<Node<'a>> {
    let node = node.without_parentheses();
    match node.kind() {
        Kind::LIST | Kind::TUPLE | Kind::SET => node.named_children().collect(),
        _ => Vec::new(),
    }
}

/// Gives the keys and values of a dict display whose keys are string literals.
pub(crate) fn entries<'a>(node: Node<'a>) -> impl Iterator<Item = (&'a str, Node<'a>)> {
    let pairs = node.without_parentheses();
    let pairs = Some(pairs).filter(|node| node.is(Kind::DICTIONARY)).into_iter().flat_map(Node::named_children);
    pairs.filter(|pair| pair.is(Kind::PAIR)).filter_map(|pair| {
        let key = pair.child(securecode_sdk::Field::KEY).and_then(text)?;
        Some((key, pair.child(securecode_sdk::Field::VALUE)?))
    })
}
