//! What is test code. Invariant: only the path decides, and only by the names that pytest and unittest look for.

use securecode_sdk::{Confidence, File, Found, Severity};

/// Says whether a file is a test by its name or folder.
pub(crate) fn is_test(file: File<'_>) -> bool {
    let name = file.name();
    let is_folder = |part: &str| ["tests", "test", "testing"].contains(&part) || part.ends_with("_tests");
    name.starts_with("test_") || name.ends_with("_test.py") || name == "conftest.py" || folders(file).any(is_folder)
}

/// Gives the folders that a file is in within its project.
pub(crate) fn folders<'a>(file: File<'a>) -> impl Iterator<Item = &'a str> {
    // Of a path from the root, which folders are the project's own is not known: the nearest one surely tells of the file.
    let is_within = !file.path().starts_with('/');
    let count = if is_within { usize::MAX } else { 1 };
    let module = if is_within { "" } else { file.module().unwrap_or_default() };
    let parts = file.path().rsplit('/').skip(1).take(count).chain(module.rsplit('.').skip(1));
    parts.filter(|part| !part.is_empty())
}

/// Ranks a finding in test code low, because nothing of it is deployed.
pub(crate) fn ranked(file: File<'_>, found: Found) -> Found {
    if is_test(file) { found.severity(Severity::Low).confidence(Confidence::Low) } else { found }
}
