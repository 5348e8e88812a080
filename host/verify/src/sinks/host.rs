//! The host that a client asks for a URL. Invariant: every URL in [`own_sites`] leads to one of its hosts, or the client
//! refuses it.

use std::{collections::BTreeSet, sync::LazyLock};

use model::contract::SinkLanguage;

use super::url::{as_browsers_read, is_own_domain};
use crate::{
    automata::{TooLarge, language::Language, operation::Operation, transducer::Transducer},
    regex,
};

/// How many hosts a program is taken to list.
const MAX_HOSTS: usize = 24;

/// URLs that lead to a host that no program lists.
const ANYWHERE: &[&str] = &["http://attacker.example/", "https://attacker.example", "//attacker.example/"];

/// Gives the host, in lower case, that a URL of its own makes a client ask; none where it names no host, or the client
/// refuses it.
///
/// Browsers follow the WHATWG URL standard: backslashes are slashes, tabs and line breaks are not there, and behind
/// `http:` any number of slashes counts as two. HTTP libraries follow RFC 3986, but end the host at a backslash, too.
pub(crate) fn asked(language: &SinkLanguage, url: &str) -> Option<String> {
    let host = if *language == SinkLanguage::RedirectUrl {
        browsers_host(url)
    } else {
        let scheme = url.trim_start_matches(is_blank).split(':').next()?;
        is_web(scheme).then(|| written_host(url))?
    };
    let is_of_names = |one: u8| one.is_ascii_alphanumeric() || b".-_".contains(&one);
    host.filter(|host| !host.starts_with('.') && host.bytes().all(is_of_names))
}

fn is_blank(one: char) -> bool {
    one <= ' '
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// The host that a browser sees in a URL.
fn browsers_host(url: &str) -> Option<String> {
    let text = as_browsers_read(url.trim_start_matches(is_blank));
    let (scheme, rest) = text.split_once(':').unwrap_or_default();
    let rest = if is_web(scheme) { rest } else { text.strip_prefix("//")? };
    host_of(rest.trim_start_matches('/'))
}

/// The host that stands behind a URL's scheme.
fn written_host(url: &str) -> Option<String> {
    host_of(url.split_once("://")?.1)
}

fn host_of(rest: &str) -> Option<String> {
    let authority = rest.split(['/', '\\', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

/// A pattern for a text in any case.
fn in_any_case(text: &str) -> String {
    text.chars()
        .map(|one| match one {
            'a'..='z' => format!("[{one}{}]", one.to_ascii_uppercase()),
            '0'..='9' | '-' | '_' => one.to_string(),
            _ => format!(r"\{one}"),
        })
        .collect()
}

/// The URLs that lead to one host or to one below its domain.
fn leading_to(host: &str) -> Result<Language, TooLarge> {
    let domain = host.char_indices().filter_map(|(at, _)| host.get(at..)).find(|rest| is_own_domain(rest));
    let below = domain.map(|domain| format!(r"|[^/?#\\@:]*{}", in_any_case(domain))).unwrap_or_default();
    with_authority(&format!(r"(?:[^/?#\\@]*@)*(?:{}{below})(?::[^/?#\\@]*)?", in_any_case(host)))
}

/// The URLs that clients refuse, because their port is no number or a bracket closes nothing; they are always the same.
static REFUSED: LazyLock<Option<Language>> = LazyLock::new(|| refused().ok());

fn refused() -> Result<Language, TooLarge> {
    let user = r"(?:[^/?#\\]*@)?";
    let any = r"[^/?#\\@]*";
    let closed = r"\[[^/?#\\@\]]*";
    let no_port = r"[^/?#\\]*:[^/?#\\@:\]]*[^/?#\\@:\]0-9][^/?#\\@:\]]*";
    with_authority(&format!(
        r"(?:{no_port}|{user}(?:[^/?#\\@\[\]]+[\[\]]{any}|\]{any}|{closed}|{closed}\](?:[^/?#\\@:]{any}|:{any}[^/?#\\@0-9]{any})))"
    ))
}

fn with_authority(pattern: &str) -> Result<Language, TooLarge> {
    let pattern = format!(r"(?s:[\x00-\x20]*(?:[A-Za-z][A-Za-z0-9+.\-]*:)?//{pattern}(?:[/?#].*)?)");
    let mut language = regex::full(&pattern).unwrap_or_else(|_| Language::empty());
    // Clients that don't remove these refuse a host that holds one.
    for one in ["\t", "\r", "\n"] {
        let removed = Operation::Replace { from: one.to_owned(), to: String::new() };
        language = Transducer::new(removed)?.preimage(&language)?;
    }
    Ok(language)
}

/// Of these URLs, gives those that lead to the hosts of a short list, as those do that a check against the program's
/// own hosts lets through; nothing where they may lead anywhere.
pub(crate) fn own_sites(urls: &Language) -> Option<Language> {
    if ANYWHERE.iter().any(|url| urls.accepts(url)) {
        return None;
    }
    let mut own = REFUSED.clone()?;
    let mut others = urls.minus(&own).ok()?;
    let mut hosts = BTreeSet::new();
    while let Some(url) = others.witness() {
        let Some(host) = browsers_host(&url).or_else(|| written_host(&url)) else { break };
        if hosts.len() >= MAX_HOSTS || !hosts.insert(host.clone()) {
            break;
        }
        let to_host = leading_to(&host).ok()?;
        own = own.union(&to_host).ok()?;
        others = others.minus(&to_host).ok()?;
    }
    Some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_differ_in_the_host_they_ask() {
        let redirect = &SinkLanguage::RedirectUrl;
        for (url, host) in [
            ("https://a.example/x", Some("a.example")),
            ("//A.example", Some("a.example")),
            ("///a.example/", Some("a.example")),
            ("/\\a.example/", Some("a.example")),
            ("/\t/a.example", Some("a.example")),
            ("http:a.example", Some("a.example")),
            ("https://b@a.example:8/", Some("a.example")),
            ("http://a.example\\@b.example", Some("a.example")),
            ("a://b.example", None),
            ("/x", None),
            ("javascript:alert(1)", None),
        ] {
            assert_eq!(asked(redirect, url).as_deref(), host, "{url}");
        }
        let request = &SinkLanguage::RequestUrl;
        for (url, host) in [
            ("http://a.example\\@b.example", Some("a.example")),
            ("HTTP://b@a.example", Some("a.example")),
            ("//a.example", None),
            ("ftp://a.example", None),
            ("http://[::1]/", None),
        ] {
            assert_eq!(asked(request, url).as_deref(), host, "{url}");
        }
    }

    #[test]
    fn only_hosts_that_a_check_lists_are_own() {
        let is_all_own = |pattern: &str| {
            let urls = regex::full(pattern).ok()?;
            Some(urls.minus(&own_sites(&urls)?).ok()?.is_empty())
        };
        assert_eq!(is_all_own(r"https://(a|b)\.example\.com(/.*)?"), Some(true));
        assert_eq!(is_all_own(r"https://[^/?#\\]*\.example\.com(/.*)?"), Some(true));
        assert_eq!(is_all_own(r"https://[a-z]*example\.com(/.*)?"), Some(false));
        assert_eq!(is_all_own(r"https://a\.example\.com.*"), Some(false));
        assert_eq!(is_all_own(r"https://[^/?#]*@a\.example\.com"), Some(false));
        assert_eq!(is_all_own(r".*"), None);
    }
}
