//! Generators, the context managers made of them, and methods that a loop or a test calls unseen. Invariant: a
//! generator's frame is either on the stack or in its object, never in both.

use ir::{
    function::LocalId,
    instruction::{BinaryOperator, Call, Callee, InstructionKind, Item, Operand, Rvalue},
};
use model::verdict::UnknownReason;

use crate::{
    interpreter::{Choice, Choices, Interpreter, Outcome, Step, call::Arguments, jump},
    state::{Delivery, Ended, Frame, NextItem, State},
    term::BoolTerm,
    value::{Exception, Object, ObjectId, Progress, Role, Value},
};

/// How many items are collected from one generator.
const COLLECTED: usize = 1_000;

/// How many frames may be on the stack when a generator goes on.
pub(crate) const FRAMES: usize = 40;

/// Functions that take all items of what they get.
const EXHAUSTING_METHODS: &[&str] = &["join", "extend", "update", "union", "intersection", "difference"];

/// What a generator gives.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Given {
    /// The value of a `yield`; the local gets what is sent back.
    Yielded(LocalId),
    /// What another generator yielded, to whose items `yield from` leads.
    Handed,
}

/// What an own method says about truth.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// This.
    Truth(BoolTerm),
    /// It runs first.
    Running,
}

impl Interpreter<'_> {
    /// Tells whether somebody on the stack waits for what the running frame yields.
    pub(crate) fn is_generating(&self, state: &State) -> bool {
        state.frame().is_some_and(|frame| match &frame.delivery {
            Delivery::Loop(..)
            | Delivery::Next(..)
            | Delivery::Collect(..)
            | Delivery::Delegate(_)
            | Delivery::Exit(..) => true,
            Delivery::Call | Delivery::Item(_) | Delivery::Answer => false,
        })
    }

    /// Takes the frame of a waiting generator, to be put on the stack.
    fn resumed(&mut self, state: &mut State, id: ObjectId, delivery: Delivery) -> Option<Box<Frame>> {
        let Some(Object::Generator { progress, .. }) = state.object_mut(id) else { return None };
        match std::mem::replace(progress, Progress::Running) {
            Progress::Waiting(mut frame, _) => {
                frame.delivery = delivery;
                Some(frame)
            }
            other @ (Progress::Running | Progress::Finished) => {
                *progress = other;
                None
            }
        }
    }

    pub(crate) fn progress<'s>(&self, state: &'s State, value: &Value) -> Option<(ObjectId, &'s Progress, Role)> {
        let Value::Object(id) = value else { return None };
        match state.object(*id) {
            Some(Object::Generator { progress, role }) => Some((*id, progress, *role)),
            Some(_) | None => None,
        }
    }

    fn set_progress(state: &mut State, id: ObjectId, now: Progress) {
        if let Some(Object::Generator { progress, .. }) = state.object_mut(id) {
            *progress = now;
        }
    }

    /// Puts a frame on the stack; a path whose stack would grow too high is cut.
    fn push(&mut self, state: &mut State, frame: Frame) -> Step {
        if state.frames.len() >= FRAMES {
            self.bounds.insert(format!("generators {FRAMES} deep"));
            return Step::Ended;
        }
        state.frames.push(frame);
        Step::Continue
    }

    /// Goes on with a generator for the next item of a loop; `None` when the iterator is none.
    pub(crate) fn next_of_generator(&mut self, state: &mut State, iterator: &Value, next: NextItem) -> Option<Step> {
        if let Some((id, progress, _)) = self.progress(state, iterator) {
            return Some(match progress {
                Progress::Waiting(..) => {
                    let frame = self.resumed(state, id, Delivery::Loop(id, next))?;
                    self.push(state, *frame)
                }
                Progress::Running => self.unwind(state, Exception::builtin("ValueError")),
                Progress::Finished => {
                    jump(state, next.exhausted);
                    Step::Continue
                }
            });
        }
        let method = self.own_method(state, iterator, "__next__")?;
        let choices = self.enter(state, &method, Arguments::from(Vec::new()), None);
        match choices.into_iter().next()?.outcome {
            Outcome::Enter(mut frame) => {
                frame.delivery = Delivery::Item(next);
                Some(self.push(state, *frame))
            }
            Outcome::Value(_) | Outcome::Raise(_) => None,
        }
    }

    /// Calls `next(generator)` or `next(generator, default)`.
    pub(crate) fn next_call(&mut self, state: &mut State, value: &Value, default: Option<Value>) -> Option<Choices> {
        if let Value::Object(id) = value
            && let Some(Object::Iterator { items, next }) = state.object_mut(*id)
        {
            let item = items.get(*next).cloned();
            *next += 1;
            let end = || default.map_or_else(|| Choice::raise("StopIteration"), Choice::value);
            return Some(vec![item.map_or_else(end, Choice::value)]);
        }
        if let Some((id, progress, _)) = self.progress(state, value) {
            return Some(match progress {
                Progress::Waiting(..) => {
                    let frame = self.resumed(state, id, Delivery::Next(id, default))?;
                    vec![Choice { when: BoolTerm::Const(true), outcome: Outcome::Enter(frame), presence: None }]
                }
                Progress::Running => vec![Choice::raise("ValueError")],
                Progress::Finished => {
                    vec![default.map_or_else(|| Choice::raise("StopIteration"), Choice::value)]
                }
            });
        }
        if default.is_none() && self.own_method(state, value, "__next__").is_some() {
            return self.call_own(state, value, "__next__", Vec::new());
        }
        None
    }

    /// Calls a method of a generator; `None` for one that is not modelled.
    pub(crate) fn generator_method(
        &mut self,
        state: &mut State,
        value: &Value,
        (name, arguments): (&str, &Arguments),
    ) -> Option<Choices> {
        let (id, progress, role) = self.progress(state, value)?;
        let (is_waiting, sent_to) = match progress {
            Progress::Waiting(frame, sent_to) => (frame.delegate.is_none(), *sent_to),
            Progress::Running | Progress::Finished => (false, None),
        };
        if role == Role::Manager {
            return None;
        }
        match (name, arguments.plain()?) {
            ("__next__", []) => self.next_call(state, value, None),
            ("send", [Value::None]) => self.next_call(state, value, None),
            ("send", [sent]) if is_waiting => {
                let Some(local) = sent_to else { return Some(vec![Choice::raise("TypeError")]) };
                let mut frame = self.resumed(state, id, Delivery::Next(id, None))?;
                *frame.locals.get_mut(local.0 as usize)? = Some(sent.clone());
                Some(vec![Choice { when: BoolTerm::Const(true), outcome: Outcome::Enter(frame), presence: None }])
            }
            _ => None,
        }
    }

    /// Gives a value to whoever waits for what the running generator yields.
    pub(crate) fn give(&mut self, state: &mut State, value: Value, given: Given) -> Step {
        if let Given::Yielded(target) = given {
            self.set_local(state, target, Some(Value::None));
            if let Some(frame) = state.frame_mut() {
                frame.index += 1;
            }
        }
        if let Some(frame) = state.frame_mut()
            && let Delivery::Collect(_, items) = &mut frame.delivery
        {
            items.push(value);
            if items.len() > COLLECTED {
                self.bounds.insert(format!("{COLLECTED} items of a generator"));
                return Step::Ended;
            }
            return Step::Continue;
        }
        let Some(mut frame) = state.frames.pop() else { return Step::Ended };
        let target = frame.target;
        let delivery = std::mem::replace(&mut frame.delivery, Delivery::Call);
        let sent_to = match given {
            Given::Yielded(local) => Some(local),
            Given::Handed => None,
        };
        let waiting = Progress::Waiting(Box::new(frame), sent_to);
        match delivery {
            Delivery::Loop(id, next) => {
                Self::set_progress(state, id, waiting);
                self.set_local(state, next.item, Some(value));
                jump(state, next.body);
                Step::Continue
            }
            Delivery::Next(id, _) => {
                Self::set_progress(state, id, waiting);
                if let Some(target) = target {
                    self.set_local(state, target, Some(value));
                }
                Step::Continue
            }
            Delivery::Delegate(id) => {
                Self::set_progress(state, id, waiting);
                self.give(state, value, Given::Handed)
            }
            Delivery::Exit(id, _) => {
                Self::set_progress(state, id, waiting);
                self.unwind(state, Exception::builtin("RuntimeError"))
            }
            Delivery::Call | Delivery::Collect(..) | Delivery::Item(_) | Delivery::Answer => Step::Ended,
        }
    }

    /// Notes that a generator waits where it has something to clean up: when it is left there, that happens unseen.
    pub(crate) fn note_guarded(&mut self, state: &mut State) {
        let is_guarded = |frame: &Frame| {
            let block = self.index.function(frame.function).and_then(|function| function.block(frame.block));
            block.is_some_and(|block| block.handler.is_some())
        };
        if state.waiting_generators().any(is_guarded) {
            let why = "a generator that may be left inside `try` or `with`";
            self.bounds.insert(why.to_owned());
            state.condition.guessed.get_or_insert_with(|| why.into());
        }
    }

    /// Takes the next item for a running `yield from`.
    pub(crate) fn hand_on(&mut self, state: &mut State, operand: &Operand, target: LocalId) -> Step {
        let waiting = state.frame().and_then(|frame| frame.delegate.clone());
        let source = match waiting {
            Some(source) => source,
            None => match self.read(state, operand) {
                Ok(value) => {
                    let iterator = self.iterator(state, &value);
                    if let Some(frame) = state.frame_mut() {
                        frame.delegate = Some(iterator.clone());
                    }
                    iterator
                }
                Err(_) => return Step::Ended,
            },
        };
        if let Value::Object(id) = &source
            && let Some(Object::Iterator { items, next }) = state.object_mut(*id)
        {
            let item = items.get(*next).cloned();
            *next += 1;
            return match item {
                Some(item) => self.give(state, item, Given::Handed),
                None => self.end_of_delegate(state, (Some(target), Value::None)),
            };
        }
        match self.progress(state, &source) {
            Some((id, Progress::Waiting(..), _)) => match self.resumed(state, id, Delivery::Delegate(id)) {
                Some(frame) => self.push(state, *frame),
                None => Step::Ended,
            },
            Some((_, Progress::Finished, _)) => self.end_of_delegate(state, (Some(target), Value::None)),
            Some((_, Progress::Running, _)) | None => {
                let why = "`yield from` of items that are not known".to_owned();
                self.stop.get_or_insert(UnknownReason::Unsupported(why));
                Step::Ended
            }
        }
    }

    fn end_of_delegate(&mut self, state: &mut State, (target, value): (Option<LocalId>, Value)) -> Step {
        if let Some(frame) = state.frame_mut() {
            frame.delegate = None;
        }
        if let Some(target) = target {
            self.set_local(state, target, Some(value));
        }
        if let Some(frame) = state.frame_mut() {
            frame.index += 1;
        }
        Step::Continue
    }

    /// Gives what a frame returned, which has left the stack, to whoever waits for it.
    pub(crate) fn deliver_end(
        &mut self,
        state: &mut State,
        delivery: Delivery,
        (target, value): (Option<LocalId>, Value),
    ) -> Step {
        match delivery {
            Delivery::Call => {
                if let Some(target) = target {
                    self.set_local(state, target, Some(value));
                }
                Step::Continue
            }
            Delivery::Loop(id, next) => {
                Self::set_progress(state, id, Progress::Finished);
                jump(state, next.exhausted);
                Step::Continue
            }
            Delivery::Next(id, default) => {
                Self::set_progress(state, id, Progress::Finished);
                match default {
                    Some(default) => {
                        if let Some(target) = target {
                            self.set_local(state, target, Some(default));
                        }
                        Step::Continue
                    }
                    None => {
                        let is_manager =
                            matches!(state.object(id), Some(Object::Generator { role: Role::Manager, .. }));
                        let class = if is_manager { "RuntimeError" } else { "StopIteration" };
                        self.unwind(state, Exception::builtin(class))
                    }
                }
            }
            Delivery::Collect(id, items) => {
                if let Some(object) = state.object_mut(id) {
                    *object = Object::Iterator { items: std::rc::Rc::new(items), next: 0 };
                }
                if let Some(frame) = state.frame_mut() {
                    frame.again = frame.index == 0;
                }
                Step::Continue
            }
            Delivery::Delegate(id) => {
                Self::set_progress(state, id, Progress::Finished);
                let target = state.frame().and_then(|frame| {
                    let block = self.index.function(frame.function)?.block(frame.block)?;
                    match &block.instructions.get(frame.index)?.kind {
                        InstructionKind::Assign { target, .. } => Some(*target),
                        _ => None,
                    }
                });
                self.end_of_delegate(state, (target, value))
            }
            Delivery::Exit(id, ended) => {
                Self::set_progress(state, id, Progress::Finished);
                let swallowed = Value::truth(ended == Ended::Raising);
                if let Some(target) = target {
                    self.set_local(state, target, Some(swallowed));
                }
                Step::Continue
            }
            Delivery::Item(next) => {
                self.set_local(state, next.item, Some(value));
                jump(state, next.body);
                Step::Continue
            }
            Delivery::Answer => {
                if let Some(frame) = state.frame_mut() {
                    frame.answer = Some(value);
                    frame.again = frame.index == 0;
                }
                Step::Continue
            }
        }
    }

    /// Ends a loop whose `__next__` raised `StopIteration` in the running frame; tells whether it did.
    pub(crate) fn is_end_of_loop(&mut self, state: &mut State, exception: &Exception) -> bool {
        let Some(Delivery::Item(next)) = state.frame().map(|frame| frame.delivery.clone()) else { return false };
        if exception.class.as_deref() != Some("builtins.StopIteration") {
            return false;
        }
        state.frames.pop();
        jump(state, next.exhausted);
        true
    }

    /// Takes a frame from the stack that an exception leaves; gives the exception that comes out of it instead, if any.
    pub(crate) fn drop_frame(&mut self, state: &mut State, exception: &Exception) -> Option<Exception> {
        let frame = state.frames.pop()?;
        let id = match frame.delivery {
            Delivery::Loop(id, _)
            | Delivery::Next(id, _)
            | Delivery::Collect(id, _)
            | Delivery::Delegate(id)
            | Delivery::Exit(id, _) => id,
            Delivery::Call | Delivery::Item(_) | Delivery::Answer => return None,
        };
        Self::set_progress(state, id, Progress::Finished);
        let is_stop = exception.class.as_deref() == Some("builtins.StopIteration");
        is_stop.then(|| Exception::builtin("RuntimeError"))
    }

    /// Calls `__enter__` of what `contextlib.contextmanager` made; `None` for anything else.
    pub(crate) fn enter_generator(&mut self, state: &mut State, value: &Value) -> Option<Choices> {
        let (_, _, Role::Manager) = self.progress(state, value)? else { return None };
        self.next_call(state, value, None)
    }

    /// Tells whether an operand is what `contextlib.contextmanager` made.
    pub(crate) fn is_manager(&mut self, state: &mut State, operand: &Operand) -> bool {
        let Ok(value) = self.read(state, operand) else { return false };
        matches!(self.progress(state, &value), Some((_, Progress::Waiting(..), Role::Manager)))
    }

    /// Ends a `with` over what `contextlib.contextmanager` made.
    pub(crate) fn leave(&mut self, state: &mut State, operand: &Operand, target: LocalId) -> Step {
        let raised = self.raised_in_body(state);
        let Ok(Value::Object(id)) = self.read(state, operand) else { return Step::Ended };
        let ended = if raised.is_some() { Ended::Raising } else { Ended::Normally };
        let Some(mut frame) = self.resumed(state, id, Delivery::Exit(id, ended)) else { return Step::Ended };
        frame.target = Some(target);
        if let Some(caller) = state.frame_mut() {
            caller.index += 1;
        }
        if matches!(self.push(state, *frame), Step::Ended) {
            return Step::Ended;
        }
        match raised {
            Some(exception) => self.unwind(state, exception),
            None => Step::Continue,
        }
    }

    /// Gives the exception that ended the body of the `with` whose end runs now.
    pub(crate) fn raised_in_body(&self, state: &State) -> Option<Exception> {
        let frame = state.frame()?;
        let block = self.index.function(frame.function)?.block(frame.block)?;
        let before = block.instructions.get(frame.index.checked_sub(1)?)?;
        let is_handler = matches!(&before.kind, InstructionKind::Assign { value: Rvalue::CurrentException, .. });
        if is_handler { frame.exception.clone() } else { None }
    }

    /// Lets a generator run to its end when the computation takes all of its items; tells whether one runs now.
    pub(crate) fn starts_collecting(&mut self, state: &mut State, rvalue: &Rvalue) -> bool {
        for operand in exhausted(rvalue) {
            let Ok(value) = self.read(state, operand) else { continue };
            if let Some((id, Progress::Waiting(..), Role::Iterator)) = self.progress(state, &value)
                && state.frames.len() < FRAMES
                && let Some(frame) = self.resumed(state, id, Delivery::Collect(id, Vec::new()))
            {
                state.frames.push(*frame);
                return true;
            }
        }
        false
    }
}

/// Gives what a computation takes all items of.
fn exhausted(rvalue: &Rvalue) -> Vec<&Operand> {
    match rvalue {
        Rvalue::Call(Call { callee, args, .. }) => {
            let is_exhausting =
                matches!(callee, Callee::Method { name, .. } if EXHAUSTING_METHODS.contains(&name.as_str()));
            args.iter()
                .filter_map(|item| match item {
                    Item::Spread(operand) => Some(operand),
                    Item::One(operand) if is_exhausting => Some(operand),
                    Item::One(_) => None,
                })
                .collect()
        }
        Rvalue::Display { items, .. } => items
            .iter()
            .filter_map(|item| match item {
                Item::Spread(operand) => Some(operand),
                Item::One(_) => None,
            })
            .collect(),
        Rvalue::Unpack { base, .. } => vec![base],
        Rvalue::Binary { operator: BinaryOperator::Add, right, in_place: true, .. } => vec![right],
        _ => Vec::new(),
    }
}
