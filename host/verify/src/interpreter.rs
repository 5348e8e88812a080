//! Runs the IR path by path, symbolically or on chosen inputs. Invariant: every path that Python can take is taken,
//! cut with a note in `bounds`, or stopped with a reason in `stop`; none is dropped silently.

pub(crate) mod access;
pub(crate) mod arithmetic;
mod asked;
mod attribute;
pub(crate) mod binding;
pub(crate) mod branching;
pub(crate) mod call;
pub(crate) mod compare;
pub(crate) mod container_operator;
mod display;
pub(crate) mod evaluate;
pub(crate) mod exception;
pub(crate) mod format;
pub(crate) mod generator;
pub(crate) mod havoc_loop;
pub(crate) mod hazard;
pub(crate) mod items;
pub(crate) mod live;
pub(crate) mod loop_effects;
pub(crate) mod module_value;
pub(crate) mod number_format;
pub(crate) mod operator;
mod order;
pub(crate) mod own_method;
mod searched;
mod sent_shape;
mod shared_iterator;
pub(crate) mod size_limit;
pub(crate) mod source_call;
mod terminator;
pub(crate) mod text;
pub(crate) mod unknown;

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    time::Instant,
};

use ir::{
    function::{BlockId, LocalId, LocalScope},
    instruction::{Instruction, InstructionKind, Rvalue},
    program::ClassId,
};
use model::{
    budget::Budget,
    contract::Contract,
    finding::Fidelity,
    span::{Place, Span},
    spec::TaintSpecs,
    verdict::UnknownReason,
};

use crate::{
    assignment::Assignment,
    interpreter::{
        branching::Range,
        generator::{Asked, Given},
        havoc_loop::Loops,
        hazard::Hazards,
    },
    models::responses::Page,
    program_index::ProgramIndex,
    prove::Settings,
    relevance::Relevance,
    shape::Shape,
    source::{Sort, SourceId, Sources},
    state::{Frame, Presence, State},
    term::BoolTerm,
    tiers::solver::Solver,
    value::{Exception, Object, Value},
};

/// What evaluating something may give.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// A value.
    Value(Value),
    /// An exception.
    Raise(Exception),
    /// A call into the program.
    Enter(Box<Frame>),
}

/// One of the ways in which an evaluation can go.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// When it goes so.
    pub(crate) when: BoolTerm,
    /// What comes of it.
    pub(crate) outcome: Outcome,
    /// Sources whose presence this choice decides.
    pub(crate) presence: Option<(SourceId, Presence)>,
}

impl Choice {
    /// The only way.
    pub(crate) const fn value(value: Value) -> Self {
        Self { when: BoolTerm::Const(true), outcome: Outcome::Value(value), presence: None }
    }

    /// A builtin exception, whatever holds.
    pub(crate) fn raise(name: &str) -> Self {
        Self { when: BoolTerm::Const(true), outcome: Outcome::Raise(Exception::builtin(name)), presence: None }
    }

    /// Restricts the choice.
    pub(crate) fn when(mut self, when: BoolTerm) -> Self {
        self.when = when;
        self
    }
}

/// All ways in which an evaluation can go; those of an evaluation cut short count as well.
pub(crate) type Choices = Vec<Choice>;

/// What is looked at on the way.
#[derive(Clone, Debug)]
pub(crate) enum Reached {
    /// The sink's argument.
    Sink(Value),
    /// An asserted condition that can fail here.
    Assertion,
    /// An exception that the entry function lets through: a builtin one of an operation, or one that the code raises.
    Uncaught {
        /// Its class's dotted path; `None` when any exception is possible there.
        class: Option<Rc<str>>,
        /// The instruction or `raise` statement that raised it.
        at: Place,
    },
}

/// The contract's place, reached on a path.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    /// What was found there.
    pub(crate) reached: Reached,
    /// The path so far.
    pub(crate) state: State,
}

