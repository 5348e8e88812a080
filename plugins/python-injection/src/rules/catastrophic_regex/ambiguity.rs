//! Whether a repetition can match a text in exponentially many ways. Invariant: the answer is yes only when two different
//! ways round the loop read the same text; when the work would exceed its limits the answer is no.

use std::collections::BTreeMap;

use super::{
    char_set::CharSet,
    pattern::{Repeat, Tree},
};

/// Most characters of a loop that are told apart.
const MAX_POSITIONS: usize = 150;
/// Most steps from pair to pair.
const MAX_STEPS: usize = 400_000;
/// A repetition that may go on this often is as good as an endless one.
const MANY: u32 = 10;
/// Most copies that a counted repetition is written out to.
const MAX_COPIES: u32 = 40;
const DEPTH: u32 = 60;

/// Finds the first repetition, inner ones first, that is ambiguous and that something behind it can make fail.
/// `is_anchored` says that the whole text has to match.
pub(super) fn find(tree: &Tree, is_anchored: bool) -> Option<&Repeat> {
    search(tree, is_anchored, DEPTH)
}

fn search(tree: &Tree, can_fail_later: bool, depth: u32) -> Option<&Repeat> {
    let depth = depth.checked_sub(1)?;
    match tree {
        Tree::Class(_) | Tree::Barrier => None,
        Tree::Choice(options) => options.iter().find_map(|option| search(option, can_fail_later, depth)),
        Tree::Sequence(items) => items.iter().enumerate().find_map(|(at, item)| {
            let rest = items.get(at + 1..).unwrap_or_default();
            search(item, can_fail_later || rest.iter().any(|item| can_fail(item, depth)), depth)
        }),
        Tree::Repeat(repeat) => search(&repeat.inner, can_fail_later || repeat.least > 1, depth)
            .or_else(|| (can_fail_later && is_endless(repeat) && is_ambiguous(repeat)).then_some(repeat)),
    }
}

const fn is_endless(repeat: &Repeat) -> bool {
    match repeat.most {
        None => true,
        Some(most) => most >= MANY && most != repeat.least,
    }
}

/// Tells whether a part does not match every text, at least as the empty one.
fn can_fail(tree: &Tree, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match tree {
        Tree::Class(_) | Tree::Barrier => true,
        Tree::Sequence(items) => items.iter().any(|item| can_fail(item, depth)),
        Tree::Choice(options) => options.iter().all(|option| can_fail(option, depth)),
        Tree::Repeat(repeat) => repeat.least > 0 && can_fail(&repeat.inner, depth),
    }
}

/// The loop's characters and which can follow which; a pair that stands twice can be stepped in two ways.
#[derive(Default)]
struct Loop {
    sets: Vec<CharSet>,
    follows: Vec<Vec<usize>>,
    is_too_large: bool,
}

/// Where a part begins and ends.
#[derive(Clone, Default)]
struct Part {
    first: Vec<usize>,
    last: Vec<usize>,
    is_nullable: bool,
}

fn is_ambiguous(repeat: &Repeat) -> bool {
    let mut built = Loop::default();
    let inner = built.add(&repeat.inner, DEPTH);
    built.connect(&inner.last, &inner.first);
    !built.is_too_large && (built.has_double_step() || built.has_two_ways())
}

impl Loop {
    fn connect(&mut self, from: &[usize], to: &[usize]) {
        for position in from {
            if let Some(follows) = self.follows.get_mut(*position) {
                follows.extend(to);
            }
        }
    }

    fn position(&mut self, set: CharSet) -> Part {
        let position = self.sets.len();
        self.is_too_large |= position >= MAX_POSITIONS;
        if self.is_too_large {
            return Part::default();
        }
        self.sets.push(set);
        self.follows.push(Vec::new());
        Part { first: vec![position], last: vec![position], is_nullable: false }
    }

