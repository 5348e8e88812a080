//! URLs that are requested or redirected to (RFC 3986; for browsers the WHATWG URL standard). Invariant: a value that
//! stays leaves scheme and host as the program's text has them.

use std::ops::Range;

use super::{Follow, Payload, Surroundings, hole::HoleContext};
use crate::automata::language::Language;

/// What a value does that chooses the host.
pub(super) const HOST: &str = "the value chooses the host that is asked";
/// What a value does that leads away.
pub(super) const SITE: &str = "the value sends the browser to another site";

/// How far a URL has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    /// Nothing stands there.
    Nothing,
    /// One slash: what follows may make a path or a host of it.
    Slash,
    /// Behind scheme and slashes, where the host begins.
    BeforeHost,
    /// In the host's name.
    Host,
    /// Behind the colon after the host's name.
    Port,
    /// Behind the host, or in a path of this site.
    Path,
    /// Anything else: in the scheme, or in the first segment of a relative path.
    Scheme,
}

fn reached(before: &str) -> Reached {
    let text = before.trim_start_matches(|character: char| character <= ' ');
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if scheme.chars().all(|one| one.is_ascii_alphanumeric() || "+.-".contains(one)) => rest,
        Some(_) | None => match text.strip_prefix("//") {
            Some(rest) => rest,
            None => {
                return match text.as_bytes() {
                    [] => Reached::Nothing,
                    [b'/'] => Reached::Slash,
                    [b'/' | b'?' | b'#', ..] => Reached::Path,
                    _ if text.contains(['/', '?', '#']) && !text.contains(':') => Reached::Path,
                    _ => Reached::Scheme,
                };
            }
        },
    };
    if rest.contains(['/', '?', '#']) {
        return if rest.starts_with('/') { Reached::BeforeHost } else { Reached::Path };
    }
    match rest.rsplit('@').next().unwrap_or_default() {
        "" => Reached::BeforeHost,
        host if host.ends_with(':') || host.rsplit_once(':').is_some_and(|(_, port)| is_digits(port)) => Reached::Port,
        _ => Reached::Host,
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a browser makes of a URL: backslashes are slashes, and tabs and line breaks are not there.
pub(super) fn as_browsers_read(text: &str) -> String {
    text.chars()
        .filter(|one| !matches!(one, '\t' | '\r' | '\n'))
        .map(|one| if one == '\\' { '/' } else { one })
        .collect()
}

/// Tells whether a URL's text has come to a path behind the program's own host.
pub(crate) fn is_past_host(before: &str) -> bool {
    reached(&as_browsers_read(before)) == Reached::Path
}

/// Tells whether a URL's text has come to its host or port.
pub(crate) fn is_in_host(before: &str) -> bool {
    matches!(reached(before), Reached::BeforeHost | Reached::Host | Reached::Port)
}

/// Tells whether the rest of a host's name, which the program gives, is a domain that anybody can't register in:
/// `.example.com`, but neither `.com` nor `.co.uk`.
pub(super) fn is_own_domain(after: &str) -> bool {
    let Some(name) = after.strip_prefix('.') else { return false };
    let end = name.find(|one: char| !one.is_ascii_alphanumeric() && one != '-' && one != '.').unwrap_or(name.len());
    let (name, behind) = name.split_at_checked(end).unwrap_or_default();
    let labels: Vec<&str> = name.split('.').collect();
    let ends_there = behind.is_empty() || behind.starts_with(['/', ':', '?', '#']);
    let is_long = match labels.as_slice() {
        [] | [_] => false,
        [second, _] => second.len() > 3,
        [_, _, ..] => true,
    };
    ends_there && is_long && labels.iter().all(|label| !label.is_empty())
}

/// The families of values that name a host of their own, the fitting one for the place first.
fn families(place: Reached, consequence: &'static str) -> Vec<(String, &'static str)> {
    let first = match place {
        Reached::Nothing | Reached::Scheme | Reached::Path => {
            vec![(r"https?://(?:[a-z]+\.example/?|[0-9.]+/[a-z/\-]*)".to_owned(), consequence)]
        }
        Reached::Slash => vec![(r"/[a-z]+\.example/?".to_owned(), "the second slash makes a host of what follows")],
        Reached::BeforeHost => vec![(r"[a-z]+\.example/?".to_owned(), consequence)],
        Reached::Host | Reached::Port => vec![(
            r"@[a-z]+\.example/?".to_owned(),
            "what stood before is taken for a user's name, and the value for the host",
        )],
    };
    let others = [
        (r"//[a-z]+\.example/?", "the URL without a scheme leads to another host"),
        (r"\.[a-z]+\.example/?", "the host ends in the value's domain"),
        (
            r"https?://[a-z]+\.example\\@[a-zA-Z0-9.\-]+/?",
            "the client takes the backslash for a slash, so that the host stands before it",
        ),
        // What begins with the program's own host and goes on with another domain or as another's user name.
        (r"https?://[a-zA-Z0-9.:\-]+[.@][a-z]+\.example/?", "the host ends in the value's domain"),
        (r"(?s:.*)//[a-z]+\.example/(?s:.*)", consequence),
    ];
    first.into_iter().chain(others.map(|(pattern, explanation)| (pattern.to_owned(), explanation))).collect()
}

/// The context of a hole within or behind the host, where that is the same for programs and browsers.
fn behind_scheme(reached: Reached, around: &Surroundings<'_>, consequence: &'static str) -> Option<HoleContext> {
    Some(match reached {
        Reached::Path => HoleContext::matching("behind the host of a URL", r"(?s:.*)", consequence),
        Reached::Host if is_own_domain(around.after) => {
            HoleContext::matching("in the host of a URL", "[A-Za-z0-9]*", consequence).under()
        }
        Reached::BeforeHost if is_own_domain(around.after) => {
            HoleContext::matching("in the host of a URL", "[A-Za-z0-9]+", consequence).under()
        }
        // A path of its own begins with what ends the host.
        Reached::Host => HoleContext::matching("in the host of a URL", r"(?:[/?#](?s:.*))?", consequence).under(),
        Reached::Port => HoleContext::matching("in a URL's port", r"[0-9]*(?:[/?#](?s:.*))?", consequence).under(),
        Reached::BeforeHost => HoleContext::new("in the host of a URL", Language::empty(), consequence).under(),
        Reached::Nothing | Reached::Slash | Reached::Scheme => return None,
    })
}

/// What stands before a hole besides the program's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holes {
    /// Nothing, or only what stands in or behind the host or makes a path of the first slash.
    Settled,
    /// Holes at the beginning.
    Open,
}

