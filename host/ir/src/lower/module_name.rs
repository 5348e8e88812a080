//! Module names from paths. Invariant: every path gives a name that is not empty, and no two files of a program share one.

use std::collections::{BTreeMap, BTreeSet};

/// A module's name and the package that its relative imports start from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModuleName {
    /// `shop.views`.
    pub(crate) name: String,
    /// `shop`; for `shop/__init__.py` too. Empty at top level.
    pub(crate) package: String,
    /// Whether it stands for a folder.
    pub(crate) kind: ModuleKind,
}

/// Whether a file is a folder's own module; of files that claim one name, the lesser kind has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ModuleKind {
    /// An `__init__.py`.
    Package,
    /// Another `.py` file.
    Plain,
    /// A `.pyi` file: types without code.
    Stub,
}

/// Derives the name: components joined by dots, a leading `src` and a trailing `__init__` left out.
pub(crate) fn module_name(path: &str) -> ModuleName {
    let stub = path.strip_suffix(".pyi");
    let stem = stub.or_else(|| path.strip_suffix(".py")).unwrap_or(path);
    let mut parts: Vec<&str> =
        stem.split(['/', '\\']).filter(|part| !part.is_empty() && *part != "." && *part != "..").collect();
    if parts.len() > 1 && parts.first() == Some(&"src") {
        parts.remove(0);
    }
    let is_package = parts.len() > 1 && parts.last() == Some(&"__init__");
    if is_package {
        parts.pop();
    }
    let clean: Vec<String> = parts.iter().map(|part| part.replace('.', "_")).collect();
    let name = if clean.is_empty() { "__main__".to_owned() } else { clean.join(".") };
    let package = if is_package {
        name.clone()
    } else {
        name.rsplit_once('.').map_or(String::new(), |(package, _)| package.to_owned())
    };
    let kind = match (stub, is_package) {
        (Some(_), _) => ModuleKind::Stub,
        (None, true) => ModuleKind::Package,
        (None, false) => ModuleKind::Plain,
    };
    ModuleName { name, package, kind }
}

/// Numbers the names of files that claim the same one, as Python would import only the first.
pub(crate) fn make_unique(names: &mut [&mut ModuleName]) {
    let mut claims: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, module) in names.iter().enumerate() {
        claims.entry(module.name.clone()).or_default().push(index);
    }
    let mut taken: BTreeSet<String> = claims.keys().cloned().collect();
    for (name, mut indices) in claims {
        indices.sort_by_key(|index| (names.get(*index).map(|module| module.kind), *index));
        let mut number = 1;
        for index in indices.into_iter().skip(1) {
            let fresh = loop {
                number += 1;
                let fresh = format!("{name}@{number}");
                if taken.insert(fresh.clone()) {
                    break fresh;
                }
            };
            if let Some(module) = names.get_mut(index) {
                module.name = fresh;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, name: &str, package: &str) {
        let found = module_name(path);
        assert_eq!((found.name.as_str(), found.package.as_str()), (name, package), "{path}");
    }

    #[test]
    fn names_follow_paths() {
        check("shop/views.py", "shop.views", "shop");
        check("pkg/__init__.py", "pkg", "pkg");
        check("pkg/sub/__init__.py", "pkg.sub", "pkg.sub");
        check("app.py", "app", "");
        check("src/shop/db.py", "shop.db", "shop");
        check("../x y.py", "x y", "");
        check("__init__.py", "__init__", "");
        check("", "__main__", "");
        check("a\\b.py", "a.b", "a");
    }

    #[test]
    fn names_are_unique() {
        let paths = ["pkg.py", "pkg/__init__.py", "src/pkg.py", "a/b.py"];
        let mut names: Vec<ModuleName> = paths.iter().map(|path| module_name(path)).collect();
        make_unique(&mut names.iter_mut().collect::<Vec<_>>());
        let names: Vec<&str> = names.iter().map(|module| module.name.as_str()).collect();
        assert_eq!(names, ["pkg@2", "pkg", "pkg@3", "a.b"]);
    }
}
