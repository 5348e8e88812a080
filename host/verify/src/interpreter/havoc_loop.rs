//! Loops whose effect is taken for unknown, so that one pass through the body stands for every pass. Invariant: what is
//! assumed of a variable when the body is entered holds before the first pass and is checked after each; an assumption
//! that fails is given up and the exploration repeated, or the whole attempt counts as failed.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use ir::{
    function::{BlockId, LocalId},
    instruction::Operand,
    program::FunctionId,
};

use crate::{
    interpreter::{
        Interpreter, Step,
        loop_effects::{effects_of, loops_of},
    },
    state::State,
    term::{BoolTerm, IntTerm, Order},
    value::{Influence, Value},
};

/// Exploration is repeated at most so often.
const ROUNDS: u32 = 8;

/// Variables of a loop that are compared with each other.
const COMPARED: usize = 5;

/// The loops of one attempt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loops {
    /// Heads of loops that are entered once for every pass.
    pub(crate) heads: BTreeSet<(FunctionId, BlockId)>,
    /// Heads of loops that were unrolled as often as is allowed.
    pub(crate) cut: BTreeSet<(FunctionId, BlockId)>,
    /// Assumptions that did not hold.
    dropped: BTreeSet<String>,
    /// Whether another one did not hold in this round.
    is_changed: bool,
    /// Why the attempt proves nothing.
    failed: bool,
    /// Whether parameters that are containers may hold any number of items.
    pub(crate) is_open: bool,
}

impl Loops {
    /// Notes that a container of any length may have been changed, which is not followed.
    pub(crate) fn note_change(&mut self) {
        self.failed |= self.is_open;
    }
}

/// A loop that a frame is in.
#[derive(Clone, Debug)]
pub(crate) struct Inside {
    blocks: Rc<BTreeSet<BlockId>>,
    sorts: BTreeMap<LocalId, Sort>,
    assumed: Vec<Assumed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Integer,
    Truth,
    Text,
    Any,
}

#[derive(Clone, Debug)]
struct Assumed {
    key: String,
    local: LocalId,
    order: Direction,
    bound: Bound,
}

#[derive(Clone, Copy, Debug)]
enum Direction {
    AtLeast,
    AtMost,
}

#[derive(Clone, Debug)]
enum Bound {
    Term(IntTerm),
    Local(LocalId),
}

