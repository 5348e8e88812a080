//! `python-rsa-without-oaep`.
//!
//! # What
//! RSA encryption with the padding of PKCS #1 v1.5.
//! # Why
//! A server that tells good padding from bad decrypts for the attacker (CWE-780).
//! # Fix
//! OAEP. Both sides have to change together.
//!
//! Invariant: signatures with PKCS #1 v1.5 are sound and not reported.

use securecode_sdk::{File, Found, Interest, Kind, Match, Metadata, Node, Rule, fix::call::Call};

use crate::{argument, binding};

/// The rule.
pub(crate) struct RsaWithoutOaep;

const HELP: &str = "\
With the padding of PKCS #1 v1.5, whoever can ask whether a ciphertext decrypts (an error, a delay) finds its text by a \
million questions: Bleichenbacher's attack of 1998, found again in products every few years.

Encrypt with OAEP: `padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)` in \
`cryptography`, `PKCS1_OAEP.new(key)` in PyCryptodome.";

const PADDING: &str = "cryptography.hazmat.primitives.asymmetric.padding.PKCS1v15";

impl Rule for RsaWithoutOaep {
    fn metadata(&self) -> Metadata {
        let callees = [
            "Crypto.Cipher.PKCS1_v1_5.new",
            "Cryptodome.Cipher.PKCS1_v1_5.new",
            "rsa.encrypt",
            "rsa.decrypt",
            "rsa.pkcs1.encrypt",
            "rsa.pkcs1.decrypt",
            PADDING,
        ];
        Metadata {
            id: "python-rsa-without-oaep",
            title: "RSA encryption with old padding",
            help: HELP,
            cwe: 780,
            tags: &["owasp:A04:2025"],
            interests: vec![Interest::Call(callees.map(str::to_owned).into())],
            triggers: &["PKCS1_v1_5", "PKCS1v15", "rsa"],
            bad: "from Crypto.Cipher import PKCS1_v1_5\ncipher = PKCS1_v1_5.new(key)\n",
            good: "from Crypto.Cipher import PKCS1_OAEP\ncipher = PKCS1_OAEP.new(key)\n",
            no_fix_reason: Some("Both sides of the conversation have to change together."),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        if matched.name == PADDING && !encrypts(file, call) {
            return None;
        }
        Some(Found::new(matched.at, "RSA with the padding of PKCS #1 v1.5 can be decrypted by asking a server often."))
    }
}

/// Says whether the padding is used to encrypt or decrypt, directly or by one variable.
fn encrypts(file: File<'_>, padding: Call<'_>) -> bool {
    let is_cipher = |call: Call<'_>| ["encrypt", "decrypt"].contains(&call.name());
    let around = padding.node.ancestors().into_iter().find_map(Call::of);
    if around.is_some_and(is_cipher) {
        return true;
    }
    let takes = |argument: Node<'_>| argument.is(Kind::IDENTIFIER) && binding::origin(argument) == padding.node;
    let is_named = padding.node.parent().is_some_and(|parent| parent.is(Kind::ASSIGNMENT));
    let mut calls = file.tree().nodes().filter_map(Call::of).filter(|call| is_cipher(*call));
    is_named && calls.any(|call| call.arguments().any(takes))
}
