//! `python-cleartext-protocol`.
//!
//! # What
//! Telnet, FTP, old SNMP, and log-ins of mail, LDAP and HTTP without TLS.
//! # Why
//! Whoever is on the network path reads the password and changes what is sent (CWE-319).
//! # Fix
//! The protocol's form with TLS (`FTP_TLS`, `SMTP_SSL`, `starttls()`, `https://`), or SSH. The server has to offer it.
//!
//! Invariant: without a log-in, and with the local machine, mail, LDAP and HTTP are not reported.

use securecode_sdk::{
    Confidence, Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, fix::call::Call,
};

use crate::{argument, constant, literal, receiver, test_code};

/// The rule.
pub(crate) struct CleartextProtocol;

const TELNET: &str = "telnetlib.Telnet";
const FTP: &str = "ftplib.FTP";
const LDAP: &[&str] = &["ldap.initialize", "ldap3.Server"];
/// Clients that can switch to TLS after they connected.
const MAIL: &[&str] = &["smtplib.SMTP", "imaplib.IMAP4", "poplib.POP3"];
const SNMP: &[&str] = &["pysnmp.hlapi.CommunityData", "pysnmp.hlapi.asyncio.CommunityData"];
const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "request"];
const LOCAL: &[&str] = &["localhost", "127.0.0.1", "::1", "[::1]"];

const HELP: &str = "\
Telnet, FTP, SNMP before version 3, and mail, LDAP and HTTP without TLS send passwords as plain text. Anybody on the \
path (a shared Wi-Fi, a router, a mirror port) reads them, and can change commands and answers.

Use SSH or SFTP (`paramiko`), `ftplib.FTP_TLS` with `prot_p()`, `smtplib.SMTP_SSL` or `starttls()`, `ldaps://`, `https://`, \
and SNMPv3 with authentication and privacy.";

impl Rule for CleartextProtocol {
    fn metadata(&self) -> Metadata {
        let clients = ["requests", "requests.Session", "httpx", "httpx.Client"];
        let requests = clients.into_iter().flat_map(|client| VERBS.iter().map(move |verb| format!("{client}.{verb}")));
        let others = [TELNET, FTP].into_iter().chain(LDAP.iter().chain(MAIL).chain(SNMP).copied());
        Metadata {
            id: "python-cleartext-protocol",
            title: "Log-in without encryption",
            help: HELP,
            severity: Severity::Medium,
            cwe: 319,
            tags: &["owasp:A04:2025"],
            interests: vec![Interest::Call(others.map(str::to_owned).chain(requests).collect())],
            triggers: &["telnetlib", "ftplib", "smtplib", "imaplib", "poplib", "ldap", "CommunityData", "http://"],
            bad: "import telnetlib\nconsole = telnetlib.Telnet(host, timeout=10)\n",
            good: "import paramiko\nconsole = paramiko.SSHClient()\n",
            no_fix_reason: Some("The server has to offer the encrypted protocol."),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let name = matched.name.as_str();
        let is_local = call.positional(0).and_then(constant::text).is_some_and(|host| LOCAL.contains(&host));
        if test_code::is_test(file) || is_local {
            return None;
        }
        let found = |message: String| Some(Found::new(matched.at, message));
        if name == TELNET {
            return found("Telnet sends what is typed, passwords included, as plain text.".to_owned());
        }
        if SNMP.contains(&name) {
            return found(
                "SNMP before version 3 sends its community, which is the password, as plain text.".to_owned(),
            );
        }
        if name == FTP {
            return Some(match is_anonymous(call) {
                true => Found::new(matched.at, "FTP lets others on the network change the files that are transferred.")
                    .severity(Severity::Low)
                    .confidence(Confidence::Medium),
                false => Found::new(matched.at, "FTP sends its password and files as plain text."),
            });
        }
        if MAIL.contains(&name) {
            let client = client_name(call)?;
            let logs_in = calls_method(call, client, &["login", "pass_"]);
            let encrypts = calls_method(call, client, &["starttls", "stls"]);
            return (logs_in && !encrypts)
                .then_some(())
                .and_then(|()| found(format!("`{client}` logs in before the connection is encrypted.")));
        }
        if LDAP.contains(&name) {
            let client = client_name(call)?;
            let url = call.positional(0).and_then(constant::text)?;
            let is_plain = url.starts_with("ldap://") && !LOCAL.iter().any(|host| host_of(url) == *host);
            let encrypts = calls_method(call, client, &["start_tls_s", "start_tls"]);
            let binds = calls_method(call, client, &["simple_bind_s", "simple_bind", "bind_s"]);
            return (is_plain && binds && !encrypts)
                .then_some(())
                .and_then(|()| found(format!("`{client}` sends its password to `{url}` as plain text.")));
        }
        let position = usize::from(name.ends_with(".request"));
        let url = argument::value(call, position, "url").and_then(constant::text)?;
        let is_plain = url.starts_with("http://") && !LOCAL.contains(&host_of(url));
        let sends_secret = call.keyword("auth").is_some_and(|auth| !auth.is(Kind::NONE)) || sends_authorization(call);
        (is_plain && sends_secret)
            .then_some(())
            .and_then(|()| found(format!("The log-in is sent to `{url}` as plain text.")))
    }
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':', '?']).next().unwrap_or_default()
}

