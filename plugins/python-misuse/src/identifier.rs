//! The words of an identifier and what they promise about the value. Invariant: only the last words decide, because
//! `password_length` is a length and `reset_token` is a token.

pub(crate) use securecode_sdk::identifier::words;

/// What a name promises about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secret {
    /// A password or passphrase.
    Password,
    /// A key or secret of an application or an API.
    Key,
    /// A token, one-time code, nonce or session id.
    Token,
}

const PASSWORDS: &[&str] = &["password", "passwd", "passphrase", "pwd", "passwort", "passcode", "pw"];
const KEYS: &[&str] = &["secret", "apikey", "secretkey", "privatekey", "accesskey", "authkey", "credential"];
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
    "license",
    "account",
];
const TOKENS: &[&str] = &["token", "otp", "nonce", "csrf", "xsrf", "totp", "jti"];
const CODE_QUALIFIERS: &[&str] =
    &["reset", "verification", "verify", "activation", "auth", "invite", "confirmation", "recovery", "security", "otp"];
/// Words after the noun that leave the value what it is.
const SUFFIXES: &[&str] = &["value", "str", "string", "text", "hex", "bytes", "raw", "plain", "base", "b", "default"];

/// Tells what the value of a variable, parameter, key or attribute of this name is.
pub(crate) fn secret(identifier: &str) -> Option<Secret> {
    secret_of_words(&words(identifier))
}

/// Tells what a function of this name returns: `make_reset_token_for_user` makes a token.
pub(crate) fn secret_of_function(identifier: &str) -> Option<Secret> {
    let all = words(identifier);
    let end = all.iter().position(|word| ["for", "from", "with", "of", "to", "by"].contains(&word.as_str()));
    secret_of_words(all.get(..end.unwrap_or(all.len())).unwrap_or_default())
}

fn secret_of_words(words: &[String]) -> Option<Secret> {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    while words.len() > 1 && words.last().is_some_and(|word| SUFFIXES.contains(word)) {
        words.pop();
    }
    let last = *words.last()?;
    let qualifier = words.len().checked_sub(2).and_then(|at| words.get(at)).copied();
    let is_qualified = |qualifiers: &[&str]| qualifier.is_some_and(|word| qualifiers.contains(&word));
    let is_noun = |nouns: &[&str]| nouns.contains(&last);
    if is_noun(PASSWORDS) || (last == "pass" && qualifier.is_some_and(|word| ["db", "user", "admin"].contains(&word))) {
        Some(Secret::Password)
    } else if is_noun(KEYS) || (last == "key" && is_qualified(KEY_QUALIFIERS)) {
        Some(Secret::Key)
    } else if is_noun(TOKENS)
        || ((last == "id" || last == "key") && qualifier == Some("session"))
        || ((last == "code" || last == "pin") && is_qualified(CODE_QUALIFIERS))
        || last == "sessionid"
    {
        Some(Secret::Token)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Secret, secret, secret_of_function, words};

    #[test]
    fn identifiers_split_into_words() {
        assert_eq!(words("resetToken2"), ["reset", "token"]);
        assert_eq!(words("DB_PASSWORD"), ["db", "password"]);
        assert_eq!(words("x-api-key"), ["x", "api", "key"]);
        assert_eq!(words("AWSSecretKey"), ["aws", "secret", "key"]);
        assert_eq!(words("__"), [""; 0]);
    }

    #[test]
    fn the_last_words_decide() {
        for (name, expected) in [
            ("password", Some(Secret::Password)),
            ("DB_PASSWORD", Some(Secret::Password)),
            ("db_pass", Some(Secret::Password)),
            ("API_KEY", Some(Secret::Key)),
            ("clientSecret", Some(Secret::Key)),
            ("token_hex", Some(Secret::Token)),
            ("session_id", Some(Secret::Token)),
            ("reset_code", Some(Secret::Token)),
            ("password_length", None),
            ("token_url", None),
            ("key", None),
            ("sort_key", None),
            ("zip_code", None),
            ("pass", None),
            ("", None),
        ] {
            assert_eq!(secret(name), expected, "{name}");
        }
    }

    #[test]
    fn functions_name_what_they_make() {
        assert_eq!(secret_of_function("make_reset_token_for_user"), Some(Secret::Token));
        assert_eq!(secret_of_function("generate_password"), Some(Secret::Password));
        assert_eq!(secret_of_function("shuffle_deck_for_token"), None);
    }
}
