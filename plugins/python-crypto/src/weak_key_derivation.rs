//! `python-weak-key-derivation`.
//!
//! # What
//! PBKDF2, bcrypt, scrypt and argon2 with costs so low that guessing is cheap.
//! # Why
//! The cost is all that stands between a stolen hash and the password (CWE-916).
//! # Fix
//! OWASP's costs: PBKDF2 600,000 iterations of SHA-256, bcrypt 10 or more, scrypt n = 2**14 or more, argon2 19 MiB.
//!
//! Invariant: what is reported is far below today's advice (PBKDF2 below 100,000), so that no choice of the last ten
//! years that was sound is.

use securecode_sdk::{
    File, Finding, Fix, Found, Interest, Match, Metadata, Rule, Severity,
    fix::{self, call::Call, replace},
    test_code,
};

use crate::{argument, constant, static_salt};

/// The rule.
pub(crate) struct WeakKeyDerivation;

const HELP: &str = "\
A password hash is slow on purpose, and its cost says how slow. With 1,000 iterations of PBKDF2 a graphics card tries \
millions of passwords a second against a stolen hash.

Advice of OWASP (2023): PBKDF2 with 600,000 iterations of SHA-256 or 210,000 of SHA-512, bcrypt with a cost of at least \
10, scrypt with n = 2**17 (2**14 at the least), argon2id with 19 MiB and two passes. This rule reports PBKDF2 below \
100,000 iterations, bcrypt below 10, scrypt below 2**14 and argon2 below 7 MiB.";

/// A cost: where it is, the lowest that is not reported, the one to write instead, and what it counts.
struct Cost {
    callees: &'static [&'static str],
    position: Option<usize>,
    names: &'static [&'static str],
    lowest: u64,
    better: &'static str,
    counts: &'static str,
    /// What the library takes when nothing is given, where that is too low.
    default: Option<u64>,
}

const COSTS: &[Cost] = &[
    Cost {
        callees: &["hashlib.pbkdf2_hmac", "django.utils.crypto.pbkdf2"],
        position: Some(3),
        names: &["iterations"],
        lowest: 100_000,
        better: "600_000",
        counts: "iterations of PBKDF2",
        default: None,
    },
    Cost {
        callees: &["cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC"],
        position: Some(3),
        names: &["iterations"],
        lowest: 100_000,
        better: "600_000",
        counts: "iterations of PBKDF2",
        default: None,
    },
    Cost {
        callees: &["Crypto.Protocol.KDF.PBKDF2", "Cryptodome.Protocol.KDF.PBKDF2"],
        position: Some(3),
        names: &["count"],
        lowest: 100_000,
        better: "600_000",
        counts: "iterations of PBKDF2",
        default: Some(1000),
    },
    Cost {
        callees: &[
            "passlib.hash.pbkdf2_sha256.using",
            "passlib.hash.pbkdf2_sha512.using",
            "passlib.hash.pbkdf2_sha256.hash",
            "passlib.hash.pbkdf2_sha512.hash",
            "passlib.hash.pbkdf2_sha256.encrypt",
        ],
        position: None,
        names: &["rounds"],
        lowest: 25_000,
        better: "600_000",
        counts: "iterations of PBKDF2",
        default: None,
    },
    Cost {
        callees: &["hashlib.scrypt", "cryptography.hazmat.primitives.kdf.scrypt.Scrypt"],
        position: Some(2),
        names: &["n"],
        lowest: 1 << 14,
        better: "2**14",
        counts: "as scrypt's cost n",
        default: None,
    },
    Cost {
        callees: &["Crypto.Protocol.KDF.scrypt", "Cryptodome.Protocol.KDF.scrypt"],
        position: Some(3),
        names: &["N"],
        lowest: 1 << 14,
        better: "2**14",
        counts: "as scrypt's cost N",
        default: None,
    },
    Cost {
        callees: &["bcrypt.gensalt"],
        position: Some(0),
        names: &["rounds"],
        lowest: 10,
        better: "12",
        counts: "as bcrypt's cost",
        default: None,
    },
    Cost {
        callees: &[
            "passlib.hash.bcrypt.using",
            "passlib.hash.bcrypt.hash",
            "passlib.hash.bcrypt_sha256.using",
            "passlib.hash.bcrypt_sha256.hash",
            "Crypto.Protocol.KDF.bcrypt",
        ],
        position: None,
        names: &["rounds", "cost"],
        lowest: 10,
        better: "12",
        counts: "as bcrypt's cost",
        default: None,
    },
    Cost {
        callees: &["flask_bcrypt.generate_password_hash", "flask_bcrypt.Bcrypt.generate_password_hash"],
        position: Some(1),
        names: &["rounds"],
        lowest: 10,
        better: "12",
        counts: "as bcrypt's cost",
        default: None,
    },
    Cost {
        callees: &[
            "argon2.PasswordHasher",
            "passlib.hash.argon2.using",
            "argon2.low_level.hash_secret",
            "argon2.low_level.hash_secret_raw",
        ],
        position: None,
        names: &["memory_cost"],
        lowest: 7 * 1024,
        better: "65536",
        counts: "KiB of argon2",
        default: None,
    },
];

impl Rule for WeakKeyDerivation {
    fn metadata(&self) -> Metadata {
        let callees = COSTS.iter().flat_map(|cost| cost.callees).map(|&callee| callee.to_owned());
        Metadata {
            id: "python-weak-key-derivation",
            title: "Password function that is too fast",
            help: HELP,
            severity: Severity::Medium,
            cwe: 916,
            tags: &["owasp:A04:2025"],
            interests: vec![Interest::Call(callees.collect())],
            triggers: &["pbkdf2", "PBKDF2", "scrypt", "bcrypt", "argon2"],
            bad: "import hashlib\nkey = hashlib.pbkdf2_hmac('sha256', password, salt, 1000)\n",
            good: "import hashlib\nkey = hashlib.pbkdf2_hmac('sha256', password, salt, 600_000)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let cost = cost(&matched.name)?;
        if matched.name == "hashlib.pbkdf2_hmac" && static_salt::has_fixed_password(file, call) {
            return None;
        }
        let given = argument::value(call, cost.position, cost.names);
        let default = cost.default.filter(|_| given.is_none() && !argument::has_splat(call));
        let number = given.and_then(constant::integer).or(default).filter(|&number| number < cost.lowest)?;
        let shown = cost.better.replace('_', ",");
        let message = format!("{number} {} is too little for a password: {shown} is advised.", cost.counts);
        let found = Found::new(matched.at, message);
        let is_far_off = number < cost.lowest / 10;
        Some(test_code::ranked(file, if is_far_off { found.severity(Severity::High) } else { found }))
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        let Some(cost) = matched.and_then(|matched| cost(&matched.name)) else { return Vec::new() };
        let edit = match argument::value(call, cost.position, cost.names) {
            Some(given) => replace(given.span(), cost.better),
            None => match cost.names.first() {
                Some(name) => call.set_keyword(name, cost.better),
                None => return Vec::new(),
            },
        };
        let keeps_old = cost.counts.contains("bcrypt")
            || matched.is_some_and(|one| one.name.starts_with("argon2.Pass") || one.name.starts_with("passlib."));
        let note =
            if keeps_old { "hashes that are stored keep their own cost" } else { "what is derived already changes" };
        vec![fix::fix(format!("Use {} {} ({note})", cost.better, cost.counts), vec![edit])]
    }
}

fn cost(name: &str) -> Option<&'static Cost> {
    COSTS.iter().find(|cost| cost.callees.contains(&name))
}
