//! Whether a function tests a value before it uses it. Invariant: that a value is there at all (`if name:`) is no test
//! of it.

use std::collections::BTreeSet;

use securecode_sdk::{
    Field, Kind, Node,
    fix::{call::Call, local},
};

const ELIF: Kind = Kind::named("elif_clause");
/// Calls that change how a text is written, but say nothing of it.
const CONVERSIONS: &[&str] =
    &["str", "strip", "lower", "upper", "len", "print", "get", "isinstance", "repr", "bool", "bytes"];

/// Says whether a condition before the expression, in the same function, tests one of the names in it, or the result of
/// a call that was given one of them.
pub(crate) fn is_tested(expression: Node<'_>) -> bool {
    let Some(scope) = expression.scope().filter(|scope| !scope.is(Kind::MODULE)) else { return false };
    let names: BTreeSet<&str> = names_in(expression).collect();
    let before = |node: &Node<'_>| node.start() < expression.start();
    let mut derived: BTreeSet<&str> = BTreeSet::new();
    for node in local::own_nodes(scope).filter(before) {
        if node.is(Kind::ASSIGNMENT)
            && let (Some(left), Some(right)) = (node.child(Field::LEFT), node.child(Field::RIGHT))
            && calls_with(right, &names)
        {
            derived.extend(names_in(left).filter(|name| !names.contains(name)));
        }
    }
    local::own_nodes(scope).filter(before).filter_map(condition).any(|condition| {
        names_in(condition).any(|name| derived.contains(name))
            || compares(condition, &names)
            || calls_with(condition, &names)
    })
}

fn condition(node: Node<'_>) -> Option<Node<'_>> {
    match node.kind() {
        Kind::IF_STATEMENT | Kind::WHILE_STATEMENT | ELIF => node.child(Field::CONDITION),
        Kind::ASSERT_STATEMENT => node.named_children().next(),
        Kind::CONDITIONAL_EXPRESSION => node.named_children().nth(1),
        Kind::EXPRESSION_STATEMENT => checking_call(node),
        _ => None,
    }
}

/// `validate_role(role)`, a call for its exception.
fn checking_call(statement: Node<'_>) -> Option<Node<'_>> {
    let call = statement.named_children().next()?;
    let name = Call::of(call)?.name();
    crate::words::has_any(name, &["check", "validate", "verify", "ensure", "require", "assert"]).then_some(call)
}

fn names_in<'a>(node: Node<'a>) -> impl Iterator<Item = &'a str> {
    let own = Some(node).into_iter();
    let is_name = |node: &Node<'_>| node.is(Kind::IDENTIFIER) && !["request", "self", "session"].contains(&node.text());
    own.chain(node.descendants()).filter(is_name).map(Node::text)
}

/// Says whether a call is given one of the names: `authenticate(name, password)`, not `name.strip()`.
fn calls_with(node: Node<'_>, names: &BTreeSet<&str>) -> bool {
    let calls = Some(node).into_iter().chain(node.descendants()).filter_map(Call::of);
    calls
        .filter(|call| !CONVERSIONS.contains(&call.name()))
        .any(|call| names_in(call.list).any(|name| names.contains(name)) || is_check_of(call, names))
}

/// `name.isalnum()`, `PATTERN.fullmatch(name)`.
fn is_check_of(call: Call<'_>, names: &BTreeSet<&str>) -> bool {
    let receiver =
        call.receiver().is_some_and(|receiver| receiver.is(Kind::IDENTIFIER) && names.contains(receiver.text()));
    receiver && call.name().starts_with("is")
}

/// Says whether a condition compares one of the names with something.
fn compares(condition: Node<'_>, names: &BTreeSet<&str>) -> bool {
    let all = Some(condition).into_iter().chain(condition.descendants());
    all.filter(|node| node.is(Kind::COMPARISON_OPERATOR)).any(|comparison| {
        let says_nothing =
            comparison.named_children().any(|side| side.is(Kind::NONE) || matches!(side.text(), "\"\"" | "''"));
        !says_nothing && comparison.named_children().any(|side| names_in(side).any(|name| names.contains(name)))
    })
}
