//! Methods of `str`. Invariant: on a known text each gives Python's own result.

use std::rc::Rc;

use crate::{
    automata::{char_set::CharSet, language::Language, operation::{Operation, Side}},
    interpreter::{Choice, Choices, Interpreter, call::Arguments, compare::{containing, finite}},
    regex,
    rope::Rope,
    state::State,
    term::{BoolTerm, IntTerm, IntVariable},
    value::{Influence, Object, Value},
};

/// All methods of `str`: a parameter that is asked for another attribute is no string.
const METHODS: &[&str] = &[
    "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format", "format_map",
    "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric",
    "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "maketrans", "partition",
    "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split",
    "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill",
];

/// Tells whether `str` has a method of this name.
pub(crate) fn is_text_method(name: &str) -> bool {
    METHODS.contains(&name)
}

impl Interpreter<'_> {
    /// Calls a method of a string.
    pub(crate) fn text_method(&mut self, state: &mut State, rope: &Rope, name: &str, arguments: &Arguments) -> Choices {
        let first = arguments.at(0).cloned();
        let count = arguments.count().unwrap_or(usize::MAX);
        match (name, count) {
            ("lower" | "casefold", 0) => self.mapped(state, rope, Operation::Lower),
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
                let plain = arguments.get(0, "encoding").and_then(Value::as_text).is_none_or(|encoding| {
                    matches!(encoding.to_ascii_lowercase().as_str(), "utf-8" | "utf8")
                });
                if plain { vec![Choice::value(Value::Bytes(rope.clone()))] } else { self.unknown_method(state, rope, name, arguments) }
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
                Some(marked) => {
                    let shown = recase(&marked.text, name);
                    vec![Choice::value(Value::Str(Rope::derived(&marked, &shown)))]
                }
                None => self.unknown_method(state, rope, name, arguments),
            },
            _ => self.unknown_method(state, rope, name, arguments),
        }
    }

    fn mapped(&mut self, state: &mut State, rope: &Rope, operation: Operation) -> Choices {
        vec![Choice::value(Value::Str(self.apply(state, rope, operation)))]
    }

    fn unknown_method(&mut self, state: &mut State, rope: &Rope, name: &str, arguments: &Arguments) -> Choices {
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

    fn affix(&mut self, state: &mut State, rope: &Rope, affix: Option<&Value>, side: Side) -> Choices {
        let wanted: Vec<Value> = match affix {
            Some(Value::Tuple(items)) => items.to_vec(),
            Some(value) => vec![value.clone()],
            None => Vec::new(),
        };
        let texts: Option<Vec<String>> = wanted.iter().map(Value::as_text).collect();
        if let Some(language) = texts.as_ref().and_then(|texts| finite(texts)) {
            let language = match side {
                Side::Left | Side::Both => language.concat(&Language::any()),
                Side::Right => Language::any().concat(&language),
            };
            if let Ok(language) = language {
                return vec![Choice::value(Value::Bool(self.is_in(rope, &language)))];
            }
        }
        let (wanted, influence) = match wanted.as_slice() {
            [one] => (Some(self.to_text(state, one)), self.influence(state, &[Value::Str(rope.clone()), one.clone()])),
            _ => (None, Influence::Attacker),
        };
        // A text that starts with a trusted directory: what the containment check needs.
        if let (Some(start), Some(source), Side::Left) = (wanted, rope.plain_source(), side)
            && start.sources().all(|id| self.sources.chooser(id) == crate::source::Chooser::Environment)
            && !start.has_injected_text()
        {
            return vec![Choice::value(Value::Bool(BoolTerm::Within { source, start }))];
        }
        let term = self.fresh_condition("a test of how a text starts or ends", influence);
        vec![Choice::value(Value::Bool(term))]
    }

    fn join(&mut self, state: &mut State, separator: &Rope, items: &Value) -> Choices {
        let Some(items) = self.known_items(state, items) else {
            let influence = self.influence(state, &[items.clone(), Value::Str(separator.clone())]);
            let text = self.unknown_text(state, "a join of an unknown number of texts", influence, None);
            return self.with_any_exception(state, vec![Choice::value(Value::Str(text))]);
        };
        let mut whole = Rope::default();
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                whole.append(separator);
            }
            match item {
                Value::Str(text) => whole.append(text),
                Value::Opaque(_) | Value::Global(_) => {
                    let text = self.to_text(state, item);
                    whole.append(&text);
                }
                _ => return vec![Choice::raise("TypeError")],
            }
        }
        vec![Choice::value(Value::Str(whole))]
    }

    fn character_test(&mut self, rope: &Rope, name: &str) -> BoolTerm {
        let pattern = match name {
            "isdigit" => Some(r"[\d\u00b2\u00b3\u00b9\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\U00010a40-\U00010a43\U00010e60-\U00010e68\U00011052-\U0001105a\U0001f100-\U0001f10a]+"),
            "isdecimal" => Some(r"\d+"),
            // `\w` is alphanumeric or an underscore, for each character.
            "isalnum" => Some(r"[^\W_]+"),
            "isalpha" => Some(r"[^\W\d_]+"),
            "isidentifier" => Some(r"[^\W\d]\w*"),
            "isascii" => Some(r"[\x00-\x7f]*"),
            "isspace" => Some(r"\s+"),
            _ => None,
        };
        let language = pattern
            .and_then(|pattern| regex::language(pattern, regex::Flags::default(), regex::Mode::FullMatch).ok());
        if let Some(text) = rope.known()
            && text.is_ascii()
        {
            return BoolTerm::Const(ascii_test(&text, name));
        }
        let Some(language) = language else {
            return self.fresh_condition(&format!("`{name}`"), Influence::Attacker);
        };
        let term = self.is_in(rope, &language);
        // Numerals that are no decimal digits differ between the two definitions, so either answer is possible there.
        let fuzzy = matches!(name, "isalpha" | "isidentifier" | "isdigit");
        match (term, fuzzy) {
            (BoolTerm::Member { source, holds, fails }, true) => match holds_ascii(&holds) {
                Some(ascii) => {
                    let fails = fails.union(&ascii.complement()).unwrap_or_else(|_| (*fails).clone());
                    BoolTerm::Member { source, holds, fails: Rc::new(fails) }
                }
                None => BoolTerm::Member { source, holds, fails },
            },
            (term, _) => term,
        }
    }

    fn position(
        &mut self,
        state: &mut State,
        rope: &Rope,
        name: &str,
        part: Option<&Value>,
        arguments: &Arguments,
    ) -> Choices {
        let Some(wanted) = part.and_then(Value::as_text) else {
            return self.unknown_method(state, rope, name, arguments);
        };
        if let Some(text) = rope.known() {
            let at = |byte: Option<usize>| {
                byte.and_then(|byte| text.get(..byte)).map(|before| before.chars().count())
            };
            let found = match name {
                "find" | "index" => at(text.find(&wanted)),
                "rfind" | "rindex" => at(text.rfind(&wanted)),
                _ => Some(text.matches(&wanted).count()),
            };
            return vec![match found.and_then(|found| i128::try_from(found).ok()) {
                Some(found) => Choice::value(Value::number(found)),
                None if name.ends_with("index") => Choice::raise("ValueError"),
                None => Choice::value(Value::number(-1)),
            }];
        }
        let found = containing(&wanted).map(|language| self.is_in(rope, &language));
        let Some(found) = found else { return self.unknown_method(state, rope, name, arguments) };
        let somewhere = Choice::value(Value::Int(self.fresh_integer())).when(found.clone());
        let nowhere = match name {
            "find" | "rfind" => Choice::value(Value::number(-1)),
            "count" => Choice::value(Value::number(0)),
            _ => Choice::raise("ValueError"),
        };
        vec![somewhere, nowhere.when(found.negate())]
    }

    fn split(&mut self, state: &mut State, rope: &Rope, name: &str, arguments: &Arguments) -> Choices {
        let separator = arguments.get(0, "sep").and_then(Value::as_text);
        let limit = arguments.get(1, "maxsplit").and_then(Value::as_number);
        let Some(marked) = rope.marked() else {
            return self.split_source(state, rope, name, (separator.as_deref(), arguments));
        };
        let text = marked.text.as_str();
        let offset = |part: &str| (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        let cut = |part: &str| Value::Str(Rope::cut(&marked, offset(part)..offset(part) + part.len()));
        let parts: Option<Vec<Value>> = match (name, &separator, limit) {
            ("split" | "rsplit", Some(separator), None) if !separator.is_empty() => {
                Some(text.split(separator.as_str()).map(cut).collect())
            }
            ("split", Some(separator), Some(limit)) if !separator.is_empty() && limit >= 0 => {
                let limit = usize::try_from(limit).unwrap_or(0) + 1;
                Some(text.splitn(limit, separator.as_str()).map(cut).collect())
            }
            ("rsplit", Some(separator), Some(limit)) if !separator.is_empty() && limit >= 0 => {
                let limit = usize::try_from(limit).unwrap_or(0) + 1;
                let mut parts: Vec<Value> = text.rsplitn(limit, separator.as_str()).map(cut).collect();
                parts.reverse();
                Some(parts)
            }
            ("split", None, None) if arguments.at(0).is_none() => Some(text.split_whitespace().map(cut).collect()),
            ("splitlines", None, None) if arguments.at(0).is_none() => Some(text.lines().map(cut).collect()),
            ("partition" | "rpartition", Some(separator), _) if !separator.is_empty() => {
                let found = if name == "partition" {
                    text.split_once(separator.as_str())
                } else {
                    text.rsplit_once(separator.as_str())
                };
                let parts = match found {
                    Some((before, after)) => vec![cut(before), Value::text(separator), cut(after)],
                    None if name == "partition" => {
                        vec![Value::Str(rope.clone()), Value::text(""), Value::text("")]
                    }
                    None => vec![Value::text(""), Value::text(""), Value::Str(rope.clone())],
                };
                return vec![Choice::value(Value::Tuple(parts.into()))];
            }
            _ => None,
        };
        match parts {
            Some(parts) => vec![Choice::value(Value::Object(state.allocate(Object::List(parts))))],
            None => self.unknown_method(state, rope, name, arguments),
        }
    }

    /// Splits a text that is not known: the parts hold no separator, and their number is not known.
    fn split_source(
        &mut self,
        state: &mut State,
        rope: &Rope,
        name: &str,
        (separator, arguments): (Option<&str>, &Arguments),
    ) -> Choices {
        let influence = self.influence(state, &[Value::Str(rope.clone())]);
        if let (Some(separator), true) = (separator, name.ends_with("partition")) {
            if let Some(has) = containing(separator) {
                let found = self.is_in(rope, &has);
                let part = |this: &mut Self, state: &mut State, without: bool| {
                    let language = without.then(|| has.complement());
                    Value::Str(this.unknown_text(state, "a part of a text", influence, language))
                };
                let is_first = name == "partition";
                let (before, after) = (part(self, state, is_first), part(self, state, !is_first));
                let split = Value::Tuple([before, Value::text(separator), after].into());
                let whole = Value::Str(rope.clone());
                let unsplit = if is_first {
                    [whole, Value::text(""), Value::text("")]
                } else {
                    [Value::text(""), Value::text(""), whole]
                };
                return vec![
                    Choice::value(split).when(found.clone()),
                    Choice::value(Value::Tuple(unsplit.into())).when(found.negate()),
                ];
            }
        }
        let receiver = Value::Str(rope.clone());
        self.unknown_call(state, &format!("str.{name}"), Some(&receiver), arguments)
    }

    fn translate(
        &mut self,
        state: &mut State,
        rope: &Rope,
        table: Option<&Value>,
        arguments: &Arguments,
    ) -> Choices {
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
            return IntTerm::Const(i128::try_from(text.chars().count()).unwrap_or(i128::MAX));
        }
        match rope.plain_source() {
            Some(source) => IntTerm::Variable(IntVariable::Length(source)),
            None => self.fresh_integer(),
        }
    }

    /// Evaluates `base[lower:upper:step]`.
    pub(crate) fn slice(&mut self, state: &mut State, base: &Value, bounds: &[Value; 3]) -> Choices {
        let number = |value: &Value| match value {
            Value::None => Some(None),
            other => other.as_number().map(Some),
        };
        let [lower, upper, step] = bounds;
        let known = match (number(lower), number(upper), number(step)) {
            (Some(lower), Some(upper), Some(step)) => Some((lower, upper, step.unwrap_or(1))),
            _ => None,
        };
        match (base, known) {
            (Value::Str(rope), Some((lower, upper, step))) => {
                if let Some(marked) = rope.marked() {
                    let places: Vec<usize> = marked.text.char_indices().map(|(at, _)| at).collect();
                    let chosen = indices(places.len(), lower, upper, step);
                    if step == 1 {
                        let start = chosen.first().and_then(|at| places.get(*at)).copied().unwrap_or(0);
                        let end = chosen
                            .last()
                            .and_then(|at| places.get(at + 1).copied())
                            .unwrap_or(if chosen.is_empty() { start } else { marked.text.len() });
                        return vec![Choice::value(Value::Str(Rope::cut(&marked, start..end)))];
                    }
                    let chars: Vec<char> = marked.text.chars().collect();
                    let shown: String = chosen.iter().filter_map(|at| chars.get(*at)).collect();
                    return vec![Choice::value(Value::Str(Rope::derived(&marked, &shown)))];
                }
                let small = |number: i128| u32::try_from(number).ok();
                let mut result = rope.clone();
                let plan: Option<Vec<Operation>> = match (lower, upper, step) {
                    (None, None, 1) => Some(Vec::new()),
                    (None | Some(0), Some(n), 1) if n >= 0 => small(n).map(|n| vec![Operation::Take(n)]),
                    (None | Some(0), Some(n), 1) => small(-n).map(|n| vec![Operation::SkipLast(n)]),
                    (Some(n), None, 1) if n >= 0 => small(n).map(|n| vec![Operation::Skip(n)]),
                    (Some(n), None, 1) => small(-n).map(|n| vec![Operation::TakeLast(n)]),
                    (Some(a), Some(b), 1) if a >= 0 && b >= 0 => match (small(a), small(b)) {
                        (Some(a), Some(b)) => Some(vec![Operation::Take(b), Operation::Skip(a)]),
                        _ => None,
                    },
                    (Some(a), Some(b), 1) if a >= 0 && b < 0 => match (small(a), small(-b)) {
                        (Some(a), Some(b)) => Some(vec![Operation::SkipLast(b), Operation::Skip(a)]),
                        _ => None,
                    },
                    _ => None,
                };
                match plan {
                    Some(plan) => {
                        for operation in plan {
                            result = self.apply(state, &result, operation);
                        }
                        vec![Choice::value(Value::Str(result))]
                    }
                    None => {
                        let text = self.image(state, rope, None);
                        vec![Choice::value(Value::Str(text))]
                    }
                }
            }
            (Value::Str(rope), None) => {
                let text = self.image(state, rope, None);
                vec![Choice::value(Value::Str(text))]
            }
            (_, Some((lower, upper, step))) if step != 0 => match self.known_items(state, base) {
                Some(items) => {
                    let chosen: Vec<Value> = indices(items.len(), lower, upper, step)
                        .into_iter()
                        .filter_map(|at| items.get(at).cloned())
                        .collect();
                    vec![Choice::value(match base {
                        Value::Tuple(_) => Value::Tuple(chosen.into()),
                        _ => Value::Object(state.allocate(Object::List(chosen))),
                    })]
                }
                None => self.unknown_slice(state, base),
            },
            (_, Some(_) | None) => self.unknown_slice(state, base),
        }
    }

    fn unknown_slice(&mut self, state: &mut State, base: &Value) -> Choices {
        if let Value::Bytes(rope) = base {
            let text = self.image(state, rope, None);
            return vec![Choice::value(Value::Bytes(text))];
        }
        let influence = self.influence(state, std::slice::from_ref(base));
        let value = self.fresh_opaque("a slice", influence);
        self.with_any_exception(state, vec![Choice::value(value)])
    }
}

