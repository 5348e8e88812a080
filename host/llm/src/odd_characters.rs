//! Characters that a reader does not see, or takes for others. Invariant: escaped text holds none of them, and no escape that
//! the text held before.

use std::collections::BTreeMap;

/// Ranges that are never shown as they are: controls, marks of direction, spaces of no or odd width, selectors, private use.
const ODD: &[(char, char)] = &[
    ('\0', '\u{8}'),
    ('\u{b}', '\u{b}'),
    ('\u{e}', '\u{1f}'),
    ('\u{7f}', '\u{a0}'),
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{2000}', '\u{200f}'),
    ('\u{2028}', '\u{202f}'),
    ('\u{205f}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{e000}', '\u{f8ff}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{10ffff}'),
];
/// Ranges of characters that Python takes for ASCII letters and digits in names.
const FOLDED: &[(char, char)] = &[
    ('\u{aa}', '\u{aa}'),
    ('\u{ba}', '\u{ba}'),
    ('\u{2b0}', '\u{2b8}'),
    ('\u{1d2c}', '\u{1d6a}'),
    ('\u{2070}', '\u{209c}'),
    ('\u{2102}', '\u{2149}'),
    ('\u{2160}', '\u{217f}'),
    ('\u{2c7c}', '\u{2c7d}'),
    ('\u{fb00}', '\u{fb06}'),
    ('\u{ff10}', '\u{ff5a}'),
    ('\u{1d400}', '\u{1d7ff}'),
];
/// Scripts with letters that look like Latin ones.
const NEIGHBOURS: &[(char, char)] =
    &[('\u{370}', '\u{58f}'), ('\u{13a0}', '\u{13ff}'), ('\u{1c80}', '\u{1c8f}'), ('\u{2c80}', '\u{2cff}')];
/// Letters of these scripts that cannot be told from Latin ones.
const TWINS: &str = "аеорсухіјѕһԁԛԝүАВЕКМНОРСТУХІЈЅԌΑΒΕΖΗΙΚΜΝΟΡΤΥΧονυαιρ";

/// Text without odd characters.
pub(crate) struct Escaped {
    /// The text.
    pub(crate) text: String,
    /// What each escape stands for.
    pub(crate) escapes: BTreeMap<String, char>,
}

/// Replaces odd characters by escapes, such as `_u202E_`, that can stand in a name as well as in a string.
pub(crate) fn escape(text: &str) -> Escaped {
    let mark = mark(text);
    let mut escaped = Escaped { text: String::with_capacity(text.len()), escapes: BTreeMap::new() };
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || is_odd(c);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.split(|c: char| !is_word(c)).next().filter(|word| !word.is_empty());
        let taken = word.map_or(first.len_utf8(), str::len);
        let (piece, after) = rest.split_at_checked(taken).unwrap_or((rest, ""));
        let is_disguised = is_disguised(piece);
        for character in piece.chars() {
            let is_neighbour = is_disguised && is_in(NEIGHBOURS, character);
            if is_neighbour || is_in(FOLDED, character) || is_odd(character) {
                let escape = format!("{mark}{:04X}_", u32::from(character));
                escaped.text.push_str(&escape);
                escaped.escapes.insert(escape, character);
            } else {
                escaped.text.push(character);
            }
        }
        rest = after;
    }
    escaped
}

/// Tells whether letters of another script in a word pass for Latin ones.
fn is_disguised(word: &str) -> bool {
    let mut foreign = word.chars().filter(|&c| is_in(NEIGHBOURS, c)).peekable();
    foreign.peek().is_some() && (word.chars().any(|c| c.is_ascii_alphabetic()) || foreign.all(|c| TWINS.contains(c)))
}

fn is_odd(character: char) -> bool {
    is_in(ODD, character)
}

fn is_in(ranges: &[(char, char)], character: char) -> bool {
    !character.is_ascii_graphic() && ranges.iter().any(|&(first, last)| (first..=last).contains(&character))
}

/// Finds a beginning for escapes that nothing in the text can be taken for.
fn mark(text: &str) -> String {
    let mut mark = "_u".to_owned();
    while text.match_indices(&mark).any(|(at, _)| {
        let after = text.get(at.saturating_add(mark.len())..).unwrap_or_default();
        after.starts_with(|c: char| c.is_ascii_hexdigit())
    }) {
        mark.push('x');
    }
    mark
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn odd_characters_become_visible() {
        let cases = [
            ("plain = 'naïve — “Привет”' 你好\t\r\n\u{c}", "plain = 'naïve — “Привет”' 你好\t\r\n\u{c}"),
            ("a\u{200b}b", "a_u200B_b"),
            ("\u{202e}x\u{2066}", "_u202E_x_u2066_"),
            ("p\u{430}ssword", "p_u0430_ssword"),
            ("\u{441}\u{43e}\u{440}\u{443} = 1", "_u0441__u043E__u0440__u0443_ = 1"),
            ("ｅｖａｌ", "_uFF45__uFF56__uFF41__uFF4C_"),
            ("\u{1d41e}val", "_u1D41E_val"),
            ("\u{e0041}\u{e000}\u{f0000}", "_uE0041__uE000__uF0000_"),
            ("a\u{a0}= 1\u{0}", "a_u00A0_= 1_u0000_"),
            ("_u200B_ \u{200b}", "_u200B_ _ux200B_"),
            ("line\u{2028}break", "line_u2028_break"),
        ];
        for (text, wanted) in cases {
            assert_eq!(escape(text).text, wanted, "{text:?}");
            assert!(escape(wanted).escapes.is_empty(), "{wanted:?}");
        }
    }
}
