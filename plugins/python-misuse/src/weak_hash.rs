//! `python-weak-hash`.
//!
//! # What
//! MD2, MD4, MD5 and SHA-1 from `hashlib`, PyCryptodome and `cryptography`.
//! # Why
//! Collisions are cheap to make, and all are fast enough to guess passwords by the billion (CWE-328).
//! # Fix
//! SHA-256; for passwords a slow function such as `hashlib.scrypt`. Digests that are stored already do not match any
//! more, which the fix's title says.
//!
//! Invariant: a call that says `usedforsecurity=False` is not reported.

use securecode_sdk::{
    Confidence, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, import},
};

use crate::{
    argument, constant, dotted,
    identifier::{self, Secret},
    literal,
    receiver::{self, Receiver},
};

/// The rule.
pub(crate) struct WeakHash;

const CALLEES: &[&str] = &[
    "hashlib.md5",
    "hashlib.sha1",
    "hashlib.new",
    "Crypto.Hash.MD2.new",
    "Crypto.Hash.MD4.new",
    "Crypto.Hash.MD5.new",
    "Crypto.Hash.SHA.new",
    "Crypto.Hash.SHA1.new",
    "Cryptodome.Hash.MD2.new",
    "Cryptodome.Hash.MD4.new",
    "Cryptodome.Hash.MD5.new",
    "Cryptodome.Hash.SHA.new",
    "Cryptodome.Hash.SHA1.new",
    "cryptography.hazmat.primitives.hashes.MD5",
    "cryptography.hazmat.primitives.hashes.SHA1",
];
const WEAK: &[&str] = &["md2", "md4", "md5", "sha", "sha1", "md5-sha1"];
/// Words of names whose values nobody has to trust.
const HARMLESS: &[&str] = &[
    "etag",
    "cache",
    "cached",
    "caching",
    "checksum",
    "bucket",
    "shard",
    "partition",
    "color",
    "colour",
    "gravatar",
    "avatar",
    "dedup",
    "dedupe",
    "memo",
    "memoize",
    "slug",
];
/// Words of names whose values somebody relies on.
const RELIED_ON: &[&str] =
    &["signature", "sign", "signed", "integrity", "token", "hmac", "mac", "certificate", "authenticate", "verify"];
/// Constructions that stay sound with a hash function whose collisions are known.
const SOUND: &[&str] = &["HMAC", "HOTP", "TOTP", "OAEP", "MGF1", "PBKDF2HMAC", "HKDF"];
/// The constant that RFC 6455 has hashed with SHA-1.
const WEBSOCKET_KEY: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

const HELP: &str = "\
Two files with the same MD5 or SHA-1 digest can be made on a laptop or for a few thousand dollars, so neither proves \
that data is unchanged. For passwords they are wrong for another reason: a graphics card tries billions a second.

Use `hashlib.sha256` (or `blake2b`) for integrity, `hmac` with SHA-256 for authenticity, and `hashlib.scrypt`, argon2 or \
bcrypt with a salt for passwords. Where the digest protects nothing (cache keys, checksums against accidents), say so: \
`hashlib.md5(data, usedforsecurity=False)`.";

