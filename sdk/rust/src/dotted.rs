//! Dotted paths of expressions, through the file's imports. Invariant: a path is given only for plain chains of names
//! whose first name is imported; everything else is unknown.

use crate::{Field, File, Kind, Node};

/// Gives what an expression names: with `import ssl as s`, `s.CERT_NONE` is `ssl.CERT_NONE`.
pub fn path(file: File<'_>, node: Node<'_>) -> Option<String> {
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
