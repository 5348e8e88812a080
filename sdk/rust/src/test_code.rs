//! What is test code. Invariant: only the names of files and folders decide, and only those that pytest and unittest look
//! for; folders that the project itself lies in say nothing of it.

use crate::{Confidence, File, Found, Severity};

/// Tells whether a file is a test by its name or by a folder within its project.
pub fn is_test(file: File<'_>) -> bool {
    let name = file.name();
    let is_folder = |part: &str| ["tests", "test", "testing"].contains(&part) || part.ends_with("_tests");
    name.starts_with("test_") || name.ends_with("_test.py") || name == "conftest.py" || folders(file).any(is_folder)
}

/// Gives the folders that a file lies in, innermost first: all within its project, and the nearest one in any case.
pub fn folders<'a>(file: File<'a>) -> impl Iterator<Item = &'a str> {
    let nearest = file.path().rsplit('/').nth(1);
    let within = file.module().unwrap_or_default().rsplit('.').skip(1);
    nearest.into_iter().chain(within.filter(move |part| Some(*part) != nearest)).filter(|part| !part.is_empty())
}

/// Ranks a finding in test code low, because nothing of it is deployed and tests bring secrets of their own.
pub fn ranked(file: File<'_>, found: Found) -> Found {
    if is_test(file) { found.severity(Severity::Low).confidence(Confidence::Low) } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Holders, SourceFile};

    fn is_test_at(path: &str, module: &str) -> bool {
        let (text, tree, imports) = (String::new(), Vec::new(), Vec::new());
        let source = SourceFile { path: path.into(), module: Some(module.into()), text, tree, imports };
        is_test(File::new(&source, &Holders::new()))
    }

    #[test]
    fn only_folders_of_the_project_count() {
        assert!(is_test_at("app/tests/unit/keys.py", "app.tests.unit.keys"));
        assert!(is_test_at("app/test_keys.py", "app.test_keys"));
        assert!(is_test_at("tests/keys.py", "keys"));
        assert!(!is_test_at("tests/corpus/shop/keys.py", "keys"));
        assert!(!is_test_at("/build/test/x/shop/keys.py", "shop.keys"));
    }
}
