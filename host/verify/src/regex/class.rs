//! Character classes of Python's `re`. Invariant: case-insensitive sets are closed under CPython's equivalence.

use std::sync::LazyLock;

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::Flags;
use crate::automata::{char_set::CharSet, unicode_class};

/// `[A-Za-z0-9_]`.
pub(crate) fn ascii_word() -> CharSet {
    CharSet::from_ranges(&[('A', 'Z'), ('a', 'z'), ('0', '9'), ('_', '_')])
}

/// The set of `\d`, `\s`, `\w` and their complements.
pub(crate) fn shorthand(letter: char, flags: Flags) -> Option<CharSet> {
    let set = match (letter.to_ascii_lowercase(), flags.ascii) {
        ('d', true) => CharSet::range('0', '9'),
        ('d', false) => unicode_class::decimal().clone(),
        ('s', true) => CharSet::of(" \t\n\r\u{b}\u{c}"),
        ('s', false) => unicode_class::whitespace().clone(),
        ('w', true) => ascii_word(),
        ('w', false) => unicode_class::word().clone(),
        (_, true | false) => return None,
    };
    Some(if letter.is_ascii_uppercase() { set.complement() } else { set })
}

/// The set with all characters that `re.IGNORECASE` takes for one of its own.
pub(crate) fn ignore_case(set: &CharSet, flags: Flags) -> CharSet {
    if flags.ascii {
        let letters = CharSet::from_ranges(&[('a', 'z'), ('A', 'Z')]);
        let inside = set.intersect(&letters).ranges();
        let swapped = inside.iter().flat_map(|&(first, last)| first..=last).map(|letter| {
            if letter.is_ascii_lowercase() { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
        });
        return set.union(&CharSet::of(&swapped.collect::<String>()));
    }
    let ranges = set.ranges().into_iter().map(|(first, last)| ClassUnicodeRange::new(first, last));
    let mut class = ClassUnicode::new(ranges);
    // Folding fails only without the Unicode tables, which are compiled in.
    let _ = class.try_case_fold_simple();
    let mut folded = CharSet::from_ranges(&class.iter().map(|range| (range.start(), range.end())).collect::<Vec<_>>());
    for group in EXTRA.iter() {
        if !folded.intersect(group).is_empty() {
            folded = folded.union(group);
        }
    }
    folded
}

/// Groups that CPython takes for equal and Unicode's simple case folding doesn't.
static EXTRA: LazyLock<[CharSet; 1]> = LazyLock::new(|| [CharSet::of("iI\u{130}\u{131}")]);
