//! Texts of one line: header values (RFC 9110, section 5.5) and log records. Invariant: a value that stays holds no
//! carriage return and no line feed. Python's `str.splitlines` splits at more characters (form feeds, U+0085, U+2028),
//! but neither HTTP nor what reads log files line by line does.

use std::ops::Range;

use super::{Payload, hole::HoleContext};

/// What a line break does in a header.
pub(super) const HEADER: &str = "the line break ends the header, and another begins";
/// What a line break does in a log.
pub(super) const RECORD: &str = "the line break ends the record, and a forged one begins";

/// The context of a hole; `place` says where, `consequence` what a line break does.
pub(super) fn context(place: &str, consequence: &'static str) -> HoleContext {
    let families = vec![(r"[a-z]+\r?\n[A-Za-z\-]+: ?[a-z=1]+".to_owned(), consequence)];
    HoleContext::matching(place, r"[^\r\n]*", consequence).with_families(families)
}

/// Tells whether the injected parts hold no line break.
pub(super) fn stays(text: &str, injected: &[Range<usize>]) -> bool {
    injected.iter().all(|range| !text.get(range.clone()).unwrap_or_default().contains(['\r', '\n']))
}

/// Headers.
pub(super) const HEADER_PAYLOADS: &[Payload] = &[
    Payload { text: "x\r\nSet-Cookie: session=1", explanation: "a second header sets a cookie" },
    Payload { text: "x\nSet-Cookie: session=1", explanation: "a second header sets a cookie" },
    Payload { text: "\r\n", explanation: HEADER },
];

/// Records.
pub(super) const RECORD_PAYLOADS: &[Payload] = &[
    Payload { text: "x\nINFO login of admin succeeded", explanation: "a forged record follows" },
    Payload { text: "x\r\nINFO login of admin succeeded", explanation: "a forged record follows" },
    Payload { text: "\n", explanation: RECORD },
];
