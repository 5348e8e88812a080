//! The `re` module. Invariant: a pattern that has no language gives a condition that is not known.

use std::rc::Rc;

use crate::{
    automata::operation::Operation,
    interpreter::{Choice, Choices, Interpreter, call::Arguments},
    models::{
        groups::Matched,
        known_pattern::{Found, Searcher},
    },
    regex::{self, Flags, Mode},
    rope::{Marked, Rope},
    state::State,
    value::{Influence, Object, Value},
};

/// Gives the value of a flag of `re`.
pub(crate) fn flag(path: &str) -> Option<i128> {
    Some(match path.strip_prefix("re.")? {
        "IGNORECASE" | "I" => 2,
        "MULTILINE" | "M" => 8,
        "DOTALL" | "S" => 16,
        "VERBOSE" | "X" => 64,
        "ASCII" | "A" => 256,
        "UNICODE" | "U" => 32,
        _ => return None,
    })
}

fn flags_of(bits: i128) -> Flags {
    Flags {
        ignore_case: bits & 2 != 0,
        multi_line: bits & 8 != 0,
        dot_all: bits & 16 != 0,
        verbose: bits & 64 != 0,
        ascii: bits & 256 != 0,
    }
}

impl Interpreter<'_> {
    /// Calls a function of `re`; `None` when it is not modelled.
    pub(crate) fn call_re(&mut self, state: &mut State, name: &str, arguments: &Arguments) -> Option<Choices> {
        if name == "escape" {
            let rope = arguments.at(0)?.as_rope()?.clone();
            return Some(vec![Choice::value(Value::Str(self.apply(state, &rope, Operation::RegexEscape)))]);
        }
        let flags_at = match name {
            "compile" => 1,
            "match" | "fullmatch" | "search" | "findall" | "finditer" => 2,
            "split" => 3,
            "sub" => 4,
            _ => return None,
        };
        let bits = match arguments.get(flags_at, "flags") {
            None => 0,
            Some(Value::Global(path)) => flag(path)?,
            Some(value) => value.as_number()?,
        };
        if let (Some(Value::Pattern(pattern, bits)), true) = (arguments.at(0), name != "compile") {
            let rest = Arguments {
                positional: arguments.positional.as_ref().map(|all| all.get(1..).unwrap_or_default().to_vec()),
                ..arguments.clone()
            };
            let (pattern, bits) = (Rc::clone(pattern), *bits);
            return Some(self.pattern_method(state, &pattern, bits, (name, &rest)));
        }
        let pattern = arguments.get(0, "pattern")?.as_text()?;
        if name == "compile" {
            return Some(vec![Choice::value(Value::Pattern(pattern.into(), bits))]);
        }
        // What is left are the arguments of the compiled pattern's method.
        let mut rest = Arguments {
            positional: arguments.positional.as_ref().map(|all| all.get(1..).unwrap_or_default().to_vec()),
            ..arguments.clone()
        };
        rest.keywords.retain(|(name, _)| name != "flags");
        if let Some(positional) = &mut rest.positional {
            positional.truncate(flags_at - 1);
        }
        Some(self.pattern_method(state, &pattern, bits, (name, &rest)))
    }

    /// Calls a method of a compiled pattern.
    pub(crate) fn pattern_method(
        &mut self,
        state: &mut State,
        pattern: &str,
        bits: i128,
        (name, arguments): (&str, &Arguments),
    ) -> Choices {
        let mode = match name {
            "match" => Some(Mode::Match),
            "fullmatch" => Some(Mode::FullMatch),
            "search" => Some(Mode::Search),
            _ => None,
        };
        let subject = match arguments.get(if name == "sub" { 1 } else { 0 }, "string") {
            Some(Value::Str(rope)) => Some(rope.clone()),
            Some(Value::Opaque(opaque)) => {
                let opaque = opaque.clone();
                Some(self.text_of_opaque(state, &opaque))
            }
            Some(Value::None | Value::Int(_)) => return vec![Choice::raise("TypeError")],
            Some(_) | None => None,
        };
        if let Some(marked) = subject.as_ref().and_then(Rope::marked)
            && let Some(value) = self.known_pattern_method(state, (pattern, flags_of(bits)), (name, arguments), &marked)
        {
            return vec![Choice::value(value)];
        }
        let (Some(mode), Some(subject)) = (mode, subject.clone()) else {
            if let (Some(subject), "sub", Some(to)) = (subject, name, arguments.get(0, "repl").and_then(Value::as_text))
                && let Some(operation) = substitution(pattern, bits, &to)
            {
                return vec![Choice::value(Value::Str(self.apply(state, &subject, operation)))];
            }
            return self.unknown_call(state, &format!("re.{name}"), None, arguments);
        };
        let language = regex::language(pattern, flags_of(bits), mode);
        let condition = match language {
            Ok(language) => self.is_in(&subject, &language),
            Err(_) => {
                let influence = self.influence(state, &[Value::Str(subject.clone())]);
                let influence = if subject.has_injected_text() { Influence::Attacker } else { influence };
                self.fresh_condition(&format!("the pattern `{pattern}`"), influence)
            }
        };
        let matched = self.match_of(state, (pattern, flags_of(bits)), mode, &subject);
        vec![Choice::value(matched).when(condition.clone()), Choice::value(Value::None).when(condition.negate())]
    }
}

