//! The character classes that Python's text methods and regular expressions use. Invariant: computed from Unicode's
//! general categories; versions of Unicode differ in characters that were added later.

use std::sync::LazyLock;

use regex_syntax::{
    Parser,
    hir::{Class, HirKind},
};

use super::char_set::CharSet;

/// The characters of a class such as `\p{Nd}` or `[\p{L}&&\p{Age=12.1}]`, in the syntax of `regex-syntax`.
pub(crate) fn class(pattern: &str) -> CharSet {
    let Ok(hir) = Parser::new().parse(pattern) else { return CharSet::none() };
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            CharSet::from_ranges(&class.iter().map(|range| (range.start(), range.end())).collect::<Vec<_>>())
        }
        HirKind::Literal(literal) => CharSet::of(std::str::from_utf8(&literal.0).unwrap_or_default()),
        HirKind::Empty
        | HirKind::Class(Class::Bytes(_))
        | HirKind::Look(_)
        | HirKind::Repetition(_)
        | HirKind::Capture(_)
        | HirKind::Concat(_)
        | HirKind::Alternation(_) => CharSet::none(),
    }
}

/// What `str.isdecimal` accepts and `\d` matches: category Nd.
pub fn decimal() -> &'static CharSet {
    static SET: LazyLock<CharSet> = LazyLock::new(|| class(r"\p{Nd}"));
    &SET
}

/// What `str.isdigit` accepts: decimals and other characters with a digit value, such as superscripts.
pub fn digit() -> &'static CharSet {
    static SET: LazyLock<CharSet> = LazyLock::new(|| decimal().union(&CharSet::from_ranges(&OTHER_DIGITS)));
    &SET
}

/// What `str.isalpha` accepts: the letters' categories.
pub fn alphabetic() -> &'static CharSet {
    static SET: LazyLock<CharSet> = LazyLock::new(|| class(r"\p{L}"));
    &SET
}

/// What `str.isalnum` accepts: letters and all characters with a numeric value.
pub fn alphanumeric() -> &'static CharSet {
    static SET: LazyLock<CharSet> = LazyLock::new(|| class(r"[\p{L}\p{N}]"));
    &SET
}

/// What `\w` matches in a text pattern: `str.isalnum` and the underscore.
pub fn word() -> &'static CharSet {
    static SET: LazyLock<CharSet> = LazyLock::new(|| alphanumeric().union(&CharSet::single('_')));
    &SET
}

/// What `str.isspace` accepts, `\s` matches and `str.strip` removes.
pub fn whitespace() -> &'static CharSet {
    static SET: LazyLock<CharSet> = LazyLock::new(|| CharSet::from_ranges(&WHITESPACE));
    &SET
}

/// What an identifier may start with, before normalisation.
pub fn identifier_start() -> &'static CharSet {
    static SET: LazyLock<CharSet> = LazyLock::new(|| class(r"[\p{XID_Start}_]"));
    &SET
}

/// What an identifier may go on with, before normalisation.
pub fn identifier_part() -> &'static CharSet {
    static SET: LazyLock<CharSet> = LazyLock::new(|| class(r"\p{XID_Continue}"));
    &SET
}

/// What `repr` writes as it is: all but the categories C and Z, and the space.
pub fn printable() -> &'static CharSet {
    static SET: LazyLock<CharSet> = LazyLock::new(|| class(r"[^\p{C}\p{Z}]").union(&CharSet::single(' ')));
    &SET
}

const WHITESPACE: [(char, char); 10] = [
    ('\t', '\r'),
    ('\u{1c}', ' '),
    ('\u{85}', '\u{85}'),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
];

/// Characters outside Nd with the property `Numeric_Type=Digit`.
const OTHER_DIGITS: [(char, char); 20] = [
    ('\u{b2}', '\u{b3}'),
    ('\u{b9}', '\u{b9}'),
    ('\u{1369}', '\u{1371}'),
    ('\u{19da}', '\u{19da}'),
    ('\u{2070}', '\u{2070}'),
    ('\u{2074}', '\u{2079}'),
    ('\u{2080}', '\u{2089}'),
    ('\u{2460}', '\u{2468}'),
    ('\u{2474}', '\u{247c}'),
    ('\u{2488}', '\u{2490}'),
    ('\u{24ea}', '\u{24ea}'),
    ('\u{24f5}', '\u{24fd}'),
    ('\u{24ff}', '\u{24ff}'),
    ('\u{2776}', '\u{277e}'),
    ('\u{2780}', '\u{2788}'),
    ('\u{278a}', '\u{2792}'),
    ('\u{10a40}', '\u{10a43}'),
    ('\u{10e60}', '\u{10e68}'),
    ('\u{11052}', '\u{1105a}'),
    ('\u{1f100}', '\u{1f10a}'),
];
