//! `python-debugger-call`.
//!
//! # What
//! `breakpoint()`, `pdb.set_trace()` and their like in code that is not a test.
//! # Why
//! The process stops there and hands a console with all its rights to whoever has its terminal or port (CWE-489).
//! # Fix
//! No call.
//!
//! Invariant: a debugger that is started because of an error or for a test is not reported.

use securecode_sdk::{
    Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, replace},
    test_code,
};

use crate::argument;

/// The rule.
pub(crate) struct DebuggerCall;

const LOCAL: &[&str] =
    &["builtins.breakpoint", "breakpoint", "pdb.set_trace", "ipdb.set_trace", "pudb.set_trace", "IPython.embed"];
const REMOTE: &[&str] = &[
    "debugpy.listen",
    "ptvsd.enable_attach",
    "pydevd.settrace",
    "rpdb.set_trace",
    "remote_pdb.set_trace",
    "celery.contrib.rdb.set_trace",
    "web_pdb.set_trace",
];

const HELP: &str = "\
A debugger that waits in deployed code stops the worker that reaches it, and gives its console, which runs any Python, \
to whoever is at the other end: with `debugpy`, `rpdb` or `web_pdb` that is everybody who can reach the port.

Remove the call; start the program under a debugger when it is needed (`python -m pdb`).";

impl Rule for DebuggerCall {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-debugger-call",
            title: "Debugger started by the program",
            help: HELP,
            severity: Severity::Low,
            cwe: 489,
            tags: &["owasp:A02:2025"],
            interests: vec![Interest::Call(LOCAL.iter().chain(REMOTE).map(|&callee| callee.to_owned()).collect())],
            triggers: &["breakpoint", "set_trace", "embed", "debugpy", "ptvsd", "settrace"],
            bad: "import pdb\n\n\ndef pay(order):\n    pdb.set_trace()\n    order.pay()\n",
            good: "def pay(order):\n    order.pay()\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        // `if args.debug:` and `except …:` start it where somebody waits for it.
        let within = |outer: &Node<'_>| !outer.is(Kind::FUNCTION_DEFINITION);
        let is_wanted = node.ancestors().into_iter().take_while(within).any(|outer| {
            let condition = outer.child(Field::CONDITION).map(|condition| condition.text().to_lowercase());
            outer.is(Kind::EXCEPT_CLAUSE)
                || condition
                    .is_some_and(|text| ["debug", "pdb", "interactive", "shell"].iter().any(|word| text.contains(word)))
        });
        if is_wanted {
            return None;
        }
        let found = Found::new(node.span(), format!("The program stops here in a debugger: `{}`.", node.text()));
        let found = if REMOTE.contains(&matched.name.as_str()) {
            let message = "Whoever can reach the debugger's port runs Python in the program.";
            Found::new(node.span(), message).severity(Severity::Medium)
        } else {
            found
        };
        Some(test_code::ranked(file, found))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let call = argument::node(file, finding, matched);
        let Some(statement) = call.and_then(Node::statement).filter(|statement| Some(*statement) != call) else {
            return Vec::new();
        };
        let is_whole =
            statement.is(Kind::EXPRESSION_STATEMENT) && call.is_some_and(|call| call.span() == statement.span());
        if !is_whole {
            return Vec::new();
        }
        vec![fix::fix("Start no debugger", vec![replace(statement.span(), "pass")])]
    }
}
