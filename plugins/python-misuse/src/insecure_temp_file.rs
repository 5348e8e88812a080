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
    Edit, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
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
            tags: &["owasp:A01:2025"],
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
        fix_with_descriptor(file, call).or_else(|| fix_with_name(file, call)).into_iter().collect()
    }
}

const TITLE: &str = "Create the temporary file with its name (it exists, empty, from then on)";
const PARAMETERS: [&str; 3] = ["suffix", "prefix", "dir"];

/// Makes `path = mktemp(…)` on a line of its own `descriptor, path = mkstemp(…)`, and closes the descriptor.
fn fix_with_descriptor(file: File<'_>, call: Call<'_>) -> Option<Fix> {
    let statement = call.node.statement()?;
    let assignment = statement.named_children().next().filter(|inner| inner.is(Kind::ASSIGNMENT))?;
    let target = assignment.child(Field::LEFT).filter(|left| left.is(Kind::IDENTIFIER))?;
    let is_plain = assignment.child(Field::RIGHT) == Some(call.node) && assignment.child(Field::TYPE).is_none();
    let is_taken = file.tree().nodes().any(|node| node.is(Kind::IDENTIFIER) && node.text() == "descriptor");
    if !is_plain || is_taken || !stands_alone(file, statement) {
        return None;
    }
    let indentation = file.indentation(statement.start());
    let (os, import) = import::module(file, "os");
    let mut edits = rename(file, call, "mkstemp");
    edits.push(insert(target.start(), "descriptor, "));
    edits.push(insert(statement.end(), format!("{}{indentation}{os}.close(descriptor)", file.line_ending())));
    edits.extend(import);
    Some(fix::fix(TITLE, edits))
}

/// Makes `mktemp(…)` inside an expression the name of a file that is created and closed.
fn fix_with_name(file: File<'_>, call: Call<'_>) -> Option<Fix> {
    let positional = call.positional_count().filter(|count| *count <= PARAMETERS.len())?;
    let mut edits = rename(file, call, "NamedTemporaryFile");
    let labels = PARAMETERS.iter().take(positional).enumerate();
    edits.extend(labels.filter_map(|(position, name)| {
        call.positional(position).map(|argument| insert(argument.start(), format!("{name}=")))
    }));
    edits.push(call.set_keyword("delete", "False"));
    edits.push(insert(call.node.end(), ".name"));
    Some(fix::fix(TITLE, edits))
}

fn rename(file: File<'_>, call: Call<'_>, function: &str) -> Vec<Edit> {
    if call.receiver().is_some() {
        return vec![call.rename_method(function)];
    }
    let (local, import) = import::name(file, "tempfile", function);
    std::iter::once(call.rename(local)).chain(import).collect()
}

/// Says whether a statement has its lines for itself.
fn stands_alone(file: File<'_>, statement: Node<'_>) -> bool {
    let indentation = file.indentation(statement.start());
    let before = file.text().get(..statement.start() as usize).and_then(|text| text.rsplit('\n').next());
    let after = file.text().get(statement.end() as usize..).and_then(|text| text.lines().next()).unwrap_or_default();
    before == Some(indentation) && after.trim().is_empty()
}
