//! SQL: which values stay data in a statement. Invariant: for an unknown driver only what is safe in every dialect.

use std::ops::Range;

use model::contract::SqlDialect;

use super::{
    Follow, Payload, Surroundings,
    hole::HoleContext,
    structure::{self, Token, TokenKind},
};
use lexer::{Escapes, Open, Pending};

mod lexer;

const CONSEQUENCE: &str = "the value ends the literal and becomes part of the SQL statement";
const STRUCTURE: &str = "the value is part of the SQL statement itself";

/// White space or what stands for it, at least once.
const SPACE: &str = r"(?:[ \t\n]|/\*\*/)+";
const NUMBER: &str = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?";
const BLANK: &str = r"[ \t\n\r]";

/// The context of a hole.
pub(super) fn context(dialect: SqlDialect, around: &Surroundings<'_>) -> HoleContext {
    let mut contexts = dialects(dialect).iter().map(|&dialect| in_dialect(dialect, around));
    let first = contexts.next().unwrap_or_else(|| HoleContext::unclear("inside an SQL statement"));
    contexts.fold(first, HoleContext::and)
}

/// Tells whether the injected parts stay data.
pub(super) fn stays(dialect: SqlDialect, text: &str, injected: &[Range<usize>]) -> bool {
    dialects(dialect).iter().all(|&dialect| {
        let lex = |text: &str| -> Vec<Token> { lexer::lex(text, dialect).tokens };
        let (plain, ranges) = structure::plain_numbers(text, injected, glues);
        structure::stays(text, injected, lex) || (plain != text && structure::stays(&plain, &ranges, lex))
    })
}

fn dialects(dialect: SqlDialect) -> &'static [SqlDialect] {
    match dialect {
        SqlDialect::Sqlite => &[SqlDialect::Sqlite],
        SqlDialect::Postgres => &[SqlDialect::Postgres],
        SqlDialect::Mysql => &[SqlDialect::Mysql],
        SqlDialect::Generic => &[SqlDialect::Sqlite, SqlDialect::Postgres, SqlDialect::Mysql],
    }
}

fn is_quote(character: char) -> bool {
    matches!(character, '\'' | '"' | '`' | ']')
}

/// Tells whether a blank or sign after this character is more than the beginning of a number.
fn glues(before: char, next: char) -> bool {
    lexer::is_word(before) || is_quote(before) || matches!(before, '.' | ':' | '?') || (before == '-' && next == '-')
}

fn in_dialect(dialect: SqlDialect, around: &Surroundings<'_>) -> HoleContext {
    let lexed = lexer::lex(around.before, dialect);
    match lexed.open {
        Open::Quoted { quote: ']', .. } => {
            HoleContext::matching("inside a […] name", r"[^\]]*", CONSEQUENCE).with_families(quoted_attacks("]"))
        }
        Open::Quoted { quote, escapes, is_pending } => quoted(quote, escapes, is_pending, around.follow),
        Open::Dollar => HoleContext::matching("inside a $…$ literal", "[^$]*", CONSEQUENCE).under(),
        Open::LineComment => {
            let pattern = if dialect == SqlDialect::Postgres { r"[^\n\r]*" } else { r"[^\n]*" };
            // A line break that nothing follows would change nothing.
            HoleContext::matching("inside a line comment", pattern, "the value ends the comment").under()
        }
        Open::BlockComment => {
            let count = if around.before.ends_with('*') { '+' } else { '*' };
            let pattern = format!("[^*/!]{count}");
            HoleContext::matching("inside a block comment", &pattern, "the value ends the comment").under()
        }
        Open::Dashes => HoleContext::unclear("after two dashes"),
        Open::Nothing => bare(dialect, lexed.tokens.last(), around),
    }
}

