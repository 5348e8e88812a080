//! One path under exploration. Invariant: a state owns all that it may change; what two states share is immutable.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use ir::{
    function::{BlockId, LocalId},
    program::FunctionId,
};

use model::span::Span;

use crate::{
    interpreter::{
        havoc_loop::Inside,
        live::{Follow, Part},
    },
    path_condition::PathCondition,
    source::SourceId,
    value::{Exception, Influence, Object, ObjectId, Opaque, Progress, Role, Special, Value},
};

/// One activation of a function.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// The function.
    pub(crate) function: FunctionId,
    /// The block that runs.
    pub(crate) block: BlockId,
    /// The next instruction in it.
    pub(crate) index: usize,
    /// Values of the function's own locals; `None` is not assigned.
    pub(crate) locals: Vec<Option<Value>>,
    /// Cells of captured and free variables.
    pub(crate) cells: BTreeMap<String, ObjectId>,
    /// The exception being handled.
    pub(crate) exception: Option<Exception>,
    /// Where the caller wants the result.
    pub(crate) target: Option<LocalId>,
    /// What the call gives instead of what is returned: the instance, for a constructor.
    pub(crate) instead: Option<Value>,
    /// How often a block's test was undecided here.
    pub(crate) undecided: BTreeMap<BlockId, u32>,
    /// Loops, by their heads, of which one pass stands for every pass.
    pub(crate) loops: BTreeMap<BlockId, Inside>,
    /// Whether the running instruction is run again after a question was decided.
    pub(crate) again: bool,
    /// Where what it yields and returns goes.
    pub(crate) delivery: Delivery,
    /// What the running `yield from` takes its items from.
    pub(crate) delegate: Option<Value>,
    /// What a method gave that the running instruction asked for; it uses that and goes on.
    pub(crate) answer: Option<Value>,
}

/// Where what a frame yields and returns goes.
#[derive(Clone, Debug)]
pub(crate) enum Delivery {
    /// What is returned goes to the instruction that called.
    Call,
    /// What is yielded is the next item of the loop below.
    Loop(ObjectId, NextItem),
    /// What is yielded is what the call below gives; a generator that has no more gives the default, or raises.
    Next(ObjectId, Option<Value>),
    /// All that is yielded is kept, and the instruction below runs again with it.
    Collect(ObjectId, Vec<Value>),
    /// What is yielded is yielded by the `yield from` below.
    Delegate(ObjectId),
    /// The `with` below has ended its body: with an exception, or without.
    Exit(ObjectId, Ended),
    /// What is returned is the next item of the loop below: a method `__next__` runs.
    Item(NextItem),
    /// What is returned is the truth, or the length, that the branch or operator below asks for; it runs again.
    Answer,
}

/// Where a loop goes on, as in `Terminator::Next`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NextItem {
    /// Gets the item.
    pub(crate) item: LocalId,
    /// With an item.
    pub(crate) body: BlockId,
    /// Without.
    pub(crate) exhausted: BlockId,
}

/// How the body of a `with` ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// As it should.
    Normally,
    /// With an exception.
    Raising,
}

/// One path.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// The call stack, innermost last.
    pub(crate) frames: Vec<Frame>,
    heap: Vec<Rc<Object>>,
    /// Module globals that were read or written.
    pub(crate) globals: BTreeMap<String, Value>,
    /// Lists and dicts that are containers of `collections`.
    pub(crate) special: BTreeMap<ObjectId, Special>,
    /// What is known to hold.
    pub(crate) condition: PathCondition,
    /// How often each repeatable source was read.
    pub(crate) reads: BTreeMap<String, u32>,
    /// Whether a source was found to be there (`Some`) or `None` on this path.
    pub(crate) presence: BTreeMap<SourceId, Presence>,
    /// Values of opaque attributes and items that were read, by object and name.
    pub(crate) seen: BTreeMap<(u32, String), Value>,
    /// Lists on the heap that stand for something else that is iterable.
    pub(crate) views: BTreeMap<ObjectId, View>,
    /// In a concrete run, the places that were run through in the contract's file.
    pub(crate) trail: Vec<Span>,
    /// Containers that were iterated over, themselves or by a view.
    pub(crate) iterated: BTreeSet<ObjectId>,
    /// What was made of containers and goes on to follow them, by container.
    followers: BTreeMap<ObjectId, Vec<(ObjectId, Follow)>>,
    /// Containers that may have changed since their followers looked.
    changed: Vec<ObjectId>,
    /// Followers that are still to look at a container.
    due: Vec<(ObjectId, ObjectId, Follow)>,
}

