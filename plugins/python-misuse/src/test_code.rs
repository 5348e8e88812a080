//! What is test code. Invariant: only the path decides, and only by the names that pytest and unittest look for.

use securecode_sdk::File;

/// Says whether a file is a test by its name or folder.
pub(crate) fn is_test(file: File<'_>) -> bool {
    let name = file.name();
    let is_folder = |part: &str| ["tests", "test", "testing", "_tests"].contains(&part);
    let mut folders = file.path().rsplit('/').skip(1);
    name.starts_with("test_") || name.ends_with("_test.py") || name == "conftest.py" || folders.any(is_folder)
}
