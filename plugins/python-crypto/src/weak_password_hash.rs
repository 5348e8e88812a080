//! `python-weak-password-hash`.
//!
//! # What
//! Passwords that are stored under a fast hash: `hashlib` on a password, crypt's and passlib's old schemes, weak methods
//! of Django and Werkzeug.
//! # Why
//! A stolen table of fast hashes is guessed at billions of tries a second (CWE-916).
//! # Fix
//! A slow, salted function: argon2, bcrypt, scrypt.
//!
//! Invariant: a digest that goes into a slow function, a keyed one or a lookup of leaked passwords is not reported.

use securecode_sdk::{
    Confidence, Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, fix::call::Call,
};

use crate::{argument, binding, constant, dotted, library, occurrences, predictable, receiver, words};

/// The rule.
pub(crate) struct WeakPasswordHash;

const HELP: &str = "\
MD5, SHA-1 and SHA-256 are made to be fast: a graphics card tries billions of passwords a second against a stolen table, \
and without a salt all rows at once. A password hash must be slow and salted.

Use `argon2.PasswordHasher().hash(password)`, `bcrypt.hashpw(password, bcrypt.gensalt())`, \
`hashlib.scrypt(password, salt=os.urandom(16), n=2**14, r=8, p=1)`, or your framework's default. Move old rows over when \
their owners next log in.";