impl Interpreter<'_> {
    /// Explores again with the loops that were cut taken as unknown; tells whether that covered everything.
    pub(crate) fn explore_with_loops(&mut self) -> bool {
        let bounds = self.bounds.clone();
        self.loops.is_open = true;
        let budget = self.budget;
        self.budget.unroll = 1;
        let mut covered = false;
        for _ in 0..ROUNDS {
            if std::time::Instant::now() > self.deadline {
                break;
            }
            let cut = std::mem::take(&mut self.loops.cut);
            self.loops.heads.extend(cut);
            self.loops.is_changed = false;
            self.earlier_steps += std::mem::take(&mut self.steps);
            self.explore_all();
            if !self.loops.failed && !self.loops.cut.is_empty() {
                self.stop = None;
                continue;
            }
            if self.loops.failed || self.stop.is_some() {
                break;
            }
            if !self.loops.is_changed && self.loops.cut.is_empty() {
                covered = self.bounds.is_empty();
                break;
            }
        }
        self.loops.is_open = false;
        self.budget = budget;
        if !covered {
            self.bounds = bounds;
            self.stop = None;
        }
        covered
    }

    /// Notes that the running block's loop was cut.
    pub(crate) fn note_cut(&mut self, state: &State) {
        let Some(frame) = state.frame() else { return };
        let Some(function) = self.index.function(frame.function) else { return };
        let inside = loops_of(function);
        let smallest =
            inside.iter().filter(|(_, blocks)| blocks.contains(&frame.block)).min_by_key(|(_, blocks)| blocks.len());
        match smallest {
            Some((head, _)) => {
                self.loops.cut.insert((function.id, *head));
            }
            None => self.loops.failed = true,
        }
    }

    /// Tells whether the running block is the head of a loop that is taken as unknown.
    pub(crate) fn is_in_open_loop(&self, state: &State) -> bool {
        state.frame().is_some_and(|frame| frame.loops.contains_key(&frame.block))
    }

    /// Enters a block: a loop's head makes what the loop changes unknown, or ends the pass.
    pub(crate) fn enter_block(&mut self, state: &mut State) -> Step {
        let Some(frame) = state.frame_mut() else { return Step::Ended };
        if std::mem::take(&mut frame.again) {
            return Step::Continue;
        }
        let block = frame.block;
        frame.loops.retain(|_, inside| inside.blocks.contains(&block));
        let place = (frame.function, block);
        if !self.loops.heads.contains(&place) {
            return Step::Continue;
        }
        match frame.loops.get(&block).cloned() {
            Some(inside) => {
                self.check_pass(state, &inside);
                Step::Ended
            }
            None => {
                self.open_loop(state, place);
                if self.loops.failed { Step::Ended } else { Step::Continue }
            }
        }
    }

    fn open_loop(&mut self, state: &mut State, (id, head): (FunctionId, BlockId)) {
        let Some(function) = self.index.function(id) else { return };
        let Some((_, blocks)) = loops_of(function).into_iter().find(|(found, _)| *found == head) else {
            self.loops.failed = true;
            return;
        };
        let effects = effects_of(function, &blocks, &self.index.hooks);
        let is_named = |function: FunctionId, local: usize| self.index.is_named(function, local);
        let may_rebind = effects.changes_heap && state.has_captured_code();
        if effects.is_unclear || may_rebind || state.has_waiting_generator() || state.has_shared_iterator(&is_named) {
            self.loops.failed = true;
            return;
        }
        let is_value =
            |value: &Value| matches!(value, Value::Int(_) | Value::Bool(_) | Value::Float(_) | Value::Str(_));
        let changed: Vec<Option<Value>> =
            effects.in_place.iter().map(|operand| self.read(state, operand).ok()).collect();
        if effects.changes_heap || !changed.iter().all(|value| value.as_ref().is_some_and(is_value)) {
            state.forget_heap(&"what a loop changes".into(), &mut self.next_id);
        }
        let mut inside = Inside { blocks: Rc::new(blocks), sorts: BTreeMap::new(), assumed: Vec::new() };
        let mut integers: Vec<(LocalId, IntTerm)> = Vec::new();
        let mut fixed: Vec<(LocalId, IntTerm)> = Vec::new();
        for (number, declared) in (0_u32..).zip(&function.locals) {
            let local = LocalId(number);
            let value = self.read(state, &Operand::Local(local)).ok();
            if !effects.assigned.contains(&local) {
                if let (Some(Value::Int(term)), Some(_)) = (value, &declared.name) {
                    fixed.push((local, term));
                }
                continue;
            }
            let fresh = match value {
                None if declared.name.is_none() => continue,
                Some(Value::Int(term)) => {
                    integers.push((local, term));
                    inside.sorts.insert(local, Sort::Integer);
                    Value::Int(self.fresh_integer())
                }
                Some(Value::Bool(_)) => {
                    inside.sorts.insert(local, Sort::Truth);
                    Value::Bool(self.fresh_condition("what a loop changes", Influence::Attacker))
                }
                Some(Value::Str(_)) => {
                    inside.sorts.insert(local, Sort::Text);
                    Value::Str(self.unknown_text(state, "a text that a loop changes", Influence::Attacker, None))
                }
                Some(Value::Function(_) | Value::Class(_)) => {
                    self.loops.failed = true;
                    return;
                }
                None
                | Some(
                    Value::None
                    | Value::Ellipsis
                    | Value::Float(_)
                    | Value::Bytes(_)
                    | Value::Path(_)
                    | Value::Tuple(_)
                    | Value::Object(_)
                    | Value::Global(_)
                    | Value::Exception(_)
                    | Value::Pattern(..)
                    | Value::Match(..)
                    | Value::Opaque(_),
                ) => {
                    inside.sorts.insert(local, Sort::Any);
                    self.fresh_opaque("what a loop changes", Influence::Attacker)
                }
            };
            self.set_local(state, local, Some(fresh));
        }
        for candidate in candidates((id, head), &integers, &fixed) {
            if self.loops.dropped.contains(&candidate.key) {
                continue;
            }
            let before = integers.iter().find(|(local, _)| *local == candidate.local).map(|(_, term)| term.clone());
            let bound = match &candidate.bound {
                Bound::Term(term) => Some(term.clone()),
                Bound::Local(other) => {
                    let all = integers.iter().chain(&fixed);
                    all.into_iter().find(|(local, _)| local == other).map(|(_, term)| term.clone())
                }
            };
            let holds = before.zip(bound).map(|(before, bound)| compared(candidate.order, before, bound));
            if holds.is_some_and(|holds| self.follows(state, &holds)) {
                inside.assumed.push(candidate);
            } else {
                self.drop_assumption(&candidate.key);
            }
        }
        for assumed in &inside.assumed {
            if let Some(term) = self.assumption(state, assumed) {
                let _ = state.condition.assume(&term, true);
            }
        }
        if let Some(frame) = state.frame_mut() {
            frame.loops.insert(head, inside);
        }
    }

    fn drop_assumption(&mut self, key: &str) {
        if self.loops.dropped.insert(key.to_owned()) {
            self.loops.is_changed = true;
        }
    }

    /// Checks that what was assumed still holds after one pass.
    fn check_pass(&mut self, state: &mut State, inside: &Inside) {
        for (local, sort) in &inside.sorts {
            let value = self.read(state, &Operand::Local(*local)).ok();
            let fits = match sort {
                Sort::Integer => matches!(value, Some(Value::Int(_))),
                Sort::Truth => matches!(value, Some(Value::Bool(_))),
                Sort::Text => matches!(value, Some(Value::Str(_))),
                Sort::Any => !matches!(value, Some(Value::Function(_) | Value::Class(_))),
            };
            if !fits {
                self.loops.failed = true;
                return;
            }
        }
        for assumed in &inside.assumed {
            let holds = match self.assumption(state, assumed) {
                Some(term) => self.follows(state, &term),
                None => false,
            };
            if !holds {
                self.drop_assumption(&assumed.key);
            }
        }
    }

    /// Tells whether a comparison certainly holds on a path.
    fn follows(&mut self, state: &State, term: &BoolTerm) -> bool {
        match term {
            BoolTerm::Const(value) => *value,
            other => self.assume_all(state, &[(other.clone(), false)]).is_none(),
        }
    }

    fn assumption(&mut self, state: &mut State, assumed: &Assumed) -> Option<BoolTerm> {
        let mut integer = |local: LocalId| match self.read(state, &Operand::Local(local)) {
            Ok(Value::Int(term)) => Some(term),
            Ok(_) | Err(_) => None,
        };
        let value = integer(assumed.local)?;
        let bound = match &assumed.bound {
            Bound::Term(term) => term.clone(),
            Bound::Local(local) => integer(*local)?,
        };
        Some(compared(assumed.order, value, bound))
    }
}

