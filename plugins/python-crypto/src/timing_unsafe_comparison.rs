//! `python-timing-unsafe-comparison`.
//!
//! # What
//! A message's authentication code that is compared with `==`.
//! # Why
//! `==` stops at the first difference; the time that it takes tells how much of a guess is right (CWE-208).
//! # Fix
//! `hmac.compare_digest`.
//!
//! Invariant: only codes that the file computes with a key are judged: a digest of public data may be compared freely.

use securecode_sdk::{
    Edit, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, import, replace},
};

use crate::{argument, binding, constant, dotted, occurrences};

/// The rule.
pub(crate) struct TimingUnsafeComparison;

const HELP: &str = "\
`==` on text stops at the first character that differs. By measuring many answers an attacker finds the right signature \
character by character instead of trying all.

Compare with `hmac.compare_digest(expected, received)`, which takes the same time whatever differs.";

const MAKERS: [&str; 7] = [
    "hmac.new",
    "hmac.HMAC",
    "hmac.digest",
    "Crypto.Hash.HMAC.new",
    "Crypto.Hash.CMAC.new",
    "Cryptodome.Hash.HMAC.new",
    "cryptography.hazmat.primitives.hmac.HMAC",
];
/// Methods that leave a code what it is.
const WRAPS: &[&str] = &["hexdigest", "digest", "decode", "hex", "finalize", "lower", "upper", "encode", "strip"];
/// Functions that only write a code differently.
const ENCODES: &[&str] = &["b64encode", "urlsafe_b64encode", "hexlify", "standard_b64encode", "str", "b2a_hex"];
const DEPTH: usize = 6;

impl Rule for TimingUnsafeComparison {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-timing-unsafe-comparison",
            title: "Signature compared in varying time",
            help: HELP,
            severity: Severity::Medium,
            cwe: 208,
            tags: &["owasp:A04:2025"],
            interests: vec![Interest::Node(vec!["comparison_operator".into()])],
            triggers: &["hmac", "HMAC", "CMAC"],
            bad: "import hmac\nok = hmac.new(key, body, 'sha256').hexdigest() == signature\n",
            good: "import hmac\nok = hmac.compare_digest(hmac.new(key, body, 'sha256').hexdigest(), signature)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let homes = ["hmac", "Crypto", "Cryptodome", "cryptography"];
        let speaks_of_codes = homes.iter().any(|module| file.imports_module(module));
        let (_, left, right) = operands(file.node_of(matched)?).filter(|_| speaks_of_codes)?;
        let is_literal = |node: Node<'_>| {
            [Kind::NONE, Kind::INTEGER, Kind::TRUE, Kind::FALSE].contains(&node.kind())
                || constant::plain_text(node).is_some()
        };
        if is_literal(left) || is_literal(right) {
            return None;
        }
        if !(may_be_code(file, left) && is_code(file, left, DEPTH)
            || may_be_code(file, right) && is_code(file, right, DEPTH))
        {
            return None;
        }
        let is_fixed = |node| constant::of(file, node).is_some();
        if is_fixed(left) || is_fixed(right) {
            return None;
        }
        Some(Found::new(
            matched.at,
            "The time that this comparison takes tells how much of a forged signature is right.",
        ))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(node) = argument::node(file, finding, matched) else { return Vec::new() };
        let Some((operator, left, right)) = operands(node) else { return Vec::new() };
        let (hmac, import) = import::module(file, "hmac");
        let not = if operator == "!=" { "not " } else { "" };
        // A missing header is `None`, which `compare_digest` does not take.
        let other = if is_code(file, left, DEPTH) { left } else { right };
        let empty = if other.text().ends_with("hexdigest()") || binding::origin(other).text().ends_with("hexdigest()") {
            "\"\""
        } else {
            "b\"\""
        };
        let shown = |node: Node<'_>| {
            let may_be_none = Call::of(binding::origin(node))
                .is_some_and(|call| call.name() == "get" && call.arguments().count() == 1);
            if may_be_none { format!("{} or {empty}", node.text()) } else { node.text().to_owned() }
        };
        let text = format!("{not}{hmac}.compare_digest({}, {})", shown(left), shown(right));
        let text = if not.is_empty() || is_alone(node) { text } else { format!("({text})") };
        let edits: Vec<Edit> = std::iter::once(replace(node.span(), text)).chain(import).collect();
        vec![fix::fix("Compare in constant time", edits)]
    }
}

/// Says whether `not …` may stand in the comparison's place.
fn is_alone(node: Node<'_>) -> bool {
    node.parent().is_none_or(|parent| {
        !parent.is(Kind::BINARY_OPERATOR) && !parent.is(Kind::COMPARISON_OPERATOR) && !parent.is(Kind::UNARY_OPERATOR)
    })
}

/// Gives the operator and operands of `==` or `!=`.
fn operands(node: Node<'_>) -> Option<(&str, Node<'_>, Node<'_>)> {
    let operands: Vec<Node<'_>> = node.named_children().collect();
    let &[left, right] = operands.as_slice() else { return None };
    let operator = node.child(Field::named("operators"))?.text();
    ["==", "!="].contains(&operator).then_some((operator, left, right))
}

/// Says by the text alone whether it is worth following an operand: most comparisons have nothing to do with codes.
fn may_be_code(file: File<'_>, node: Node<'_>) -> bool {
    match node.kind() {
        Kind::IDENTIFIER | Kind::ATTRIBUTE => {
            let written = |pattern: &str| file.text().contains(&format!("{}{pattern}", node.text()));
            written(" =") || written("=") || written(":")
        }
        Kind::CALL => {
            let name = node.child(Field::FUNCTION).and_then(dotted::last_name).unwrap_or_default();
            WRAPS.contains(&name)
                || ENCODES.contains(&name)
                || file.text().contains(&format!("def {name}("))
                || ["new", "HMAC"].contains(&name)
        }
        Kind::BINARY_OPERATOR | Kind::STRING | Kind::PARENTHESIZED_EXPRESSION => true,
        _ => false,
    }
}

/// Says whether an expression is an authentication code, through variables and functions of the file.
fn is_code(file: File<'_>, node: Node<'_>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let node = binding::origin(node);
    match node.kind() {
        Kind::BINARY_OPERATOR => node.named_children().any(|part| is_code(file, part, depth)),
        Kind::STRING => {
            let holes = node.children().filter(|child| child.is(Kind::INTERPOLATION));
            holes.filter_map(|hole| hole.child(Field::EXPRESSION)).any(|part| is_code(file, part, depth))
        }
        Kind::CALL => {
            let Some(call) = Call::of(node) else { return false };
            if dotted::path(file, call.callee).is_some_and(|path| MAKERS.contains(&path.as_str())) {
                return true;
            }
            if ENCODES.contains(&call.name()) {
                return call.positional(0).is_some_and(|inner| is_code(file, inner, depth));
            }
            match call.receiver() {
                Some(receiver) if WRAPS.contains(&call.name()) => is_code(file, receiver, depth),
                Some(receiver) if receiver.text() != "self" => false,
                Some(_) | None => returns_code(file, call, depth),
            }
        }
        _ => false,
    }
}

/// Says whether the file's only function of this name returns an authentication code.
fn returns_code(file: File<'_>, call: Call<'_>, depth: usize) -> bool {
    let Some(function) = occurrences::only_function(file.tree(), call.name()) else { return false };
    let mut returns =
        function.descendants().filter(|node| node.is(Kind::RETURN_STATEMENT) && node.scope() == Some(function));
    returns.any(|node| node.named_children().next().is_some_and(|value| is_code(file, value, depth)))
}
