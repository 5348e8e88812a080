//! Checks of a URL that others pass, too (CWE-20). Invariant: only a check that decides whether something is allowed is
//! a finding; one that tells kinds of addresses apart is none.
//!
//! # What
//! A host name is looked for anywhere in a URL, at its start without an end, or at the end of a host without a dot.
//! # Why
//! `https://evil.example/?shop.example` and `https://shop.example.evil.example` pass.
//! # Fix
//! Compare the whole host of the parsed URL.

use securecode_sdk::{
    Confidence, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{call::Call, fix, import, replace},
    test_code,
};

use crate::{dotted, literal, words};

pub(crate) struct IncompleteUrlCheck;

const ELIF: Kind = Kind::named("elif_clause");
/// Words in names of values that hold a URL or a host.
const URLS: &[&str] =
    &["url", "uri", "href", "link", "referer", "referrer", "redirect", "next", "target", "callback", "origin"];
const HOSTS: &[&str] = &["host", "hostname", "domain", "netloc", "origin"];
/// Words in names of functions that answer whether something is allowed.
const DECIDING: &[&str] = &[
    "valid",
    "validate",
    "safe",
    "allow",
    "allowed",
    "trust",
    "trusted",
    "check",
    "verify",
    "permitted",
    "authorized",
    "is",
    "ensure",
    "internal",
];
/// What a check guards, or does when it fails.
const GUARDED: &[&str] = &[
    "redirect(",
    "Redirect(",
    "requests.",
    "httpx.",
    "urlopen(",
    "abort(",
    "raise ",
    "Forbidden",
    "BadRequest",
    "Allow-Origin",
    "session.get(",
    "fetch(",
    "400",
    "403",
];
/// Endings of file names, which are no top-level domains here.
const FILES: &[&str] = &[
    "html", "htm", "txt", "js", "css", "json", "xml", "png", "jpg", "jpeg", "gif", "svg", "php", "py", "md", "pdf",
    "zip", "csv", "ico", "yml", "yaml", "gz", "tar", "tgz", "whl", "git", "aspx", "jsp", "mp", "rss", "atom", "exe",
];

impl Rule for IncompleteUrlCheck {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-incomplete-url-check",
            title: "Check of a URL that other sites pass",
            help: "A host name can stand anywhere in a URL: in the path, in the query, before an `@`, at the start of \
                   a longer name. `\"shop.example\" in url` and `url.startswith(\"https://shop.example\")` accept \
                   `https://shop.example.evil.example/`; `host.endswith(\"shop.example\")` accepts \
                   `evilshop.example`.\n\n\
                   Parse the URL and compare the whole host: `urlsplit(url).hostname == \"shop.example\"`; for \
                   subdomains `host == \"shop.example\" or host.endswith(\".shop.example\")`.",
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            cwe: 20,
            tags: &["owasp:A05:2025"],
            interests: vec![Interest::Node(vec!["comparison_operator".into(), "call".into()])],
            triggers: &[
                "url", "Url", "URL", "uri", "URI", "host", "Host", "HOST", "domain", "netloc", "origin", "Origin",
                "eferer", "eferrer", "redirect", "href", "link", "callback", "target", "next",
            ],
            bad: "def is_allowed(url):\n    return 'shop.example' in url\n",
            good: "from urllib.parse import urlsplit\n\n\ndef is_allowed(url):\n    \
                   return urlsplit(url).hostname == 'shop.example'\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        if test_code::is_test(file) {
            return None;
        }
        let check = Check::of(node).filter(|_| decides(node))?;
        let (host, value) = (check.host, check.value.text());
        let message = match check.place {
            Place::Anywhere => {
                format!("`{value}` passes wherever it holds `{host}`, also in the path of another site.")
            }
            Place::Start => {
                format!("`{value}` passes with any host that begins with `{host}`, such as `{host}.evil.example`.")
            }
            Place::End => format!("`{value}` passes with any host that ends with `{host}`, such as `evil{host}`."),
        };
        Some(Found::new(node.span(), message))
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(node) = matched.and_then(|matched| file.node_of(matched)) else { return Vec::new() };
        let Some(check) = Check::of(node) else { return Vec::new() };
        let value = check.value.text();
        let edits = match check.place {
            Place::Start => vec![replace(check.literal.span(), quoted(check.literal, &format!("{}/", check.host)))],
            Place::End => {
                let quote = quote_of(check.literal);
                let host = check.host;
                vec![replace(
                    node.span(),
                    format!("({value} == {quote}{host}{quote} or {value}.endswith({quote}.{host}{quote}))"),
                )]
            }
            Place::Anywhere => {
                let host = check.host.split("://").last().unwrap_or(check.host);
                let is_host = dotted::last_name(check.value).is_some_and(|name| words::has_any(name, HOSTS));
                let is_negated = node.text().contains(" not in ");
                let operator = if is_negated { "!=" } else { "==" };
                let quote = quote_of(check.literal);
                if is_host {
                    vec![replace(node.span(), format!("{value} {operator} {quote}{host}{quote}"))]
                } else {
                    let (split, import) = import::name(file, "urllib.parse", "urlsplit");
                    let mut edits = vec![replace(
                        node.span(),
                        format!("{split}({value}).hostname {operator} {quote}{host}{quote}"),
                    )];
                    edits.extend(import);
                    edits
                }
            }
        };
        vec![fix("Compare the whole host", edits)]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Anywhere,
    Start,
    End,
}

