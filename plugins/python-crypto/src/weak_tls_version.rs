//! `python-weak-tls-version`.
//!
//! # What
//! SSL 2, SSL 3, TLS 1.0 or TLS 1.1 asked for by name, in `ssl` and pyOpenSSL.
//! # Why
//! Their weaknesses (POODLE, BEAST, SHA-1 signatures) let somebody on the path read or change what is sent (CWE-326).
//! # Fix
//! TLS 1.2 as the lowest version, which every server of the last ten years speaks.
//!
//! Invariant: a version that is only compared with or listed is not reported.

use securecode_sdk::{
    Confidence, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, replace},
};

use crate::dotted;

/// The rule.
pub(crate) struct WeakTlsVersion;

const HELP: &str = "\
SSL 2, SSL 3, TLS 1.0 and TLS 1.1 are withdrawn (RFC 6176, 7568, 8996): known attacks recover cookies and passwords, and \
they sign with SHA-1 and MD5.

Let the library choose (`ssl.create_default_context()`), or set the lowest version: \
`context.minimum_version = ssl.TLSVersion.TLSv1_2`.";

/// Each name with what it asks for and what replaces its last part.
const VERSIONS: &[(&str, &str, &str)] = &[
    ("ssl.PROTOCOL_SSLv2", "SSL 2", "PROTOCOL_TLSv1_2"),
    ("ssl.PROTOCOL_SSLv3", "SSL 3", "PROTOCOL_TLSv1_2"),
    ("ssl.PROTOCOL_TLSv1", "TLS 1.0", "PROTOCOL_TLSv1_2"),
    ("ssl.PROTOCOL_TLSv1_1", "TLS 1.1", "PROTOCOL_TLSv1_2"),
    ("ssl.TLSVersion.SSLv3", "SSL 3", "TLSv1_2"),
    ("ssl.TLSVersion.TLSv1", "TLS 1.0", "TLSv1_2"),
    ("ssl.TLSVersion.TLSv1_1", "TLS 1.1", "TLSv1_2"),
    ("ssl.TLSVersion.MINIMUM_SUPPORTED", "every version that OpenSSL still has", "TLSv1_2"),
    ("OpenSSL.SSL.SSLv2_METHOD", "SSL 2", "TLSv1_2_METHOD"),
    ("OpenSSL.SSL.SSLv3_METHOD", "SSL 3", "TLSv1_2_METHOD"),
    ("OpenSSL.SSL.TLSv1_METHOD", "TLS 1.0", "TLSv1_2_METHOD"),
    ("OpenSSL.SSL.TLSv1_1_METHOD", "TLS 1.1", "TLSv1_2_METHOD"),
    ("OpenSSL.SSL.SSL3_VERSION", "SSL 3", "TLS1_2_VERSION"),
    ("OpenSSL.SSL.TLS1_VERSION", "TLS 1.0", "TLS1_2_VERSION"),
    ("OpenSSL.SSL.TLS1_1_VERSION", "TLS 1.1", "TLS1_2_VERSION"),
];

/// Calls that take a version by position.
const CALLEES: &[&str] = &[
    "ssl.SSLContext",
    "ssl.wrap_socket",
    "ssl.get_server_certificate",
    "OpenSSL.SSL.Context",
    "OpenSSL.SSL.Context.set_min_proto_version",
    "OpenSSL.SSL.Context.set_max_proto_version",
    "*.set_min_proto_version",
    "*.set_max_proto_version",
    "urllib3.util.ssl_.create_urllib3_context",
    "twisted.internet.ssl.DefaultOpenSSLContextFactory",
];
/// What gives a version to a name.
const NODES: &[&str] =
    &["assignment", "keyword_argument", "default_parameter", "typed_default_parameter", "return_statement"];

impl Rule for WeakTlsVersion {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-weak-tls-version",
            title: "Withdrawn TLS version",
            help: HELP,
            severity: Severity::High,
            cwe: 326,
            tags: &["owasp:A04:2025", "cwe:327"],
            interests: vec![
                Interest::Call(CALLEES.iter().map(|&callee| callee.to_owned()).collect()),
                Interest::Node(NODES.iter().map(|&kind| kind.to_owned()).collect()),
            ],
            triggers: &[
                "PROTOCOL_SSLv",
                "PROTOCOL_TLSv1",
                "TLSVersion",
                "SSLv2_METHOD",
                "SSLv3_METHOD",
                "TLSv1_METHOD",
                "TLSv1_1_METHOD",
                "SSL3_VERSION",
                "TLS1_VERSION",
                "TLS1_1_VERSION",
            ],
            bad: "import ssl\ncontext = ssl.SSLContext(ssl.PROTOCOL_TLSv1)\n",
            good: "import ssl\ncontext = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let holder = file.node_of(matched)?;
        let (node, version) = given(holder).into_iter().find_map(|node| Some((node, version(file, node)?)))?;
        let message = format!("`{}` lets {} be spoken, which is broken.", node.text(), version.1);
        let found = Found::new(node.span(), message);
        // What OpenSSL was built with may be sound.
        let is_vague = version.0.ends_with("MINIMUM_SUPPORTED");
        Some(if is_vague { found.severity(Severity::Low).confidence(Confidence::Medium) } else { found })
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(node) = holder(file, finding, matched) else { return Vec::new() };
        let name = node.child(Field::ATTRIBUTE);
        let (Some((_, _, better)), Some(name)) = (version(file, node), name) else { return Vec::new() };
        vec![fix::fix("Speak TLS 1.2", vec![replace(name.span(), *better)])]
    }
}

/// Gives what a name says, if it is one of the versions.
fn version(file: File<'_>, node: Node<'_>) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let last = dotted::last_name(node)?;
    let is_candidate = VERSIONS.iter().any(|(path, _, _)| path.rsplit('.').next() == Some(last));
    if !is_candidate {
        return None;
    }
    let path = dotted::path(file, node)?;
    VERSIONS.iter().find(|(version, _, _)| *version == path)
}

/// Gives the version of a finding again.
fn holder<'a>(file: File<'a>, finding: &Finding, matched: Option<&Match>) -> Option<Node<'a>> {
    let outer = matched.and_then(|matched| file.node_of(matched));
    let inner = outer.and_then(|outer| given(outer).into_iter().find(|node| version(file, *node).is_some()));
    inner.or_else(|| file.tree().node_at(finding.at))
}

/// Gives the expressions that a call takes by position, or that a name gets, through `… if … else …`.
fn given<'a>(node: Node<'a>) -> Vec<Node<'a>> {
    let values: Vec<Node<'a>> = match Call::of(node) {
        Some(call) => call.arguments().filter(|argument| !argument.is(Kind::KEYWORD_ARGUMENT)).collect(),
        None if node.is(Kind::RETURN_STATEMENT) => node.named_children().collect(),
        None => node.child(Field::RIGHT).or_else(|| node.child(Field::VALUE)).into_iter().collect(),
    };
    let branches = |value: Node<'a>| -> Vec<Node<'a>> {
        let value = value.without_parentheses();
        if !value.is(Kind::CONDITIONAL_EXPRESSION) {
            return vec![value];
        }
        value.named_children().enumerate().filter(|(place, _)| *place != 1).map(|(_, branch)| branch).collect()
    };
    values.into_iter().flat_map(branches).collect()
}
