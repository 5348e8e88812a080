//! `python-static-nonce`.
//!
//! # What
//! An initialisation vector or nonce that the code fixes, or that comes from the `random` module.
//! # Why
//! Equal messages look equal; in counter modes (CTR, GCM, ChaCha20) two messages with one nonce give each other away
//! (CWE-329, CWE-323, CWE-1204).
//! # Fix
//! A fresh nonce for every message, from `os.urandom`, kept beside the ciphertext.
//!
//! Invariant: a key that is made for one message is not reported with a fixed nonce.

use securecode_sdk::{
    Confidence, Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, fix::call::Call, test_code,
};

use crate::{argument, binding, constant, dotted, predictable};

/// The rule.
pub(crate) struct StaticNonce;

const HELP: &str = "\
An initialisation vector or nonce makes each message's encryption differ. Where it is the same every time, equal \
beginnings of messages give equal ciphertext (CBC), and in counter modes (CTR, GCM, ChaCha20) the difference of two \
messages is readable without the key; with GCM an attacker then forges messages too.

Take it from the operating system for every message, `nonce = os.urandom(12)`, and store it in front of the ciphertext; \
it need not be secret. `cryptography.fernet.Fernet` does all of this.";

const PACKAGES: [&str; 2] = ["Crypto.Cipher", "Cryptodome.Cipher"];
const BLOCK_CIPHERS: [&str; 7] = ["AES", "DES", "DES3", "Blowfish", "CAST", "ARC2", "Camellia"];
const STREAM_CIPHERS: [&str; 3] = ["ChaCha20", "ChaCha20_Poly1305", "Salsa20"];
const CIPHERS: &str = "cryptography.hazmat.primitives.ciphers";
const MODES: [&str; 7] = ["CBC", "CTR", "GCM", "OFB", "CFB", "CFB8", "XTS"];
const AEAD: [&str; 5] = ["AESGCM", "AESCCM", "AESOCB3", "AESGCMSIV", "ChaCha20Poly1305"];
/// What makes a key for one use.
const FRESH: &[&str] =
    &["urandom", "get_random_bytes", "token_bytes", "generate_key", "generate_data_key", "getrandbits", "exchange"];

