//! Dotted paths of expressions, through the file's imports. Invariant: a path is given only for plain chains of names
//! whose first name is imported; everything else is unknown.

use securecode_sdk::{Field, File, Kind, Node};

/// Gives what an expression names: with `import ssl as s`, `s.CERT_NONE` is `ssl.CERT_NONE`.
pub(crate) fn path(file: File<'_>, node: Node<'_>) -> Option<String> {
    let mut names = Vec::new();
    let mut at = node;
    while at.is(Kind::ATTRIBUTE) {
        names.push(at.child(Field::ATTRIBUTE)?.text());
        at = at.child(Field::OBJECT)?;
    }
    if !at.is(Kind::IDENTIFIER) {
        return None;
    }
    let import = file.imports().iter().find(|import| import.local == at.text())?;
    let mut path = import.target.clone();
    for name in names.iter().rev() {
        path.push('.');
        path.push_str(name);
    }
    Some(path)
}

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
