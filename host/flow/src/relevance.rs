//! Whether a program can have a flow at all. Invariant: `false` only when it has no sink or nothing untrusted.

use ir::{function::Function, instruction::Operand};

use crate::{entry::EntryParams, operands, project::Analysis, types::Called};

/// Tells whether the program calls a sink and reads a source, so that the analysis is worth its time.
pub(crate) fn may_flow(analysis: &Analysis<'_>, entries: &EntryParams) -> bool {
    has_sink(analysis) && (!entries.is_empty() || has_source(analysis))
}

fn has_sink(analysis: &Analysis<'_>) -> bool {
    // Whether a store or a return is a sink is known only when the function is followed.
    if analysis.index.has_other_sinks {
        return true;
    }
    analysis.types.all_called().any(|called| {
        let mut names = called.names.iter().chain(&called.fallback);
        names.any(|name| !analysis.index.sinks.matching(name).is_empty())
    })
}

fn has_source(analysis: &Analysis<'_>) -> bool {
    analysis.project.program.functions.iter().any(|function| reads_source(analysis, function))
}

/// Tells whether a function itself reads a source.
pub(crate) fn reads_source(analysis: &Analysis<'_>, function: &Function) -> bool {
    let index = analysis.index;
    let reads = |path: &str| !index.attribute_sources.covering(path).is_empty();
    let is_called = |called: &Called| {
        let mut names = called.names.iter().chain(&called.fallback);
        names.any(|name| !index.call_sources.matching(name).is_empty() || reads(name))
    };
    let mut is_found = false;
    for (number, block) in function.blocks.iter().enumerate() {
        for (position, instruction) in block.instructions.iter().enumerate() {
            is_found = is_found
                || analysis.types.called(function.id, number, position).is_some_and(is_called)
                || analysis.types.attribute(function.id, number, position).iter().any(|path| reads(path));
            operands::of_instruction(&instruction.kind, &mut |operand| is_found |= is_source(operand, &reads));
        }
        is_found |= operands::of_terminator(&block.terminator).is_some_and(|operand| is_source(operand, &reads));
        if is_found {
            return true;
        }
    }
    false
}

fn is_source(operand: &Operand, reads: &dyn Fn(&str) -> bool) -> bool {
    match operand {
        Operand::Global(path) => reads(path),
        Operand::Local(_) | Operand::Constant(_) => false,
    }
}
