//! The lexical structure of Python, as far as data goes. Invariant: a literal is one token, its prefix included.

use crate::sinks::{
    cursor::Cursor,
    structure::{Token, TokenKind},
};

/// What a text ends in the middle of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    Nothing,
    Comment,
    Quoted(Quotes),
}

/// An open literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quotes {
    pub(crate) quote: char,
    pub(crate) is_triple: bool,
    pub(crate) is_formatted: bool,
    /// Whether a backslash has been read, and what it escapes hasn't.
    pub(crate) is_pending: bool,
    /// Whether nothing of the literal's inside has been read.
    pub(crate) is_fresh: bool,
}

/// Tells whether a character goes on a name or number.
pub(crate) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || (!character.is_ascii() && !character.is_whitespace())
}

/// Reads a text.
pub(crate) fn lex(text: &str) -> (Vec<Token>, Inside) {
    let mut cursor = Cursor::new(text);
    let mut tokens = Vec::new();
    let mut inside = Inside::Nothing;
    while let Some(character) = cursor.peek() {
        let start = cursor.offset();
        let kind = match character {
            ' ' | '\t' | '\u{c}' => {
                cursor.next();
                continue;
            }
            '#' => {
                cursor.take_while(|character| character != '\n' && character != '\r');
                if cursor.peek().is_none() {
                    inside = Inside::Comment;
                }
                TokenKind::Comment
            }
            '\'' | '"' => literal(&mut cursor, "", &mut inside),
            _ if cursor.number() => TokenKind::Literal,
            _ if is_word(character) => {
                cursor.take_while(is_word);
                let word = text.get(start..cursor.offset()).unwrap_or_default();
                let is_prefix = word.len() <= 2 && word.chars().all(|character| "rRbBuUfFtT".contains(character));
                if is_prefix && matches!(cursor.peek(), Some('\'' | '"')) {
                    literal(&mut cursor, word, &mut inside)
                } else {
                    TokenKind::Word
                }
            }
            _ => {
                cursor.next();
                TokenKind::Mark(character)
            }
        };
        tokens.push(Token::new(kind, start, cursor.offset()));
    }
    (tokens, inside)
}

/// Reads a literal from its opening quote.
fn literal(cursor: &mut Cursor<'_>, prefix: &str, inside: &mut Inside) -> TokenKind {
    let Some(quote) = cursor.next() else { return TokenKind::OpenLiteral };
    let fence: String = [quote; 3].iter().collect();
    let pair: String = [quote; 2].iter().collect();
    let is_triple = cursor.accept(&pair);
    let mut quotes = Quotes {
        quote,
        is_triple,
        is_formatted: prefix.contains(['f', 'F', 't', 'T']),
        is_pending: false,
        is_fresh: true,
    };
    loop {
        if is_triple && cursor.accept(&fence) {
            return TokenKind::Literal;
        }
        match cursor.next() {
            None => break,
            Some('\\') => {
                quotes.is_fresh = false;
                if cursor.next().is_none() {
                    quotes.is_pending = true;
                    break;
                }
            }
            Some(character) if character == quote && !is_triple => return TokenKind::Literal,
            Some(_) => quotes.is_fresh = false,
        }
    }
    *inside = Inside::Quoted(quotes);
    TokenKind::OpenLiteral
}