    fn add(&mut self, tree: &Tree, depth: u32) -> Part {
        let Some(depth) = depth.checked_sub(1).filter(|_| !self.is_too_large) else {
            self.is_too_large = true;
            return Part::default();
        };
        match tree {
            Tree::Class(set) => self.position(set.clone()),
            // No text leads over it.
            Tree::Barrier => self.position(CharSet::default()),
            Tree::Sequence(items) => {
                let empty = Part { is_nullable: true, ..Part::default() };
                items.iter().fold(empty, |before, item| {
                    let item = self.add(item, depth);
                    self.join(before, item)
                })
            }
            Tree::Choice(options) => {
                let mut all = Part::default();
                for option in options {
                    let part = self.add(option, depth);
                    all.first.extend(part.first);
                    all.last.extend(part.last);
                    all.is_nullable |= part.is_nullable;
                }
                all
            }
            Tree::Repeat(repeat) => self.repeated(repeat, depth),
        }
    }

    fn join(&mut self, before: Part, after: Part) -> Part {
        self.connect(&before.last, &after.first);
        let mut joined = Part { is_nullable: before.is_nullable && after.is_nullable, ..before };
        if before.is_nullable {
            joined.first.extend(&after.first);
        }
        if !after.is_nullable {
            joined.last.clear();
        }
        joined.last.extend(after.last);
        joined
    }

    fn repeated(&mut self, repeat: &Repeat, depth: u32) -> Part {
        let copies = repeat.least.min(MAX_COPIES);
        if repeat.most == Some(repeat.least) && repeat.least > MAX_COPIES {
            self.is_too_large = true;
            return Part::default();
        }
        let mut all = Part { is_nullable: true, ..Part::default() };
        // One copy of an endless repetition is the one that goes round.
        let fixed = if is_endless(repeat) { copies.saturating_sub(1) } else { copies };
        for _ in 0..fixed {
            let copy = self.add(&repeat.inner, depth);
            all = self.join(all, copy);
        }
        if is_endless(repeat) {
            let mut round = self.add(&repeat.inner, depth);
            self.connect(&round.last.clone(), &round.first.clone());
            round.is_nullable |= repeat.least == 0;
            return self.join(all, round);
        }
        let optional = repeat.most.unwrap_or(copies).saturating_sub(copies);
        let rest = self.optional(&repeat.inner, optional, depth);
        self.join(all, rest)
    }

    /// `x(x(x)?)?`
    fn optional(&mut self, inner: &Tree, copies: u32, depth: u32) -> Part {
        let nothing = Part { is_nullable: true, ..Part::default() };
        (0..copies).fold(nothing, |rest, _| {
            let copy = self.add(inner, depth);
            let mut joined = self.join(copy, rest);
            joined.is_nullable = true;
            joined
        })
    }

    /// Tells which positions lead back to which: `reach[p]` holds all that come after `p`.
    fn reachable(&self) -> Vec<Vec<bool>> {
        let mut reach = vec![vec![false; self.sets.len()]; self.sets.len()];
        for (from, row) in reach.iter_mut().enumerate() {
            let mut open = vec![from];
            while let Some(position) = open.pop() {
                for next in self.follows.get(position).into_iter().flatten() {
                    let is_real = self.sets.get(*next).is_some_and(|set| *set != CharSet::default());
                    if let Some(seen) = row.get_mut(*next).filter(|seen| is_real && !**seen) {
                        *seen = true;
                        open.push(*next);
                    }
                }
            }
        }
        reach
    }

    /// One step that can be taken in two ways, on a way round.
    fn has_double_step(&self) -> bool {
        let reach = self.reachable();
        let leads = |from: usize, to: usize| reach.get(from).and_then(|row| row.get(to)).copied().unwrap_or_default();
        self.follows.iter().enumerate().any(|(from, follows)| {
            let mut sorted = follows.clone();
            sorted.sort_unstable();
            let is_real = |at: usize| self.sets.get(at).is_some_and(|set| *set != CharSet::default());
            sorted.windows(2).any(|pair| match pair {
                [one, two] => one == two && is_real(*one) && is_real(from) && leads(*one, from),
                _ => false,
            })
        })
    }