impl Interpreter<'_> {
    /// Calls a method of a pattern with a text that is known.
    fn known_pattern_method(
        &mut self,
        state: &mut State,
        (pattern, flags): (&str, Flags),
        (name, arguments): (&str, &Arguments),
        subject: &Marked,
    ) -> Option<Value> {
        let text = subject.text.as_str();
        let mode = match name {
            "match" => Mode::Match,
            "fullmatch" => Mode::FullMatch,
            "search" | "findall" | "finditer" | "split" | "sub" => Mode::Search,
            _ => return None,
        };
        let searcher = Searcher::new(pattern, flags, mode, text)?;
        let is_single = arguments.plain().is_some_and(|plain| plain.len() == 1);
        let made = |found: &Found| Matched::found(subject, &searcher, found);
        match name {
            "match" | "fullmatch" | "search" if is_single => {
                Some(searcher.first(text).map_or(Value::None, |found| Value::Match(Rc::new(made(&found)))))
            }
            "findall" if is_single => {
                let items = searcher.all(text)?.into_iter().map(|found| {
                    let matched = made(&found);
                    let text = |value: Value| if matches!(value, Value::None) { Value::text("") } else { value };
                    let mut groups: Vec<Value> = matched.values()?.into_iter().map(text).collect();
                    match groups.len() {
                        0 => matched.whole().cloned().map(Value::Str),
                        1 => groups.pop(),
                        _ => Some(Value::Tuple(groups.into())),
                    }
                });
                let items = items.collect::<Option<_>>()?;
                Some(Value::Object(state.allocate(Object::List(items))))
            }
            "split" => {
                let limit = match arguments.get(1, "maxsplit") {
                    None => 0,
                    Some(value) => usize::try_from(value.as_number()?).ok()?,
                };
                let mut parts = Vec::new();
                let mut at = 0;
                for found in searcher.all(text)?.iter().take(if limit == 0 { usize::MAX } else { limit }) {
                    parts.push(Value::Str(Rope::cut(subject, at..found.whole.start)));
                    parts.extend(made(found).values()?);
                    at = found.whole.end;
                }
                parts.push(Value::Str(Rope::cut(subject, at..text.len())));
                Some(Value::Object(state.allocate(Object::List(parts))))
            }
            "sub" => {
                let template = arguments.get(0, "repl").and_then(Value::as_text)?;
                let limit = match arguments.get(2, "count") {
                    None => 0,
                    Some(value) => usize::try_from(value.as_number()?).ok()?,
                };
                let (mut out, mut at) = (String::new(), 0);
                for found in searcher.all(text)?.iter().take(if limit == 0 { usize::MAX } else { limit }) {
                    out.push_str(text.get(at..found.whole.start)?);
                    out.push_str(&expanded(&template, text, found)?);
                    at = found.whole.end;
                }
                out.push_str(text.get(at..)?);
                Some(Value::Str(Rope::derived(subject, &out)))
            }
            _ => None,
        }
    }
}

/// Writes what `re.sub` puts in a match's place; `None` for a template that is not understood.
fn expanded(template: &str, text: &str, found: &Found) -> Option<String> {
    let mut out = String::new();
    let mut rest = template.chars();
    while let Some(next) = rest.next() {
        if next != '\\' {
            out.push(next);
            continue;
        }
        let number = match rest.next()? {
            'g' => {
                let (name, behind) = rest.as_str().strip_prefix('<')?.split_once('>')?;
                rest = behind.chars();
                name.parse::<usize>().ok()?
            }
            digit @ '1'..='9' if !rest.as_str().starts_with(|next: char| next.is_ascii_digit()) => {
                usize::try_from(digit.to_digit(10)?).ok()?
            }
            '\\' => {
                out.push('\\');
                continue;
            }
            'n' => {
                out.push('\n');
                continue;
            }
            _ => return None,
        };
        let range = if number == 0 { Some(&found.whole) } else { found.groups.get(number - 1)?.as_ref() };
        out.push_str(range.map_or(Some(""), |range| text.get(range.clone()))?);
    }
    Some(out)
}

/// Gives the function that `re.sub` is for a single character class; `None` for other patterns.
fn substitution(pattern: &str, bits: i128, to: &str) -> Option<Operation> {
    if to.contains('\\') {
        return None;
    }
    let (class, runs) = match pattern.strip_suffix('+') {
        Some(class) => (class, true),
        None => (pattern, false),
    };
    let is_class = class.starts_with('[') && class.ends_with(']') && !class.get(1..class.len() - 1)?.contains('[');
    let is_escape = class.len() == 2 && class.starts_with('\\') && class.ends_with(['d', 'D', 'w', 'W', 's', 'S']);
    if !is_class && !is_escape {
        return None;
    }
    let language = regex::language(class, flags_of(bits), Mode::FullMatch).ok()?;
    let tree = language.to_regex_tree()?;
    match tree.as_ref() {
        crate::automata::regex_tree::RegexTree::Chars(set) => Some(if runs {
            Operation::ReplaceRuns { set: set.clone(), to: to.to_owned() }
        } else {
            Operation::ReplaceChars { set: set.clone(), to: to.to_owned() }
        }),
        crate::automata::regex_tree::RegexTree::Literal(text) if text.chars().count() == 1 => {
            let set = crate::automata::char_set::CharSet::of(text);
            Some(if runs {
                Operation::ReplaceRuns { set, to: to.to_owned() }
            } else {
                Operation::ReplaceChars { set, to: to.to_owned() }
            })
        }
        _ => None,
    }
}
