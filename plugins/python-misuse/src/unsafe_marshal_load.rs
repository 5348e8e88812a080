//! `python-unsafe-marshal-load`.
//!
//! # What
//! `marshal.load` and `marshal.loads`.
//! # Why
//! The format is not checked while it is read: crafted bytes crash the interpreter or smuggle in code objects (CWE-502).
//! # Fix
//! JSON or another data format; the stored bytes have to change with it, so no edit of the call is enough.
//!
//! Invariant: bytes that the same expression has just marshalled are not reported.

use securecode_sdk::{Confidence, File, Found, Interest, Match, Metadata, Rule, Severity, fix::call::Call};

use crate::argument;

/// The rule.
pub(crate) struct UnsafeMarshalLoad;

const HELP: &str = "\
`marshal` exists for Python's own `.pyc` files. Its documentation warns never to read data from an untrusted source: \
the reader trusts the bytes, so that crafted ones crash the process, and code objects that they hold run when called.

Use JSON for data. For `.pyc` files, use `importlib`.";

impl Rule for UnsafeMarshalLoad {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-unsafe-marshal-load",
            title: "Data read with marshal",
            help: HELP,
            confidence: Confidence::Medium,
            severity: Severity::Medium,
            cwe: 502,
            tags: &["owasp:A08:2025"],
            interests: vec![Interest::Call(vec!["marshal.load".into(), "marshal.loads".into()])],
            triggers: &["marshal"],
            bad: "import marshal\nrow = marshal.loads(body)\n",
            good: "import json\nrow = json.loads(body)\n",
            no_fix_reason: Some("marshal has no safe mode: the data's format has to change where it is written, too."),
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        if call.positional(0).and_then(Call::of).is_some_and(|inner| inner.name() == "dumps") {
            return None;
        }
        let message = format!(
            "`{}` trusts the bytes that it reads; crafted ones crash the process or bring in code.",
            matched.name
        );
        Some(Found::new(matched.at, message))
    }
}
