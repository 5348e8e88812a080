//! `python-tls-verification-disabled`.
//!
//! # What
//! Requests and TLS contexts that accept any certificate or any host name.
//! # Why
//! Whoever sits on the network path answers in the server's place, and reads and changes everything (CWE-295).
//! # Fix
//! Leave verification on; for a private authority give its certificate (`verify="ca.pem"`, `cafile=`).
//!
//! Invariant: only literals are judged; a variable may be true in production.

use securecode_sdk::{
    Confidence, Edit, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, Span,
    fix::{self, call::Call, import, replace},
    test_code,
};

use crate::{argument, dotted, identifier, literal, receiver};

/// The rule.
pub(crate) struct TlsVerificationDisabled;

const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "send"];
const CLIENTS: &[&str] = &[
    "requests",
    "requests.Session",
    "requests.session",
    "requests.api",
    "httpx",
    "httpx.Client",
    "httpx.AsyncClient",
    "aiohttp.ClientSession",
    "*",
];
const OTHERS: &[&str] = &[
    "httpx.Client",
    "httpx.AsyncClient",
    "aiohttp.TCPConnector",
    "aiohttp.request",
    "aiohttp.ClientSession.ws_connect",
    "urllib3.PoolManager",
    "urllib3.ProxyManager",
    "urllib3.HTTPSConnectionPool",
    "ssl._create_unverified_context",
    "ssl.wrap_socket",
    "ssl.SSLContext.wrap_socket",
];
const UNVERIFIED: &str = "ssl._create_unverified_context";

const HELP: &str = "\
TLS keeps others out only if the client checks the server's certificate and name. Without the check anybody on the path \
(a Wi-Fi hot spot, a proxy, a compromised router) presents a certificate of their own and reads passwords and changes \
answers; nothing shows.

Leave verification on, which is the default everywhere. For a private certificate authority give its certificate: \
`requests.get(url, verify=\"/etc/ssl/company-ca.pem\")`, `ssl.create_default_context(cafile=…)`.";

impl Rule for TlsVerificationDisabled {
    fn metadata(&self) -> Metadata {
        let verbs = CLIENTS.iter().flat_map(|client| VERBS.iter().map(move |verb| format!("{client}.{verb}")));
        Metadata {
            id: "python-tls-verification-disabled",
            title: "TLS certificate check switched off",
            help: HELP,
            severity: Severity::High,
            cwe: 295,
            tags: &["owasp:A07:2025"],
            interests: vec![
                Interest::Call(verbs.chain(OTHERS.iter().map(|&callee| callee.to_owned())).collect()),
                Interest::Node(vec!["assignment".into()]),
            ],
            triggers: &["verify", "CERT_NONE", "check_hostname", "_create_unverified_context", "ssl"],
            bad: "import requests\nreply = requests.get(url, verify=False)\n",
            good: "import requests\nreply = requests.get(url, verify='company-ca.pem')\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        if node.is(Kind::ASSIGNMENT) {
            return check_assignment(file, node).map(|found| test_code::ranked(file, found));
        }
        let name = matched.name.as_str();
        let call = Call::of(node)?;
        if name == UNVERIFIED {
            return Some(Found::new(
                node.span(),
                format!("`{name}` makes a TLS context that accepts any certificate."),
            ));
        }
        let off = switched_off(file, call, name)?;
        let message = format!("`{}` makes `{}` accept any certificate.", off.text(), call.callee.text());
        let found = Found::new(node.span(), message);
        let found = if name.starts_with("*.") { found.confidence(Confidence::Medium) } else { found };
        Some(test_code::ranked(file, found))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(node) = argument::node(file, finding, matched) else { return Vec::new() };
        if node.is(Kind::ASSIGNMENT) {
            let right = node.child(Field::RIGHT);
            let edits = right.map(|right| vec![replace(right.span(), verifying(file, right))]);
            return edits.map(|edits| fix::fix("Leave verification on", edits)).into_iter().collect();
        }
        let Some(call) = Call::of(node) else { return Vec::new() };
        let name = matched.map_or_else(|| dotted::path(file, call.callee).unwrap_or_default(), |one| one.name.clone());
        let edits: Option<Vec<Edit>> = if name == UNVERIFIED {
            Some(default_context(file, call))
        } else {
            switched_off(file, call, &name).map(|off| vec![call.remove(off)])
        };
        edits.map(|edits| fix::fix("Leave verification on", edits)).into_iter().collect()
    }
}

/// Gives the argument that switches verification off.
fn switched_off<'a>(file: File<'a>, call: Call<'a>, name: &str) -> Option<Node<'a>> {
    let is_unknown = name.starts_with("*.");
    let speaks_http = ["requests", "httpx", "aiohttp", "urllib3"].iter().any(|module| file.imports_module(module));
    let value_is =
        |argument: &Node<'a>, test: &dyn Fn(Node<'a>) -> bool| argument.child(Field::VALUE).is_some_and(test);
    let is_false = |argument: &Node<'a>| value_is(argument, &|value| value.is(Kind::FALSE));
    if !is_unknown || speaks_http {
        let verify = call.keyword_argument("verify").filter(is_false);
        if verify.is_some() && !name.starts_with("aiohttp.") {
            return verify;
        }
    }
    if name.starts_with("aiohttp.") || (is_unknown && file.imports_module("aiohttp")) {
        let found = ["ssl", "verify_ssl"].iter().find_map(|word| call.keyword_argument(word).filter(is_false));
        if found.is_some() {
            return found;
        }
    }
    let is_none = |value: Node<'a>| {
        dotted::is_any(file, value, &["ssl.CERT_NONE"])
            || literal::text(value).is_some_and(|text| text == "CERT_NONE" || text == "NONE")
    };
    let requirement = call.keyword_argument("cert_reqs").filter(|argument| value_is(argument, &is_none));
    requirement.or_else(|| call.keyword_argument("assert_hostname").filter(is_false))
}

