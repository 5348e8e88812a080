//! Errors in logs. Invariant: an error is told with all its causes.

use std::{error::Error, fmt::Write as _};

/// Joins an error and its causes.
pub(crate) fn error_chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let _is_written = write!(text, ": {inner}");
        cause = inner.source();
    }
    text
}
