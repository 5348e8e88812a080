//! Where imports lead. Invariant: a target in the project is the path of what is imported where it is defined,
//! whatever chain of re-exports leads there; the number of links that are followed is bounded.

use super::{
    import::{Import, Origin, Wildcard, join},
    library_names::is_standard_library,
    module_name::ModuleKind,
    scope::Bindings,
    world::{Source, World},
};

/// How many re-exports are followed.
const MAX_REEXPORTS: usize = 16;
/// How many `import *` are followed into each other.
const MAX_WILDCARDS: usize = 8;

impl<'a> World<'a> {
    /// Makes every import's path one of the project where it leads there, and puts the import that counts first.
    pub(crate) fn resolve_imports(&mut self) {
        // Each import is placed on its own first, so that following them finds the others placed.
        let mut placed = Vec::new();
        for (index, source) in self.sources.iter().enumerate() {
            for (scope_index, scope) in source.table.scopes.iter().enumerate() {
                for (number, wildcard) in scope.wildcards.iter().enumerate() {
                    if let Some(root) = self.root_of_wildcard(wildcard, index).filter(|root| !root.is_empty()) {
                        placed.push((index, scope_index, Place::Wildcard(number), join(&root, &wildcard.module)));
                    }
                }
                for (name, bindings) in scope.names.iter().filter(|(_, bindings)| !bindings.imports.is_empty()) {
                    let (best, root) = self.preferred(bindings, index);
                    let root = root.filter(|root| !root.is_empty());
                    if best > 0 || root.is_some() {
                        let path = bindings.imports.get(best).map(|import| import.path.clone()).unwrap_or_default();
                        let path = root.map_or_else(|| path.clone(), |root| join(&root, &path));
                        placed.push((index, scope_index, Place::Name(name, best), path));
                    }
                }
            }
        }
        self.enter(placed);
        let mut followed = Vec::new();
        for (index, source) in self.sources.iter().enumerate() {
            for (scope_index, scope) in source.table.scopes.iter().enumerate() {
                for (name, bindings) in &scope.names {
                    let Some(import) = bindings.imports.first().filter(|import| import.name.is_some()) else {
                        continue;
                    };
                    let path = self.follow_import(import);
                    if path != import.path {
                        followed.push((index, scope_index, Place::Name(name, 0), path));
                    }
                }
            }
        }
        self.enter(followed);
    }

