//! Compares a text's tokens with those of the same text around a harmless value. Invariant: the injected parts stay
//! only when both have the same tokens at the same places and the parts lie within tokens that are data.

use std::ops::Range;

/// What stands for injected parts in the text that is compared with.
pub(crate) const STAND_IN: &str = "1";

/// What a token is, as far as structure goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A literal: a text or a number, or a word that is passed on as it is.
    Literal,
    /// A literal that the text doesn't close.
    OpenLiteral,
    /// A quoted name.
    Name,
    /// A comment.
    Comment,
    /// A name or keyword.
    Word,
    /// An operator or another character with a meaning of its own.
    Mark(char),
}

/// A token and the bytes that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Token {
    pub(crate) fn new(kind: TokenKind, start: usize, end: usize) -> Self {
        Self { kind, start, end }
    }
}

/// Tells whether the injected parts leave the structure as it is.
pub(crate) fn stays(text: &str, injected: &[Range<usize>], lex: impl Fn(&str) -> Vec<Token>) -> bool {
    let Some((reference, places)) = with_stand_ins(text, injected) else { return false };
    let (tokens, expected) = (lex(text), lex(&reference));
    let is_same = |token: &Token, wanted: &Token| {
        token.kind == wanted.kind
            && map(token.start, injected, &places, End::Start) == Some(wanted.start)
            && map(token.end, injected, &places, End::End) == Some(wanted.end)
    };
    if tokens.len() != expected.len() || !tokens.iter().zip(&expected).all(|(token, wanted)| is_same(token, wanted)) {
        return false;
    }
    injected.iter().all(|range| {
        let value = text.get(range.clone()).unwrap_or_default();
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
        is_number
            || tokens.iter().filter(|token| token.start < range.end && range.start < token.end).all(|token| match token
                .kind
            {
                TokenKind::Literal | TokenKind::OpenLiteral | TokenKind::Name | TokenKind::Comment => true,
                TokenKind::Word | TokenKind::Mark(_) => false,
            })
    })
}

/// Removes white space around injected numbers, and the sign unless it would meet the character before it: what is
/// left has the same meaning as far as structure goes. Gives the text and the new ranges.
pub(crate) fn plain_numbers(
    text: &str,
    injected: &[Range<usize>],
    glues: impl Fn(char, char) -> bool,
) -> (String, Vec<Range<usize>>) {
    let mut result = String::new();
    let mut ranges = Vec::with_capacity(injected.len());
    let mut done = 0;
    for range in injected {
        result.push_str(text.get(done..range.start).unwrap_or_default());
        let value = text.get(range.clone()).unwrap_or_default();
        let before = result.chars().next_back();
        let trimmed = value.trim_matches([' ', '\t', '\n', '\r']);
        let is_padded = trimmed.len() < value.len();
        let unsigned = match trimmed.chars().next() {
            Some(sign @ ('+' | '-')) if is_padded_before(value) || before.is_none_or(|before| !glues(before, sign)) => {
                trimmed.strip_prefix(sign).unwrap_or(trimmed)
            }
            Some(_) | None => trimmed,
        };
        let mut cursor = super::cursor::Cursor::new(unsigned);
        let is_number = cursor.number() && cursor.rest().is_empty();
        let touches = is_padded && before.is_some_and(|before| glues(before, ' '));
        let start = result.len();
        result.push_str(if is_number && !touches { unsigned } else { value });
        ranges.push(start..result.len());
        done = range.end;
    }
    result.push_str(text.get(done..).unwrap_or_default());
    (result, ranges)
}

fn is_padded_before(value: &str) -> bool {
    value.starts_with([' ', '\t', '\n', '\r'])
}

/// The text with a stand-in for each injected part, and where the stand-ins are.
fn with_stand_ins(text: &str, injected: &[Range<usize>]) -> Option<(String, Vec<Range<usize>>)> {
    let mut reference = String::with_capacity(text.len());
    let mut places = Vec::with_capacity(injected.len());
    let mut done = 0;
    for range in injected {
        reference.push_str(text.get(done..range.start)?);
        places.push(reference.len()..reference.len() + STAND_IN.len());
        reference.push_str(STAND_IN);
        done = range.end;
    }
    reference.push_str(text.get(done..)?);
    Some((reference, places))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Start,
    End,
}

/// Where a token's boundary lies in the text with the stand-ins; nowhere when it lies within an injected part.
fn map(position: usize, injected: &[Range<usize>], places: &[Range<usize>], end: End) -> Option<usize> {
    let (mut from, mut to) = (0, 0);
    for (range, place) in injected.iter().zip(places) {
        let is_before = position < range.start || (position == range.start && end == End::End);
        if is_before {
            break;
        }
        if position == range.start && (range.start < range.end || end == End::End) {
            return Some(place.start);
        }
        if position < range.end {
            return None;
        }
        (from, to) = (range.end, place.end);
    }
    Some(position - from + to)
}
