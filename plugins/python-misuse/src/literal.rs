//! Values of literals. Invariant: a value is given only for a literal whose value the text alone decides.

use securecode_sdk::{Kind, Node, Span};

/// Gives the span between the quotes of a string literal without interpolations.
pub(crate) fn content_span(node: Node<'_>) -> Option<Span> {
    let is_plain = node.is(Kind::STRING) && node.child_of_kind(Kind::INTERPOLATION).is_none();
    let start = node.child_of_kind(Kind::STRING_START).filter(|_| is_plain)?;
    Some(Span { start: start.end(), end: node.child_of_kind(Kind::STRING_END)?.start() })
}

/// Gives the text between the quotes, escape sequences as they are written.
pub(crate) fn text(node: Node<'_>) -> Option<&str> {
    content_span(node.without_parentheses()).map(|span| node.tree().text(span))
}

/// Says whether a string literal is of bytes.
pub(crate) fn is_bytes(node: Node<'_>) -> bool {
    node.child_of_kind(Kind::STRING_START).is_some_and(|start| start.text().contains(['b', 'B']))
}

/// Gives a non-negative integer literal's value: `511`, `0o777`, `0x1ff`, `1_000`.
pub(crate) fn integer(node: Node<'_>) -> Option<u64> {
    let node = node.without_parentheses();
    if !node.is(Kind::INTEGER) {
        return None;
    }
    let digits = node.text().replace('_', "").to_ascii_lowercase();
    let parse =
        |prefix: &str, radix| digits.strip_prefix(prefix).and_then(|rest| u64::from_str_radix(rest, radix).ok());
    parse("0o", 8).or_else(|| parse("0x", 16)).or_else(|| parse("0b", 2)).or_else(|| digits.parse().ok())
}
