//! `json.loads` of a text that the program wrote (RFC 8259). Invariant: a value is given only where Python's reader gives
//! the same; numbers that another reader might round are left alone.

use std::fmt;

use serde::{
    Deserialize,
    de::{Deserializer, Error, MapAccess, SeqAccess, Visitor},
};

use crate::{
    interpreter::{Choice, Choices, Interpreter, Outcome, access::put, call::Arguments},
    rope::{Piece, Rope},
    state::State,
    term::BoolTerm,
    value::{Exception, Object, Value},
};

/// Stands, with a number behind it, for a part of the text that is not known; no text of the program's holds it.
const HOLE: char = '\u{10fffe}';

/// Digits of a number that every reader keeps.
const DIGITS: usize = 15;

/// A value as it was read.
enum Read {
    Null,
    Truth(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Read>),
    Dict(Vec<(String, Read)>),
}

impl Interpreter<'_> {
    /// Calls `json.loads`; `None` where the text, or what it holds, is not known.
    pub(crate) fn read_json(&mut self, state: &mut State, arguments: &Arguments) -> Option<Choices> {
        let [Value::Str(rope)] = arguments.plain()? else { return None };
        let mut text = String::new();
        let mut holes = Vec::new();
        for piece in rope.pieces() {
            match piece {
                Piece::Const { text: known, .. } if known.contains(HOLE) => return None,
                Piece::Const { text: known, .. } => text.push_str(known),
                Piece::Source { id, chain } => {
                    let written = self.json_texts.get(id).filter(|_| chain.is_empty())?;
                    text.push_str(&format!("\"{HOLE}{}\"", holes.len()));
                    holes.push(Value::Str(written.clone()));
                }
                Piece::Number(term) => {
                    text.push_str(&format!("\"{HOLE}{}\"", holes.len()));
                    holes.push(Value::Int(term.clone()));
                }
            }
        }
        if !reads_alike(&text) {
            return None;
        }
        match serde_json::from_str::<Read>(&text) {
            Ok(read) => Some(vec![Choice::value(made(state, read, &holes)?)]),
            Err(error) if error.is_syntax() || error.is_eof() => {
                let exception = Exception { class: Some("json.JSONDecodeError".into()), message: None };
                let outcome = Outcome::Raise(exception);
                Some(vec![Choice { when: BoolTerm::Const(true), outcome, presence: None }])
            }
            Err(_) => None,
        }
    }

    /// Remembers which text a part of a JSON text was written from.
    pub(crate) fn note_json_text(&mut self, written: &Value, from: &Rope) {
        if let Some(source) = written.as_rope().and_then(Rope::plain_source) {
            self.json_texts.insert(source, from.clone());
        }
    }
}

/// Tells whether a text's numbers and escapes mean the same to Python and to the reader here: short numbers without an
/// exponent, no constants outside the standard, no halves of surrogate pairs, and not too deep.
fn reads_alike(text: &str) -> bool {
    let (mut digits, mut depth, mut is_quoted, mut is_escaped) = (0, 0_usize, false, false);
    for c in text.chars() {
        match (is_quoted, c) {
            (true, _) if is_escaped => is_escaped = false,
            (true, '\\') => is_escaped = true,
            (_, '"') => is_quoted = !is_quoted,
            (true, _) => {}
            (false, '[' | '{') => depth += 1,
            (false, 'e' | 'E') if digits > 0 => return false,
            (false, _) => {}
        }
        digits = if !is_quoted && (c.is_ascii_digit() || matches!(c, '.' | '-')) { digits + 1 } else { 0 };
        if digits > DIGITS {
            return false;
        }
    }
    depth < 100 && !["NaN", "Infinity", "-0", "\\ud", "\\uD"].iter().any(|part| text.contains(part))
}

fn made(state: &mut State, read: Read, holes: &[Value]) -> Option<Value> {
    Some(match read {
        Read::Null => Value::None,
        Read::Truth(truth) => Value::truth(truth),
        Read::Integer(number) => Value::number(number),
        Read::Float(number) => Value::Float(number),
        Read::Text(text) => match text.strip_prefix(HOLE) {
            Some(number) => holes.get(number.parse::<usize>().ok()?)?.clone(),
            None => Value::text(&text),
        },
        Read::List(items) => {
            let items = items.into_iter().map(|item| made(state, item, holes)).collect::<Option<_>>()?;
            Value::Object(state.allocate(Object::List(items)))
        }
        Read::Dict(entries) => {
            let mut pairs = Vec::new();
            for (key, value) in entries {
                let pair = (made(state, Read::Text(key), holes)?, made(state, value, holes)?);
                if !put(&mut pairs, pair) {
                    return None;
                }
            }
            Value::Object(state.allocate(Object::Dict(pairs)))
        }
    })
}

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Read;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Read, E> {
        Ok(Read::Null)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Read, E> {
        Ok(Read::Truth(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Read, E> {
        Ok(Read::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Read, E> {
        i64::try_from(number).map(Read::Integer).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Read, E> {
        Ok(Read::Float(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Read, E> {
        Ok(Read::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Read, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Read::List(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Read, A::Error> {
        let mut all = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            all.push(entry);
        }
        Ok(Read::Dict(all))
    }
}
