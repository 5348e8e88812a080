//! `python-access-check-race`.
//!
//! # What
//! `os.access` asks whether a file may be used, and the file is used afterwards.
//! # Why
//! Between the question and the use somebody can put a link there, so that the answer is about another file (CWE-367).
//! # Fix
//! Use the file, and handle the error.
//!
//! Invariant: only a use of the very path that was asked about is reported, and only below the question.

use securecode_sdk::{
    Confidence, Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, fix::call::Call,
};

use crate::argument;

/// The rule.
pub(crate) struct AccessCheckRace;

/// Names of calls that use the file that their first argument names.
const USES: &[&str] = &[
    "open", "remove", "unlink", "rename", "replace", "chmod", "chown", "truncate", "copy", "copy2", "copyfile", "move",
    "rmtree", "rmdir", "symlink", "link",
];

const HELP: &str = "\
`os.access` answers for the file that has the name now. Before the program opens it, another user can replace it by a \
link to a file that only the program may read or write. The answer is also about the real user, not the one whose rights \
the program has.

Open the file and handle `PermissionError` and `FileNotFoundError`; to act with a user's rights, drop the others first.";

impl Rule for AccessCheckRace {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-access-check-race",
            title: "File used after a check that may be out of date",
            help: HELP,
            severity: Severity::Low,
            confidence: Confidence::Medium,
            cwe: 367,
            tags: &["owasp:A01:2025"],
            interests: vec![Interest::Call(vec!["os.access".into()])],
            triggers: &["access"],
            bad: "import os\n\n\ndef read(path):\n    if os.access(path, os.R_OK):\n        return open(path).read()\n",
            good: "def read(path):\n    try:\n        return open(path).read()\n    except PermissionError:\n        return ''\n",
            no_fix_reason: Some("What happens where the file cannot be used is for the program to say."),
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let path = argument::value(call, 0, "path")?;
        let mode = argument::value(call, 1, "mode")?;
        // Whether a file is there or can be run is asked to find programs.
        if mode.text().contains("X_OK") || mode.text().ends_with("F_OK") {
            return None;
        }
        let used = uses(call.node, path)?;
        let message =
            format!("`{}` may be another file by the time that `{}` uses it.", path.text(), used.callee.text());
        Some(Found::new(matched.at, message))
    }
}

/// Gives the first use of the path below the question, in the same function.
fn uses<'a>(question: Node<'a>, path: Node<'a>) -> Option<Call<'a>> {
    let scope = question.scope()?;
    let is_decided = question.ancestors().into_iter().any(|outer| {
        outer.child(Field::CONDITION).is_some_and(|condition| condition.contains(question))
            || outer.is(Kind::ASSERT_STATEMENT)
            || outer.is(Kind::CONDITIONAL_EXPRESSION)
    });
    let mut calls = scope.descendants().filter(|node| node.start() > question.end()).filter_map(Call::of);
    calls.find(|call| {
        let first = call.positional(0).map(Node::without_parentheses);
        is_decided && USES.contains(&call.name()) && first.is_some_and(|first| first.text() == path.text())
    })
}
