//! What secrets look like, after what their issuers document. Invariant: the last group of a pattern that took part is the
//! secret alone, without quotes.

/// One form of secret.
pub(crate) struct SecretRule {
    /// The end of the placeholder.
    pub(crate) kind: &'static str,
    /// Texts of which one is in everything that the pattern finds, in any case.
    pub(crate) keywords: &'static [&'static str],
    pub(crate) pattern: &'static str,
    value: Value,
}

#[derive(PartialEq)]
enum Value {
    /// The form says it.
    Certain,
    /// Only what the value itself looks like does.
    Judged,
}

impl SecretRule {
    /// Tells whether the value has to look like a secret, too.
    pub(crate) fn is_judged(&self) -> bool {
        self.value == Value::Judged
    }
}

const fn token(kind: &'static str, keywords: &'static [&'static str], pattern: &'static str) -> SecretRule {
    SecretRule { kind, keywords, pattern, value: Value::Certain }
}

const fn judged(keywords: &'static [&'static str], pattern: &'static str) -> SecretRule {
    SecretRule { kind: "VALUE", keywords, pattern, value: Value::Judged }
}

const NAMES: &[&str] = &["pass", "pwd", "pw", "secret", "token", "key", "credential", "session", "otp", "code", "pin"];

pub(crate) const RULES: &[SecretRule] = &[
    token("AWS_KEY", &["AKIA", "ASIA", "ABIA", "ACCA"], r"\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b"),
    token("GITHUB", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], r"\b(gh[pousr]_[A-Za-z0-9]{20,255})\b"),
    token("GITHUB", &["github_pat_"], r"\b(github_pat_[A-Za-z0-9_]{22,255})"),
    token("GITLAB", &["glpat-", "gldt-", "glrt-"], r"\b(gl(?:pat|dt|rt)-[A-Za-z0-9_.=-]{20,64})"),
    token("SLACK", &["xox"], r"\b(xox[abeoprs]-[A-Za-z0-9-]{10,250})"),
    token("SLACK", &["hooks.slack.com"], r"hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9+/]{30,})"),
    token("STRIPE", &["k_live_", "k_test_", "whsec_"], r"\b((?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,250})"),
    token("GOOGLE", &["AIza"], r"\b(AIza[A-Za-z0-9_-]{35})"),
    token("OPENAI", &["sk-"], r"\b(sk-(?:[a-z]+-)*[A-Za-z0-9_-]{20,250})"),
    token("JWT", &["eyJ"], r"\b(eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*)"),
    token("NPM", &["npm_", "pypi-", "hf_"], r"\b((?:npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,}|hf_[A-Za-z0-9]{30,}))"),
    token("SENDGRID", &["SG."], r"\b(SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64})"),
    token(
        "PEM",
        &["PRIVATE KEY"],
        r#"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----([A-Za-z0-9+/=\s\\"'():,-]{20,}?)-----END"#,
    ),
    token("PEM", &["PRIVATE KEY"], r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----((?:\\n|\s)*[A-Za-z0-9+/=]{20,})"),
    judged(&["://"], r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s:/@"'{}<>]*:([^\s/@"'{}<>$]+)@"#),
    judged(&["password=", "passwd=", "pwd="], r#"(?i)["' ;&?](?:password|passwd|pwd)=([^\s;&"'{}%<>(),]{3,})[\s;&"']"#),
    // `name = "…"`, `name: str = "…"`, `name == "…"`, `name=SecretStr("…")`.
    judged(
        NAMES,
        r#"(?P<name>[A-Za-z_]\w*)["']?\]?\s*(?::\s*[\w.\[\], |]+?)?\s*(?:==?|!=|:=)\s*(?:\(\s*)*(?:[\w.]*(?:SecretStr|Secret|decode|bytes|fromhex|unhexlify)\(\s*)?[rRbBuUfF]{0,2}(?:"""((?s:.*?))"""|'''((?s:.*?))'''|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')"#,
    ),
    // `"name": "…"`, `("name", "…")`.
    judged(
        NAMES,
        r#"["'](?P<name>[A-Za-z_][\w-]*)["']\s*[:,]\s*(?:\(\s*)*[rRbBuUfF]{0,2}(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')"#,
    ),
    // `"…" == name`.
    judged(
        NAMES,
        r#"(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')\s*[!=]=\s*(?:\w+\.)*(?:password|passwd|pwd|secret|token|api_key)\b"#,
    ),
    // `login("shop", "…")`, `auth=("shop", "…")`, `pymysql.connect(host, "shop", "…")`.
    judged(
        &[
            "login(",
            "Auth(",
            "_auth(",
            "bind_s(",
            "auth=(",
            "auth = (",
            "connect(",
            "FTP(",
            "FTP_TLS(",
            "add_password(",
        ],
        r#"(?:login|Auth|_auth|bind_s|auth\s*=\s*|connect|FTP|FTP_TLS|add_password)\(\s*(?:[^()"',=]+,\s*|["'][^"'\n]*["']\s*,\s*){0,2}["'][^"'\n]+["']\s*,\s*(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')"#,
    ),
];

/// Tells whether the value of a variable, parameter or key of this name is a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "passwort",
        "passcode",
        "secret",
        "apikey",
        "credential",
        "credentials",
        "token",
        "otp",
        "nonce",
        "csrf",
        "totp",
        "sessionid",
    ];
    const KEYS: &[&str] = &[
        "api",
        "secret",
        "private",
        "access",
        "encryption",
        "encrypt",
        "signing",
        "sign",
        "auth",
        "hmac",
        "aes",
        "jwt",
        "session",
        "crypto",
        "cipher",
        "master",
        "license",
        "account",
    ];
    const SUFFIXES: &[&str] =
        &["_value", "_str", "_string", "_text", "_hex", "_bytes", "_raw", "_plain", "_default", "_base64"];
    let lower = name.to_ascii_lowercase().replace('-', "_");
    let lower = lower.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    let stem = SUFFIXES.iter().find_map(|suffix| lower.strip_suffix(suffix)).unwrap_or(lower);
    let is_key = stem.strip_suffix("key").map(|rest| rest.trim_end_matches('_'));
    ENDS.iter().any(|end| stem.ends_with(end))
        || ["pw", "pass", "db_pass", "dbpass"].contains(&stem)
        || stem.ends_with("_pass")
        || is_key.is_some_and(|rest| KEYS.iter().any(|word| rest.ends_with(word)))
        || ["reset_code", "auth_code", "security_code", "verification_code", "auth_pin"].contains(&stem)
}

