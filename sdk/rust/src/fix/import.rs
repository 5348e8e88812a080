//! Adds imports. Invariant: an import goes after the docstring, `__future__` imports and existing imports at the top of
//! the file, and is not added twice.

use crate::{Edit, File, ImportEntry, Kind, Node, fix::insert};

/// Makes `module` usable: gives the expression that names it in this file, and the edit that imports it where no import
/// does yet.
pub fn module(file: File<'_>, module: &str) -> (String, Option<Edit>) {
    let whole = file.imports().iter().find(|import| import.target == module && is_usable(file, import));
    match whole {
        Some(import) => (import.local.clone(), None),
        None => (module.into(), Some(add(file, &format!("import {module}")))),
    }
}

/// Makes `name` of `module` usable, as [`module`] does for a whole module; an import of the module itself serves too.
pub fn name(file: File<'_>, module: &str, name: &str) -> (String, Option<Edit>) {
    let target = format!("{module}.{name}");
    let mut usable = file.imports().iter().filter(|import| is_usable(file, import));
    let direct = usable.clone().find(|import| import.target == target).map(|import| import.local.clone());
    let through = || usable.find(|import| import.target == module).map(|import| format!("{}.{name}", import.local));
    match direct.or_else(through) {
        Some(local) => (local, None),
        None => (name.into(), Some(add(file, &format!("from {module} import {name}")))),
    }
}

/// Tells whether the whole file sees the import; one without a place is the host's word that it does.
fn is_usable(file: File<'_>, import: &ImportEntry) -> bool {
    import.at.start == import.at.end || in_module_scope(file, import.at.start)
}

fn in_module_scope(file: File<'_>, offset: u32) -> bool {
    let statement = file.tree().root().and_then(|root| root.children().find(|child| child.end() > offset));
    statement.is_some_and(is_import)
}

fn is_import(node: Node<'_>) -> bool {
    [Kind::IMPORT_STATEMENT, Kind::IMPORT_FROM_STATEMENT, Kind::FUTURE_IMPORT_STATEMENT].contains(&node.kind())
}

fn is_docstring(node: Node<'_>) -> bool {
    node.is(Kind::EXPRESSION_STATEMENT) && node.named_children().all(|child| child.is(Kind::STRING))
}

/// Gives the edit that adds this import statement.
pub fn add(file: File<'_>, statement: &str) -> Edit {
    let newline = file.line_ending();
    let mut after = None;
    let mut before = None;
    let statements = file.tree().root().into_iter().flat_map(Node::named_children);
    for (number, node) in statements.enumerate() {
        let precedes = |node: Node<'_>| {
            node.is(Kind::IMPORT_STATEMENT)
                && !statement.starts_with("from ")
                && first_word(node) > module_word(statement)
        };
        if is_import(node) {
            if precedes(node) && before.is_none() {
                before = Some(node);
            }
            after = Some(node);
        } else if number == 0 && is_docstring(node) {
            after = Some(node);
        } else {
            break;
        }
    }
    // Keep a sorted block of plain imports sorted; otherwise append to the imports.
    if let Some(node) = before {
        return insert(node.start(), format!("{statement}{newline}"));
    }
    match after {
        Some(node) => {
            let offset = end_of_line(file, node.end());
            let gap = if is_docstring(node) { newline } else { "" };
            let lead =
                if file.text().get(..offset as usize).is_some_and(|text| text.ends_with('\n')) { "" } else { newline };
            insert(offset, format!("{lead}{gap}{statement}{newline}"))
        }
        None => {
            let first = file.tree().root().and_then(|root| root.named_children().next());
            let offset = first.map_or(0, Node::start);
            insert(offset, format!("{statement}{newline}{newline}"))
        }
    }
}

fn first_word(node: Node<'_>) -> &str {
    module_word(node.text())
}

fn module_word(statement: &str) -> &str {
    statement.split([' ', ',']).nth(1).unwrap_or_default()
}

fn end_of_line(file: File<'_>, offset: u32) -> u32 {
    let rest = file.text().get(offset as usize..).unwrap_or_default();
    rest.find('\n').map_or(file.text().len() as u32, |at| offset + at as u32 + 1)
}
