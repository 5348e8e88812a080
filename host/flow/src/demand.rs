//! Which functions untrusted data can come to, found while it is followed. Invariant: a function is left out only while
//! no function that was followed passes it anything, returns to it, or stores anything untrusted that it reads.

use std::collections::{BTreeMap, BTreeSet};

use ir::{
    function::{Flavour, Function},
    instruction::{Callee, Constant, Instruction, InstructionKind, Operand, Rvalue},
    program::{ClassId, FunctionId, GlobalBinding},
};

use crate::{
    entry::EntryParams,
    operands,
    project::{Analysis, Calls, Cell},
    relevance,
    summary::Summary,
    types::Type,
    value::Value,
};

/// Who reads what outlives a function.
#[derive(Debug, Default)]
struct Readers {
    fields: BTreeMap<ClassId, BTreeMap<String, BTreeSet<FunctionId>>>,
    globals: BTreeMap<String, BTreeSet<FunctionId>>,
    nested: BTreeMap<FunctionId, BTreeSet<FunctionId>>,
}

impl Readers {
    /// Reads the whole program once.
    fn new(analysis: &Analysis<'_>) -> Self {
        let mut readers = Self::default();
        for function in &analysis.project.program.functions {
            if let Some(outer) = function.parent {
                readers.nested.entry(outer).or_default().insert(function.id);
            }
            for block in &function.blocks {
                for instruction in &block.instructions {
                    readers.note(analysis, function, instruction);
                }
                if let Some(Operand::Global(path)) = operands::of_terminator(&block.terminator) {
                    readers.globals.entry(path.clone()).or_default().insert(function.id);
                }
            }
        }
        readers
    }

    fn note(&mut self, analysis: &Analysis<'_>, function: &Function, instruction: &Instruction) {
        operands::of_instruction(&instruction.kind, &mut |operand| {
            if let Operand::Global(path) = operand {
                self.globals.entry(path.clone()).or_default().insert(function.id);
            }
        });
        if let InstructionKind::Assign { value: Rvalue::Attribute { base, name }, .. } = &instruction.kind {
            for class in classes(analysis, function, base) {
                let (inside, _) = analysis.project.ancestry(class);
                for class in inside {
                    let fields = self.fields.entry(class.id).or_default();
                    fields.entry(name.clone()).or_default().insert(function.id);
                }
            }
        }
    }

    /// Gives the functions that may read a cell.
    fn of(&self, cell: &Cell, analysis: &Analysis<'_>) -> BTreeSet<FunctionId> {
        match cell {
            Cell::Field(class, name) => {
                self.fields.get(class).and_then(|fields| fields.get(name.as_ref())).cloned().unwrap_or_default()
            }
            Cell::Global(path) => {
                let mut found = self.globals.get(path.as_ref()).cloned().unwrap_or_default();
                let module = path.rsplit_once('.').map_or("", |(module, _)| module);
                found.extend(
                    analysis.project.program.modules.iter().filter(|one| one.name == module).map(|one| one.body),
                );
                found
            }
            Cell::Captured(owner, _) => {
                let mut found = BTreeSet::new();
                let mut pending = vec![*owner];
                while let Some(outer) = pending.pop() {
                    for inner in self.nested.get(&outer).into_iter().flatten() {
                        if found.insert(*inner) {
                            pending.push(*inner);
                        }
                    }
                }
                found
            }
            Cell::WrittenBack(owner, _) => BTreeSet::from([*owner]),
        }
    }
}

fn classes(analysis: &Analysis<'_>, function: &Function, base: &Operand) -> Vec<ClassId> {
    let types = match base {
        Operand::Local(local) => analysis.types.local(function.id, *local),
        Operand::Global(path) => analysis.types.globals.get(path.as_str()),
        Operand::Constant(_) => None,
    };
    let class = |of: &Type| match of {
        Type::Instance(path) => analysis.project.class(path),
        Type::Class(id) => Some(*id),
        Type::Function(_) | Type::Path(_) => None,
    };
    types.into_iter().flat_map(|types| types.iter()).filter_map(class).collect()
}

/// The functions that untrusted data can come to, as far as is known.
#[derive(Debug)]
pub(crate) struct Demand {
    readers: Readers,
    followed: BTreeSet<FunctionId>,
    calls: Calls,
}

impl Demand {
    /// Begins with the functions that untrusted data enters by.
    pub(crate) fn new(analysis: &mut Analysis<'_>, entries: &EntryParams, calls: Calls) -> Self {
        store_unfollowed(analysis);
        let functions = &analysis.project.program.functions;
        let reading = functions.iter().filter(|function| relevance::reads_source(analysis, function));
        // What modules do with functions, such as keeping them in a table of handlers, tells who is called.
        let modules = functions.iter().filter(|function| function.flavour == Flavour::Module);
        let followed = reading.chain(modules).map(|function| function.id).chain(entries.functions()).collect();
        Self { readers: Readers::new(analysis), followed, calls }
    }

