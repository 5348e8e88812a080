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

use crate::{comparison::Text, oracle::Case};

/// One run of the interpreter: calls of one function, one after the other.
#[derive(Debug, Serialize)]
pub(crate) struct Job<'a> {
    /// Begins the answer's line, so that what the code prints is not taken for it.
    pub(crate) nonce: String,
    files: &'a BTreeMap<String, String>,
    entry: &'a str,
    function: String,
    /// The inputs of each call.
    pub(crate) inputs: Vec<&'a [Binding]>,
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

impl<'a> Watch<'a> {
    fn of_sink(path: &'a str, call: Span, argument: &'a ArgumentSelector) -> Self {
        let (position, keyword) = (argument.position, argument.keyword.as_deref());
        Self { path, start: call.start, end: call.end, kind: Kind::Sink, position, keyword }
    }

    fn of_assertion(path: &'a str, at: Span) -> Self {
        Self { path, start: at.start, end: at.end, kind: Kind::Assert, position: None, keyword: None }
    }
}

impl<'a> Job<'a> {
    /// Describes the case's call with each of these inputs.
    pub(crate) fn new(case: &'a Case<'_>, inputs: Vec<&'a [Binding]>) -> Self {
        let none: &[String] = &[];
        let (watch, requires, ensures) = match &case.contract.condition {
            Condition::SinkStaysData { call, argument, .. } => {
                (Some(Watch::of_sink(case.at, *call, argument)), none, none)
            }
            Condition::AssertHolds { at } => (Some(Watch::of_assertion(case.at, *at)), none, none),
            Condition::Function { requires, ensures } => (None, requires.as_slice(), ensures.as_slice()),
        };
        let function = in_module(&case.contract.function);
        Self { nonce: nonce(), files: case.files, entry: case.entry, function, inputs, watch, requires, ensures }
    }

    /// Describes calls of a function as a text of the project has it.
    pub(crate) fn of_text(text: &Text<'a>, function: &str, inputs: Vec<&'a [Binding]>) -> Self {
        let watch = text.sink.map(|(call, argument)| Watch::of_sink(text.at, call, argument));
        Self {
            nonce: nonce(),
            files: text.files,
            entry: text.entry,
            function: in_module(function),
            inputs,
            watch,
            requires: &[],
            ensures: &[],
        }
    }
}

/// Names a function by the steps that lead to it from its module.
fn in_module(qualname: &str) -> String {
    qualname.replace(".<locals>", "")
}

/// Gives a text that code in the guest cannot guess.
fn nonce() -> String {
    let number = || RandomState::new().hash_one(0_u8);
    format!("{:016x}{:016x}:", number(), number())
}