    fn enter(&mut self, changes: Vec<(usize, usize, Place<'a>, String)>) {
        for (source, scope, place, path) in changes {
            let scope = self.sources.get_mut(source).and_then(|source| source.table.scopes.get_mut(scope));
            let Some(scope) = scope else { continue };
            match place {
                Place::Wildcard(number) => {
                    if let Some(wildcard) = scope.wildcards.get_mut(number) {
                        wildcard.module = path;
                    }
                }
                Place::Name(name, best) => {
                    let Some(bindings) = scope.names.get_mut(name) else { continue };
                    if best < bindings.imports.len() {
                        bindings.imports.swap(0, best);
                    }
                    if let Some(import) = bindings.imports.first_mut() {
                        import.path = path;
                    }
                }
            }
        }
    }

    /// Of several imports of a name (`try: import ujson as json`, `except ImportError: import json`) gives the one
    /// whose code is there, else the standard library's, else the first; and the folder that its module is found in.
    fn preferred(&self, bindings: &Bindings, source: usize) -> (usize, Option<String>) {
        let roots = bindings.imports.iter().map(|import| self.root_of(import, source));
        if let Some((index, root)) = roots.enumerate().find(|(_, root)| root.is_some()) {
            return (index, root);
        }
        let is_standard = |import: &Import| import.module.split('.').next().is_some_and(is_standard_library);
        (bindings.imports.iter().position(is_standard).unwrap_or(0), None)
    }

    /// Gives the path of a module that a file imports by its whole name.
    pub(crate) fn module_path(&self, source: usize, module: &str) -> String {
        let wildcard = Wildcard { module: module.to_owned(), origin: Origin::Absolute };
        join(&self.root_of_wildcard(&wildcard, source).unwrap_or_default(), module)
    }

    fn root_of_wildcard(&self, wildcard: &Wildcard, source: usize) -> Option<String> {
        let module = wildcard.module.clone();
        let import = Import { path: module.clone(), module, name: None, origin: wildcard.origin };
        self.root_of(&import, source)
    }

    /// Finds the folder that an import's module is found in: the nearest one around the importing file that is no
    /// package, then other places where Python may start. `None` when the project does not have the module.
    fn root_of(&self, import: &Import, source: usize) -> Option<String> {
        if import.origin == Origin::Relative {
            return self.modules.split(&import.path).map(|_| String::new());
        }
        let first = import.module.split('.').next().unwrap_or_default();
        let file = &self.sources.get(source)?.module;
        let own_folder = match file.kind {
            ModuleKind::Package => file.package.rsplit_once('.').map_or("", |(folder, _)| folder),
            ModuleKind::Plain | ModuleKind::Stub => file.package.as_str(),
        };
        // A module beside a script hides no module of the standard library from files that are no scripts.
        let is_standard = is_standard_library(first);
        let mut folder = own_folder;
        loop {
            let searched = folder.is_empty() || !is_standard && !self.modules.is_package(folder);
            if searched && self.is_found(folder, import, source) {
                return Some(folder.to_owned());
            }
            if folder.is_empty() {
                break;
            }
            folder = folder.rsplit_once('.').map_or("", |(parent, _)| parent);
        }
        if is_standard {
            return None;
        }
        // A script that stands in a package sees its neighbours when it is run.
        if import.name.is_some() && self.is_found(own_folder, import, source) {
            return Some(own_folder.to_owned());
        }
        let is_deep = import.module.contains('.');
        let found: Vec<(usize, &str)> = self
            .modules
            .roots_of(first, own_folder)
            .into_iter()
            .filter(|(_, folder)| is_deep || self.modules.is_marked(folder))
            .filter(|(_, folder)| self.is_found(folder, import, source))
            .collect();
        match found.as_slice() {
            [(_, only)] => Some((*only).to_owned()),
            [(most, nearest), (less, _), ..] if most > less => Some((*nearest).to_owned()),
            _ => None,
        }
    }

    fn is_found(&self, folder: &str, import: &Import, importer: usize) -> bool {
        let module = join(folder, &import.module);
        let name = import.name.as_deref();
        match self.modules.module(&module) {
            Some(found) if found == importer && !self.modules.is_package(&module) => false,
            Some(found) => {
                folder.is_empty()
                    || name.is_none_or(|name| self.modules.has_submodule(&module, name) || self.defines(found, name))
            }
            None => name.is_some_and(|name| self.modules.has_submodule(&module, name)),
        }
    }

    /// Tells whether a module may have a name: it binds it, or imports names that are not listed.
    fn defines(&self, module: usize, name: &str) -> bool {
        let scope = self.sources.get(module).and_then(|source| source.table.scopes.first());
        scope.is_some_and(|scope| {
            scope.names.contains_key(name) || !scope.wildcards.is_empty() || scope.names.contains_key("__getattr__")
        })
    }

    /// Follows `from module import name`: a name that the module itself binds goes before its submodule.
    fn follow_import(&self, import: &Import) -> String {
        let name = import.name.as_deref().unwrap_or_default();
        let package = import.path.strip_suffix(name).and_then(|path| path.strip_suffix('.'));
        match package.and_then(|package| self.modules.module(package)) {
            Some(module) => self.follow(self.member(module, name).unwrap_or_else(|| import.path.clone())),
            None => import.path.clone(),
        }
    }

    /// Replaces names that a module of the project merely imports by what they are imported from.
    pub(crate) fn follow(&self, path: String) -> String {
        let mut path = path;
        for _ in 0..MAX_REEXPORTS {
            let Some((module, rest)) = self.modules.split(&path) else { break };
            let (name, more) = rest.split_once('.').unwrap_or((rest, ""));
            let target = if name.is_empty() {
                let (package, name) = path.rsplit_once('.').unwrap_or(("", &path));
                self.modules.module(package).and_then(|package| self.member(package, name))
            } else {
                self.member(module, name)
            };
            let Some(target) = target else { break };
            let next = if more.is_empty() { target } else { join(&target, more) };
            if next == path || next.starts_with(&path) && name.is_empty() && self.is_module(&next) {
                break;
            }
            path = next;
        }
        path
    }

    fn is_module(&self, path: &str) -> bool {
        self.modules.module(path).is_some()
    }

    /// Gives what a name of a module is imported from; `None` for one that is no import.
    fn member(&self, module: usize, name: &str) -> Option<String> {
        let source = self.sources.get(module)?;
        let scope = source.table.scopes.first()?;
        match scope.names.get(name) {
            Some(bindings) if bindings.is_import() => bindings.imports.first().map(|import| import.path.clone()),
            Some(_) => None,
            None if self.modules.has_submodule(&source.module.name, name) => None,
            None => self.through_wildcards(source, name),
        }
    }

    /// Finds the module of the project that a name comes from by `import *`; gives the name's path there.
    pub(crate) fn through_wildcards(&self, source: &Source<'_>, name: &str) -> Option<String> {
        let mut pending: Vec<(usize, usize)> = Vec::new();
        let enter = |source: &Source<'_>, depth: usize, pending: &mut Vec<(usize, usize)>| {
            let wildcards = source.table.scopes.first().map_or(&[][..], |scope| &scope.wildcards);
            pending
                .extend(wildcards.iter().filter_map(|wildcard| Some((self.modules.module(&wildcard.module)?, depth))));
        };
        enter(source, 0, &mut pending);
        for _ in 0..MAX_WILDCARDS * MAX_WILDCARDS {
            let (module, depth) = pending.pop()?;
            let found = self.sources.get(module)?;
            let hidden = match &found.exports {
                Some(exports) => !exports.contains(name),
                None => name.starts_with('_'),
            };
            if hidden {
                continue;
            }
            if found.table.scopes.first().is_some_and(|scope| scope.names.contains_key(name)) {
                return Some(join(&found.module.name, name));
            }
            if found.exports.is_some() && self.modules.has_submodule(&found.module.name, name) {
                return Some(join(&found.module.name, name));
            }
            if depth < MAX_WILDCARDS {
                enter(found, depth + 1, &mut pending);
            }
        }
        None
    }
}

/// Where a path is written back.
enum Place<'a> {
    /// The wildcard of that number.
    Wildcard(usize),
    /// The name, of whose imports the one of that number counts.
    Name(&'a str, usize),
}