fn holes(around: &Surroundings<'_>, place: impl Fn(&str) -> Reached) -> Holes {
    let constant = around.before.get(..around.before_first).unwrap_or_default();
    // The context of a hole behind a slash or in the host sees to it that the rest is a path.
    let is_settled = constant.len() == around.before.len()
        || match place(constant) {
            Reached::Slash | Reached::BeforeHost | Reached::Host | Reached::Port | Reached::Path => true,
            Reached::Nothing | Reached::Scheme => false,
        };
    if is_settled { Holes::Settled } else { Holes::Open }
}

/// The context of a hole behind the program's first slash, where another slash would make a host of what follows.
fn behind_slash(around: &Surroundings<'_>, consequence: &'static str) -> HoleContext {
    let pattern = match around.follow {
        Follow::End => r"(?:[^/\\\t\r\n](?s:.*))?",
        // An empty value would let what follows come right behind the slash.
        Follow::Hole | Follow::Text(_) => r"[^/\\\t\r\n](?s:.*)",
    };
    HoleContext::matching("after a URL's first slash", pattern, consequence).under()
}

/// The context of a hole in a URL that the program requests.
pub(super) fn requested(around: &Surroundings<'_>) -> HoleContext {
    let place = reached(around.before);
    let context = match behind_scheme(place, around, HOST) {
        Some(context) => context,
        None if place == Reached::Slash => behind_slash(around, HOST),
        None => HoleContext::new("at the beginning of a URL", Language::empty(), HOST).under(),
    };
    // What stands before may be empty or a host of its own; where it is neither, its own hole says so.
    context.with_families(families(place, HOST))
}

/// The context of a hole in a URL that a browser is sent to.
pub(super) fn redirected(around: &Surroundings<'_>) -> HoleContext {
    let holes = holes(around, |constant| reached(&as_browsers_read(constant)));
    let before = as_browsers_read(around.before);
    let place = reached(&before);
    let first = around.after.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let begins = |pattern: &str| HoleContext::matching("at the beginning of a URL", pattern, SITE).under();
    let nothing = || HoleContext::new("at the beginning of a URL", Language::empty(), SITE).under();
    let is_scheme = first.contains(':') || (before.contains(':') && place == Reached::Scheme);
    let context = match place {
        // What stands before may be empty, so that this value would be the beginning.
        Reached::Nothing | Reached::Slash | Reached::Scheme | Reached::Path if holes == Holes::Open => {
            if is_scheme || before.contains(':') { nothing() } else { begins(r"[A-Za-z0-9_%~+\-.]*") }
        }
        Reached::Slash => behind_slash(around, SITE),
        Reached::Nothing | Reached::Scheme if is_scheme => nothing(),
        Reached::Nothing => match around.follow {
            Follow::End => begins(r"(?:/(?:[^/\\\t\r\n](?s:.*))?|[?#](?s:.*)|[A-Za-z0-9_%~+\-.]+(?:[/?#](?s:.*))?)?"),
            Follow::Hole | Follow::Text(_) => begins(r"(?:/[^/\\\t\r\n](?s:.*)|[A-Za-z0-9_%~+\-.]+)"),
        },
        Reached::Scheme => begins(r"[A-Za-z0-9_%~+\-.]*(?:[/?#](?s:.*))?"),
        Reached::BeforeHost | Reached::Host | Reached::Port | Reached::Path => {
            behind_scheme(place, around, SITE).unwrap_or_else(nothing)
        }
    };
    context.with_families(families(place, SITE))
}