impl Rule for WeakHash {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-weak-hash",
            title: "Broken hash function",
            help: HELP,
            confidence: Confidence::Medium,
            cwe: 328,
            tags: &["owasp:A04:2025"],
            interests: vec![Interest::Call(CALLEES.iter().map(|&callee| callee.to_owned()).collect())],
            triggers: &["hashlib", "Crypto", "hashes"],
            bad: "import hashlib\ndigest = hashlib.md5(data).hexdigest()\n",
            good: "import hashlib\ndigest = hashlib.sha256(data).hexdigest()\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let may_be_marked = call.arguments().any(|argument| argument.is(Kind::DICTIONARY_SPLAT));
        if argument::is_constant(call, "usedforsecurity", Kind::FALSE) || may_be_marked {
            return None;
        }
        let algorithm = match matched.name.as_str() {
            "hashlib.new" => argument::value(call, 0, "name").and_then(literal::text)?.to_ascii_lowercase(),
            name => name.trim_end_matches(".new").rsplit('.').next()?.to_ascii_lowercase(),
        };
        if !WEAK.contains(&algorithm.as_str()) {
            return None;
        }
        let shown = if algorithm.starts_with("sha") { "SHA-1".to_owned() } else { algorithm.to_ascii_uppercase() };
        if hashes_password(call) {
            let message =
                format!("{shown} of a password is guessed at billions of tries a second; use a slow, salted function.");
            return Some(Found::new(matched.at, message).severity(Severity::High).confidence(Confidence::High));
        }
        let found =
            Found::new(matched.at, format!("{shown} is broken: different data with the same digest is cheap to make."));
        if is_required(call) {
            let message = format!("{shown} is used in a way that its collisions do not break; new code uses SHA-256.");
            return Some(Found::new(matched.at, message).severity(Severity::Info).confidence(Confidence::Low));
        }
        if serves(call, HARMLESS) {
            let message = format!(
                "{shown} is broken; by its name the digest here protects nothing, which `usedforsecurity=False` says."
            );
            return Some(Found::new(matched.at, message).severity(Severity::Low).confidence(Confidence::Low));
        }
        Some(if serves(call, RELIED_ON) { found.confidence(Confidence::High) } else { found })
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        // Another fast function is no better for passwords.
        if hashes_password(call) {
            return Vec::new();
        }
        if is_required(call) || serves(call, HARMLESS) {
            let of_hashlib = matched.is_some_and(|matched| matched.name.starts_with("hashlib."));
            let marked = fix::fix(
                "Say that the digest protects nothing (Python 3.9 or newer)",
                vec![call.set_keyword("usedforsecurity", "False")],
            );
            return if of_hashlib { vec![marked] } else { Vec::new() };
        }
        let path = matched.map(|matched| matched.name.clone()).or_else(|| dotted::path(file, call.callee));
        let edits = match path.as_deref() {
            Some("hashlib.new") => {
                let name = argument::value(call, 0, "name").and_then(literal::content_span);
                name.map(|span| vec![fix::replace(span, "sha256")])
            }
            Some("hashlib.md5" | "hashlib.sha1") if call.receiver().is_some() => {
                Some(vec![call.rename_method("sha256")])
            }
            Some("hashlib.md5" | "hashlib.sha1") => {
                let (local, import) = import::name(file, "hashlib", "sha256");
                Some(std::iter::once(call.rename(local)).chain(import).collect())
            }
            Some(path) if path.starts_with("cryptography.") && call.receiver().is_some() => {
                Some(vec![call.rename_method("SHA256")])
            }
            Some(path) if path.ends_with(".new") => path.split(".Hash.").next().map(|package| {
                let (local, import) = import::name(file, &format!("{package}.Hash"), "SHA256");
                std::iter::once(call.rename(format!("{local}.new"))).chain(import).collect()
            }),
            _ => None,
        };
        let title = "Hash with SHA-256 (digests that are stored already change)";
        edits.map(|edits| fix::fix(title, edits)).into_iter().collect()
    }
}

/// Says whether `digest.update(password)` follows for the object that a call makes.
fn is_fed_password(call: Call<'_>) -> bool {
    let made = call.node.parent().filter(|parent| parent.is(Kind::ASSIGNMENT));
    let Some(name) = made.and_then(|made| made.child(Field::LEFT)).and_then(receiver::target) else { return false };
    let mut fed = call.node.scope().into_iter().flat_map(Node::descendants).filter_map(Call::of).filter(|other| {
        other.name() == "update" && other.receiver().and_then(receiver::target).is_some_and(|object| object == name)
    });
    fed.any(|update| {
        let mut read = update.list.descendants().filter(|node| node.is(Kind::IDENTIFIER));
        read.any(|node| identifier::secret(node.text()) == Some(Secret::Password))
    })
}

fn stored_names<'a>(node: Node<'a>) -> impl Iterator<Item = &'a str> {
    receiver::receivers(node).into_iter().map(|receiver| match receiver {
        Receiver::Stored(name) | Receiver::Returned(name) => name,
    })
}

/// Says whether one of these words names the result, the function around it, or what is hashed.
fn serves(call: Call<'_>, words: &[&str]) -> bool {
    let speaks = |name: &str| identifier::words(name).iter().any(|word| words.contains(&word.as_str()));
    let mut read = call.list.descendants().filter(|node| node.is(Kind::IDENTIFIER));
    stored_names(call.node).any(speaks)
        || receiver::function_name(call.node).is_some_and(speaks)
        || read.any(|node| speaks(node.text()))
}

/// Says whether a protocol or a sound construction asks for this very function.
fn is_required(call: Call<'_>) -> bool {
    let mut arguments = call.arguments().map(constant::origin);
    is_part_of(call.node, SOUND) || arguments.any(|argument| argument.text().contains(WEBSOCKET_KEY))
}

/// Says whether an expression is an argument of a call with one of these names.
fn is_part_of(node: Node<'_>, names: &[&str]) -> bool {
    let statement = |outer: &Node<'_>| !outer.is(Kind::BLOCK) && !outer.is(Kind::MODULE);
    let mut outer = node.ancestors().into_iter().take_while(statement).filter_map(Call::of);
    outer.any(|call| names.contains(&call.name()))
}

/// Says whether an argument's or the result's name is that of a password.
fn hashes_password(call: Call<'_>) -> bool {
    let is_password = |name: &str| identifier::secret(name) == Some(Secret::Password);
    let mut read = call.list.descendants().filter(|node| node.is(Kind::IDENTIFIER));
    let is_hashed_password = |name: &str| {
        let words = identifier::words(name);
        words.iter().any(|word| is_password(word))
            && words.iter().any(|word| ["hash", "hashed", "digest"].contains(&word.as_str()))
    };
    read.any(|node| is_password(node.text()))
        || stored_names(call.node).any(|name| is_password(name) || is_hashed_password(name))
        || is_fed_password(call)
}
