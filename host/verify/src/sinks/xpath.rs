//! XPath 1.0 expressions, whose literals know no escapes. Invariant: a value that stays is the inside of a literal,
//! or one whole literal.

use std::ops::Range;

use super::{
    Follow, Payload, Surroundings,
    cursor::Cursor,
    hole::HoleContext,
    structure::{self, Token, TokenKind},
};

const CONSEQUENCE: &str = "the value becomes part of the XPath expression";

fn is_word(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(character, '_' | '-' | ':' | '$')
        || (!character.is_ascii() && !character.is_whitespace())
}

/// The tokens of a text and the quote of the literal that it ends in.
fn lex(text: &str) -> (Vec<Token>, Option<char>) {
    let mut cursor = Cursor::new(text);
    let mut tokens = Vec::new();
    let mut open = None;
    while let Some(character) = cursor.peek() {
        let start = cursor.offset();
        let kind = match character {
            ' ' | '\t' | '\n' | '\r' => {
                cursor.next();
                continue;
            }
            '\'' | '"' => {
                cursor.next();
                cursor.take_while(|next| next != character);
                if cursor.next().is_some() {
                    TokenKind::Literal
                } else {
                    open = Some(character);
                    TokenKind::OpenLiteral
                }
            }
            _ if cursor.number() => TokenKind::Literal,
            _ if is_word(character) && character != '-' => {
                cursor.take_while(is_word);
                TokenKind::Word
            }
            _ => {
                cursor.next();
                TokenKind::Mark(character)
            }
        };
        tokens.push(Token::new(kind, start, cursor.offset()));
    }
    (tokens, open)
}

/// The context of a hole.
pub(super) fn context(around: &Surroundings<'_>) -> HoleContext {
    let (_, open) = lex(around.before);
    if let Some(quote) = open {
        let families = vec![
            (
                format!("(?ia)[a-z]*{quote} or {quote}1{quote}={quote}1"),
                "the quote ends the literal, and a condition that is always true follows",
            ),
            (
                format!("(?ia)[a-z]*{quote}[ \t\n]+or[ \t\n]+1=1[ \t\n]+or[ \t\n]+{quote}"),
                "the quote ends the literal, and a condition that is always true follows",
            ),
            (
                format!("(?ia)[a-z]*{quote}\\] ?\\| ?//[a-z]+\\[{quote}"),
                "the quote ends the literal, and another path follows",
            ),
        ];
        return HoleContext::matching(
            format!("inside a {quote}…{quote} literal of an XPath expression"),
            &format!("[^{quote}]*"),
            "the quote ends the literal, and the rest becomes part of the XPath expression",
        )
        .with_families(families);
    }
    let previous = around.before.chars().next_back();
    let glued = previous.is_some_and(|before| is_word(before) || matches!(before, '\'' | '"' | '.'));
    let ends_simply = match around.follow {
        Follow::End => true,
        Follow::Hole => false,
        Follow::Text(next) => next.is_whitespace() || matches!(next, ']' | ')' | ','),
    };
    let pattern = if glued {
        "[0-9]+"
    } else if ends_simply {
        r#"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)|'[^']*'|"[^"]*""#
    } else {
        "[+-]?[0-9]+"
    };
    let families = vec![
        ("(?ia)[0-9] or 1=1".to_owned(), "a condition that is always true follows the value"),
        ("(?ia)[a-z]+".to_owned(), "the value names nodes of its own"),
    ];
    HoleContext::matching("in an XPath expression, outside quotes", pattern, CONSEQUENCE)
        .with_families(families)
        .under()
}

/// Tells whether the injected parts stay data.
pub(super) fn stays(text: &str, injected: &[Range<usize>]) -> bool {
    let glues = |before: char, _: char| is_word(before) || matches!(before, '\'' | '"' | '.');
    let (plain, ranges) = structure::plain_numbers(text, injected, glues);
    let lex = |text: &str| lex(text).0;
    structure::stays(text, injected, lex) || (plain != text && structure::stays(&plain, &ranges, lex))
}

/// Readable values, for holes within quotes and without.
pub(super) const PAYLOADS: &[Payload] = &[
    Payload {
        text: "' or '1'='1",
        explanation: "the quote ends the literal, and a condition that is always true follows",
    },
    Payload {
        text: "\" or \"1\"=\"1",
        explanation: "the quote ends the literal, and a condition that is always true follows",
    },
    Payload {
        text: "x' or 1=1 or 'x'='y",
        explanation: "the quote ends the literal, and a condition that is always true follows",
    },
    Payload { text: "'] | //user/*[contains(*,'", explanation: "the quote ends the literal, and another path follows" },
    Payload { text: "1 or 1=1", explanation: "a condition that is always true follows the value" },
    Payload { text: "//user", explanation: "the value is a path of its own" },
    Payload { text: "password", explanation: "the value names nodes of its own" },
    Payload { text: "'", explanation: "the quote ends the literal" },
    Payload { text: "\"", explanation: "the quote ends the literal" },
];
