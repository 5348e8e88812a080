//! Literals to constants. Invariant: a constant is exact; what cannot be represented gives `None`.

use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use crate::instruction::Constant;

/// Digits of a hexadecimal, octal or binary literal that are converted; Python's own limit for decimals is 4,300.
const MAX_DIGITS: usize = 5_000;
/// Nesting of displays that are taken as one constant.
const MAX_NESTING: u32 = 20;

/// How a string literal's text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StringMode {
    /// `"…"`.
    Text,
    /// `f"…"`.
    Format,
    /// `b"…"`.
    Bytes,
    /// `t"…"`.
    Template,
}

/// Whether backslashes are escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escapes {
    Resolved,
    Raw,
}

/// Reads a string's prefix from its `string_start`.
pub(crate) fn string_mode(start: &str) -> (StringMode, Escapes) {
    let mut mode = StringMode::Text;
    let mut escapes = Escapes::Resolved;
    for character in start.chars() {
        match character {
            'f' | 'F' => mode = StringMode::Format,
            'b' | 'B' => mode = StringMode::Bytes,
            't' | 'T' => mode = StringMode::Template,
            'r' | 'R' => escapes = Escapes::Raw,
            _ => {}
        }
    }
    (mode, escapes)
}

/// Gives the constant of a literal, or of a display of literals.
pub(crate) fn constant(node: Node<'_>, text: &str) -> Option<Constant> {
    nested(node, text, 0)
}

fn nested(node: Node<'_>, text: &str, depth: u32) -> Option<Constant> {
    if depth > MAX_NESTING {
        return None;
    }
    let all = |node: Node<'_>| node.items().map(|item| nested(item, text, depth + 1)).collect::<Option<Vec<_>>>();
    match node.kind() {
        Kind::NONE => Some(Constant::None),
        Kind::TRUE => Some(Constant::Bool(true)),
        Kind::FALSE => Some(Constant::Bool(false)),
        Kind::ELLIPSIS => Some(Constant::Ellipsis),
        Kind::INTEGER => integer(node.text(text)).map(Constant::Int),
        Kind::FLOAT => float(node.text(text)),
        Kind::STRING => string(node, text),
        Kind::CONCATENATED_STRING => concatenated(node, text),
        Kind::PARENTHESIZED_EXPRESSION => nested(node.items().next()?, text, depth + 1),
        Kind::UNARY_OPERATOR => {
            let operator = node.child(Field::OPERATOR)?.kind();
            let argument = node.items().find(|item| item.field() != Field::OPERATOR)?;
            if operator == Kind::TOKEN_MINUS { negated(nested(argument, text, depth + 1)?) } else { None }
        }
        Kind::TUPLE | Kind::EXPRESSION_LIST => all(node).map(Constant::Tuple),
        Kind::LIST => all(node).map(Constant::List),
        Kind::SET => all(node).map(Constant::Set),
        Kind::DICTIONARY => node
            .items()
            .map(|pair| {
                let key = nested(pair.child(Field::KEY)?, text, depth + 1)?;
                Some((key, nested(pair.child(Field::VALUE)?, text, depth + 1)?))
            })
            .collect::<Option<Vec<_>>>()
            .map(Constant::Dict),
        _ => None,
    }
}

/// Gives `-constant` for a number.
pub(crate) fn negated(constant: Constant) -> Option<Constant> {
    match constant {
        Constant::Int(digits) if digits == "0" => Some(Constant::Int(digits)),
        Constant::Int(digits) => Some(Constant::Int(flip(&digits))),
        Constant::Float(digits) => Some(Constant::Float(flip(&digits))),
        Constant::None
        | Constant::Bool(_)
        | Constant::Str(_)
        | Constant::Bytes(_)
        | Constant::Ellipsis
        | Constant::Tuple(_)
        | Constant::List(_)
        | Constant::Set(_)
        | Constant::Dict(_) => None,
    }
}

fn flip(digits: &str) -> String {
    digits.strip_prefix('-').map_or_else(|| format!("-{digits}"), str::to_owned)
}

