//! `python-assert-access-control`.
//!
//! # What
//! An `assert` that decides whether somebody may do something.
//! # Why
//! `python -O` and `PYTHONOPTIMIZE` remove assertions, and with them the check (CWE-285).
//! # Fix
//! `if not …: raise PermissionError(…)`.
//!
//! Invariant: tests are left alone; asserting who may do what is their work.

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, replace},
    test_code,
};

use crate::{argument, identifier, receiver};

/// The rule.
pub(crate) struct AssertAccessControl;

/// Single words that speak of access wherever they stand in a name.
const WORDS: &[&str] = &[
    "authenticated",
    "authorized",
    "authorised",
    "authenticate",
    "authorize",
    "permission",
    "permissions",
    "superuser",
    "permitted",
    "privileged",
    "entitled",
    "unauthorized",
];
/// Beginnings of predicate names: `is_admin`, `has_role`, `can_edit`, `check_password`.
const PREDICATES: &[(&str, &[&str])] = &[
    ("is", &["admin", "staff", "owner", "allowed", "moderator", "root", "manager", "editor", "member"]),
    ("has", &["perm", "perms", "role", "roles", "access", "scope", "scopes", "admin", "rights", "privilege"]),
    ("check", &["password", "token", "access", "signature", "credentials", "csrf", "role"]),
    ("verify", &["password", "token", "signature", "credentials", "access", "csrf"]),
    (
        "can",
        &[
            "edit", "delete", "view", "read", "write", "access", "manage", "modify", "create", "update", "publish",
            "approve",
        ],
    ),
];
/// Names that are compared: `user.role == "admin"`, `doc.owner == user`.
const COMPARED: &[&str] = &["role", "roles", "owner", "scope", "scopes", "acl", "owner_id", "csrf_token", "groups"];

const HELP: &str = "\
An `assert` documents what the programmer believes; it is not a check. Started with `-O`, or with `PYTHONOPTIMIZE` set \
as some container images do, Python drops every `assert`, and whoever it kept out gets in.

Check access with `if`, and raise an exception that the caller turns into 401 or 403.";

impl Rule for AssertAccessControl {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-assert-access-control",
            title: "Access checked with assert",
            help: HELP,
            severity: Severity::High,
            confidence: Confidence::Medium,
            cwe: 285,
            tags: &["owasp:A01:2025"],
            interests: vec![Interest::Node(vec!["assert_statement".into()])],
            triggers: &["assert"],
            bad: "def delete(user, post):\n    assert user.is_admin\n    post.delete()\n",
            good: "def delete(user, post):\n    if not user.is_admin:\n        raise PermissionError('admins only')\n    post.delete()\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let statement = file.node_of(matched)?;
        let function = receiver::function_name(statement).unwrap_or_default();
        if test_code::is_test(file) || function.starts_with("test") {
            return None;
        }
        let condition = statement.named_children().next()?;
        let name = access_name(condition)?;
        let message =
            format!("The check of `{name}` disappears when Python runs with `-O`, because it is an assertion.");
        Some(Found::new(statement.span(), message))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(statement) = argument::node(file, finding, matched) else { return Vec::new() };
        let mut parts = statement.named_children();
        let Some(condition) = parts.next() else { return Vec::new() };
        // `a; assert b` and `if a: assert b` have no line of their own for a block.
        let indentation = file.indentation(statement.start());
        let line = file.text().get(..statement.start() as usize).and_then(|before| before.rsplit('\n').next());
        let is_own_line = line == Some(indentation);
        let after = file.text().get(statement.end() as usize..).unwrap_or_default();
        if !is_own_line || after.trim_start_matches([' ', '\t']).starts_with(';') || condition.text().contains('\n') {
            return Vec::new();
        }
        let message = parts.next().map_or("\"access denied\"", Node::text);
        let step = if indentation.contains('\t') { "\t" } else { "    " };
        let newline = file.line_ending();
        let text = format!("if {}:{newline}{indentation}{step}raise PermissionError({message})", negated(condition));
        vec![fix::fix("Check with `if` and raise `PermissionError`", vec![replace(statement.span(), text)])]
    }
}

/// Writes the opposite of a condition.
fn negated(condition: Node<'_>) -> String {
    let inner = condition.without_parentheses();
    match inner.kind() {
        Kind::NOT_OPERATOR => {
            let operand = inner.named_children().last().map_or("", Node::text);
            operand.to_owned()
        }
        Kind::IDENTIFIER | Kind::ATTRIBUTE | Kind::CALL | Kind::SUBSCRIPT => format!("not {}", inner.text()),
        _ => format!("not ({})", inner.text()),
    }
}

/// Gives the name in a condition that speaks of access.
fn access_name<'a>(condition: Node<'a>) -> Option<&'a str> {
    let names = std::iter::once(condition).chain(condition.descendants()).filter(|node| node.is(Kind::IDENTIFIER));
    let is_compared = condition.without_parentheses().is(Kind::COMPARISON_OPERATOR) && !tests_only_presence(condition);
    names.map(Node::text).find(|name| speaks_of_access(name) || (is_compared && COMPARED.contains(name)))
}

/// `x is not None` narrows a type.
fn tests_only_presence(condition: Node<'_>) -> bool {
    condition.descendants().any(|node| node.is(Kind::NONE))
}

fn speaks_of_access(name: &str) -> bool {
    let words = identifier::words(name);
    let is_instance = |word: &String| word == "error" || word == "class" || word == "type";
    if words.iter().any(is_instance) {
        return false;
    }
    let has_word = words.iter().any(|word| WORDS.contains(&word.as_str()));
    let is_predicate = PREDICATES.iter().any(|(first, rest)| {
        words.first().is_some_and(|word| word == first)
            && words.iter().skip(1).any(|word| rest.contains(&word.as_str()))
    });
    has_word || is_predicate
}

#[cfg(test)]
mod tests {
    use super::speaks_of_access;

    #[test]
    fn names_of_predicates_speak_of_access() {
        for name in ["is_admin", "has_perm", "can_edit", "is_authenticated", "check_password", "user_permissions"] {
            assert!(speaks_of_access(name), "{name}");
        }
        for name in ["is_valid", "has_next", "canvas", "user", "PermissionError", "can_fail", "check_shape"] {
            assert!(!speaks_of_access(name), "{name}");
        }
    }
}
