//! Takes out the blocks that lowering made and nothing needs. Invariant: no instruction is lost, dead code's included.

use crate::function::{Block, BlockId, Terminator};

/// Redirects jumps past empty blocks, then drops empty blocks that nothing reaches and renumbers the rest.
pub(crate) fn simplify(blocks: Vec<Block>) -> Vec<Block> {
    let destinations: Vec<BlockId> = (0..blocks.len() as u32).map(|id| destination(&blocks, BlockId(id))).collect();
    let redirect = |id: &mut BlockId| {
        if let Some(target) = destinations.get(id.0 as usize) {
            *id = *target;
        }
    };
    let mut blocks = blocks;
    for block in &mut blocks {
        for_each_target(block, redirect);
    }
    let kept = kept_blocks(&blocks);
    let mut numbers = Vec::with_capacity(kept.len());
    let mut count = 0;
    for keep in &kept {
        numbers.push(BlockId(count));
        count += u32::from(*keep);
    }
    let renumber = |id: &mut BlockId| {
        if let Some(number) = numbers.get(id.0 as usize) {
            *id = *number;
        }
    };
    let mut out = Vec::with_capacity(count as usize);
    for (mut block, keep) in blocks.into_iter().zip(kept) {
        if keep {
            for_each_target(&mut block, renumber);
            // Blocks are short and there are many: room for instructions to come would be most of a program's memory.
            block.instructions.shrink_to_fit();
            out.push(block);
        }
    }
    out
}

/// Follows jumps through blocks without instructions.
fn destination(blocks: &[Block], start: BlockId) -> BlockId {
    let mut at = start;
    // A loop of empty blocks comes back to its start; the count stops it.
    for _ in 0..blocks.len() {
        match blocks.get(at.0 as usize) {
            Some(Block { instructions, terminator: Terminator::Jump(next), .. }) if instructions.is_empty() => {
                if *next == start || *next == at {
                    return at;
                }
                at = *next;
            }
            _ => return at,
        }
    }
    at
}

fn kept_blocks(blocks: &[Block]) -> Vec<bool> {
    let mut kept = vec![false; blocks.len()];
    let mut pending = vec![BlockId(0)];
    for (id, block) in (0..).zip(blocks) {
        if !block.instructions.is_empty() {
            pending.push(BlockId(id));
        }
    }
    while let Some(id) = pending.pop() {
        let Some(mark) = kept.get_mut(id.0 as usize) else { continue };
        if std::mem::replace(mark, true) {
            continue;
        }
        if let Some(block) = blocks.get(id.0 as usize) {
            pending.extend(block.handler);
            match &block.terminator {
                Terminator::Jump(target) => pending.push(*target),
                Terminator::Branch { condition: _, then, otherwise } => pending.extend([*then, *otherwise]),
                Terminator::Next { iterator: _, item: _, body, exhausted } => pending.extend([*body, *exhausted]),
                Terminator::Return(_) | Terminator::Raise { exception: _ } | Terminator::Unreachable => {}
            }
        }
    }
    kept
}

fn for_each_target(block: &mut Block, change: impl Fn(&mut BlockId)) {
    if let Some(handler) = &mut block.handler {
        change(handler);
    }
    match &mut block.terminator {
        Terminator::Jump(target) => change(target),
        Terminator::Branch { condition: _, then, otherwise } => {
            change(then);
            change(otherwise);
        }
        Terminator::Next { iterator: _, item: _, body, exhausted } => {
            change(body);
            change(exhausted);
        }
        Terminator::Return(_) | Terminator::Raise { exception: _ } | Terminator::Unreachable => {}
    }
}
