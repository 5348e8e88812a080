//! `python-cleartext-login`.
//!
//! # What
//! A password that is sent without TLS: Telnet, FTP and mail logins, HTTP requests with credentials, simple LDAP binds.
//! # Why
//! Everybody on the network path reads it (CWE-319).
//! # Fix
//! The protocol's TLS form: `starttls`, `SMTP_SSL`, `FTP_TLS`, `https://`, SSH.
//!
//! Invariant: only a login is reported; what is sent without credentials, or within the machine, is not.

use securecode_sdk::{
    Edit, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, Span,
    fix::{self, call::Call, import, insert, replace},
    test_code,
};

use crate::{argument, binding, constant, dotted};

/// The rule.
pub(crate) struct CleartextLogin;

const HELP: &str = "\
Telnet, FTP, and SMTP, IMAP, POP3, LDAP and HTTP without TLS send passwords as they are. Whoever shares a network with \
either end, or runs a router between them, reads them.

Use the form with TLS: `server.starttls(context=ssl.create_default_context())` before `login`, `smtplib.SMTP_SSL`, \
`imaplib.IMAP4_SSL`, `ftplib.FTP_TLS` with `prot_p()`, `https://`, `ldaps://`; SSH in place of Telnet.";

/// Logins on a connection that one of the methods makes safe before.
const LOGINS: &[(&str, &[&str])] = &[
    ("smtplib.SMTP.login", &["starttls"]),
    ("imaplib.IMAP4.login", &["starttls"]),
    ("poplib.POP3.pass_", &["stls"]),
    ("ftplib.FTP.login", &[]),
];
const LDAP: [&str; 3] = ["simple_bind_s", "simple_bind", "bind_s"];
const VERBS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "request"];
const TELNET: [&str; 2] = ["telnetlib.Telnet", "telnetlib3.open_connection"];

impl Rule for CleartextLogin {
    fn metadata(&self) -> Metadata {
        let logins = LOGINS.iter().map(|(callee, _)| (*callee).to_owned());
        let others = ["ftplib.FTP", "ldap.initialize"].into_iter().chain(TELNET).map(str::to_owned);
        let http = ["requests", "httpx", "requests.Session", "httpx.Client"];
        let verbs = http.iter().flat_map(|client| VERBS.iter().map(move |verb| format!("{client}.{verb}")));
        Metadata {
            id: "python-cleartext-login",
            title: "Password sent without encryption",
            help: HELP,
            severity: Severity::Medium,
            cwe: 319,
            tags: &["owasp:A04:2025"],
            interests: vec![Interest::Call(logins.chain(others).chain(verbs).collect())],
            triggers: &["smtplib", "imaplib", "poplib", "ftplib", "telnetlib", "ldap", "http://"],
            bad: "import smtplib\nserver = smtplib.SMTP('mail.example.org')\nserver.login(user, password)\n",
            good: "import smtplib\nserver = smtplib.SMTP('mail.example.org')\nserver.starttls()\nserver.login(user, password)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let name = matched.name.as_str();
        let message = match name {
            "ftplib.FTP" => {
                let user = argument::value(call, Some(1), &["user"])?;
                if is_anonymous(file, Some(user)) || is_local(file, argument::value(call, Some(0), &["host"])) {
                    return None;
                }
                "FTP sends the password and the files unencrypted.".to_owned()
            }
            "ldap.initialize" => return ldap(file, call, matched),
            _ if TELNET.contains(&name) => {
                if is_local(file, argument::value(call, Some(0), &["host"])) {
                    return None;
                }
                format!("`{name}` sends everything, logins too, unencrypted.")
            }
            _ => match LOGINS.iter().find(|(callee, _)| *callee == name) {
                Some((_, makers)) => {
                    let (at, message) = login(file, call, name, makers)?;
                    return Some(test_code::ranked(file, Found::new(at, message)));
                }
                None => request(file, call)?,
            },
        };
        Some(test_code::ranked(file, Found::new(matched.at, message)))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let name = matched.map(|matched| matched.name.as_str()).unwrap_or_default();
        let edits = match name {
            "smtplib.SMTP.login" => start_tls(file, call, "starttls(context="),
            "imaplib.IMAP4.login" => start_tls(file, call, "starttls(ssl_context="),
            _ if VERBS.contains(&call.name()) => secure_url(call),
            _ => None,
        };
        let title = if name.ends_with(".login") {
            "Start TLS before the password is sent (the server has to offer it)"
        } else {
            "Send the credentials over HTTPS (the server has to offer it)"
        };
        edits.map(|edits| fix::fix(title, edits)).into_iter().collect()
    }
}

/// Judges a login on a connection that may have been encrypted before; the finding is where the connection is made.
fn login(file: File<'_>, call: Call<'_>, name: &str, makers: &[&str]) -> Option<(Span, String)> {
    let receiver = call.receiver()?;
    let made = binding::origin(receiver);
    let maker = Call::of(made).or_else(|| entered(call, receiver).and_then(Call::of));
    if is_local(file, maker.and_then(|maker| argument::value(maker, Some(0), &["host"]))) {
        return None;
    }
    let at = maker.unwrap_or(call).node.span();
    if name.starts_with("ftplib.") {
        let user = argument::value(call, Some(0), &["user"]);
        return (!is_anonymous(file, user) && !argument::has_splat(call))
            .then(|| (at, "FTP sends the password and the files unencrypted.".to_owned()));
    }
    let is_class = |node: &Node<'_>| node.is(Kind::CLASS_DEFINITION);
    let is_field = receiver.is(Kind::ATTRIBUTE);
    let class = call.node.ancestors().into_iter().find(is_class).filter(|_| is_field);
    let scope = class.or_else(|| call.node.scope())?;
    // A condition that decides over encryption is the configuration's choice.
    let is_encrypted = scope
        .descendants()
        .filter_map(Call::of)
        .any(|other| makers.contains(&other.name()) && other.receiver().is_some_and(|on| on.text() == receiver.text()));
    let protocol = name.split('.').next()?.trim_end_matches("lib").to_uppercase();
    (!is_encrypted)
        .then(|| (at, format!("`{}.{}` sends the password over {protocol} without TLS.", receiver.text(), call.name())))
}

/// Gives the expression that a `with` statement around the call gives this name.
fn entered<'a>(call: Call<'a>, name: Node<'a>) -> Option<Node<'a>> {
    call.node.ancestors().into_iter().filter(|node| node.is(Kind::WITH_STATEMENT)).find_map(|with| {
        let mut patterns = with.descendants().filter(|node| node.is(Kind::AS_PATTERN));
        let pattern =
            patterns.find(|pattern| pattern.named_children().last().is_some_and(|as_| as_.text() == name.text()));
        pattern.and_then(|pattern| pattern.named_children().next())
    })
}

/// Judges an HTTP request with credentials.
fn request(file: File<'_>, call: Call<'_>) -> Option<String> {
    let position = usize::from(call.name() == "request");
    let url = binding::origin(argument::value(call, Some(position), &["url"])?);
    let start = leading_text(file, url)?;
    let rest = start.strip_prefix("http://").filter(|rest| !is_local_name(rest))?;
    let has_auth = call.keyword("auth").is_some_and(|auth| !auth.is(Kind::NONE));
    let headers = call.keyword("headers").map(binding::origin);
    let mut keys = headers
        .filter(|headers| headers.is(Kind::DICTIONARY))
        .into_iter()
        .flat_map(Node::named_children)
        .filter_map(|pair| pair.child(Field::KEY).and_then(constant::plain_text));
    let has_header = keys.any(|key| ["authorization", "x-api-key"].contains(&key.to_lowercase().as_str()));
    let host = rest.split('/').next().unwrap_or_default();
    (has_auth || has_header).then(|| format!("The credentials for `{host}` are sent over HTTP without TLS."))
}

/// Gives the text that an expression surely starts with.
fn leading_text<'a>(file: File<'a>, url: Node<'a>) -> Option<String> {
    if let Some(constant) = constant::of(file, url) {
        return Some(constant.text);
    }
    if url.is(Kind::BINARY_OPERATOR) {
        return leading_text(file, binding::origin(url.child(Field::LEFT)?));
    }
    let start = url.child_of_kind(Kind::STRING_START)?;
    let content = url.child_of_kind(Kind::STRING_CONTENT)?;
    (start.end() == content.start()).then(|| content.text().to_owned())
}

