//! Reads Python text line by line without parsing it. Invariant: text that is no Python gives lines, too, and every byte of
//! the text belongs to exactly one of them.

/// What a line begins in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begins {
    /// A statement.
    Statement,
    /// The middle of one: brackets are open, or the line before ends in a backslash.
    Continuation,
    /// A string of three quotes.
    Text,
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// The line without its ending.
    pub(crate) text: &'a str,
    /// `\n`, `\r\n`, or nothing at the end of the text.
    pub(crate) ending: &'a str,
    /// What it begins in.
    pub(crate) begins: Begins,
}

impl<'a> Line<'a> {
    /// Gives the text without the spaces at both ends.
    pub(crate) fn trimmed(&self) -> &'a str {
        self.text.trim()
    }

    /// Gives the spaces and tabs that it begins with.
    pub(crate) fn indentation(&self) -> &'a str {
        let length = self.text.len() - self.text.trim_start_matches([' ', '\t']).len();
        self.text.get(..length).unwrap_or_default()
    }

    /// Tells whether the line holds nothing, or a comment only.
    pub(crate) fn is_blank(&self) -> bool {
        self.begins != Begins::Text && (self.trimmed().is_empty() || self.trimmed().starts_with('#'))
    }

    /// Tells whether a statement begins here.
    pub(crate) fn is_statement(&self) -> bool {
        self.begins == Begins::Statement && !self.is_blank()
    }
}

#[derive(Clone, Copy)]
enum Quote {
    Short(char),
    Long(char),
}

/// Splits text into its lines.
pub(crate) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut open: Option<Quote> = None;
    let mut depth = 0_u32;
    let mut is_continued = false;
    let mut found = Vec::new();
    for whole in text.split_inclusive('\n') {
        let begins = match open {
            Some(Quote::Long(_)) => Begins::Text,
            Some(Quote::Short(_)) | None if depth > 0 || is_continued => Begins::Continuation,
            Some(Quote::Short(_)) | None => Begins::Statement,
        };
        let line = whole.strip_suffix('\n').unwrap_or(whole);
        let line = line.strip_suffix('\r').unwrap_or(line);
        found.push(Line { text: line, ending: whole.get(line.len()..).unwrap_or_default(), begins });
        is_continued = read(line, &mut open, &mut depth);
    }
    found
}

/// Follows quotes and brackets through a line, and tells whether it ends in a backslash.
fn read(line: &str, open: &mut Option<Quote>, depth: &mut u32) -> bool {
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        let is_triple = |quote: char| rest.chars().take(3).filter(|&other| other == quote).count() == 3;
        let mut taken = next.len_utf8();
        match (*open, next) {
            (_, '\\') if taken == rest.len() => return true,
            (Some(_), '\\') => taken += rest.chars().nth(1).map_or(0, char::len_utf8),
            (Some(Quote::Long(quote)), _) if is_triple(quote) => {
                *open = None;
                taken = 3;
            }
            (Some(Quote::Short(quote)), _) if next == quote => *open = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if is_triple(next) => {
                *open = Some(Quote::Long(next));
                taken = 3;
            }
            (None, '"' | '\'') => *open = Some(Quote::Short(next)),
            (None, '#') => break,
            (None, '(' | '[' | '{') => *depth += 1,
            (None, ')' | ']' | '}') => *depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    if let Some(Quote::Short(_)) = open {
        *open = None;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{Begins, lines};

    #[test]
    fn lines_know_what_they_begin_in() {
        use Begins::{Continuation as C, Statement as S, Text as T};
        let cases: [(&str, &[Begins]); 9] = [
            ("", &[]),
            ("a\nb", &[S, S]),
            ("a(\n1)\nb", &[S, C, S]),
            ("a = '''x\ny''' + \\\nz\nb", &[S, T, C, S]),
            ("a = \"it's (\"\nb", &[S, S]),
            ("a = '\\'('\nb", &[S, S]),
            ("# it's (\nb", &[S, S]),
            ("a = 'never ends\nb", &[S, S]),
            ("a = \"\"\"\\\"\"\" (\n\"\"\"\nb", &[S, T, S]),
        ];
        for (text, wanted) in cases {
            let found: Vec<Begins> = lines(text).iter().map(|line| line.begins).collect();
            assert_eq!(found, wanted, "{text}");
            let joined: String = lines(text).iter().flat_map(|line| [line.text, line.ending]).collect();
            assert_eq!(joined, text);
        }
    }
}
