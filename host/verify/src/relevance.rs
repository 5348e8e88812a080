//! Whether a path can still come to the contract's place. Invariant: "no" is only said where no instruction ahead, in any
//! frame of the path, can be that place or run the function that holds it.

use std::collections::BTreeSet;

use ir::{
    function::{Block, BlockId, Flavour, Function, Terminator},
    instruction::{Callee, Instruction, InstructionKind, Operand, Rvalue},
    program::{FunctionId, Program},
};
use model::contract::{Condition, Contract};

use crate::state::{Frame, State};

/// The blocks of each function from which the contract's place may be reached.
#[derive(Debug)]
pub(crate) struct Relevance {
    /// Instructions that are the place or may run the function that holds it: function, block, index.
    marks: BTreeSet<(FunctionId, BlockId, usize)>,
    /// Blocks that hold a mark or lead to one.
    ahead: BTreeSet<(FunctionId, BlockId)>,
    /// Whether every path counts as relevant: implicit calls may run the place's function.
    is_everywhere: bool,
}

impl Relevance {
    /// Reads the whole program once for a contract.
    pub(crate) fn new(program: &Program, contract: &Contract) -> Self {
        let holders: BTreeSet<FunctionId> = program
            .functions
            .iter()
            .filter(|function| {
                instructions(function).any(|(_, _, found)| is_place(function, found, contract))
                    || returns(function, contract).next().is_some()
            })
            .map(|function| function.id)
            .collect();
        let leading = leading_to(program, holders);
        let names: BTreeSet<&str> = leading.iter().flat_map(|id| names_of(program, *id)).collect();
        let is_everywhere = matches!(contract.condition, Condition::Function { .. })
            || leading.iter().filter_map(|id| program.function(*id)).any(runs_without_call)
            || program.functions.iter().any(|function| hands_on(function, &leading, &names));
        let mut marks = BTreeSet::new();
        for function in &program.functions {
            for (block, index, found) in instructions(function) {
                if is_place(function, found, contract) || may_run(found, &names) {
                    marks.insert((function.id, block, index));
                }
            }
            marks.extend(returns(function, contract).map(|(block, index)| (function.id, block, index)));
        }
        let ahead = program.functions.iter().flat_map(|function| blocks_ahead(function, &marks)).collect();
        Self { marks, ahead, is_everywhere }
    }

    /// Tells whether the path can still come to the place.
    pub(crate) fn is_ahead(&self, program: &Program, state: &State) -> bool {
        self.is_everywhere || state.frames.iter().any(|frame| self.is_ahead_of(program, frame))
    }

    fn is_ahead_of(&self, program: &Program, frame: &Frame) -> bool {
        let Some(function) = program.function(frame.function) else { return true };
        let Some(block) = function.block(frame.block) else { return true };
        let in_block = (frame.index..=block.instructions.len())
            .any(|index| self.marks.contains(&(frame.function, frame.block, index)));
        in_block || successors(block).iter().any(|next| self.ahead.contains(&(frame.function, *next)))
    }
}

/// Tells whether operators, properties or `with` may run a function without a call in the code.
fn runs_without_call(function: &Function) -> bool {
    // What a generator's call runs, it runs when items are asked for.
    function.flavour == Flavour::Generator
        || function.name.starts_with("__")
        || (function.class.is_some() && !function.decorators.is_empty())
}

/// Tells whether code that a path can run gives such a function away as a value, so that any later call may run it.
/// What a module's top level does with it (decorators, tables of handlers) was done before the entry is called.
fn hands_on(function: &Function, leading: &BTreeSet<FunctionId>, names: &BTreeSet<&str>) -> bool {
    !matches!(function.flavour, Flavour::Module | Flavour::ClassBody)
        && instructions(function).any(|(_, _, found)| match &found.kind {
            InstructionKind::Assign { value: Rvalue::Closure { function, .. }, .. } => leading.contains(function),
            InstructionKind::Assign { value: Rvalue::ClassObject(_), .. } => true,
            InstructionKind::Assign { value: Rvalue::Call(call), .. } => {
                call.args.iter().any(|item| item_names(item, names)) || keywords_name(&call.keywords, names)
            }
            InstructionKind::Assign { .. }
            | InstructionKind::StoreAttribute { .. }
            | InstructionKind::StoreItem { .. }
            | InstructionKind::StoreGlobal { .. } => names_one_of(found, names),
            InstructionKind::DeleteLocal(_)
            | InstructionKind::DeleteAttribute { .. }
            | InstructionKind::DeleteItem { .. }
            | InstructionKind::AssertMarker { .. }
            | InstructionKind::Havoc { .. } => false,
        })
}