fn ldap(file: File<'_>, call: Call<'_>, matched: &Match) -> Option<Found> {
    let address = argument::value(call, Some(0), &["uri"]).and_then(|uri| leading_text(file, binding::origin(uri)))?;
    address.strip_prefix("ldap://").filter(|rest| !is_local_name(rest))?;
    let scope = call.node.scope()?;
    let calls = || scope.descendants().filter_map(Call::of);
    let is_encrypted = calls().any(|other| other.name() == "start_tls_s");
    let sends_password = calls().any(|other| LDAP.contains(&other.name()) && other.positional(1).is_some());
    (sends_password && !is_encrypted)
        .then(|| Found::new(matched.at, "The LDAP connection sends the password of its bind without TLS."))
}

fn is_anonymous(file: File<'_>, user: Option<Node<'_>>) -> bool {
    match user.and_then(|user| constant::of(file, user)) {
        Some(user) => ["", "anonymous", "ftp"].contains(&user.text.as_str()),
        None => user.is_none(),
    }
}

fn is_local(file: File<'_>, host: Option<Node<'_>>) -> bool {
    host.and_then(|host| constant::of(file, host)).is_some_and(|host| is_local_name(&host.text))
}

/// Says whether a host name (with what follows it) is the machine itself.
fn is_local_name(host: &str) -> bool {
    let host = host.split(['/', '?']).next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name.starts_with("127.") || name == "[::1]" || host == "::1" || name.ends_with(".localhost")
}

/// Adds the statement that encrypts the connection above the login.
fn start_tls(file: File<'_>, call: Call<'_>, method: &str) -> Option<Vec<Edit>> {
    let statement = call.node.statement().filter(|statement| statement.is(Kind::EXPRESSION_STATEMENT))?;
    let receiver = call.receiver().filter(|receiver| dotted::last_name(*receiver).is_some())?;
    let (ssl, import) = import::module(file, "ssl");
    let indentation = file.indentation(statement.start());
    let text =
        format!("{}.{method}{ssl}.create_default_context()){}{indentation}", receiver.text(), file.line_ending());
    Some(std::iter::once(insert(statement.start(), text)).chain(import).collect())
}

/// Writes `https://` where the URL is a literal of the call.
fn secure_url(call: Call<'_>) -> Option<Vec<Edit>> {
    let position = usize::from(call.name() == "request");
    let url = argument::value(call, Some(position), &["url"])?;
    let start = url.child_of_kind(Kind::STRING_START)?.end();
    let scheme = Span { start, end: start + 7 };
    (url.tree().text(scheme) == "http://").then(|| vec![replace(scheme, "https://")])
}
