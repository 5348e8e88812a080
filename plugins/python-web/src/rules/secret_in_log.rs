//! Secrets in logs (CWE-532). Invariant: what is only counted, masked, hashed or tested is no finding.
//!
//! # What
//! A password, key or token is written to a log or printed.
//! # Why
//! Logs are kept longer, copied further and read by more people than any store of secrets.
//! # Fix
//! Leave it out.

use securecode_sdk::{
    Confidence, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{call::Call, fix, local, replace},
    identifier, test_code,
};

use crate::{dotted, literal, logs, words};

pub(crate) struct SecretInLog;

const PASSWORDS: &[&str] = &["password", "passwd", "passphrase", "pwd", "passcode"];
const KEYS: &[&str] = &["secret", "apikey", "secretkey", "privatekey"];
const KEY_WORDS: &[&str] = &["api", "secret", "private", "encryption", "signing", "access"];
const TOKEN_WORDS: &[&str] = &[
    "access", "auth", "refresh", "api", "session", "reset", "bearer", "secret", "jwt", "oauth", "github", "slack",
    "user",
];
/// Words behind the noun that leave the value what it is.
const SUFFIXES: &[&str] = &["value", "str", "string", "text", "plain", "raw", "b"];
/// Words before the noun that make it something else.
const HARMLESS: &[&str] =
    &["masked", "hashed", "redacted", "public", "encrypted", "no", "has", "is", "missing", "invalid", "hash"];
/// Calls that give their argument back as text.
const WRITING: &[&str] = &["str", "repr", "format", "decode", "strip", "encode", "upper", "lower", "dumps"];
const MAKERS: &[&str] =
    &["generate", "random", "token_hex", "token_urlsafe", "choice", "choices", "make", "create", "uuid4"];

impl Rule for SecretInLog {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-secret-in-log",
            title: "Secret written to a log",
            help: "A log is copied to collectors, tickets and backups, and read by people who must not know the \
                   password in it. It stays there after the password was changed on the day it was found.\n\n\
                   Leave the value out, or write what identifies it: the user, the key's id, the last four \
                   characters.",
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            cwe: 532,
            tags: &["owasp:A09:2025", "cwe:312"],
            interests: vec![Interest::Node(vec!["call".into()])],
            triggers: &[
                "assw",
                "asscode",
                "assphrase",
                "PASS",
                "pwd",
                "PWD",
                "ecret",
                "SECRET",
                "oken",
                "TOKEN",
                "api_key",
                "API_KEY",
                "apikey",
                "apiKey",
                "_key",
                "_KEY",
                "jwt",
                "JWT",
            ],
            bad: "import logging\nlogging.info('login of %s with %s', name, password)\n",
            good: "import logging\nlogging.info('login of %s', name)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = Call::of(file.node_of(matched)?)?;
        let is_print = call.callee.text() == "print" && call.keyword("file").is_none();
        if test_code::is_test(file) || !(is_print || logs::is_record(file, call)) {
            return None;
        }
        let secret = written(call)?;
        if is_print && is_made_here(secret) {
            return None;
        }
        let name = name_of(secret)?;
        let effect = if is_print { "printed" } else { "written to the log" };
        let found = Found::new(call.node.span(), format!("The secret `{name}` is {effect} in clear text."));
        Some(if is_print { found.severity(Severity::Low) } else { found })
    }

    fn fix(&self, file: File<'_>, _finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let call = matched.and_then(|matched| file.node_of(matched)).and_then(Call::of);
        let Some(secret) = call.and_then(written) else { return Vec::new() };
        let hole = secret.ancestors().into_iter().find(|outer| outer.is(Kind::INTERPOLATION));
        let edit = match hole {
            Some(hole) => replace(hole.span(), "***"),
            None => replace(secret.span(), "\"***\""),
        };
        vec![fix("Write a mask in its place", vec![edit])]
    }
}

