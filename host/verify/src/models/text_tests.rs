//! Methods of `str` that ask something. Invariant: on a known text each gives Python's own answer.

use std::rc::Rc;

use crate::{
    automata::{char_set::CharSet, language::Language, operation::Side},
    interpreter::{
        Choice, Choices, Interpreter,
        call::Arguments,
        compare::{containing, finite},
    },
    regex,
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
        let pattern = match name {
            "isdigit" => Some(
                r"[\d\u00b2\u00b3\u00b9\u1369-\u1371\u19da\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\U00010a40-\U00010a43\U00010e60-\U00010e68\U00011052-\U0001105a\U0001f100-\U0001f10a]+",
            ),
            "isdecimal" => Some(r"\d+"),
            // `\w` is alphanumeric or an underscore, for each character.
            "isalnum" => Some(r"[^\W_]+"),
            "isalpha" => Some(r"[^\W\d_]+"),
            "isidentifier" => Some(r"[^\W\d]\w*"),
            "isascii" => Some(r"[\x00-\x7f]*"),
            "isspace" => Some(r"\s+"),
            _ => None,
        };
        let language =
            pattern.and_then(|pattern| regex::language(pattern, regex::Flags::default(), regex::Mode::FullMatch).ok());
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