/// A check of a URL or host against a literal.
#[derive(Clone, Copy, Debug)]
struct Check<'a> {
    literal: Node<'a>,
    host: &'a str,
    value: Node<'a>,
    place: Place,
}

impl<'a> Check<'a> {
    fn of(node: Node<'a>) -> Option<Self> {
        match Call::of(node) {
            Some(call) => Self::of_call(call),
            None => Self::of_comparison(node),
        }
    }

    fn of_comparison(node: Node<'a>) -> Option<Self> {
        let sides: Vec<_> = node.named_children().collect();
        let [literal, value] = sides.as_slice() else { return None };
        let between = node.tree().text(securecode_sdk::Span { start: literal.end(), end: value.start() });
        let host = literal::text(*literal).filter(|text| is_host(text.split("://").last().unwrap_or(text)))?;
        let is_within = ["in", "not in"].contains(&between.trim());
        (is_within && is_named(*value, &[URLS, HOSTS].concat())).then_some(Self {
            literal: *literal,
            host,
            value: *value,
            place: Place::Anywhere,
        })
    }

    fn of_call(call: Call<'a>) -> Option<Self> {
        let value = call.receiver()?;
        let literal = call.positional(0)?;
        let host = literal::text(literal)?;
        let place = match call.name() {
            "startswith" => {
                let (scheme, name) = host.split_once("://")?;
                (scheme.starts_with("http") && is_host(name) && is_named(value, URLS)).then_some(Place::Start)?
            }
            "endswith" => {
                let is_of_host = is_named(value, HOSTS);
                (is_of_host && is_host(host)).then_some(Place::End)?
            }
            _ => return None,
        };
        Some(Self { literal, host, value, place })
    }
}

/// `shop.example`: labels of letters, digits and hyphens, the last one of letters, and no file's ending.
fn is_host(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    let is_label =
        |label: &&str| !label.is_empty() && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    let top = labels.last().copied().unwrap_or_default();
    labels.len() >= 2
        && labels.iter().all(is_label)
        && top.len() >= 2
        && top.chars().all(|letter| letter.is_ascii_alphabetic())
        && !FILES.contains(&top.to_ascii_lowercase().as_str())
}

/// Says whether a value's name says that it is one URL or host; plurals are collections of them.
fn is_named(value: Node<'_>, wanted: &[&str]) -> bool {
    let name = match value.kind() {
        Kind::SUBSCRIPT => value.child(Field::SUBSCRIPT).and_then(literal::text),
        Kind::CALL => Call::of(value).and_then(|call| match call.name() {
            "get" => call.positional(0).and_then(literal::text),
            "lower" | "strip" => call.receiver().and_then(dotted::last_name),
            _ => None,
        }),
        _ => dotted::last_name(value),
    };
    name.is_some_and(|name| words::has_any(name, wanted))
}

/// Says whether a check decides about what is allowed: it is the answer of a function that says so by its name, or it
/// guards a request or a redirect.
fn decides(node: Node<'_>) -> bool {
    let ancestors = node.ancestors();
    let function = ancestors.iter().find(|outer| outer.is(Kind::FUNCTION_DEFINITION));
    let name = function.and_then(|function| function.child(Field::NAME)).map(Node::text).unwrap_or_default();
    let is_within_condition = |outer: &&Node<'_>| {
        [
            Kind::IF_STATEMENT,
            Kind::ASSERT_STATEMENT,
            Kind::RETURN_STATEMENT,
            Kind::CONDITIONAL_EXPRESSION,
            Kind::FOR_STATEMENT,
            ELIF,
        ]
        .contains(&outer.kind())
    };
    let Some(statement) = ancestors.iter().find(is_within_condition) else { return false };
    match statement.kind() {
        Kind::RETURN_STATEMENT => words::has_any(name, DECIDING),
        Kind::IF_STATEMENT | ELIF => {
            let is_condition = statement.child(Field::CONDITION).is_some_and(|condition| condition.contains(node));
            let body = statement.child(Field::CONSEQUENCE).map(Node::text).unwrap_or_default();
            let answers = words::has_any(name, DECIDING) && (body.contains("True") || body.contains("False"));
            is_condition && (answers || GUARDED.iter().any(|text| body.contains(text)))
        }
        Kind::ASSERT_STATEMENT => true,
        _ => false,
    }
}

fn quote_of(literal: Node<'_>) -> char {
    if literal.text().ends_with('\'') { '\'' } else { '"' }
}

fn quoted(literal: Node<'_>, text: &str) -> String {
    let quote = quote_of(literal);
    format!("{quote}{text}{quote}")
}
