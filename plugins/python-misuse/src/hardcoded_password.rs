//! `python-hardcoded-password`.
//!
//! # What
//! A password, key or token written into the code: assigned, passed, a default, a dict value, or compared with.
//! # Why
//! Whoever reads the code (the repository, an image, a backup) has it, and it cannot be changed without a release
//! (CWE-798).
//! # Fix
//! Read it from the environment or a secret store, and replace the one that was published.
//!
//! Invariant: text that says itself that it is no secret is not reported: what is to be replaced (`changeme`,
//! `<password>`, `${DB_PASSWORD}`), names of fields and variables, prompts and messages, paths and addresses.

use securecode_sdk::{
    Confidence, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, import, replace},
    test_code,
};

use crate::{
    argument, constant,
    identifier::{self, Secret},
    literal,
    receiver::{self, Receiver},
};

/// The rule.
pub(crate) struct HardcodedPassword;

const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "passwort",
    "passcode",
    "pass",
    "secret",
    "token",
    "key",
    "credential",
];
/// Parts of values that are to be replaced by the reader.
const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "replace",
    "your",
    "placeholder",
    "notasecret",
    "nomatter",
    "not-a-secret",
    "not_a_secret",
    "example",
    "dummy",
    "todo",
    "insert",
    "redacted",
    "xxxx",
    "****",
    "....",
    "not-set",
    "notset",
    "undefined",
    "<",
    "${",
    "{{",
    "%(",
    "%s",
    "input[",
    "::",
];
/// Whole values that name a type, a state or nothing.
const NOT_SECRETS: &[&str] = &[
    "none",
    "null",
    "true",
    "false",
    "secret",
    "password",
    "token",
    "key",
    "bearer",
    "basic",
    "foo",
    "bar",
    "baz",
    "string",
    "str",
    "required",
    "optional",
    "hidden",
    "text",
    "disabled",
    "enabled",
    "unknown",
    "invalid",
    "missing",
    "default",
    "empty",
    "unset",
    "file",
    "prompt",
    "keyring",
    "vault",
    "auto",
    "plain",
    "plaintext",
    "oauth",
    "jwt",
    "hash",
    "hashed",
    "encrypted",
    "scrypt",
    "bcrypt",
    "sha256",
    "md5",
    "ssh",
    "aws",
    "git",
    "username",
    "user",
    "email",
];
/// Calls that take a secret by position: the callee and the positions of the account and the secret.
const POSITIONAL: &[(&str, usize, usize)] = &[
    ("pymysql.connect", 1, 2),
    ("MySQLdb.connect", 1, 2),
    ("pymssql.connect", 1, 2),
    ("cx_Oracle.connect", 0, 1),
    ("ftplib.FTP", 1, 2),
    ("ftplib.FTP_TLS", 1, 2),
    ("ftplib.FTP.login", 0, 1),
    ("smtplib.SMTP.login", 0, 1),
    ("smtplib.SMTP_SSL.login", 0, 1),
    ("imaplib.IMAP4.login", 0, 1),
    ("imaplib.IMAP4_SSL.login", 0, 1),
    ("requests.auth.HTTPBasicAuth", 0, 1),
    ("requests.auth.HTTPDigestAuth", 0, 1),
    ("httpx.BasicAuth", 0, 1),
    ("httpx.DigestAuth", 0, 1),
    ("aiohttp.BasicAuth", 0, 1),
    ("urllib.request.HTTPPasswordMgrWithDefaultRealm.add_password", 2, 3),
    ("paramiko.client.SSHClient.connect", 2, 3),
    ("paramiko.SSHClient.connect", 2, 3),
    ("neo4j.basic_auth", 0, 1),
    ("*.simple_bind_s", 0, 1),
    ("*.login", 0, 1),
];

const PASSWORD_WORDS: &[&str] = &["password", "passwd", "pass", "pwd", "secret", "token", "key", "login"];

/// Words of names of tables whose values describe their keys.
const TABLES: &[&str] = &[
    "types",
    "map",
    "mapping",
    "labels",
    "schema",
    "columns",
    "choices",
    "translations",
    "messages",
    "titles",
    "help",
    "aliases",
    "placeholders",
];

const HELP: &str = "\
A secret in the code is known to everybody who ever reads the repository, an image layer or a traceback, and it stays \
in the history after it is removed. Scanners find published ones within minutes.

Read it at run time from the environment, a mounted file or a secret store (`os.environ[\"DB_PASSWORD\"]`), fail early \
when it is missing, and change the one that was in the code.";

