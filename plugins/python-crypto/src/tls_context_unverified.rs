//! `python-tls-context-unverified`.
//!
//! # What
//! TLS contexts that check no certificate by default and are never told to: `ssl.SSLContext(…)` used by a client,
//! `ssl.wrap_socket`, and pyOpenSSL's `VERIFY_NONE`.
//! # Why
//! Whoever sits on the network path answers in the server's place (CWE-295).
//! # Fix
//! `ssl.create_default_context()`.
//!
//! Invariant: a context that goes elsewhere, or that serves, is not reported.

use securecode_sdk::{
    Edit, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, replace},
};

use crate::{argument, dotted};

/// The rule.
pub(crate) struct TlsContextUnverified;

const HELP: &str = "\
`ssl.SSLContext` accepts any certificate unless it is made with `PROTOCOL_TLS_CLIENT` or told to check; so did \
`ssl.wrap_socket`. Anybody on the path then reads and changes what is sent.

Make contexts for clients with `ssl.create_default_context()`, which checks certificates and host names; in pyOpenSSL set \
`SSL.VERIFY_PEER`.";

const VERIFY: [&str; 2] = ["OpenSSL.SSL.Context.set_verify", "*.set_verify"];
const CONTEXT: &str = "ssl.SSLContext";
const WRAP: &str = "ssl.wrap_socket";

impl Rule for TlsContextUnverified {
    fn metadata(&self) -> Metadata {
        let callees = VERIFY.into_iter().chain([CONTEXT, WRAP]).map(str::to_owned);
        Metadata {
            id: "python-tls-context-unverified",
            title: "TLS context that checks no certificate",
            help: HELP,
            severity: Severity::High,
            cwe: 295,
            tags: &["owasp:A07:2025"],
            interests: vec![Interest::Call(callees.collect())],
            triggers: &["SSLContext", "wrap_socket", "VERIFY_NONE"],
            bad: "import ssl\nfrom urllib.request import urlopen\ncontext = ssl.SSLContext()\nreply = urlopen(url, context=context)\n",
            good: "import ssl\nfrom urllib.request import urlopen\ncontext = ssl.create_default_context()\nreply = urlopen(url, context=context)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let message = match matched.name.as_str() {
            CONTEXT => {
                let protocol = argument::value(call, Some(0), &["protocol"]);
                let is_plain = protocol.is_none_or(|protocol| {
                    dotted::path(file, protocol).is_some_and(|path| {
                        path.starts_with("ssl.PROTOCOL_") && !path.ends_with("_CLIENT") && !path.ends_with("_SERVER")
                    })
                });
                if !is_plain || argument::has_splat(call) || !serves_client(call.node) {
                    return None;
                }
                "This TLS context checks no certificate, and a client uses it."
            }
            WRAP => {
                let serves = call.keyword("server_side").is_some_and(|value| !value.is(Kind::FALSE));
                let has_check = call.keyword("cert_reqs").is_some() || call.positional(4).is_some();
                if serves || has_check || argument::has_splat(call) {
                    return None;
                }
                "`ssl.wrap_socket` checks no certificate unless `cert_reqs` says so."
            }
            _ => {
                verify_none(file, call)?;
                "This pyOpenSSL context accepts any certificate."
            }
        };
        Some(Found::new(matched.at, message))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let name = matched.map(|matched| matched.name.as_str()).unwrap_or_default();
        let inner = replace(call.list.span(), "()");
        let edits: Option<Vec<Edit>> = match name {
            CONTEXT => call.receiver().map(|_| vec![call.rename_method("create_default_context"), inner]),
            WRAP => None,
            _ => verify_none(file, call)
                .and_then(|mode| mode.child(Field::ATTRIBUTE))
                .map(|name| vec![replace(name.span(), "VERIFY_PEER")]),
        };
        edits.map(|edits| fix::fix("Check the server's certificate", edits)).into_iter().collect()
    }
}

fn verify_none<'a>(file: File<'a>, call: Call<'a>) -> Option<Node<'a>> {
    let mode = argument::value(call, Some(0), &["mode"])?;
    dotted::path(file, mode).filter(|path| path == "OpenSSL.SSL.VERIFY_NONE").map(|_| mode)
}

/// Says whether the function around a context uses it as a client and never makes it check.
fn serves_client(context: Node<'_>) -> bool {
    let around = context.ancestors();
    let is_in_place = around.iter().take_while(|node| !node.is(Kind::BLOCK)).any(|node| {
        node.is(Kind::KEYWORD_ARGUMENT) && node.child(Field::NAME).is_some_and(|name| name.text() == "context")
    });
    if is_in_place {
        return true;
    }
    let assignment = context.parent().filter(|parent| parent.is(Kind::ASSIGNMENT));
    let Some(name) = assignment.and_then(|assignment| assignment.child(Field::LEFT)) else { return false };
    let Some(scope) = context.scope() else { return false };
    let is_name = |node: Option<Node<'_>>| node.is_some_and(|node| node.text() == name.text());
    let is_set = scope.descendants().filter(|node| node.is(Kind::ASSIGNMENT)).any(|assignment| {
        let target = assignment.child(Field::LEFT).filter(|left| left.is(Kind::ATTRIBUTE));
        let is_mode =
            target.and_then(dotted::last_name).is_some_and(|field| ["verify_mode", "check_hostname"].contains(&field));
        is_mode && is_name(target.and_then(|target| target.child(Field::OBJECT)))
    });
    let used = |call: Call<'_>| {
        let wraps = call.name() == "wrap_socket"
            && is_name(call.receiver())
            && call.keyword("server_side").is_none_or(|value| value.is(Kind::FALSE));
        wraps || ["context", "ssl_context"].iter().any(|keyword| is_name(call.keyword(keyword))) && !is_server(call)
    };
    let mut calls = scope.descendants().filter_map(Call::of);
    !is_set && calls.any(used)
}

fn is_server(call: Call<'_>) -> bool {
    let name = call.name().to_lowercase();
    ["run", "serve", "listen", "server", "site"].iter().any(|word| name.contains(word))
}