fn compared(direction: Direction, value: IntTerm, bound: IntTerm) -> BoolTerm {
    match direction {
        Direction::AtLeast => BoolTerm::compare(Order::LessEqual, bound, value),
        Direction::AtMost => BoolTerm::compare(Order::LessEqual, value, bound),
    }
}

/// Lists what may hold of a loop's integers at the start of each pass: that they stay on one side of where they began, of
/// 0 and of 1, and of the other integers.
fn candidates(
    (function, head): (FunctionId, BlockId),
    integers: &[(LocalId, IntTerm)],
    fixed: &[(LocalId, IntTerm)],
) -> Vec<Assumed> {
    let mut found = Vec::new();
    for (local, entry) in integers.iter().take(COMPARED) {
        let mut bounds = vec![("entry".to_owned(), Bound::Term(entry.clone()))];
        for number in [0, 1] {
            bounds.push((number.to_string(), Bound::Term(IntTerm::number(number))));
        }
        let others = integers.iter().take(COMPARED).chain(fixed.iter().take(COMPARED));
        bounds.extend(
            others
                .filter(|(other, _)| other != local)
                .map(|(other, _)| (format!("v{}", other.0), Bound::Local(*other))),
        );
        for (name, bound) in bounds {
            for (order, sign) in [(Direction::AtLeast, ">="), (Direction::AtMost, "<=")] {
                let key = format!("{} {} v{} {sign} {name}", function.0, head.0, local.0);
                found.push(Assumed { key, local: *local, order, bound: bound.clone() });
            }
        }
    }
    found
}
