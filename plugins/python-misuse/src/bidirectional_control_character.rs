//! `python-bidirectional-control-character`.
//!
//! # What
//! Unicode characters that change the direction of text, in comments and literals.
//! # Why
//! Editors show the code in another order than Python runs it, so that a reviewer sees a check that is not there
//! (CWE-1007).
//! # Fix
//! Escape sequences in literals; nothing in comments.
//!
//! Invariant: only the nine characters that embed, override or isolate are reported; letters of right-to-left scripts
//! and their marks are not.

use securecode_sdk::{
    Confidence, Edit, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, Span,
    fix::{self, replace},
};

use crate::{argument, literal};

/// The rule.
pub(crate) struct BidirectionalControlCharacter;

/// U+202A to U+202E and U+2066 to U+2069 as text, for the filter of files.
const TRIGGERS: &[&str] =
    &["\u{202a}", "\u{202b}", "\u{202c}", "\u{202d}", "\u{202e}", "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}"];

const HELP: &str = "\
Characters such as U+202E (right-to-left override) make an editor show the characters behind them in another order. A \
comment can so look like code and code like a comment: what a reviewer approves is not what runs (\"Trojan Source\").

Write them as escape sequences in literals (`\"\\u202e\"`), and remove them from comments.";

impl Rule for BidirectionalControlCharacter {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-bidirectional-control-character",
            title: "Text that is shown in another order than it runs",
            help: HELP,
            severity: Severity::High,
            confidence: Confidence::High,
            cwe: 1007,
            tags: &["owasp:A08:2025", "cwe:838"],
            interests: vec![Interest::Node(vec!["comment".into(), "string".into()])],
            triggers: TRIGGERS,
            bad: "role = 'user\u{202e}\u{2066}'\n",
            good: "role = 'user\\u202e\\u2066'\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        let (_, character) = controls(node).next()?;
        let place = if node.is(Kind::COMMENT) { "comment" } else { "literal" };
        let message = format!(
            "The character U+{:04X} makes editors show this {place} and what is behind it in another order than it runs.",
            u32::from(character)
        );
        let found = Found::new(node.span(), message);
        // A balanced pair in a literal can be meant for the text that is shown to people.
        let is_balanced = node.is(Kind::STRING) && is_balanced(node);
        Some(if is_balanced { found.severity(Severity::Low).confidence(Confidence::Medium) } else { found })
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(node) = argument::node(file, finding, matched) else { return Vec::new() };
        let start = node.child_of_kind(Kind::STRING_START).map(Node::text).unwrap_or_default();
        if node.is(Kind::STRING) && (start.contains(['r', 'R', 'b', 'B']) || literal::content_span(node).is_none()) {
            return Vec::new();
        }
        let edits: Vec<Edit> = controls(node)
            .map(|(at, character)| {
                let span = Span { start: at, end: at + character.len_utf8() as u32 };
                let escaped = format!("\\u{:04x}", u32::from(character));
                replace(span, if node.is(Kind::STRING) { escaped } else { String::new() })
            })
            .collect();
        let title =
            if node.is(Kind::STRING) { "Write the characters as escape sequences" } else { "Remove the characters" };
        vec![fix::fix(title, edits)]
    }
}

/// Gives the controlling characters of a node with their offsets.
fn controls(node: Node<'_>) -> impl Iterator<Item = (u32, char)> {
    let is_control = |character: char| matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let start = node.start();
    node.text()
        .char_indices()
        .filter(move |(_, character)| is_control(*character))
        .map(move |(at, character)| (start + at as u32, character))
}

/// Says whether every opened direction is closed in the same literal.
fn is_balanced(node: Node<'_>) -> bool {
    let mut open = Vec::new();
    for (_, character) in controls(node) {
        match character {
            '\u{202c}' => {
                if open.pop() != Some('\u{202c}') {
                    return false;
                }
            }
            '\u{2069}' => {
                if open.pop() != Some('\u{2069}') {
                    return false;
                }
            }
            '\u{2066}'..='\u{2068}' => open.push('\u{2069}'),
            _ => open.push('\u{202c}'),
        }
    }
    open.is_empty()
}
