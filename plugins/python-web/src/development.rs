//! What is made for a developer's machine. Invariant: only the names of the file and of its project's folders decide.

use securecode_sdk::{
    File,
    test_code::{folders, is_test},
};

use crate::words;

/// Says whether a file holds settings that are not for a deployment.
pub(crate) fn is_for_development(file: File<'_>) -> bool {
    const WORDS: &[&str] = &["dev", "devel", "development", "local", "debug", "ci", "test", "tests", "testing"];
    is_test(file) || folders(file).chain(file.name().split('.')).any(|part| words::has_any(part, WORDS))
}
