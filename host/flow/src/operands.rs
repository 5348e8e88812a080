//! The operands of instructions. Invariant: every operand is given exactly once, in evaluation order.

use ir::{
    function::Terminator,
    instruction::{Call, Callee, DictItem, FormatPart, InstructionKind, Item, Operand, Rvalue},
};

/// Calls `visit` for every operand of a value.
pub(crate) fn of_rvalue<'a>(value: &'a Rvalue, visit: &mut dyn FnMut(&'a Operand)) {
    match value {
        Rvalue::Use(one)
        | Rvalue::Unary { operand: one, .. }
        | Rvalue::Attribute { base: one, .. }
        | Rvalue::Iterator(one)
        | Rvalue::Unpack { base: one, .. }
        | Rvalue::ExceptionMatches { class: one }
        | Rvalue::Await(one)
        | Rvalue::Yield(one)
        | Rvalue::YieldFrom(one)
        | Rvalue::Enter(one)
        | Rvalue::Exit(one) => visit(one),
        Rvalue::Binary { left, right, .. } | Rvalue::Compare { left, right, .. } => {
            visit(left);
            visit(right);
        }
        Rvalue::Format(parts) => of_format(parts, visit),
        Rvalue::Display { items, .. } => items.iter().map(of_item).for_each(visit),
        Rvalue::Dict(items) => {
            for item in items {
                match item {
                    DictItem::Pair(key, value) => {
                        visit(key);
                        visit(value);
                    }
                    DictItem::Spread(value) => visit(value),
                }
            }
        }
        Rvalue::Subscript { base, index } => {
            visit(base);
            visit(index);
        }
        Rvalue::Slice { base, lower, upper, step } => {
            visit(base);
            [lower, upper, step].into_iter().flatten().for_each(visit);
        }
        Rvalue::Call(call) => of_call(call, visit),
        Rvalue::Closure { defaults, .. } => defaults.iter().map(|(_, value)| value).for_each(visit),
        Rvalue::ClassObject(_) | Rvalue::CurrentException => {}
        Rvalue::Later { items, reads } => std::iter::once(items).chain(reads).for_each(visit),
        Rvalue::Opaque { operands, .. } => operands.iter().for_each(visit),
    }
}

fn of_call<'a>(call: &'a Call, visit: &mut dyn FnMut(&'a Operand)) {
    match &call.callee {
        Callee::Value(operand) | Callee::Method { receiver: operand, .. } => visit(operand),
    }
    call.args.iter().map(of_item).for_each(&mut *visit);
    call.keywords.iter().map(|(_, value)| value).for_each(visit);
}

/// Gives an item's operand.
pub(crate) fn of_item(item: &Item) -> &Operand {
    match item {
        Item::One(operand) | Item::Spread(operand) => operand,
    }
}

fn of_format<'a>(parts: &'a [FormatPart], visit: &mut dyn FnMut(&'a Operand)) {
    let mut stack: Vec<&FormatPart> = parts.iter().rev().collect();
    while let Some(part) = stack.pop() {
        if let FormatPart::Value { value, spec, .. } = part {
            visit(value);
            stack.extend(spec.iter().rev());
        }
    }
}

/// Calls `visit` for every operand of an instruction.
pub(crate) fn of_instruction<'a>(kind: &'a InstructionKind, visit: &mut dyn FnMut(&'a Operand)) {
    match kind {
        InstructionKind::Assign { value, .. } => of_rvalue(value, visit),
        InstructionKind::StoreAttribute { base, value, .. } => {
            visit(base);
            visit(value);
        }
        InstructionKind::StoreItem { base, index, value } => {
            visit(base);
            visit(index);
            visit(value);
        }
        InstructionKind::StoreGlobal { value, .. } => visit(value),
        InstructionKind::DeleteLocal(_) => {}
        InstructionKind::DeleteAttribute { base, .. } => visit(base),
        InstructionKind::DeleteItem { base, index } => {
            visit(base);
            visit(index);
        }
        InstructionKind::AssertMarker { condition } => visit(condition),
        InstructionKind::Havoc { operands, .. } => operands.iter().for_each(visit),
    }
}

/// Gives the operand of a terminator.
pub(crate) fn of_terminator(terminator: &Terminator) -> Option<&Operand> {
    match terminator {
        Terminator::Branch { condition: operand, .. }
        | Terminator::Next { iterator: operand, .. }
        | Terminator::Return(operand)
        | Terminator::Raise { exception: Some(operand) } => Some(operand),
        Terminator::Jump(_) | Terminator::Raise { exception: None } | Terminator::Unreachable => None,
    }
}