const DODOME: [&str; 8] = ["MD5", "SHA", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3_256"];
const PASSLIB: [&str; 24] = [
    "md5_crypt",
    "apr_md5_crypt",
    "des_crypt",
    "bsdi_crypt",
    "bigcrypt",
    "crypt16",
    "hex_md4",
    "hex_md5",
    "hex_sha1",
    "hex_sha256",
    "hex_sha512",
    "ldap_md5",
    "ldap_salted_md5",
    "ldap_sha1",
    "ldap_salted_sha1",
    "ldap_plaintext",
    "plaintext",
    "nthash",
    "lmhash",
    "mysql323",
    "mysql41",
    "django_salted_md5",
    "django_salted_sha1",
    "sha1_crypt",
];
const DJANGO: [&str; 8] = [
    "md5",
    "sha1",
    "unsalted_md5",
    "unsalted_sha1",
    "MD5PasswordHasher",
    "SHA1PasswordHasher",
    "UnsaltedMD5PasswordHasher",
    "UnsaltedSHA1PasswordHasher",
];
/// Calls that make of a digest what is safe.
const SLOW: [&str; 18] = [
    "hashpw",
    "pbkdf2_hmac",
    "scrypt",
    "PBKDF2",
    "bcrypt",
    "checkpw",
    "derive",
    "hash_secret",
    "hash_secret_raw",
    "kdf",
    "hash_password",
    "generate_password_hash",
    "check_password_hash",
    "make_password",
    "hmac",
    "verify_password",
    "compare_bcrypt",
    "PasswordHasher",
];
/// Words of functions and names that ask a service for leaked passwords.
const LEAKS: [&str; 7] = ["pwned", "hibp", "leaked", "leak", "breach", "breached", "compromised"];
/// Words of functions that compute what another protocol prescribes.
const PROTOCOLS: [&str; 9] = ["ntlm", "digest", "scram", "scramble", "challenge", "srp", "crypt", "kdf", "sasl"];
/// Words of names whose password is no person's.
const NOT_CHOSEN: [&str; 6] = ["salted", "hashed", "hash", "encrypted", "derived", "prehash"];

impl Rule for WeakPasswordHash {
    fn metadata(&self) -> Metadata {
        let hashes = library::HASHES.iter().map(|name| format!("hashlib.{name}"));
        let dodome = ["Crypto", "Cryptodome"];
        let dodome = dodome.iter().flat_map(|home| DODOME.iter().map(move |name| format!("{home}.Hash.{name}.new")));
        let passlib = PASSLIB
            .iter()
            .flat_map(|name| ["hash", "encrypt", "using"].map(|method| format!("passlib.hash.{name}.{method}")));
        let others = [
            "hashlib.HASH.update",
            "crypt.crypt",
            "werkzeug.security.generate_password_hash",
            "django.contrib.auth.hashers.make_password",
            "passlib.context.CryptContext",
        ];
        Metadata {
            id: "python-weak-password-hash",
            title: "Password under a fast hash",
            help: HELP,
            severity: Severity::High,
            cwe: 916,
            tags: &["owasp:A04:2025", "cwe:759"],
            interests: vec![
                Interest::Call(hashes.chain(dodome).chain(passlib).chain(others.map(str::to_owned)).collect()),
                Interest::Node(vec!["assignment".into()]),
            ],
            triggers: &[
                "hashlib",
                ".Hash",
                "passlib",
                "crypt",
                "generate_password_hash",
                "make_password",
                "PASSWORD_HASHERS",
            ],
            bad: "import hashlib\nstored = hashlib.sha256(password.encode()).hexdigest()\n",
            good: "import hashlib\nimport os\nstored = hashlib.scrypt(password.encode(), salt=os.urandom(16), n=2**14, r=8, p=1)\n",
            no_fix_reason: Some(
                "A slow hash needs a salt and another form of the stored rows, which have to be moved.",
            ),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        if node.is(Kind::ASSIGNMENT) {
            return hashers(node);
        }
        let call = Call::of(node)?;
        match matched.name.as_str() {
            "crypt.crypt" => crypt(file, call, matched),
            "werkzeug.security.generate_password_hash" => werkzeug(file, call, matched),
            "django.contrib.auth.hashers.make_password" => {
                let hasher = argument::value(call, Some(2), &["hasher"]).and_then(|name| constant::of(file, name))?;
                DJANGO.contains(&hasher.text.as_str()).then(|| fast(matched, &hasher.text))
            }
            "passlib.context.CryptContext" => {
                let schemes = argument::value(call, Some(0), &["schemes"]).map(binding::origin)?;
                let first = if schemes.is(Kind::LIST) || schemes.is(Kind::TUPLE) {
                    schemes.named_children().next()?
                } else {
                    schemes
                };
                let first = constant::plain_text(first)?;
                PASSLIB.contains(&first).then(|| fast(matched, first))
            }
            name if name.starts_with("passlib.") => {
                let scheme = name.rsplit('.').nth(1)?;
                Some(fast(matched, scheme))
            }
            name => digest(file, call, matched, name),
        }
    }
}

fn fast(matched: &Match, scheme: &str) -> Found {
    Found::new(
        matched.at,
        format!("`{scheme}` is fast, so that passwords are guessed from a stolen table at billions of tries a second."),
    )
}

/// Judges a hash of `hashlib` or PyCryptodome over a password.
fn digest(file: File<'_>, call: Call<'_>, matched: &Match, name: &str) -> Option<Found> {
    let position = usize::from(name == "hashlib.new");
    let data = argument::value(call, Some(position), &["data", "string"])?;
    let is_marked = call.keyword("usedforsecurity").is_some_and(|value| value.is(Kind::FALSE));
    let password = password(data).map(|name| format!("of `{name}`"));
    let is_named = password.is_some();
    let place = password.or_else(|| context(call, data)).filter(|_| !is_marked)?;
    if serves_otherwise(call) || data.text().contains("realm") {
        return None;
    }
    let algorithm = match name {
        "hashlib.new" => constant::of(file, call.positional(0)?).map(|name| name.text)?,
        "hashlib.HASH.update" => {
            let made = call.receiver().map(binding::origin).and_then(Call::of)?;
            let is_keyed = made.keyword("key").is_some();
            Some(made.name().to_owned()).filter(|_| !is_keyed)?
        }
        name => name.trim_end_matches(".new").rsplit('.').next()?.to_owned(),
    };
    if algorithm.starts_with("blake2") && call.keyword("key").is_some() {
        return None;
    }
    let message = format!(
        "{} {place} is fast, so that the password is guessed from a stolen table at billions of tries a second.",
        algorithm.to_uppercase()
    );
    let is_looped =
        call.node.ancestors().iter().any(|node| node.is(Kind::FOR_STATEMENT) || node.is(Kind::WHILE_STATEMENT));
    let found = Found::new(matched.at, message);
    let found = if is_named { found } else { found.confidence(Confidence::Medium) };
    Some(if is_looped { found.severity(Severity::Medium).confidence(Confidence::Medium) } else { found })
}

/// Gives where a value of another name is hashed as a password: `def hash_password(text)`, `user.password = …`.
fn context(call: Call<'_>, data: Node<'_>) -> Option<String> {
    let nouns = ["password", "passwd", "pwd", "passphrase", "pwhash", "passhash", "pw"];
    let verbs = ["hash", "encrypt", "check", "verify", "set", "make", "encode", "validate", "store", "compare"];
    let others = ["salt", "reset", "token", "id", "key", "policy", "strength", "file", "path"];
    let is_place = |name: &str| words::has_any(name, &nouns) && !words::has_any(name, &others);
    let reads = || std::iter::once(data).chain(data.descendants()).filter(|node| node.is(Kind::IDENTIFIER));
    let is_other = predictable::is_random(data)
        || reads().any(|node| words::has_any(node.text(), &["token", "key", "file", "path"]))
        || reads().all(|node| words::has_any(node.text(), &["salt", "self", "user", "row", "encode"]))
        || !reads().any(|node| node.field() != Field::FUNCTION && node.field() != Field::ATTRIBUTE);
    if is_other {
        return None;
    }
    if let Some(receiver::Receiver::Stored(stored)) = receiver::receiver(call.node).filter(|one| is_place(one.name())) {
        return Some(format!("as `{stored}`"));
    }
    let function = receiver::function_name(call.node)?;
    let is_maker = is_place(function) && words::has_any(function, &verbs);
    let scope = call.node.scope().filter(|_| is_maker)?;
    let is_slow = scope.descendants().filter_map(Call::of).any(|call| SLOW.contains(&call.name()));
    // Where the password has a name of its own, something else is hashed here.
    let mut names = scope.descendants().filter(|node| node.is(Kind::IDENTIFIER) && node.field() != Field::NAME);
    let is_named = names.any(|node| node.field() != Field::ATTRIBUTE && words::is_password(node.text()));
    (!is_slow && !is_named).then(|| format!("in `{function}`"))
}

/// Gives the name of the password that is hashed.
fn password<'a>(data: Node<'a>) -> Option<&'a str> {
    let is_value = |node: &Node<'a>| {
        let is_callee = node.field() == Field::FUNCTION;
        !is_callee && node.field() != Field::ATTRIBUTE && node.field() != Field::NAME
    };
    let all = || std::iter::once(data).chain(data.descendants());
    let names = all().filter(is_value).filter_map(|node| match node.kind() {
        Kind::IDENTIFIER | Kind::ATTRIBUTE | Kind::SUBSCRIPT => dotted::last_name(node),
        Kind::CALL => field(node),
        _ => None,
    });
    // `encode(password)` made before: one step back through a local variable.
    let origin = binding::origin(data);
    let before = (origin != data && origin.is(Kind::CALL)).then(|| std::iter::once(origin).chain(origin.descendants()));
    let before = before
        .into_iter()
        .flatten()
        .filter(is_value)
        .filter(|node| node.is(Kind::IDENTIFIER) || node.is(Kind::ATTRIBUTE));
    let before = before.filter_map(dotted::last_name);
    let mut names = names.chain(before);
    let is_made = all().filter_map(Call::of).any(|call| SLOW.contains(&call.name()));
    names.find(|name| words::is_password(name) && !words::has_any(name, &NOT_CHOSEN)).filter(|_| !is_made)
}

