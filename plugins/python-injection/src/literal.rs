//! Values of literals as the program sees them. Invariant: a text is given only where no part of it is computed.

use securecode_sdk::{
    Field, Kind, Node,
    compose::{Composition, Piece},
    fix::local,
};

/// Gives the text of a string literal, escape sequences resolved.
pub(crate) fn text(node: Node<'_>) -> Option<String> {
    let pieces = Composition::of(node)?.pieces;
    let character = |piece: &Piece<'_>| match piece {
        Piece::Character { value, .. } => Some(Some(*value)),
        Piece::Hole(_) => Some(None),
        Piece::Break(_) => None,
    };
    pieces.iter().filter_map(character).collect()
}

/// As `text`, through a local variable or a module-level name with a single value.
pub(crate) fn named_text(node: Node<'_>) -> Option<String> {
    let node = node.without_parentheses();
    if !node.is(Kind::IDENTIFIER) {
        return text(node);
    }
    text(written(node))
}

/// Gives the expression that a name stands for: the right side of its only assignment; anything else as it is.
pub(crate) fn written<'a>(node: Node<'a>) -> Node<'a> {
    let node = node.without_parentheses();
    if !node.is(Kind::IDENTIFIER) {
        return node;
    }
    let assigned = local::only_assignment(node).and_then(|assignment| assignment.child(Field::RIGHT));
    assigned.or_else(|| module_value(node)).map_or(node, Node::without_parentheses)
}

/// Gives the expression that a module-level name with a single value stands for.
pub(crate) fn module_value<'a>(name: Node<'a>) -> Option<Node<'a>> {
    let root = name.tree().root()?;
    if !local::is_module_constant(name) {
        return None;
    }
    let statements = root.named_children().filter(|node| node.is(Kind::EXPRESSION_STATEMENT));
    let assignments = statements.filter_map(|node| node.child_of_kind(Kind::ASSIGNMENT));
    let mut values = assignments
        .filter(|assignment| assignment.child(Field::LEFT).is_some_and(|left| left.text() == name.text()))
        .filter_map(|assignment| assignment.child(Field::RIGHT));
    values.next()
}
