//! The text functions of Python that are modelled. Invariant: `apply` gives what CPython gives for the same text;
//! where that depends on its Unicode version, what the newest one gives.

use super::{char_set::CharSet, unicode_class};

/// A function from text to text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `text + s`.
    Prepend(String),
    /// `s + text`.
    Append(String),
    /// `s.replace(from, to)`; an empty `from` stands at every place between characters, and at both ends.
    Replace {
        /// What is looked for.
        from: String,
        /// What it becomes.
        to: String,
    },
    /// `s.replace(from, to, count)`.
    ReplaceFirst {
        /// What is looked for.
        from: String,
        /// What it becomes.
        to: String,
        /// How many at most.
        count: u32,
    },
    /// `s.lower()`.
    Lower,
    /// `s.upper()`.
    Upper,
    /// `s.strip(…)`, `s.lstrip(…)`, `s.rstrip(…)`.
    Strip {
        /// From which end.
        side: Side,
        /// What is removed.
        chars: CharSet,
    },
    /// `s[:n]` for `n` ≥ 0.
    Take(u32),
    /// `s[n:]` for `n` ≥ 0.
    Skip(u32),
    /// `s[-n:]` for `n` ≥ 1.
    TakeLast(u32),
    /// `s[:-n]` for `n` ≥ 1.
    SkipLast(u32),
    /// `s.removeprefix(prefix)`.
    RemovePrefix(String),
    /// `s.translate(table)`: every listed character becomes a text, perhaps an empty one.
    Translate(Vec<(char, String)>),
    /// `re.sub("[…]", to, s)`: every character of the set becomes the text.
    ReplaceChars {
        /// The characters.
        set: CharSet,
        /// What each becomes.
        to: String,
    },
    /// `re.sub("[…]+", to, s)`: every longest run of the set becomes the text.
    ReplaceRuns {
        /// The characters.
        set: CharSet,
        /// What each run becomes.
        to: String,
    },
    /// `html.escape(s, quote=…)`.
    HtmlEscape(Quotes),
    /// `markupsafe.escape(s)` as text.
    MarkupEscape,
    /// `shlex.quote(s)`.
    ShellQuote,
    /// `urllib.parse.quote(s, safe)`.
    UrlQuote {
        /// The characters that are kept besides letters, digits and `_.-~`.
        safe: String,
    },
    /// `urllib.parse.quote_plus(s)`.
    UrlQuotePlus,
    /// `urllib.parse.unquote(s)`.
    UrlUnquote,
    /// `repr(s)`.
    Repr,
    /// `re.escape(s)`.
    RegexEscape,
    /// `werkzeug.utils.secure_filename(s)` on a POSIX system.
    SecureFilename,
    /// `os.path.basename(s)` on a POSIX system.
    Basename,
    /// A part of `s.partition(at)` or `s.rpartition(at)`.
    Cut {
        /// The separator.
        at: char,
        /// Which of several separators.
        place: Place,
        /// Which of the three parts.
        part: Part,
    },
}

/// A separator of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The first, as `partition` takes it: without one, the whole text stands before it.
    First,
    /// The last, as `rpartition` takes it: without one, the whole text stands after it.
    Last,
}

/// A part of a text that is split in two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// What stands before the separator.
    Before,
    /// The separator, or nothing.
    Separator,
    /// What stands after it.
    After,
}

/// An end of a text, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The beginning.
    Left,
    /// The end.
    Right,
    /// Both.
    Both,
}

/// Whether `html.escape` escapes quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quotes {
    /// `quote=True`, the default.
    Escaped,
    /// `quote=False`.
    Kept,
}

impl Operation {
    /// `s.strip()` and its kin without an argument.
    pub fn strip_whitespace(side: Side) -> Self {
        Self::Strip { side, chars: unicode_class::whitespace().clone() }
    }

    /// Computes the function. `SecureFilename` takes characters outside ASCII for such that have no ASCII form.
    pub fn apply(&self, text: &str) -> String {
        match self {
            Self::Prepend(prefix) => format!("{prefix}{text}"),
            Self::Append(suffix) => format!("{text}{suffix}"),
            Self::Replace { from, to } => text.replace(from.as_str(), to),
            Self::ReplaceFirst { from, to, count } => text.replacen(from.as_str(), to, *count as usize),
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
            Self::Strip { side, chars } => match side {
                Side::Left => text.trim_start_matches(|character| chars.contains(character)).to_owned(),
                Side::Right => text.trim_end_matches(|character| chars.contains(character)).to_owned(),
                Side::Both => text.trim_matches(|character| chars.contains(character)).to_owned(),
            },
            Self::Take(count) => text.chars().take(*count as usize).collect(),
            Self::Skip(count) => text.chars().skip(*count as usize).collect(),
            Self::TakeLast(count) => text.chars().skip(text.chars().count().saturating_sub(*count as usize)).collect(),
            Self::SkipLast(count) => text.chars().take(text.chars().count().saturating_sub(*count as usize)).collect(),
            Self::RemovePrefix(prefix) => text.strip_prefix(prefix.as_str()).unwrap_or(text).to_owned(),
            Self::Translate(table) => {
                map_chars(text, |character| table.iter().find(|(from, _)| *from == character).map(|(_, to)| to.clone()))
            }
            Self::ReplaceChars { set, to } => map_chars(text, |character| set.contains(character).then(|| to.clone())),
            Self::ReplaceRuns { set, to } => replace_runs(text, set, to),
            Self::HtmlEscape(quotes) => map_chars(text, |character| html_escape(character, *quotes)),
            Self::MarkupEscape => map_chars(text, markup_escape),
            Self::ShellQuote => shell_quote(text),
            Self::UrlQuote { safe } => url_quote(text, safe),
            Self::UrlQuotePlus => url_quote(text, " ").replace(' ', "+"),
            Self::UrlUnquote => url_unquote(text),
            Self::Repr => python_repr(text),
            Self::RegexEscape => {
                map_chars(text, |character| REGEX_SPECIAL.contains(character).then(|| format!("\\{character}")))
            }
            Self::SecureFilename => secure_filename(text),
            Self::Basename => text.rsplit('/').next().unwrap_or_default().to_owned(),
            Self::Cut { at, place, part } => {
                let (split, without) = match place {
                    Place::First => (text.split_once(*at), (text, "")),
                    Place::Last => (text.rsplit_once(*at), ("", text)),
                };
                let (before, after) = split.unwrap_or(without);
                match part {
                    Part::Before => before.to_owned(),
                    Part::Separator => split.map(|_| at.to_string()).unwrap_or_default(),
                    Part::After => after.to_owned(),
                }
            }
        }
    }
}

