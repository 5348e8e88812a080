//! `python-weak-key-size`.
//!
//! # What
//! RSA, DSA and Diffie-Hellman below 2048 bits, elliptic curves below 224 bits.
//! # Why
//! Such keys are broken with rented computers (CWE-326).
//! # Fix
//! 3072 bits, or a curve such as P-256 or Ed25519.
//!
//! Invariant: a size that the code does not fix is not reported.

use securecode_sdk::{
    File, Finding, Fix, Found, Interest, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, replace},
};

use crate::{argument, constant, dotted};

/// The rule.
pub(crate) struct WeakKeySize;

const HELP: &str = "\
Keys of 1024 bits were retired in 2013: with enough machines their factors are found, and whoever has them signs and \
reads in the owner's name. Elliptic curves below 224 bits fall the same way.

Use at least 2048 bits for RSA, DSA and Diffie-Hellman (3072 for keys that are to last), and P-256, P-384 or Ed25519 for \
elliptic curves.";

/// Callees with the position and keywords of the size in bits.
const SIZES: &[(&str, Option<usize>, &[&str])] = &[
    ("cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key", Some(1), &["key_size"]),
    ("cryptography.hazmat.primitives.asymmetric.dsa.generate_private_key", Some(0), &["key_size"]),
    ("cryptography.hazmat.primitives.asymmetric.dsa.generate_parameters", Some(0), &["key_size"]),
    ("cryptography.hazmat.primitives.asymmetric.dh.generate_parameters", Some(1), &["key_size"]),
    ("Crypto.PublicKey.RSA.generate", Some(0), &["bits"]),
    ("Crypto.PublicKey.DSA.generate", Some(0), &["bits"]),
    ("Crypto.PublicKey.ElGamal.generate", Some(0), &["bits"]),
    ("Cryptodome.PublicKey.RSA.generate", Some(0), &["bits"]),
    ("Cryptodome.PublicKey.DSA.generate", Some(0), &["bits"]),
    ("Cryptodome.PublicKey.ElGamal.generate", Some(0), &["bits"]),
    ("OpenSSL.crypto.PKey.generate_key", Some(1), &["bits"]),
    ("paramiko.RSAKey.generate", Some(0), &["bits"]),
    ("paramiko.DSSKey.generate", Some(0), &["bits"]),
    ("paramiko.rsakey.RSAKey.generate", Some(0), &["bits"]),
    ("paramiko.dsskey.DSSKey.generate", Some(0), &["bits"]),
    ("rsa.newkeys", Some(0), &["nbits"]),
    ("rsa.key.newkeys", Some(0), &["nbits"]),
    ("asyncssh.generate_private_key", None, &["key_size"]),
    ("jwcrypto.jwk.JWK.generate", None, &["size"]),
    ("M2Crypto.RSA.gen_key", Some(0), &["bits"]),
    ("M2Crypto.DH.gen_params", Some(0), &["plen"]),
];
const SMALLEST: u64 = 2048;
const CURVES: &[&str] = &[
    "SECP192R1",
    "SECT163K1",
    "SECT163R2",
    "SECP112r1",
    "SECP128r1",
    "SECP160r1",
    "NIST192p",
    "BRAINPOOLP160r1",
    "BRAINPOOLP192r1",
];
const CURVE_NAMES: &[&str] = &["p-192", "nist p-192", "secp192r1", "prime192v1", "secp160r1", "sect163k1", "p192"];
const EC: &str = "cryptography.hazmat.primitives.asymmetric.ec";
const CURVE_USERS: &[(&str, Option<usize>, &[&str])] = &[
    ("Crypto.PublicKey.ECC.generate", None, &["curve"]),
    ("Cryptodome.PublicKey.ECC.generate", None, &["curve"]),
    ("ecdsa.SigningKey.generate", Some(0), &["curve"]),
    ("ecdsa.keys.SigningKey.generate", Some(0), &["curve"]),
    ("ecdsa.SigningKey.from_secret_exponent", Some(1), &["curve"]),
    ("ssl.SSLContext.set_ecdh_curve", Some(0), &["name"]),
];

