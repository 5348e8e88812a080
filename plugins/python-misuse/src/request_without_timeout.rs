//! `python-request-without-timeout`.
//!
//! # What
//! A call of `requests`, `urllib`, `smtplib` and their like without `timeout`, or of them, `httpx` or `aiohttp` with
//! `timeout=None`.
//! # Why
//! They wait for ever; a server that does not answer keeps the thread, and enough of them the service (CWE-400).
//! # Fix
//! A timeout in seconds.
//!
//! Invariant: a call whose arguments only the run shows is not reported.

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Rule, Severity,
    fix::{self, call::Call, replace},
};

use crate::argument;

/// The rule.
pub(crate) struct RequestWithoutTimeout;

const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "request"];
const SECONDS: &str = "10";
/// Callees whose time-out has to be given, and its position.
const WITHOUT_DEFAULT: &[(&str, usize)] = &[
    ("urllib.request.urlopen", 2),
    ("urllib.request.OpenerDirector.open", 2),
    ("http.client.HTTPConnection", 2),
    ("http.client.HTTPSConnection", usize::MAX),
    ("smtplib.SMTP", 3),
    ("smtplib.SMTP_SSL", usize::MAX),
    ("smtplib.LMTP", usize::MAX),
    ("ftplib.FTP", 4),
    ("ftplib.FTP_TLS", usize::MAX),
    ("imaplib.IMAP4", 2),
    ("imaplib.IMAP4_SSL", usize::MAX),
    ("poplib.POP3", 2),
    ("poplib.POP3_SSL", usize::MAX),
    ("telnetlib.Telnet", 2),
    ("socket.create_connection", 1),
];
/// Callees that have a default, which `None` switches off.
const WITH_DEFAULT: &[&str] = &["httpx.Client", "httpx.AsyncClient", "aiohttp.ClientSession"];
/// `aiohttp.ClientTimeout(total=None)` limits nothing, unless it limits the steps.
const CLIENT_TIMEOUT: &str = "aiohttp.ClientTimeout";

const HELP: &str = "\
`requests`, `urllib`, `smtplib`, `ftplib` and `http.client` have no default time-out: a peer that accepts the connection and then says nothing blocks the caller until \
the process ends. A few such answers use up a service's workers.

Give every request a time-out: `requests.get(url, timeout=10)`, or `(connect, read)`.";

impl Rule for RequestWithoutTimeout {
    fn metadata(&self) -> Metadata {
        let of = |module: &'static str| VERBS.iter().map(move |verb| format!("{module}.{verb}"));
        let verbs = ["requests", "requests.Session", "requests.session", "httpx", "httpx.Client", "httpx.AsyncClient"];
        let clients = verbs.into_iter().chain(["aiohttp.ClientSession"]).flat_map(of);
        let others = WITHOUT_DEFAULT.iter().map(|(callee, _)| callee).chain(WITH_DEFAULT).chain(&[CLIENT_TIMEOUT]);
        let callees = clients.chain(others.map(|&callee| callee.to_owned()));
        Metadata {
            id: "python-request-without-timeout",
            title: "HTTP request that can wait for ever",
            help: HELP,
            severity: Severity::Low,
            cwe: 400,
            interests: vec![Interest::Call(callees.collect())],
            triggers: &[
                "requests",
                "httpx",
                "aiohttp",
                "urlopen",
                "HTTPConnection",
                "HTTPSConnection",
                "smtplib",
                "ftplib",
                "imaplib",
                "poplib",
                "telnetlib",
                "create_connection",
                "build_opener",
            ],
            bad: "import requests\nreply = requests.get(url)\n",
            good: "import requests\nreply = requests.get(url, timeout=10)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let name = matched.name.as_str();
        let is_none = argument::is_constant(call, "timeout", Kind::NONE);
        let is_missing = call.keyword("timeout").is_none() && !argument::has_splat(call);
        let waits = |what: &str| Found::new(matched.at, format!("`{}` waits for ever {what}.", call.callee.text()));
        if name == CLIENT_TIMEOUT {
            let is_unlimited = argument::value(call, 0, "total").is_some_and(|total| total.is(Kind::NONE));
            let limits_steps = call.arguments().count() > 1;
            let message = "A time-out with `total=None` lets a request wait for ever.";
            return (is_unlimited && !limits_steps).then(|| Found::new(matched.at, message));
        }
        if let Some(&(_, position)) = WITHOUT_DEFAULT.iter().find(|(callee, _)| *callee == name) {
            let is_given = call.positional_count().is_some_and(|count| count > position);
            // `FTP()` connects later, with a time-out of its own.
            call.arguments().next()?;
            let has_global = file.text().contains("setdefaulttimeout(");
            return (is_none || (is_missing && !is_given && !has_global))
                .then(|| waits("when the server does not answer").confidence(Confidence::Medium));
        }
        let has_default = name.starts_with("httpx.") || name.starts_with("aiohttp.");
        (is_none || (is_missing && !has_default)).then(|| waits("when the server does not answer"))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let title = format!("Give up after {SECONDS} seconds without an answer (raises a time-out error)");
        let is_policy = matched.is_none_or(|matched| matched.name == CLIENT_TIMEOUT);
        let of_aiohttp = matched.is_some_and(|matched| matched.name.starts_with("aiohttp."));
        if let Some(total) = argument::value(call, 0, "total").filter(|total| is_policy && total.is(Kind::NONE)) {
            return vec![fix::fix(title, vec![replace(total.span(), SECONDS)])];
        }
        if of_aiohttp {
            // Its default of five minutes comes back.
            let argument = call.keyword_argument("timeout").map(|argument| call.remove(argument));
            return argument.map(|edit| fix::fix("Leave the library's time-out on", vec![edit])).into_iter().collect();
        }
        vec![fix::fix(title, vec![call.set_keyword("timeout", SECONDS)])]
    }
}
