//! `python-weak-cipher-suite`.
//!
//! # What
//! TLS contexts that are given ciphers without encryption or authentication, export ciphers, RC4, DES or MD5, or
//! OpenSSL's security level 0.
//! # Why
//! The two sides may agree on what is broken (CWE-327).
//! # Fix
//! Leave the choice to the library, or name suites with forward secrecy and authenticated encryption.
//!
//! Invariant: a suite that the list excludes (`!RC4`, `-DES`) is not reported.

use securecode_sdk::{
    File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Rule,
    fix::{self, call::Call, remove},
    test_code,
};

use crate::{argument, constant};

/// The rule.
pub(crate) struct WeakCipherSuite;

const HELP: &str = "\
OpenSSL's lists of ciphers can bring back what its defaults left out: `NULL` does not encrypt, `aNULL` and `ADH` know not \
with whom, `EXP` was weakened by law, RC4 and DES are broken, and `@SECLEVEL=0` allows all of it.

Leave the list out: `ssl.create_default_context()` chooses well. Where one is needed: `ECDHE+AESGCM:ECDHE+CHACHA20`.";

const WEAK: [&str; 17] = [
    "NULL",
    "ENULL",
    "ANULL",
    "ADH",
    "AECDH",
    "EXP",
    "EXPORT",
    "EXPORT40",
    "EXPORT56",
    "LOW",
    "RC4",
    "DES",
    "3DES",
    "MD5",
    "RC2",
    "ALL",
    "COMPLEMENTOFDEFAULT",
];

impl Rule for WeakCipherSuite {
    fn metadata(&self) -> Metadata {
        let callees = [
            "ssl.SSLContext.set_ciphers",
            "OpenSSL.SSL.Context.set_cipher_list",
            "*.set_ciphers",
            "*.set_cipher_list",
            "urllib3.util.ssl_.create_urllib3_context",
            "ssl.wrap_socket",
        ];
        Metadata {
            id: "python-weak-cipher-suite",
            title: "TLS with broken ciphers",
            help: HELP,
            cwe: 327,
            tags: &["owasp:A04:2025"],
            interests: vec![Interest::Call(callees.map(str::to_owned).into())],
            triggers: &["set_cipher", "create_urllib3_context", "wrap_socket"],
            bad: "import ssl\ncontext = ssl.create_default_context()\ncontext.set_ciphers('RC4-SHA')\n",
            good: "import ssl\ncontext = ssl.create_default_context()\ncontext.set_ciphers('ECDHE+AESGCM')\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let position = Some(0).filter(|_| call.name().starts_with("set_"));
        let list = argument::value(call, position, &["ciphers", "ciphersuites", "cipher_list"])?;
        let text = constant::of(file, list)?.text;
        let weak = weak(&text)?;
        let found = Found::new(matched.at, format!("`{weak}` lets TLS use ciphers that are broken."));
        Some(test_code::ranked(file, found))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let statement = call.node.statement().filter(|statement| statement.is(Kind::EXPRESSION_STATEMENT));
        let Some(statement) = statement.filter(|_| call.name().starts_with("set_")) else { return Vec::new() };
        // The only statement of a block cannot go.
        let is_only = statement.parent().is_none_or(|block| block.named_children().count() < 2);
        if is_only || statement.named_children().next() != Some(call.node) {
            return Vec::new();
        }
        let text = file.text();
        let from =
            text.get(..statement.start() as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at as u32 + 1);
        let to = text.get(statement.end() as usize..).and_then(|after| after.find('\n'));
        let to = to.map_or(text.len() as u32, |at| statement.end() + at as u32 + 1);
        let rest = securecode_sdk::Span { start: statement.end(), end: to };
        if !file.slice(rest).trim().is_empty()
            || !file.slice(securecode_sdk::Span { start: from, end: statement.start() }).trim().is_empty()
        {
            return Vec::new();
        }
        vec![fix::fix(
            "Leave the choice of ciphers to the library",
            vec![remove(securecode_sdk::Span { start: from, end: to })],
        )]
    }
}

/// Gives the first item of an OpenSSL list that brings in broken ciphers.
fn weak(list: &str) -> Option<&str> {
    let upper = list.to_uppercase();
    let excludes =
        |name: &str| upper.split([':', ',', ' ']).any(|item| item.strip_prefix('!').is_some_and(|rest| rest == name));
    list.split([':', ',', ' ']).find(|item| {
        if item.is_empty() || item.starts_with(['!', '-', '+']) {
            return false;
        }
        let item = item.to_uppercase();
        if item == "@SECLEVEL=0" || item.ends_with("@SECLEVEL=0") {
            return true;
        }
        let name = item.split('@').next().unwrap_or_default();
        // `ALL:!aNULL:!eNULL` and the like are common and sound in current OpenSSL.
        let is_all = ["ALL", "COMPLEMENTOFDEFAULT"].contains(&name);
        if is_all {
            return !excludes("ANULL");
        }
        let mut parts = name.split(['-', '+']);
        parts.any(|part| WEAK.contains(&part) && part != "ALL" && !excludes(part)) || name.starts_with("EXP-")
    })
}

#[cfg(test)]
mod tests {
    use super::weak;

    #[test]
    fn lists_are_read_as_openssl_does() {
        for (list, expected) in [
            ("RC4-SHA", Some("RC4-SHA")),
            ("HIGH:!RC4:!MD5", None),
            ("HIGH:aNULL", Some("aNULL")),
            ("ALL", Some("ALL")),
            ("ALL:!aNULL:!eNULL", None),
            ("DEFAULT@SECLEVEL=0", Some("DEFAULT@SECLEVEL=0")),
            ("DEFAULT@SECLEVEL=1", None),
            ("ECDHE+AESGCM:ECDHE+CHACHA20", None),
            ("DES-CBC3-SHA", Some("DES-CBC3-SHA")),
            ("HIGH:-3DES", None),
        ] {
            assert_eq!(weak(list), expected, "{list}");
        }
    }
}
