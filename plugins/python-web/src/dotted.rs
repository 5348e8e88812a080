//! Dotted paths of expressions, through the file's imports. Invariant: a path is given only for plain chains of names
//! whose first name is imported; everything else is unknown.

use securecode_sdk::{Field, File, Kind, Node};

/// Gives what an expression names: with `from flask import session as s`, `s` is `flask.session`.
pub(crate) fn path(file: File<'_>, node: Node<'_>) -> Option<String> {
    let mut names = Vec::new();
    let mut first = node;
    while first.is(Kind::ATTRIBUTE) {
        names.push(first.child(Field::ATTRIBUTE)?.text());
        first = first.child(Field::OBJECT)?;
    }
    let local = first.is(Kind::IDENTIFIER).then(|| first.text())?;
    let target = &file.imports().iter().find(|import| import.local == local)?.target;
    names.push(target);
    names.reverse();
    Some(names.join("."))
}

/// Says whether an expression names one of these dotted paths.
pub(crate) fn is_any(file: File<'_>, node: Node<'_>, paths: &[&str]) -> bool {
    path(file, node).is_some_and(|path| paths.contains(&path.as_str()))
}

/// Gives the last name of a chain: `session` for `self.request.session`.
pub(crate) fn last_name<'a>(node: Node<'a>) -> Option<&'a str> {
    match node.kind() {
        Kind::ATTRIBUTE => node.child(Field::ATTRIBUTE).map(Node::text),
        Kind::IDENTIFIER => Some(node.text()),
        _ => None,
    }
}
