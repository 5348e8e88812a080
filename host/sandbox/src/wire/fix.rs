//! Fixes. Invariant: a fix from a guest has a bounded title and a bounded number of edits.

use crate::{
    bindings::imports::securecode::plugin::types,
    error::CallError,
    limits::{MAX_EDITS, MAX_FIXES, MAX_MESSAGE_BYTES, truncated},
    stage::{Fix, FixEdit},
    wire::span,
};

pub(crate) fn to_guest(fix: Fix) -> types::Fix {
    let edit =
        |edit: FixEdit| types::Edit { path: edit.path, at: span::to_guest(edit.span), replacement: edit.replacement };
    types::Fix { title: fix.title, edits: fix.edits.into_iter().map(edit).collect() }
}

pub(crate) fn from_guest(fix: types::Fix) -> Result<Fix, CallError> {
    if fix.edits.len() > MAX_EDITS {
        return Err(CallError::OutputTooLarge { what: format!("a fix of more than {MAX_EDITS} edits") });
    }
    let edit =
        |edit: types::Edit| FixEdit { path: edit.path, span: span::from_guest(edit.at), replacement: edit.replacement };
    Ok(Fix { title: truncated(fix.title, MAX_MESSAGE_BYTES), edits: fix.edits.into_iter().map(edit).collect() })
}

pub(crate) fn all_from_guest(fixes: Vec<types::Fix>) -> Result<Vec<Fix>, CallError> {
    if fixes.len() > MAX_FIXES {
        return Err(CallError::OutputTooLarge { what: format!("more than {MAX_FIXES} fixes for one finding") });
    }
    fixes.into_iter().map(from_guest).collect()
}
