//! Words of a program's arguments (CWE-88). Invariant: a value that stays does not begin a word with a hyphen, by which
//! programs tell options from operands (POSIX.1-2024, Utility Syntax Guidelines).

use std::ops::Range;

use super::{Payload, Surroundings, hole::HoleContext, structure::STAND_IN};

/// What a hyphen at the beginning does.
pub(super) const OPTION: &str = "the program takes the value for an option";

/// The context of a hole: at the beginning of a word, where values before it may be empty, or within one.
pub(super) fn context(around: &Surroundings<'_>) -> HoleContext {
    let begins = around.before.replace(STAND_IN, "").is_empty();
    if begins {
        let families = vec![(r"--[a-z\-]+=[a-z/.]+".to_owned(), OPTION), (r"-[a-zA-Z][a-z]*".to_owned(), OPTION)];
        HoleContext::matching("at the beginning of an argument", r"(?:[^\-](?s:.*))?", OPTION).with_families(families)
    } else {
        HoleContext::matching("within an argument", r"(?s:.*)", OPTION)
    }
}

/// Tells whether no injected part is the hyphen that begins the word.
pub(super) fn stays(text: &str, injected: &[Range<usize>]) -> bool {
    !(text.starts_with('-') && injected.iter().any(|range| range.start == 0 && !range.is_empty()))
}

/// Options that programs with many options have.
pub(super) const PAYLOADS: &[Payload] = &[
    Payload { text: "--output=/tmp/x", explanation: OPTION },
    Payload { text: "-oProxyCommand=id", explanation: "the program takes the value for an option that runs a command" },
    Payload { text: "--help", explanation: OPTION },
    Payload { text: "-x", explanation: OPTION },
];
