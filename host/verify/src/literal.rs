//! Python literals as people write them. Invariant: Python reads each back as the same value.

use num_bigint::BigInt;

use crate::integer;

/// Writes a string literal the way `repr` does: single quotes unless only the text holds single quotes.
pub(crate) fn string(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if (c as u32) < 0x20 || (0x7f..0xa0).contains(&(c as u32)) => {
                out.push_str(&format!("\\x{:02x}", c as u32));
            }
            c if is_unprintable(c) && (c as u32) < 0x10000 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c if is_unprintable(c) => out.push_str(&format!("\\U{:08x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// Tells whether a character is a separator, private, or otherwise not shown by itself.
fn is_unprintable(c: char) -> bool {
    c != ' ' && c.is_whitespace()
        || matches!(c as u32, 0xad | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xe000..=0xf8ff | 0xfeff | 0xfff0..=0xfffb | 0xf0000..)
}

/// Writes a float the way `repr` does, for numbers of ordinary size.
pub(crate) fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    let magnitude = number.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = match exponent.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("+", exponent),
        };
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    format!("{number:?}")
}

/// Reads an integer the way `int(text)` does for base 10; `None` where Python raises `ValueError`, or where the text has
/// digits outside ASCII.
pub(crate) fn parse_integer(text: &str) -> Option<BigInt> {
    // Not all that `str.strip()` removes may stand here.
    let trimmed = text.trim();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    if digits.is_empty() || digits.starts_with('_') || digits.ends_with('_') || digits.contains("__") {
        return None;
    }
    let digits = digits.replace('_', "");
    if !integer::are_readable(digits.len()) {
        return None;
    }
    let number = integer::parse(&digits).filter(|_| !digits.starts_with('-'))?;
    Some(if negative { -number } else { number })
}

/// Tells whether `str.strip()` removes the character.
pub(crate) fn is_python_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;

    use super::{float, parse_integer, string};

    #[test]
    fn strings_are_quoted_readably() {
        assert_eq!(string("abc"), "'abc'");
        assert_eq!(string("' OR '1'='1"), "\"' OR '1'='1\"");
        assert_eq!(string("a'b\"c\\\n\u{0}"), "'a\\'b\"c\\\\\\n\\x00'");
        assert_eq!(string("é"), "'é'");
    }

    #[test]
    fn numbers_are_read_and_written() {
        assert_eq!(parse_integer(" -1_000\n"), Some((-1000).into()));
        assert_eq!(parse_integer(&"9".repeat(4300)), Some(BigInt::from(10).pow(4300) - 1));
        assert_eq!(parse_integer(&"0".repeat(4301)), None);
        for bad in ["", "1__0", "_1", "0x10", "1 2", "1.0", "--1", "+-1", "\u{1c}1", "1\u{1f}"] {
            assert_eq!(parse_integer(bad), None, "{bad}");
        }
        assert_eq!(float(1.0), "1.0");
        assert_eq!(float(1e20), "1e+20");
        assert_eq!(float(0.5), "0.5");
    }
}
