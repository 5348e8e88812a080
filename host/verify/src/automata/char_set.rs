//! Sets of Unicode scalar values. Invariant: the ranges are sorted, disjoint, not adjacent, and hold ordinals, in
//! which the surrogates' gap is closed, so that every ordinal up to [`LAST_ORDINAL`] is a character.

use serde::{Deserialize, Serialize};

/// The ordinal of the last scalar value, U+10FFFF.
pub(crate) const LAST_ORDINAL: u32 = 0x0010_FFFF - SURROGATES;

const SURROGATES: u32 = 0x800;
const FIRST_SURROGATE: u32 = 0xD800;

/// Numbers the scalar values without a gap.
pub(crate) fn ordinal(character: char) -> u32 {
    let code = u32::from(character);
    if code < FIRST_SURROGATE { code } else { code - SURROGATES }
}

/// The inverse of [`ordinal`]; beyond the last ordinal it answers U+FFFD.
pub(crate) fn scalar(ordinal: u32) -> char {
    let code = if ordinal < FIRST_SURROGATE { ordinal } else { ordinal + SURROGATES };
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// A set of characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CharSet {
    ranges: Vec<(u32, u32)>,
}

impl CharSet {
    /// The empty set.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every scalar value.
    pub fn all() -> Self {
        Self { ranges: vec![(0, LAST_ORDINAL)] }
    }

    /// One character.
    pub fn single(character: char) -> Self {
        Self::range(character, character)
    }

    /// The characters from `first` to `last`, both included; empty when they are in the wrong order.
    pub fn range(first: char, last: char) -> Self {
        Self::from_ordinals(vec![(ordinal(first), ordinal(last))])
    }

    /// The characters of a text.
    pub fn of(text: &str) -> Self {
        Self::from_ordinals(text.chars().map(|character| (ordinal(character), ordinal(character))).collect())
    }

    /// The union of inclusive ranges.
    pub fn from_ranges(ranges: &[(char, char)]) -> Self {
        Self::from_ordinals(ranges.iter().map(|&(first, last)| (ordinal(first), ordinal(last))).collect())
    }

    /// The union of inclusive ranges of ordinals, in any order.
    pub(crate) fn from_ordinals(mut ranges: Vec<(u32, u32)>) -> Self {
        ranges.retain(|&(first, last)| first <= last);
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(previous) if first <= previous.1.saturating_add(1) => previous.1 = previous.1.max(last),
                Some(_) | None => merged.push((first, last)),
            }
        }
        Self { ranges: merged }
    }

    /// The ranges of ordinals, sorted.
    pub(crate) fn ordinals(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    /// The inclusive ranges of characters, sorted; a range never spans the surrogates.
    pub fn ranges(&self) -> Vec<(char, char)> {
        let mut ranges = Vec::with_capacity(self.ranges.len());
        for &(first, last) in &self.ranges {
            if first < FIRST_SURROGATE && last >= FIRST_SURROGATE {
                ranges.push((scalar(first), scalar(FIRST_SURROGATE - 1)));
                ranges.push((scalar(FIRST_SURROGATE), scalar(last)));
            } else {
                ranges.push((scalar(first), scalar(last)));
            }
        }
        ranges
    }

    /// Tells whether the set holds no character.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Tells whether the set holds every character.
    pub fn is_all(&self) -> bool {
        self.ranges == [(0, LAST_ORDINAL)]
    }

    /// Tells whether the set holds `character`.
    pub fn contains(&self, character: char) -> bool {
        let ordinal = ordinal(character);
        let after = self.ranges.partition_point(|&(first, _)| first <= ordinal);
        after.checked_sub(1).and_then(|index| self.ranges.get(index)).is_some_and(|&(_, last)| ordinal <= last)
    }

    /// The only character, when there is exactly one.
    pub fn only(&self) -> Option<char> {
        match self.ranges.as_slice() {
            [(first, last)] if first == last => Some(scalar(*first)),
            [] | [_] | [_, _, ..] => None,
        }
    }

    /// The characters in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::from_ordinals(self.ranges.iter().chain(&other.ranges).copied().collect())
    }

    /// The characters that are not in this set.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = 0;
        for &(first, last) in &self.ranges {
            if next < first {
                ranges.push((next, first - 1));
            }
            next = last + 1;
        }
        if next <= LAST_ORDINAL {
            ranges.push((next, LAST_ORDINAL));
        }
        Self { ranges }
    }

    /// The characters in both sets.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        let mut ranges = Vec::new();
        while let (Some(&&(first, last)), Some(&&(other_first, other_last))) = (left.peek(), right.peek()) {
            let (start, end) = (first.max(other_first), last.min(other_last));
            if start <= end {
                ranges.push((start, end));
            }
            if last < other_last {
                left.next();
            } else {
                right.next();
            }
        }
        Self { ranges }
    }

    /// The characters of this set that are not in the other.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.intersect(&other.complement())
    }

    /// The character that reads best: an ASCII letter or digit, then a space or punctuation, then another printable
    /// one, then any; and how badly it reads, from 0.
    pub(crate) fn best(&self) -> Option<(char, u32)> {
        const PREFERRED: [&[(char, char)]; 5] = [
            &[('a', 'z'), ('A', 'Z'), ('0', '9')],
            &[(' ', ' '), ('!', '~')],
            &[('\t', '\r')],
            &[('\u{a1}', '\u{ac}'), ('\u{ae}', '\u{24f}')],
            &[('\u{250}', '\u{d7ff}'), ('\u{e000}', '\u{10ffff}'), ('\u{0}', '\u{ff}')],
        ];
        for (rank, groups) in (0_u32..).zip(PREFERRED) {
            for &(first, last) in groups {
                let found = self.intersect(&Self::range(first, last));
                if let Some(&(start, _)) = found.ranges.first() {
                    return Some((scalar(start), rank));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surrogates_are_no_gap() {
        assert_eq!(scalar(ordinal('\u{d7ff}') + 1), '\u{e000}');
        assert_eq!(CharSet::all().ranges(), [('\0', '\u{d7ff}'), ('\u{e000}', '\u{10ffff}')]);
        assert!(CharSet::all().complement().is_empty());
    }

    #[test]
    fn sets_combine() {
        let letters = CharSet::from_ranges(&[('a', 'f'), ('c', 'z'), ('A', 'Z')]);
        assert_eq!(letters.ranges(), [('A', 'Z'), ('a', 'z')]);
        assert!(letters.contains('q') && !letters.contains('['));
        assert_eq!(letters.complement().complement(), letters);
        assert_eq!(letters.minus(&CharSet::range('a', 'y')).ranges(), [('A', 'Z'), ('z', 'z')]);
        assert_eq!(letters.complement().best(), Some(('0', 0)));
        assert_eq!(CharSet::single('x').only(), Some('x'));
    }
}
