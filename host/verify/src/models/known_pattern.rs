//! Patterns on texts that are known. Invariant: a match is given only where Python's search and the one here are known to
//! agree: both try the leftmost place first and alternatives in their order; what they treat differently is refused.

use std::ops::Range;

use ::regex::{Regex, RegexBuilder};

use crate::regex::{Flags, Mode};

/// The largest compiled pattern, in bytes.
const SIZE_LIMIT: usize = 1 << 20;

/// A match: the byte ranges of the whole and of each group, where the group took part.
pub(crate) struct Found {
    pub(crate) whole: Range<usize>,
    pub(crate) groups: Vec<Option<Range<usize>>>,
}

/// A pattern that is searched for in known texts.
pub(crate) struct Searcher {
    regex: Regex,
    /// The groups' names, in the order of their numbers.
    pub(crate) names: Vec<Option<String>>,
}

impl Searcher {
    /// Translates a pattern of Python's; `None` where the two may not agree on this text.
    pub(crate) fn new(pattern: &str, flags: Flags, mode: Mode, text: &str) -> Option<Self> {
        // Outside ASCII the two know different characters, and separators count as white space for one of them.
        let is_plain = |c: char| c.is_ascii() && !('\x1c'..='\x1f').contains(&c);
        if flags.verbose || !pattern.is_ascii() || !text.chars().all(is_plain) {
            return None;
        }
        let has_lines = text.contains('\n');
        let (translated, repeated) = translated(pattern, flags, has_lines)?;
        let anchored = match mode {
            Mode::Search => translated,
            Mode::Match => format!(r"\A(?:{translated})"),
            Mode::FullMatch => format!(r"\A(?:{translated})\z"),
        };
        let build = |pattern: &str| {
            RegexBuilder::new(pattern).case_insensitive(flags.ignore_case).size_limit(SIZE_LIMIT).build().ok()
        };
        // What an empty turn of a repeated group captures is decided differently.
        if !repeated.iter().all(|body| build(&format!(r"\A(?:{body})\z")).is_some_and(|one| !one.is_match(""))) {
            return None;
        }
        let regex = build(&anchored)?;
        let names = regex.capture_names().skip(1).map(|name| name.map(str::to_owned)).collect();
        Some(Self { regex, names })
    }

    /// Finds the first match.
    pub(crate) fn first(&self, text: &str) -> Option<Found> {
        self.regex.captures(text).and_then(|captures| found(&captures))
    }

    /// Finds all matches; `None` for a pattern that also matches nothing, after which the two go on differently.
    pub(crate) fn all(&self, text: &str) -> Option<Vec<Found>> {
        let all: Vec<Found> = self.regex.captures_iter(text).filter_map(|captures| found(&captures)).collect();
        (!self.regex.is_match("") && all.iter().all(|one| !one.whole.is_empty())).then_some(all)
    }
}

fn found(captures: &::regex::Captures<'_>) -> Option<Found> {
    let groups = captures.iter().skip(1).map(|group| group.map(|one| one.range())).collect();
    Some(Found { whole: captures.get(0)?.range(), groups })
}

