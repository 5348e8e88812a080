//! Minimisation of complete deterministic automata (Hopcroft 1971). Invariant: the result accepts the same language,
//! has no two equivalent states or letters, and its states are numbered breadth-first from the start.

use std::collections::{HashMap, VecDeque};

use super::dfa::Dfa;

/// The smallest automaton with the same language.
pub(crate) fn minimise(dfa: &Dfa) -> Dfa {
    let merged = merge_letters(dfa);
    let blocks = Partition::refine(&merged);
    merge_letters(&quotient(&merged, &blocks))
}

/// Joins the letters that every state treats alike.
fn merge_letters(dfa: &Dfa) -> Dfa {
    let width = dfa.alphabet.len();
    let mut columns: Vec<Vec<u32>> = vec![Vec::with_capacity(dfa.len()); width as usize];
    for state in dfa.states() {
        for (column, &target) in columns.iter_mut().zip(dfa.row(state)) {
            column.push(target);
        }
    }
    let mut known: HashMap<&[u32], u32> = HashMap::new();
    let mut kept: Vec<usize> = Vec::new();
    let mut merged = Vec::with_capacity(columns.len());
    for (index, column) in columns.iter().enumerate() {
        let next = number(kept.len());
        merged.push(*known.entry(column).or_insert_with(|| {
            kept.push(index);
            next
        }));
    }
    if kept.len() == columns.len() {
        return dfa.clone();
    }
    let table = dfa
        .states()
        .flat_map(|state| {
            let row = dfa.row(state);
            kept.iter().map(move |&column| row.get(column).copied().unwrap_or(0))
        })
        .collect();
    let accepting = dfa.states().map(|state| dfa.is_accepting(state)).collect();
    Dfa::from_parts(dfa.alphabet.merge(&merged), table, accepting)
}

/// Joins the states of each block, numbering the blocks breadth-first.
fn quotient(dfa: &Dfa, blocks: &Partition) -> Dfa {
    let mut numbers: HashMap<u32, u32> = HashMap::from([(blocks.block_of(0), 0)]);
    let mut representatives = vec![0];
    let (mut table, mut accepting) = (Vec::new(), Vec::new());
    let mut done = 0;
    while let Some(&state) = representatives.get(done) {
        done += 1;
        accepting.push(dfa.is_accepting(state));
        for &target in dfa.row(state) {
            let next = number(representatives.len());
            table.push(*numbers.entry(blocks.block_of(target)).or_insert_with(|| {
                representatives.push(target);
                next
            }));
        }
    }
    Dfa::from_parts(dfa.alphabet.clone(), table, accepting)
}

/// A partition of the states into blocks of so far undistinguished ones, each a stretch of `elements`.
struct Partition {
    elements: Vec<u32>,
    position: Vec<u32>,
    block: Vec<u32>,
    stretches: Vec<(u32, u32)>,
}

impl Partition {
    fn block_of(&self, state: u32) -> u32 {
        at(&self.block, state)
    }

    fn refine(dfa: &Dfa) -> Self {
        let (mut elements, rejecting): (Vec<u32>, Vec<u32>) = dfa.states().partition(|&state| dfa.is_accepting(state));
        let (accepted, total) = (number(elements.len()), number(dfa.len()));
        elements.extend(rejecting);
        let mut partition =
            Self { position: vec![0; dfa.len()], block: vec![0; dfa.len()], elements, stretches: vec![(0, total)] };
        for (index, &state) in (0_u32..).zip(&partition.elements) {
            put(&mut partition.position, state, index);
        }
        if accepted == 0 || accepted == total {
            return partition;
        }
        partition.split_off(0, accepted);
        let inverse = Inverse::of(dfa);
        let smaller = if accepted * 2 <= total { 1 } else { 0 };
        let mut queue: VecDeque<u32> = VecDeque::from([smaller]);
        let mut queued = vec![false; 2];
        put(&mut queued, smaller, true);
        let mut marked: Vec<u32> = vec![0; 2];
        while let Some(splitter) = queue.pop_front() {
            put(&mut queued, splitter, false);
            let members = partition.members(splitter);
            for letter in 0..dfa.alphabet.len() {
                let mut touched = Vec::new();
                for &member in &members {
                    for &source in inverse.sources(letter, member) {
                        partition.mark(source, &mut marked, &mut touched);
                    }
                }
                for block in touched {
                    let count = at(&marked, block);
                    put(&mut marked, block, 0);
                    let (from, to) = at(&partition.stretches, block);
                    if count == to - from {
                        continue;
                    }
                    let fresh = partition.split_off(block, count);
                    marked.push(0);
                    queued.push(false);
                    let chosen = if at(&queued, block) || count * 2 <= to - from { fresh } else { block };
                    put(&mut queued, chosen, true);
                    queue.push_back(chosen);
                }
            }
        }
        partition
    }

