//! What the groups of a match give. Invariant: a group's text lies in the group's own language, and a group that may have
//! taken no part is not known.

use crate::{
    automata::language::Language,
    interpreter::{Choice, Choices, Interpreter, call::Arguments},
    regex::{self, Flags, Mode},
    rope::Rope,
    state::State,
    value::{Influence, Value},
};

/// A group of a match.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    name: Option<String>,
    /// Its text, where it certainly took part.
    pub(crate) text: Option<Rope>,
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
    /// Makes the groups of a match of a text that is not known.
    pub(crate) fn groups_of(&mut self, state: &mut State, pattern: &str, flags: Flags, subject: &Rope) -> Vec<Group> {
        if flags.verbose {
            return Vec::new();
        }
        let influence = self.influence(state, &[Value::Str(subject.clone())]);
        let influence = if subject.has_injected_text() { Influence::Attacker } else { influence };
        let mut groups = Vec::new();
        for part in parts_of(pattern).unwrap_or_default() {
            let language = language_of(&part, flags);
            let text = language.map(|language| {
                self.unknown_text(state, &format!("a group of `{pattern}`"), influence, Some(language))
            });
            groups.push(Group { name: part.name, text });
        }
        groups
    }

    /// Calls `group`, `groups` or `groupdict` of a match, or takes an item of it; `None` for what is not known.
    pub(crate) fn group_method(&mut self, groups: &[Group], (name, arguments): (&str, &Arguments)) -> Option<Choices> {
        let text = |group: &Group| group.text.clone().map(Value::Str);
        let value = match (name, arguments.plain()?) {
            ("group" | "__getitem__", [which]) => text(find(groups, which)?)?,
            ("group", [_, _, ..]) => {
                let all = arguments.plain()?.iter().map(|which| text(find(groups, which)?));
                Value::Tuple(all.collect::<Option<_>>()?)
            }
            ("groups", []) if !groups.is_empty() => Value::Tuple(groups.iter().map(text).collect::<Option<_>>()?),
            _ => return None,
        };
        Some(vec![Choice::value(value)])
    }
}

fn find<'g>(groups: &'g [Group], which: &Value) -> Option<&'g Group> {
    if let Some(name) = which.as_text() {
        return groups.iter().find(|group| group.name.as_deref() == Some(name.as_str()));
    }
    let number = usize::try_from(which.as_number()?).ok()?;
    groups.get(number.checked_sub(1)?)
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