/// The interpreter.
pub(crate) struct Interpreter<'p> {
    /// The program.
    pub(crate) index: &'p ProgramIndex<'p>,
    /// Where the contract's place lies ahead.
    pub(crate) relevance: &'p Relevance,
    /// Sources by name.
    pub(crate) specs: &'p TaintSpecs,
    /// The contract.
    pub(crate) contract: &'p Contract,
    /// What the attacker controls, and what is known of the inputs.
    pub(crate) settings: Settings<'p>,
    /// Whether the contract's place does nothing with a path that names a directory by dots.
    pub(crate) refuses_dots: bool,
    /// Places where untrusted data enters that gave nothing of the attacker's, in words.
    pub(crate) unseen: BTreeSet<String>,
    /// Limits.
    pub(crate) budget: Budget,
    /// Chosen inputs; `None` runs symbolically.
    pub(crate) chosen: Option<Assignment>,
    /// Unknowns met so far.
    pub(crate) sources: Sources,
    /// The solver for conditions that mix things.
    pub(crate) solver: Solver<'p>,
    /// Last identity given to an opaque value.
    pub(crate) next_id: u32,
    /// Identities of conditions by what they stand for.
    pub(crate) condition_ids: BTreeMap<String, u32>,
    /// Instructions executed.
    pub(crate) steps: u64,
    /// Instructions executed in earlier rounds, which have limits of their own.
    pub(crate) earlier_steps: u64,
    /// Paths ended.
    pub(crate) paths: u32,
    /// Bounds that were hit, in words.
    pub(crate) bounds: BTreeSet<String>,
    /// Where the contract's place was reached.
    pub(crate) hits: Vec<Hit>,
    /// Whether the contract's place was reached at all.
    pub(crate) reached: bool,
    /// Why exploration ended early.
    pub(crate) stop: Option<UnknownReason>,
    /// When the wall-time net catches.
    pub(crate) deadline: Instant,
    /// Opaque values that are the attacker's data of any shape, by identity, as the code shows them.
    pub(crate) trees: BTreeMap<u32, Rc<str>>,
    /// Parameters that are annotated as containers of one sort.
    pub(crate) typed_trees: BTreeMap<String, Sort>,
    /// Parameters that turned out to be no strings.
    pub(crate) shapes: BTreeMap<SourceId, Shape>,
    /// Names of the parameters that may turn out so.
    pub(crate) flexible: BTreeSet<Rc<str>>,
    /// Functions of the program that were not run, and why.
    pub(crate) skipped: BTreeSet<String>,
    /// Texts of the attacker's that a concrete run found among the program's own constants.
    pub(crate) vouched: BTreeSet<String>,
    /// The program's texts with a dot, such as hosts, that were met.
    pub(crate) dotted: BTreeSet<String>,
    /// Whether a parameter's shape was found, so that exploration has to start again.
    pub(crate) restart: bool,
    /// What a model has to know before it can go on: both answers are tried, each from before the instruction.
    pub(crate) question: Option<BoolTerm>,
    /// Whether the instruction may raise in a way that is not modelled.
    pub(crate) may_raise: bool,
    /// What may be raised unseen.
    pub(crate) hazards: Hazards,
    /// Models of functions outside the program that were used, by name, with the least faithful use.
    pub(crate) models: BTreeMap<String, Fidelity>,
    /// How many calls had no model.
    pub(crate) unmodelled: u64,
    /// Places in the contract's file that the shown counterexample runs through.
    pub(crate) trail: Vec<Span>,
    /// What responses send, by identity.
    pub(crate) pages: BTreeMap<u32, Page>,
    /// Loops whose effect is taken for unknown, and what holds whenever they are entered.
    pub(crate) loops: Loops,
    /// What `super()` gave, by the identity of the value: the receiver and the class whose method asked.
    pub(crate) parents: BTreeMap<u32, (Value, ClassId)>,
    /// What `slice()` was called with, by the identity of its result: lower and upper bound, step.
    pub(crate) slices: BTreeMap<u32, [Value; 3]>,
    /// The texts that parts of JSON texts were written from, by those parts.
    pub(crate) json_texts: BTreeMap<crate::source::SourceId, crate::rope::Rope>,
    /// For a contract about a text that is matched: the expression and the function, or `None` where paths differ.
    pub(crate) searched: Option<Option<(String, String)>>,
    /// What is the list of a text's parts, by the identity of its value: the text and what splits it.
    pub(crate) splits: BTreeMap<u32, (crate::rope::Rope, char)>,
    /// Ranges whose bounds are not known, by the identity of their values.
    pub(crate) ranges: BTreeMap<u32, Range>,
}

