//! `python-logging-config-listener`.
//!
//! # What
//! `logging.config.listen` without `verify`.
//! # Why
//! Every program on the machine can send a configuration, and the configuration names callables and expressions that
//! run (CWE-94).
//! # Fix
//! A `verify` function that returns only bytes with a valid signature.
//!
//! Invariant: a call with any `verify` other than `None` is not reported.

use securecode_sdk::{File, Found, Interest, Kind, Match, Metadata, Rule, Severity};

use crate::argument;

/// The rule.
pub(crate) struct LoggingConfigListener;

const HELP: &str = "\
`logging.config.listen()` opens a port on the local machine and applies every configuration that it is sent. Parts of a \
configuration are evaluated as Python, so any other account of the machine, or a web page that reaches the port, runs \
code in the process.

Give `verify` a function that checks an HMAC over the bytes and returns `None` for anything else; or reload the \
configuration from a file when a signal arrives.";

impl Rule for LoggingConfigListener {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-logging-config-listener",
            title: "Logging configuration taken from anybody",
            help: HELP,
            severity: Severity::Medium,
            cwe: 94,
            tags: &["owasp:A08:2025"],
            interests: vec![Interest::Call(vec!["logging.config.listen".into()])],
            triggers: &["listen"],
            bad: "import logging.config\nserver = logging.config.listen(9999)\n",
            good: "import logging.config\nserver = logging.config.listen(9999, verify=check_signature)\n",
            no_fix_reason: Some("How a configuration proves where it comes from is not in the code."),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let verify = argument::value(call, 1, "verify").filter(|value| !value.is(Kind::NONE));
        (verify.is_none() && !argument::has_splat(call)).then(|| {
            let message = "Every program on the machine can send a logging configuration, which can run code.";
            Found::new(matched.at, message)
        })
    }
}
