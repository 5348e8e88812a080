//! The pieces of one string literal, f-strings included. Invariant: characters keep their source text, so that what a
//! fix does not touch is written as it was.

use crate::{
    Field, Kind, Node, Span,
    compose::{Hole, Piece, Quoting},
};

/// Gives a literal's pieces; `None` for bytes, templates, and what does not parse.
pub(super) fn pieces(node: Node<'_>) -> Option<Vec<Piece<'_>>> {
    let start = node.child_of_kind(Kind::STRING_START)?;
    let end = node.child_of_kind(Kind::STRING_END)?;
    let prefix_length = start.text().find(['"', '\''])?;
    let (prefix, delimiter) = start.text().split_at_checked(prefix_length)?;
    let prefix = prefix.to_ascii_lowercase();
    if prefix.contains(['b', 't']) || node.children().any(Node::is_error) {
        return None;
    }
    let quoting = Quoting { delimiter, raw: prefix.contains('r') };
    let formatted = prefix.contains('f');
    let mut all = Vec::new();
    let mut at = start.end();
    for interpolation in node.children().filter(|child| child.is(Kind::INTERPOLATION)) {
        let text = node.tree().text(Span { start: at, end: interpolation.start() });
        characters(text, quoting, formatted, &mut all);
        all.push(Piece::Hole(hole(interpolation)?));
        at = interpolation.end();
    }
    characters(node.tree().text(Span { start: at, end: end.start() }), quoting, formatted, &mut all);
    Some(all)
}

fn hole(interpolation: Node<'_>) -> Option<Hole<'_>> {
    let expression = interpolation.child(Field::EXPRESSION).or_else(|| interpolation.named_children().next())?;
    let after = interpolation.tree().text(Span { start: expression.end(), end: interpolation.end() });
    if after.trim_start().starts_with('=') {
        return None;
    }
    let conversion = interpolation.child_of_kind(Kind::TYPE_CONVERSION).map(Node::text);
    let plain = expression.text();
    let text = match (conversion, interpolation.child_of_kind(Kind::FORMAT_SPECIFIER)) {
        (None | Some("!s"), None) => None,
        (Some("!r"), None) => Some(format!("repr({plain})")),
        (Some("!a"), None) => Some(format!("ascii({plain})")),
        (_, Some(_)) => Some(format!("f\"{}\"", interpolation.text())).filter(|text| text.matches('"').count() == 2),
        (Some(_), None) => return None,
    };
    if text.is_none() && interpolation.child_of_kind(Kind::FORMAT_SPECIFIER).is_some() {
        return None;
    }
    Some(Hole { expression, text, is_text: false })
}

fn characters<'a>(text: &'a str, quoting: Quoting<'a>, formatted: bool, out: &mut Vec<Piece<'a>>) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (value, length, shown) = match first {
            '\\' if !quoting.raw => escape(rest),
            '{' | '}' if formatted => (Some(first), if rest.get(1..2) == rest.get(..1) { 2 } else { 1 }, 1),
            _ => (Some(first), first.len_utf8(), first.len_utf8()),
        };
        let raw = rest.get(..shown).unwrap_or_default();
        out.extend(value.map(|value| Piece::Character { value, raw, quoting }));
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// Decodes one escape: its value (none for a line continuation), its length, and how much of it to show.
fn escape(text: &str) -> (Option<char>, usize, usize) {
    let same = |value: char, length: usize| (Some(value), length, length);
    let Some(kind) = text.get(1..).and_then(|rest| rest.chars().next()) else { return same('\\', 1) };
    let hexadecimal = |digits: usize| {
        let number = text.get(2..2 + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match number.and_then(char::from_u32) {
            Some(value) => same(value, 2 + digits),
            None => same('\u{fffd}', 2),
        }
    };
    match kind {
        '\n' => (None, 2, 0),
        '\r' => (None, if text.get(2..3) == Some("\n") { 3 } else { 2 }, 0),
        'n' => same('\n', 2),
        't' => same('\t', 2),
        'r' => same('\r', 2),
        'a' => same('\u{7}', 2),
        'b' => same('\u{8}', 2),
        'f' => same('\u{c}', 2),
        'v' => same('\u{b}', 2),
        '\\' | '\'' | '"' => same(kind, 2),
        'x' => hexadecimal(2),
        'u' => hexadecimal(4),
        'U' => hexadecimal(8),
        'N' => same('\u{fffd}', text.find('}').map_or(2, |end| end + 1)),
        '0'..='7' => {
            let digits: String = text.chars().skip(1).take(3).take_while(|digit| digit.is_digit(8)).collect();
            let value = u32::from_str_radix(&digits, 8).ok().and_then(char::from_u32);
            same(value.unwrap_or('\u{fffd}'), 1 + digits.len())
        }
        // Python keeps the backslash of an escape that it does not know; the next character follows by itself.
        _ => same('\\', 1),
    }
}
