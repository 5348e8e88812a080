//! Python source text. Invariant: a value that stays is the inside of a literal, or one whole literal. A line feed
//! within a one-line literal stays, too: Python refuses to compile such a text.

use std::ops::Range;

use super::{Follow, Payload, Surroundings, hole::HoleContext, structure};
use lexer::{Inside, Quotes};

mod lexer;

const CONSEQUENCE: &str = "the value is run as Python code";
const NUMBER: &str = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?";

/// The context of a hole.
pub(super) fn context(around: &Surroundings<'_>) -> HoleContext {
    let (tokens, inside) = lexer::lex(around.before);
    match inside {
        Inside::Quoted(quotes) => quoted(&quotes, around),
        // A line break with nothing of meaning behind it stays as well.
        Inside::Comment => HoleContext::matching("in a Python comment", r"[^\n\r]*", CONSEQUENCE)
            .with_families(vec![("\n__import__\\('os'\\)\\.system\\('id'\\)".to_owned(), CONSEQUENCE)])
            .under(),
        Inside::Nothing => {
            let touches = tokens.last().is_some_and(|token| token.end == around.before.len());
            bare(around, touches)
        }
    }
}

fn quoted(quotes: &Quotes, around: &Surroundings<'_>) -> HoleContext {
    let quote = quotes.quote;
    let place = format!(
        "inside a {0}…{0} literal in Python code",
        if quotes.is_triple { format!("{quote}{quote}{quote}") } else { quote.to_string() }
    );
    if quotes.is_pending || (quotes.is_triple && around.before.ends_with(quote) && !quotes.is_fresh) {
        return HoleContext::unclear(place);
    }
    let braces = if quotes.is_formatted { "{}" } else { "" };
    let one = format!(r"(?:[^{quote}\\{braces}]|\\{})", if braces.is_empty() { "." } else { "[^{}]" });
    let pattern = if quotes.is_triple { format!("(?:{quote}?{quote}?{one})*") } else { format!("{one}*") };
    let families = vec![
        (
            format!(r"{quote} ?\+ ?__import__\((?:'os'|{}os{})\)\.system\((?:'id'|{0}id{0})\) ?\+ ?{quote}", '"', '"'),
            CONSEQUENCE,
        ),
        (format!(r"[a-z]*{quote} ?\+ ?[a-z]+\(\) ?\+ ?{quote}"), CONSEQUENCE),
        (format!(r"{quote}\)?[\n;] ?[a-z]+\(\)[\n;]? ?#?"), CONSEQUENCE),
    ];
    let context = HoleContext::matching(place, &pattern, "the value ends the literal and is run as Python code")
        .with_families(families);
    let is_closed = around.follow == Follow::Text(quote);
    if quotes.is_triple || quotes.is_formatted || !is_closed { context.under() } else { context }
}

fn bare(around: &Surroundings<'_>, touches: bool) -> HoleContext {
    let place = "in Python code, outside quotes";
    let previous = around.before.chars().next_back().filter(|_| touches);
    let glued = previous.is_some_and(|before| lexer::is_word(before) || "'\".\\".contains(before));
    let (has_word_after, has_quote_after) = match around.follow {
        Follow::End => (false, false),
        Follow::Hole => (true, true),
        Follow::Text(next) => (lexer::is_word(next) || next == '.', matches!(next, '\'' | '"')),
    };
    let pattern = if glued {
        "[0-9]+".to_owned()
    } else if has_word_after {
        "[+-]?[0-9]+".to_owned()
    } else if has_quote_after {
        format!("[+-]?{NUMBER}")
    } else {
        format!(r#"[+-]?{NUMBER}|'(?:[^'\\]|\\.)+'|"(?:[^"\\]|\\.)+"|''|"""#)
    };
    let families = vec![
        (
            r"__import__\((?:'os'|.os.)\)\.system\((?:'id'|.id.)\)".to_owned(),
            "the value is an expression that runs a command",
        ),
        (r"[a-z]+\(\)".to_owned(), "the value is an expression that calls a function"),
        ("[a-z]+".to_owned(), "the value is an expression of its own"),
    ];
    HoleContext::matching(place, &pattern, CONSEQUENCE).with_families(families).under()
}

/// Tells whether the injected parts stay data.
pub(super) fn stays(text: &str, injected: &[Range<usize>]) -> bool {
    let glues = |before: char, _: char| lexer::is_word(before) || "'\".".contains(before);
    let (plain, ranges) = structure::plain_numbers(text, injected, glues);
    let lex = |text: &str| lexer::lex(text).0;
    structure::stays(text, injected, lex) || (plain != text && structure::stays(&plain, &ranges, lex))
}

/// Readable values, for holes within quotes and without.
pub(super) const PAYLOADS: &[Payload] = &[
    Payload { text: "__import__('os').system('id')", explanation: "the value is an expression that runs a command" },
    Payload {
        text: "' + __import__('os').system('id') + '",
        explanation: "the quote ends the literal, and an expression that runs a command follows",
    },
    Payload {
        text: "\" + __import__('os').system('id') + \"",
        explanation: "the quote ends the literal, and an expression that runs a command follows",
    },
    Payload {
        text: "'); __import__('os').system('id') #",
        explanation: "the quote ends the literal, and a statement that runs a command follows",
    },
    Payload {
        text: "\"); __import__('os').system('id') #",
        explanation: "the quote ends the literal, and a statement that runs a command follows",
    },
    Payload { text: "\n__import__('os').system('id')\n", explanation: "a line that runs a command follows" },
    Payload { text: "{__import__('os').system('id')}", explanation: "the replacement field runs a command" },
    Payload { text: "open('/etc/passwd').read()", explanation: "the value is an expression that reads a file" },
    Payload { text: "exit()", explanation: "the value is an expression that calls a function" },
    Payload { text: "[].__class__", explanation: "the value is an expression of its own" },
    Payload { text: "copyright", explanation: "the value is an expression of its own" },
    Payload { text: "9**9", explanation: "the value is an expression of its own" },
    Payload { text: "'", explanation: "the quote ends the literal" },
    Payload { text: "\"", explanation: "the quote ends the literal" },
    Payload { text: "\\", explanation: "the backslash takes the closing quote away" },
];
