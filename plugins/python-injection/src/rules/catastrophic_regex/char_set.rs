//! Sets of characters. Invariant: the ranges are sorted, disjoint and not adjacent.

const LAST: u32 = 0x10_ffff;

/// A set of characters by code point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CharSet(Vec<(u32, u32)>);

impl CharSet {
    /// Makes a set of inclusive ranges, in any order.
    pub(super) fn of(ranges: &[(u32, u32)]) -> Self {
        let mut sorted: Vec<(u32, u32)> = ranges.iter().copied().filter(|(first, last)| first <= last).collect();
        sorted.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::new();
        for (first, last) in sorted {
            match merged.last_mut() {
                Some(open) if first <= open.1.saturating_add(1) => open.1 = open.1.max(last),
                Some(_) | None => merged.push((first, last)),
            }
        }
        Self(merged)
    }

    pub(super) fn one(character: char) -> Self {
        Self(vec![(character.into(), character.into())])
    }

    pub(super) fn everything() -> Self {
        Self(vec![(0, LAST)])
    }

    /// `\d`: ASCII's digits and one script's more, which stands for all others.
    pub(super) fn digits() -> Self {
        Self::of(&[(0x30, 0x39), (0x660, 0x669)])
    }

    /// `\w`, roughly: letters of most scripts, digits and `_`.
    pub(super) fn word() -> Self {
        Self::of(&[
            (0x30, 0x39),
            (0x41, 0x5a),
            (0x5f, 0x5f),
            (0x61, 0x7a),
            (0xaa, 0xaa),
            (0xc0, 0x1fff),
            (0x2c00, 0x2fef),
            (0x3040, 0xd7ff),
            (0xf900, 0xfdff),
            (0x1_0000, 0x1_ffff),
        ])
    }

    /// `\s`.
    pub(super) fn space() -> Self {
        Self::of(&[(9, 13), (28, 32), (0x85, 0x85), (0xa0, 0xa0), (0x2000, 0x200a), (0x2028, 0x2029), (0x3000, 0x3000)])
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        let all: Vec<(u32, u32)> = self.0.iter().chain(&other.0).copied().collect();
        Self::of(&all)
    }

    pub(super) fn complement(&self) -> Self {
        let mut gaps = Vec::new();
        let mut next = 0;
        for (first, last) in &self.0 {
            if next < *first {
                gaps.push((next, first - 1));
            }
            next = last + 1;
        }
        if next <= LAST {
            gaps.push((next, LAST));
        }
        Self(gaps)
    }

    /// Adds the other case of ASCII's letters.
    pub(super) fn folded(&self) -> Self {
        let shifted = |from: (u32, u32), by: i64| {
            self.0.iter().filter_map(move |(first, last)| {
                let (first, last) = ((*first).max(from.0), (*last).min(from.1));
                let moved = |point: u32| u32::try_from(i64::from(point) + by).ok();
                (first <= last).then_some(())?;
                Some((moved(first)?, moved(last)?))
            })
        };
        let all: Vec<(u32, u32)> =
            self.0.iter().copied().chain(shifted((0x41, 0x5a), 32)).chain(shifted((0x61, 0x7a), -32)).collect();
        Self::of(&all)
    }

    /// Gives the character when there is only one.
    pub(super) fn single(&self) -> Option<u32> {
        match self.0.as_slice() {
            [(first, last)] if first == last => Some(*first),
            _ => None,
        }
    }

    pub(super) fn intersects(&self, other: &Self) -> bool {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(one), Some(two)) = (left.peek(), right.peek()) {
            if one.0 <= two.1 && two.0 <= one.1 {
                return true;
            }
            if one.1 < two.1 {
                left.next();
            } else {
                right.next();
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_meet_where_they_share_a_character() {
        assert!(CharSet::digits().intersects(&CharSet::word()));
        assert!(!CharSet::space().intersects(&CharSet::word()));
        assert!(!CharSet::word().complement().intersects(&CharSet::word()));
        assert!(CharSet::of(&[(0x41, 0x43)]).folded().intersects(&CharSet::one('b')));
        assert_eq!(CharSet::of(&[(5, 9), (1, 4)]), CharSet::of(&[(1, 9)]));
        assert_eq!(CharSet::everything().complement(), CharSet::default());
    }
}
