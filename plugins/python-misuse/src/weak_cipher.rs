//! `python-weak-cipher`.
//!
//! # What
//! DES, Triple DES, RC2, RC4, Blowfish, CAST5, IDEA, SEED, and ECB mode of any cipher.
//! # Why
//! Short keys and blocks can be searched or collide; ECB shows where blocks repeat (CWE-327).
//! # Fix
//! AES-GCM or ChaCha20-Poly1305. Keys, nonces and stored data change with it, so no edit of one call is enough.
//!
//! Invariant: AES with a mode other than ECB is not reported.

use securecode_sdk::{File, Found, Interest, Match, Metadata, Rule, Severity};

use crate::{argument, dotted};

/// The rule.
pub(crate) struct WeakCipher;

const CIPHERS: &[&str] = &["ARC2", "ARC4", "Blowfish", "CAST", "DES", "DES3", "XOR"];
const ALGORITHMS: &[&str] = &["ARC4", "Blowfish", "CAST5", "IDEA", "SEED", "TripleDES", "RC2", "DES"];

const HELP: &str = "\
DES keys are found by trying them all, RC4's output is biased, and ciphers with 64-bit blocks (Triple DES, Blowfish, \
CAST5, IDEA) leak after some gigabytes. ECB mode encrypts equal blocks to equal blocks, so that patterns stay visible, \
and nothing notices changed data.

Use authenticated encryption: `AESGCM` or `ChaCha20Poly1305` from `cryptography`, `AES.MODE_GCM` in PyCryptodome, or \
`cryptography.fernet.Fernet`, with a fresh nonce for every message.";

impl Rule for WeakCipher {
    fn metadata(&self) -> Metadata {
        let modules = ["Crypto.Cipher", "Cryptodome.Cipher"];
        let ciphers =
            modules.iter().flat_map(|module| CIPHERS.iter().map(move |cipher| format!("{module}.{cipher}.new")));
        let aes = modules.iter().map(|module| format!("{module}.AES.new"));
        let homes = ["cryptography.hazmat.primitives", "cryptography.hazmat.decrepit"];
        let algorithms = homes
            .iter()
            .flat_map(|home| ALGORITHMS.iter().map(move |name| format!("{home}.ciphers.algorithms.{name}")));
        let ecb = homes.iter().map(|home| format!("{home}.ciphers.modes.ECB"));
        Metadata {
            id: "python-weak-cipher",
            title: "Broken cipher or mode",
            help: HELP,
            severity: Severity::High,
            cwe: 327,
            tags: &["owasp:A04:2025"],
            interests: vec![Interest::Call(ciphers.chain(aes).chain(algorithms).chain(ecb).collect())],
            triggers: &["Cipher", "ciphers"],
            bad: "from Crypto.Cipher import DES\ncipher = DES.new(key, DES.MODE_CBC, iv)\n",
            good: "from Crypto.Cipher import AES\ncipher = AES.new(key, AES.MODE_GCM, nonce)\n",
            no_fix_reason: Some(
                "Another cipher or mode needs other keys, nonces and a plan for what is encrypted already.",
            ),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let name = matched.name.as_str();
        if name.ends_with(".AES.new") {
            let call = argument::call(file, matched)?;
            let mode = argument::value(call, 1, "mode")?;
            dotted::last_name(mode).filter(|mode| *mode == "MODE_ECB")?;
            return Some(Found::new(matched.at, "AES in ECB mode shows which blocks of the data are equal."));
        }
        if name.ends_with(".modes.ECB") {
            return Some(Found::new(matched.at, "ECB mode shows which blocks of the data are equal."));
        }
        let cipher = name.trim_end_matches(".new").rsplit('.').next()?;
        Some(Found::new(matched.at, format!("{cipher} is broken: what it encrypts can be read without the key.")))
    }
}
