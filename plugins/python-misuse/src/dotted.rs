//! Dotted paths of expressions, through the file's imports. Invariant: a path is given only for plain chains of names
//! whose first name is imported; everything else is unknown.

pub(crate) use securecode_sdk::dotted::path;
use securecode_sdk::{Field, File, Kind, Node};

/// Says whether an expression names one of these dotted paths.
pub(crate) fn is_any(file: File<'_>, node: Node<'_>, paths: &[&str]) -> bool {
    path(file, node).is_some_and(|path| paths.contains(&path.as_str()))
}

/// Gives the last name of a chain: `SafeLoader` for `yaml.SafeLoader`.
pub(crate) fn last_name<'a>(node: Node<'a>) -> Option<&'a str> {
    match node.kind() {
        Kind::ATTRIBUTE => node.child(Field::ATTRIBUTE).map(Node::text),
        Kind::IDENTIFIER => Some(node.text()),
        _ => None,
    }
}
