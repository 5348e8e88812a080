//! Forward data flow over one function's blocks. Invariant: the work is at most `MAX_VISITS` visits of each block, then
//! one more that records what was found; a function that needs more is in the analysis's `bounds`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ir::{
    function::{Block, BlockId, Flavour, Function, LocalId, LocalScope, Terminator},
    instruction::{Constant, Instruction, InstructionKind, Operand, Rvalue, UnaryOperator},
    program::FunctionId,
};
use model::{
    rule::Confidence,
    span::{Place, Span},
};

use crate::{
    guard::Guard,
    language_set::LanguageSet,
    liveness::Liveness,
    project::{Analysis, Cell},
    project_index::is_receiver,
    state::State,
    summary::{Alias, Checked, Summary},
    taint::{Key, Origin, Taint, Taints},
    trace::Clause,
    value::{Home, Value},
};

const MAX_VISITS: u32 = 40;
/// Most instructions run for one function, over all visits.
const MAX_STEPS: u64 = 3_000_000;
/// How many decided branches an edge is led through.
const MAX_THREADED: usize = 8;

/// Whether facts are only propagated or also recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// States still change.
    Settling,
    /// States are final.
    Recording,
}

/// The analysis of one function.
pub(crate) struct Pass<'p, 'a> {
    pub(crate) analysis: &'p mut Analysis<'a>,
    pub(crate) function: &'a Function,
    pub(crate) phase: Phase,
    pub(crate) summary: Summary,
    /// Block and position of the instruction at hand.
    pub(crate) at: (usize, usize),
    /// Checks that the items of comprehensions are the results of, by the comprehension's temporary.
    pub(crate) element_guards: BTreeMap<LocalId, Option<Guard>>,
    pub(crate) has_new_guard: bool,
    /// The state at the call at hand, for the checks that ask for it.
    pub(crate) current: Option<State>,
    /// Whether the call at hand never returns.
    pub(crate) has_ended: bool,
    /// How many functions deep callbacks are followed at the moment.
    pub(crate) depth: u32,
    liveness: Rc<Liveness>,
}

/// Analyses a function with what is known so far of the others.
pub(crate) fn analyse<'a>(analysis: &mut Analysis<'a>, function: &'a Function) -> Summary {
    let liveness = analysis.liveness(function);
    let mut pass = Pass {
        analysis,
        function,
        phase: Phase::Settling,
        summary: Summary::default(),
        at: (0, 0),
        element_guards: BTreeMap::new(),
        has_new_guard: false,
        current: None,
        has_ended: false,
        depth: 0,
        liveness,
    };
    let mut states = pass.settle();
    if pass.has_new_guard {
        // What comes behind a comprehension was run before its items were known to be checks.
        states = pass.settle();
    }
    pass.phase = Phase::Recording;
    for (number, state) in states {
        if let Some(block) = function.block(number) {
            pass.block(number, block, state);
        }
    }
    let mut summary = pass.summary;
    let effects = std::mem::take(&mut summary.effects);
    for side in summary.checked.iter_mut().flatten() {
        side.retain(|key, _| key.1.is_none() || !effects.contains_key(key));
    }
    summary.effects = effects;
    summary.forget_locals();
    summary
}

