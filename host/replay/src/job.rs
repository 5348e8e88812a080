//! What the harness in the guest is asked to run. Invariant: only texts and byte offsets cross into the guest, never paths
//! of the machine.

use std::{
    collections::BTreeMap,
    hash::{BuildHasher as _, RandomState},
};

use model::{
    contract::{ArgumentSelector, Condition},
    counterexample::Binding,
    span::Span,
};
use serde::Serialize;

use crate::oracle::Case;

/// One run.
#[derive(Debug, Serialize)]
pub(crate) struct Job<'a> {
    /// Begins the answer's line, so that what the code prints is not taken for it.
    pub(crate) nonce: String,
    files: &'a BTreeMap<String, String>,
    entry: &'a str,
    function: String,
    bindings: &'a [Binding],
    watch: Option<Watch<'a>>,
    requires: &'a [String],
    ensures: &'a [String],
}

/// The place that is watched, in bytes of its file.
#[derive(Debug, Serialize)]
struct Watch<'a> {
    path: &'a str,
    start: u32,
    end: u32,
    kind: Kind,
    position: Option<u32>,
    keyword: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Sink,
    Assert,
}

impl<'a> Job<'a> {
    /// Describes the case's call with these inputs.
    pub(crate) fn new(case: &'a Case<'_>, bindings: &'a [Binding]) -> Self {
        let watch = |span: Span, kind, argument: Option<&'a ArgumentSelector>| Watch {
            path: case.at,
            start: span.start,
            end: span.end,
            kind,
            position: argument.and_then(|argument| argument.position),
            keyword: argument.and_then(|argument| argument.keyword.as_deref()),
        };
        let none: &[String] = &[];
        let (watch, requires, ensures) = match &case.contract.condition {
            Condition::SinkStaysData { call, argument, .. } => {
                (Some(watch(*call, Kind::Sink, Some(argument))), none, none)
            }
            Condition::AssertHolds { at } => (Some(watch(*at, Kind::Assert, None)), none, none),
            Condition::Function { requires, ensures } => (None, requires.as_slice(), ensures.as_slice()),
        };
        let function = case.contract.function.replace(".<locals>", "");
        Self { nonce: nonce(), files: case.files, entry: case.entry, function, bindings, watch, requires, ensures }
    }
}

/// Gives a text that code in the guest cannot guess.
fn nonce() -> String {
    let number = || RandomState::new().hash_one(0_u8);
    format!("{:016x}{:016x}:", number(), number())
}
