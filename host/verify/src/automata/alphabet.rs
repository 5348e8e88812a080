//! The letters of an automaton: a partition of the characters into classes that it doesn't tell apart. Invariant:
//! every character is in exactly one class, and no class is empty.

use std::collections::HashMap;

use super::char_set::{CharSet, LAST_ORDINAL, ordinal};

/// A partition of all characters into numbered classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alphabet {
    /// The first ordinals of the intervals, sorted, the first being 0; and each interval's class.
    intervals: Vec<(u32, u32)>,
    classes: u32,
}

impl Alphabet {
    /// One class for everything.
    pub(crate) fn single() -> Self {
        Self { intervals: vec![(0, 0)], classes: 1 }
    }

    /// The coarsest partition in which each set is a union of classes.
    pub(crate) fn from_sets(sets: &[CharSet]) -> Self {
        let mut events: Vec<(u32, usize)> = Vec::new();
        for (index, set) in sets.iter().enumerate() {
            for &(first, last) in set.ordinals() {
                events.push((first, index));
                events.push((last + 1, index));
            }
        }
        events.sort_unstable();
        let mut signature = vec![0_u64; sets.len().div_ceil(64)];
        let mut known: HashMap<Vec<u64>, u32> = HashMap::new();
        let mut intervals = Vec::new();
        let mut events = events.into_iter().peekable();
        let mut position = 0;
        while position <= LAST_ORDINAL {
            while let Some((_, index)) = events.next_if(|&(at, _)| at <= position) {
                if let Some(word) = signature.get_mut(index / 64) {
                    *word ^= 1 << (index % 64);
                }
            }
            push_interval(&mut intervals, position, intern(&mut known, &signature));
            position = events.peek().map_or(LAST_ORDINAL + 1, |&(at, _)| at);
        }
        let classes = count(known.len());
        Self { intervals, classes }
    }

    /// The coarsest partition that is finer than both, and for each of its classes the two that it lies in.
    pub(crate) fn refine(&self, other: &Self) -> (Self, Vec<(u32, u32)>) {
        if self == other {
            return (self.clone(), (0..self.classes).map(|class| (class, class)).collect());
        }
        let mut known: HashMap<(u32, u32), u32> = HashMap::new();
        let mut pairs = Vec::new();
        let mut intervals = Vec::with_capacity(self.intervals.len() + other.intervals.len());
        let (mut left, mut right) = (self.intervals.iter().peekable(), other.intervals.iter().peekable());
        let mut current = (0, 0);
        let mut position = Some(0);
        while let Some(at) = position {
            while let Some(&(_, class)) = left.next_if(|interval| interval.0 <= at) {
                current.0 = class;
            }
            while let Some(&(_, class)) = right.next_if(|interval| interval.0 <= at) {
                current.1 = class;
            }
            let class = *known.entry(current).or_insert_with(|| {
                pairs.push(current);
                count(pairs.len()) - 1
            });
            push_interval(&mut intervals, at, class);
            position = [left.peek(), right.peek()].into_iter().flatten().map(|interval| interval.0).min();
        }
        (Self { intervals, classes: count(pairs.len()) }, pairs)
    }

    /// Joins the classes that `merged` maps to the same number; the numbers are dense from 0.
    pub(crate) fn merge(&self, merged: &[u32]) -> Self {
        let mut intervals = Vec::with_capacity(self.intervals.len());
        for &(start, class) in &self.intervals {
            push_interval(&mut intervals, start, merged.get(class as usize).copied().unwrap_or(0));
        }
        Self { intervals, classes: merged.iter().max().map_or(1, |&last| last + 1) }
    }

    /// How many classes there are.
    pub(crate) fn len(&self) -> u32 {
        self.classes
    }

    /// The class of a character.
    pub(crate) fn class_of(&self, character: char) -> u32 {
        let ordinal = ordinal(character);
        let after = self.intervals.partition_point(|&(start, _)| start <= ordinal);
        after.checked_sub(1).and_then(|index| self.intervals.get(index)).map_or(0, |&(_, class)| class)
    }

    /// The classes that meet the set, sorted; the set is a union of classes when the alphabet was built for it.
    pub(crate) fn classes_in(&self, set: &CharSet) -> Vec<u32> {
        let mut classes = Vec::new();
        for &(first, last) in set.ordinals() {
            let from = self.intervals.partition_point(|&(start, _)| start <= first).saturating_sub(1);
            let inside = self.intervals.iter().skip(from).take_while(|interval| interval.0 <= last);
            classes.extend(inside.map(|interval| interval.1));
        }
        classes.sort_unstable();
        classes.dedup();
        classes
    }

    /// The characters of each class.
    pub(crate) fn sets(&self) -> Vec<CharSet> {
        let mut ranges: Vec<Vec<(u32, u32)>> = vec![Vec::new(); self.classes as usize];
        let ends = self.intervals.iter().skip(1).map(|interval| interval.0 - 1).chain([LAST_ORDINAL]);
        for (&(start, class), end) in self.intervals.iter().zip(ends) {
            if let Some(list) = ranges.get_mut(class as usize) {
                list.push((start, end));
            }
        }
        ranges.into_iter().map(CharSet::from_ordinals).collect()
    }
}

fn intern(known: &mut HashMap<Vec<u64>, u32>, signature: &[u64]) -> u32 {
    let next = count(known.len());
    match known.get(signature) {
        Some(&class) => class,
        None => {
            known.insert(signature.to_vec(), next);
            next
        }
    }
}

fn push_interval(intervals: &mut Vec<(u32, u32)>, start: u32, class: u32) {
    if intervals.last().is_none_or(|last| last.1 != class) {
        intervals.push((start, class));
    }
}

/// A length as a class number; there are far fewer classes than characters.
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_become_classes() {
        let (lower, vowels) = (CharSet::range('a', 'z'), CharSet::of("aeiou"));
        let alphabet = Alphabet::from_sets(&[lower.clone(), vowels.clone()]);
        assert_eq!(alphabet.len(), 3);
        assert_eq!(alphabet.classes_in(&lower).len(), 2);
        assert_eq!(alphabet.classes_in(&vowels), [alphabet.class_of('e')]);
        assert_ne!(alphabet.class_of('b'), alphabet.class_of('B'));
        let sets = alphabet.sets();
        assert_eq!(sets.iter().fold(CharSet::none(), |all, set| all.union(set)), CharSet::all());
    }

    #[test]
    fn refinement_knows_both_parents() {
        let left = Alphabet::from_sets(&[CharSet::range('a', 'm')]);
        let right = Alphabet::from_sets(&[CharSet::range('k', 'z')]);
        let (both, pairs) = left.refine(&right);
        assert_eq!(both.len(), 4);
        for character in ['a', 'l', 'z', '0'] {
            let pair = pairs.get(both.class_of(character) as usize).copied();
            assert_eq!(pair, Some((left.class_of(character), right.class_of(character))));
        }
    }
}
