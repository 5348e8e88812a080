//! What a match of a pattern gives. Invariant: on a known text it is Python's own match; else a group's text lies in the
//! group's own language, and a group that may have taken no part is not known.

use std::{ops::Range, rc::Rc};

use crate::{
    automata::language::Language,
    interpreter::{Choice, Choices, Interpreter, call::Arguments},
    models::known_pattern::{Found, Searcher},
    regex::{self, Flags, Mode},
    rope::{Marked, Rope},
    state::State,
    value::{Influence, Value},
};

/// A match of a pattern.
#[derive(Clone, Debug)]
pub(crate) struct Matched {
    /// What `group()` gives, when that is known.
    whole: Option<Rope>,
    /// Where it stands, in characters, when that is known.
    span: Option<Range<usize>>,
    groups: Vec<Group>,
}

/// A group of a match.
#[derive(Clone, Debug)]
struct Group {
    name: Option<String>,
    taken: Taken,
    span: Option<Range<usize>>,
}

/// What a group took.
#[derive(Clone, Debug)]
enum Taken {
    /// A text.
    Text(Rope),
    /// Nothing: it had no part in the match.
    Nothing,
    /// Not known.
    Unclear,
}

/// A group of a pattern: its name, its own pattern, and whether it takes part in every match.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    name: Option<String>,
    body: String,
    is_certain: bool,
}

/// The most groups that are told apart.
const GROUPS: usize = 12;

impl Interpreter<'_> {
    /// Makes the match of a text that is not known.
    pub(crate) fn match_of(
        &mut self,
        state: &mut State,
        (pattern, flags): (&str, Flags),
        mode: Mode,
        subject: &Rope,
    ) -> Value {
        let whole = (mode == Mode::FullMatch).then(|| subject.clone());
        let mut groups = Vec::new();
        if !flags.verbose {
            let influence = self.influence(state, &[Value::Str(subject.clone())]);
            let influence = if subject.has_injected_text() { Influence::Attacker } else { influence };
            for part in parts_of(pattern).unwrap_or_default() {
                let taken = match language_of(&part, flags) {
                    Some(language) => {
                        let why = format!("a group of `{pattern}`");
                        Taken::Text(self.unknown_text(state, &why, influence, Some(language)))
                    }
                    None => Taken::Unclear,
                };
                groups.push(Group { name: part.name, taken, span: None });
            }
        }
        Value::Match(Rc::new(Matched { whole, span: None, groups }))
    }

    /// Calls a method of a match, or takes an item of it; `None` for what is not known.
    pub(crate) fn match_method(&mut self, matched: &Matched, (name, arguments): (&str, &Arguments)) -> Option<Choices> {
        let plain = arguments.plain()?;
        let value = match (name, plain) {
            ("group", []) => matched.taken(&Value::number(0))?,
            ("group" | "__getitem__", [which]) => match matched.taken(which) {
                Some(value) => value,
                None if matched.has(which) == Some(false) => return Some(vec![Choice::raise("IndexError")]),
                None => return None,
            },
            ("group", [_, _, ..]) => {
                Value::Tuple(plain.iter().map(|which| matched.taken(which)).collect::<Option<_>>()?)
            }
            ("groups", []) if !matched.groups.is_empty() || matched.span.is_some() => {
                Value::Tuple(matched.groups.iter().map(Group::value).collect::<Option<_>>()?)
            }
            ("start" | "end" | "span", [] | [_]) => {
                let span = matched.span_of(plain.first())?;
                let place = |at: usize| i128::try_from(at).ok().map(Value::number);
                match name {
                    "start" => place(span.start)?,
                    "end" => place(span.end)?,
                    _ => Value::Tuple([place(span.start)?, place(span.end)?].into()),
                }
            }
            _ => return None,
        };
        Some(vec![Choice::value(value)])
    }
}

impl Matched {
    /// Makes the match that was found in a known text.
    pub(crate) fn found(text: &Marked, searcher: &Searcher, found: &Found) -> Self {
        let place = |at: usize| text.text.get(..at).map_or(0, |before| before.chars().count());
        let span = |range: &Range<usize>| place(range.start)..place(range.end);
        let groups = searcher.names.iter().zip(&found.groups).map(|(name, range)| Group {
            name: name.clone(),
            taken: range.as_ref().map_or(Taken::Nothing, |range| Taken::Text(Rope::cut(text, range.clone()))),
            span: range.as_ref().map(span),
        });
        Self {
            whole: Some(Rope::cut(text, found.whole.clone())),
            span: Some(span(&found.whole)),
            groups: groups.collect(),
        }
    }

    /// Gives the texts that are known to be parts of the match.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &Rope> {
        let groups = self.groups.iter().filter_map(|group| match &group.taken {
            Taken::Text(text) => Some(text),
            Taken::Nothing | Taken::Unclear => None,
        });
        self.whole.iter().chain(groups)
    }

    /// Gives the values of all groups, as `re.findall` and `re.split` list them.
    pub(crate) fn values(&self) -> Option<Vec<Value>> {
        self.groups.iter().map(Group::value).collect()
    }

    /// Tells whether the whole is known.
    pub(crate) const fn whole(&self) -> Option<&Rope> {
        self.whole.as_ref()
    }

    fn taken(&self, which: &Value) -> Option<Value> {
        match which.as_number() {
            Some(0) => self.whole.clone().map(Value::Str),
            _ => self.find(which)?.value(),
        }
    }

    fn has(&self, which: &Value) -> Option<bool> {
        // Of a text that is not known, the groups are only counted as far as the pattern is understood.
        self.span.as_ref()?;
        (which.as_text().is_some() || which.as_number().is_some()).then(|| self.find(which).is_some())
    }

    fn span_of(&self, which: Option<&Value>) -> Option<Range<usize>> {
        match which {
            None => self.span.clone(),
            Some(which) if which.as_number() == Some(0) => self.span.clone(),
            Some(which) => self.find(which)?.span.clone(),
        }
    }

    fn find(&self, which: &Value) -> Option<&Group> {
        if let Some(name) = which.as_text() {
            return self.groups.iter().find(|group| group.name.as_deref() == Some(name.as_str()));
        }
        let number = usize::try_from(which.as_number()?).ok()?;
        self.groups.get(number.checked_sub(1)?)
    }
}