/// Tells whether a value can be the secret that its name promises: no placeholder, no name of something, no message.
pub(crate) fn is_secret(name: &str, value: &str) -> bool {
    const WORDS: &[&str] = &[
        "none",
        "null",
        "true",
        "false",
        "secret",
        "password",
        "token",
        "key",
        "bearer",
        "basic",
        "string",
        "str",
        "required",
        "optional",
        "hidden",
        "text",
        "disabled",
        "enabled",
        "unknown",
        "invalid",
        "missing",
        "default",
        "empty",
        "unset",
        "file",
        "prompt",
        "auto",
        "plain",
        "oauth",
        "jwt",
        "hash",
        "encrypted",
        "scrypt",
        "bcrypt",
        "sha256",
        "md5",
        "username",
        "user",
        "email",
        "changeme",
        "x-api-key",
    ];
    const PARTS: &[&str] = &["<", "${", "{{", "%(", "%s", "****", "xxxx", "....", "://"];
    let lower = value.to_lowercase();
    let length = value.chars().count();
    let has_space = value.trim().contains(char::is_whitespace);
    let is_repeated = value.chars().next().is_some_and(|first| value.chars().all(|other| other == first));
    let is_template = value.contains('{') && value.contains('}');
    let is_place = value.starts_with(['/', '.', '~', '#', '[', '$']) && !is_random(value);
    let is_label = !value.is_ascii() && value.chars().all(char::is_alphabetic);
    let is_placeholder = PARTS.iter().any(|part| lower.contains(part)) || WORDS.contains(&lower.as_str());
    if length < 3 || is_repeated || is_template || is_place || is_label || is_placeholder || names_secret(&lower) {
        return false;
    }
    if has_space {
        return is_random(value) && !value.trim_end().ends_with([':', '.', '?', '!']) && value.len() < 200;
    }
    let is_token = name.to_ascii_lowercase().contains("token");
    !is_token || (length >= 8 && is_random(value))
}

/// `DB_PASSWORD`, `my-app-secret`: words that name a secret.
fn names_secret(lower: &str) -> bool {
    let is_name = lower.chars().all(|c| c.is_alphabetic() || matches!(c, '_' | '-' | '.'));
    let words = ["password", "passwd", "secret", "token", "apikey", "api_key", "api-key", "private_key", "access_key"];
    is_name && words.iter().any(|word| lower.contains(word))
}

/// Tells whether characters are mixed as nobody writes them: letters and digits, or close to all different.
fn is_random(value: &str) -> bool {
    let has_digit = value.chars().any(|c| c.is_ascii_digit());
    let has_letter = value.chars().any(|c| c.is_ascii_alphabetic());
    (has_digit && has_letter && !value.contains(' ')) || (value.len() >= 16 && entropy(value) >= 4.2)
}

/// Gives the bits of information per byte.
fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count = count.saturating_add(1);
        }
    }
    let total = f64::from(counts.iter().sum::<u32>());
    let shares = counts.iter().filter(|&&count| count > 0).map(|&count| f64::from(count) / total);
    -shares.map(|share| share * share.log2()).sum::<f64>()
}
