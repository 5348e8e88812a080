//! Path objects made from untrusted text: which of them are used. Invariant: an object counts only when the code that
//! makes it also uses it, with nothing in between that could check it.

use securecode_sdk::{Field, Kind, Node, fix::call::Call};

/// Methods that read, write, list or change what a path names.
const USES: &[&str] = &[
    "open",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "unlink",
    "mkdir",
    "rmdir",
    "touch",
    "iterdir",
    "rename",
    "replace",
    "chmod",
    "symlink_to",
    "hardlink_to",
    "glob",
    "rglob",
    "walk",
];

/// Names whose appearance means that a path is checked or reduced.
const CHECKS: &[&str] = &[
    "is_relative_to",
    "relative_to",
    "parents",
    "parent",
    "resolve",
    "startswith",
    "commonpath",
    "name",
    "stem",
    "suffix",
    "match",
    "parts",
    "is_absolute",
    "realpath",
];

/// Gives the method that uses the path object that this call makes.
pub(super) fn used_by<'a>(call: Node<'a>) -> Option<&'a str> {
    let mut object = call;
    for holder in call.ancestors() {
        match holder.kind() {
            Kind::PARENTHESIZED_EXPRESSION => {}
            Kind::BINARY_OPERATOR if holder.child(Field::OPERATOR)?.is(Kind::TOKEN_SLASH) => {}
            Kind::ATTRIBUTE if holder.child(Field::OBJECT) == Some(object) => return method(holder),
            Kind::ASSIGNMENT if holder.child(Field::RIGHT) == Some(object) => return variable(holder),
            _ => return None,
        }
        object = holder;
    }
    None
}

/// Gives the method's name when this attribute is called and uses a path; follows calls that keep the path.
fn method<'a>(attribute: Node<'a>) -> Option<&'a str> {
    let call = attribute.parent().and_then(Call::of).filter(|call| call.callee == attribute)?;
    match call.name() {
        name if USES.contains(&name) => Some(name),
        "absolute" | "resolve" | "expanduser" | "joinpath" | "with_suffix" => used_by(call.node),
        _ => None,
    }
}

/// Gives the method that uses the variable, when the function does not look at the path in any other way.
fn variable<'a>(assignment: Node<'a>) -> Option<&'a str> {
    let target = assignment.child(Field::LEFT).filter(|left| left.is(Kind::IDENTIFIER))?;
    let scope = assignment.scope()?;
    let mut used = None;
    let reads = scope.descendants().filter(|node| node.is(Kind::IDENTIFIER) && node.text() == target.text());
    for read in reads.filter(|read| read.start() > assignment.end()) {
        let parent = read.parent()?;
        if parent.child(Field::LEFT) == Some(read) && parent.is(Kind::ASSIGNMENT) {
            return None;
        }
        let Some(attribute) = (parent.is(Kind::ATTRIBUTE) && parent.child(Field::OBJECT) == Some(read))
            .then(|| parent.child(Field::ATTRIBUTE))
            .flatten()
        else {
            if is_checked(scope, target.text(), assignment.end()) {
                return None;
            }
            continue;
        };
        if CHECKS.contains(&attribute.text()) {
            return None;
        }
        if USES.contains(&attribute.text()) {
            used = used.or(Some(attribute.text()));
        }
    }
    used
}

/// Tells whether a condition or an own function looks at the variable.
fn is_checked(scope: Node<'_>, name: &str, after: u32) -> bool {
    let mentions = |node: Node<'_>| {
        std::iter::once(node)
            .chain(node.descendants())
            .any(|inner| inner.is(Kind::IDENTIFIER) && inner.text() == name && inner.start() > after)
    };
    let looks = |node: Node<'_>| match node.kind() {
        Kind::COMPARISON_OPERATOR => mentions(node),
        Kind::CALL => {
            let call = Call::of(node);
            call.is_some_and(|call| call.name() != "open" && call.arguments().any(mentions))
        }
        _ => false,
    };
    scope.descendants().any(looks)
}
