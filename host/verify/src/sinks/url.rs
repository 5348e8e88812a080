//! URLs that are requested or redirected to (RFC 3986; for browsers the WHATWG URL standard). Invariant: a value that
//! stays leaves scheme and host as the program's text has them.

use std::ops::Range;

use super::{Payload, Surroundings, hole::HoleContext};
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
    /// Behind scheme and slashes, in the host.
    Host,
    /// Behind the host, or in a path of this site.
    Path,
    /// Anything else: in the scheme.
    Scheme,
}

fn reached(before: &str) -> Reached {
    let text = before.trim_start_matches(|character: char| character <= ' ');
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if scheme.chars().all(|one| one.is_ascii_alphanumeric() || "+.-".contains(one)) => rest,
        _ => match text.strip_prefix("//") {
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
    if rest.contains(['/', '?', '#', '\\']) { Reached::Path } else { Reached::Host }
}

/// The context of a hole in a URL that the program requests.
pub(super) fn requested(around: &Surroundings<'_>) -> HoleContext {
    let families = vec![
        (r"https?://[a-z]+\.example/?".to_owned(), HOST),
        (r"//[a-z]+\.example/?".to_owned(), HOST),
        (r"@[a-z]+\.example/?".to_owned(), "what stood before is taken for a user's name, and the value for the host"),
        (r"\.[a-z]+\.example/?".to_owned(), "the host ends in the value's domain"),
    ];
    let context = match reached(around.before) {
        Reached::Path => HoleContext::matching("behind the host of a URL", r"(?s:.*)", HOST),
        Reached::Host if around.after.starts_with('.') => {
            HoleContext::matching("in the host of a URL", "[A-Za-z0-9]*", HOST).under()
        }
        Reached::Host if around.before.ends_with(':') => HoleContext::matching("in a URL's port", "[0-9]*", HOST).under(),
        Reached::Host => HoleContext::new("in the host of a URL", Language::empty(), HOST).under(),
        Reached::Slash | Reached::Nothing | Reached::Scheme => {
            HoleContext::new("at the beginning of a URL", Language::empty(), HOST).under()
        }
    };
    context.with_families(families)
}

/// The context of a hole in a URL that a browser is sent to.
pub(super) fn redirected(around: &Surroundings<'_>) -> HoleContext {
    let families = vec![
        (r"https?://[a-z]+\.example/?".to_owned(), SITE),
        (r"//[a-z]+\.example/?".to_owned(), "the URL without a scheme leads to another site"),
        (r"/[a-z]+\.example/?".to_owned(), "the second slash makes a host of what follows"),
        (r"@[a-z]+\.example/?".to_owned(), "what stood before is taken for a user's name, and the value for the host"),
        (r"\.[a-z]+\.example/?".to_owned(), "the host ends in the value's domain"),
    ];
    // A browser takes a backslash for a slash, and drops tabs and line breaks.
    let context = match reached(around.before) {
        Reached::Path => HoleContext::matching("in a path of a URL", r"(?s:.*)", SITE),
        Reached::Slash => HoleContext::matching("after a URL's first slash", r"(?:[^/\\\t\r\n](?s:.*))?", SITE).under(),
        Reached::Nothing => {
            let path = r"(?:/(?:[^/\\\t\r\n](?s:.*))?|[?#](?s:.*)|[A-Za-z0-9_\-.]*(?:[/?#](?s:.*))?)";
            HoleContext::matching("at the beginning of a URL", path, SITE).under()
        }
        Reached::Host if around.before.ends_with(':') => HoleContext::matching("in a URL's port", "[0-9]*", SITE).under(),
        Reached::Host if around.after.starts_with('.') => {
            HoleContext::matching("in the host of a URL", "[A-Za-z0-9]*", SITE).under()
        }
        Reached::Host | Reached::Scheme => HoleContext::new("in the host of a URL", Language::empty(), SITE).under(),
    };
    context.with_families(families)
}

/// Tells whether no injected part touches scheme or host.
pub(super) fn stays_requested(text: &str, injected: &[Range<usize>]) -> bool {
    injected.iter().all(|range| {
        let before = text.get(..range.start).unwrap_or_default();
        match reached(before) {
            Reached::Path => true,
            Reached::Host => is_label(text, range),
            Reached::Nothing | Reached::Slash | Reached::Scheme => false,
        }
    })
}

/// Tells whether the URL leads to the site that it would lead to without the injected parts.
pub(super) fn stays_redirected(text: &str, injected: &[Range<usize>]) -> bool {
    injected.iter().all(|range| {
        let before = text.get(..range.start).unwrap_or_default();
        let upto: String = text.get(..range.end).unwrap_or_default().chars().filter(|one| !"\t\r\n".contains(*one)).collect();
        match reached(before) {
            Reached::Path => true,
            Reached::Host => is_label(text, range),
            Reached::Nothing | Reached::Slash | Reached::Scheme => {
                let plain = upto.trim_start_matches(|one: char| one <= ' ').replace('\\', "/");
                let scheme = plain.split(['/', '?', '#']).next().unwrap_or_default();
                !plain.starts_with("//") && !scheme.contains(':')
            }
        }
    })
}

/// Tells whether a part of the host is a label of its own, with more of the host behind it, or digits of the port.
fn is_label(text: &str, range: &Range<usize>) -> bool {
    let value = text.get(range.clone()).unwrap_or_default();
    let is_port = text.get(..range.start).is_some_and(|before| before.ends_with(':'));
    let is_inner = text.get(range.end..).is_some_and(|after| after.starts_with('.'));
    (is_port && value.bytes().all(|byte| byte.is_ascii_digit()))
        || (is_inner && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

/// Hosts to ask.
pub(super) const REQUEST_PAYLOADS: &[Payload] = &[
    Payload { text: "http://169.254.169.254/latest/meta-data/", explanation: "the server asks the cloud's metadata service" },
    Payload { text: "//attacker.example/", explanation: HOST },
    Payload { text: "/attacker.example/", explanation: HOST },
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
    Payload { text: "javascript:alert(1)", explanation: "the browser runs the script" },
    Payload { text: "attacker.example", explanation: SITE },
];
