//! Values that a module's own code gives its globals. Invariant: a value is given only when nothing else in the program
//! assigns the global, when nothing can change it, and when working it out has no effects and only one outcome.

use std::collections::BTreeMap;

use ir::{
    function::{BlockId, Function, LocalId},
    instruction::{Call, Callee, DictItem, FormatPart, InstructionKind, Item, Operand, Rvalue},
};

use crate::{
    interpreter::{Interpreter, Outcome},
    state::{Delivery, Frame, State},
    term::BoolTerm,
    value::{Influence, Opaque, Value},
};

/// How many steps back from a global its value is worked out.
const DEPTH: u32 = 8;

/// Functions that only compute.
const PURE: &[&str] = &[
    "re.compile",
    "os.path.join",
    "os.path.dirname",
    "os.path.abspath",
    "os.path.realpath",
    "os.path.normpath",
    "pathlib.Path",
    "builtins.frozenset",
    "builtins.set",
    "builtins.tuple",
    "builtins.list",
    "builtins.dict",
    "builtins.str",
    "builtins.range",
    "str.maketrans",
    "builtins.str.maketrans",
];

/// Methods that only compute.
const PURE_METHODS: &[&str] =
    &["resolve", "absolute", "joinpath", "lower", "upper", "strip", "format", "join", "split", "keys", "values"];

impl Interpreter<'_> {
    /// Works out the value that the module's code gives a global; `None` when that is not clear.
    pub(crate) fn module_value(&mut self, state: &mut State, path: &str) -> Option<Value> {
        let program = self.index.program;
        let (module, name) = program
            .modules
            .iter()
            .filter_map(|module| {
                let rest = path.strip_prefix(module.name.as_str())?.strip_prefix('.')?;
                Some((module, rest))
            })
            .find(|(module, name)| module.globals.contains_key(*name))?;
        if self.index.is_rebound(path, name) {
            return None;
        }
        let body = program.function(module.body)?;
        let mut stores = body.blocks.iter().flat_map(|block| &block.instructions).filter_map(|instruction| {
            match &instruction.kind {
                InstructionKind::StoreGlobal { path: stored, value } if stored == path => Some(value),
                _ => None,
            }
        });
        let (Some(value), None) = (stores.next(), stores.next()) else { return None };
        state.frames.push(Frame {
            function: body.id,
            block: BlockId(0),
            index: 0,
            locals: vec![None; body.locals.len()],
            cells: BTreeMap::new(),
            exception: None,
            target: None,
            instead: None,
            undecided: BTreeMap::new(),
            loops: BTreeMap::new(),
            again: false,
            delivery: Delivery::Call,
            delegate: None,
            answer: None,
        });
        let depth = state.frames.len();
        let result = self.settle(state, body, value, DEPTH).and_then(|()| self.read(state, value).ok());
        state.frames.truncate(depth - 1);
        // An unknown part is the surroundings', never the attacker's: modules run before any request.
        match result? {
            Value::Opaque(opaque) if opaque.influence == Influence::Attacker => {
                Some(Value::Opaque(Opaque { influence: Influence::Environment, ..opaque }))
            }
            Value::Object(_) if self.index.is_exposed(path) => None,
            value => Some(value),
        }
    }

    /// Gives the locals that an operand needs their values.
    fn settle(&mut self, state: &mut State, body: &Function, operand: &Operand, depth: u32) -> Option<()> {
        let Operand::Local(local) = operand else { return Some(()) };
        if depth == 0 {
            return None;
        }
        let (rvalue, span) = only_assignment(body, *local)?;
        for needed in pure_operands(rvalue)? {
            self.settle(state, body, needed, depth - 1)?;
        }
        let frames = state.frames.len();
        let mut choices = self.evaluate(state, rvalue, span).ok()?;
        state.frames.truncate(frames);
        let choice = if choices.len() == 1 { choices.pop()? } else { return None };
        match (choice.when, choice.outcome) {
            (BoolTerm::Const(true), Outcome::Value(value)) => {
                self.set_local(state, *local, Some(value));
                Some(())
            }
            (_, Outcome::Value(_) | Outcome::Raise(_) | Outcome::Enter(_)) => None,
        }
    }
}

/// Finds the only assignment of a local.
fn only_assignment(body: &Function, local: LocalId) -> Option<(&Rvalue, model::span::Span)> {
    let mut found =
        body.blocks.iter().flat_map(|block| &block.instructions).filter_map(|instruction| match &instruction.kind {
            InstructionKind::Assign { target, value } if *target == local => Some((value, instruction.span)),
            _ => None,
        });
    match (found.next(), found.next()) {
        (Some(only), None) => Some(only),
        (Some(_) | None, _) => None,
    }
}

/// Gives the operands of a right-hand side that only computes; `None` for one that may do more.
fn pure_operands(rvalue: &Rvalue) -> Option<Vec<&Operand>> {
    Some(match rvalue {
        Rvalue::Use(operand) | Rvalue::Unary { operand, .. } | Rvalue::Attribute { base: operand, .. } => vec![operand],
        Rvalue::Binary { left, right, .. } => vec![left, right],
        Rvalue::Subscript { base, index } => vec![base, index],
        Rvalue::Display { items, .. } => operands_of(items)?,
        Rvalue::Dict(items) => {
            let mut operands = Vec::new();
            for item in items {
                match item {
                    DictItem::Pair(key, value) => operands.extend([key, value]),
                    DictItem::Spread(_) => return None,
                }
            }
            operands
        }
        Rvalue::Format(parts) => {
            let mut operands = Vec::new();
            for part in parts {
                match part {
                    FormatPart::Text(_) => {}
                    FormatPart::Value { value, .. } => operands.push(value),
                }
            }
            operands
        }
        Rvalue::Call(call) => pure_call(call)?,
        Rvalue::Compare { .. }
        | Rvalue::Slice { .. }
        | Rvalue::Iterator(_)
        | Rvalue::Later { .. }
        | Rvalue::Unpack { .. }
        | Rvalue::Closure { .. }
        | Rvalue::ClassObject(_)
        | Rvalue::CurrentException
        | Rvalue::ExceptionMatches { .. }
        | Rvalue::Await(_)
        | Rvalue::Yield(_)
        | Rvalue::YieldFrom(_)
        | Rvalue::Enter(_)
        | Rvalue::Exit(_)
        | Rvalue::Opaque { .. } => return None,
    })
}

fn pure_call(call: &Call) -> Option<Vec<&Operand>> {
    let mut operands = operands_of(&call.args)?;
    operands.extend(call.keywords.iter().map(|(_, value)| value));
    match &call.callee {
        Callee::Value(Operand::Global(path)) if PURE.contains(&path.as_str()) => {}
        Callee::Method { receiver, name } if PURE_METHODS.contains(&name.as_str()) => operands.push(receiver),
        Callee::Value(_) | Callee::Method { .. } => return None,
    }
    Some(operands)
}

fn operands_of(items: &[Item]) -> Option<Vec<&Operand>> {
    items
        .iter()
        .map(|item| match item {
            Item::One(operand) => Some(operand),
            Item::Spread(_) => None,
        })
        .collect()
}
