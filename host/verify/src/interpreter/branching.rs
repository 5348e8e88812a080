//! Takes the ways that a path can go. Invariant: a way is left out only when its condition cannot hold, or with a note in
//! `bounds`.

use ir::{
    function::{BlockId, LocalId},
    instruction::Instruction,
};
use model::contract::Condition;
use num_bigint::BigInt;
use num_traits::Signed;

use crate::{
    integer,
    interpreter::{Choice, Choices, Hit, Interpreter, Outcome, Reached, Step, jump},
    path_condition::{Assumed, PathCondition, cases},
    state::{NextItem, State},
    term::{BoolTerm, IntTerm, Order},
    value::{Object, Value},
};

/// How many questions of models one path may decide.
const QUESTIONS: usize = 64;

impl Interpreter<'_> {
    /// Assumes simple conditions on a copy of the state; `None` when they cannot hold together.
    pub(crate) fn assume_all(&mut self, state: &State, simple: &[(BoolTerm, bool)]) -> Option<State> {
        let mut taken = state.clone();
        let mut undecided = false;
        for (term, wanted) in simple {
            match taken.condition.assume(term, *wanted) {
                Assumed::Impossible => return None,
                Assumed::Possible => {}
                Assumed::Undecided => undecided = true,
            }
        }
        if undecided && self.is_impossible(&taken.condition) { None } else { Some(taken) }
    }

    /// Tells whether the solver shows that a path cannot be taken.
    fn is_impossible(&mut self, condition: &PathCondition) -> bool {
        self.check_wall_time();
        self.solver.refutes(condition)
    }

    /// Takes all ways that are possible: one goes on in `state`, the others wait in `pending`.
    pub(crate) fn choose(
        &mut self,
        state: &mut State,
        choices: Choices,
        target: Option<LocalId>,
        pending: &mut Vec<State>,
    ) -> Step {
        if let Some(question) = self.question.take() {
            return self.ask(state, &question, pending);
        }
        if std::mem::take(&mut self.may_raise) && self.chosen.is_some() {
            state.condition.forked = true;
        }
        if let [Choice { when: BoolTerm::Const(true), presence: None, .. }] = choices.as_slice() {
            let Some(only) = choices.into_iter().next() else { return Step::Ended };
            return self.commit(state, only.outcome, target);
        }
        let mut taken = Vec::new();
        for choice in choices {
            let Some(ways) = cases(&choice.when, true) else {
                // Too many cases: the condition is left out, which over-approximates.
                taken.push((state.clone(), choice.outcome, choice.presence));
                continue;
            };
            for way in ways {
                if let Some(next) = self.assume_all(state, &way) {
                    taken.push((next, choice.outcome.clone(), choice.presence));
                }
            }
        }
        let mut ready = Vec::new();
        let forks = self.chosen.is_some() && taken.len() > 1;
        for (mut next, outcome, presence) in taken {
            next.condition.forked |= forks;
            if let Some((source, presence)) = presence {
                next.presence.insert(source, presence);
            }
            if matches!(self.commit(&mut next, outcome, target), Step::Continue) {
                ready.push(next);
            } else {
                self.paths += 1;
            }
        }
        self.go_on_with(state, ready, pending)
    }

    pub(crate) fn go_on_with(&mut self, state: &mut State, mut ready: Vec<State>, pending: &mut Vec<State>) -> Step {
        ready.reverse();
        let Some(first) = ready.pop() else { return Step::Ended };
        *state = first;
        pending.append(&mut ready);
        Step::Continue
    }

    /// Tries both answers to a model's question, each from before the instruction.
    fn ask(&mut self, state: &mut State, question: &BoolTerm, pending: &mut Vec<State>) -> Step {
        let key = format!("{question:?}");
        if state.condition.decided.len() >= QUESTIONS {
            self.bounds.insert(format!("more than {QUESTIONS} comparisons of items on a path"));
            return Step::Ended;
        }
        let mut ready = Vec::new();
        for wanted in [true, false] {
            let ways = cases(question, wanted).unwrap_or_else(|| vec![Vec::new()]);
            for way in ways {
                if let Some(mut next) = self.assume_all(state, &way) {
                    next.condition.decided.insert(key.clone(), wanted);
                    if let Some(frame) = next.frame_mut() {
                        frame.again = frame.index == 0;
                    }
                    ready.push(next);
                }
            }
        }
        if self.chosen.is_some() && ready.len() > 1 {
            for next in &mut ready {
                next.condition.forked = true;
            }
        }
        self.go_on_with(state, ready, pending)
    }

    /// Decides a condition that a model needs before it has changed anything; `None` stops the instruction, which is run
    /// again for either answer.
    pub(crate) fn decide_term(&mut self, state: &State, term: BoolTerm) -> Option<bool> {
        if let BoolTerm::Const(value) = term {
            return Some(value);
        }
        if let Some(known) = state.condition.decided.get(&format!("{term:?}")) {
            return Some(*known);
        }
        for (wanted, given) in [(false, true), (true, false)] {
            if let Some(ways) = cases(&term, wanted)
                && ways.iter().all(|way| self.assume_all(state, way).is_none())
            {
                return Some(given);
            }
        }
        // Guessing what is not known at all would only multiply the paths.
        if !term.has_opaque(16) {
            self.question.get_or_insert(term);
        }
        None
    }

    /// Looks whether the contract's assertion can fail here.
    pub(crate) fn check_assertion(&mut self, state: &State, condition: &Value, instruction: &Instruction) {
        let Condition::AssertHolds { at } = &self.contract.condition else { return };
        let file = state.frame().and_then(|frame| self.index.function(frame.function)).map(|f| f.file);
        if file != Some(self.contract.at_file) || !(at.contains(instruction.span) || instruction.span.contains(*at)) {
            return;
        }
        self.reached = true;
        let mut state = state.clone();
        self.note_guarded(&mut state);
        let term = self.truth(&state, condition);
        // What fails only beyond a limit is a bound, and what a guess leads to is a reason not to know.
        if let Some(limit) = state.condition.beyond {
            if self.chosen.is_none() && !matches!(term, BoolTerm::Const(true)) {
                self.hazards.limits.insert(limit.to_owned());
            }
            return;
        }
        if self.chosen.is_some() && !matches!(term, BoolTerm::Const(false)) {
            return;
        }
        self.hazards.is_exposed |= state.condition.guessed.is_some() && matches!(term, BoolTerm::Const(false));
        let Some(ways) = cases(&term, false) else {
            self.hits.push(Hit { reached: Reached::Assertion, state });
            return;
        };
        for way in ways {
            if let Some(failing) = self.assume_all(&state, &way) {
                self.hits.push(Hit { reached: Reached::Assertion, state: failing });
            }
        }
    }

    pub(crate) fn branch(
        &mut self,
        state: &mut State,
        term: &BoolTerm,
        (then, otherwise): (BlockId, BlockId),
        pending: &mut Vec<State>,
    ) -> Step {
        if let BoolTerm::Const(value) = term {
            jump(state, if *value { then } else { otherwise });
            return Step::Continue;
        }
        let mut ready = Vec::new();
        let mut sides = 0;
        for (wanted, to) in [(true, then), (false, otherwise)] {
            let before = ready.len();
            match cases(term, wanted) {
                Some(ways) => {
                    for way in ways {
                        if let Some(mut next) = self.assume_all(state, &way) {
                            jump(&mut next, to);
                            ready.push(next);
                        }
                    }
                }
                None => {
                    let mut next = state.clone();
                    jump(&mut next, to);
                    ready.push(next);
                }
            }
            sides += usize::from(ready.len() > before);
        }
        if self.chosen.is_some() && ready.len() > 1 {
            for next in &mut ready {
                next.condition.forked = true;
            }
        }
        if sides == 2 && self.is_over_unrolled(state) {
            return Step::Ended;
        }
        if sides == 2 {
            let here = state.frame().map(|frame| frame.block);
            for next in &mut ready {
                if let (Some(here), Some(frame)) = (here, next.frame_mut()) {
                    *frame.undecided.entry(here).or_default() += 1;
                }
            }
        }
        self.go_on_with(state, ready, pending)
    }

    /// Notes a bound when the running block's test was undecided too often.
    fn is_over_unrolled(&mut self, state: &State) -> bool {
        let Some(frame) = state.frame() else { return false };
        if frame.undecided.get(&frame.block).copied().unwrap_or(0) < self.budget.unroll {
            return false;
        }
        let name = self.index.function(frame.function).map_or("?", |function| function.qualname.as_str());
        self.bounds.insert(format!("a loop in `{name}` unrolled {} times", self.budget.unroll));
        self.note_cut(state);
        true
    }

    pub(crate) fn next_item(
        &mut self,
        state: &mut State,
        iterator: &Value,
        item: LocalId,
        (body, exhausted): (BlockId, BlockId),
        pending: &mut Vec<State>,
    ) -> Step {
        if let Some(step) = self.next_of_generator(state, iterator, NextItem { item, body, exhausted }) {
            return step;
        }
        if let Value::Object(id) = iterator
            && let Some(Object::Iterator { items, next }) = state.object_mut(*id)
        {
            let value = items.get(*next).cloned();
            *next += 1;
            match value {
                Some(value) => {
                    self.set_local(state, item, Some(value));
                    jump(state, body);
                }
                None => jump(state, exhausted),
            }
            return Step::Continue;
        }
        let (over, taken) = match iterator {
            Value::Object(id) => match state.object_mut(*id) {
                Some(Object::OpenIterator { over, taken }) => {
                    *taken += 1;
                    (over.clone(), *taken)
                }
                _ => (self.opaque_parts(state, iterator), 1),
            },
            _ => (self.opaque_parts(state, iterator), 1),
        };
        if self.chosen.is_some() {
            state.condition.forked = true;
        }
        let mut done = state.clone();
        jump(&mut done, exhausted);
        if taken > self.budget.unroll {
            let name = state
                .frame()
                .and_then(|frame| self.index.function(frame.function))
                .map_or("?", |function| function.qualname.as_str());
            self.bounds.insert(format!("a loop in `{name}` unrolled {} times", self.budget.unroll));
            self.note_cut(state);
            return self.go_on_with(state, vec![done], pending);
        }
        if let Some(range) = self.ranges.get(&over.id).cloned() {
            return self.next_number(state, (&range, taken), item, (body, done), pending);
        }
        // In a loop that stands for every pass the item may be any.
        let place = if self.is_in_open_loop(state) { self.fresh_id() + 1_000_000 } else { taken - 1 };
        let shown = self.trees.get(&over.id).map(|shown| format!("{shown}[{place}]"));
        let items: Vec<Value> = match shown {
            // In a concrete run the attacker sends one item.
            Some(_) if self.chosen.is_some() && taken > 1 => Vec::new(),
            Some(shown) => {
                let choices = self.tree_part(state, &shown, None);
                choices
                    .into_iter()
                    .filter_map(|choice| match choice.outcome {
                        Outcome::Value(value) => {
                            if let Some((source, presence)) = choice.presence {
                                state.presence.insert(source, presence);
                            }
                            Some(value)
                        }
                        Outcome::Raise(_) | Outcome::Enter(_) => None,
                    })
                    .collect()
            }
            None if self.hazards.text_lists.contains(&over.id) => {
                vec![Value::Str(self.unknown_text(state, "a part of a text", over.influence, None))]
            }
            None => vec![self.fresh_opaque(&format!("an item of {}", over.why), over.influence)],
        };
        let mut ready = Vec::new();
        for value in items {
            let mut next = state.clone();
            self.set_local(&mut next, item, Some(value));
            jump(&mut next, body);
            ready.push(next);
        }
        ready.push(done);
        self.go_on_with(state, ready, pending)
    }

    /// Takes the next number of a range whose bounds are not known.
    fn next_number(
        &mut self,
        state: &mut State,
        (range, taken): (&Range, u32),
        item: LocalId,
        (body, done): (BlockId, State),
        pending: &mut Vec<State>,
    ) -> Step {
        let Range { start, end, step } = range;
        let is_open = self.is_in_open_loop(state);
        let steps = integer::kept(step * (taken - 1)).map(IntTerm::Const);
        let number = match (is_open, steps.and_then(|steps| IntTerm::add(start, &steps))) {
            (false, Some(number)) => number,
            (true, _) | (false, None) => self.fresh_integer(),
        };
        let before = |a: &IntTerm, b: &IntTerm, order| {
            if step.is_positive() {
                BoolTerm::compare(order, a.clone(), b.clone())
            } else {
                BoolTerm::compare(order, b.clone(), a.clone())
            }
        };
        let goes_on = before(&number, end, Order::Less);
        let mut ready = Vec::new();
        let within = [(before(start, &number, Order::LessEqual), true), (goes_on.clone(), true)];
        if let Some(mut next) = self.assume_all(state, &within) {
            self.set_local(&mut next, item, Some(Value::Int(number)));
            jump(&mut next, body);
            ready.push(next);
        }
        let ends = if is_open { Some(done) } else { self.assume_all(&done, &[(goes_on, false)]) };
        ready.extend(ends);
        self.go_on_with(state, ready, pending)
    }
}

/// A range of integers whose bounds are not known.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    /// Its first number.
    pub(crate) start: IntTerm,
    /// The first number past its end.
    pub(crate) end: IntTerm,
    /// The step, not 0.
    pub(crate) step: BigInt,
}
