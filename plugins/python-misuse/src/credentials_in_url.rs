//! `python-credentials-in-url`.
//!
//! # What
//! A URL or connection string in the code with an account and its password: `postgresql://shop:s3cr3t@db/shop`,
//! `Server=db;Uid=shop;Pwd=s3cr3t`.
//! # Why
//! Whoever reads the code has the account; URLs also end up in logs and error messages (CWE-798).
//! # Fix
//! Read the URL, or its password, from the environment or a secret store.
//!
//! Invariant: a password that is put in at run time, a placeholder and an example host are not reported.

use securecode_sdk::{
    Confidence, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, import, replace},
    test_code,
};

use crate::{
    argument, identifier, literal,
    receiver::{self, Receiver},
};

/// The rule.
pub(crate) struct CredentialsInUrl;

/// Passwords that stand for one.
const PLACEHOLDERS: &[&str] =
    &["password", "passwd", "pass", "pwd", "pw", "secret", "token", "changeme", "xxx", "mypassword", "yourpassword"];
const HOSTS_OF_DOCUMENTATION: &[&str] = &["example", "test", "invalid", "host", "hostname", "server", "domain"];
const LOCAL_HOSTS: &[&str] = &["localhost", "127.0.0.1", "[::1]"];

const HELP: &str = "\
The password in a connection URL is known to everybody who ever reads the repository or an image of it. URLs travel \
further than other secrets: libraries print them in exceptions and logs.

Read the URL at run time: `create_engine(os.environ[\"DATABASE_URL\"])`, and change the password that was in the code.";

impl Rule for CredentialsInUrl {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-credentials-in-url",
            title: "Password in a URL or connection string in the code",
            help: HELP,
            severity: Severity::High,
            cwe: 798,
            tags: &["owasp:A07:2025", "cwe:259"],
            interests: vec![Interest::Node(vec!["string".into()])],
            triggers: &["://", "assword=", "pwd=", "Pwd=", "PWD="],
            bad: "engine = create_engine('postgresql://shop:tr0ub4dor@db.internal/shop')\n",
            good: "import os\nengine = create_engine(os.environ['DATABASE_URL'])\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        let url = Url::find(node.text()).or_else(|| Url::find_settings(node.text()))?;
        if !url.is_credential() || node.parent().is_some_and(|parent| parent.is(Kind::EXPRESSION_STATEMENT)) {
            return None;
        }
        let message = format!(
            "The password of `{}` at `{}` is written into the code, where everybody who reads it has it.",
            url.account, url.host
        );
        let found = Found::new(node.span(), message);
        let is_local = LOCAL_HOSTS.contains(&url.host);
        Some(if test_code::is_test(file) {
            found.severity(Severity::Low).confidence(Confidence::Low)
        } else if is_local || url.password == url.account {
            found.severity(Severity::Medium).confidence(Confidence::Medium)
        } else {
            found
        })
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(node) = argument::node(file, finding, matched) else { return Vec::new() };
        // A default is evaluated once, and of several literals only one would be replaced.
        let is_unfit = node.parent().is_some_and(|parent| {
            [Kind::DEFAULT_PARAMETER, Kind::TYPED_DEFAULT_PARAMETER, Kind::CONCATENATED_STRING, Kind::BINARY_OPERATOR]
                .contains(&parent.kind())
        });
        let is_whole = literal::text(node).and_then(|text| text.split_once("://")).is_some_and(|(scheme, rest)| {
            scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+') && !rest.contains(char::is_whitespace)
        });
        if is_unfit || !is_whole || literal::is_bytes(node) {
            return Vec::new();
        }
        let variable = variable(node);
        let (os, import) = import::module(file, "os");
        let mut edits = vec![replace(node.span(), format!("{os}.environ[\"{variable}\"]"))];
        edits.extend(import);
        let title = format!("Read the URL from the environment variable `{variable}` (which then must be set)");
        vec![fix::fix(title, edits)]
    }
}

/// Names the environment variable after what receives the URL.
fn variable(node: Node<'_>) -> String {
    let stored = receiver::receivers(node).into_iter().find_map(|receiver| match receiver {
        Receiver::Stored(name) => Some(identifier::words(name).join("_").to_uppercase()),
        Receiver::Returned(_) => None,
    });
    stored.filter(|name| name.contains("URL") || name.contains("URI") || name.contains("DSN")).unwrap_or_else(|| {
        let is_database = ["postgres", "mysql", "mariadb", "oracle", "mssql", "cockroach"];
        let text = node.text();
        let name = if is_database.iter().any(|scheme| text.contains(scheme)) { "DATABASE_URL" } else { "SERVICE_URL" };
        name.to_owned()
    })
}

