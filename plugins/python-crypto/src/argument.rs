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

/// Gives the argument at a position or with one of these keywords.
pub(crate) fn value<'a>(call: Call<'a>, position: Option<usize>, names: &[&str]) -> Option<Node<'a>> {
    let named = names.iter().find_map(|name| call.keyword(name));
    named.or_else(|| call.positional(position?)).map(Node::without_parentheses)
}

/// Says whether arguments are passed that only the run shows.
pub(crate) fn has_splat(call: Call<'_>) -> bool {
    call.arguments().any(|argument| argument.is(Kind::LIST_SPLAT) || argument.is(Kind::DICTIONARY_SPLAT))
}
