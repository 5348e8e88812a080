//! Ends of blocks, and how exceptions leave frames. Invariant: an exception goes to the innermost handler on the stack, or
//! out of the entry function.

use ir::{
    function::{Block, Terminator},
    library::is_of_library,
};
use model::{contract::Condition, span::Place};

use crate::{
    interpreter::{Hit, Interpreter, Reached, Step, generator::Asked, jump},
    state::{Delivery, Frame, State},
    value::Exception,
};

impl Interpreter<'_> {
    /// Takes an exception to the handler that sees it, or out of the entry function.
    pub(crate) fn unwind(&mut self, state: &mut State, mut exception: Exception) -> Step {
        let place = self.running_place(state);
        // Whether something that is not modelled raises is a guess: no input shows it.
        if exception.class.is_none() && !matches!(self.contract.condition, Condition::SinkStaysData { .. }) {
            let why = format!("{} may raise an exception that is not modelled", self.doing(state));
            state.condition.guessed.get_or_insert_with(|| why.into());
        }
        while let Some(frame) = state.frame_mut() {
            let handler = self
                .index
                .function(frame.function)
                .and_then(|function| function.block(frame.block))
                .and_then(|block| block.handler);
            if let Some(handler) = handler {
                frame.exception = Some(exception);
                frame.delegate = None;
                frame.answer = None;
                frame.block = handler;
                frame.index = 0;
                return Step::Continue;
            }
            if self.is_end_of_loop(state, &exception) {
                return Step::Continue;
            }
            if let Some(class) = self.drop_frame(state, &exception) {
                exception = class;
            }
        }
        if let Some(at) = place
            && matches!(self.contract.condition, Condition::Function { .. })
        {
            // A failed assertion has a contract of its own, and whoever leaves by `SystemExit` means to.
            let class = exception.class;
            if matches!(class.as_deref(), Some("builtins.AssertionError" | "builtins.SystemExit")) {
                return Step::Ended;
            }
            if let Some(limit) = state.condition.beyond {
                self.hazards.limits.insert(limit.to_owned());
                return Step::Ended;
            }
            self.hazards.is_exposed |= state.condition.guessed.is_some();
            let reached = Reached::Uncaught { class, at };
            self.hits.push(Hit { reached, state: state.clone() });
        }
        Step::Ended
    }

    /// Gives where the program's own code is: what runs, or the call of the library's function that runs.
    fn running_place(&self, state: &State) -> Option<Place> {
        let mut above: Option<&Frame> = None;
        for frame in state.frames.iter().rev() {
            if is_of_library(frame.function) {
                above = Some(frame);
                continue;
            }
            let function = self.index.function(frame.function)?;
            let block = function.block(frame.block)?;
            let is_behind_call = above.is_some_and(|above| matches!(above.delivery, Delivery::Call));
            let index = if is_behind_call { frame.index.saturating_sub(1) } else { frame.index };
            let span = block.instructions.get(index).map_or(block.terminator_span, |instruction| instruction.span);
            return Some(Place { file: function.file, span });
        }
        None
    }

    pub(crate) fn run_terminator(&mut self, state: &mut State, block: &Block, pending: &mut Vec<State>) -> Step {
        if self.chosen.is_some() {
            self.note_step(state, block.terminator_span);
        }
        match &block.terminator {
            Terminator::Jump(to) => {
                jump(state, *to);
                Step::Continue
            }
            Terminator::Branch { condition, then, otherwise } => {
                let term = match self.read(state, condition) {
                    Ok(value) => match self.own_truth(state, &value) {
                        Some(Asked::Truth(term)) => term,
                        Some(Asked::Running) => return Step::Continue,
                        None => self.truth(state, &value),
                    },
                    Err(early) => return self.choose(state, early, None, pending),
                };
                self.branch(state, &term, (*then, *otherwise), pending)
            }
            Terminator::Next { iterator, item, body, exhausted } => {
                let iterator = match self.read(state, iterator) {
                    Ok(value) => value,
                    Err(early) => return self.choose(state, early, None, pending),
                };
                self.next_item(state, &iterator, *item, (*body, *exhausted), pending)
            }
            Terminator::Return(operand) => {
                let value = match self.read(state, operand) {
                    Ok(value) => value,
                    Err(early) => return self.choose(state, early, None, pending),
                };
                self.reach_return(state, block, &value);
                let Some(left) = state.frames.pop() else { return Step::Ended };
                let value = left.instead.unwrap_or(value);
                if state.frames.is_empty() {
                    return Step::Ended;
                }
                self.deliver_end(state, left.delivery, (left.target, value))
            }
            Terminator::Raise { exception } => {
                let raised = match exception {
                    Some(operand) => match self.read(state, operand) {
                        Ok(value) => self.to_exception(state, &value),
                        Err(early) => return self.choose(state, early, None, pending),
                    },
                    None => state.frame().and_then(|frame| frame.exception.clone()),
                };
                self.unwind(state, raised.unwrap_or(Exception { class: None, message: None }))
            }
            Terminator::Unreachable => Step::Ended,
        }
    }
}