impl Rule for HardcodedPassword {
    fn metadata(&self) -> Metadata {
        let positional = POSITIONAL.iter().map(|(callee, _, _)| (*callee).to_owned());
        Metadata {
            id: "python-hardcoded-password",
            title: "Password or key in the code",
            help: HELP,
            severity: Severity::High,
            confidence: Confidence::Medium,
            cwe: 798,
            tags: &["owasp:A07:2025", "cwe:259"],
            interests: vec![
                Interest::NamedString(WORDS.iter().map(|&word| word.to_owned()).collect()),
                Interest::Node(vec!["comparison_operator".into(), "keyword_argument".into()]),
                Interest::Call(positional.collect()),
            ],
            triggers: &[
                "pass", "PASS", "Pass", "pwd", "PWD", "secret", "SECRET", "Secret", "token", "TOKEN", "Token", "key",
                "KEY", "Key", "login", "Auth", "auth", "bind_s", "ftplib", "MySQLdb", "pymysql", "pymssql",
            ],
            bad: "connection = connect(host, password='tr0ub4dor&3')\n",
            good: "import os\nconnection = connect(host, password=os.environ['DB_PASSWORD'])\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        if let Some(call) = Call::of(node) {
            return check_call(file, call, &matched.name);
        }
        if node.is(Kind::KEYWORD_ARGUMENT) && matched.name.is_empty() {
            let string = paired_secret(node)?;
            let value = literal::text(string).filter(|value| is_secret(Secret::Password, "password", value))?;
            let message = "The password of a log-in is written into the code, where everybody who reads it has it.";
            return Some(weighed(file, Found::new(string.span(), message), value));
        }
        let (name, string) = place(node)?;
        let kind = identifier::secret(name).filter(|_| is_plain_name(name))?;
        let value = literal::text(string)?;
        let is_compared = string.field() != Field::VALUE && receiver::receivers(string).is_empty();
        if is_described(string) || (is_compared && kind == Secret::Token) || !is_secret(kind, name, value) {
            return None;
        }
        let what = match kind {
            Secret::Password => "password",
            Secret::Key => "key",
            Secret::Token => "token",
        };
        let found = Found::new(
            string.span(),
            format!("The {what} `{name}` is written into the code, where everybody who reads it has it."),
        );
        Some(weighed(file, found, value))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let node = argument::node(file, finding, matched);
        // A secret that is passed by position has no name.
        if node.is_some_and(|node| node.is(Kind::CALL)) {
            return Vec::new();
        }
        let Some((name, string)) = node.and_then(place).or_else(|| place(file.tree().node_at(finding.at)?)) else {
            return Vec::new();
        };
        // A default is evaluated once, when the function is defined; of several literals only one would be replaced.
        let is_unfit = string.parent().is_some_and(|parent| {
            [Kind::DEFAULT_PARAMETER, Kind::TYPED_DEFAULT_PARAMETER, Kind::CONCATENATED_STRING].contains(&parent.kind())
        });
        if is_unfit || literal::text(string).is_none() {
            return Vec::new();
        }
        let is_paired = string.parent().is_some_and(|parent| parent.is(Kind::TUPLE));
        let variable = if is_paired { "PASSWORD".to_owned() } else { identifier::words(name).join("_").to_uppercase() };
        let (os, import) = import::module(file, "os");
        let encode = if literal::is_bytes(string) { ".encode()" } else { "" };
        let mut edits = vec![replace(string.span(), format!("{os}.environ[\"{variable}\"]{encode}"))];
        edits.extend(import);
        vec![fix::fix(
            format!("Read the value from the environment variable `{variable}` (which then must be set)"),
            edits,
        )]
    }
}

/// Says less of test code, and more of values that were generated.
fn weighed(file: File<'_>, found: Found, value: &str) -> Found {
    if test_code::is_test(file) {
        found.severity(Severity::Low).confidence(Confidence::Low)
    } else if looks_random(value) {
        found.confidence(Confidence::High)
    } else {
        found
    }
}

/// Gives the second string of `auth=("shop", "p4per-Moon")`, also through a name.
fn paired_secret<'a>(argument: Node<'a>) -> Option<Node<'a>> {
    let name = argument.child(Field::NAME)?.text();
    let is_login = ["auth", "http_auth", "basic_auth", "proxy_auth"].contains(&name);
    let pair = argument.child(Field::VALUE).filter(|_| is_login).map(constant::origin)?;
    let parts: Vec<Node<'a>> = pair.named_children().filter(|_| pair.is(Kind::TUPLE)).collect();
    let &[account, secret] = parts.as_slice() else { return None };
    literal::text(account).filter(|account| !account.is_empty())?;
    Some(secret).filter(|secret| secret.is(Kind::STRING))
}

