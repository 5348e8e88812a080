//! The imports of a file as rules see them. Invariant: imports inside functions and conditions count as those at the
//! top, and each has the span of its name.

use sandbox::pack::ImportEntry;
use syntax::{
    kinds::{Field, Kind},
    packed::{Node, PackedTree},
};

/// Most imports of one file that are listed.
const MAX_IMPORTS: usize = 5_000;

/// Reads the imports off a tree; `package` is what relative ones start from (`shop` for `shop/views.py`).
pub(crate) fn imports(tree: &PackedTree, text: &str, package: &str) -> Vec<ImportEntry> {
    let mut found = Vec::new();
    for node in (0..tree.node_count()).filter_map(|index| tree.node(index)) {
        match node.kind() {
            Kind::IMPORT_STATEMENT => node.items().for_each(|item| plain(item, text, &mut found)),
            Kind::IMPORT_FROM_STATEMENT => from(node, text, package, &mut found),
            _ => {}
        }
        if found.len() >= MAX_IMPORTS {
            found.truncate(MAX_IMPORTS);
            break;
        }
    }
    found
}

/// `import a.b` binds `a`, `import a.b as c` binds `c`.
fn plain(item: Node<'_>, text: &str, found: &mut Vec<ImportEntry>) {
    if item.kind() == Kind::ALIASED_IMPORT {
        if let (Some(name), Some(alias)) = (item.child(Field::NAME), item.child(Field::ALIAS)) {
            found.push(entry(alias.text(text), dotted(name, text), item));
        }
    } else {
        let target = dotted(item, text);
        let local = target.split('.').next().unwrap_or_default().to_owned();
        found.push(entry(&local, target, item));
    }
}

fn from(node: Node<'_>, text: &str, package: &str, found: &mut Vec<ImportEntry>) {
    let Some(module) = node.child(Field::MODULE_NAME) else { return };
    let Some(base) = absolute(&dotted(module, text), package) else { return };
    for item in node.items().filter(|item| item.field() == Field::NAME) {
        let (name, alias) = match item.kind() {
            Kind::ALIASED_IMPORT => (item.child(Field::NAME), item.child(Field::ALIAS)),
            _ => (Some(item), None),
        };
        let Some(name) = name else { continue };
        let name_text = dotted(name, text);
        let local = alias.map_or(name_text.as_str(), |alias| alias.text(text)).to_owned();
        found.push(entry(&local, join(&base, &name_text), item));
    }
}

fn entry(local: &str, target: String, node: Node<'_>) -> ImportEntry {
    ImportEntry { local: local.to_owned(), target, span: node.span() }
}

/// Gives a dotted name without the spaces and comments that may stand in it.
fn dotted(node: Node<'_>, text: &str) -> String {
    node.text(text).chars().filter(|one| one.is_alphanumeric() || matches!(one, '.' | '_')).collect()
}

/// Makes a module name absolute; `None` when it climbs out of the project.
fn absolute(name: &str, package: &str) -> Option<String> {
    let relative = name.trim_start_matches('.');
    let dots = name.len() - relative.len();
    if dots == 0 {
        return Some(name.to_owned());
    }
    let mut base = package;
    for _ in 1..dots {
        base = if base.is_empty() { return None } else { base.rsplit_once('.').map_or("", |(outer, _)| outer) };
    }
    Some(join(base, relative))
}

fn join(base: &str, name: &str) -> String {
    match (base.is_empty(), name.is_empty()) {
        (true, _) => name.to_owned(),
        (false, true) => base.to_owned(),
        (false, false) => format!("{base}.{name}"),
    }
}

/// Gives the package that a file's relative imports start from, by its path.
pub(crate) fn package_of(path: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use syntax::parse::parse;

    use super::{imports, package_of};

    #[track_caller]
    fn check(path: &str, text: &str, expected: &[(&str, &str)]) {
        let found = imports(&parse(text).tree, text, &package_of(path));
        let found: Vec<(&str, &str)> = found.iter().map(|one| (one.local.as_str(), one.target.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_form_is_read() {
        check(
            "a.py",
            "import os\nimport os.path\nimport numpy as np\n",
            &[("os", "os"), ("os", "os.path"), ("np", "numpy")],
        );
        check("a.py", "from os import path, sep as s\n", &[("path", "os.path"), ("s", "os.sep")]);
        check(
            "shop/views.py",
            "from . import db\nfrom .db import find as f\n",
            &[("db", "shop.db"), ("f", "shop.db.find")],
        );
        check("shop/web/views.py", "from ..db import find\n", &[("find", "shop.db.find")]);
        check("a.py", "from ... import x\n", &[]);
        check("a.py", "def f():\n    import pickle\n", &[("pickle", "pickle")]);
    }
}