impl Rule for StaticNonce {
    fn metadata(&self) -> Metadata {
        let dodome = PACKAGES.iter().flat_map(|package| {
            let all = BLOCK_CIPHERS.iter().chain(&STREAM_CIPHERS);
            all.map(move |cipher| format!("{package}.{cipher}.new"))
        });
        let modes = MODES.iter().map(|mode| format!("{CIPHERS}.modes.{mode}"));
        let aead = AEAD.iter().map(|cipher| format!("{CIPHERS}.aead.{cipher}.encrypt"));
        let chacha = std::iter::once(format!("{CIPHERS}.algorithms.ChaCha20"));
        Metadata {
            id: "python-static-nonce",
            title: "Initialisation vector or nonce that does not change",
            help: HELP,
            severity: Severity::High,
            cwe: 329,
            tags: &["owasp:A04:2025", "cwe:323", "cwe:1204"],
            interests: vec![Interest::Call(dodome.chain(modes).chain(aead).chain(chacha).collect())],
            triggers: &["Crypto.Cipher", "Cryptodome.Cipher", "primitives.ciphers"],
            bad: "from Crypto.Cipher import AES\ncipher = AES.new(key, AES.MODE_CBC, b'\\0' * 16)\n",
            good: "import os\nfrom Crypto.Cipher import AES\ncipher = AES.new(key, AES.MODE_CBC, os.urandom(16))\n",
            no_fix_reason: Some("The reader of the message needs the fresh nonce too, so its format has to change."),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let (nonce, mode) = nonce(call, &matched.name)?;
        if has_fresh_key(call) {
            return None;
        }
        let nonce_origin = binding::origin(nonce);
        if let Some(source) = predictable::call(file, nonce_origin) {
            let message = format!("The nonce of {mode} comes from `{source}`, whose values can be predicted.");
            return Some(Found::new(matched.at, message).severity(Severity::Medium));
        }
        if is_key(call, nonce) {
            let message =
                format!("The nonce of {mode} is taken from the key, so that it is the same for every message.");
            return Some(test_code::ranked(file, Found::new(matched.at, message)));
        }
        let (value, confidence) = constant::usual(file, nonce)?;
        let what = if value.is_zero { "all zero" } else { "always the same" };
        let harm = match mode {
            "CBC" => "so that messages with equal beginnings look equal",
            "XTS" => "so that equal sectors look equal",
            _ => "so that two messages under one key give each other away",
        };
        let found = Found::new(matched.at, format!("The nonce of {mode} is {what}, {harm}.")).confidence(confidence);
        // Reading what others wrote with a fixed vector cannot be done otherwise.
        let reads_only = call.node.parent().and_then(dotted::last_name).is_some_and(|name| name.starts_with("decrypt"));
        let found = if reads_only { found.severity(Severity::Low).confidence(Confidence::Low) } else { found };
        Some(test_code::ranked(file, found))
    }
}

/// Gives the nonce of a cipher's call and the name of its mode.
fn nonce<'a>(call: Call<'a>, name: &'a str) -> Option<(Node<'a>, &'a str)> {
    if let Some(rest) = name.strip_prefix(CIPHERS) {
        let last = rest.trim_end_matches(".encrypt").rsplit('.').next()?;
        let names: &[&str] = &["initialization_vector", "nonce", "tweak"];
        let position = usize::from(last == "ChaCha20");
        return argument::value(call, Some(position), names).map(|nonce| (nonce, last));
    }
    let cipher = name.trim_end_matches(".new").rsplit('.').next()?;
    if STREAM_CIPHERS.contains(&cipher) {
        return argument::value(call, None, &["nonce"]).map(|nonce| (nonce, cipher));
    }
    let mode = argument::value(call, Some(1), &["mode"]).map(binding::origin).and_then(dotted::last_name);
    let mode = mode.and_then(|mode| mode.strip_prefix("MODE_")).unwrap_or(cipher);
    let is_without = ["ECB", "SIV"].contains(&mode);
    let nonce = argument::value(call, Some(2), &["iv", "IV", "nonce", "initial_value"]).filter(|_| !is_without)?;
    Some((nonce, mode))
}

/// Says whether a nonce is the key or a part of it.
fn is_key(call: Call<'_>, nonce: Node<'_>) -> bool {
    let origin = binding::origin(nonce);
    let whole = origin.child(Field::VALUE).filter(|_| origin.is(Kind::SUBSCRIPT)).unwrap_or(origin);
    let key = argument::value(call, Some(0), &["key"]);
    let names = [Kind::IDENTIFIER, Kind::ATTRIBUTE];
    names.contains(&whole.kind()) && key.is_some_and(|key| key.text() == whole.text() && key != nonce)
}

/// Says whether the cipher's key is made in the same function for this message.
fn has_fresh_key(call: Call<'_>) -> bool {
    let is_fresh = |node: Node<'_>| {
        let origin = binding::origin(node);
        let is_local = origin == node.without_parentheses() || origin.scope() == call.node.scope();
        is_local && origin.is(Kind::CALL) && dotted::last_name(origin).is_some_and(|name| FRESH.contains(&name))
    };
    let in_function = call.node.scope().is_some_and(|scope| scope.is(Kind::FUNCTION_DEFINITION));
    // `Cipher(algorithms.AES(key), modes.CTR(nonce))`: the key is in the sibling; `AESGCM(key).encrypt(nonce, …)`: in
    // the receiver.
    let outer = call.node.ancestors().into_iter().find_map(Call::of).filter(|outer| outer.name() == "Cipher");
    let sibling = outer.and_then(|outer| outer.positional(0)).and_then(Call::of);
    // A module such as `AES` is nothing to follow.
    let is_object = call.name() == "encrypt";
    let receiver = call.receiver().filter(|_| is_object).map(binding::origin).and_then(Call::of);
    let holders = [Some(call), sibling, receiver];
    in_function
        && holders.into_iter().flatten().any(|holder| argument::value(holder, Some(0), &["key"]).is_some_and(is_fresh))
}
