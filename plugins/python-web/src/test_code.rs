//! What is test code or made for a developer's machine. Invariant: only the path decides.

use securecode_sdk::File;

use crate::words;

/// Says whether a file is a test by its name or folder.
pub(crate) fn is_test(file: File<'_>) -> bool {
    let name = file.name();
    let is_folder = |part: &str| ["tests", "test", "testing"].contains(&part);
    name.starts_with("test_")
        || name.ends_with("_test.py")
        || name == "conftest.py"
        || file.path().rsplit('/').skip(1).any(is_folder)
}

/// Says whether a file holds settings that are not for a deployment.
pub(crate) fn is_for_development(file: File<'_>) -> bool {
    const WORDS: &[&str] = &["dev", "devel", "development", "local", "debug", "ci", "test", "tests", "testing"];
    is_test(file) || file.path().split(['/', '.']).any(|part| words::has_any(part, WORDS))
}
