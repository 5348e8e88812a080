//! What an instruction may raise beyond what its evaluation shows. Invariant: an instruction counts as covered only when it
//! is listed here for the types that its operands certainly have; whatever is not listed may raise anything.
//!
//! Evaluation gives the exceptions that are modelled as ways of their own (`IndexError` of an index that is not there).
//! Before an instruction runs where anybody could see an exception, what it might raise besides is looked up: nothing,
//! certainly one exception, one only beyond a limit of Python's own, or something unknown. The last takes a way of its own
//! that is marked as guessed, so that nothing behind it is ever proved or refuted.
//!
//! Left out are `MemoryError`, `RecursionError` of calls within the explored depth, `KeyboardInterrupt`, and what code
//! outside the program does to its objects meanwhile.

mod certain;
mod construction;
mod formatting;
mod meeting;
mod name;
mod operation;

use std::collections::BTreeSet;

use ir::{
    function::{Block, Terminator},
    instruction::{Callee, DictItem, DisplayKind, FormatPart, Instruction, InstructionKind, Item, Operand, Rvalue},
};
use model::contract::Condition;

pub(crate) use crate::interpreter::hazard::certain::Certain;
use crate::{
    interpreter::{Interpreter, Step},
    state::State,
    value::{Object, Value},
};

/// A limit of Python's own that only extreme values meet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    /// What is raised beyond it.
    class: &'static str,
    /// What stays within it, in words.
    words: &'static str,
}

/// A float holds no larger integer.
pub(crate) const FLOATS: Limit =
    Limit { class: "OverflowError", words: "integers below 2**1023 where they become floats" };
/// A float holds no larger power.
pub(crate) const POWERS: Limit = Limit { class: "OverflowError", words: "floats whose powers are below 2**1024" };
/// Text has no more digits.
pub(crate) const DIGITS: Limit =
    Limit { class: "ValueError", words: "integers of at most 4300 digits where they become text or are read from it" };
/// Sizes and repetitions are no larger.
pub(crate) const SIZES: Limit = Limit { class: "OverflowError", words: "sizes and counts below 2**63" };
/// UTF-8 has no lone surrogates.
pub(crate) const SURROGATES: Limit =
    Limit { class: "UnicodeEncodeError", words: "texts without lone surrogates where they are encoded" };

/// What may be raised unseen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hazard {
    /// Nothing: evaluation shows every exception.
    Shown,
    /// This builtin exception, for certain.
    Raises(&'static str),
    /// Something only beyond these limits.
    Beyond(Vec<&'static Limit>),
    /// Anything that the operation may raise; the words say which.
    Unseen(String),
    /// Anything before the operation: what it works on may not be there.
    Unread(String),
}

impl Hazard {
    /// Joins the hazards of two parts of one instruction, the first of which is evaluated first.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Shown, other) | (Self::Unseen(_), other @ Self::Unread(_)) => other,
            (this, Self::Shown) | (this @ (Self::Unread(_) | Self::Unseen(_) | Self::Raises(_)), _) => this,
            (Self::Beyond(_), other @ (Self::Unread(_) | Self::Unseen(_) | Self::Raises(_))) => other,
            (Self::Beyond(mut all), Self::Beyond(more)) => {
                all.extend(more);
                Self::Beyond(all)
            }
        }
    }

    /// Gives the hazard of reading a name as a part of that of an operation on it.
    pub(crate) fn of_name(self) -> Self {
        match self {
            Self::Unseen(what) => Self::Unread(what),
            other @ (Self::Shown | Self::Raises(_) | Self::Beyond(_) | Self::Unread(_)) => other,
        }
    }

    /// Gives what is unseen when something does not hold.
    pub(crate) fn unless(covered: bool, what: &str) -> Self {
        if covered { Self::Shown } else { Self::Unseen(what.to_owned()) }
    }
}

/// What was found of hazards in one exploration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hazards {
    /// Limits without which the contract would not hold, in words.
    pub(crate) limits: BTreeSet<String>,
    /// Whether an unseen exception was found to break the contract.
    pub(crate) is_exposed: bool,
    /// Opaque values that certainly are floats, by identity.
    pub(crate) floats: BTreeSet<u32>,
    /// Opaque values that certainly are lists of texts, by identity.
    pub(crate) text_lists: BTreeSet<u32>,
}