/// What became of a path after one step.
pub(crate) enum Step {
    /// It goes on.
    Continue,
    /// It has ended.
    Ended,
}

impl Interpreter<'_> {
    /// Explores all paths from a state.
    pub(crate) fn explore(&mut self, start: State) {
        let mut pending = vec![start];
        while let Some(mut state) = pending.pop() {
            if self.stop.is_some() || self.restart {
                return;
            }
            while matches!(self.step(&mut state, &mut pending), Step::Continue) {}
            self.paths += 1;
            if self.paths >= self.budget.paths && !pending.is_empty() {
                self.stop.get_or_insert(UnknownReason::BudgetSpent(format!("{} paths", self.budget.paths)));
            }
        }
    }

    fn step(&mut self, state: &mut State, pending: &mut Vec<State>) -> Step {
        self.steps += 1;
        if self.steps > self.budget.steps {
            self.stop.get_or_insert(UnknownReason::BudgetSpent(format!("{} steps", self.budget.steps)));
        }
        if self.steps.is_multiple_of(64) {
            self.check_wall_time();
        }
        if self.stop.is_some() {
            return Step::Ended;
        }
        self.follow_changes(state);
        let Some((function, id, index)) = state.frame().map(|frame| (frame.function, frame.block, frame.index)) else {
            return Step::Ended;
        };
        let program = self.index;
        let Some(block) = program.function(function).and_then(|function| function.block(id)) else {
            self.stop.get_or_insert(UnknownReason::Unsupported("a block that does not exist".to_owned()));
            return Step::Ended;
        };
        if index == 0 && !self.loops.heads.is_empty() && matches!(self.enter_block(state), Step::Ended) {
            return Step::Ended;
        }
        match block.instructions.get(index) {
            Some(instruction) => self.meet_instruction(state, instruction, pending),
            None => self.meet_terminator(state, block, pending),
        }
    }

    /// Stops exploration when the wall-time net catches.
    pub(crate) fn check_wall_time(&mut self) {
        if self.solver.is_cancelled() {
            self.stop.get_or_insert(UnknownReason::Cancelled);
        } else if Instant::now() > self.deadline {
            self.stop.get_or_insert(UnknownReason::WallTime);
        }
    }

    pub(crate) fn run_instruction(
        &mut self,
        state: &mut State,
        instruction: &Instruction,
        pending: &mut Vec<State>,
    ) -> Step {
        if self.chosen.is_some() {
            self.note_step(state, instruction.span);
        }
        match &instruction.kind {
            InstructionKind::Assign { target, value: Rvalue::Yield(operand) } if self.is_generating(state) => {
                match self.read(state, operand) {
                    Ok(value) => self.give(state, value, Given::Yielded(*target)),
                    Err(early) => self.choose(state, early, None, pending),
                }
            }
            InstructionKind::Assign { target, value: Rvalue::YieldFrom(operand) } if self.is_generating(state) => {
                self.hand_on(state, operand, *target)
            }
            InstructionKind::Assign { value, .. } if self.starts_collecting(state, value) => Step::Continue,
            InstructionKind::Assign { target, value: Rvalue::Exit(operand) } if self.is_manager(state, operand) => {
                self.leave(state, operand, *target)
            }
            InstructionKind::Assign { target, value } => {
                let choices = self.evaluate(state, value, instruction.span).unwrap_or_else(|early| early);
                let choices = self.enter_input(state, instruction.span, choices);
                self.choose(state, choices, Some(*target), pending)
            }
            InstructionKind::StoreAttribute { base, name, value } => {
                self.reach_store(state, instruction.span, value, None);
                let done = self.store_attribute(state, base, name, value).unwrap_or_else(|early| early);
                self.choose(state, done, None, pending)
            }
            InstructionKind::StoreItem { base, index, value } => {
                self.reach_store(state, instruction.span, value, Some(index));
                let done = self.store_item(state, base, index, value).unwrap_or_else(|early| early);
                self.choose(state, done, None, pending)
            }
            InstructionKind::StoreGlobal { path, value } => {
                let done = match self.read(state, value) {
                    Ok(value) => {
                        state.globals.insert(path.clone(), value);
                        vec![Choice::value(Value::None)]
                    }
                    Err(early) => early,
                };
                self.choose(state, done, None, pending)
            }
            InstructionKind::DeleteLocal(local) => {
                self.set_local(state, *local, None);
                self.choose(state, vec![Choice::value(Value::None)], None, pending)
            }
            InstructionKind::DeleteAttribute { base, name } => {
                let done = match self.read(state, base) {
                    Ok(Value::Object(id)) => {
                        if let Some(Object::Instance { attributes, .. }) = state.object_mut(id) {
                            attributes.remove(name);
                        }
                        vec![Choice::value(Value::None)]
                    }
                    Ok(_) => vec![Choice::value(Value::None)],
                    Err(early) => early,
                };
                self.choose(state, done, None, pending)
            }
            InstructionKind::DeleteItem { base, index } => {
                let done = self.delete_item(state, base, index).unwrap_or_else(|early| early);
                self.choose(state, done, None, pending)
            }
            InstructionKind::AssertMarker { condition } => {
                let asked = self.read(state, condition).ok().and_then(|value| self.own_truth(state, &value));
                match asked {
                    Some(Asked::Running) => return Step::Continue,
                    Some(Asked::Truth(term)) => {
                        self.check_assertion(state, &Value::Bool(term), instruction);
                        return self.choose(state, vec![Choice::value(Value::None)], None, pending);
                    }
                    None => {}
                }
                let Ok(condition) = self.read(state, condition) else { return Step::Ended };
                self.check_assertion(state, &condition, instruction);
                self.choose(state, vec![Choice::value(Value::None)], None, pending)
            }
            InstructionKind::Havoc { construct, operands } => {
                let values: Vec<Value> = operands.iter().filter_map(|operand| self.read(state, operand).ok()).collect();
                let why: Rc<str> = format!("`{construct}`").into();
                let influence = self.influence(state, &values);
                state.havoc(&values, &why, influence, &mut self.next_id);
                let choices = self.with_any_exception(state, vec![Choice::value(Value::None)]);
                self.choose(state, choices, None, pending)
            }
        }
    }

    pub(crate) fn commit(&mut self, state: &mut State, outcome: Outcome, target: Option<LocalId>) -> Step {
        match outcome {
            Outcome::Value(value) => {
                let value = self.within_limits(state, value);
                if let Some(target) = target {
                    self.set_local(state, target, Some(value));
                }
                if let Some(frame) = state.frame_mut() {
                    frame.index += 1;
                }
                Step::Continue
            }
            Outcome::Raise(exception) => self.unwind(state, exception),
            Outcome::Enter(mut frame) => {
                if let Some(caller) = state.frame_mut() {
                    caller.index += 1;
                }
                frame.target = target;
                state.frames.push(*frame);
                Step::Continue
            }
        }
    }

    /// Gives a local a value, in its cell when it is captured.
    pub(crate) fn set_local(&mut self, state: &mut State, local: LocalId, value: Option<Value>) {
        let Some(frame) = state.frame() else { return };
        let declared = self.index.function(frame.function).and_then(|function| function.local(local));
        if let Some(declared) = declared
            && let Some(name) = &declared.name
            && matches!(declared.scope, LocalScope::Captured | LocalScope::Free)
        {
            let cell = match frame.cells.get(name) {
                Some(cell) => *cell,
                None => {
                    let cell = state.allocate(Object::Cell(None));
                    if let Some(frame) = state.frame_mut() {
                        frame.cells.insert(name.clone(), cell);
                    }
                    cell
                }
            };
            if let Some(Object::Cell(content)) = state.object_mut(cell) {
                *content = value;
            }
            return;
        }
        if let Some(slot) = state.frame_mut().and_then(|frame| frame.locals.get_mut(local.0 as usize)) {
            *slot = value;
        }
    }
}

/// Goes to the start of a block.
pub(crate) fn jump(state: &mut State, to: BlockId) {
    if let Some(frame) = state.frame_mut() {
        frame.block = to;
        frame.index = 0;
    }
}