fn quoted(quote: char, escapes: Escapes, is_pending: Pending, follow: Follow) -> HoleContext {
    // A last backslash escapes what follows, which does no harm unless that is the quote.
    let is_closed = follow == Follow::Text(quote) || matches!(follow, Follow::Hole | Follow::End | Follow::Text('\\'));
    let last = if is_closed { "" } else { r"\\?" };
    let body = match escapes {
        Escapes::Backslash => format!(r"(?:[^{quote}\\]|{quote}{quote}|\\.)*{last}"),
        Escapes::None => format!("(?:[^{quote}]|{quote}{quote})*"),
    };
    let pattern = match is_pending {
        Pending::Yes => format!(".{body}"),
        Pending::No => body,
    };
    let what = if quote == '\'' || escapes == Escapes::Backslash { "literal" } else { "name" };
    let mut families = quoted_attacks(&quote.to_string());
    if escapes == Escapes::Backslash {
        families.push((
            format!(r"(?ia)[a-z]*\\{quote}{quote}?{SPACE}or{SPACE}1=1{SPACE}--[ ]"),
            "a backslash takes the escaping quote away, so that the literal ends and a condition that is always true follows",
        ));
    }
    let place = format!("inside a {quote}…{quote} {what}");
    let context = HoleContext::matching(place, &pattern, CONSEQUENCE).with_families(families);
    let is_exact =
        is_pending == Pending::No && (escapes == Escapes::None || matches!(follow, Follow::Text(next) if next != '\\'));
    if is_exact { context } else { context.under() }
}

fn quoted_attacks(quote: &str) -> Vec<(String, &'static str)> {
    let q = if quote == "]" { r"\]" } else { quote };
    let mut families = Vec::new();
    if quote == "'" || quote == "\"" {
        families.push((
            format!("(?ia)[a-z]*{q}{SPACE}or{SPACE}{q}1{q}={q}1"),
            "the quote ends the literal, and a condition that is always true follows",
        ));
    }
    families.push((
        format!("(?ia)[a-z]*{q}{SPACE}or{SPACE}1=1{SPACE}--[ ]?"),
        "the quote ends the literal, and a condition that is always true follows",
    ));
    families.push((
        format!("(?ia)[a-z]*{q};{SPACE}drop{SPACE}table{SPACE}users;?{SPACE}--[ ]?"),
        "the quote ends the literal, and a second statement follows",
    ));
    families.push((
        format!("(?ia)[a-z]*{q}{SPACE}union{SPACE}select{SPACE}null{SPACE}--[ ]?"),
        "the quote ends the literal, and a second query follows",
    ));
    families
}

fn bare(dialect: SqlDialect, last: Option<&Token>, around: &Surroundings<'_>) -> HoleContext {
    let previous = around.before.chars().next_back();
    let touches = last.filter(|token| token.end == around.before.len()).map(|token| token.kind);
    let ends_simply = match around.follow {
        Follow::End => true,
        Follow::Hole => false,
        Follow::Text(next) => next.is_whitespace() || matches!(next, ',' | ')' | ';'),
    };
    let context = match (touches, previous) {
        (Some(TokenKind::Literal | TokenKind::Name), Some(before)) if is_quote(before) || before == '$' => {
            HoleContext::matching("right after a quoted literal or name", "[0-9]+", STRUCTURE).under()
        }
        (Some(TokenKind::Literal | TokenKind::Word), Some(_)) => {
            let pattern = if ends_simply { "[0-9]*" } else { "[0-9]+" };
            let context = HoleContext::matching("inside a name, keyword or number", pattern, STRUCTURE);
            if touches == Some(TokenKind::Word) && ends_simply { context } else { context.under() }
        }
        (Some(TokenKind::Mark('.' | ':' | '?')), Some(_)) => {
            HoleContext::matching("inside a qualified name", "[0-9]+", STRUCTURE).under()
        }
        (
            Some(
                TokenKind::Literal
                | TokenKind::OpenLiteral
                | TokenKind::Name
                | TokenKind::Comment
                | TokenKind::Word
                | TokenKind::Mark(_),
            )
            | None,
            _,
        ) => operand(dialect, around),
    };
    context.with_families(vec![
        (format!("(?ia)[0-9]{SPACE}or{SPACE}1=1"), "a condition that is always true follows the value"),
        (
            format!("(?ia)[0-9];{SPACE}drop{SPACE}table{SPACE}users;?(?:{SPACE}--[ ]?)?"),
            "a second statement follows the value",
        ),
        (
            format!("(?ia)[0-9]{SPACE}union{SPACE}select{SPACE}null(?:{SPACE}--[ ]?)?"),
            "a second query follows the value",
        ),
        ("(?ia)[a-z]+".to_owned(), "the value names a column, table or keyword of its own"),
    ])
}