/// Judges secrets that are passed by position.
fn check_call(file: File<'_>, call: Call<'_>, callee: &str) -> Option<Found> {
    let string = secret_argument(call, callee)?;
    let value = literal::text(string)?;
    is_secret(Secret::Password, "password", value).then(|| {
        let message =
            format!("`{}` gets its password from the code, where everybody who reads it has it.", call.callee.text());
        weighed(file, Found::new(string.span(), message), value)
    })
}

/// Gives the argument that is the secret, where the account before it is a literal, too.
fn secret_argument<'a>(call: Call<'a>, callee: &str) -> Option<Node<'a>> {
    let &(_, account, secret) = POSITIONAL.iter().find(|(name, _, _)| *name == callee)?;
    // `x.login(…)` of an unknown object has to look like one: two literals.
    let is_literal = call.positional(account).and_then(literal::text).is_some_and(|text| !text.is_empty());
    let argument = call.positional(secret).filter(|_| is_literal || !callee.starts_with("*."))?;
    Some(argument.without_parentheses()).filter(|node| node.is(Kind::STRING))
}

/// Says whether a string is a value of a table that describes settings: `types = {"secret": "V1SecretVolumeSource"}`.
fn is_described(string: Node<'_>) -> bool {
    let table = string.ancestors().into_iter().find(|outer| outer.is(Kind::DICTIONARY));
    let names = table.into_iter().flat_map(receiver::receivers).filter_map(|receiver| match receiver {
        Receiver::Stored(name) => Some(name),
        Receiver::Returned(_) => None,
    });
    let mut words = names.flat_map(identifier::words);
    words.any(|word| TABLES.contains(&word.as_str()))
}

/// A key of a dict that is a path or a sentence names no secret: `AWS::ApiGateway::ApiKey`.
fn is_plain_name(name: &str) -> bool {
    !name.contains(['/', ':', ' ', '('])
}

/// Gives the name and the string of a named string or of a comparison with `==` or `!=`.
fn place<'a>(node: Node<'a>) -> Option<(&'a str, Node<'a>)> {
    if node.is(Kind::COMPARISON_OPERATOR) {
        let operands: Vec<Node<'a>> = node.named_children().collect();
        let is_equality =
            node.child(Field::named("operators")).is_none_or(|operator| ["==", "!="].contains(&operator.text()));
        let &[left, right] = operands.as_slice() else { return None };
        let (name, string) = if right.is(Kind::STRING) { (left, right) } else { (right, left) };
        let name = receiver::target(name).filter(|_| is_equality && string.is(Kind::STRING))?;
        return Some((name, string));
    }
    let value = match node.kind() {
        Kind::ASSIGNMENT => node.child(Field::RIGHT)?,
        Kind::KEYWORD_ARGUMENT | Kind::DEFAULT_PARAMETER | Kind::TYPED_DEFAULT_PARAMETER | Kind::PAIR => {
            node.child(Field::VALUE)?
        }
        _ => node,
    };
    // Of text in several literals the first one speaks for all.
    let string = if value.is(Kind::CONCATENATED_STRING) { value.child_of_kind(Kind::STRING)? } else { value };
    let stored = receiver::receivers(string).into_iter().find_map(|receiver| match receiver {
        Receiver::Stored(name) => Some(name),
        Receiver::Returned(_) => None,
    });
    stored.filter(|_| string.is(Kind::STRING)).map(|name| (name, string))
}

