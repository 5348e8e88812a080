//! `python-request-without-timeout`.
//!
//! # What
//! A call of `requests` without `timeout`, or of it or `httpx` with `timeout=None`.
//! # Why
//! `requests` waits for ever; a server that does not answer keeps the thread, and enough of them the service (CWE-400).
//! # Fix
//! A timeout in seconds.
//!
//! Invariant: a call whose arguments only the run shows is not reported.

use securecode_sdk::{
    File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Rule, Severity,
    fix::{self, call::Call},
};

use crate::argument;

/// The rule.
pub(crate) struct RequestWithoutTimeout;

const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "request"];
const SECONDS: &str = "10";

const HELP: &str = "\
`requests` has no default time-out: a peer that accepts the connection and then says nothing blocks the caller until \
the process ends. A few such answers use up a service's workers.

Give every request a time-out: `requests.get(url, timeout=10)`, or `(connect, read)`.";

impl Rule for RequestWithoutTimeout {
    fn metadata(&self) -> Metadata {
        let of = |module: &'static str| VERBS.iter().map(move |verb| format!("{module}.{verb}"));
        let callees = of("requests").chain(of("requests.Session")).chain(of("requests.session")).chain(of("httpx"));
        Metadata {
            id: "python-request-without-timeout",
            title: "HTTP request that can wait for ever",
            help: HELP,
            severity: Severity::Low,
            cwe: 400,
            interests: vec![Interest::Call(callees.collect())],
            triggers: &["requests", "httpx"],
            bad: "import requests\nreply = requests.get(url)\n",
            good: "import requests\nreply = requests.get(url, timeout=10)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let is_none = argument::is_constant(call, "timeout", Kind::NONE);
        let has_default = matched.name.starts_with("httpx.");
        let is_missing = call.keyword("timeout").is_none() && !argument::has_splat(call) && !has_default;
        (is_none || is_missing).then(|| {
            Found::new(matched.at, format!("`{}` waits for ever when the server does not answer.", call.callee.text()))
        })
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let title = format!("Give up after {SECONDS} seconds without an answer (raises a time-out error)");
        vec![fix::fix(title, vec![call.set_keyword("timeout", SECONDS)])]
    }
}