/// What `re.escape` escapes, since Python 3.7.
pub(crate) const REGEX_SPECIAL: &str = "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}";

/// What `shlex.quote` leaves unquoted.
pub(crate) fn is_shell_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_@%+=:,./-".contains(character)
}

/// What `urllib.parse.quote` always keeps.
pub(crate) fn is_url_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_.-~".contains(character)
}

/// What `html.escape` makes of a character, where it changes it.
pub(crate) fn html_escape(character: char, quotes: Quotes) -> Option<String> {
    let escaped = match (character, quotes) {
        ('&', _) => "&amp;",
        ('<', _) => "&lt;",
        ('>', _) => "&gt;",
        ('"', Quotes::Escaped) => "&quot;",
        ('\'', Quotes::Escaped) => "&#x27;",
        (_, Quotes::Escaped | Quotes::Kept) => return None,
    };
    Some(escaped.to_owned())
}

/// What `markupsafe.escape` makes of a character, where it changes it.
pub(crate) fn markup_escape(character: char) -> Option<String> {
    let escaped = match character {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&#34;",
        '\'' => "&#39;",
        _ => return None,
    };
    Some(escaped.to_owned())
}

fn map_chars(text: &str, map: impl Fn(char) -> Option<String>) -> String {
    text.chars().map(|character| map(character).unwrap_or_else(|| character.to_string())).collect()
}

fn replace_runs(text: &str, set: &CharSet, to: &str) -> String {
    let mut result = String::new();
    let mut inside = false;
    for character in text.chars() {
        let belongs = set.contains(character);
        if !belongs {
            result.push(character);
        } else if !inside {
            result.push_str(to);
        }
        inside = belongs;
    }
    result
}

fn shell_quote(text: &str) -> String {
    if !text.is_empty() && text.chars().all(is_shell_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\"'\"'"))
}

fn url_quote(text: &str, safe: &str) -> String {
    map_chars(text, |character| {
        if is_url_plain(character) || (character.is_ascii() && safe.contains(character)) {
            return None;
        }
        let mut buffer = [0; 4];
        Some(character.encode_utf8(&mut buffer).bytes().map(|byte| format!("%{byte:02X}")).collect())
    })
}

/// Bytes that stand next to each other are read together, as UTF-8; what is none becomes U+FFFD.
fn url_unquote(text: &str) -> String {
    let mut result = String::new();
    let mut bytes: Vec<u8> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let escaped = rest.strip_prefix('%').and_then(|behind| {
            let digits = behind.get(..2).filter(|two| two.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
            Some((u8::from_str_radix(digits, 16).ok()?, behind.get(2..)?))
        });
        match escaped {
            Some((byte, behind)) => {
                bytes.push(byte);
                rest = behind;
            }
            None => {
                result.push_str(&String::from_utf8_lossy(&bytes));
                bytes.clear();
                result.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    result.push_str(&String::from_utf8_lossy(&bytes));
    result
}

fn python_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let inside = map_chars(text, |character| repr_escape(character, quote));
    format!("{quote}{inside}{quote}")
}

/// What `repr` makes of a character between these quotes, where it changes it.
pub(crate) fn repr_escape(character: char, quote: char) -> Option<String> {
    let code = u32::from(character);
    match character {
        '\\' => Some("\\\\".to_owned()),
        '\n' => Some("\\n".to_owned()),
        '\r' => Some("\\r".to_owned()),
        '\t' => Some("\\t".to_owned()),
        _ if character == quote => Some(format!("\\{quote}")),
        _ if unicode_class::printable().contains(character) => None,
        _ if code <= 0xff => Some(format!("\\x{code:02x}")),
        _ if code <= 0xffff => Some(format!("\\u{code:04x}")),
        _ => Some(format!("\\U{code:08x}")),
    }
}

fn secure_filename(text: &str) -> String {
    let ascii: String = text.chars().filter(char::is_ascii).map(|c| if c == '/' { ' ' } else { c }).collect();
    let is_space = |character: char| unicode_class::whitespace().contains(character);
    let words: Vec<&str> = ascii.split(is_space).filter(|word| !word.is_empty()).collect();
    let joined = words.join("_");
    let kept: String = joined.chars().filter(|&c| c.is_ascii_alphanumeric() || "_.-".contains(c)).collect();
    kept.trim_matches(|character| character == '.' || character == '_').to_owned()
}