impl Group {
    fn value(&self) -> Option<Value> {
        match &self.taken {
            Taken::Text(text) => Some(Value::Str(text.clone())),
            Taken::Nothing => Some(Value::None),
            Taken::Unclear => None,
        }
    }
}

/// Gives a group's language; `None` where it may take no part, or where its text depends on what stands around it.
fn language_of(part: &Part, flags: Flags) -> Option<Language> {
    let depends = ["^", "$", "\\b", "\\B", "\\A", "\\Z", "(?=", "(?!", "(?<=", "(?<!"];
    // A caret that negates a class depends on nothing.
    let plain = part.body.replace("[^", "[");
    if !part.is_certain || depends.iter().any(|part| plain.contains(part)) {
        return None;
    }
    regex::language(&part.body, flags, Mode::FullMatch).ok()
}

/// An open group, or the pattern itself.
#[derive(Debug, Default)]
struct Level {
    /// Its number; `None` for one that captures nothing.
    number: Option<usize>,
    /// Where its own pattern starts.
    start: usize,
    /// Whether there is a `|` in it, outside of inner groups.
    has_choice: bool,
    /// Whether it looks around.
    is_look: bool,
    /// Numbers of the groups in it.
    inner: Vec<usize>,
}

/// Finds the groups of a pattern, in the order of their numbers; `None` for a pattern that is not understood.
fn parts_of(pattern: &str) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let mut levels = vec![Level::default()];
    let mut at = 0;
    while let Some(rest) = pattern.get(at..).filter(|rest| !rest.is_empty()) {
        let next = rest.chars().next()?;
        at += next.len_utf8();
        match next {
            '\\' => at += rest.chars().nth(1)?.len_utf8(),
            '[' => at += class_size(rest.get(1..)?)?,
            '|' => levels.last_mut()?.has_choice = true,
            '(' => {
                let mut level = Level { start: at, ..Level::default() };
                let mut name = None;
                let inside = rest.get(1..)?;
                let is_capturing = match inside.strip_prefix('?') {
                    None => true,
                    Some(named) if named.starts_with("P<") => {
                        let end = named.find('>')?;
                        name = Some(named.get(2..end)?.to_owned());
                        level.start = at + 1 + end + 1;
                        true
                    }
                    Some(look) if look.starts_with(['=', '!', '<']) => {
                        level.is_look = true;
                        false
                    }
                    Some(plain) if plain.starts_with(':') => false,
                    Some(_) => return None,
                };
                if is_capturing {
                    level.number = Some(parts.len());
                    parts.push(Part { name, body: String::new(), is_certain: true });
                    levels.iter_mut().for_each(|outer| outer.inner.push(parts.len() - 1));
                    if parts.len() > GROUPS {
                        return None;
                    }
                }
                levels.push(level);
            }
            ')' => {
                let level = levels.pop().filter(|_| !levels.is_empty())?;
                let is_optional = pattern.get(at..)?.starts_with(['?', '*', '{']);
                if let Some(number) = level.number {
                    let part = parts.get_mut(number)?;
                    pattern.get(level.start..at - 1)?.clone_into(&mut part.body);
                    part.is_certain &= !is_optional;
                }
                if is_optional || level.has_choice || level.is_look {
                    for number in level.inner {
                        parts.get_mut(number)?.is_certain = false;
                    }
                }
            }
            _ => {}
        }
    }
    let outermost = levels.pop().filter(|_| levels.is_empty())?;
    if outermost.has_choice {
        parts.iter_mut().for_each(|part| part.is_certain = false);
    }
    Some(parts)
}

/// Gives the size of what follows the opening bracket of a class, its closing one included.
fn class_size(rest: &str) -> Option<usize> {
    let mut size = 0;
    let mut is_escaped = false;
    for (at, next) in rest.char_indices() {
        size = at + next.len_utf8();
        // A bracket that comes first stands for itself.
        let is_first = at == 0 || at == 1 && rest.starts_with('^');
        match next {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            ']' if !is_first => return Some(size),
            _ => {}
        }
    }
    let _ = size;
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pattern: &str) -> Vec<(String, bool)> {
        parts_of(pattern).unwrap_or_default().into_iter().map(|part| (part.body, part.is_certain)).collect()
    }

    #[test]
    fn groups_are_found() {
        let part = |body: &str, is_certain| (body.to_owned(), is_certain);
        assert_eq!(shown(r"([a-z]+)-(\d+)"), [part("[a-z]+", true), part(r"\d+", true)]);
        assert_eq!(shown(r"(a)|(b)"), [part("a", false), part("b", false)]);
        assert_eq!(shown(r"(?:(a)|b)(c)?(d)+"), [part("a", false), part("c", false), part("d", true)]);
        assert_eq!(shown(r"(?P<x>a(b|c))\(([])])"), [part("a(b|c)", true), part("b|c", true), part("[])]", true)]);
        assert_eq!(shown(r"(?=(a))(b"), []);
    }
}
