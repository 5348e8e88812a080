//! `python-bind-all-interfaces`.
//!
//! # What
//! A server that listens on `0.0.0.0`, `::` or the empty host.
//! # Why
//! It answers on every network of the machine, also those that nobody thought of (CWE-605).
//! # Fix
//! The address of the interface that is meant, from the configuration. Which one that is, the code does not say.
//!
//! Invariant: an address is reported only as an argument of a call that listens.

use securecode_sdk::{Confidence, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity};

use crate::{argument, constant};

/// The rule.
pub(crate) struct BindAllInterfaces;

const HOST_ARGUMENT: &[&str] = &[
    "flask.Flask.run",
    "quart.Quart.run",
    "bottle.run",
    "uvicorn.run",
    "aiohttp.web.run_app",
    "waitress.serve",
    "sanic.Sanic.run",
    "dash.Dash.run",
    "*.run",
];
const ADDRESS_ARGUMENT: &[&str] = &[
    "socket.socket.bind",
    "*.bind",
    "socketserver.TCPServer",
    "socketserver.ThreadingTCPServer",
    "socketserver.UDPServer",
    "http.server.HTTPServer",
    "http.server.ThreadingHTTPServer",
    "xmlrpc.server.SimpleXMLRPCServer",
    "socket.create_server",
];

const HELP: &str = "\
A socket bound to `0.0.0.0` (or `\"\"`, or `::`) accepts connections from every network that the machine is on: the \
office Wi-Fi, a VPN, the cloud provider's network. Development servers and admin ports end up public that way.

Bind to `127.0.0.1` for local use, otherwise to the address that is meant, read from the configuration. In a container \
all interfaces can be right; say so where the address is set.";

impl Rule for BindAllInterfaces {
    fn metadata(&self) -> Metadata {
        let callees = HOST_ARGUMENT.iter().chain(ADDRESS_ARGUMENT).map(|&callee| callee.to_owned());
        Metadata {
            id: "python-bind-all-interfaces",
            title: "Server that listens on every network",
            help: HELP,
            severity: Severity::Low,
            confidence: Confidence::Medium,
            cwe: 605,
            tags: &["owasp:A02:2025"],
            interests: vec![Interest::Call(callees.collect())],
            triggers: &["0.0.0.0", "bind", "::", "Server"],
            bad: "import socket\nlistener = socket.socket()\nlistener.bind(('0.0.0.0', 8080))\n",
            good: "import socket\nlistener = socket.socket()\nlistener.bind(('127.0.0.1', 8080))\n",
            no_fix_reason: Some("Which network the server is meant for is not in the code."),
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let name = matched.name.as_str();
        let host = if HOST_ARGUMENT.contains(&name) {
            let position =
                if name == "bottle.run" || name == "uvicorn.run" || name == "aiohttp.web.run_app" || name == "*.run" {
                    usize::MAX
                } else {
                    0
                };
            argument::value(call, position, "host")?
        } else {
            let address = ["address", "server_address", "addr"].iter().find_map(|word| call.keyword(word));
            let address = address.or_else(|| call.positional(0))?.without_parentheses();
            // `bind` of other libraries (widgets, containers) takes no address.
            address.is(Kind::TUPLE).then(|| address.named_children().next())??
        };
        // Flask reads the empty host as the loopback address.
        let is_empty_loopback = HOST_ARGUMENT.contains(&name);
        everywhere(host, is_empty_loopback).then(|| {
            let shown = host.text();
            Found::new(
                matched.at,
                format!("`{}` listens on {shown}, that is on every network of the machine.", call.callee.text()),
            )
        })
    }
}

fn everywhere(host: Node<'_>, is_empty_loopback: bool) -> bool {
    constant::text(host)
        .is_some_and(|text| text == "0.0.0.0" || text == "::" || (text.is_empty() && !is_empty_loopback))
}
