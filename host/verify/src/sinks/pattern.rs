//! Regular expressions and the templates of `str.format`. Invariant: a value that stays stands for itself.

use std::ops::Range;

use super::{Payload, hole::HoleContext};

/// What operators do.
pub(super) const OPERATORS: &str = "the value's operators change what the expression matches, and how long that takes";
/// What a field does.
pub(super) const FIELD: &str = "the replacement field reads what the template was not meant to show";

const SPECIAL: &[char] = &['.', '^', '$', '*', '+', '?', '{', '}', '[', ']', '\\', '|', '(', ')', '#', '-', '&', '~'];

/// The context of a hole in a regular expression.
pub(super) fn regex() -> HoleContext {
    let literal = r"(?:[^.^$*+?{}\[\]\\|()#&~\- \t\n\r\x0b\x0c]|\\[^0-9A-Za-z])*";
    let families = vec![
        (r"\([a-z]\+\)\+\$".to_owned(), "nested repetition makes matching take exponential time"),
        (r"\.\*".to_owned(), "the expression matches everything"),
    ];
    HoleContext::matching("in a regular expression", literal, OPERATORS).with_families(families).under()
}

/// Tells whether the injected parts hold no operator; those behind a backslash are none.
pub(super) fn stays_regex(text: &str, injected: &[Range<usize>]) -> bool {
    injected.iter().all(|range| {
        let mut value = text.get(range.clone()).unwrap_or_default().chars();
        while let Some(character) = value.next() {
            match character {
                '\\' if value.next().is_some_and(|escaped| !escaped.is_ascii_alphanumeric()) => {}
                character if SPECIAL.contains(&character) && !matches!(character, '#' | '-' | '&' | '~') => {
                    return false;
                }
                _ => {}
            }
        }
        true
    })
}

/// The context of a hole in a template of `str.format`.
pub(super) fn format_string() -> HoleContext {
    let families = vec![(r"\{[0-9]?\.__class__\}".to_owned(), FIELD), (r"\{[0-9a-z]*\}".to_owned(), FIELD)];
    HoleContext::matching("in a format template", r"(?:[^{}]|\{\{|\}\})*", FIELD).with_families(families).under()
}

/// Tells whether the injected parts hold no brace but doubled ones.
pub(super) fn stays_format(text: &str, injected: &[Range<usize>]) -> bool {
    injected.iter().all(|range| {
        let value = text.get(range.clone()).unwrap_or_default();
        !value.replace("{{", "").replace("}}", "").contains(['{', '}'])
    })
}

/// Regular expressions.
pub(super) const REGEX_PAYLOADS: &[Payload] = &[
    Payload { text: "(a+)+$", explanation: "nested repetition makes matching take exponential time" },
    Payload { text: ".*", explanation: "the expression matches everything" },
    Payload { text: "(", explanation: "the expression is malformed" },
    Payload { text: "+", explanation: OPERATORS },
];

/// Templates.
pub(super) const FORMAT_PAYLOADS: &[Payload] = &[
    Payload { text: "{0.__class__.__init__.__globals__}", explanation: "the field reads the module's globals" },
    Payload { text: "{0}", explanation: FIELD },
    Payload { text: "{}", explanation: FIELD },
];
