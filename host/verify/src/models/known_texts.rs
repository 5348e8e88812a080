//! Methods of `str` on known texts of ASCII characters. Invariant: what is given is Python's own result, and keeps which
//! parts are the attacker's as far as the ends are unchanged.

use crate::{
    interpreter::{Choice, Choices, Interpreter, call::Arguments},
    rope::Rope,
    state::State,
    value::{Object, Value},
};

/// The widest text that is filled up.
const WIDTH: usize = 1000;

impl Interpreter<'_> {
    /// Calls a method on a known text; `None` when it is not modelled here.
    pub(crate) fn known_text_method(
        &mut self,
        state: &mut State,
        rope: &Rope,
        name: &str,
        arguments: &Arguments,
    ) -> Option<Choices> {
        let marked = rope.marked().filter(|marked| marked.text.is_ascii())?;
        let text = marked.text.as_str();
        let arguments = arguments.plain()?;
        let result = match (name, arguments) {
            ("capitalize", []) => {
                let mut letters = text.chars();
                let first: String = letters.next().map(|c| c.to_ascii_uppercase()).into_iter().collect();
                first + &letters.as_str().to_ascii_lowercase()
            }
            ("swapcase", []) => text
                .chars()
                .map(|c| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() })
                .collect(),
            ("title", []) => {
                let mut inside = false;
                text.chars()
                    .map(|c| {
                        let changed = if inside { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
                        inside = c.is_ascii_alphabetic();
                        changed
                    })
                    .collect()
            }
            ("center" | "ljust" | "rjust", [width]) => filled(name, text, width, ' ')?,
            ("center" | "ljust" | "rjust", [width, with]) => {
                let with = with.as_text()?;
                let mut letters = with.chars();
                let (Some(letter), None) = (letters.next(), letters.next()) else {
                    return Some(vec![Choice::raise("TypeError")]);
                };
                filled(name, text, width, letter)?
            }
            ("splitlines", []) if !text.contains(['\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}']) => {
                let lines = text.lines().map(|line| Value::Str(Rope::derived(&marked, line))).collect();
                return Some(vec![Choice::value(Value::Object(state.allocate(Object::List(lines))))]);
            }
            _ => return None,
        };
        Some(vec![Choice::value(Value::Str(Rope::derived(&marked, &result)))])
    }
}

fn filled(name: &str, text: &str, width: &Value, with: char) -> Option<String> {
    let width = usize::try_from(width.as_number()?.max(0)).ok().filter(|width| *width <= WIDTH)?;
    let missing = width.saturating_sub(text.len());
    let left = match name {
        "ljust" => 0,
        "rjust" => missing,
        // Of an odd rest the larger part stands on the left when the width is odd.
        _ => missing / 2 + (missing & width & 1),
    };
    let run = |count: usize| with.to_string().repeat(count);
    Some(format!("{}{text}{}", run(left), run(missing - left)))
}
