//! `python-private-key-in-code`.
//!
//! # What
//! A private key in PEM form within a string.
//! # Why
//! Whoever reads the code is the key's owner to everybody else (CWE-321).
//! # Fix
//! Load it from a file or key store, and replace it.
//!
//! Invariant: a marker line without a key behind it, as parsers compare with, is not reported.

use securecode_sdk::{File, Found, Interest, Kind, Match, Metadata, Rule, Severity, test_code};

/// The rule.
pub(crate) struct PrivateKeyInCode;

const HELP: &str = "\
A private key proves who a server or a person is. In the code it is known to everybody who reads the repository, a \
package or an image, and stays in the history after it is removed.

Load it at run time from a file that only the service can read, or from a key store, and replace the published one: \
revoke its certificates and remove it from `authorized_keys`.";

const BEGIN: &str = "-----BEGIN ";
const SHORTEST: usize = 32;

impl Rule for PrivateKeyInCode {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-private-key-in-code",
            title: "Private key in the code",
            help: HELP,
            severity: Severity::Critical,
            cwe: 321,
            tags: &["owasp:A04:2025", "cwe:798"],
            interests: vec![Interest::Node(vec!["string".into(), "concatenated_string".into()])],
            triggers: &["PRIVATE KEY"],
            bad: "KEY = '''-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHcHbQpzGKV9PBbBclGyZkXfTC+H68CZKrF3+6UduSwq\n'''\n",
            good: "KEY = open('/run/secrets/key.pem').read()\n",
            no_fix_reason: Some(
                "Where the key is kept instead is the owner's decision, and this one has to be replaced.",
            ),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        // Of adjacent literals, the whole speaks.
        if node.is(Kind::STRING) && node.parent().is_some_and(|parent| parent.is(Kind::CONCATENATED_STRING)) {
            return None;
        }
        let kind = kind(node.text())?;
        let message = format!("This {kind} is written into the code, where everybody who reads it has it.");
        let found = Found::new(matched.at, message);
        let found = if kind.starts_with("ENCRYPTED") { found.severity(Severity::Medium) } else { found };
        Some(test_code::ranked(file, found))
    }
}

/// Gives the kind of the private key that a text holds: `RSA PRIVATE KEY`.
fn kind(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (kind, body) = after.split_once("-----")?;
        if kind.ends_with("PRIVATE KEY") && kind.len() < 40 && holds_key(body) {
            return Some(kind);
        }
        rest = body;
    }
    None
}

/// Says whether base64 of a key's length follows, through line ends and quotes.
fn holds_key(body: &str) -> bool {
    let end = body.find("-----END").unwrap_or(body.len());
    let body = body.get(..end).unwrap_or_default().replace("\\n", "\n");
    let lines = body.lines().map(|line| line.trim_matches(|c: char| c.is_whitespace() || "'\"+\\bru()".contains(c)));
    let is_data = |line: &&str| {
        let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
        !line.is_empty() && line.chars().all(is_base64)
    };
    let data: String = lines.filter(is_data).collect();
    let mut kinds: Vec<char> = data.chars().collect();
    kinds.sort_unstable();
    kinds.dedup();
    data.len() >= SHORTEST && kinds.len() >= 12
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn keys_are_told_from_markers() {
        let data = "MC4CAQAwBQYDK2VwBCIEIHcHbQpzGKV9PBbBclGyZkXfTC+H68CZKrF3+6UduSwq";
        let key = |kind: &str, body: &str| format!("'''-----BEGIN {kind}-----\n{body}\n-----END {kind}-----'''");
        assert_eq!(kind(&key("PRIVATE KEY", data)), Some("PRIVATE KEY"));
        assert_eq!(kind(&key("RSA PRIVATE KEY", &data.replace('A', "\\n"))), Some("RSA PRIVATE KEY"));
        assert_eq!(kind(&key("PUBLIC KEY", data)), None);
        assert_eq!(kind(&key("PRIVATE KEY", "...")), None);
        assert_eq!(kind(&key("PRIVATE KEY", &"x".repeat(64))), None);
        assert_eq!(kind("'-----BEGIN PRIVATE KEY-----'"), None);
    }
}