/// Says whether `headers={"Authorization": …}` is given.
fn sends_authorization(call: Call<'_>) -> bool {
    let headers = call.keyword("headers").map(constant::origin).filter(|headers| headers.is(Kind::DICTIONARY));
    let keys = headers.into_iter().flat_map(Node::named_children).filter_map(|pair| pair.child(Field::KEY));
    keys.filter_map(literal::text).any(|key| ["authorization", "x-api-key"].contains(&key.to_lowercase().as_str()))
}

/// Gives the name that a client is stored under, also by `with … as`.
fn client_name<'a>(call: Call<'a>) -> Option<&'a str> {
    let parent = call.node.parent()?;
    match parent.kind() {
        Kind::ASSIGNMENT => parent.child(Field::LEFT).and_then(receiver::target),
        Kind::AS_PATTERN => parent.child(Field::ALIAS).map(Node::text),
        _ => None,
    }
}

/// Says whether one of these methods of the client is called in the same function (or class, for an attribute).
fn calls_method(call: Call<'_>, client: &str, methods: &[&str]) -> bool {
    let scope = call.node.ancestors().into_iter().find(|outer| {
        [Kind::MODULE, Kind::CLASS_DEFINITION].contains(&outer.kind())
            || outer.is(Kind::FUNCTION_DEFINITION) && !is_attribute(call)
    });
    let mut calls = scope.into_iter().flat_map(Node::descendants).filter_map(Call::of);
    calls.any(|other| {
        methods.contains(&other.name())
            && other.receiver().and_then(receiver::target).is_some_and(|name| name == client)
    })
}

fn is_attribute(call: Call<'_>) -> bool {
    let assignment = call.node.parent().filter(|parent| parent.is(Kind::ASSIGNMENT));
    assignment.and_then(|assignment| assignment.child(Field::LEFT)).is_some_and(|left| left.is(Kind::ATTRIBUTE))
}

/// Says whether nobody logs in with a password: no account is given, and `login()` has no arguments.
fn is_anonymous(call: Call<'_>) -> bool {
    let gives_account = call.positional_count().is_none_or(|count| count > 1) || call.keyword("user").is_some();
    let Some(client) = client_name(call) else { return !gives_account };
    let Some(root) = call.node.tree().root() else { return false };
    let mut logins = root.descendants().filter_map(Call::of).filter(|other| {
        other.name() == "login" && other.receiver().and_then(receiver::target).is_some_and(|name| name == client)
    });
    !gives_account && logins.all(|login| login.arguments().next().is_none())
}
