//! The words of an identifier. Invariant: words are lower-case letters only, in the order in which they stand.

/// Splits `sessionToken2`, `SESSION_TOKEN`, `session-token` or `HTTPToken` into its words.
pub(crate) fn of(identifier: &str) -> Vec<String> {
    let letters: Vec<char> = identifier.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_alphabetic() {
            open = false;
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied().unwrap_or(' ');
        let next_is_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        let starts = letter.is_uppercase() && (!before.is_uppercase() || next_is_lower);
        if !open || starts {
            words.push(String::new());
        }
        open = true;
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

/// Says whether one of the identifier's words is one of these.
pub(crate) fn has_any(identifier: &str, wanted: &[&str]) -> bool {
    of(identifier).iter().any(|word| wanted.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::{has_any, of};

    #[test]
    fn identifiers_split_into_words() {
        assert_eq!(of("sessionToken2"), ["session", "token"]);
        assert_eq!(of("SESSION_COOKIE-name"), ["session", "cookie", "name"]);
        assert_eq!(of("HTTPToken"), ["http", "token"]);
        assert!(of("__0").is_empty());
        assert!(has_any("refererUrl", &["url"]) && !has_any("curl", &["url"]));
    }
}
