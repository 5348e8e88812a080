//! Spans. Invariant: what comes from a guest may lie outside of any text; whoever uses it checks.

use model::span::Span;

use crate::bindings::imports::securecode::plugin::types;

pub(crate) fn to_guest(span: Span) -> types::Span {
    types::Span { start: span.start, end: span.end }
}

pub(crate) fn from_guest(span: types::Span) -> Span {
    Span::new(span.start, span.end)
}
