//! The `re` module. Invariant: a pattern that has no language gives a condition that is not known.

use std::rc::Rc;

use crate::{
    automata::operation::Operation,
    interpreter::{Choice, Choices, Interpreter, call::Arguments},
    regex::{self, Flags, Mode},
    state::State,
    value::{Influence, Value},
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
            "match" | "fullmatch" | "search" => 2,
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
        let rest = Arguments {
            positional: arguments.positional.as_ref().map(|all| all.get(1..).unwrap_or_default().to_vec()),
            ..arguments.clone()
        };
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
        let groups = self.groups_of(state, pattern, flags_of(bits), &subject);
        let matched = Value::Match((mode == Mode::FullMatch).then(|| subject.clone()), groups.into());
        vec![Choice::value(matched).when(condition.clone()), Choice::value(Value::None).when(condition.negate())]
    }
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