impl Interpreter<'_> {
    /// Tells whether an exception that is raised now would be seen by a handler, or by the contract.
    pub(crate) fn is_watched(&self, state: &State) -> bool {
        matches!(self.contract.condition, Condition::Function { .. })
            || state.frames.iter().any(|frame| {
                let function = self.index.function(frame.function);
                function.and_then(|function| function.block(frame.block)).is_some_and(|block| block.handler.is_some())
            })
    }

    /// Runs an instruction, and what it may raise unseen beside it.
    pub(crate) fn meet_instruction(
        &mut self,
        state: &mut State,
        instruction: &Instruction,
        pending: &mut Vec<State>,
    ) -> Step {
        if !self.looks_for_hazards(state) {
            return self.run_instruction(state, instruction, pending);
        }
        let hazard = self.instruction_hazard(state, &instruction.kind);
        let run = |this: &mut Self, state: &mut State, pending: &mut Vec<State>| {
            this.run_instruction(state, instruction, pending)
        };
        self.meet(state, hazard, pending, run)
    }

    /// Runs a block's end, and what it may raise unseen beside it.
    pub(crate) fn meet_terminator(&mut self, state: &mut State, block: &Block, pending: &mut Vec<State>) -> Step {
        if !self.relevance.is_ahead(self.index.program, state) {
            return Step::Ended;
        }
        if !self.looks_for_hazards(state) {
            return self.run_terminator(state, block, pending);
        }
        let hazard = self.terminator_hazard(state, &block.terminator);
        let run =
            |this: &mut Self, state: &mut State, pending: &mut Vec<State>| this.run_terminator(state, block, pending);
        self.meet(state, hazard, pending, run)
    }

    fn terminator_hazard(&mut self, state: &mut State, terminator: &Terminator) -> Hazard {
        match terminator {
            Terminator::Branch { condition, .. } => self.with_value(state, condition, |this, state, value| {
                let covered = this.has_known_truth(state, value);
                Hazard::unless(covered, "the truth of an object whose type is not known")
            }),
            Terminator::Next { iterator, .. } => self.with_value(state, iterator, |this, state, value| {
                Hazard::unless(this.is_known_iterator(state, value), "the next item of something that is not known")
            }),
            Terminator::Raise { exception: Some(operand) } => self.with_value(state, operand, |this, state, value| {
                if this.certain(state, value).is_closed() {
                    return Hazard::Raises("TypeError");
                }
                let is_exception = match value {
                    Value::Class(class) => {
                        let declared = this.index.program.class(*class);
                        let path = declared.map(|class| this.index.class_path(class)).unwrap_or_default();
                        this.is_exception_class(&path) && this.index.class_member(*class, "__init__").is_none()
                    }
                    Value::Global(path) => this.is_exception_class(path),
                    other => this.to_exception(state, other).is_some(),
                };
                Hazard::unless(is_exception, "a `raise` of something that may be no exception")
            }),
            Terminator::Raise { exception: None } => {
                let active = state.frame().is_some_and(|frame| frame.exception.is_some());
                Hazard::unless(active, "a `raise` without an exception")
            }
            Terminator::Return(operand) => self.operand_hazard(state, operand),
            Terminator::Jump(_) | Terminator::Unreachable => Hazard::Shown,
        }
    }

    fn looks_for_hazards(&self, state: &State) -> bool {
        match self.contract.condition {
            Condition::SinkStaysData { .. } => false,
            Condition::AssertHolds { .. } | Condition::Function { .. } => {
                self.chosen.is_some() || self.is_watched(state)
            }
        }
    }

    /// Looks at an operand's value; one that cannot be read raises what evaluation shows.
    fn with_value(
        &mut self,
        state: &mut State,
        operand: &Operand,
        look: impl FnOnce(&mut Self, &mut State, &Value) -> Hazard,
    ) -> Hazard {
        let of_name = self.operand_hazard(state, operand);
        match self.read(state, operand) {
            Ok(value) => of_name.and(look(self, state, &value)),
            Err(_) => Hazard::Shown,
        }
    }

    fn instruction_hazard(&mut self, state: &mut State, kind: &InstructionKind) -> Hazard {
        match kind {
            InstructionKind::Assign { value, .. } => self.rvalue_hazard(state, value),
            InstructionKind::StoreAttribute { base, name, value } => {
                let of_value = self.operand_hazard(state, value);
                let of_base = self.with_value(state, base, |this, state, base| this.store_hazard(state, base, name));
                of_value.and(of_base)
            }
            InstructionKind::StoreItem { base, index, value } => {
                let of_value = self.operand_hazard(state, value);
                let (Ok(base), Ok(index)) = (self.read(state, base), self.read(state, index)) else { return of_value };
                of_value.and(self.store_item_hazard(state, &base, &index))
            }
            InstructionKind::DeleteItem { base, index } => {
                let (Ok(base), Ok(index)) = (self.read(state, base), self.read(state, index)) else {
                    return Hazard::Shown;
                };
                match self.certain(state, &base) {
                    Certain::Dict => self.key_hazard(state, &index).and(self.resize_hazard(state, &base)),
                    Certain::None | Certain::Int | Certain::Bool | Certain::Str | Certain::Tuple | Certain::Set => {
                        Hazard::Raises("TypeError")
                    }
                    _ => Hazard::Unseen("`del` of an item".to_owned()),
                }
            }
            InstructionKind::StoreGlobal { value, .. } => self.operand_hazard(state, value),
            InstructionKind::DeleteLocal(local) => {
                let is_bound = self.read(state, &Operand::Local(*local)).is_ok();
                Hazard::unless(is_bound, "`del` of a name without a value")
            }
            InstructionKind::DeleteAttribute { base, name } => self.with_value(state, base, |_, state, base| {
                let has = match base {
                    Value::Object(id) => matches!(state.object(*id),
                        Some(Object::Instance { attributes, .. }) if attributes.contains_key(name)),
                    _ => false,
                };
                Hazard::unless(has, "`del` of an attribute")
            }),
            // What is not modelled says itself that it may raise.
            InstructionKind::AssertMarker { .. } | InstructionKind::Havoc { .. } => Hazard::Shown,
        }
    }

    fn rvalue_hazard(&mut self, state: &mut State, rvalue: &Rvalue) -> Hazard {
        match rvalue {
            Rvalue::Use(operand) => self.operand_hazard(state, operand),
            // What its items raise was met where they were computed.
            Rvalue::Later { .. } => Hazard::Shown,
            Rvalue::Await(_) => Hazard::Unseen("`await`".to_owned()),
            Rvalue::Binary { operator, left, right, in_place } => {
                let names = self.operand_hazard(state, left).and(self.operand_hazard(state, right));
                let (Ok(left), Ok(right)) = (self.read(state, left), self.read(state, right)) else { return names };
                let mutation = if *in_place {
                    crate::interpreter::operator::Mutation::InPlace
                } else {
                    crate::interpreter::operator::Mutation::Fresh
                };
                names.and(self.binary_hazard(state, *operator, (&left, &right), mutation))
            }
            Rvalue::Unary { operator, operand } => {
                self.with_value(state, operand, |this, state, value| this.unary_hazard(state, *operator, value))
            }
            Rvalue::Compare { operator, left, right } => {
                let names = self.operand_hazard(state, left).and(self.operand_hazard(state, right));
                let (Ok(left), Ok(right)) = (self.read(state, left), self.read(state, right)) else { return names };
                names.and(self.compare_hazard(state, *operator, &left, &right))
            }
            Rvalue::Format(parts) => self.format_hazard(state, parts),
            Rvalue::Display { kind, items } => self.display_hazard(state, *kind, items),
            Rvalue::Dict(items) => self.dict_hazard(state, items),
            Rvalue::Attribute { base, name } => {
                self.with_value(state, base, |this, state, base| this.attribute_hazard(state, base, name))
            }
            Rvalue::Subscript { base, index } => {
                let names = self.operand_hazard(state, base).and(self.operand_hazard(state, index));
                let (Ok(base), Ok(index)) = (self.read(state, base), self.read(state, index)) else { return names };
                names.and(self.subscript_hazard(state, &base, &index))
            }
            Rvalue::Slice { base, lower, upper, step } => {
                let mut bounds = Vec::new();
                for bound in [lower, upper, step] {
                    match bound.as_ref().map(|operand| self.read(state, operand)) {
                        None => bounds.push(Value::None),
                        Some(Ok(value)) => bounds.push(value),
                        Some(Err(_)) => return Hazard::Shown,
                    }
                }
                self.with_value(state, base, |this, state, base| this.slice_hazard(state, base, &bounds))
            }
            Rvalue::Call(call) => {
                let mut named = match &call.callee {
                    Callee::Value(operand) | Callee::Method { receiver: operand, .. } => {
                        self.callee_hazard(state, operand)
                    }
                };
                let positional = call.args.iter().map(|item| match item {
                    Item::One(operand) | Item::Spread(operand) => operand,
                });
                for operand in positional.chain(call.keywords.iter().map(|(_, operand)| operand)) {
                    named = named.and(self.operand_hazard(state, operand));
                }
                match self.read_call(state, call) {
                    Ok((callee, method, arguments)) => named.and(self.call_hazard(state, &callee, method, &arguments)),
                    Err(_) => named,
                }
            }
            Rvalue::Iterator(operand) => self.with_value(state, operand, |this, state, value| {
                state.note_iteration(value);
                this.iteration_hazard(state, value)
            }),
            Rvalue::Unpack { base, .. } => {
                self.with_value(state, base, |this, state, base| this.iteration_hazard(state, base))
            }
            Rvalue::Closure { defaults, .. } => defaults
                .iter()
                .fold(Hazard::Shown, |hazard, (_, operand)| hazard.and(self.operand_hazard(state, operand))),
            Rvalue::CurrentException => Hazard::Shown,
            Rvalue::ClassObject(_) => Hazard::Unseen("a class statement".to_owned()),
            Rvalue::ExceptionMatches { class } => self.with_value(state, class, |this, _, class| {
                let classes = match class {
                    Value::Tuple(items) => items.to_vec(),
                    other => vec![other.clone()],
                };
                let is_class = |value: &Value| match value {
                    Value::Class(_) => true,
                    Value::Global(path) => this.is_exception_class(path) || name::is_library_exception(path),
                    _ => false,
                };
                Hazard::unless(classes.iter().all(is_class), "an `except` of something that may be no class")
            }),
            Rvalue::Enter(_) | Rvalue::Exit(_) => Hazard::Unseen("a context manager".to_owned()),
            // These say themselves that they may raise, or belong to functions that are not run.
            Rvalue::Yield(_) | Rvalue::YieldFrom(_) | Rvalue::Opaque { .. } => Hazard::Shown,
        }
    }

    fn display_hazard(&mut self, state: &mut State, kind: DisplayKind, items: &[Item]) -> Hazard {
        let mut hazard = Hazard::Shown;
        for item in items {
            hazard = hazard.and(match item {
                Item::One(operand) => self.with_value(state, operand, |this, state, value| match kind {
                    DisplayKind::Set => this.key_hazard(state, value),
                    DisplayKind::List | DisplayKind::Tuple => Hazard::Shown,
                }),
                Item::Spread(operand) => self.with_value(state, operand, |this, state, value| {
                    let keys = match (kind, this.known_items(state, value)) {
                        (DisplayKind::Set, Some(items)) => this.keys_hazard(state, &items),
                        (DisplayKind::Set | DisplayKind::List | DisplayKind::Tuple, _) => Hazard::Shown,
                    };
                    this.iteration_hazard(state, value).and(keys)
                }),
            });
        }
        hazard
    }

    fn dict_hazard(&mut self, state: &mut State, items: &[DictItem]) -> Hazard {
        let mut hazard = Hazard::Shown;
        for item in items {
            hazard = hazard.and(match item {
                DictItem::Pair(key, value) => {
                    let of_key = self.with_value(state, key, |this, state, key| this.key_hazard(state, key));
                    of_key.and(self.operand_hazard(state, value))
                }
                DictItem::Spread(operand) => self.with_value(state, operand, |this, state, value| {
                    Hazard::unless(this.certain(state, value) == Certain::Dict, "`**` of something that may be no dict")
                }),
            });
        }
        hazard
    }

    fn format_hazard(&mut self, state: &mut State, parts: &[FormatPart]) -> Hazard {
        let mut hazard = Hazard::Shown;
        for part in parts {
            let FormatPart::Value { value, conversion, spec, span: _ } = part else { continue };
            let spec = match spec.as_slice() {
                [] => Some(String::new()),
                [FormatPart::Text(text)] => Some(text.clone()),
                _ => None,
            };
            hazard = hazard.and(self.with_value(state, value, |this, state, value| {
                this.formatting_hazard(state, value, *conversion, spec.as_deref())
            }));
        }
        hazard
    }

    /// Says what the running instruction does, in words.
    pub(crate) fn doing(&self, state: &State) -> String {
        let running = state.frame().and_then(|frame| {
            let block = self.index.function(frame.function)?.block(frame.block)?;
            block.instructions.get(frame.index)
        });
        let Some(running) = running else { return "something".to_owned() };
        match &running.kind {
            InstructionKind::Assign { value: Rvalue::Call(call), .. } => match &call.callee {
                Callee::Value(Operand::Global(path)) => {
                    format!("`{}`", path.strip_prefix("builtins.").unwrap_or(path))
                }
                Callee::Method { name, .. } => format!("the method `{name}`"),
                Callee::Value(Operand::Local(_) | Operand::Constant(_)) => "a call".to_owned(),
            },
            InstructionKind::Assign { value: Rvalue::Binary { operator, .. }, .. } => {
                format!("`{}`", operator.as_str())
            }
            InstructionKind::Assign { value: Rvalue::Attribute { name, .. }, .. } => format!("the attribute `{name}`"),
            InstructionKind::Assign { value: Rvalue::Subscript { .. } | Rvalue::Slice { .. }, .. } => {
                "an item".to_owned()
            }
            InstructionKind::Assign { value: Rvalue::Opaque { construct, .. }, .. }
            | InstructionKind::Havoc { construct, .. } => format!("`{construct}`"),
            InstructionKind::Assign { .. }
            | InstructionKind::StoreAttribute { .. }
            | InstructionKind::StoreItem { .. }
            | InstructionKind::StoreGlobal { .. }
            | InstructionKind::DeleteLocal(_)
            | InstructionKind::DeleteAttribute { .. }
            | InstructionKind::DeleteItem { .. }
            | InstructionKind::AssertMarker { .. } => "something".to_owned(),
        }
    }
}
