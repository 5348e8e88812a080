//! Requests to a place that untrusted data names (CWE-918). Invariant: only what may choose the host is a finding.
//!
//! # What
//! The server requests a URL that came with a request.
//! # Why
//! It reaches what the sender cannot: the cloud's metadata, databases, internal services.
//! # Fix
//! A fixed host with the value as a path segment or parameter, or an allow-list of hosts.

use securecode_sdk::{
    Confidence, File, Found, Interest, Match, Metadata, Node, Rule, Severity, Sink, SinkLanguage,
    fix::call::Call,
    spec::{argument, position, sink},
};

use crate::{base_url, evidence, result, vetted};

pub(crate) struct RequestForgery;

const URL: SinkLanguage = SinkLanguage::RequestUrl;
const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];
const CLIENTS: &[&str] = &[
    "requests",
    "requests.api",
    "requests.Session",
    "httpx",
    "httpx.Client",
    "httpx.AsyncClient",
    "aiohttp.ClientSession",
    "niquests",
    "treq",
];

impl Rule for RequestForgery {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-server-side-request-forgery",
            title: "Request to an untrusted address",
            help: "A server stands where its visitors do not: it reaches `http://169.254.169.254/`, \
                   `http://localhost:6379/` and everything else inside. A URL that a visitor chooses makes it an \
                   errand boy:\n\n\
                   ```python\n\
                   requests.get(request.args[\"image\"])\n\
                   ```\n\n\
                   Keep scheme and host constant and put the value behind them, quoted \
                   (`f\"https://api.example.com/users/{quote(name, safe='')}\"`), or look the host up in a list of \
                   allowed ones; do not follow redirects to others.",
            severity: Severity::High,
            cwe: 918,
            tags: &["owasp:A01:2025"],
            interests: sinks().into_iter().map(Interest::Flow).collect(),
            triggers: &[
                "requests",
                "httpx",
                "urllib",
                "aiohttp",
                "http.client",
                "httpclient",
                "pycurl",
                "treq",
                "wget",
            ],
            bad: "import requests\n\n\ndef preview(url: str):\n    return requests.get(url, timeout=5).text\n",
            good: "import requests\n\n\ndef preview(name: str):\n    \
                   return requests.get(\"https://api.example.com/items\", params={\"name\": name}, timeout=5).text\n",
            no_fix_reason: Some("Which hosts the application may ask is not said in the code."),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        if evidence::is_local(matched) {
            return None;
        }
        let call = Call::of(file.node_of(matched)?)?;
        if call.name() == "setopt" {
            call.positional(0)?.text().ends_with("URL").then_some(())?;
        }
        let sink = sinks().into_iter().nth(matched.interest as usize)?;
        let is_fine = |url: Node<'_>| {
            vetted::is_vetted(file, url) || base_url::is_configured(url) || result::is_unknown(file, matched, url)
        };
        if call.select(&sink.argument).is_some_and(is_fine) {
            return None;
        }
        let is_host = matched.name.starts_with("http.client.");
        let effect = if is_host {
            "is the host that `{callee}` connects to"
        } else {
            "is part of the URL that `{callee}` requests"
        };
        Some(evidence::flow(matched, effect))
    }
}

fn sinks() -> Vec<Sink> {
    let verbs: Vec<String> =
        CLIENTS.iter().flat_map(|client| VERBS.iter().map(move |verb| format!("{client}.{verb}"))).collect();
    let verbs: Vec<&str> = verbs.iter().map(String::as_str).collect();
    let general: Vec<String> =
        CLIENTS.iter().flat_map(|client| ["request", "stream"].map(|name| format!("{client}.{name}"))).collect();
    let general: Vec<&str> = general.iter().map(String::as_str).collect();
    vec![
        sink(&verbs, argument(0, "url"), URL),
        sink(&general, argument(1, "url"), URL),
        sink(
            &[
                "urllib.request.urlopen",
                "urllib.request.urlretrieve",
                "urllib.request.Request",
                "urllib2.urlopen",
                "aiohttp.ClientSession.ws_connect",
                "wget.download",
            ],
            argument(0, "url"),
            URL,
        ),
        sink(&["urllib.request.OpenerDirector.open"], argument(0, "fullurl"), URL),
        sink(
            &[
                "aiohttp.request",
                "urllib3.request",
                "urllib3.PoolManager.request",
                "urllib3.PoolManager.urlopen",
                "urllib3.ProxyManager.request",
                "requests.Request",
                "httpx.Request",
            ],
            argument(1, "url"),
            URL,
        ),
        sink(
            &["tornado.httpclient.HTTPClient.fetch", "tornado.httpclient.AsyncHTTPClient.fetch"],
            argument(0, "request"),
            URL,
        ),
        sink(&["tornado.httpclient.HTTPRequest"], argument(0, "url"), URL),
        sink(&["http.client.HTTPConnection", "http.client.HTTPSConnection"], argument(0, "host"), URL)
            .confidence(Confidence::Medium),
        sink(&["*.setopt", "pycurl.Curl.setopt"], position(1), URL).confidence(Confidence::Medium),
    ]
}