/// The parts of a URL that name an account.
struct Url<'a> {
    account: &'a str,
    password: &'a str,
    host: &'a str,
}

impl<'a> Url<'a> {
    fn find(text: &'a str) -> Option<Self> {
        let (before, rest) = text.split_once("://")?;
        before.chars().next_back().filter(char::is_ascii_alphanumeric)?;
        let is_end = |c: char| c.is_whitespace() || ['/', '?', '#', '"', '\'', ',', ')', '\\', '|'].contains(&c);
        let authority = rest.split(is_end).next()?;
        let (user, host) = authority.rsplit_once('@')?;
        let (account, password) = user.split_once(':')?;
        let host = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or(host) };
        Some(Self { account, password, host })
    }

    /// Finds `host=db user=shop password=s3cr3t` and `Server=db;Uid=shop;Pwd=s3cr3t`.
    fn find_settings(text: &'a str) -> Option<Self> {
        let text = text.trim_matches(|c| ['"', '\'', 'f', 'r', 'b'].contains(&c));
        let settings = text.split(|c: char| c.is_whitespace() || c == ';').filter_map(|part| part.split_once('='));
        let find = |names: &[&str]| {
            let mut found = settings.clone().filter(|(name, _)| names.contains(&name.to_ascii_lowercase().as_str()));
            found.next().map(|(_, value)| value)
        };
        let password = find(&["password", "pwd", "passwd"])?;
        let account = find(&["user", "uid", "username", "id"])?;
        let host = find(&["host", "server", "hostaddr", "addr", "source", "dbname", "database"])?;
        Some(Self { account, password, host })
    }

    fn is_credential(&self) -> bool {
        let is_open = |part: &str| part.contains(['{', '}', '<', '>', '$', '*', '(', '[', '^']) || part.contains("%s");
        let lower = self.password.to_ascii_lowercase();
        let is_placeholder = PLACEHOLDERS.contains(&lower.as_str())
            || ["xxx", "your", "...", "example"].iter().any(|part| lower.contains(part));
        let mut labels = self.host.split('.').map(|label| label.trim_end_matches(|c: char| c.is_ascii_digit()));
        let is_documentation = labels.any(|label| HOSTS_OF_DOCUMENTATION.contains(&label));
        let is_written = !self.password.is_empty() && !self.host.is_empty() && !is_open(self.password);
        is_written && !is_placeholder && !is_documentation
    }
}

#[cfg(test)]
mod tests {
    use super::Url;

    fn check(text: &str, expected: bool) {
        assert_eq!(Url::find(text).is_some_and(|url| url.is_credential()), expected, "{text}");
    }

    #[test]
    fn urls_with_a_written_password_are_credentials() {
        check("postgresql://shop:tr0ub4dor@db.internal:5432/shop", true);
        check("amqp://guest:guest@localhost//", true);
        check("redis://:s3cr3t@cache/0", true);
        check("mongodb+srv://app:p%40ssw0rd@cluster0.abc.mongodb.net/app", true);
    }

    #[test]
    fn connection_strings_with_a_written_password_are_credentials() {
        let check = |text: &str, expected: bool| {
            let found = Url::find_settings(text).is_some_and(|url| url.is_credential());
            assert_eq!(found, expected, "{text}");
        };
        check("'host=db.internal dbname=shop user=shop password=tr0ub4dor'", true);
        check("\"Driver={ODBC Driver 18};Server=db;Database=shop;UID=sa;PWD=gr33n-Harvest;\"", true);
        check("f'host={host} user=shop password={password}'", false);
        check("'host=%s user=%s password=%s'", false);
        check("'user=shop&password=x1'", false);
        check("'password=required'", false);
    }

    #[test]
    fn placeholders_patterns_and_examples_are_none() {
        for text in [
            "postgresql://db.internal/shop",
            "postgresql://shop@db.internal/shop",
            "postgresql://user:password@host/db",
            "postgresql://shop:{password}@db/shop",
            "postgresql://shop:%s@db/shop",
            "https://user:hunter2@example.com/",
            "r'https?://(\\w+):(\\w+)@'",
            "https://medium.com/@writer:2",
            "ssh://git@host:22/x",
        ] {
            check(text, false);
        }
    }
}
