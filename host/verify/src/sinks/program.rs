//! Sinks where untrusted text may not stand at all. Invariant: only digits after a constant beginning stay.

use std::ops::Range;

use super::{Payload, Surroundings, hole::HoleContext};
use crate::automata::language::Language;

const CONSEQUENCE: &str = "the value chooses the program that is run";

/// The context of a hole in a program's name.
pub(super) fn program(around: &Surroundings<'_>) -> HoleContext {
    let place = "in a program's name";
    let families = vec![
        ("/bin/sh".to_owned(), "the value names a shell as the program that is run"),
        ("[a-z]+".to_owned(), CONSEQUENCE),
    ];
    let context = if around.before.is_empty() {
        HoleContext::new(place, Language::empty(), CONSEQUENCE).under()
    } else {
        HoleContext::matching(place, "[0-9]*", CONSEQUENCE)
    };
    context.with_families(families)
}

/// Tells whether the injected parts leave the choice of the program alone.
pub(super) fn stays(text: &str, injected: &[Range<usize>]) -> bool {
    injected.iter().all(|range| {
        let value = text.get(range.clone()).unwrap_or_default();
        range.start > 0 && value.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The context of a hole in serialized data.
pub(super) fn deserialize() -> HoleContext {
    HoleContext::new("in serialized data", Language::empty(), "untrusted bytes choose the objects that are built")
        .under()
}

/// What a value does where nothing may be chosen from outside.
pub(super) const CHOICE: &str = "the untrusted value decides";

/// The context of a hole where no untrusted text may stand.
pub(super) fn choice() -> HoleContext {
    HoleContext::new("where no untrusted value may decide", Language::empty(), CHOICE).under()
}

/// Values that decide.
pub(super) const CHOICE_PAYLOADS: &[Payload] = &[
    Payload { text: "admin", explanation: CHOICE },
    Payload { text: "__class__", explanation: CHOICE },
    Payload { text: "x", explanation: CHOICE },
];

/// Program names.
pub(super) const PROGRAM_PAYLOADS: &[Payload] = &[
    Payload { text: "/bin/sh", explanation: "the value names a shell as the program that is run" },
    Payload { text: "id", explanation: CONSEQUENCE },
    Payload { text: "../../bin/sh", explanation: "the value leads to another program" },
];

/// Serialized data: a pickle that calls `os.system("id")`, and a YAML document that does.
pub(super) const DESERIALIZE_PAYLOADS: &[Payload] = &[
    Payload { text: "cos\nsystem\n(S'id'\ntR.", explanation: "the pickle calls `os.system`" },
    Payload { text: "!!python/object/apply:os.system ['id']", explanation: "the YAML document calls `os.system`" },
    Payload { text: "x", explanation: "untrusted bytes choose the objects that are built" },
];