    /// Two different ways that read the same text and meet again: a cycle of pairs through an equal pair and an unequal
    /// one.
    fn has_two_ways(&self) -> bool {
        let mut numbers: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut pairs: Vec<(usize, usize)> = (0..self.sets.len()).map(|position| (position, position)).collect();
        numbers.extend(pairs.iter().enumerate().map(|(number, pair)| (*pair, number)));
        let mut edges: Vec<Vec<usize>> = Vec::new();
        let mut steps = 0;
        let mut at = 0;
        while let Some((left, right)) = pairs.get(at).copied() {
            at += 1;
            let mut nexts = Vec::new();
            for one in self.follows.get(left).into_iter().flatten() {
                for two in self.follows.get(right).into_iter().flatten() {
                    steps += 1;
                    if steps > MAX_STEPS {
                        return false;
                    }
                    let (Some(one_set), Some(two_set)) = (self.sets.get(*one), self.sets.get(*two)) else { continue };
                    if !one_set.intersects(two_set) {
                        continue;
                    }
                    let pair = (*one.min(two), *one.max(two));
                    let number = *numbers.entry(pair).or_insert_with(|| {
                        pairs.push(pair);
                        pairs.len() - 1
                    });
                    nexts.push(number);
                }
            }
            edges.push(nexts);
        }
        self.meets_again(&edges)
    }

    /// Tells whether an equal pair leads to an unequal one that leads back to it.
    fn meets_again(&self, edges: &[Vec<usize>]) -> bool {
        let equal = self.sets.len();
        let mut back: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
        for (from, nexts) in edges.iter().enumerate() {
            for next in nexts {
                if let Some(sources) = back.get_mut(*next) {
                    sources.push(from);
                }
            }
        }
        let spread = |graph: &[Vec<usize>], start: usize| {
            let mut seen = vec![false; graph.len()];
            let mut open = vec![start];
            while let Some(at) = open.pop() {
                for next in graph.get(at).into_iter().flatten() {
                    if let Some(mark) = seen.get_mut(*next).filter(|mark| !**mark) {
                        *mark = true;
                        open.push(*next);
                    }
                }
            }
            seen
        };
        (0..equal).any(|start| {
            let (forth, back) = (spread(edges, start), spread(&back, start));
            forth.iter().zip(&back).skip(equal).any(|(to, from)| *to && *from)
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;
    use crate::rules::catastrophic_regex::pattern::{Flags, parse};

    fn found(pattern: &str) -> Option<String> {
        let tree = parse(pattern, Flags::default()).expect("a pattern");
        find(&tree, false).map(|repeat| repeat.text.clone())
    }

    #[test]
    fn finds_loops_that_read_a_text_in_two_ways() {
        for (pattern, part) in [
            (r"^(a+)+$", "(a+)+"),
            (r"^(\w+\s?)*$", r"(\w+\s?)*"),
            (r"(x|xx|y)*z", "(x|xx|y)*"),
            (r"^([a-z]|\w)+!", r"([a-z]|\w)+"),
            (r"(a?b?)*c", "(a?b?)*"),
            (r#""(\\.|[^"])*""#, r#"(\\.|[^"])*"#),
            (r"^(([a-z])+.)+[A-Z]$", "(([a-z])+.)+"),
            (r"<(\s*\w+\s*=?\s*)*>", r"(\s*\w+\s*=?\s*)*"),
            (r"^(\d{1,12})+$", r"(\d{1,12})+"),
            (r"^(?:ab|a|b)*$", "(?:ab|a|b)*"),
            (r"x(?:(a+)+y)*", "(a+)+"),
        ] {
            assert_eq!(found(pattern).as_deref(), Some(part), "{pattern}");
        }
    }

    #[test]
    fn stays_silent_where_there_is_one_way() {
        for pattern in [
            r"^[\w.+-]+@[\w-]+\.[\w.-]+$",
            r"^(\w+\s)*\w+$",
            r"^(?:\d{1,3}\.){3}\d{1,3}$",
            r#""(?:\\.|[^"\\])*""#,
            r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==)?$",
            r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
            r"/\*(?:(?!\*/)[\s\S])*\*/",
            r"(?:\w+\b\s*)+$",
            r"(a+)+",
            r"(a|b|ab)*",
            r"(?P<key>\w+)\s*=\s*(?P<value>.*?)(?:,|$)",
            r"^(?:[a-z]+,)*[a-z]+$",
            r"(?:(?:a|b)(?:c|d))*e",
            r"^\s*(#.*)?$",
            r"(a++)+b",
            r"^(\d{4})+$",
        ] {
            assert_eq!(found(pattern), None, "{pattern}");
        }
    }
}