/// Judges `context.check_hostname = False`, `context.verify_mode = ssl.CERT_NONE`, `session.verify = False` and
/// `ssl._create_default_https_context = ssl._create_unverified_context`.
fn check_assignment(file: File<'_>, node: Node<'_>) -> Option<Found> {
    let left = node.child(Field::LEFT).filter(|left| left.is(Kind::ATTRIBUTE))?;
    let right = node.child(Field::RIGHT)?.without_parentheses();
    let object = left.child(Field::OBJECT)?;
    let message = match left.child(Field::ATTRIBUTE)?.text() {
        "check_hostname" if right.is(Kind::FALSE) && !is_server_side(node) => {
            format!("`{}` accepts a certificate for any host name.", object.text())
        }
        "verify_mode" if dotted::is_any(file, right, &["ssl.CERT_NONE", "ssl.VerifyMode.CERT_NONE"]) => {
            format!("`{}` accepts any certificate.", object.text())
        }
        "_create_default_https_context" if dotted::is_any(file, right, &[UNVERIFIED]) => {
            "Every HTTPS request of the process accepts any certificate.".to_owned()
        }
        "verify" if right.is(Kind::FALSE) && is_http_session(file, object) => {
            format!("Every request of `{}` accepts any certificate.", object.text())
        }
        _ => return None,
    };
    let found = Found::new(node.span(), message);
    // Somebody has to choose it, by an option or a setting.
    Some(if is_optional(node) { found.severity(Severity::Medium).confidence(Confidence::Medium) } else { found })
}

/// Says whether an assignment stands in an `if` of its function.
fn is_optional(assignment: Node<'_>) -> bool {
    let within = |outer: &Node<'_>| !outer.is(Kind::FUNCTION_DEFINITION);
    assignment.ancestors().into_iter().take_while(within).any(|outer| {
        let guards = outer.child(Field::CONSEQUENCE).is_some_and(|consequence| consequence.contains(assignment));
        let condition = outer.child(Field::CONDITION).map(Node::text).unwrap_or_default();
        guards && outer.is(Kind::IF_STATEMENT) && !condition.contains("__name__")
    })
}

/// Says whether the statement runs only where there is no server's name to check: `if not server_hostname:`, or where a
/// server's own context is set up.
fn is_server_side(statement: Node<'_>) -> bool {
    let ancestors = statement.ancestors();
    let within = |outer: &&Node<'_>| !outer.is(Kind::FUNCTION_DEFINITION);
    let mut conditions = ancestors.iter().take_while(within).filter_map(|outer| outer.child(Field::CONDITION));
    let names_server = conditions.any(|condition| {
        let text = condition.text();
        (text.starts_with("not ") || text.ends_with("is None")) && text.contains("hostname")
    });
    let sets_own = statement.child(Field::LEFT).is_some_and(|left| left.text() == "self.check_hostname");
    names_server || (sets_own && receiver::function_name(statement) == Some("__init__"))
}

/// Says whether a name is that of a session of `requests` or a client of `httpx`.
fn is_http_session(file: File<'_>, object: Node<'_>) -> bool {
    let speaks_http = file.imports_module("requests") || file.imports_module("httpx");
    let words = dotted::last_name(object).map(identifier::words).unwrap_or_default();
    let sounds_so = words.iter().any(|word| ["session", "client", "http", "requests", "s"].contains(&word.as_str()));
    speaks_http && sounds_so
}

/// Gives the value that leaves verification on.
fn verifying(file: File<'_>, off: Node<'_>) -> String {
    match dotted::last_name(off) {
        Some("CERT_NONE") => swap_last_name(file, off, "CERT_REQUIRED"),
        Some("_create_unverified_context") => swap_last_name(file, off, "create_default_context"),
        _ => "True".to_owned(),
    }
}

/// Writes a chain of names with another last one.
fn swap_last_name(file: File<'_>, chain: Node<'_>, name: &str) -> String {
    match chain.child(Field::OBJECT) {
        Some(object) => format!("{}.{name}", file.slice(Span { start: object.start(), end: object.end() })),
        None => {
            file.local_name("ssl").map_or_else(|| format!("__import__(\"ssl\").{name}"), |ssl| format!("{ssl}.{name}"))
        }
    }
}

fn default_context(file: File<'_>, call: Call<'_>) -> Vec<Edit> {
    if call.receiver().is_some() {
        return vec![call.rename_method("create_default_context")];
    }
    let (local, import) = import::name(file, "ssl", "create_default_context");
    std::iter::once(call.rename(local)).chain(import).collect()
}
