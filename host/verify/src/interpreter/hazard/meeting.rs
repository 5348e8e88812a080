//! Runs instructions with what they may raise beside. Invariant: what is unseen takes a way of its own, marked as guessed.

use ir::{
    function::Terminator,
    instruction::{InstructionKind, Operand},
};

use crate::{
    interpreter::{Choice, Interpreter, Step, hazard::Hazard},
    state::State,
    term::BoolTerm,
    value::{Exception, Value},
};

impl Interpreter<'_> {
    /// Runs an instruction or a block's end with what its hazard adds. What turns out to run source code raises nothing
    /// else than that code does.
    pub(crate) fn meet(
        &mut self,
        state: &mut State,
        hazard: Hazard,
        pending: &mut Vec<State>,
        run: impl FnOnce(&mut Self, &mut State, &mut Vec<State>) -> Step,
    ) -> Step {
        match hazard {
            Hazard::Shown => run(self, state, pending),
            Hazard::Raises(class) => self.choose(state, vec![Choice::raise(class)], None, pending),
            Hazard::Beyond(limits) => {
                for limit in limits {
                    if self.chosen.is_none() && self.is_watched(state) && !self.hazards.limits.contains(limit.words) {
                        let mut beyond = state.clone();
                        beyond.condition.beyond = Some(limit.words);
                        self.raise_aside(beyond, Exception::builtin(limit.class), pending);
                    }
                }
                run(self, state, pending)
            }
            Hazard::Unread(ref what) | Hazard::Unseen(ref what) => {
                let is_read = matches!(hazard, Hazard::Unseen(_));
                let is_answered = state.frame().is_some_and(|frame| frame.answer.is_some());
                let (before, waiting, hits) = (state.clone(), pending.len(), self.hits.len());
                let step = run(self, state, pending);
                let depth = before.frames.len();
                let others = pending.get(waiting..).unwrap_or_default();
                let is_entered = matches!(step, Step::Continue)
                    && std::iter::once(&*state).chain(others).all(|state| state.frames.len() > depth);
                if is_read && (is_answered || is_entered) {
                    return step;
                }
                if self.chosen.is_some() && !(is_read && self.has_known_result(&before, state)) {
                    state.condition.forked = true;
                    self.hits.iter_mut().skip(hits).for_each(|hit| hit.state.condition.forked = true);
                }
                if self.is_watched(&before) && !self.hazards.is_exposed {
                    let mut aside = before;
                    let why = || format!("{what} may raise an exception that is not modelled").into();
                    aside.condition.guessed.get_or_insert_with(why);
                    self.raise_aside(aside, Exception { class: None, message: None }, pending);
                }
                step
            }
        }
    }

    /// Tells whether a run on chosen inputs came to a known value where an instruction gives one: then nothing was raised.
    fn has_known_result(&mut self, before: &State, after: &mut State) -> bool {
        let running = before.frame().and_then(|frame| {
            let block = self.index.function(frame.function)?.block(frame.block)?;
            Some((block.instructions.get(frame.index), &block.terminator))
        });
        let Some((instruction, terminator)) = running else { return false };
        let Some(instruction) = instruction else {
            let Terminator::Branch { condition, .. } = terminator else { return false };
            let mut before = before.clone();
            let truth = self.read(&mut before, condition).map(|value| self.truth(&before, &value));
            return matches!(truth, Ok(BoolTerm::Const(_)));
        };
        if before.frames.len() != after.frames.len() {
            return false;
        }
        let target = match &instruction.kind {
            InstructionKind::Assign { target, .. } => *target,
            // Where evaluation does not know what these do, it says that they may raise.
            InstructionKind::StoreAttribute { .. }
            | InstructionKind::StoreItem { .. }
            | InstructionKind::StoreGlobal { .. }
            | InstructionKind::DeleteLocal(_)
            | InstructionKind::DeleteAttribute { .. }
            | InstructionKind::DeleteItem { .. } => return true,
            InstructionKind::AssertMarker { .. } | InstructionKind::Havoc { .. } => return false,
        };
        match self.read(after, &Operand::Local(target)) {
            Ok(Value::Opaque(_)) | Err(_) => false,
            Ok(Value::Bool(term)) => matches!(term, BoolTerm::Const(_)),
            Ok(Value::Int(term)) => term.as_const().is_some(),
            Ok(Value::Str(rope)) => rope.marked().is_some(),
            Ok(_) => true,
        }
    }

    fn raise_aside(&mut self, mut state: State, exception: Exception, pending: &mut Vec<State>) {
        if matches!(self.unwind(&mut state, exception), Step::Continue) {
            pending.push(state);
        }
    }
}
