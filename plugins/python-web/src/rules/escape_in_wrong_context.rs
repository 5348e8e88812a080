//! Escaped text at a place of a page where the escape does not help (CWE-79). Invariant: only pages that one expression
//! composes are judged, so that the text around the value is known.
//!
//! # What
//! A value that is escaped for text stands in a script, in an attribute without quotes, or in one whose quotes the
//! escape leaves alone.
//! # Why
//! There a value needs no `<` to become code.
//! # Fix
//! Quote the attribute, or hand values to scripts as JSON in a `data-` attribute.

use securecode_sdk::{
    Confidence, Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    compose::{Composition, Piece},
    fix::{call::Call, local},
    test_code,
};

use crate::{dotted, literal};

pub(crate) struct EscapeInWrongContext;

/// Escapes of text that leave quotes alone, or do so unless they are told not to.
const WITHOUT_QUOTES: &[&str] = &["xml.sax.saxutils.escape", "cgi.escape"];
const ESCAPES: &[&str] = &[
    "html.escape",
    "markupsafe.escape",
    "flask.escape",
    "django.utils.html.escape",
    "django.utils.html.conditional_escape",
    "tornado.escape.xhtml_escape",
    "werkzeug.utils.escape",
    "bottle.html_escape",
    "xml.sax.saxutils.escape",
    "cgi.escape",
];

impl Rule for EscapeInWrongContext {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-escape-in-wrong-context",
            title: "Escape that does not help where it is used",
            help: "`html.escape` makes a value harmless as text and within a quoted attribute. Within a script, an \
                   event handler or an attribute without quotes it does not: `alert(1)` and ` onfocus=alert(1)` hold \
                   nothing that it would change.\n\n\
                   Quote attributes, leave `quote=True`, and hand values to scripts as JSON in an attribute: \
                   `f'<div data-name=\"{html.escape(json.dumps(name))}\">'`.",
            severity: Severity::High,
            confidence: Confidence::Medium,
            cwe: 79,
            tags: &["owasp:A05:2025", "cwe:116"],
            interests: vec![Interest::Node(vec!["string".into(), "binary_operator".into(), "call".into()])],
            triggers: &["escape("],
            bad: "import html\n\n\ndef field(name):\n    return f\"<input value={html.escape(name)}>\"\n",
            good: "import html\n\n\ndef field(name):\n    return f\"<input value='{html.escape(name)}'>\"\n",
            no_fix_reason: Some(
                "How the place takes the value (quoted, or as JSON) is a matter of the page around it.",
            ),
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        if test_code::is_test(file) || !composes(node) || node.parent().is_some_and(is_part) {
            return None;
        }
        let composition = Composition::of(node)?;
        let mut before = String::new();
        for piece in &composition.pieces {
            match piece {
                Piece::Character { value, .. } => before.push(*value),
                Piece::Break(_) => {}
                Piece::Hole(hole) => {
                    if let Some(escape) = escape_of(file, hole.expression)
                        && let Some(problem) = problem(file, escape, place(&before))
                    {
                        let name = escape.callee.text();
                        return Some(Found::new(hole.expression.span(), format!("`{name}` does not help {problem}.")));
                    }
                    before.push('\u{0}');
                }
            }
        }
        None
    }
}

/// Says whether a node may compose a text: an f-string, `+`, `%` or `.format(…)`.
fn composes(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::STRING => node.child_of_kind(Kind::INTERPOLATION).is_some(),
        Kind::BINARY_OPERATOR => true,
        _ => Call::of(node).is_some_and(|call| call.name() == "format"),
    }
}

/// Says whether what holds a node composes a larger text.
fn is_part(outer: Node<'_>) -> bool {
    outer.is(Kind::BINARY_OPERATOR) || outer.is(Kind::CONCATENATED_STRING)
}

/// Gives the escape that a value is the result of, also by way of a variable.
fn escape_of<'a>(file: File<'a>, value: Node<'a>) -> Option<Call<'a>> {
    let value = value.without_parentheses();
    let made = local::only_assignment(value).and_then(|assignment| assignment.child(Field::RIGHT)).unwrap_or(value);
    Call::of(made).filter(|call| dotted::is_any(file, call.callee, ESCAPES))
}

/// Where in a page a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Text,
    Script,
    Handler,
    Quoted,
    Unquoted,
}

fn problem(file: File<'_>, escape: Call<'_>, place: Place) -> Option<&'static str> {
    match place {
        Place::Text => None,
        Place::Script => Some("within a script, where the value is code"),
        Place::Handler => Some("within an event handler, where the value is code"),
        Place::Unquoted => Some("in an attribute without quotes, which a space ends"),
        Place::Quoted => {
            let is_said = escape.keyword("quote").or_else(|| escape.positional(1));
            let leaves_quotes = match is_said {
                Some(value) => literal::is_off(value),
                None => dotted::is_any(file, escape.callee, WITHOUT_QUOTES),
            };
            leaves_quotes.then_some("in a quoted attribute, because it leaves quotes alone")
        }
    }
}

/// Tells where the text before a value ends.
fn place(before: &str) -> Place {
    let lower = before.to_ascii_lowercase();
    if let Some(opened) = lower.rfind("<script")
        && lower.rfind("</script").is_none_or(|closed| closed < opened)
        && lower.get(opened..).is_some_and(|script| script.contains('>'))
    {
        return Place::Script;
    }
    let Some(tag) = lower.rfind('<').and_then(|at| lower.get(at + 1..)) else { return Place::Text };
    if !tag.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Place::Text;
    }
    let (mut quote, mut name, mut word) = (None, String::new(), String::new());
    let mut is_value = false;
    for letter in tag.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => (quote, is_value) = (None, false),
            (Some(_), _) => {}
            (None, '"' | '\'') if is_value => quote = Some(letter),
            (None, '>') => return Place::Text,
            (None, '=') => (name, word, is_value) = (std::mem::take(&mut word), String::new(), true),
            (None, _) if letter.is_whitespace() => {
                word.clear();
                is_value = false;
            }
            (None, _) => word.push(letter),
        }
    }
    match (quote, is_value) {
        (Some(_), _) if name.starts_with("on") => Place::Handler,
        (Some(_), _) => Place::Quoted,
        (None, true) => Place::Unquoted,
        (None, false) => Place::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, place};

    #[test]
    fn places_are_told_by_the_text_before() {
        for (before, expected) in [
            ("<p>", Place::Text),
            ("a < b ", Place::Text),
            ("<script>var name = '", Place::Script),
            ("<script>var a = 1;</script><p>", Place::Text),
            ("<input value=", Place::Unquoted),
            ("<input type=text value=\"", Place::Quoted),
            ("<a class='x' href='", Place::Quoted),
            ("<a onclick=\"show('", Place::Handler),
            ("<a href='/'>", Place::Text),
        ] {
            assert_eq!(place(before), expected, "{before}");
        }
    }
}
