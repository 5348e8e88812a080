//! Places within JavaScript (ECMAScript, "Lexical Grammar"), as far as pages of HTML hold it. Invariant: where the
//! lexer is not sure, as behind a slash that may begin a regular expression, the place is not known.

/// Where a script's text ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScriptPlace {
    /// Outside literals and comments.
    Code,
    /// In a string with this quote.
    Text(char),
    /// In a template literal.
    Template,
    /// In a comment up to the end of its line.
    Line,
    /// In a comment with an end.
    Block,
    /// Anywhere.
    Unclear,
}

/// Reads a script up to its end.
pub(super) fn place(script: &str) -> ScriptPlace {
    let mut place = ScriptPlace::Code;
    let mut rest = script.chars().peekable();
    while let Some(character) = rest.next() {
        let next = rest.peek().copied();
        place = match (place, character) {
            (ScriptPlace::Code, '"' | '\'') => ScriptPlace::Text(character),
            (ScriptPlace::Code, '`') => ScriptPlace::Template,
            (ScriptPlace::Code, '/') => match next {
                Some('/') => ScriptPlace::Line,
                Some('*') => {
                    rest.next();
                    ScriptPlace::Block
                }
                Some(_) | None => return ScriptPlace::Unclear,
            },
            (ScriptPlace::Code, '<') if next == Some('!') => return ScriptPlace::Unclear,
            (ScriptPlace::Code, '-') if next == Some('-') => return ScriptPlace::Unclear,
            (ScriptPlace::Text(_) | ScriptPlace::Template, '\\') => {
                if rest.next().is_none() {
                    return ScriptPlace::Unclear;
                }
                place
            }
            (ScriptPlace::Text(quote), _) if character == quote => ScriptPlace::Code,
            (ScriptPlace::Text(_), '\n' | '\r') => return ScriptPlace::Unclear,
            (ScriptPlace::Template, '`') => ScriptPlace::Code,
            (ScriptPlace::Template, '$') if next.is_none_or(|next| next == '{') => return ScriptPlace::Unclear,
            (ScriptPlace::Line, _) if is_line_end(character) => ScriptPlace::Code,
            (ScriptPlace::Block, '*') if next == Some('/') => {
                rest.next();
                ScriptPlace::Code
            }
            (ScriptPlace::Block, '*') if next.is_none() => return ScriptPlace::Unclear,
            (
                ScriptPlace::Code
                | ScriptPlace::Text(_)
                | ScriptPlace::Template
                | ScriptPlace::Line
                | ScriptPlace::Block
                | ScriptPlace::Unclear,
                _,
            ) => place,
        };
    }
    place
}

fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Tells whether a character before a hole in code would become one word or number with what follows.
pub(super) fn glues(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$' | '.' | '-' | '+' | '\\' | '#' | '@' | '<' | '!')
}

/// Tells whether a value is data in a script, behind what stands there.
pub(super) fn stays(before: &str, value: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match place(before) {
        ScriptPlace::Code => {
            let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            is_number(value.strip_prefix('-').unwrap_or(value))
                || inner.is_some_and(|inner| is_inside(ScriptPlace::Text('"'), inner))
        }
        ScriptPlace::Unclear => true,
        inside @ (ScriptPlace::Text(_) | ScriptPlace::Template | ScriptPlace::Line | ScriptPlace::Block) => {
            is_inside(inside, value)
        }
    }
}

/// Tells whether a value neither leaves a literal or comment nor takes what follows along.
fn is_inside(inside: ScriptPlace, value: &str) -> bool {
    match inside {
        ScriptPlace::Text(quote) => {
            let mut characters = value.chars();
            while let Some(character) = characters.next() {
                match character {
                    '\\' if characters.next().is_none() => return false,
                    '\n' | '\r' => return false,
                    _ if character == quote => return false,
                    _ => {}
                }
            }
            true
        }
        ScriptPlace::Template => !value.contains(['`', '\\', '$']),
        ScriptPlace::Line => !value.contains(is_line_end),
        ScriptPlace::Block => !value.contains("*/") && !value.ends_with('*') && !value.starts_with('/'),
        ScriptPlace::Code | ScriptPlace::Unclear => false,
    }
}

/// The pattern of the values that are data in a script element.
pub(super) fn safe_in_element(before: &str) -> Option<&'static str> {
    // Without `<` a value neither ends the script nor begins a comment of the old kind.
    match place(before) {
        ScriptPlace::Code if before.chars().next_back().is_some_and(glues) => Some("[0-9]*"),
        ScriptPlace::Code => {
            Some(r#"-?[0-9]+(?:\.[0-9]+)?|"(?:[^"\\<\x00-\x1f\u2028\u2029]|\\[^<\x00-\x1f\u2028\u2029])*""#)
        }
        ScriptPlace::Text('"') => Some(r#"(?:[^"\\<\x00-\x1f\u2028\u2029]|\\[^<\x00-\x1f\u2028\u2029])*"#),
        ScriptPlace::Text(_) => Some(r"(?:[^'\\<\x00-\x1f\u2028\u2029]|\\[^<\x00-\x1f\u2028\u2029])*"),
        ScriptPlace::Template => Some(r"[^`\\$<{]*"),
        ScriptPlace::Line => Some(r"[^<\n\r\u2028\u2029]*"),
        ScriptPlace::Block => Some(r"[^<*/]*"),
        ScriptPlace::Unclear => None,
    }
}

/// The pattern of the values that are data in an attribute that holds a script.
pub(super) fn safe_in_attribute(before: &str) -> Option<&'static str> {
    // Character references are resolved before the script is read, so that escaped quotes are quotes again.
    if before.contains('&') {
        return None;
    }
    match place(before) {
        ScriptPlace::Code if before.chars().next_back().is_some_and(glues) => Some("[0-9]+"),
        ScriptPlace::Code => Some("-?[0-9]+"),
        ScriptPlace::Text(_) => Some(r"[A-Za-z0-9_][A-Za-z0-9_.\- ]*"),
        ScriptPlace::Template | ScriptPlace::Line | ScriptPlace::Block | ScriptPlace::Unclear => None,
    }
}