    fn members(&self, block: u32) -> Vec<u32> {
        let (from, to) = at(&self.stretches, block);
        self.elements.get(from as usize..to as usize).unwrap_or_default().to_vec()
    }

    /// Moves a state to the marked front of its block.
    fn mark(&mut self, state: u32, marked: &mut [u32], touched: &mut Vec<u32>) {
        let block = at(&self.block, state);
        let count = at(marked, block);
        let front = at(&self.stretches, block).0 + count;
        let place = at(&self.position, state);
        if place < front {
            return;
        }
        if count == 0 {
            touched.push(block);
        }
        let other = at(&self.elements, front);
        put(&mut self.elements, front, state);
        put(&mut self.elements, place, other);
        put(&mut self.position, state, front);
        put(&mut self.position, other, place);
        put(marked, block, count + 1);
    }

    /// Makes the first `count` members of a block a block of their own.
    fn split_off(&mut self, block: u32, count: u32) -> u32 {
        let (from, to) = at(&self.stretches, block);
        let fresh = number(self.stretches.len());
        put(&mut self.stretches, block, (from + count, to));
        self.stretches.push((from, from + count));
        for place in from..from + count {
            let state = at(&self.elements, place);
            put(&mut self.block, state, fresh);
        }
        fresh
    }
}

/// The predecessors of every state, by letter.
struct Inverse {
    starts: Vec<u32>,
    sources: Vec<u32>,
    states: usize,
}

impl Inverse {
    fn of(dfa: &Dfa) -> Self {
        let states = dfa.len();
        let mut starts = vec![0_u32; states * dfa.alphabet.len() as usize + 1];
        for state in dfa.states() {
            for (letter, &target) in dfa.row(state).iter().enumerate() {
                if let Some(count) = starts.get_mut(letter * states + target as usize) {
                    *count += 1;
                }
            }
        }
        let mut total = 0;
        for count in &mut starts {
            total += *count;
            *count = total;
        }
        let mut sources = vec![0_u32; total as usize];
        for state in dfa.states() {
            for (letter, &target) in dfa.row(state).iter().enumerate() {
                if let Some(place) = starts.get_mut(letter * states + target as usize) {
                    *place -= 1;
                    put(&mut sources, *place, state);
                }
            }
        }
        Self { starts, sources, states }
    }

    fn sources(&self, letter: u32, target: u32) -> &[u32] {
        let index = letter as usize * self.states + target as usize;
        match (self.starts.get(index), self.starts.get(index + 1)) {
            (Some(&from), Some(&to)) => self.sources.get(from as usize..to as usize).unwrap_or_default(),
            (None | Some(_), None) | (None, Some(_)) => &[],
        }
    }
}

fn at<T: Copy + Default>(table: &[T], index: u32) -> T {
    table.get(index as usize).copied().unwrap_or_default()
}

fn put<T>(table: &mut [T], index: u32, value: T) {
    if let Some(entry) = table.get_mut(index as usize) {
        *entry = value;
    }
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