/// What a list on the heap stands for, where that is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// A range.
    Range,
    /// A view of a dict: it has a length, but no places.
    Dict,
}

/// Whether an optional source has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It has.
    Present,
    /// It is `None` or raises.
    Absent,
}

impl Frame {
    /// Gives the values of its variables.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.locals.iter().flatten().chain(&self.delegate)
    }
}

impl State {
    /// Gives the frames of the generators that wait for a loop or function to ask for an item.
    pub(crate) fn waiting_generators(&self) -> impl Iterator<Item = &Frame> {
        self.heap.iter().filter_map(|object| match object.as_ref() {
            Object::Generator { progress: Progress::Waiting(frame, _), role: Role::Iterator } => Some(frame.as_ref()),
            _ => None,
        })
    }

    /// Tells whether a generator waits, from which a loop may take items unseen.
    pub(crate) fn has_waiting_generator(&self) -> bool {
        let is_waiting =
            |object: &Rc<Object>| matches!(**object, Object::Generator { progress: Progress::Waiting(..), .. });
        self.heap.iter().any(is_waiting)
    }

    /// Puts a new object on the heap.
    pub(crate) fn allocate(&mut self, object: Object) -> ObjectId {
        let id = ObjectId(u32::try_from(self.heap.len()).unwrap_or(u32::MAX));
        self.heap.push(Rc::new(object));
        id
    }

    /// Puts a list that stands for another iterable on the heap.
    pub(crate) fn allocate_view(&mut self, items: Vec<Value>, view: View) -> Value {
        let id = self.allocate(Object::List(items));
        self.views.insert(id, view);
        Value::Object(id)
    }

    /// Notes that an object follows the container that it was made of.
    pub(crate) fn follow(&mut self, source: ObjectId, derived: ObjectId, how: Follow) {
        self.followers.entry(source).or_default().push((derived, how));
    }

    /// Gives the dict that a list stands for a view of.
    pub(crate) fn viewed(&self, view: ObjectId) -> Option<(ObjectId, Part)> {
        if !self.views.contains_key(&view) {
            return None;
        }
        self.followers.iter().find_map(|(dict, followers)| {
            followers.iter().find_map(|(derived, how)| match how {
                Follow::View(part) if *derived == view => Some((*dict, *part)),
                Follow::View(_) | Follow::Places | Follow::Pass(..) | Follow::Made => None,
            })
        })
    }

    /// Takes a container that may have changed, with an object that follows it.
    pub(crate) fn next_change(&mut self) -> Option<(ObjectId, ObjectId, Follow)> {
        while self.due.is_empty() {
            let source = self.changed.pop()?;
            let followers = self.followers.get(&source).into_iter().flatten();
            self.due.extend(followers.map(|(derived, how)| (source, *derived, how.clone())));
        }
        self.due.pop()
    }

    /// Notes that a container is iterated over.
    pub(crate) fn note_iteration(&mut self, value: &Value) {
        if let Value::Object(id) = value
            && matches!(self.object(*id), Some(Object::Dict(_) | Object::Set(_)))
        {
            self.iterated.insert(*id);
        }
    }

    /// Gives an object.
    pub(crate) fn object(&self, id: ObjectId) -> Option<&Object> {
        self.heap.get(id.0 as usize).map(Rc::as_ref)
    }

    /// Gives an object to change.
    pub(crate) fn object_mut(&mut self, id: ObjectId) -> Option<&mut Object> {
        if self.followers.contains_key(&id) && !self.changed.contains(&id) {
            self.changed.push(id);
        }
        self.heap.get_mut(id.0 as usize).map(Rc::make_mut)
    }

    /// Gives the running frame.
    pub(crate) fn frame(&self) -> Option<&Frame> {
        self.frames.last()
    }

    /// Gives the running frame to change.
    pub(crate) fn frame_mut(&mut self) -> Option<&mut Frame> {
        self.frames.last_mut()
    }

