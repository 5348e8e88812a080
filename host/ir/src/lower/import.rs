//! Import statements as written. Invariant: an import's path starts with its module, or is the first part of it
//! (`import a.b` binds `a`).

use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::scope::Scanner;

/// Where an import starts to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// On Python's search path.
    Absolute,
    /// From the importing file's package: its module is a path of the project already.
    Relative,
}

/// What an import binds a name to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// What the name means.
    pub(crate) path: String,
    /// The module that is imported for it.
    pub(crate) module: String,
    /// The name taken from the module in `from module import name`.
    pub(crate) name: Option<String>,
    /// Where the search starts.
    pub(crate) origin: Origin,
}

/// `from module import *`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wildcard {
    /// The module.
    pub(crate) module: String,
    /// Where the search starts.
    pub(crate) origin: Origin,
}

impl<'a> Scanner<'a, '_> {
    fn bind_import(&mut self, name: &'a str, import: Import) {
        // `import as x` parses with an empty name: it imports nothing.
        if import.path.is_empty() || name.is_empty() {
            return;
        }
        let here = self.function_scope();
        if let Some(scope) = self.scope(here) {
            scope.names.entry(name).or_default().imports.push(import);
        }
    }

    pub(crate) fn visit_import(&mut self, node: Node<'a>) {
        let plain =
            |path: &str, module: String| Import { path: path.to_owned(), module, name: None, origin: Origin::Absolute };
        for import in node.children_by(Field::NAME) {
            if import.kind() == Kind::ALIASED_IMPORT {
                if let (Some(name), Some(alias)) = (import.child(Field::NAME), import.child(Field::ALIAS)) {
                    let module = dotted(name, self.text);
                    self.bind_import(alias.text(self.text), plain(&module.clone(), module));
                }
            } else if let Some(first) = import.items().next() {
                let first = first.text(self.text);
                self.bind_import(first, plain(first, dotted(import, self.text)));
            }
        }
    }

    pub(crate) fn visit_import_from(&mut self, node: Node<'a>) {
        let Some((module, origin)) = import_module(node, self.text, self.package) else { return };
        if node.child_of_kind(Kind::WILDCARD_IMPORT).is_some() {
            let here = self.function_scope();
            if let Some(scope) = self.scope(here) {
                scope.wildcards.push(Wildcard { module: module.clone(), origin });
            }
        }
        for import in node.children_by(Field::NAME) {
            let (name, alias) = if import.kind() == Kind::ALIASED_IMPORT {
                (import.child(Field::NAME), import.child(Field::ALIAS))
            } else {
                (Some(import), Some(import))
            };
            if let (Some(name), Some(alias)) = (name, alias) {
                let name = name.text(self.text);
                let path = join(&module, name);
                let import = Import { path, module: module.clone(), name: Some(name.to_owned()), origin };
                self.bind_import(alias.text(self.text), import);
            }
        }
    }
}

/// Joins a module and a name; an empty module gives the name alone.
pub(crate) fn join(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}.{name}") }
}

/// Gives a `dotted_name` without the blanks that may stand around its dots.
pub(crate) fn dotted(name: Node<'_>, text: &str) -> String {
    let parts: Vec<&str> = name.items().map(|part| part.text(text)).collect();
    if parts.is_empty() { name.text(text).to_owned() } else { parts.join(".") }
}

/// Gives the absolute module of a `from … import`.
fn import_module(node: Node<'_>, text: &str, package: &str) -> Option<(String, Origin)> {
    let module = node.child(Field::MODULE_NAME)?;
    if module.kind() != Kind::RELATIVE_IMPORT {
        return Some((dotted(module, text), Origin::Absolute));
    }
    let prefix = module.child_of_kind(Kind::IMPORT_PREFIX)?;
    let level = prefix.text(text).bytes().filter(|byte| *byte == b'.').count();
    let mut base = package;
    for _ in 1..level {
        base = base.rsplit_once('.').map_or("", |(parent, _)| parent);
    }
    let module = match module.child_of_kind(Kind::DOTTED_NAME) {
        Some(name) => join(base, &dotted(name, text)),
        None => base.to_owned(),
    };
    Some((module, Origin::Relative))
}
