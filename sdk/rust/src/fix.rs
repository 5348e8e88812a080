//! What fixes are made of. Invariant: helpers give edits or `None` where the shape of the code is not one that they
//! repair faithfully; they never guess.

pub mod call;
pub mod guard;
pub mod import;
pub mod local;
pub mod sql;

use crate::{Edit, Fix, Span};

/// Makes a fix: what it does in the imperative, and its edits.
pub fn fix(title: impl Into<String>, edits: Vec<Edit>) -> Fix {
    Fix { title: title.into(), edits }
}

/// Replaces a span of the finding's file.
pub fn replace(at: Span, replacement: impl Into<String>) -> Edit {
    Edit { path: None, at, replacement: replacement.into() }
}

/// Inserts text before an offset of the finding's file.
pub fn insert(offset: u32, text: impl Into<String>) -> Edit {
    replace(Span { start: offset, end: offset }, text)
}

/// Removes a span of the finding's file.
pub fn remove(at: Span) -> Edit {
    replace(at, "")
}
