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
    fix::{self, replace},
};

use crate::{argument, dotted};

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

impl Rule for WeakTlsVersion {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-weak-tls-version",
            title: "Withdrawn TLS version",
            help: HELP,
            severity: Severity::High,
            cwe: 326,
            tags: &["owasp:A04:2025", "cwe:327"],
            interests: vec![Interest::Node(vec!["attribute".into(), "identifier".into()])],
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
        let node = file.node_of(matched)?;
        let version = version(file, node)?;
        if !is_chosen(node) {
            return None;
        }
        let found = Found::new(matched.at, format!("`{}` lets {} be spoken, which is broken.", node.text(), version.1));
        // What OpenSSL was built with may be sound.
        let is_vague = version.0.ends_with("MINIMUM_SUPPORTED");
        Some(if is_vague { found.severity(Severity::Low).confidence(Confidence::Medium) } else { found })
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(node) = argument::node(file, finding, matched) else { return Vec::new() };
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

/// Says whether the version is passed to a call, assigned, or a default: not compared, listed or part of a longer name.
fn is_chosen(node: Node<'_>) -> bool {
    let mut inner = node;
    for outer in node.ancestors() {
        match outer.kind() {
            Kind::PARENTHESIZED_EXPRESSION | Kind::CONDITIONAL_EXPRESSION => {}
            Kind::ARGUMENT_LIST => return !is_lookup(outer),
            Kind::KEYWORD_ARGUMENT | Kind::DEFAULT_PARAMETER | Kind::TYPED_DEFAULT_PARAMETER => {
                return inner.field() == Field::VALUE;
            }
            Kind::ASSIGNMENT => return inner.field() == Field::RIGHT,
            Kind::RETURN_STATEMENT => return true,
            _ => return false,
        }
        inner = outer;
    }
    false
}

/// `hasattr(ssl, …)`, `versions.add(…)` and the like only mention a version.
fn is_lookup(list: Node<'_>) -> bool {
    let call = list.parent().and_then(dotted::last_name).unwrap_or_default();
    ["add", "append", "get", "print", "isinstance", "repr", "str", "int", "remove", "discard", "assertEqual"]
        .contains(&call)
        || call.starts_with("assert")
}