fn instructions(function: &Function) -> impl Iterator<Item = (BlockId, usize, &Instruction)> {
    function.blocks.iter().enumerate().flat_map(|(number, block)| {
        let id = BlockId(u32::try_from(number).unwrap_or(u32::MAX));
        block.instructions.iter().enumerate().map(move |(index, found)| (id, index, found))
    })
}

/// Gives the paths or names of what is called at the contract's place.
pub(crate) fn callees<'a>(program: &'a Program, contract: &Contract) -> Vec<&'a str> {
    let functions = program.functions.iter().filter(|function| function.file == contract.at_file);
    let places = functions.flat_map(|function| {
        instructions(function).map(|(_, _, found)| found).filter(|found| is_place(function, found, contract))
    });
    let callee = |found: &'a Instruction| match &found.kind {
        InstructionKind::Assign { value: Rvalue::Call(call), .. } => match &call.callee {
            Callee::Value(Operand::Global(path)) => Some(path.as_str()),
            Callee::Value(Operand::Local(_) | Operand::Constant(_)) => None,
            Callee::Method { name, .. } => Some(name.as_str()),
        },
        InstructionKind::Assign { .. }
        | InstructionKind::StoreAttribute { .. }
        | InstructionKind::StoreItem { .. }
        | InstructionKind::StoreGlobal { .. }
        | InstructionKind::DeleteLocal(_)
        | InstructionKind::DeleteAttribute { .. }
        | InstructionKind::DeleteItem { .. }
        | InstructionKind::AssertMarker { .. }
        | InstructionKind::Havoc { .. } => None,
    };
    places.filter_map(callee).collect()
}

/// Tells whether an instruction is the contract's place.
fn is_place(function: &Function, found: &Instruction, contract: &Contract) -> bool {
    if function.file != contract.at_file {
        return false;
    }
    match &contract.condition {
        Condition::SinkStaysData { call, .. } => found.span == *call,
        Condition::AssertHolds { at } => at.contains(found.span) || found.span.contains(*at),
        Condition::Function { .. } => false,
    }
}

/// Gives the returns that are the contract's place, as what comes after their blocks' instructions.
fn returns<'a>(function: &'a Function, contract: &'a Contract) -> impl Iterator<Item = (BlockId, usize)> + 'a {
    let blocks = (0..).map(BlockId).zip(&function.blocks);
    blocks.filter(|(_, block)| is_return(function, block, contract)).map(|(id, block)| (id, block.instructions.len()))
}

/// Tells whether a block ends in the return that is the contract's place.
pub(crate) fn is_return(function: &Function, block: &Block, contract: &Contract) -> bool {
    let Condition::SinkStaysData { call, .. } = &contract.condition else { return false };
    let is_return = matches!(block.terminator, Terminator::Return(_));
    // A lambda returns where its call stands, and then the call is meant.
    is_return
        && function.file == contract.at_file
        && block.terminator_span == *call
        && function.flavour != Flavour::Lambda
}

/// Gives the functions that may run one of `holders`, by the names that they call or mention; too many rather than too
/// few.
fn leading_to(program: &Program, holders: BTreeSet<FunctionId>) -> BTreeSet<FunctionId> {
    let mut leading = holders;
    loop {
        let names: BTreeSet<&str> = leading.iter().flat_map(|id| names_of(program, *id)).collect();
        let more: Vec<FunctionId> = program
            .functions
            .iter()
            .filter(|function| !leading.contains(&function.id))
            .filter(|function| instructions(function).any(|(_, _, found)| names_one_of(found, &names)))
            .map(|function| function.id)
            .collect();
        if more.is_empty() {
            return leading;
        }
        leading.extend(more);
    }
}

