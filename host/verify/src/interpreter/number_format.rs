//! `format(integer, spec)` for known integers. Invariant: a text is given only where it is Python's own; the limit of
//! decimal digits is for the caller to keep.

use num_bigint::{BigInt, Sign};

/// The largest width that is filled.
const WIDTH: usize = 1000;

/// Formats an integer; `None` for a specification that is wrong or not modelled.
pub(crate) fn formatted(number: &BigInt, spec: &str) -> Option<String> {
    let (alignment, rest) = aligned(spec);
    let (plus, rest) = match rest.chars().next() {
        Some('+') => ("+", rest.get(1..)?),
        Some(' ') => (" ", rest.get(1..)?),
        Some('-') => ("", rest.get(1..)?),
        Some(_) | None => ("", rest),
    };
    let (has_prefix, rest) = rest.strip_prefix('#').map_or((false, rest), |rest| (true, rest));
    let (alignment, rest) = match (alignment, rest.strip_prefix('0')) {
        (None, Some(rest)) => (('0', '='), rest),
        (Some(_), Some(_)) => return None,
        (alignment, None) => (alignment.unwrap_or((' ', '>')), rest),
    };
    let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let width = rest.strip_suffix(behind)?;
    let width: usize = if width.is_empty() { 0 } else { width.parse().ok().filter(|width| *width <= WIDTH)? };
    let (separator, kind) = match behind.chars().next() {
        Some(separator @ (',' | '_')) => (Some(separator), behind.get(1..)?),
        Some(_) | None => (None, behind),
    };
    let (radix, prefix) = match kind {
        "" | "d" => (10, ""),
        "x" => (16, "0x"),
        "X" => (16, "0X"),
        "o" => (8, "0o"),
        "b" => (2, "0b"),
        _ => return None,
    };
    if separator == Some(',') && radix != 10 {
        return None;
    }
    let mut digits = number.magnitude().to_str_radix(radix);
    if kind == "X" {
        digits.make_ascii_uppercase();
    }
    if let Some(separator) = separator {
        digits = grouped(&digits, separator, if radix == 10 { 3 } else { 4 });
    }
    let sign = if number.sign() == Sign::Minus { "-" } else { plus };
    let head = format!("{sign}{}", if has_prefix { prefix } else { "" });
    let missing = width.saturating_sub(head.len() + digits.len());
    let run = |count: usize| alignment.0.to_string().repeat(count);
    Some(match alignment.1 {
        '<' => format!("{head}{digits}{}", run(missing)),
        '^' => format!("{}{head}{digits}{}", run(missing / 2), run(missing - missing / 2)),
        // Zeros before groups are grouped themselves.
        '=' if missing > 0 && separator.is_some() => return None,
        '=' => format!("{head}{}{digits}", run(missing)),
        _ => format!("{}{head}{digits}", run(missing)),
    })
}

/// Takes what fills and the alignment off a specification.
fn aligned(spec: &str) -> (Option<(char, char)>, &str) {
    let is_alignment = |c: char| matches!(c, '<' | '>' | '^' | '=');
    let mut chars = spec.chars();
    let first = chars.next();
    let behind_first = chars.as_str();
    match (first, chars.next()) {
        (Some(fill), Some(alignment)) if is_alignment(alignment) => (Some((fill, alignment)), chars.as_str()),
        (Some(alignment), _) if is_alignment(alignment) => (Some((' ', alignment)), behind_first),
        (Some(_) | None, _) => (None, spec),
    }
}

fn grouped(digits: &str, separator: char, size: usize) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(size) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::formatted;

    #[test]
    fn integers_are_formatted_as_python_does() {
        let check = |number: i64, spec: &str, expected: Option<&str>| {
            assert_eq!(formatted(&number.into(), spec).as_deref(), expected, "{number} {spec}");
        };
        check(255, "x", Some("ff"));
        check(-255, "#X", Some("-0XFF"));
        check(5, "08b", Some("00000101"));
        check(-5, "#06o", Some("-0o005"));
        check(1_234_567, ",", Some("1,234,567"));
        check(-123, ",d", Some("-123"));
        check(0xdead_beef, "_x", Some("dead_beef"));
        check(42, "5", Some("   42"));
        check(42, "<5", Some("42   "));
        check(42, "*^7d", Some("**42***"));
        check(-42, "=+6", Some("-   42"));
        check(42, "+d", Some("+42"));
        check(42, " ", Some(" 42"));
        check(42, "05", Some("00042"));
        for unknown in ["08,", ",x", "s", ".2f", ".3", "c", "n", "1001", "<05", "z", "5 "] {
            check(42, unknown, None);
        }
    }
}
