//! LDAP search filters (RFC 4515). Invariant: a value that stays is a part of one assertion value, in which the
//! special characters are escaped as two hexadecimal digits.

use std::ops::Range;

use super::{Payload, Surroundings, hole::HoleContext};
use crate::automata::language::Language;

const CONSEQUENCE: &str = "the value becomes part of the LDAP filter";

/// Tells whether an assertion value has begun: the last special character is an equals sign.
fn is_in_value(before: &str) -> bool {
    before.rfind(['(', ')', '=']).is_some_and(|at| before.get(at..).is_some_and(|rest| rest.starts_with('=')))
}

/// Tells whether an escape has begun and lacks digits.
fn has_open_escape(before: &str) -> bool {
    before.rfind('\\').is_some_and(|at| before.len() - at < 3)
}

/// The context of a hole.
pub(super) fn context(around: &Surroundings<'_>) -> HoleContext {
    let families = vec![
        (r"\*\)\(uid=\*".to_owned(), "the parenthesis ends the condition, and one that is always true follows"),
        (r"\*\)\(\|?\(?[a-z]+=\*\)*".to_owned(), "the parenthesis ends the condition, and another follows"),
        (r"[a-z]*\)\(?[a-z]+=[a-z*]+".to_owned(), "the parenthesis ends the condition, and another follows"),
        (r"\*".to_owned(), "the star matches every value"),
    ];
    let context = if has_open_escape(around.before) {
        HoleContext::unclear("inside an escape of an LDAP filter")
    } else if is_in_value(around.before) {
        let pattern = r"(?:[^()*\\\x00]|\\[0-9a-fA-F]{2})*";
        HoleContext::matching("inside an assertion value of an LDAP filter", pattern, CONSEQUENCE)
    } else {
        HoleContext::new("in an LDAP filter's structure", Language::empty(), CONSEQUENCE).under()
    };
    context.with_families(families)
}

/// Tells whether the injected parts stay data.
pub(super) fn stays(text: &str, injected: &[Range<usize>]) -> bool {
    injected.iter().all(|range| {
        let before = text.get(..range.start).unwrap_or_default();
        let mut value = text.get(range.clone()).unwrap_or_default().chars();
        if !is_in_value(before) {
            return false;
        }
        while let Some(character) = value.next() {
            match character {
                '(' | ')' | '*' | '\0' => return false,
                '\\' => {
                    let digits = [value.next(), value.next()];
                    if !digits.iter().all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit())) {
                        return false;
                    }
                }
                _ => {}
            }
        }
        true
    })
}

/// Filter parts.
pub(super) const PAYLOADS: &[Payload] = &[
    Payload {
        text: "*)(uid=*",
        explanation: "the parenthesis ends the condition, and one that is always true follows",
    },
    Payload { text: "*", explanation: "the star matches every value" },
    Payload { text: "*)(|(uid=*", explanation: "the parenthesis ends the condition, and an alternative follows" },
    Payload {
        text: "admin)(&)",
        explanation: "the parenthesis ends the condition, and one that is always true follows",
    },
    Payload { text: "(uid=*)", explanation: "the value is a filter of its own" },
    Payload {
        text: "x)(objectClass=*",
        explanation: "the parenthesis ends the condition, and one that is always true follows",
    },
    Payload { text: "admin*", explanation: "the star matches every ending" },
    Payload { text: "\\2", explanation: "the value begins an escape" },
];

/// Tells whether a distinguished name has come to an attribute's value that can go on: behind the last separator stands
/// an equals sign, no quote is open and no escape has begun.
fn is_in_name_value(before: &str) -> bool {
    let (mut is_value, mut characters) = (false, before.chars().peekable());
    while let Some(character) = characters.next() {
        match character {
            ',' | '+' | ';' => is_value = false,
            '=' => is_value = true,
            '"' => return false,
            '\\' => match characters.next() {
                None => return false,
                // Of two hexadecimal digits the second may be missing.
                Some(digit) if digit.is_ascii_hexdigit() => match characters.peek() {
                    None => return false,
                    Some(_) => {
                        characters.next_if(char::is_ascii_hexdigit);
                    }
                },
                Some(_) => {}
            },
            _ => {}
        }
    }
    is_value
}

/// The context of a hole in a distinguished name (RFC 4514), whose values escape what separates them.
pub(super) fn name(around: &Surroundings<'_>) -> HoleContext {
    let consequence = "the value becomes part of the distinguished name";
    let families = vec![(r"[a-z]+,ou=[a-z]+".to_owned(), "the comma ends the value, and another component follows")];
    if !is_in_name_value(around.before) {
        return HoleContext::new("in a distinguished name's structure", Language::empty(), consequence)
            .with_families(families)
            .under();
    }
    // A value that begins with `#` would be read as encoded.
    let escape = r#"\\(?:[,+"\\<>;=\x00 #]|[0-9a-fA-F]{2})"#;
    let pattern = format!(r#"(?:(?:[^,+"\\<>;\x00 #]|{escape})(?:[^,+"\\<>;\x00]|{escape})*)?"#);
    HoleContext::matching("in a value of a distinguished name", &pattern, consequence).with_families(families).under()
}

/// Tells whether the injected parts of a distinguished name stay parts of a value.
pub(super) fn name_stays(text: &str, injected: &[Range<usize>]) -> bool {
    injected.iter().all(|range| {
        if !is_in_name_value(text.get(..range.start).unwrap_or_default()) {
            return false;
        }
        let mut value = text.get(range.clone()).unwrap_or_default().chars();
        while let Some(character) = value.next() {
            match character {
                ',' | '+' | '"' | '<' | '>' | ';' | '\0' => return false,
                '\\' if value.next().is_none() => return false,
                _ => {}
            }
        }
        true
    })
}

/// Parts of distinguished names.
pub(super) const NAME_PAYLOADS: &[Payload] = &[
    Payload { text: "admin,ou=managers", explanation: "the comma ends the value, and another component follows" },
    Payload { text: "admin+uid=1", explanation: "the plus sign adds a second value" },
    Payload { text: "admin;ou=managers", explanation: "the semicolon ends the value, and another component follows" },
    Payload { text: "uid=admin,ou=managers", explanation: "the value is a name of its own" },
];