    pub(crate) fn followed(&self) -> impl Iterator<Item = FunctionId> + '_ {
        self.followed.iter().copied()
    }

    /// Gives those of a function's callers that have to be looked at when it gives something new: all when that is
    /// untrusted by itself, else those that have been looked at before.
    pub(crate) fn callers(
        &mut self,
        callers: impl Iterator<Item = FunctionId>,
        summary: &Summary,
        analysis: &Analysis<'_>,
    ) -> Vec<FunctionId> {
        if summary.has_own_taint() {
            let all: Vec<FunctionId> = callers.collect();
            self.followed.extend(&all);
            return all;
        }
        callers.filter(|caller| analysis.summaries.contains_key(caller)).collect()
    }

    /// Gives what a followed function calls: what it passes something to is followed, and anything else is looked at
    /// once for what it gives.
    pub(crate) fn callees(
        &mut self,
        id: FunctionId,
        summary: &Summary,
        asked: BTreeSet<FunctionId>,
        analysis: &Analysis<'_>,
    ) -> Vec<FunctionId> {
        if !self.followed.contains(&id) {
            return Vec::new();
        }
        let targets = summary.passes.iter().map(|passed| passed.target).filter(|target| *target != id);
        let mut wanted: Vec<FunctionId> = targets.filter(|target| self.followed.insert(*target)).collect();
        let called = self.calls.get(&id).into_iter().flatten().copied().chain(asked);
        wanted.extend(called.filter(|callee| *callee != id && !analysis.summaries.contains_key(callee)));
        wanted
    }

    /// Gives the functions that may read what was found to be untrusted and are not followed yet.
    pub(crate) fn readers(&mut self, cell: &Cell, analysis: &Analysis<'_>) -> Vec<FunctionId> {
        let readers = self.readers.of(cell, analysis);
        readers.into_iter().filter(|reader| self.followed.insert(*reader)).collect()
    }
}

/// Methods that leave a list, a set or a dict as it is.
const READING: &[&str] = &[
    "get",
    "keys",
    "values",
    "items",
    "copy",
    "index",
    "count",
    "issubset",
    "issuperset",
    "isdisjoint",
    "union",
    "intersection",
    "difference",
    "__contains__",
    "__getitem__",
];

/// Enters what functions store that may never be followed, so that nothing counts as a constant that they change.
fn store_unfollowed(analysis: &mut Analysis<'_>) {
    let program = analysis.project.program;
    for function in program.functions.iter().filter(|function| function.flavour != Flavour::Module) {
        for block in &function.blocks {
            for instruction in &block.instructions {
                store_one(analysis, function, &instruction.kind);
                given_away(&instruction.kind, &mut |operand| expose(analysis, operand));
            }
            if let Some(operand) = operands::of_terminator(&block.terminator) {
                expose(analysis, operand);
            }
        }
    }
}

fn store_one(analysis: &mut Analysis<'_>, function: &Function, kind: &InstructionKind) {
    let stored = |operand: &Operand| match operand {
        Operand::Constant(constant) => Value::constant(constant.clone()),
        Operand::Local(_) | Operand::Global(_) => Value::default(),
    };
    match kind {
        InstructionKind::StoreGlobal { path, value } => {
            analysis.write(&Cell::Global(path.as_str().into()), &stored(value));
        }
        InstructionKind::StoreAttribute { base, name, value } => {
            if let Operand::Global(module) = base {
                analysis.write(&Cell::Global(format!("{module}.{name}").into()), &stored(value));
            }
            for class in classes(analysis, function, base) {
                analysis.write(&Cell::Field(class, name.as_str().into()), &stored(value));
            }
        }
        InstructionKind::Assign { .. }
        | InstructionKind::StoreItem { .. }
        | InstructionKind::DeleteLocal(_)
        | InstructionKind::DeleteAttribute { .. }
        | InstructionKind::DeleteItem { .. }
        | InstructionKind::AssertMarker { .. }
        | InstructionKind::Havoc { .. } => {}
    }
}

/// Notes that a list, a set or a dict of a module may be changed.
fn expose(analysis: &mut Analysis<'_>, operand: &Operand) {
    if let Operand::Global(path) = operand
        && let Some(GlobalBinding::Constant(constant)) = analysis.project.global(path)
        && matches!(constant, Constant::List(_) | Constant::Set(_) | Constant::Dict(_) | Constant::Tuple(_))
    {
        analysis.write(&Cell::Global(path.as_str().into()), &Value::default());
    }
}

/// Gives the operands that an instruction changes, or gives another name.
fn given_away(kind: &InstructionKind, visit: &mut dyn FnMut(&Operand)) {
    match kind {
        InstructionKind::Assign { value: Rvalue::Call(call), .. } => {
            if let Callee::Method { receiver, name } = &call.callee
                && !READING.contains(&name.as_str())
            {
                visit(receiver);
            }
            call.args.iter().map(operands::of_item).for_each(&mut *visit);
            call.keywords.iter().for_each(|(_, operand)| visit(operand));
        }
        InstructionKind::Assign { value, .. } => match value {
            Rvalue::Compare { .. }
            | Rvalue::Subscript { .. }
            | Rvalue::Slice { .. }
            | Rvalue::Attribute { .. }
            | Rvalue::Format(_)
            | Rvalue::Iterator(_)
            | Rvalue::Unpack { .. }
            | Rvalue::Unary { .. }
            | Rvalue::ExceptionMatches { .. } => {}
            Rvalue::Later { items, .. } => visit(items),
            other => operands::of_rvalue(other, &mut |operand| visit(operand)),
        },
        InstructionKind::AssertMarker { .. } => {}
        other => operands::of_instruction(other, &mut |operand| visit(operand)),
    }
}