/// Writes the pattern in the other syntax, together with the groups that are repeated.
fn translated(pattern: &str, flags: Flags, has_lines: bool) -> Option<(String, Vec<String>)> {
    let mut out = String::new();
    let mut repeated = Vec::new();
    let mut opened: Vec<usize> = Vec::new();
    let mut closed: Option<usize> = None;
    let mut all = pattern.chars().peekable();
    while let Some(next) = all.next() {
        let last_group = closed.take();
        match next {
            '\\' => out.push_str(&escape(all.next()?)?),
            '[' => {
                out.push('[');
                if all.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                if all.next_if_eq(&']').is_some() {
                    out.push_str(r"\]");
                }
                class(&mut all, &mut out)?;
            }
            '.' if flags.dot_all => out.push_str("(?s:.)"),
            '.' => out.push_str(r"[^\n]"),
            '^' => out.push_str(if flags.multi_line { "(?m:^)" } else { r"\A" }),
            '$' if flags.multi_line => out.push_str("(?m:$)"),
            '$' if has_lines => return None,
            '$' => out.push_str(r"\z"),
            '(' => {
                opened.push(out.len());
                out.push('(');
                if all.next_if_eq(&'?').is_some() {
                    out.push('?');
                    match all.next()? {
                        ':' => out.push(':'),
                        'P' if all.next_if_eq(&'<').is_some() => out.push_str("P<"),
                        _ => return None,
                    }
                }
            }
            ')' => {
                out.push(')');
                closed = Some(opened.pop()?);
            }
            '*' | '+' | '?' | '{' => {
                let is_more = next != '?';
                if let (Some(start), true) = (last_group, is_more) {
                    repeated.push(out.get(start..)?.to_owned());
                }
                out.push(next);
                if next == '{' {
                    let mut inside = String::new();
                    loop {
                        match all.next()? {
                            '}' => break,
                            one if one.is_ascii_digit() || one == ',' => inside.push(one),
                            _ => return None,
                        }
                    }
                    if !inside.starts_with(|one: char| one.is_ascii_digit()) {
                        return None;
                    }
                    out.push_str(&inside);
                    out.push('}');
                }
                if all.next_if_eq(&'?').is_some() {
                    out.push('?');
                }
                if matches!(all.peek(), Some('+' | '*' | '?' | '{')) {
                    return None;
                }
            }
            other => out.push(other),
        }
    }
    opened.is_empty().then_some((out, repeated))
}

/// Translates what stands behind a backslash.
fn escape(next: char) -> Option<String> {
    Some(match next {
        'd' | 'D' | 'w' | 'W' | 's' | 'S' | 'b' | 'B' | 'A' | 'n' | 'r' | 't' | 'f' | 'v' => format!("\\{next}"),
        'Z' => r"\z".to_owned(),
        other if other.is_ascii_punctuation() => format!("\\{other}"),
        ' ' => " ".to_owned(),
        _ => return None,
    })
}

/// Copies the rest of a class; what means more to the other syntax is escaped, or refused.
fn class(all: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) -> Option<()> {
    loop {
        match all.next()? {
            ']' => {
                out.push(']');
                return Some(());
            }
            '\\' => match all.next()? {
                'b' | 'B' | 'A' | 'Z' => return None,
                other => out.push_str(&escape(other)?),
            },
            '[' => out.push_str(r"\["),
            same @ ('&' | '~' | '-') if all.peek() == Some(&same) => return None,
            other @ ('&' | '~') => {
                out.push('\\');
                out.push(other);
            }
            other => out.push(other),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn groups(pattern: &str, text: &str) -> Option<Vec<Option<String>>> {
        let searcher = Searcher::new(pattern, Flags::default(), Mode::Search, text)?;
        let found = searcher.first(text)?;
        Some(found.groups.into_iter().map(|range| range.map(|range| text.get(range).unwrap().to_owned())).collect())
    }

    #[test]
    fn groups_are_taken_in_order() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(groups(r"(a|ab)(c|bcd)(d*)", "abcd"), Some(vec![some("a"), some("bcd"), some("")]));
        assert_eq!(groups(r"(\w+)@(?P<host>[a-z.]+)(x)?", "me@b.c"), Some(vec![some("me"), some("b.c"), None]));
        assert_eq!(groups(r"[]x]+(.)", "]]b"), Some(vec![some("b")]));
    }

    #[test]
    fn what_is_read_differently_is_refused() {
        for pattern in ["(a*)*", r"(a)\1", "(?=a)", "a++", "[a--b]", "(?i)a", "a{,3}", "é", r"\N{DASH}"] {
            assert!(Searcher::new(pattern, Flags::default(), Mode::Search, "a").is_none(), "{pattern}");
        }
        assert!(Searcher::new("a$", Flags::default(), Mode::Search, "a\n").is_none());
        assert!(Searcher::new("a", Flags::default(), Mode::Search, "é").is_none());
    }
}
