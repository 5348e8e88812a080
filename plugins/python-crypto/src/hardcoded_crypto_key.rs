//! `python-hardcoded-crypto-key`.
//!
//! # What
//! A cipher, MAC, token or session signer whose key is written into the code.
//! # Why
//! Whoever reads the code decrypts and signs (CWE-321).
//! # Fix
//! Read the key from the environment or a key store, and make a new one.
//!
//! Invariant: public keys, and constants that a protocol prescribes in the key's place, are not reported.

use securecode_sdk::{
    File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, import, replace},
    test_code,
};

use crate::{
    argument, binding,
    constant::{self, Constant},
    dotted, words,
};

/// The rule.
pub(crate) struct HardcodedCryptoKey;

const HELP: &str = "\
A key in the code is known to everybody who ever reads the repository, a package or an image: they decrypt the data, forge \
sessions and tokens, and the key cannot be changed without a release.

Read it at run time from the environment, a mounted file or a key store (`os.environ[\"TOKEN_KEY\"]`), fail early when it \
is missing, and replace the one that was in the code.";

/// Callees with the position and keywords of the key.
const KEYS: &[(&str, Option<usize>, &[&str])] = &[
    ("cryptography.fernet.Fernet", Some(0), &["key"]),
    ("cryptography.hazmat.primitives.hmac.HMAC", Some(0), &["key"]),
    ("cryptography.hazmat.primitives.cmac.CMAC", None, &[]),
    ("cryptography.hazmat.primitives.ciphers.aead.AESGCM", Some(0), &["key"]),
    ("cryptography.hazmat.primitives.ciphers.aead.AESCCM", Some(0), &["key"]),
    ("cryptography.hazmat.primitives.ciphers.aead.AESOCB3", Some(0), &["key"]),
    ("cryptography.hazmat.primitives.ciphers.aead.AESSIV", Some(0), &["key"]),
    ("cryptography.hazmat.primitives.ciphers.aead.AESGCMSIV", Some(0), &["key"]),
    ("cryptography.hazmat.primitives.ciphers.aead.ChaCha20Poly1305", Some(0), &["key"]),
    ("cryptography.hazmat.primitives.ciphers.algorithms.AES", Some(0), &["key"]),
    ("cryptography.hazmat.primitives.ciphers.algorithms.AES128", Some(0), &["key"]),
    ("cryptography.hazmat.primitives.ciphers.algorithms.AES256", Some(0), &["key"]),
    ("cryptography.hazmat.primitives.ciphers.algorithms.ChaCha20", Some(0), &["key"]),
    ("cryptography.hazmat.primitives.ciphers.algorithms.Camellia", Some(0), &["key"]),
    ("hmac.new", Some(0), &["key"]),
    ("hmac.digest", Some(0), &["key"]),
    ("hmac.HMAC", Some(0), &["key"]),
    ("jwt.encode", Some(1), &["key"]),
    ("jwt.decode", Some(1), &["key"]),
    ("jose.jwt.encode", Some(1), &["key"]),
    ("jose.jwt.decode", Some(1), &["key"]),
    ("jose.jws.sign", Some(1), &["key"]),
    ("jose.jws.verify", Some(1), &["key"]),
    ("authlib.jose.jwt.encode", Some(2), &["key"]),
    ("authlib.jose.jwt.decode", Some(1), &["key"]),
    ("itsdangerous.Signer", Some(0), &["secret_key"]),
    ("itsdangerous.TimestampSigner", Some(0), &["secret_key"]),
    ("itsdangerous.Serializer", Some(0), &["secret_key"]),
    ("itsdangerous.TimedSerializer", Some(0), &["secret_key"]),
    ("itsdangerous.URLSafeSerializer", Some(0), &["secret_key"]),
    ("itsdangerous.URLSafeTimedSerializer", Some(0), &["secret_key"]),
    ("itsdangerous.url_safe.URLSafeTimedSerializer", Some(0), &["secret_key"]),
    ("itsdangerous.url_safe.URLSafeSerializer", Some(0), &["secret_key"]),
    ("nacl.secret.SecretBox", Some(0), &["key"]),
    ("nacl.signing.SigningKey", Some(0), &["seed"]),
    ("nacl.public.PrivateKey", Some(0), &["private_key"]),
];
const DODOME_CIPHERS: [&str; 9] =
    ["AES", "DES", "DES3", "Blowfish", "CAST", "ARC4", "ChaCha20", "ChaCha20_Poly1305", "Salsa20"];