/// Finds a secret among the values that a call writes.
fn written<'a>(call: Call<'a>) -> Option<Node<'a>> {
    call.arguments().filter(|argument| !argument.is(Kind::KEYWORD_ARGUMENT)).find_map(|argument| within(argument, 0))
}

fn within<'a>(node: Node<'a>, depth: u32) -> Option<Node<'a>> {
    if depth > 12 {
        return None;
    }
    let go_on = |node: Node<'a>| within(node, depth + 1);
    match node.kind() {
        Kind::IDENTIFIER | Kind::ATTRIBUTE | Kind::SUBSCRIPT => {
            name_of(node).filter(|name| is_secret(name)).map(|_| node)
        }
        Kind::STRING => {
            let holes = node.named_children().filter(|child| child.is(Kind::INTERPOLATION));
            holes.filter_map(|hole| hole.child(Field::EXPRESSION)).find_map(go_on)
        }
        Kind::CONCATENATED_STRING | Kind::TUPLE | Kind::LIST | Kind::PARENTHESIZED_EXPRESSION | Kind::DICTIONARY => {
            node.named_children().find_map(go_on)
        }
        Kind::PAIR => node.child(Field::VALUE).and_then(go_on),
        Kind::BINARY_OPERATOR => {
            [Field::LEFT, Field::RIGHT].into_iter().filter_map(|side| node.child(side)).find_map(go_on)
        }
        Kind::CALL => {
            let call = Call::of(node)?;
            let is_get = call.name() == "get" || call.name() == "getenv";
            if is_get {
                return name_of(node).filter(|name| is_secret(name)).map(|_| node);
            }
            if !WRITING.contains(&call.name()) {
                return None;
            }
            let receiver = call.receiver().filter(|receiver| !receiver.is(Kind::STRING)).and_then(go_on);
            receiver.or_else(|| {
                let values = call.arguments().map(|argument| {
                    argument.child(Field::VALUE).filter(|_| argument.is(Kind::KEYWORD_ARGUMENT)).unwrap_or(argument)
                });
                values.into_iter().find_map(go_on)
            })
        }
        _ => None,
    }
}

/// Gives the name that says what a value is: `password` for `form["password"]`.
fn name_of<'a>(node: Node<'a>) -> Option<&'a str> {
    match node.kind() {
        Kind::SUBSCRIPT => node.child(Field::SUBSCRIPT).and_then(literal::text),
        Kind::CALL => Call::of(node)?.positional(0).and_then(literal::text),
        _ => dotted::last_name(node),
    }
}

fn is_secret(name: &str) -> bool {
    let mut words = identifier::words(name);
    while words.len() > 1 && words.last().is_some_and(|word| SUFFIXES.contains(&word.as_str())) {
        words.pop();
    }
    let Some(last) = words.pop() else { return false };
    let before = words.last().map(String::as_str).unwrap_or_default();
    if words.iter().any(|word| HARMLESS.contains(&word.as_str())) {
        return false;
    }
    PASSWORDS.contains(&last.as_str())
        || KEYS.contains(&last.as_str())
        || (last == "key" && KEY_WORDS.contains(&before) && !(before == "access" && words.len() == 1))
        || (last == "token" && TOKEN_WORDS.contains(&before))
        || last == "jwt"
}

/// Says whether the program made the secret itself, to show it once.
fn is_made_here(secret: Node<'_>) -> bool {
    let value = local::only_assignment(secret).and_then(|assignment| assignment.child(Field::RIGHT));
    let mut calls =
        value.into_iter().flat_map(|value| std::iter::once(value).chain(value.descendants())).filter_map(Call::of);
    calls.any(|call| MAKERS.contains(&call.name()) || words::has_any(call.name(), MAKERS))
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn names_say_what_is_secret() {
        for name in ["password", "db_password", "API_KEY", "access_token", "clientSecret", "password_value"] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["password_hash", "masked_password", "token", "key", "public_key", "password_length", "secret_name"]
        {
            assert!(!is_secret(name), "{name}");
        }
    }
}
