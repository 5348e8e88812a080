//! Regular expressions and the templates of `str.format`. Invariant: a value that stays stands for itself.

use std::ops::Range;

use super::{Payload, Surroundings, hole::HoleContext};
use crate::automata::language::Language;

/// What operators do.
pub(super) const OPERATORS: &str = "the value's operators change what the expression matches, and how long that takes";
/// What a field does.
pub(super) const FIELD: &str = "the replacement field reads what the template was not meant to show";

/// Where a regular expression's text ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RegexPlace {
    /// Where a character stands for itself.
    Plain,
    /// In a set.
    Set,
    /// In an escape, a repetition's bounds or a group's head.
    Head,
}

/// Reads a regular expression of Python's `re` up to its end.
fn regex_place(before: &str) -> RegexPlace {
    let mut place = RegexPlace::Plain;
    let mut characters = before.chars().peekable();
    while let Some(character) = characters.next() {
        place = match (place, character) {
            (RegexPlace::Plain | RegexPlace::Set, '\\') => {
                let takes_more = |escaped: char| escaped.is_ascii_digit() || matches!(escaped, 'x' | 'u' | 'U' | 'N');
                let is_open = characters.next().is_none_or(takes_more);
                // The digits of `\1`, `\x41` and the like may go on.
                if is_open && characters.clone().all(|next| next.is_ascii_hexdigit()) {
                    return RegexPlace::Head;
                }
                place
            }
            (RegexPlace::Plain, '[') => {
                characters.next_if_eq(&'^');
                characters.next_if_eq(&']');
                RegexPlace::Set
            }
            (RegexPlace::Set, ']') => RegexPlace::Plain,
            (RegexPlace::Plain, '(') if characters.peek() == Some(&'?') => {
                let rest: String = characters.clone().skip(1).collect();
                let is_open = !rest.starts_with([':', '=', '!', '>'])
                    && !rest.starts_with("<=")
                    && !rest.starts_with("<!")
                    && !rest.contains(['>', ')', ':']);
                if is_open {
                    return RegexPlace::Head;
                }
                place
            }
            (RegexPlace::Plain, '{') => {
                let bounds = characters.clone().find(|next| !next.is_ascii_digit() && *next != ',');
                if bounds.is_none() {
                    return RegexPlace::Head;
                }
                place
            }
            (RegexPlace::Plain | RegexPlace::Set | RegexPlace::Head, _) => place,
        };
    }
    place
}

/// The context of a hole in a regular expression.
pub(super) fn regex(around: &Surroundings<'_>) -> HoleContext {
    let families = vec![
        (r"\([a-z]\+\)\+\$".to_owned(), "nested repetition makes matching take exponential time"),
        (r"\.\*".to_owned(), "the expression matches everything"),
        (r"\]\.\*\[".to_owned(), "the bracket ends the set, and operators follow"),
    ];
    // White space and `#` mean something else with `re.VERBOSE`.
    let context = match regex_place(around.before) {
        RegexPlace::Plain => {
            let literal = r"(?:[^.^$*+?{}\[\]\\|()# \t\n\r\x0b\x0c]|\\[^0-9A-Za-z])*";
            HoleContext::matching("in a regular expression", literal, OPERATORS)
        }
        RegexPlace::Set => {
            let literal = r"(?:[^\^\[\]\\&~|# \t\n\r\x0b\x0c\-]|\\[^0-9A-Za-z])";
            // An empty value would make the bracket right behind it one of the set, and another one its end.
            let is_first = around.before.ends_with('[') || around.before.ends_with("[^");
            let times = if is_first && around.after.matches(']').count() > 1 { '+' } else { '*' };
            HoleContext::matching("in a set of a regular expression", &format!("{literal}{times}"), OPERATORS)
        }
        RegexPlace::Head => HoleContext::unclear("in an operator of a regular expression"),
    };
    context.with_families(families).under()
}

/// Tells whether the injected parts hold no operator; those behind a backslash are none.
pub(super) fn stays_regex(text: &str, injected: &[Range<usize>]) -> bool {
    injected.iter().all(|range| {
        let place = regex_place(text.get(..range.start).unwrap_or_default());
        let mut value = text.get(range.clone()).unwrap_or_default().chars();
        while let Some(character) = value.next() {
            let is_operator = match (character, place) {
                ('\\', _) => value.next().is_none_or(|escaped| escaped.is_ascii_alphanumeric()),
                (']', RegexPlace::Set) => true,
                (_, RegexPlace::Set) => false,
                ('{', _) => value.clone().next().is_some_and(|next| next.is_ascii_digit() || next == ','),
                (_, RegexPlace::Plain | RegexPlace::Head) => ".^$*+?[|()".contains(character),
            };
            if is_operator {
                return false;
            }
        }
        true
    })
}

/// The replacement field of a template that a text ends in, behind its brace.
fn open_field(before: &str) -> Option<&str> {
    let mut rest = before;
    while let Some((_, after)) = rest.split_once('{') {
        rest = match after.strip_prefix('{') {
            Some(behind) => behind,
            None => match after.split_once('}') {
                Some((_, behind)) => behind,
                None => return Some(after),
            },
        };
    }
    None
}

/// The context of a hole in a template of `str.format`.
pub(super) fn format_string(around: &Surroundings<'_>) -> HoleContext {
    let families = vec![
        (r"\{[0-9]?\.__class__\}".to_owned(), FIELD),
        (r"\{[0-9a-z]*\}".to_owned(), FIELD),
        (r"[0-9a-z]*\.__class__".to_owned(), "the field reads an attribute that the template was not meant to show"),
    ];
    if open_field(around.before).is_some() {
        return HoleContext::new("in a replacement field", Language::empty(), FIELD).with_families(families).under();
    }
    HoleContext::matching("in a format template", r"(?:[^{}]|\{\{|\}\})*", FIELD).with_families(families).under()
}

/// Tells whether the injected parts begin no replacement field, and choose nothing in one.
pub(super) fn stays_format(text: &str, injected: &[Range<usize>]) -> bool {
    injected.iter().all(|range| {
        let value = text.get(range.clone()).unwrap_or_default();
        match open_field(text.get(..range.start).unwrap_or_default()) {
            Some(field) if !field.contains(':') => !value.contains(['.', '[', '{']),
            Some(_) | None => !value.replace("{{", "").contains('{'),
        }
    })
}

/// Regular expressions.
pub(super) const REGEX_PAYLOADS: &[Payload] = &[
    Payload { text: "(a+)+$", explanation: "nested repetition makes matching take exponential time" },
    Payload { text: ".*", explanation: "the expression matches everything" },
    Payload { text: "(", explanation: "the expression is malformed" },
    Payload { text: "].*[", explanation: "the bracket ends the set, and operators follow" },
    Payload { text: "+", explanation: OPERATORS },
];

/// Templates.
pub(super) const FORMAT_PAYLOADS: &[Payload] = &[
    Payload { text: "{0.__class__.__init__.__globals__}", explanation: "the field reads the module's globals" },
    Payload { text: "{0}", explanation: FIELD },
    Payload { text: "{}", explanation: FIELD },
    Payload {
        text: "0.__class__",
        explanation: "the field reads an attribute that the template was not meant to show",
    },
];