const DODOME_MACS: [&str; 2] = ["HMAC", "CMAC"];
/// Names of what is authenticated where the key is a label that the protocol prescribes: BIP 32, TLS, SCRAM.
const KEY_MATERIAL: [&str; 6] = ["seed", "entropy", "secret", "key", "password", "ikm"];

impl Rule for HardcodedCryptoKey {
    fn metadata(&self) -> Metadata {
        let listed = KEYS.iter().map(|(callee, _, _)| (*callee).to_owned());
        let homes = ["Crypto", "Cryptodome"];
        let dodome = homes.iter().flat_map(|home| {
            let ciphers = DODOME_CIPHERS.iter().map(move |name| format!("{home}.Cipher.{name}.new"));
            ciphers.chain(DODOME_MACS.iter().map(move |name| format!("{home}.Hash.{name}.new")))
        });
        Metadata {
            id: "python-hardcoded-crypto-key",
            title: "Cryptographic key in the code",
            help: HELP,
            severity: Severity::High,
            cwe: 321,
            tags: &["owasp:A04:2025", "cwe:798"],
            interests: vec![Interest::Call(listed.chain(dodome).collect())],
            triggers: &["cryptography", "Crypto", "hmac", "jwt", "jose", "itsdangerous", "nacl"],
            bad: "import jwt\ntoken = jwt.encode(claims, 'tr0ub4dor', algorithm='HS256')\n",
            good: "import jwt\nimport os\ntoken = jwt.encode(claims, os.environ['TOKEN_KEY'], algorithm='HS256')\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let key = key(call, &matched.name)?;
        let (value, confidence) = constant::usual(file, key)?;
        if is_public(&value) || value.text.is_empty() || is_label(call, &matched.name, &value) {
            return None;
        }
        let message = format!(
            "The key of `{}` is written into the code, so that everybody who reads it can use the key.",
            call.callee.text()
        );
        Some(test_code::ranked(file, Found::new(matched.at, message).confidence(confidence)))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let name = matched.map_or_else(|| dotted::path(file, call.callee).unwrap_or_default(), |one| one.name.clone());
        let Some(key) = key(call, &name).filter(|key| key.is(Kind::STRING)) else { return Vec::new() };
        let Some(start) = key.child_of_kind(Kind::STRING_START) else { return Vec::new() };
        // Bytes that are no text cannot come out of the environment as they are.
        if constant::plain_text(key).is_none_or(|text| text.contains('\\')) {
            return Vec::new();
        }
        let variable = variable(&name);
        let (os, import) = import::module(file, "os");
        let encode = if start.text().contains(['b', 'B']) { ".encode()" } else { "" };
        let edit = replace(key.span(), format!("{os}.environ[\"{variable}\"]{encode}"));
        let title = format!("Read the key from the environment variable `{variable}` (which then must be set)");
        vec![fix::fix(title, std::iter::once(edit).chain(import).collect())]
    }
}

/// Gives the argument that is the key.
fn key<'a>(call: Call<'a>, name: &str) -> Option<Node<'a>> {
    match KEYS.iter().find(|(callee, _, _)| *callee == name) {
        Some((_, position, names)) => argument::value(call, *position, names),
        None => argument::value(call, Some(0), &["key"]),
    }
}

fn variable(name: &str) -> &'static str {
    if name.contains("jwt") || name.contains("jws") {
        "JWT_KEY"
    } else if name.contains("itsdangerous") {
        "SECRET_KEY"
    } else if name.contains("hmac") || name.contains("MAC") {
        "HMAC_KEY"
    } else {
        "ENCRYPTION_KEY"
    }
}

fn is_public(value: &Constant) -> bool {
    ["PUBLIC KEY", "BEGIN CERTIFICATE", "ssh-rsa ", "ssh-ed25519 ", "/jwks"]
        .iter()
        .any(|mark| value.text.contains(mark))
}

/// Says whether the constant takes the key's place in a derivation: HKDF's zeros, BIP 32's "Bitcoin seed".
fn is_label(call: Call<'_>, name: &str, value: &Constant) -> bool {
    if !name.starts_with("hmac.") && !name.ends_with("HMAC.new") && !name.ends_with("hmac.HMAC") {
        return false;
    }
    let message = argument::value(call, Some(1), &["msg"]);
    let authenticated = message.and_then(dotted::last_name).unwrap_or_default();
    let origin = message.map(binding::origin).and_then(dotted::last_name).unwrap_or_default();
    value.is_zero || words::has_any(authenticated, &KEY_MATERIAL) || words::has_any(origin, &KEY_MATERIAL)
}