/// Gives the ASCII part of a language.
fn holds_ascii(language: &Language) -> Option<Language> {
    let ascii = Language::chars(&CharSet::range('\0', '\u{7f}')).star().ok()?;
    language.intersect(&ascii).ok()
}

/// Tests an ASCII text as `str.isdigit` and its kin do.
fn ascii_test(text: &str, name: &str) -> bool {
    let all = |test: fn(char) -> bool| !text.is_empty() && text.chars().all(test);
    match name {
        "isdigit" | "isdecimal" | "isnumeric" => all(|c| c.is_ascii_digit()),
        "isalnum" => all(|c| c.is_ascii_alphanumeric()),
        "isalpha" => all(|c| c.is_ascii_alphabetic()),
        "isidentifier" => {
            all(|c| c.is_ascii_alphanumeric() || c == '_') && !text.starts_with(|c: char| c.is_ascii_digit())
        }
        "isspace" => all(crate::literal::is_python_space),
        "islower" => text.chars().any(|c| c.is_ascii_lowercase()) && !text.chars().any(|c| c.is_ascii_uppercase()),
        "isupper" => text.chars().any(|c| c.is_ascii_uppercase()) && !text.chars().any(|c| c.is_ascii_lowercase()),
        "isprintable" => text.chars().all(|c| c == ' ' || c.is_ascii_graphic()),
        _ => true,
    }
}

/// Gives the places that a slice takes.
fn indices(size: usize, lower: Option<i128>, upper: Option<i128>, step: i128) -> Vec<usize> {
    let size = i128::try_from(size).unwrap_or(0);
    let fixed = |bound: i128, low: i128, high: i128| {
        (if bound < 0 { bound + size } else { bound }).clamp(low, high)
    };
    let (start, end) = if step > 0 {
        (lower.map_or(0, |bound| fixed(bound, 0, size)), upper.map_or(size, |bound| fixed(bound, 0, size)))
    } else {
        (
            lower.map_or(size - 1, |bound| fixed(bound, -1, size - 1)),
            upper.map_or(-1, |bound| fixed(bound, -1, size - 1)),
        )
    };
    let mut chosen = Vec::new();
    let mut at = start;
    while (step > 0 && at < end) || (step < 0 && at > end) {
        chosen.extend(usize::try_from(at).ok());
        at += step;
    }
    chosen
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
