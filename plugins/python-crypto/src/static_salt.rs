//! `python-static-salt`.
//!
//! # What
//! A password function whose salt is a literal, or empty.
//! # Why
//! Equal passwords get equal hashes, and one table of guesses serves for all users (CWE-760, CWE-759).
//! # Fix
//! `os.urandom(16)` for every password, stored beside the hash.
//!
//! Invariant: only functions for passwords are judged; HKDF's salt may be fixed.

use securecode_sdk::{
    Confidence, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, fix::call::Call, test_code,
};

use crate::{argument, binding, constant, dotted, predictable, words};

/// The rule.
pub(crate) struct StaticSalt;

const HELP: &str = "\
A salt makes the same password hash differently for every user, so that each hash must be attacked by itself. A salt in \
the code is the same for all: equal passwords show, and one computed table serves for every row.

Make one for each password, `salt = os.urandom(16)`, and store it beside the hash; `bcrypt.gensalt()`, argon2 and the \
frameworks' hashers do this by themselves.";

/// Callees with the position and keyword of the salt.
const SALTS: &[(&str, Option<usize>)] = &[
    ("hashlib.pbkdf2_hmac", Some(2)),
    ("hashlib.scrypt", None),
    ("django.utils.crypto.pbkdf2", Some(1)),
    ("cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC", Some(2)),
    ("cryptography.hazmat.primitives.kdf.scrypt.Scrypt", Some(0)),
    ("cryptography.hazmat.primitives.kdf.argon2.Argon2id", None),
    ("Crypto.Protocol.KDF.PBKDF2", Some(1)),
    ("Crypto.Protocol.KDF.scrypt", Some(1)),
    ("Crypto.Protocol.KDF.bcrypt", None),
    ("Cryptodome.Protocol.KDF.PBKDF2", Some(1)),
    ("Cryptodome.Protocol.KDF.scrypt", Some(1)),
    ("bcrypt.hashpw", Some(1)),
    ("bcrypt.kdf", Some(1)),
    ("argon2.low_level.hash_secret", Some(1)),
    ("argon2.low_level.hash_secret_raw", Some(1)),
    ("argon2.PasswordHasher.hash", None),
    ("django.contrib.auth.hashers.make_password", Some(1)),
    ("passlib.hash.pbkdf2_sha256.using", None),
    ("passlib.hash.pbkdf2_sha512.using", None),
    ("passlib.hash.sha256_crypt.using", None),
    ("passlib.hash.sha512_crypt.using", None),
    ("passlib.hash.bcrypt.using", None),
];

impl Rule for StaticSalt {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-static-salt",
            title: "Salt that is the same for every password",
            help: HELP,
            severity: Severity::Medium,
            cwe: 760,
            tags: &["owasp:A04:2025", "cwe:759"],
            interests: vec![Interest::Call(SALTS.iter().map(|(callee, _)| (*callee).to_owned()).collect())],
            triggers: &[
                "pbkdf2",
                "PBKDF2",
                "scrypt",
                "Scrypt",
                "bcrypt",
                "argon2",
                "Argon2id",
                "make_password",
                "passlib",
            ],
            bad: "import hashlib\nkey = hashlib.pbkdf2_hmac('sha256', password, b'pepper', 600_000)\n",
            good: "import hashlib\nimport os\nkey = hashlib.pbkdf2_hmac('sha256', password, os.urandom(16), 600_000)\n",
            no_fix_reason: Some("A salt of its own for each password has to be stored with the hash."),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let (_, position) = SALTS.iter().find(|(callee, _)| *callee == matched.name)?;
        let salt = argument::value(call, *position, &["salt"])?;
        if let Some(found) = foreseen(file, salt, matched) {
            return Some(test_code::ranked(file, found));
        }
        let (value, confidence) = constant::usual(file, salt)?;
        if has_fixed_password(file, call) || is_whole_hash(&value.text) {
            return None;
        }
        let message = if value.text.is_empty() {
            format!("`{}` runs without a salt, so that equal passwords give equal results.", call.callee.text())
        } else {
            format!(
                "The salt of `{}` is the same for every password, so that one table of guesses serves for all.",
                call.callee.text()
            )
        };
        let found = Found::new(matched.at, message).confidence(confidence);
        // From a key, not a password, a fixed salt derives keys for different purposes.
        let found = if stretches_key(call) { found.severity(Severity::Low).confidence(Confidence::Low) } else { found };
        Some(test_code::ranked(file, found))
    }
}

/// Judges a salt that differs between users and can be known before the hash is stolen.
fn foreseen(file: File<'_>, salt: Node<'_>, matched: &Match) -> Option<Found> {
    let origin = binding::origin(salt);
    if let Some(source) = predictable::call(file, origin) {
        let message = format!("The salt comes from `{source}`, so that tables of guesses can be made before a theft.");
        return Some(Found::new(matched.at, message).severity(Severity::Low).confidence(Confidence::Medium));
    }
    let encoded = Call::of(origin).filter(|call| ["encode", "lower", "strip"].contains(&call.name()));
    let named = encoded.and_then(Call::receiver).unwrap_or(origin);
    let name = dotted::last_name(named).filter(|_| !named.is(Kind::CALL))?;
    let last = words::words(name).pop()?;
    ["username", "email", "login", "mail"].contains(&last.as_str()).then(|| {
        let message = format!("The salt is `{name}`, so that tables of guesses can be made before a theft.");
        Found::new(matched.at, message).severity(Severity::Low).confidence(Confidence::Medium)
    })
}

/// Says whether the password is a literal too, as in a self-test.
pub(crate) fn has_fixed_password(file: File<'_>, call: Call<'_>) -> bool {
    let position = match call.name() {
        // The hazmat classes get the password later.
        "PBKDF2HMAC" | "Scrypt" | "Argon2id" => return false,
        "pbkdf2_hmac" => 1,
        _ => 0,
    };
    argument::value(call, Some(position), &["password", "secret"])
        .is_some_and(|password| constant::of(file, password).is_some())
}

/// A whole bcrypt hash in the salt's place is what a password is checked against.
fn is_whole_hash(text: &str) -> bool {
    text.starts_with("$2") && text.len() > 50
}

/// Says whether what is stretched is a generated secret by its name.
fn stretches_key(call: Call<'_>) -> bool {
    let mut arguments = call.arguments().flat_map(|argument| std::iter::once(argument).chain(argument.descendants()));
    arguments.any(|node| {
        let name = dotted::last_name(binding::origin(node)).or_else(|| dotted::last_name(node)).unwrap_or_default();
        words::is_secret(name) && !words::is_password(name)
    })
}
