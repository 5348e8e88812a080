//! Which variables may still be read. Invariant: a variable that other functions see, and every parameter, is always
//! live, so that dropping the others loses nothing.

use ir::{
    function::{Function, LocalId, LocalScope, Terminator},
    instruction::{InstructionKind, Operand},
};

use crate::operands;

/// A set of locals.
#[derive(Clone, Debug, Default, PartialEq)]
struct Bits(Vec<u64>);

impl Bits {
    fn new(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    fn set(&mut self, local: LocalId) {
        if let Some(word) = self.0.get_mut(local.0 as usize / 64) {
            *word |= 1 << (local.0 % 64);
        }
    }

    fn clear(&mut self, local: LocalId) {
        if let Some(word) = self.0.get_mut(local.0 as usize / 64) {
            *word &= !(1 << (local.0 % 64));
        }
    }

    fn contains(&self, local: LocalId) -> bool {
        self.0.get(local.0 as usize / 64).is_some_and(|word| word & (1 << (local.0 % 64)) != 0)
    }

    /// Adds others; tells whether something was new.
    fn add(&mut self, other: &Self) -> bool {
        let mut has_grown = false;
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            has_grown |= *theirs & !*mine != 0;
            *mine |= *theirs;
        }
        has_grown
    }
}

/// The variables that are live where each block starts.
#[derive(Debug)]
pub(crate) struct Liveness {
    always: Bits,
    at_start: Vec<Bits>,
}

impl Liveness {
    /// Computes liveness backwards over the blocks.
    pub(crate) fn of(function: &Function) -> Self {
        let size = function.locals.len();
        let mut always = Bits::new(size);
        for (local, found) in (0_u32..).map(LocalId).zip(&function.locals) {
            if found.scope != LocalScope::Own || function.param(local).is_some() {
                always.set(local);
            }
        }
        let mut liveness = Self { always, at_start: vec![Bits::new(size); function.blocks.len()] };
        let mut has_changed = true;
        let mut rounds = 0;
        while has_changed && rounds < 1_000 {
            has_changed = false;
            rounds += 1;
            for number in (0..function.blocks.len()).rev() {
                has_changed |= liveness.block(function, number, size);
            }
        }
        if has_changed {
            liveness.at_start.iter_mut().for_each(|bits| bits.0.fill(u64::MAX));
        }
        liveness
    }

    fn block(&mut self, function: &Function, number: usize, size: usize) -> bool {
        let Some(block) = function.blocks.get(number) else { return false };
        let mut live = Bits::new(size);
        let add = |live: &mut Bits, target: ir::function::BlockId| {
            if let Some(bits) = self.at_start.get(target.0 as usize) {
                live.add(bits);
            }
        };
        match &block.terminator {
            Terminator::Jump(target) => add(&mut live, *target),
            Terminator::Branch { then, otherwise, .. } => {
                add(&mut live, *then);
                add(&mut live, *otherwise);
            }
            Terminator::Next { body, exhausted, item, .. } => {
                add(&mut live, *body);
                add(&mut live, *exhausted);
                live.clear(*item);
            }
            Terminator::Return(_) | Terminator::Raise { .. } | Terminator::Unreachable => {}
        }
        let read = |live: &mut Bits, operand: &Operand| {
            if let Operand::Local(local) = operand {
                live.set(*local);
            }
        };
        if let Some(operand) = operands::of_terminator(&block.terminator) {
            read(&mut live, operand);
        }
        for instruction in block.instructions.iter().rev() {
            if let InstructionKind::Assign { target, .. } = &instruction.kind {
                live.clear(*target);
            }
            operands::of_instruction(&instruction.kind, &mut |operand| read(&mut live, operand));
        }
        if let Some(handler) = block.handler {
            add(&mut live, handler);
        }
        self.at_start.get_mut(number).is_some_and(|known| known.add(&live))
    }

    /// Tells whether a variable may be read from the start of a block on.
    pub(crate) fn is_live(&self, block: usize, local: LocalId) -> bool {
        self.always.contains(local) || self.at_start.get(block).is_none_or(|bits| bits.contains(local))
    }
}
