//! POSIX shell command lines. Invariant: a value that stays is at most a part of one word, and not of a program's
//! name.

use std::ops::Range;

use super::{Follow, Payload, Surroundings, hole::HoleContext, structure};
use crate::automata::language::Language;
use lexer::{Inside, Role};

mod lexer;

const CONSEQUENCE: &str = "the value becomes part of the shell command";
const PROGRAM: &str = "the value chooses the program that is run";

/// What stands for itself outside quotes: characters without a meaning, escaped ones, and quoted texts.
const UNIT: &str =
    concat!(r"(?:[A-Za-z0-9_@%+=:,./\-\]}^!\u00a1-\U0010ffff]|\\[^\n]|'[^']*'|", r#""(?:[^"$`\\]|\\.)*")"#);

/// The context of a hole.
pub(super) fn context(around: &Surroundings<'_>) -> HoleContext {
    let lexed = lexer::lex(around.before);
    let context = match lexed.inside {
        Inside::Unclear => HoleContext::unclear("in a part of the shell command that is not understood"),
        Inside::Comment => HoleContext::matching("in a shell comment", r"[^\n]*", CONSEQUENCE),
        Inside::Single => HoleContext::matching("inside '…' in a shell command", "[^']*", CONSEQUENCE)
            .under()
            .with_families(command_attacks("'")),
        Inside::Double => HoleContext::matching("inside \"…\" in a shell command", r#"(?:[^"$`\\]|\\.)*"#, CONSEQUENCE)
            .under()
            .with_families(command_attacks("\"")),
        Inside::DoubleEscape => {
            HoleContext::matching("after a backslash inside \"…\"", r#".(?:[^"$`\\]|\\.)*"#, CONSEQUENCE).under()
        }
        Inside::Escape => {
            HoleContext::matching("after a backslash", &format!(r"[^\n](?:{UNIT}|#)*"), CONSEQUENCE).under()
        }
        Inside::Word if around.between != Some("") => in_word(around, &format!("(?:{UNIT}|#)*")),
        Inside::Word | Inside::Nothing => in_word(around, &format!("(?:{UNIT}(?:{UNIT}|#)*)?")),
    };
    match lexed.role {
        _ if matches!(lexed.inside, Inside::Unclear | Inside::Comment) => context,
        Role::Argument => context,
        Role::Unclear => {
            HoleContext::unclear("in a command that another program reads again").with_families(command_attacks(""))
        }
        Role::Program if lexed.inside == Inside::Nothing => {
            HoleContext::new("in place of a program's name", Language::empty(), PROGRAM)
                .with_families(program_attacks())
                .under()
        }
        Role::Program => {
            HoleContext::matching("in a program's name", "[0-9]*", PROGRAM).with_families(program_attacks()).under()
        }
    }
}

fn in_word(around: &Surroundings<'_>, pattern: &str) -> HoleContext {
    let place = "outside quotes in a shell command";
    let context = match around.follow {
        // Digits before these would name a file descriptor.
        Follow::Text('<' | '>') => HoleContext::matching(place, &format!("{UNIT}*[A-Za-z_/.]"), CONSEQUENCE).under(),
        Follow::End | Follow::Text(' ' | '\t' | '\n') => HoleContext::matching(place, pattern, CONSEQUENCE),
        Follow::Hole | Follow::Text(_) => HoleContext::matching(place, pattern, CONSEQUENCE).under(),
    };
    context.with_families(command_attacks(""))
}

fn command_attacks(quote: &str) -> Vec<(String, &'static str)> {
    let mut families = vec![(format!("[a-z]*{quote}; ?id;?(?: ?#)?"), "a second command follows")];
    if quote != "'" {
        families.push((r"\$\(id\)".to_owned(), "the shell runs the command in it"));
        families.push(("`id`".to_owned(), "the shell runs the command in it"));
    }
    families.push((format!("[a-z]*{quote} ?(?:\\|\\|?|&&?) ?id(?: ?#)?"), "a second command follows"));
    families.push((format!("[a-z]*{quote}\nid\n"), "a second command follows on its own line"));
    if quote != "'" {
        families.push((r"\$(?:\{[A-Z]+\}|[A-Z]+)".to_owned(), "the shell puts a variable's value there"));
    }
    families
}

fn program_attacks() -> Vec<(String, &'static str)> {
    let mut families = vec![("id".to_owned(), PROGRAM), ("[a-z/]+".to_owned(), PROGRAM)];
    families.extend(command_attacks(""));
    families
}

/// Tells whether the injected parts stay data.
pub(super) fn stays(text: &str, injected: &[Range<usize>]) -> bool {
    structure::stays(text, injected, |text| lexer::lex(text).tokens)
}

/// Readable values, for every kind of quotes.
pub(super) const PAYLOADS: &[Payload] = &[
    Payload { text: "; id", explanation: "a second command follows" },
    Payload { text: "$(id)", explanation: "the shell runs the command in it" },
    Payload { text: "x; id #", explanation: "a second command follows" },
    Payload { text: "'; id; '", explanation: "the quote ends the word, and a second command follows" },
    Payload { text: "'; id #", explanation: "the quote ends the word, and a second command follows" },
    Payload { text: "\"; id; \"", explanation: "the quote ends the word, and a second command follows" },
    Payload { text: "\"; id #", explanation: "the quote ends the word, and a second command follows" },
    Payload { text: "`id`", explanation: "the shell runs the command in it" },
    Payload { text: "| id", explanation: "a second command reads the first one's output" },
    Payload { text: "&& id", explanation: "a second command follows" },
    Payload { text: "& id", explanation: "a second command runs beside the first" },
    Payload { text: "|| id", explanation: "a second command follows" },
    Payload { text: "x\nid", explanation: "a second command follows on its own line" },
    Payload { text: "x;id", explanation: "a second command follows" },
    Payload { text: "$HOME", explanation: "the shell puts a variable's value there" },
    Payload { text: "> /tmp/out", explanation: "the output goes to another file" },
    Payload { text: "a b", explanation: "the shell makes two words of the value" },
    Payload { text: "*", explanation: "the shell puts file names there" },
    Payload { text: "id", explanation: "the value chooses the program that is run" },
    Payload { text: "\\", explanation: "the backslash takes the next character's meaning away" },
];