/// Gives the names by which a function can be called: its own, and its class's.
fn names_of(program: &Program, id: FunctionId) -> Vec<&str> {
    let Some(function) = program.function(id) else { return Vec::new() };
    let class = function.class.and_then(|class| program.class(class)).map(|class| last(&class.qualname));
    [Some(function.name.as_str()), class].into_iter().flatten().collect()
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Tells whether an instruction may run a function of one of these names: by name, or as a value that nobody knows.
fn may_run(found: &Instruction, names: &BTreeSet<&str>) -> bool {
    let is_unknown_call = matches!(
        &found.kind,
        InstructionKind::Assign { value: Rvalue::Call(call), .. }
            if matches!(call.callee, Callee::Value(Operand::Local(_) | Operand::Constant(_)))
    );
    is_unknown_call || names_one_of(found, names)
}

/// Tells whether an instruction mentions one of the names: as a callee, a method, an attribute or a global.
fn names_one_of(found: &Instruction, names: &BTreeSet<&str>) -> bool {
    match &found.kind {
        InstructionKind::Assign { value: Rvalue::Call(call), .. } => {
            let by_callee = match &call.callee {
                Callee::Value(Operand::Global(path)) => names.contains(last(path)),
                Callee::Value(Operand::Local(_) | Operand::Constant(_)) => false,
                Callee::Method { name, .. } => names.contains(name.as_str()),
            };
            by_callee || call.args.iter().any(|item| item_names(item, names)) || keywords_name(&call.keywords, names)
        }
        InstructionKind::Assign { value: Rvalue::Use(operand), .. }
        | InstructionKind::StoreAttribute { value: operand, .. }
        | InstructionKind::StoreItem { value: operand, .. }
        | InstructionKind::StoreGlobal { value: operand, .. } => operand_names(operand, names),
        InstructionKind::Assign { value: Rvalue::Attribute { name, .. }, .. } => names.contains(name.as_str()),
        // A function in a display or closure comes to its call through a local, which counts as unknown.
        InstructionKind::Assign { .. }
        | InstructionKind::DeleteLocal(_)
        | InstructionKind::DeleteAttribute { .. }
        | InstructionKind::DeleteItem { .. }
        | InstructionKind::AssertMarker { .. }
        | InstructionKind::Havoc { .. } => false,
    }
}

fn item_names(item: &ir::instruction::Item, names: &BTreeSet<&str>) -> bool {
    match item {
        ir::instruction::Item::One(operand) | ir::instruction::Item::Spread(operand) => operand_names(operand, names),
    }
}

fn keywords_name(keywords: &[(Option<String>, Operand)], names: &BTreeSet<&str>) -> bool {
    keywords.iter().any(|(_, operand)| operand_names(operand, names))
}

fn operand_names(operand: &Operand, names: &BTreeSet<&str>) -> bool {
    match operand {
        Operand::Global(path) => names.contains(last(path)),
        Operand::Local(_) | Operand::Constant(_) => false,
    }
}

/// Gives the blocks of a function that hold a mark or lead to one.
fn blocks_ahead(function: &Function, marks: &BTreeSet<(FunctionId, BlockId, usize)>) -> Vec<(FunctionId, BlockId)> {
    let holding = |id: BlockId| marks.range((function.id, id, 0)..=(function.id, id, usize::MAX)).next().is_some();
    let ids = (0..u32::try_from(function.blocks.len()).unwrap_or(u32::MAX)).map(BlockId);
    let mut ahead: BTreeSet<BlockId> = ids.clone().filter(|id| holding(*id)).collect();
    loop {
        let before = ahead.len();
        for id in ids.clone().rev() {
            let leads = function.block(id).is_some_and(|block| successors(block).iter().any(|to| ahead.contains(to)));
            if leads {
                ahead.insert(id);
            }
        }
        if ahead.len() == before {
            return ahead.into_iter().map(|id| (function.id, id)).collect();
        }
    }
}

/// Gives the blocks that may run after a block, its handler included.
fn successors(block: &Block) -> Vec<BlockId> {
    let mut next: Vec<BlockId> = block.handler.into_iter().collect();
    match &block.terminator {
        Terminator::Jump(to) => next.push(*to),
        Terminator::Branch { then, otherwise, .. } => next.extend([*then, *otherwise]),
        Terminator::Next { body, exhausted, .. } => next.extend([*body, *exhausted]),
        Terminator::Return(_) | Terminator::Raise { .. } | Terminator::Unreachable => {}
    }
    next
}
