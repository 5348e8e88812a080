//! Builds one function's blocks. Invariant: the current block is always open; after a terminator a fresh block, dead
//! until something jumps to it, takes its place.

use model::span::Span;

use crate::{
    function::{Block, BlockId, Local, LocalId, LocalScope, Terminator},
    instruction::{Instruction, InstructionKind, Operand, Rvalue},
};

/// A function under construction.
#[derive(Debug)]
pub(crate) struct Builder {
    pub(crate) blocks: Vec<Block>,
    pub(crate) locals: Vec<Local>,
    current: BlockId,
    /// Where exceptions of new blocks go.
    handler: Option<BlockId>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        let mut builder = Self { blocks: Vec::new(), locals: Vec::new(), current: BlockId(0), handler: None };
        builder.current = builder.new_block();
        builder
    }

    pub(crate) fn handler(&self) -> Option<BlockId> {
        self.handler
    }

    /// Sets where exceptions of blocks made from now on go; gives what it was.
    pub(crate) fn set_handler(&mut self, handler: Option<BlockId>) -> Option<BlockId> {
        std::mem::replace(&mut self.handler, handler)
    }

    pub(crate) fn new_block(&mut self) -> BlockId {
        let id = BlockId(self.blocks.len() as u32);
        self.blocks.push(Block {
            instructions: Vec::new(),
            terminator: Terminator::Unreachable,
            terminator_span: Span::default(),
            handler: self.handler,
        });
        id
    }

    pub(crate) fn switch_to(&mut self, block: BlockId) {
        self.current = block;
    }

    /// Ends the current block.
    pub(crate) fn terminate(&mut self, terminator: Terminator, span: Span) {
        if let Some(block) = self.blocks.get_mut(self.current.0 as usize) {
            block.terminator = terminator;
            block.terminator_span = span;
        }
        self.current = self.new_block();
    }

    /// Ends the current block with a jump and goes on in the target.
    pub(crate) fn jump_into(&mut self, target: BlockId, span: Span) {
        self.terminate(Terminator::Jump(target), span);
        self.drop_last_block();
        self.current = target;
    }

    /// Ends the current block with a jump to a fresh block, which gets the handler that is set now.
    pub(crate) fn start_block(&mut self, span: Span) -> BlockId {
        let block = self.new_block();
        self.jump_into(block, span);
        block
    }

    /// Ends the current block with a branch and goes on in one of its targets.
    pub(crate) fn branch(&mut self, condition: Operand, then: BlockId, otherwise: BlockId, span: Span) {
        self.terminate(Terminator::Branch { condition, then, otherwise }, span);
        self.drop_last_block();
    }

    /// Takes back the dead block that `terminate` made; the caller switches at once.
    fn drop_last_block(&mut self) {
        if self.current.0 as usize + 1 == self.blocks.len() {
            self.blocks.pop();
        }
    }

    pub(crate) fn emit(&mut self, kind: InstructionKind, span: Span) {
        if let Some(block) = self.blocks.get_mut(self.current.0 as usize) {
            block.instructions.push(Instruction { kind, span });
        }
    }

    pub(crate) fn new_local(&mut self, name: Option<String>, scope: LocalScope) -> LocalId {
        let id = LocalId(self.locals.len() as u32);
        self.locals.push(Local { name, scope, annotation: None });
        id
    }

    pub(crate) fn new_temporary(&mut self) -> LocalId {
        self.new_local(None, LocalScope::Own)
    }

    /// Computes a value into a fresh temporary.
    pub(crate) fn compute(&mut self, value: Rvalue, span: Span) -> Operand {
        let target = self.new_temporary();
        self.emit(InstructionKind::Assign { target, value }, span);
        Operand::Local(target)
    }

    /// Gives `value` to a local: when it was computed into a fresh temporary just now, straight into the local.
    pub(crate) fn assign(&mut self, target: LocalId, value: Operand, span: Span) {
        if let Operand::Local(temporary) = value
            && temporary.0 as usize + 1 == self.locals.len()
            && self.locals.last().is_some_and(|local| local.name.is_none())
            && let Some(block) = self.blocks.get_mut(self.current.0 as usize)
            && let Some(Instruction { kind: InstructionKind::Assign { target: computed, .. }, .. }) =
                block.instructions.last_mut()
            && *computed == temporary
        {
            *computed = target;
            self.locals.pop();
            return;
        }
        self.emit(InstructionKind::Assign { target, value: Rvalue::Use(value) }, span);
    }
}
