//! From an automaton back to an expression (Brzozowski and McCluskey 1963). Invariant: the expression has the same
//! language and, written out, at most [`SIZE_LIMIT`] nodes; where it would have more there is none.

use std::{collections::BTreeMap, sync::Arc};

use super::{char_set::CharSet, dfa::Dfa, regex_tree::RegexTree};

/// The most nodes of the expression, counting shared ones as often as they stand.
const SIZE_LIMIT: usize = 6_000;

/// The most states that are eliminated.
const STATES: usize = 80;

type Sized = (Arc<RegexTree>, usize);

/// An expression for the automaton's language, unless it would be too large.
pub(crate) fn expression(dfa: &Dfa) -> Option<RegexTree> {
    if dfa.is_empty() {
        return Some(RegexTree::Nothing);
    }
    let distances = dfa.distances();
    let is_live = |state: u32| distances.get(state as usize).is_some_and(Option::is_some);
    let live: Vec<u32> = dfa.states().filter(|&state| is_live(state)).collect();
    if live.len() > STATES {
        return None;
    }
    let (start, end) = (u32::MAX - 1, u32::MAX);
    let sets = dfa.alphabet.sets();
    let mut edges: BTreeMap<(u32, u32), Sized> = BTreeMap::new();
    edges.insert((start, 0), empty());
    for &state in &live {
        let mut targets: BTreeMap<u32, CharSet> = BTreeMap::new();
        for (set, &target) in sets.iter().zip(dfa.row(state)) {
            if is_live(target) {
                let joined = targets.get(&target).map_or_else(|| set.clone(), |known| known.union(set));
                targets.insert(target, joined);
            }
        }
        for (target, set) in targets {
            let tree = match set.only() {
                Some(character) => RegexTree::Literal(character.to_string()),
                None => RegexTree::Chars(set),
            };
            edges.insert((state, target), (Arc::new(tree), 1));
        }
        if dfa.is_accepting(state) {
            edges.insert((state, end), empty());
        }
    }
    let mut left = live;
    while !left.is_empty() {
        let cost = |state: u32| {
            let enters = edges.keys().filter(|key| key.1 == state && key.0 != state).count();
            let leaves = edges.keys().filter(|key| key.0 == state && key.1 != state).count();
            (enters * leaves, state)
        };
        let chosen = left.iter().copied().min_by_key(|&state| cost(state))?;
        left.retain(|&state| state != chosen);
        eliminate(&mut edges, chosen)?;
    }
    edges.remove(&(start, end)).map(|(tree, _)| Arc::unwrap_or_clone(tree))
}

fn empty() -> Sized {
    (Arc::new(RegexTree::empty_text()), 1)
}

fn eliminate(edges: &mut BTreeMap<(u32, u32), Sized>, state: u32) -> Option<()> {
    let around =
        edges.remove(&(state, state)).map(|(tree, size)| (RegexTree::Repeat { tree, min: 0, max: None }, size));
    let enters: Vec<(u32, Sized)> =
        edges.iter().filter(|(key, _)| key.1 == state).map(|(key, tree)| (key.0, tree.clone())).collect();
    let leaves: Vec<(u32, Sized)> =
        edges.iter().filter(|(key, _)| key.0 == state).map(|(key, tree)| (key.1, tree.clone())).collect();
    edges.retain(|key, _| key.0 != state && key.1 != state);
    for (from, (before, before_size)) in &enters {
        for (to, (after, after_size)) in &leaves {
            let mut parts = vec![RegexTree::clone(before)];
            let mut size = before_size + after_size + 1;
            if let Some((tree, tree_size)) = &around {
                parts.push(tree.clone());
                size += tree_size + 1;
            }
            parts.push(RegexTree::clone(after));
            let path = RegexTree::concat(parts);
            let (tree, size) = match edges.remove(&(*from, *to)) {
                Some((other, other_size)) => {
                    (RegexTree::union([Arc::unwrap_or_clone(other), path]), size + other_size + 1)
                }
                None => (path, size),
            };
            if size > SIZE_LIMIT || tree.depth().is_none() {
                return None;
            }
            edges.insert((*from, *to), (Arc::new(tree), size));
        }
    }
    Some(())
}