/// Gives the key of `form.get("password")`.
fn field<'a>(call: Node<'a>) -> Option<&'a str> {
    let call = Call::of(call).filter(|call| ["get", "pop", "get_argument", "getlist"].contains(&call.name()))?;
    call.positional(0).and_then(constant::plain_text)
}

/// Says whether the digest goes into a slow function, or is not kept.
fn serves_otherwise(call: Call<'_>) -> bool {
    let is_slow = |call: Call<'_>| {
        let is_hasher = ["hash", "verify"].contains(&call.name()) && call.receiver().is_some();
        is_hasher || SLOW.contains(&call.name()) || words::has_any(call.name(), &["hmac", "bcrypt", "argon"])
    };
    let around = call.node.ancestors();
    let within = around.iter().take_while(|node| !node.is(Kind::BLOCK)).filter_map(|node| Call::of(*node));
    // A lookup among known passwords stores nothing.
    let is_looked_up = around.iter().take_while(|node| !node.is(Kind::BLOCK)).any(|node| {
        let operator = node.child(Field::named("operators")).filter(|_| node.is(Kind::COMPARISON_OPERATOR));
        operator.is_some_and(|operator| ["in", "not in"].contains(&operator.text()))
    });
    if is_looked_up || within.clone().any(is_slow) {
        return true;
    }
    let function = receiver::function_name(call.node).unwrap_or_default();
    let stored = receiver::receiver(call.node).map(receiver::Receiver::name).unwrap_or_default();
    let is_protocol = words::has_any(function, &PROTOCOLS) && !words::has_any(function, &["password"]);
    if is_protocol || [function, stored].iter().any(|name| words::has_any(name, &LEAKS)) {
        return true;
    }
    let Some(scope) = call.node.scope().filter(|_| !stored.is_empty()) else { return false };
    let mut uses = occurrences::of(scope, stored);
    uses.any(|node| {
        node.ancestors().into_iter().take_while(|outer| !outer.is(Kind::BLOCK)).filter_map(Call::of).any(is_slow)
    })
}

