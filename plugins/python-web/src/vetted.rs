//! Whether a function looks at a URL's host before it uses the URL. Invariant: a look at the scheme alone is none, nor
//! is one whose result decides nothing.

use std::collections::BTreeSet;

use securecode_sdk::{
    Field, File, Kind, Node,
    fix::{call::Call, local},
};

use crate::words;

const ELIF: Kind = Kind::named("elif_clause");
/// Words in names of functions that say whether a URL is acceptable.
const CHECKS: &[&str] = &[
    "safe",
    "allowed",
    "allow",
    "valid",
    "validate",
    "trusted",
    "permitted",
    "whitelisted",
    "allowlisted",
    "check",
    "verify",
    "ensure",
    "internal",
    "private",
    "local",
    "same",
    "own",
];
/// Texts that show that a check looks at the host.
const HOSTS: &[&str] =
    &["netloc", "hostname", ".host", "is_private", "is_global", "gethostby", "getaddrinfo", "ALLOW", "allowed"];

/// Says whether a condition before the expression, in the same function, looks at the host of a URL that the expression
/// names, itself or by a call of a function that does.
pub(crate) fn is_vetted(file: File<'_>, expression: Node<'_>) -> bool {
    let Some(scope) = expression.scope().filter(|scope| !scope.is(Kind::MODULE)) else { return false };
    let mut names: BTreeSet<&str> = names_in(expression).collect();
    let before = |node: &Node<'_>| node.start() < expression.start();
    // `parsed = urlsplit(url)`, `host = parsed.hostname`.
    for node in local::own_nodes(scope).filter(before).filter(|node| node.is(Kind::ASSIGNMENT)) {
        let sides = (node.child(Field::LEFT), node.child(Field::RIGHT));
        if let (Some(left), Some(right)) = sides
            && left.is(Kind::IDENTIFIER)
            && names_in(right).any(|name| names.contains(name))
            && ["urlparse", "urlsplit", "netloc", "hostname", "URL("].iter().any(|text| right.text().contains(text))
        {
            names.insert(left.text());
        }
    }
    local::own_nodes(scope).filter(before).filter_map(decision).any(|condition| {
        let mut calls = std::iter::once(condition).chain(condition.descendants()).filter_map(Call::of);
        let is_checked =
            calls.any(|call| names_in(call.list).any(|name| names.contains(name)) && checks_host(file, call));
        is_checked || looks_at_host(condition, &names)
    })
}

/// Gives a condition, or a call for its exception.
fn decision(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind() {
        Kind::IF_STATEMENT | Kind::WHILE_STATEMENT | ELIF => node.child(Field::CONDITION),
        Kind::ASSERT_STATEMENT => node.named_children().next(),
        Kind::CONDITIONAL_EXPRESSION => node.named_children().nth(1),
        Kind::EXPRESSION_STATEMENT => node.named_children().next().filter(|call| call.is(Kind::CALL)),
        _ => None,
    }
}

/// Says whether a called function is a check by its name, and by its body where this file defines it.
fn checks_host(file: File<'_>, call: Call<'_>) -> bool {
    if !words::has_any(call.name(), CHECKS) {
        return false;
    }
    let is_named = |node: &Node<'_>| node.child(Field::NAME).is_some_and(|name| name.text() == call.name());
    let functions = file.tree().nodes().filter(|node| node.is(Kind::FUNCTION_DEFINITION));
    match functions.filter(is_named).last() {
        Some(own) => own.child(Field::BODY).is_some_and(|body| HOSTS.iter().any(|text| body.text().contains(text))),
        None => true,
    }
}

/// `urlsplit(url).hostname in ALLOWED`, `host not in ALLOWED`, `parsed.netloc`.
fn looks_at_host(condition: Node<'_>, names: &BTreeSet<&str>) -> bool {
    let is_host = |node: &Node<'_>| {
        let last = node.child(Field::ATTRIBUTE).map(Node::text);
        let is_part = matches!(last, Some("netloc" | "hostname" | "host"));
        (is_part || (node.is(Kind::IDENTIFIER) && ["host", "hostname", "netloc", "domain"].contains(&node.text())))
            && names_in(*node).any(|name| names.contains(name))
    };
    std::iter::once(condition).chain(condition.descendants()).any(|node| is_host(&node))
}

fn names_in<'a>(node: Node<'a>) -> impl Iterator<Item = &'a str> {
    let all = std::iter::once(node).chain(node.descendants());
    all.filter(|node| node.is(Kind::IDENTIFIER) && !["request", "self"].contains(&node.text())).map(Node::text)
}
