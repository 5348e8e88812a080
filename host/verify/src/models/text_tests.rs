//! Methods of `str` that ask something. Invariant: on a known text each gives Python's own answer.

use std::rc::Rc;

use crate::{
    automata::{char_set::CharSet, language::Language, operation::Side, unicode_class},
    interpreter::{
        Choice, Choices, Interpreter,
        call::Arguments,
        compare::{containing, finite},
    },
    rope::Rope,
    state::State,
    term::BoolTerm,
    value::{Influence, Value},
};

impl Interpreter<'_> {
    pub(crate) fn affix(&mut self, state: &mut State, rope: &Rope, affix: Option<&Value>, side: Side) -> Choices {
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
            [one] => (Some(self.text_of(state, one)), self.influence(state, &[Value::Str(rope.clone()), one.clone()])),
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

    pub(crate) fn character_test(&mut self, rope: &Rope, name: &str) -> BoolTerm {
        let sets = match name {
            "isdigit" => Some((unicode_class::digit(), unicode_class::digit())),
            "isdecimal" => Some((unicode_class::decimal(), unicode_class::decimal())),
            "isalnum" => Some((unicode_class::alphanumeric(), unicode_class::alphanumeric())),
            "isalpha" => Some((unicode_class::alphabetic(), unicode_class::alphabetic())),
            "isidentifier" => Some((unicode_class::identifier_start(), unicode_class::identifier_part())),
            "isspace" => Some((unicode_class::whitespace(), unicode_class::whitespace())),
            _ => None,
        };
        let of_sets = |(first, rest): (&CharSet, &CharSet)| {
            Language::chars(first).concat(&Language::chars(rest).star().ok()?).ok()
        };
        let language = match sets {
            Some(sets) => of_sets(sets),
            None if name == "isascii" => Language::chars(&CharSet::range('\0', '\u{7f}')).star().ok(),
            None => None,
        };
        if let Some(text) = rope.known()
            && text.is_ascii()
        {
            return BoolTerm::Const(ascii_test(&text, name));
        }
        let Some(language) = language else {
            return self.fresh_condition(&format!("`{name}`"), Influence::Attacker);
        };
        let term = self.is_in(rope, &language);
        // Which characters have these properties depends on Python's version, so either answer is possible there.
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

    pub(crate) fn position(
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
            let at = |byte: Option<usize>| byte.and_then(|byte| text.get(..byte)).map(|before| before.chars().count());
            let found = match name {
                "find" | "index" => at(text.find(&wanted)),
                "rfind" | "rindex" => at(text.rfind(&wanted)),
                _ => Some(text.matches(&wanted).count()),
            };
            return vec![match found {
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
