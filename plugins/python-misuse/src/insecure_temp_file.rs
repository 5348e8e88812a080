//! `python-insecure-temp-file`.
//!
//! # What
//! `tempfile.mktemp`, `os.tempnam`, `os.tmpnam`: a name of a file that does not exist yet.
//! # Why
//! Before the program creates the file, somebody else on the machine can put a link or a file there (CWE-377).
//! # Fix
//! `tempfile.mkstemp` or `NamedTemporaryFile`, which create the file in the same step.
//!
//! Invariant: functions that create the file themselves are not reported.

use securecode_sdk::{
    File, Finding, Fix, Found, Interest, Match, Metadata, Rule, Severity,
    fix::{self, call::Call, import, insert},
};

use crate::argument;

/// The rule.
pub(crate) struct InsecureTempFile;

const HELP: &str = "\
`tempfile.mktemp` returns a name that was free a moment ago. Another user of the machine who guesses it creates a \
symbolic link there first, and the program overwrites the file that the link points to, or reads what they wrote.

`tempfile.mkstemp()` and `tempfile.NamedTemporaryFile()` choose the name and create the file in one step, readable by \
its owner only.";

impl Rule for InsecureTempFile {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-insecure-temp-file",
            title: "Temporary file name that others can take",
            help: HELP,
            severity: Severity::Medium,
            cwe: 377,
            tags: &["owasp:A01:2021"],
            interests: vec![Interest::Call(vec!["tempfile.mktemp".into(), "os.tempnam".into(), "os.tmpnam".into()])],
            triggers: &["mktemp", "tempnam", "tmpnam"],
            bad: "import tempfile\npath = tempfile.mktemp(suffix='.csv')\n",
            good: "import tempfile\nhandle, path = tempfile.mkstemp(suffix='.csv')\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, _: File<'_>, matched: &Match) -> Option<Found> {
        let message =
            format!("`{}` names a file without creating it, so another user can create it first.", matched.name);
        Some(Found::new(matched.at, message))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        if matched.is_some_and(|matched| matched.name != "tempfile.mktemp") {
            return Vec::new();
        }
        let rename = |function: &str| {
            if call.receiver().is_some() {
                return vec![call.rename_method(function)];
            }
            let (local, import) = import::name(file, "tempfile", function);
            std::iter::once(call.rename(local)).chain(import).collect()
        };
        let mut fixes = Vec::new();
        if call.positional_count() == Some(0) {
            let mut edits = rename("NamedTemporaryFile");
            edits.push(call.set_keyword("delete", "False"));
            edits.push(insert(call.node.end(), ".name"));
            fixes.push(fix::fix("Create the temporary file with its name (it exists, empty, from then on)", edits));
        }
        let mut edits = rename("mkstemp");
        edits.push(insert(call.node.end(), "[1]"));
        fixes.push(fix::fix("Create the temporary file with its name (it exists, empty, from then on)", edits));
        fixes
    }
}
