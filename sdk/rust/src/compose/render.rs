//! Writes string literals. Invariant: the literal's value is exactly the tokens' text, and characters from a literal of
//! the same quoting are written as they were.

use crate::compose::{Piece, Quoting};

/// What a literal is written from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// A piece of the original.
    Piece(Piece<'a>),
    /// New constant text.
    Text(String),
    /// A value: makes the literal an f-string.
    Value(String),
    /// A value that stays an operand of `+`.
    Operand(String),
}

/// Writes tokens as one literal, as several with the original's line breaks between them, or as a chain of `+`.
pub fn literal(tokens: &[Token<'_>], quoting: Quoting<'_>) -> String {
    let mut operands = Vec::new();
    for run in tokens.split_inclusive(|token| matches!(token, Token::Operand(_))) {
        let (text, operand) = match run.split_last() {
            Some((Token::Operand(operand), text)) => (text, Some(operand)),
            _ => (run, None),
        };
        if !text.is_empty() {
            operands.push(lines(text, quoting));
        }
        operands.extend(operand.cloned());
    }
    if operands.is_empty() { single(&[], quoting) } else { operands.join(" + ") }
}

fn lines(tokens: &[Token<'_>], quoting: Quoting<'_>) -> String {
    let is_break = |token: &Token<'_>| matches!(token, Token::Piece(Piece::Break(_)));
    let mut out = String::new();
    for line in tokens.split_inclusive(is_break) {
        let (body, gap) = match line.split_last() {
            Some((Token::Piece(Piece::Break(gap)), body)) => (body, Some(gap)),
            _ => (line, None),
        };
        if body.is_empty() && !(out.is_empty() && gap.is_none()) {
            continue;
        }
        out.push_str(&single(body, quoting));
        out.push_str(gap.map_or("", String::as_str));
    }
    let trimmed = out.trim_end().len();
    out.truncate(trimmed);
    if out.is_empty() { single(&[], quoting) } else { out }
}

fn single(tokens: &[Token<'_>], quoting: Quoting<'_>) -> String {
    let formatted = tokens.iter().any(|token| matches!(token, Token::Value(_) | Token::Piece(Piece::Hole(_))));
    // A backslash that must be written as an escape forces the raw prefix off.
    let raw = quoting.raw && tokens.iter().all(|token| is_plain(token, quoting));
    let target = Quoting { raw, ..quoting };
    let mut body = String::new();
    for token in tokens {
        match token {
            Token::Piece(Piece::Character { value, raw, quoting: from }) => {
                let same = *from == target;
                push(&mut body, *value, same.then_some(*raw), target, formatted);
            }
            Token::Piece(Piece::Hole(hole)) => value(&mut body, &hole.value(), target),
            Token::Piece(Piece::Break(_)) | Token::Operand(_) => {}
            Token::Text(text) => text.chars().for_each(|character| push(&mut body, character, None, target, formatted)),
            Token::Value(expression) => value(&mut body, expression, target),
        }
    }
    let prefix = match (formatted, raw) {
        (true, true) => "rf",
        (true, false) => "f",
        (false, true) => "r",
        (false, false) => "",
    };
    let delimiter = target.delimiter;
    format!("{prefix}{delimiter}{body}{delimiter}")
}

/// An expression inside braces must not hold the delimiter (before Python 3.12).
fn value(body: &mut String, expression: &str, target: Quoting<'_>) {
    let other = if target.delimiter.starts_with('"') { "'" } else { "\"" };
    let quote = if other == "'" { "\"" } else { "'" };
    let expression = if expression.contains(quote) && !expression.contains(other) {
        expression.replace(quote, other)
    } else {
        expression.to_owned()
    };
    body.push('{');
    if expression.starts_with('{') {
        body.push(' ');
    }
    body.push_str(&expression);
    body.push('}');
}

fn is_plain(token: &Token<'_>, quoting: Quoting<'_>) -> bool {
    let fits = |value: char| !quoting.delimiter.starts_with(value) && (value != '\n' || quoting.delimiter.len() == 3);
    match token {
        Token::Piece(Piece::Character { value, quoting: from, .. }) => {
            *from == quoting || (fits(*value) && *value != '\\')
        }
        Token::Piece(Piece::Hole(_) | Piece::Break(_)) | Token::Value(_) | Token::Operand(_) => true,
        Token::Text(text) => text.chars().all(|value| fits(value) && value != '\\'),
    }
}

fn push(body: &mut String, value: char, raw: Option<&str>, target: Quoting<'_>, formatted: bool) {
    if formatted && (value == '{' || value == '}') && raw.is_none_or(|raw| raw.len() == 1) {
        body.push(value);
        body.push(value);
        return;
    }
    match raw {
        Some(raw) => body.push_str(raw),
        None => match value {
            '\\' if target.raw => body.push('\\'),
            '\\' => body.push_str("\\\\"),
            '\n' if target.delimiter.len() == 3 => body.push('\n'),
            '\n' => body.push_str("\\n"),
            '\r' => body.push_str("\\r"),
            '\t' => body.push_str("\\t"),
            _ if target.delimiter.starts_with(value) => {
                body.push('\\');
                body.push(value);
            }
            _ if value.is_control() => body.push_str(&format!("\\x{:02x}", u32::from(value))),
            _ => body.push(value),
        },
    }
}