    /// Forgets the contents of every container and instance; iterators go on.
    pub(crate) fn forget_heap(&mut self, why: &Rc<str>, next_id: &mut u32) {
        self.seen.clear();
        for number in 0..self.heap.len() {
            let id = ObjectId(u32::try_from(number).unwrap_or(u32::MAX));
            if self.views.get(&id) == Some(&View::Range) {
                // Nothing changes a range.
                continue;
            }
            let Some(object) = self.object_mut(id) else { continue };
            *next_id += 1;
            let opaque = Opaque { id: *next_id, why: Rc::clone(why), influence: Influence::Attacker };
            match object {
                Object::List(_) | Object::Set(_) | Object::Dict(_) | Object::Unknown(_) => {
                    *object = Object::Unknown(opaque);
                }
                Object::Instance { attributes, rest, .. } => {
                    let kept = std::mem::take(attributes).into_keys();
                    for (name, at) in kept.zip(0_u32..) {
                        let part = format!("`{name}` after a loop");
                        *next_id += 1 + at;
                        let value = Opaque { id: *next_id, why: part.into(), influence: Influence::Attacker };
                        attributes.insert(name, Value::Opaque(value));
                    }
                    *rest = crate::value::Rest::Open;
                }
                // A function or class stays what it is: `holds_what_loops_spoil` asks for those before.
                Object::Cell(Some(Value::Function(_) | Value::Class(_)) | None) => {}
                Object::Cell(content) => *content = Some(Value::Opaque(opaque)),
                Object::Iterator { .. } | Object::OpenIterator { .. } | Object::Generator { .. } => {}
            }
        }
        for value in self.globals.values_mut() {
            if !matches!(value, Value::Function(_) | Value::Class(_) | Value::Global(_)) {
                *next_id += 1;
                let opaque = Opaque { id: *next_id, why: Rc::clone(why), influence: Influence::Attacker };
                *value = Value::Opaque(opaque);
            }
        }
    }

    /// Tells whether an iterator can be reached by a name or from another object, so that a loop may advance it unseen.
    pub(crate) fn has_shared_iterator(&self, is_named: &dyn Fn(FunctionId, usize) -> bool) -> bool {
        let is_iterator =
            |id: &ObjectId| matches!(self.object(*id), Some(Object::Iterator { .. } | Object::OpenIterator { .. }));
        self.is_reachable(is_named, &|value| {
            let mut objects = Vec::new();
            value.objects(&mut objects);
            // What is in a tuple is not looked into: any object may be an iterator.
            objects.iter().any(|id| matches!(value, Value::Tuple(_)) || is_iterator(id))
        })
    }

    /// Tells whether a named variable, a global or another object holds such a value.
    pub(crate) fn is_reachable(
        &self,
        is_named: &dyn Fn(FunctionId, usize) -> bool,
        is_wanted: &dyn Fn(&Value) -> bool,
    ) -> bool {
        let in_frames = self.frames.iter().any(|frame| {
            let locals = frame.locals.iter().enumerate().filter(|(local, _)| is_named(frame.function, *local));
            locals.flat_map(|(_, value)| value).any(is_wanted)
        });
        in_frames || self.globals.values().any(is_wanted) || self.has_object_with(is_wanted)
    }

    /// Tells whether some object holds such a value.
    fn has_object_with(&self, is_wanted: &dyn Fn(&Value) -> bool) -> bool {
        self.heap.iter().any(|object| match object.as_ref() {
            Object::List(items) | Object::Set(items) => items.iter().any(is_wanted),
            Object::Dict(entries) => entries.iter().any(|(key, value)| is_wanted(key) || is_wanted(value)),
            Object::Instance { attributes, .. } => attributes.values().any(is_wanted),
            Object::Iterator { items, .. } => items.iter().any(is_wanted),
            Object::Cell(content) => content.iter().any(is_wanted),
            Object::Generator { progress: Progress::Waiting(frame, _), .. } => frame.values().any(is_wanted),
            Object::Generator { progress: Progress::Running | Progress::Finished, .. }
            | Object::OpenIterator { .. }
            | Object::Unknown(_) => false,
        })
    }

    /// Tells whether a captured variable holds a function or a class, which a call in a loop may rebind.
    pub(crate) fn has_captured_code(&self) -> bool {
        self.heap
            .iter()
            .any(|object| matches!(object.as_ref(), Object::Cell(Some(Value::Function(_) | Value::Class(_)))))
    }

