//! What is test code. Invariant: only the path decides, and only by the names that pytest and unittest look for.

use securecode_sdk::{Confidence, File, Found, Severity};

/// Says whether a file is a test by its name or folder.
pub(crate) fn is_test(file: File<'_>) -> bool {
    let name = file.name();
    let is_folder = |part: &str| part == "tests" || part == "test" || part == "testing";
    let mut folders = file.path().rsplit('/').skip(1);
    name.starts_with("test_") || name.ends_with("_test.py") || name == "conftest.py" || folders.any(is_folder)
}

/// Ranks a secret in test code low, because tests bring keys of their own.
pub(crate) fn ranked(file: File<'_>, found: Found) -> Found {
    if is_test(file) { found.severity(Severity::Low).confidence(Confidence::Low) } else { found }
}