impl Rule for WeakKeySize {
    fn metadata(&self) -> Metadata {
        let sizes = SIZES.iter().chain(CURVE_USERS).map(|(callee, _, _)| (*callee).to_owned());
        let curves = CURVES.iter().map(|curve| format!("{EC}.{curve}"));
        Metadata {
            id: "python-weak-key-size",
            title: "Key that is too short",
            help: HELP,
            severity: Severity::High,
            cwe: 326,
            tags: &["owasp:A04:2025"],
            interests: vec![Interest::Call(sizes.chain(curves).collect())],
            triggers: &[
                "generate",
                "newkeys",
                "gen_key",
                "gen_params",
                "set_ecdh_curve",
                "SECP192R1",
                "SECT163",
                "ecdsa",
            ],
            bad: "from Crypto.PublicKey import RSA\nkey = RSA.generate(1024)\n",
            good: "from Crypto.PublicKey import RSA\nkey = RSA.generate(3072)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let name = matched.name.as_str();
        if let Some(curve) = name.strip_prefix(EC).and_then(|rest| rest.strip_prefix('.')) {
            return Some(curve_found(matched, curve));
        }
        if let Some((_, position, names)) = SIZES.iter().find(|(callee, _, _)| *callee == name) {
            let bits = argument::value(call, *position, names).and_then(constant::integer)?;
            if bits >= SMALLEST || is_elliptic(file, call) {
                return None;
            }
            let message = format!("`{}` makes a key of {bits} bits, which can be broken.", call.callee.text());
            let severity = if bits < 1024 { Severity::Critical } else { Severity::High };
            return Some(Found::new(matched.at, message).severity(severity));
        }
        let (_, position, names) = CURVE_USERS.iter().find(|(callee, _, _)| *callee == name)?;
        let Some(curve) = argument::value(call, *position, names) else {
            // The library's own default is NIST P-192.
            let is_default = name.starts_with("ecdsa.") && !argument::has_splat(call);
            return is_default.then(|| curve_found(matched, "the default, NIST192p"));
        };
        let text = constant::of(file, curve).map(|constant| constant.text);
        if let Some(text) = text {
            return CURVE_NAMES.contains(&text.to_lowercase().as_str()).then(|| curve_found(matched, &text));
        }
        let path = dotted::path(file, curve)?;
        let last = path.rsplit('.').next().filter(|last| CURVES.contains(last))?;
        Some(curve_found(matched, last))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let name = matched.map_or_else(|| dotted::path(file, call.callee).unwrap_or_default(), |one| one.name.clone());
        if name.starts_with(EC) {
            let edit = call.receiver().map(|_| call.rename_method("SECP256R1"));
            return edit.map(|edit| fix::fix("Use the curve P-256", vec![edit])).into_iter().collect();
        }
        let Some((_, position, names)) = SIZES.iter().find(|(callee, _, _)| *callee == name) else { return Vec::new() };
        let bits = if name.contains(".dh.") || name.contains("M2Crypto.DH") { "2048" } else { "3072" };
        let size = argument::value(call, *position, names);
        let edits = size.map(|size| vec![replace(size.span(), bits)]);
        edits.map(|edits| fix::fix(format!("Make a key of {bits} bits"), edits)).into_iter().collect()
    }
}

fn curve_found(matched: &Match, curve: &str) -> Found {
    Found::new(matched.at, format!("The curve {curve} has fewer than 224 bits, which can be broken."))
}

/// Says whether a call that makes keys of several kinds makes one on a curve: `JWK.generate(kty="EC")`.
fn is_elliptic(file: File<'_>, call: Call<'_>) -> bool {
    let kind = |node: Node<'_>| constant::of(file, node).map(|constant| constant.text.to_lowercase());
    let asked = argument::value(call, Some(0), &["kty", "alg_name"]).and_then(kind);
    asked.is_some_and(|kind| {
        ["ec", "okp", "oct"].contains(&kind.as_str()) || kind.contains("ecdsa") || kind.contains("ed25519")
    })
}
