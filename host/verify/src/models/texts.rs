//! Methods of `str`. Invariant: on a known text each gives Python's own result.

use num_traits::ToPrimitive;

use crate::{
    automata::{
        char_set::CharSet,
        operation::{Operation, Side},
    },
    interpreter::{Choice, Choices, Interpreter, call::Arguments, size_limit::is_large},
    rope::Rope,
    state::State,
    term::{IntTerm, IntVariable},
    value::{Object, Value},
};

/// All methods of `str`: a parameter that is asked for another attribute is no string.
const METHODS: &[&str] = &[
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "maketrans",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];

/// Tells whether `str` has a method of this name.
pub(crate) fn is_text_method(name: &str) -> bool {
    METHODS.contains(&name)
}

impl Interpreter<'_> {
    /// Calls a method of a string.
    pub(crate) fn text_method(&mut self, state: &mut State, rope: &Rope, name: &str, arguments: &Arguments) -> Choices {
        if let Some(choices) = self.known_text_method(state, rope, name, arguments) {
            return choices;
        }
        let first = arguments.at(0).cloned();
        let count = arguments.count().unwrap_or(usize::MAX);
        match (name, count) {
            ("casefold", 0) if rope.known().is_some_and(|text| text.is_ascii()) => {
                self.mapped(state, rope, Operation::Lower)
            }
            ("lower", 0) => self.mapped(state, rope, Operation::Lower),
            ("upper", 0) => self.mapped(state, rope, Operation::Upper),
            ("strip" | "lstrip" | "rstrip", 0 | 1) => self.strip(state, rope, name, first.as_ref()),
            ("replace", 2 | 3) => self.replace(state, rope, arguments),
            ("startswith", 1) => self.affix(state, rope, first.as_ref(), Side::Left),
            ("endswith", 1) => self.affix(state, rope, first.as_ref(), Side::Right),
            ("removeprefix", 1) => match first.as_ref().and_then(Value::as_text) {
                Some(prefix) => self.mapped(state, rope, Operation::RemovePrefix(prefix)),
                None => self.unknown_method(state, rope, name, arguments),
            },
            ("format", _) => self.format_method(state, rope, arguments),
            ("join", 1) => match &first {
                Some(items) => self.join(state, rope, items),
                None => Vec::new(),
            },
            ("encode", _) => {
                let plain = arguments
                    .get(0, "encoding")
                    .and_then(Value::as_text)
                    .is_none_or(|encoding| matches!(encoding.to_ascii_lowercase().as_str(), "utf-8" | "utf8"));
                if plain {
                    vec![Choice::value(Value::Bytes(rope.clone()))]
                } else {
                    self.unknown_method(state, rope, name, arguments)
                }
            }
            (
                "isdigit" | "isalnum" | "isalpha" | "isdecimal" | "isidentifier" | "isnumeric" | "isascii" | "isspace"
                | "islower" | "isupper" | "isprintable",
                0,
            ) => {
                let term = self.character_test(rope, name);
                vec![Choice::value(Value::Bool(term))]
            }
            ("find" | "rfind" | "index" | "rindex" | "count", 1) => {
                self.position(state, rope, name, first.as_ref(), arguments)
            }
            ("split" | "rsplit" | "splitlines" | "partition" | "rpartition", _) => {
                self.split(state, rope, name, arguments)
            }
            ("zfill", 1) => match (rope.marked(), first.as_ref().and_then(Value::as_number)) {
                (Some(marked), Some(width)) if width < 1000 => {
                    let width = usize::try_from(width.max(0)).unwrap_or(0);
                    let shown = zfill(&marked.text, width);
                    vec![Choice::value(Value::Str(Rope::derived(&marked, &shown)))]
                }
                _ => self.unknown_method(state, rope, name, arguments),
            },
            ("translate", 1) => self.translate(state, rope, first.as_ref(), arguments),
            ("title" | "capitalize" | "swapcase", 0) => match rope.marked() {
                Some(marked) if marked.text.chars().all(has_plain_cases) => {
                    let shown = recase(&marked.text, name);
                    vec![Choice::value(Value::Str(Rope::derived(&marked, &shown)))]
                }
                Some(_) => self.unknown_method(state, rope, name, arguments),
                None => {
                    let text = self.image(state, rope, None);
                    vec![Choice::value(Value::Str(text))]
                }
            },
            _ => self.unknown_method(state, rope, name, arguments),
        }
    }

    fn mapped(&mut self, state: &mut State, rope: &Rope, operation: Operation) -> Choices {
        vec![Choice::value(Value::Str(self.apply(state, rope, operation)))]
    }

    pub(crate) fn unknown_method(
        &mut self,
        state: &mut State,
        rope: &Rope,
        name: &str,
        arguments: &Arguments,
    ) -> Choices {
        let receiver = Value::Str(rope.clone());
        self.unknown_call(state, &format!("str.{name}"), Some(&receiver), arguments)
    }

    fn strip(&mut self, state: &mut State, rope: &Rope, name: &str, chars: Option<&Value>) -> Choices {
        let side = match name {
            "lstrip" => Side::Left,
            "rstrip" => Side::Right,
            _ => Side::Both,
        };
        let operation = match chars {
            None | Some(Value::None) => Operation::strip_whitespace(side),
            Some(value) => match value.as_text() {
                Some(text) => Operation::Strip { side, chars: CharSet::of(&text) },
                None => {
                    let text = self.image(state, rope, None);
                    return vec![Choice::value(Value::Str(text))];
                }
            },
        };
        self.mapped(state, rope, operation)
    }

    fn replace(&mut self, state: &mut State, rope: &Rope, arguments: &Arguments) -> Choices {
        let (Some(from), Some(to)) = (arguments.at(0), arguments.at(1)) else { return Vec::new() };
        let limit = arguments.get(2, "count").map(|count| count.as_number());
        if arguments.get(2, "count").is_some_and(is_no_size) {
            return vec![Choice::raise("OverflowError")];
        }
        match (from.as_text(), to.as_rope(), limit) {
            (Some(from), Some(to), None | Some(Some(-1))) => match to.known() {
                Some(to) => self.mapped(state, rope, Operation::Replace { from, to }),
                None => match rope.marked() {
                    // A known template whose place-holder is filled with an unknown text.
                    Some(marked) if !from.is_empty() && marked.injected.is_empty() => {
                        let mut filled = Rope::default();
                        for (position, part) in marked.text.split(&from).enumerate() {
                            if position > 0 {
                                filled.append(to);
                            }
                            filled.append(&Rope::text(part));
                        }
                        vec![Choice::value(Value::Str(filled))]
                    }
                    Some(_) | None => {
                        let both = rope.concat(to);
                        let text = self.image(state, &both, None);
                        vec![Choice::value(Value::Str(text))]
                    }
                },
            },
            (Some(from), Some(to), Some(Some(count))) => match (to.known(), u32::try_from(count)) {
                (Some(to), Ok(count)) => self.mapped(state, rope, Operation::ReplaceFirst { from, to, count }),
                (Some(_) | None, _) => {
                    let both = rope.concat(to);
                    let text = self.image(state, &both, None);
                    vec![Choice::value(Value::Str(text))]
                }
            },
            _ => {
                let not_text = |value: &Value| matches!(value, Value::None | Value::Int(_) | Value::Bytes(_));
                if not_text(from) || not_text(to) {
                    return vec![Choice::raise("TypeError")];
                }
                self.unknown_method(state, rope, "replace", arguments)
            }
        }
    }

    fn join(&mut self, state: &mut State, separator: &Rope, items: &Value) -> Choices {
        if self.is_reshaped_to_tree(items) {
            return Vec::new();
        }
        let Some(items) = self.ordered_items(state, items) else {
            let influence = self.influence(state, &[items.clone(), Value::Str(separator.clone())]);
            let text = self.unknown_text(state, "a join of an unknown number of texts", influence, None);
            return self.with_any_exception(state, vec![Choice::value(Value::Str(text))]);
        };
        let mut whole = Rope::default();
        for (position, item) in items.iter().enumerate() {
            if is_large(&whole) {
                let influence =
                    self.influence(state, &items).max(self.influence(state, &[Value::Str(separator.clone())]));
                let text = self.unknown_text(state, "a long join", influence, None);
                return vec![Choice::value(Value::Str(text))];
            }
            if position > 0 {
                whole.append(separator);
            }
            match item {
                Value::Str(text) => whole.append(text),
                Value::Opaque(_) | Value::Global(_) => {
                    let text = self.text_of(state, item);
                    whole.append(&text);
                }
                _ => return vec![Choice::raise("TypeError")],
            }
        }
        vec![Choice::value(Value::Str(whole))]
    }

    fn translate(&mut self, state: &mut State, rope: &Rope, table: Option<&Value>, arguments: &Arguments) -> Choices {
        let entries = match table {
            Some(Value::Object(id)) => match state.object(*id) {
                Some(Object::Dict(entries)) => Some(entries.clone()),
                _ => None,
            },
            _ => None,
        };
        let pairs: Option<Vec<(char, String)>> = entries.and_then(|entries| {
            entries
                .iter()
                .map(|(key, value)| {
                    let from = char::from_u32(u32::try_from(key.as_number()?).ok()?)?;
                    let to = match value {
                        Value::None => String::new(),
                        Value::Int(_) => char::from_u32(u32::try_from(value.as_number()?).ok()?)?.to_string(),
                        other => other.as_text()?,
                    };
                    Some((from, to))
                })
                .collect()
        });
        match pairs {
            Some(pairs) => self.mapped(state, rope, Operation::Translate(pairs)),
            None => self.unknown_method(state, rope, "translate", arguments),
        }
    }

    /// Gives `len(text)`.
    pub(crate) fn text_length(&mut self, rope: &Rope) -> IntTerm {
        if let Some(text) = rope.known() {
            return IntTerm::number(text.chars().count());
        }
        match rope.plain_source() {
            Some(source) => IntTerm::Variable(IntVariable::Length(source)),
            None => self.fresh_integer(),
        }
    }
}

/// Tells whether a value is a number too large for CPython to take as a size.
pub(crate) fn is_no_size(value: &Value) -> bool {
    value.known_integer().is_some_and(|number| number.to_i64().is_none())
}

/// Tells whether a character's title form is its upper form, whatever stands around it.
const fn has_plain_cases(c: char) -> bool {
    matches!(c, '\0'..='\u{ff}') && c != 'ß'
}

fn zfill(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    match text.strip_prefix(['-', '+']) {
        Some(rest) => {
            let sign: String = text.chars().take(1).collect();
            format!("{sign}{}{rest}", "0".repeat(missing))
        }
        None => format!("{}{text}", "0".repeat(missing)),
    }
}

fn recase(text: &str, name: &str) -> String {
    let mut result = String::new();
    let mut inside = false;
    for (position, c) in text.chars().enumerate() {
        let upper = match name {
            "title" => !inside,
            "capitalize" => position == 0,
            _ => c.is_lowercase(),
        };
        if upper {
            result.extend(c.to_uppercase());
        } else {
            result.extend(c.to_lowercase());
        }
        inside = c.is_alphabetic();
    }
    result
}