impl<'a> Pass<'_, 'a> {
    fn settle(&mut self) -> BTreeMap<BlockId, State> {
        let mut states = BTreeMap::from([(BlockId(0), self.entry_state())]);
        let mut pending = BTreeSet::from([BlockId(0)]);
        let mut visits: BTreeMap<BlockId, u32> = BTreeMap::new();
        let mut steps = 0_u64;
        while let Some(number) = pending.pop_first() {
            let Some((block, state)) = self.function.block(number).zip(states.get(&number).cloned()) else { continue };
            let count = visits.entry(number).or_default();
            *count += 1;
            steps += block.instructions.len() as u64 + 1;
            if *count > MAX_VISITS || steps > MAX_STEPS {
                let reason =
                    format!("`{}` is too large for its data flow to be followed fully", self.function.qualname);
                self.analysis.bound(self.function, reason);
                self.summary.is_cut = true;
                if steps > MAX_STEPS {
                    break;
                }
                continue;
            }
            for (target, state) in self.block(number, block, state) {
                let has_changed = match states.get_mut(&target) {
                    Some(known) => known.join(&state),
                    None => {
                        states.insert(target, state);
                        true
                    }
                };
                if has_changed {
                    pending.insert(target);
                }
            }
        }
        states
    }

    fn entry_state(&mut self) -> State {
        let mut state = State::default();
        for (position, param) in self.function.params.iter().enumerate() {
            let index = u32::try_from(position).unwrap_or(u32::MAX);
            let mut value = Value { home: Some(Home::Param(index)), bound_to: Some(index), ..Value::default() };
            if !is_receiver(self.function, position) {
                let place = Place { file: self.function.file, span: param.span };
                let node = self.analysis.trace.root(place, Clause::Parameter(param.name.as_str().into()));
                let origin = Origin::Param { function: self.function.id, index, part: None };
                let (clean, confidence) = (LanguageSet::default(), Confidence::High);
                value.taints = Taints::one(Taint { origin, clean, confidence, node });
            }
            state.set(param.local, value);
        }
        for (local, found) in (0_u32..).map(LocalId).zip(&self.function.locals) {
            if found.scope == LocalScope::Free
                && let Some(cell) = found.name.as_deref().and_then(|name| self.captured_cell(name))
            {
                let place = self.place(self.function.name_span);
                let value = self.analysis.read(&cell, self.function.id, place).unwrap_or_default();
                state.set(local, value);
            }
        }
        state
    }

    /// Finds the enclosing function's variable that a free name means.
    fn captured_cell(&self, name: &str) -> Option<Cell> {
        let mut outer = self.function.parent;
        for _ in 0..64 {
            let owner = self.analysis.project.program.function(outer?)?;
            let is_here = owner
                .locals
                .iter()
                .any(|local| local.name.as_deref() == Some(name) && local.scope == LocalScope::Captured);
            if is_here {
                return Some(Cell::Captured(owner.id, name.into()));
            }
            outer = owner.parent;
        }
        None
    }

    /// Runs a block; gives where it goes on and with what.
    fn block(&mut self, number: BlockId, block: &'a Block, mut state: State) -> Vec<(BlockId, State)> {
        let mut edges = Vec::new();
        let mut raised = block.handler.map(|handler| (handler, state.clone()));
        for (position, instruction) in block.instructions.iter().enumerate() {
            self.at = (number.0 as usize, position);
            self.instruction(&mut state, instruction);
            if std::mem::take(&mut self.has_ended) {
                if let Some((_, at_raise)) = &mut raised {
                    at_raise.join(&state);
                }
                return self.threaded_all(raised.into_iter().collect());
            }
        }
        self.at = (number.0 as usize, block.instructions.len());
        if let Some((_, at_raise)) = &mut raised {
            at_raise.join(&state);
        }
        let mut go = |target: BlockId, state: State| edges.push((target, state));
        match &block.terminator {
            Terminator::Jump(target) => go(*target, state),
            Terminator::Branch { condition, then, otherwise } => {
                let value = self.eval(&mut state, condition, block.terminator_span);
                let truth = value.truth();
                for (target, side) in [(*then, true), (*otherwise, false)] {
                    if truth.is_none_or(|truth| truth == side) {
                        go(target, refined(&state, condition, &value, side));
                    }
                }
            }
            Terminator::Next { iterator, item, body, exhausted } => {
                let sequence = self.eval(&mut state, iterator, block.terminator_span);
                let mut element = sequence.element();
                element.home = match &sequence.home {
                    Some(Home::Local(local)) => Some(Home::Part(*local, Key::Any)),
                    _ => None,
                };
                if let Some(name) = self.local_name(*item) {
                    self.extend(&mut element.taints, &Clause::Iterated(name), block.terminator_span);
                }
                let is_empty = sequence.length() == Some(0);
                if is_empty {
                    go(*exhausted, state);
                    edges.extend(raised);
                    return self.threaded_all(edges);
                }
                let mut inside = state.clone();
                inside.set(*item, element);
                go(*body, inside);
                go(*exhausted, state);
            }
            Terminator::Return(operand) => {
                let value = self.eval(&mut state, operand, block.terminator_span);
                if !matches!(operand, Operand::Constant(Constant::None)) {
                    self.returned(operand, &value, block.terminator_span);
                }
                self.note_checks(&state, operand, &value);
                if self.function.flavour != Flavour::Generator {
                    self.note_alias(&value);
                    self.returns(value);
                }
                self.leaves_object(&state);
                self.publish_captured(&state);
            }
            Terminator::Raise { .. } | Terminator::Unreachable => {}
        }
        edges.extend(raised);
        self.threaded_all(edges)
    }

    fn threaded_all(&mut self, edges: Vec<(BlockId, State)>) -> Vec<(BlockId, State)> {
        if self.phase == Phase::Recording {
            return Vec::new();
        }
        edges.into_iter().filter_map(|(target, state)| self.threaded(target, state)).collect()
    }

    /// Follows an edge through blocks that only test what is known on it, and drops what is not used any more.
    fn threaded(&mut self, mut target: BlockId, mut state: State) -> Option<(BlockId, State)> {
        let function = self.function;
        for _ in 0..MAX_THREADED {
            let block = function.block(target)?;
            let is_plain = |instruction: &Instruction| {
                matches!(
                    instruction.kind,
                    InstructionKind::Assign {
                        value: Rvalue::Use(_) | Rvalue::Unary { operator: UnaryOperator::Not, .. },
                        ..
                    }
                )
            };
            let Terminator::Branch { condition, then, otherwise } = &block.terminator else { break };
            if block.instructions.len() > 2 || !block.instructions.iter().all(is_plain) || block.handler.is_some() {
                break;
            }
            let mut trial = state.clone();
            let at = self.at;
            for (position, instruction) in block.instructions.iter().enumerate() {
                self.at = (target.0 as usize, position);
                self.instruction(&mut trial, instruction);
            }
            self.at = at;
            let value = self.eval(&mut trial, condition, block.terminator_span);
            let Some(truth) = value.truth() else { break };
            state = refined(&trial, condition, &value, truth);
            target = if truth { *then } else { *otherwise };
        }
        state.retain(|local| self.liveness.is_live(target.0 as usize, local));
        Some((target, state))
    }

    /// Notes whether what is returned is a parameter.
    fn note_alias(&mut self, value: &Value) {
        let found = value.bound_to.map_or(Alias::Other, Alias::Param);
        self.summary.alias = match self.summary.alias {
            Alias::Unset => found,
            known if known == found => known,
            Alias::Param(_) | Alias::Other => Alias::Other,
        };
    }

    /// Notes what is known of the parameters where the function returns.
    fn note_checks(&mut self, state: &State, operand: &Operand, value: &Value) {
        if self.phase == Phase::Settling {
            return;
        }
        for side in [false, true] {
            if value.truth().is_none_or(|truth| truth == side) {
                let state = refined(state, operand, value, side);
                let found = self.checked(&state);
                self.summary.note_checked(side, found);
            }
        }
    }

    fn checked(&self, state: &State) -> Checked {
        let mut checked = Checked::new();
        for (index, param) in (0_u32..).zip(&self.function.params) {
            let Some(value) = state.get(param.local).filter(|_| !self.assigns(param.local)) else { continue };
            if is_receiver(self.function, index as usize) {
                for (key, part) in value.parts.iter().flat_map(|parts| &parts.entries) {
                    let is_changed = self.summary.effects.contains_key(&(index, Some(key.clone())));
                    if !is_changed && part.is_fixed && !part.is_tainted() {
                        checked.insert((index, Some(key.clone())), LanguageSet::ALL);
                    }
                }
                continue;
            }
            let mut languages = LanguageSet::ALL;
            for taint in value.all_taints().iter() {
                languages = languages.intersection(taint.clean);
            }
            if !languages.is_empty() {
                checked.insert((index, None), languages);
            }
        }
        checked
    }

    fn returns(&mut self, value: Value) {
        let value = value.loose();
        match &mut self.summary.returns {
            Some(known) => known.join(&value),
            none => *none = Some(value),
        }
    }

    fn leaves_object(&mut self, state: &State) {
        let receiver = self.function.params.first().filter(|_| self.function.name == "__init__");
        let Some(object) = receiver.and_then(|receiver| state.get(receiver.local)) else { return };
        let object = object.clone().loose();
        match &mut self.summary.object {
            Some(known) => known.join(&object),
            none => *none = Some(object),
        }
    }

    /// Joins a yielded value into what the function gives.
    pub(crate) fn yields(&mut self, value: Value) {
        self.returns(Value::sequence_of(value));
    }

    /// Lets nested functions see this function's variables.
    pub(crate) fn publish_captured(&mut self, state: &State) {
        if self.phase == Phase::Settling || self.function.flavour == Flavour::Module {
            return;
        }
        let id: FunctionId = self.function.id;
        for (local, found) in (0_u32..).map(LocalId).zip(&self.function.locals) {
            if let (Some(name), Some(value)) = (&found.name, state.get(local)) {
                let cell = match found.scope {
                    LocalScope::Captured => Some(Cell::Captured(id, name.as_str().into())),
                    LocalScope::Free if self.assigns(local) => self.write_back(name, value),
                    LocalScope::Free | LocalScope::Own => None,
                };
                if let Some(cell) = cell {
                    self.store(&cell, value);
                }
            }
        }
    }

    /// Stores what this function puts into an enclosing function's variable; gives the cell for the other functions.
    pub(crate) fn write_back(&mut self, name: &str, value: &Value) -> Option<Cell> {
        let cell = self.captured_cell(name)?;
        if let Cell::Captured(owner, name) = &cell {
            self.store(&Cell::WrittenBack(*owner, Rc::clone(name)), value);
        }
        Some(cell)
    }

    fn assigns(&self, local: LocalId) -> bool {
        let instructions = self.function.blocks.iter().flat_map(|block| &block.instructions);
        let is_assigned = |instruction: &Instruction| matches!(&instruction.kind, InstructionKind::Assign { target, .. } if *target == local);
        instructions.into_iter().any(is_assigned)
    }

    /// Stores a value where other functions find it.
    pub(crate) fn store(&mut self, cell: &Cell, value: &Value) {
        if self.phase == Phase::Settling {
            return;
        }
        let id = self.analysis.write(cell, value);
        let mut bound = Vec::new();
        value.all_bound(&mut bound);
        self.summary.kept.extend(bound.into_iter().map(|param| (cell.clone(), param)));
        if value.is_tainted() {
            let value = value.clone().loose();
            self.summary.stores.push((id, Rc::new(value)));
        }
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        Place { file: self.function.file, span }
    }

    /// Adds a step to all paths.
    pub(crate) fn extend(&mut self, taints: &mut Taints, clause: &Clause, span: Span) {
        let place = self.place(span);
        taints.extend(&mut self.analysis.trace, place, clause);
    }

    pub(crate) fn local_name(&self, local: LocalId) -> Option<Rc<str>> {
        self.function.local(local)?.name.as_deref().map(Into::into)
    }

    /// Reads an operand.
    pub(crate) fn eval(&mut self, state: &mut State, operand: &Operand, span: Span) -> Value {
        match operand {
            Operand::Constant(constant) => Value::constant(constant.clone()),
            Operand::Global(path) => self.global(path, span),
            Operand::Local(local) => {
                let mut value = state.get(*local).cloned().unwrap_or_default();
                let Some(name) = self.local_name(*local) else { return value };
                let is_captured = self.function.local(*local).is_some_and(|found| found.scope == LocalScope::Captured);
                if is_captured {
                    let place = self.place(span);
                    let cell = Cell::WrittenBack(self.function.id, name);
                    if let Some(written) = self.analysis.read(&cell, self.function.id, place) {
                        value.join(&written);
                    }
                }
                value.home = Some(Home::Local(*local));
                value
            }
        }
    }
}

/// Gives the state on one side of a branch.
fn refined(state: &State, condition: &Operand, value: &Value, side: bool) -> State {
    let mut state = state.clone();
    if let Some(guard) = value.guard.as_ref().filter(|guard| guard.holds_when == side) {
        guard.apply(&mut state);
    }
    if !side && let Some(guard) = value.about.as_ref().and_then(|about| about.when_falsy()) {
        guard.apply(&mut state);
    }
    if let Operand::Local(local) = condition {
        state.update(*local, |value| {
            value.truth = Some(side);
            if !side && value.guard.is_none() {
                // What is false is empty: there is nothing of the attacker's in it.
                value.taints = Taints::default();
                value.parts = None;
                value.text = None;
                value.bound_to = None;
            }
        });
    }
    state
}