/// Says whether a value can be the secret that its name promises.
fn is_secret(kind: Secret, name: &str, value: &str) -> bool {
    let lower = value.to_lowercase();
    let is_placeholder = PLACEHOLDERS.iter().any(|part| lower.contains(part));
    let is_repeated = value.chars().next().is_some_and(|first| value.chars().all(|other| other == first));
    let is_folder = identifier::words(name) == ["pwd"] && value.contains('/');
    let is_place =
        is_folder || value.starts_with(['/', '.', '~', '-', '?', '$', ':', '\\', '[']) || lower.contains("://");
    let is_template = value.contains('{') && value.contains('}');
    // Labels in other languages: `Contraseña`, `パスワード`.
    let is_label = !value.is_ascii() && value.chars().all(char::is_alphabetic);
    // `#password`, `tbl_users.password`, `user-password-field`: selectors and names of columns.
    let is_selector =
        value.starts_with('#') && identifier::words(value).iter().any(|word| PASSWORD_WORDS.contains(&word.as_str()));
    let has_space = value.contains(char::is_whitespace);
    if value.chars().count() < 3
        || is_placeholder
        || NOT_SECRETS.contains(&lower.as_str())
        || is_repeated
        || is_place
        || is_template
        || is_label
        || is_selector
    {
        return false;
    }
    if names_field(name, value) || (has_space && !identifier::words(name).iter().any(|word| word == "passphrase")) {
        return false;
    }
    match kind {
        Secret::Password => true,
        // `session_key = "cart"` names an entry of the session.
        Secret::Key if identifier::words(name).ends_with(&["session".to_owned(), "key".to_owned()]) => {
            looks_random(value)
        }
        Secret::Key => true,
        Secret::Token => value.len() >= 8 && looks_random(value),
    }
}

/// `CONF_PASSWORD = "db_password"`, `SECRET = "MY_APP_SECRET"`: the value is a name of a secret.
fn names_field(name: &str, value: &str) -> bool {
    let is_name = value.chars().all(|c| c.is_alphabetic() || c == '_' || c == '-' || c == '.' || c == '[' || c == ']');
    let value_words = identifier::words(value);
    let says_secret = identifier::secret(value).is_some()
        || value_words.iter().any(|word| ["password", "passwd", "secret", "token", "apikey"].contains(&word.as_str()));
    let says_secret = says_secret
        || (value_words.len() > 1 && value_words.iter().any(|word| ["pwd", "auth", "login"].contains(&word.as_str())));
    let name_words = identifier::words(name);
    let holds = |outer: &[String], inner: &[String]| inner.iter().all(|word| outer.contains(word));
    let has_same_words = !value_words.is_empty()
        && (holds(&name_words, &value_words) || (name_words.len() > 1 && holds(&value_words, &name_words)));
    // `spec.preferredAuthentication`, `server-side-encryption-header`: a path or a header's name.
    let is_path = value.contains('.') || value.matches('-').count() > 1;
    let names_more = is_path && identifier::secret(name) != Some(Secret::Password) && value_words.len() > 1;
    is_name && (names_more || says_secret || has_same_words)
}

/// Says whether text looks generated: long, without words, of mixed kinds of characters.
fn looks_random(value: &str) -> bool {
    let count = |test: fn(char) -> bool| value.chars().filter(|&character| test(character)).count();
    let digits = count(|c| c.is_ascii_digit());
    let kinds = [digits, count(|c| c.is_ascii_lowercase()), count(|c| c.is_ascii_uppercase())];
    let mixed = kinds.iter().filter(|&&number| number > 0).count();
    value.len() >= 12 && digits >= 2 && mixed >= 2 && !value.contains([' ', '/']) || (value.len() >= 20 && mixed == 3)
}

#[cfg(test)]
mod tests {
    use super::is_secret;
    use crate::identifier::{Secret, secret};

    fn check(name: &str, value: &str, expected: bool) {
        let kind = secret(name).unwrap_or(Secret::Token);
        assert_eq!(is_secret(kind, name, value), expected, "{name} = {value:?}");
    }

    #[test]
    fn secrets_are_secret() {
        for (name, value) in [
            ("password", "hunter2"),
            ("DB_PASSWORD", "postgres"),
            ("SECRET_KEY", "dev"),
            ("api_key", "9f8b3c2a7d6e5f4a1b0c"),
            ("passphrase", "correct horse battery staple"),
            ("auth_token", "ghp_A1b2C3d4E5f6G7h8I9j0"),
        ] {
            check(name, value, true);
        }
    }

    #[test]
    fn what_says_that_it_is_none_is_not() {
        for (name, value) in [
            ("password", ""),
            ("password", "changeme"),
            ("password", "<password>"),
            ("password", "${DB_PASSWORD}"),
            ("password", "Enter your password: "),
            ("CONF_PASSWORD", "password"),
            ("SECRET", "MY_APP_SECRET"),
            ("ACCESS_KEY", "AWSAccessKeyId"),
            ("api_key", "X-Api-Key"),
            ("secret", "/run/secrets/db"),
            ("token", "IDENTIFIER"),
            ("token", "=="),
            ("password", "********"),
        ] {
            check(name, value, false);
        }
    }
}
