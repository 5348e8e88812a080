//! The words of an identifier and what they promise about the value. Invariant: only the last words decide, because
//! `password_length` is a length and `reset_token` is a token.

pub(crate) use securecode_sdk::identifier::words;

/// Says whether any word of an identifier is one of these.
pub(crate) fn has_any(identifier: &str, wanted: &[&str]) -> bool {
    words(identifier).iter().any(|word| wanted.contains(&word.as_str()))
}

const PASSWORDS: &[&str] =
    &["password", "passwd", "passphrase", "pwd", "passwort", "passcode", "pw", "pswd", "passphrases", "passwords"];
/// Words after the noun that leave a value what it is.
const SUFFIXES: &[&str] =
    &["value", "str", "string", "text", "hex", "bytes", "raw", "plain", "b", "encoded", "utf", "input", "field"];
const KEYS: &[&str] = &["secret", "apikey", "secretkey", "privatekey", "accesskey", "authkey", "signature"];
const KEY_QUALIFIERS: &[&str] = &[
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
    "fernet",
    "activation",
    "license",
];
const TOKENS: &[&str] = &["token", "otp", "csrf", "xsrf", "totp", "sessionid"];
const TOKEN_QUALIFIERS: &[&str] =
    &["reset", "verification", "activation", "auth", "invite", "confirmation", "recovery", "session", "access"];

fn core(identifier: &str) -> Vec<String> {
    let mut words = words(identifier);
    while words.len() > 1 && words.last().is_some_and(|word| SUFFIXES.contains(&word.as_str())) {
        words.pop();
    }
    words
}

/// Says whether a value of this name is a password that a person chose: `new_password`, `pwd`, `password_bytes`, but
/// neither `password_hash` nor `pw_file`.
pub(crate) fn is_password(identifier: &str) -> bool {
    let words = core(identifier);
    let Some(last) = words.last() else { return false };
    let is_user_pass = last == "pass" && words.len() > 1 && words.iter().any(|word| word == "user" || word == "db");
    PASSWORDS.contains(&last.as_str()) || is_user_pass
}

/// Says whether a value of this name lets its holder in: a token, key, secret or one-time link.
pub(crate) fn is_secret(identifier: &str) -> bool {
    let words = core(identifier);
    let Some(last) = words.last().map(String::as_str) else { return false };
    let qualifier = words.len().checked_sub(2).and_then(|at| words.get(at)).map(String::as_str).unwrap_or_default();
    is_password(identifier)
        || KEYS.contains(&last)
        || TOKENS.contains(&last)
        || (last == "key" && (KEY_QUALIFIERS.contains(&qualifier) || TOKEN_QUALIFIERS.contains(&qualifier)))
        || (["code", "id", "link"].contains(&last) && TOKEN_QUALIFIERS.contains(&qualifier))
}

/// Says whether a function of this name makes a secret: `make_reset_token_for_user`.
pub(crate) fn makes_secret(identifier: &str) -> bool {
    let all = words(identifier);
    let end = all.iter().position(|word| ["for", "from", "with", "of", "to", "by"].contains(&word.as_str()));
    is_secret(&all.get(..end.unwrap_or(all.len())).unwrap_or_default().join("_"))
}

#[cfg(test)]
mod tests {
    use super::{is_password, is_secret, makes_secret, words};

    #[test]
    fn identifiers_split_into_words() {
        assert_eq!(words("resetToken2"), ["reset", "token"]);
        assert_eq!(words("AWSSecretKey"), ["aws", "secret", "key"]);
        assert_eq!(words("__"), [""; 0]);
    }

    #[test]
    fn the_last_words_decide() {
        for (name, expected) in [
            ("password", true),
            ("new_password_bytes", true),
            ("userPassword", true),
            ("user_pass", true),
            ("password_hash", false),
            ("password_length", false),
            ("pass", false),
            ("key", false),
        ] {
            assert_eq!(is_password(name), expected, "{name}");
        }
        for (name, expected) in [
            ("api_key", true),
            ("reset_token", true),
            ("reset_code", true),
            ("SECRET_KEY", true),
            ("sort_key", false),
            ("token_expiry", false),
            ("zip_code", false),
            ("request_id", false),
        ] {
            assert_eq!(is_secret(name), expected, "{name}");
        }
        assert!(makes_secret("make_reset_token_for_user"));
        assert!(!makes_secret("shuffle_deck_for_token"));
    }
}