fn string(node: Node<'_>, text: &str) -> Option<Constant> {
    let start = node.child_of_kind(Kind::STRING_START)?;
    let (mode, escapes) = string_mode(start.text(text));
    if node.child_of_kind(Kind::INTERPOLATION).is_some() {
        return None;
    }
    let content = content_between(node, text)?;
    match mode {
        StringMode::Text | StringMode::Format => decode_text(content, mode, escapes).map(Constant::Str),
        StringMode::Bytes => decode_bytes(content, escapes).map(Constant::Bytes),
        StringMode::Template => None,
    }
}

/// Gives the text between a string's quotes.
pub(crate) fn content_between<'t>(node: Node<'_>, text: &'t str) -> Option<&'t str> {
    let start = node.child_of_kind(Kind::STRING_START)?.span().end;
    let end = node.child_of_kind(Kind::STRING_END).map_or(node.span().end, |end| end.span().start);
    text.get(start as usize..end as usize)
}

fn concatenated(node: Node<'_>, text: &str) -> Option<Constant> {
    let mut parts = node.items().map(|part| string(part, text));
    match parts.next()?? {
        Constant::Str(mut whole) => {
            for part in parts {
                let Some(Constant::Str(part)) = part else { return None };
                whole.push_str(&part);
            }
            Some(Constant::Str(whole))
        }
        Constant::Bytes(mut whole) => {
            for part in parts {
                let Some(Constant::Bytes(part)) = part else { return None };
                whole.extend(part);
            }
            Some(Constant::Bytes(whole))
        }
        Constant::None
        | Constant::Bool(_)
        | Constant::Int(_)
        | Constant::Float(_)
        | Constant::Ellipsis
        | Constant::Tuple(_)
        | Constant::List(_)
        | Constant::Set(_)
        | Constant::Dict(_) => None,
    }
}

/// Resolves escapes, doubled braces of f-strings, and line ends. `None` for `\N{…}` and lone surrogates.
pub(crate) fn decode_text(raw: &str, mode: StringMode, escapes: Escapes) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw.chars().peekable();
    let braces = matches!(mode, StringMode::Format | StringMode::Template);
    while let Some(character) = rest.next() {
        match character {
            '\r' => {
                rest.next_if_eq(&'\n');
                out.push('\n');
            }
            '{' | '}' if braces => {
                rest.next_if_eq(&character);
                out.push(character);
            }
            '\\' if escapes == Escapes::Resolved => {
                let Some(escape) = rest.next() else {
                    out.push('\\');
                    break;
                };
                match escape {
                    '\n' => {}
                    '\r' => drop(rest.next_if_eq(&'\n')),
                    'x' => out.push(code(&mut rest, 2)?),
                    'u' => out.push(code(&mut rest, 4)?),
                    'U' => out.push(code(&mut rest, 8)?),
                    'N' if rest.peek() == Some(&'{') => return None,
                    '0'..='7' => out.push(char::from_u32(octal(escape, &mut rest))?),
                    _ => match simple_escape(escape) {
                        Some(character) => out.push(character),
                        None => out.extend(['\\', escape]),
                    },
                }
            }
            _ => out.push(character),
        }
    }
    Some(out)
}

fn simple_escape(escape: char) -> Option<char> {
    Some(match escape {
        '\\' | '\'' | '"' => escape,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        _ => return None,
    })
}

type Characters<'t> = std::iter::Peekable<std::str::Chars<'t>>;

fn code(rest: &mut Characters<'_>, digits: u32) -> Option<char> {
    let mut value = 0_u32;
    for _ in 0..digits {
        value = value.checked_mul(16)? + rest.next()?.to_digit(16)?;
    }
    char::from_u32(value)
}

fn octal(first: char, rest: &mut Characters<'_>) -> u32 {
    let mut value = first.to_digit(8).unwrap_or(0);
    for _ in 0..2 {
        let Some(digit) = rest.peek().and_then(|character| character.to_digit(8)) else { break };
        value = value * 8 + digit;
        rest.next();
    }
    value
}