    /// Forgets the contents of everything mutable that can be reached from the values.
    pub(crate) fn havoc(&mut self, values: &[Value], why: &Rc<str>, influence: Influence, next_id: &mut u32) {
        let mut pending: Vec<Value> = values.to_vec();
        let mut visited = std::collections::BTreeSet::new();
        while let Some(value) = pending.pop() {
            match value {
                Value::Tuple(items) => pending.extend(items.iter().cloned()),
                Value::Object(id) if visited.insert(id) => {
                    let Some(object) = self.object_mut(id) else { continue };
                    *next_id += 1;
                    let opaque = Opaque { id: *next_id, why: Rc::clone(why), influence };
                    match object {
                        Object::List(items) | Object::Set(items) => {
                            pending.append(items);
                            *object = Object::Unknown(opaque);
                        }
                        Object::Dict(entries) => {
                            pending.extend(std::mem::take(entries).into_iter().map(|(_, value)| value));
                            *object = Object::Unknown(opaque);
                        }
                        Object::Instance { attributes, rest, .. } => {
                            pending.extend(std::mem::take(attributes).into_values());
                            *rest = crate::value::Rest::Open;
                        }
                        Object::Iterator { .. } => *object = Object::Unknown(opaque),
                        Object::Cell(content) => {
                            pending.extend(content.replace(Value::Opaque(opaque)));
                        }
                        Object::Generator { progress, .. } => {
                            // A running one goes on; who asks a waiting one for items from now on, asks in vain.
                            if let Progress::Waiting(frame, _) = progress {
                                pending.extend(frame.values().cloned());
                                pending.extend(frame.cells.values().map(|cell| Value::Object(*cell)));
                                *object = Object::Unknown(opaque);
                            }
                        }
                        Object::OpenIterator { .. } | Object::Unknown(_) => {}
                    }
                }
                Value::Function(closure) => pending.extend(closure.cells.values().map(|cell| Value::Object(*cell))),
                Value::Object(_)
                | Value::None
                | Value::Ellipsis
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Float(_)
                | Value::Str(_)
                | Value::Bytes(_)
                | Value::Path(_)
                | Value::Class(_)
                | Value::Global(_)
                | Value::Exception(_)
                | Value::Pattern(..)
                | Value::Match(..)
                | Value::Opaque(_) => {}
            }
        }
    }

    /// Tells whether the attacker's data is anywhere in the value, given who chooses each source.
    pub(crate) fn is_influenced(&self, value: &Value, attacker: &dyn Fn(SourceId) -> bool) -> bool {
        let mut pending = vec![value];
        let mut visited = std::collections::BTreeSet::new();
        while let Some(value) = pending.pop() {
            match value {
                Value::Str(rope) | Value::Bytes(rope) | Value::Path(rope) => {
                    if rope.has_injected_text() || rope.sources().any(attacker) {
                        return true;
                    }
                }
                Value::Match(matched) => {
                    if matched.texts().any(|text| text.has_injected_text() || text.sources().any(attacker)) {
                        return true;
                    }
                }
                Value::Bool(_) => {}
                Value::Int(term) => {
                    let mut variables = Vec::new();
                    term.variables(&mut variables);
                    if variables.iter().any(|variable| match variable {
                        crate::term::IntVariable::Source(id)
                        | crate::term::IntVariable::Parsed(id)
                        | crate::term::IntVariable::Length(id) => attacker(*id),
                        crate::term::IntVariable::Fresh(_) => false,
                    }) {
                        return true;
                    }
                }
                Value::Opaque(opaque) => {
                    if opaque.influence == Influence::Attacker {
                        return true;
                    }
                }
                Value::Tuple(items) => pending.extend(items.iter()),
                Value::Object(id) => {
                    if !visited.insert(*id) {
                        continue;
                    }
                    match self.object(*id) {
                        Some(Object::List(items) | Object::Set(items)) => pending.extend(items),
                        Some(Object::Dict(entries)) => {
                            for (key, value) in entries {
                                pending.push(key);
                                pending.push(value);
                            }
                        }
                        Some(Object::Instance { attributes, .. }) => pending.extend(attributes.values()),
                        Some(Object::Iterator { items, .. }) => pending.extend(items.iter()),
                        Some(Object::OpenIterator { over: opaque, .. } | Object::Unknown(opaque))
                            if opaque.influence == Influence::Attacker =>
                        {
                            return true;
                        }
                        Some(Object::Generator { progress: Progress::Waiting(frame, _), .. }) => {
                            pending.extend(frame.values());
                        }
                        Some(Object::Generator { progress: Progress::Running | Progress::Finished, .. }) => {}
                        Some(Object::OpenIterator { .. } | Object::Unknown(_)) => {}
                        Some(Object::Cell(content)) => pending.extend(content.iter()),
                        None => {}
                    }
                }
                Value::Exception(exception) => {
                    // Messages of the interpreter's own, such as that of `int`, quote the value.
                    let Some(message) = &exception.message else { return true };
                    pending.push(message);
                }
                Value::Function(closure) => {
                    if let Some(receiver) = &closure.receiver {
                        pending.push(receiver);
                    }
                }
                Value::None
                | Value::Ellipsis
                | Value::Float(_)
                | Value::Class(_)
                | Value::Global(_)
                | Value::Pattern(..) => {}
            }
        }
        false
    }
}