/// A place where a number or a whole literal may stand by itself.
fn operand(dialect: SqlDialect, around: &Surroundings<'_>) -> HoleContext {
    let sign = if around.before.ends_with('-') { format!(r"(?:{BLANK}+[+-]?|\+?)") } else { format!("{BLANK}*[+-]?") };
    let place = "in place of a value, without quotes";
    let (has_word_after, has_quote_after) = match around.follow {
        Follow::End => (false, false),
        Follow::Hole => (true, true),
        Follow::Text(next) => (lexer::is_word(next) || next == '.', is_quote(next)),
    };
    if has_word_after {
        return HoleContext::matching(place, &format!("{sign}[0-9]+"), STRUCTURE).under();
    }
    let mut pattern = format!("{sign}{NUMBER}{BLANK}*");
    if !has_quote_after {
        let literal = match dialect {
            SqlDialect::Mysql => r#"'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*""#,
            SqlDialect::Sqlite | SqlDialect::Postgres | SqlDialect::Generic => "'(?:[^']|'')*'",
        };
        pattern.push('|');
        pattern.push_str(literal);
    }
    // Without a value there is nothing at all between two neighbours that don't run together.
    let is_apart = around.before.chars().next_back().is_none_or(|before| " \t\n\r(,=<>+*".contains(before))
        && matches!(around.follow, Follow::End | Follow::Text(' ' | '\t' | '\n' | '\r' | ',' | ')' | ';'));
    if is_apart {
        pattern.push('|');
    }
    let context = HoleContext::matching(place, &pattern, STRUCTURE);
    if dialect == SqlDialect::Postgres || !is_apart { context.under() } else { context }
}

/// Readable values, for holes within quotes and without.
pub(super) const PAYLOADS: &[Payload] = &[
    Payload {
        text: "' OR '1'='1",
        explanation: "the quote ends the literal, and a condition that is always true follows",
    },
    Payload {
        text: "' OR 1=1 --",
        explanation: "the quote ends the literal, and a condition that is always true follows",
    },
    Payload {
        text: "x'; DROP TABLE users; --",
        explanation: "the quote ends the literal, and a second statement follows",
    },
    Payload { text: "' UNION SELECT NULL --", explanation: "the quote ends the literal, and a second query follows" },
    Payload { text: "1 OR 1=1", explanation: "a condition that is always true follows the value" },
    Payload { text: "1; DROP TABLE users", explanation: "a second statement follows the value" },
    Payload { text: "1 UNION SELECT NULL", explanation: "a second query follows the value" },
    Payload {
        text: "\" OR \"1\"=\"1",
        explanation: "the quote ends the literal, and a condition that is always true follows",
    },
    Payload {
        text: "\" OR 1=1 --",
        explanation: "the quote ends the literal, and a condition that is always true follows",
    },
    Payload { text: "name; DROP TABLE users; --", explanation: "a second statement follows the value" },
    Payload { text: "(SELECT password FROM users)", explanation: "a query of its own takes the value's place" },
    Payload {
        text: "\\' OR 1=1 -- ",
        explanation: "a backslash takes the escaping quote away, so that the literal ends",
    },
    Payload {
        text: "users`; DROP TABLE users; --",
        explanation: "the quote ends the name, and a second statement follows",
    },
    Payload {
        text: "users]; DROP TABLE users; --",
        explanation: "the bracket ends the name, and a second statement follows",
    },
    Payload {
        text: "'/**/OR/**/1=1--",
        explanation: "the quote ends the literal, and a condition that is always true follows",
    },
    Payload { text: "1/**/OR/**/1=1", explanation: "a condition that is always true follows the value" },
    Payload { text: "*/ OR 1=1 --", explanation: "the comment ends, and a condition follows" },
    Payload { text: "\n OR 1=1 --", explanation: "the comment's line ends, and a condition follows" },
    Payload { text: "password", explanation: "the value names a column, table or keyword of its own" },
    Payload { text: "'", explanation: "the quote ends the literal" },
    Payload { text: "\\", explanation: "the backslash takes the closing quote away" },
];