/// Tells whether no injected part touches scheme or host.
pub(super) fn stays_requested(text: &str, injected: &[Range<usize>]) -> bool {
    injected.iter().all(|range| {
        let before = text.get(..range.start).unwrap_or_default();
        let value = text.get(range.clone()).unwrap_or_default();
        match reached(before) {
            Reached::Slash => !value.starts_with(['/', '\\', '\t', '\r', '\n']),
            place => keeps_host(place, value, text.get(range.end..).unwrap_or_default()),
        }
    })
}

/// Tells whether the URL leads to the site that it would lead to without the injected parts.
pub(super) fn stays_redirected(text: &str, injected: &[Range<usize>]) -> bool {
    injected.iter().all(|range| {
        let before = as_browsers_read(text.get(..range.start).unwrap_or_default());
        let value = as_browsers_read(text.get(range.clone()).unwrap_or_default());
        let after = as_browsers_read(text.get(range.end..).unwrap_or_default());
        match reached(&before) {
            place @ (Reached::Nothing | Reached::Slash | Reached::Scheme) => {
                let whole = format!("{before}{value}{after}");
                let plain = whole.trim_start_matches(|one: char| one <= ' ');
                let scheme = plain.split(['/', '?', '#']).next().unwrap_or_default();
                let is_host = plain.starts_with("//");
                // A slash or scheme that the program wrote is not the value's.
                (!is_host || place == Reached::Scheme) && !scheme.contains(':')
            }
            place @ (Reached::BeforeHost | Reached::Host | Reached::Port | Reached::Path) => {
                keeps_host(place, &value, &after)
            }
        }
    })
}

/// Tells whether a value behind the scheme leaves the host alone: it is a label within the program's own domain, digits
/// of the port, or begins with what ends the host.
fn keeps_host(place: Reached, value: &str, after: &str) -> bool {
    let is_label = || is_own_domain(after) && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match place {
        Reached::Path => true,
        Reached::Host => is_label() || value.starts_with(['/', '?', '#']),
        Reached::BeforeHost => is_label(),
        Reached::Port => value
            .trim_start_matches(|one: char| one.is_ascii_digit())
            .chars()
            .next()
            .is_none_or(|one| matches!(one, '/' | '?' | '#')),
        Reached::Nothing | Reached::Slash | Reached::Scheme => false,
    }
}

/// Hosts to ask.
pub(super) const REQUEST_PAYLOADS: &[Payload] = &[
    Payload {
        text: "http://169.254.169.254/latest/meta-data/",
        explanation: "the server asks the cloud's metadata service",
    },
    Payload { text: "//attacker.example/", explanation: HOST },
    Payload { text: "/attacker.example/", explanation: "the second slash makes a host of what follows" },
    Payload {
        text: "@attacker.example/",
        explanation: "what stood before is taken for a user's name, and the value for the host",
    },
    Payload { text: ".attacker.example/", explanation: "the host ends in the value's domain" },
    Payload { text: "attacker.example", explanation: HOST },
    Payload { text: "attacker.example/", explanation: HOST },
];

/// Sites to lead to.
pub(super) const REDIRECT_PAYLOADS: &[Payload] = &[
    Payload { text: "https://attacker.example/", explanation: SITE },
    Payload { text: "//attacker.example/", explanation: "the URL without a scheme leads to another site" },
    Payload { text: "/attacker.example/", explanation: "the second slash makes a host of what follows" },
    Payload { text: "/\\attacker.example/", explanation: "browsers take the backslash for a slash" },
    Payload { text: "\\attacker.example/", explanation: "browsers take the backslash for a slash" },
    Payload {
        text: "@attacker.example/",
        explanation: "what stood before is taken for a user's name, and the value for the host",
    },
    Payload { text: ".attacker.example/", explanation: "the host ends in the value's domain" },
    Payload { text: "///attacker.example/", explanation: "browsers take three slashes for two" },
    Payload { text: "attacker.example", explanation: SITE },
];
