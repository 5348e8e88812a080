//! A place in a text that lexers move along. Invariant: the offset is a character boundary.

/// Reads a text character by character.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, offset: 0 }
    }

    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// What has not been read yet.
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.offset += character.len_utf8();
        Some(character)
    }

    /// Tells whether one of the characters stands at an offset.
    pub(crate) fn was(&self, offset: usize, wanted: [char; 2]) -> bool {
        self.text.get(offset..).is_some_and(|rest| rest.starts_with(wanted))
    }

    /// Reads `text` if it comes next.
    pub(crate) fn accept(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.offset += text.len();
        }
        found
    }

    /// Reads as long as `wanted` holds.
    pub(crate) fn take_while(&mut self, wanted: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.next();
        }
    }

    /// Reads a number without sign: digits, a fraction, an exponent. Tells whether there was one.
    pub(crate) fn number(&mut self) -> bool {
        let mut characters = self.rest().chars();
        let starts = match characters.next() {
            Some('.') => characters.next().is_some_and(|character| character.is_ascii_digit()),
            Some(first) => first.is_ascii_digit(),
            None => false,
        };
        if !starts {
            return false;
        }
        self.take_while(|character| character.is_ascii_digit());
        if self.accept(".") {
            self.take_while(|character| character.is_ascii_digit());
        }
        let exponent = self.rest().trim_start_matches(['e', 'E']);
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if self.rest().len() == exponent.len() + 1 && digits.starts_with(|character: char| character.is_ascii_digit()) {
            self.offset += self.rest().len() - digits.len();
            self.take_while(|character| character.is_ascii_digit());
        }
        true
    }
}
