//! The words that an identifier is made of. Invariant: words are lower-case and not empty.

/// Splits `resetToken2`, `RESET_TOKEN`, `reset-token` or `AWSToken` into lower-case words; digits are dropped.
pub fn words(identifier: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before: Option<char> = None;
    let mut rest = identifier.chars().peekable();
    while let Some(character) = rest.next() {
        let follows_lower = before.is_some_and(|before| before.is_lowercase() || before.is_numeric());
        let ends_acronym =
            before.is_some_and(char::is_uppercase) && rest.peek().is_some_and(|&next| next.is_lowercase());
        if !character.is_alphabetic() || (character.is_uppercase() && (follows_lower || ends_acronym)) {
            words.push(String::new());
        }
        if character.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
        before = Some(character);
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn every_style_splits() {
        assert_eq!(words("resetToken2"), ["reset", "token"]);
        assert_eq!(words("DB_PASSWORD"), ["db", "password"]);
        assert_eq!(words("AWSSecretKey"), ["aws", "secret", "key"]);
    }
}
