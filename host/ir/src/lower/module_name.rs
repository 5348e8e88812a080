//! Module names from paths. Invariant: every path gives a name that is not empty.

/// A module's name and the package that its relative imports start from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ModuleName {
    /// `shop.views`.
    pub(crate) name: String,
    /// `shop`; for `shop/__init__.py` too. Empty at top level.
    pub(crate) package: String,
}

/// Derives the name: components joined by dots, a leading `src` and a trailing `__init__` left out.
pub(crate) fn module_name(path: &str) -> ModuleName {
    let stem = path.strip_suffix(".py").or_else(|| path.strip_suffix(".pyi")).unwrap_or(path);
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
    ModuleName { name, package }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, name: &str, package: &str) {
        assert_eq!(module_name(path), ModuleName { name: name.into(), package: package.into() }, "{path}");
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
}