/// Judges `crypt.crypt`, whose default is the strongest method of the system.
fn crypt(file: File<'_>, call: Call<'_>, matched: &Match) -> Option<Found> {
    let salt = argument::value(call, Some(1), &["salt"]).map(binding::origin)?;
    let salt =
        Call::of(salt).filter(|call| call.name() == "mksalt").and_then(|call| call.positional(0)).unwrap_or(salt);
    if let Some(method) = dotted::last_name(salt).filter(|method| ["METHOD_CRYPT", "METHOD_MD5"].contains(method)) {
        return Some(fast(matched, method));
    }
    let salt = constant::of(file, salt)?;
    let is_old = salt.text.len() == 2 || salt.text.starts_with("$1$");
    is_old.then(|| fast(matched, "crypt"))
}

fn werkzeug(file: File<'_>, call: Call<'_>, matched: &Match) -> Option<Found> {
    let method = argument::value(call, Some(1), &["method"]).and_then(|method| constant::of(file, method))?.text;
    let mut parts = method.split(':');
    let is_slow = parts.next().is_some_and(|kind| kind == "scrypt" || kind == "pbkdf2");
    if !is_slow {
        return Some(fast(matched, &method));
    }
    let count: u64 = parts.nth(1).filter(|_| method.starts_with("pbkdf2")).and_then(|count| count.parse().ok())?;
    (count < 100_000).then(|| {
        Found::new(
            matched.at,
            format!("PBKDF2 with {count} iterations is too fast for passwords: 600,000 are advised."),
        )
        .severity(Severity::Medium)
    })
}

/// Judges Django's `PASSWORD_HASHERS`, whose first entry hashes new passwords.
fn hashers(node: Node<'_>) -> Option<Found> {
    let left = node.child(Field::LEFT).filter(|left| left.text() == "PASSWORD_HASHERS")?;
    let first = node.child(Field::RIGHT)?.named_children().next().and_then(constant::plain_text)?;
    let name = first.rsplit('.').next().filter(|name| DJANGO.contains(name))?;
    let message = format!("`{}` puts new passwords under `{name}`, which is fast enough to guess them.", left.text());
    Some(Found::new(node.span(), message))
}
