//! Arguments of a call as rules ask for them. Invariant: an argument that only the run shows (`*args`, `**kwargs`) is
//! never taken for a missing one.

use securecode_sdk::{File, Finding, Kind, Match, Node, fix::call::Call};

/// Gives the call that a match is about.
pub(crate) fn call<'a>(file: File<'a>, matched: &Match) -> Option<Call<'a>> {
    file.node_of(matched).and_then(Call::of)
}

/// Gives the node that a finding is about.
pub(crate) fn node<'a>(file: File<'a>, finding: &Finding, matched: Option<&Match>) -> Option<Node<'a>> {
    matched.and_then(|matched| file.node_of(matched)).or_else(|| file.tree().node_at(finding.at))
}

/// Gives the argument at a position or with a keyword.
pub(crate) fn value<'a>(call: Call<'a>, position: usize, name: &str) -> Option<Node<'a>> {
    call.keyword(name).or_else(|| call.positional(position)).map(Node::without_parentheses)
}

/// Says whether arguments are passed that only the run shows.
pub(crate) fn has_splat(call: Call<'_>) -> bool {
    call.arguments().any(|argument| argument.is(Kind::LIST_SPLAT) || argument.is(Kind::DICTIONARY_SPLAT))
}

/// Says whether a keyword argument is the literal of this kind: `TRUE`, `FALSE` or `NONE`.
pub(crate) fn is_constant(call: Call<'_>, name: &str, kind: Kind) -> bool {
    call.keyword(name).is_some_and(|value| value.without_parentheses().is(kind))
}