fn decode_bytes(raw: &str, escapes: Escapes) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\r' => {
                rest.next_if_eq(&'\n');
                out.push(b'\n');
            }
            '\\' if escapes == Escapes::Resolved => {
                let Some(escape) = rest.next() else { break };
                match escape {
                    '\n' => {}
                    '\r' => drop(rest.next_if_eq(&'\n')),
                    'x' => out.push(code(&mut rest, 2)? as u32 as u8),
                    '0'..='7' => out.push(octal(escape, &mut rest) as u8),
                    _ => match simple_escape(escape) {
                        Some(character) => out.push(character as u8),
                        None => {
                            out.push(b'\\');
                            out.push(u8::try_from(escape).ok()?);
                        }
                    },
                }
            }
            _ => out.push(u8::try_from(character).ok().filter(u8::is_ascii)?),
        }
    }
    Some(out)
}

/// Gives an integer literal's decimal digits; `None` for an imaginary number or a very long non-decimal one.
pub(crate) fn integer(literal: &str) -> Option<String> {
    let clean: String = literal.chars().filter(|character| *character != '_').collect::<String>().to_ascii_lowercase();
    let clean = clean.trim_end_matches('l');
    if clean.ends_with('j') && !clean.starts_with("0x") {
        return None;
    }
    let (digits, radix) = match clean.get(..2) {
        Some("0x") => (clean.get(2..)?, 16),
        Some("0o") => (clean.get(2..)?, 8),
        Some("0b") => (clean.get(2..)?, 2),
        _ => {
            let digits = clean.trim_start_matches('0');
            let digits = if digits.is_empty() { "0" } else { digits };
            return digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.to_owned());
        }
    };
    if digits.is_empty() || digits.len() > MAX_DIGITS {
        return None;
    }
    // Groups of nine decimal digits, the lowest first.
    let mut groups: Vec<u64> = vec![0];
    for digit in digits.chars() {
        let mut carry = u64::from(digit.to_digit(radix)?);
        for group in &mut groups {
            let value = *group * u64::from(radix) + carry;
            *group = value % 1_000_000_000;
            carry = value / 1_000_000_000;
        }
        if carry > 0 {
            groups.push(carry);
        }
    }
    let mut decimal = groups.pop()?.to_string();
    for group in groups.iter().rev() {
        decimal.push_str(&format!("{group:09}"));
    }
    Some(decimal)
}

/// Gives a float literal's constant without underscores; `None` for an imaginary number.
pub(crate) fn float(literal: &str) -> Option<Constant> {
    let clean: String = literal.chars().filter(|character| *character != '_').collect();
    (!clean.ends_with(['j', 'J'])).then_some(Constant::Float(clean))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &str) -> Option<String> {
        decode_text(raw, StringMode::Text, Escapes::Resolved)
    }

    #[test]
    fn escapes_are_resolved() {
        assert_eq!(text(r"a\n\t\\\'\x41\101\u00e9\U0001F600\q").as_deref(), Some("a\n\t\\'AAé😀\\q"));
        assert_eq!(text("a\\\r\nb\r\nc").as_deref(), Some("ab\nc"));
        assert_eq!((text(r"\N{DASH}"), text(r"\ud800")), (None, None));
        assert_eq!(decode_text(r"{{\n}}", StringMode::Format, Escapes::Raw).as_deref(), Some(r"{\n}"));
        assert_eq!(decode_bytes(r"a\xff\0\q", Escapes::Resolved), Some(b"a\xff\0\\q".to_vec()));
    }

    #[test]
    fn integers_become_decimal() {
        for (literal, decimal) in [
            ("0", "0"),
            ("007", "7"),
            ("1_000", "1000"),
            ("0xff", "255"),
            ("0o17", "15"),
            ("0b1010", "10"),
            ("0xFFFF_FFFF_FFFF_FFFF_FFFF", "1208925819614629174706175"),
            ("0x3b9aca00", "1000000000"),
        ] {
            assert_eq!(integer(literal).as_deref(), Some(decimal), "{literal}");
        }
        assert_eq!((integer("3j"), integer(&format!("0x{}", "f".repeat(9_000)))), (None, None));
    }
}
