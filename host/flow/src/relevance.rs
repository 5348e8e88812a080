//! Whether a program can have a flow at all. Invariant: `false` only when it has no sink or nothing untrusted.

use ir::instruction::Operand;

use crate::{entry::EntryParams, operands, project::Analysis};

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
    let index = analysis.index;
    let reads = |path: &str| !index.attribute_sources.covering(path).is_empty();
    let is_called = analysis.types.all_called().any(|called| {
        let mut names = called.names.iter().chain(&called.fallback);
        names.any(|name| !index.call_sources.matching(name).is_empty() || reads(name))
    });
    is_called || analysis.types.all_attributes().any(|path| reads(path)) || reads_global(analysis, &reads)
}

fn reads_global(analysis: &Analysis<'_>, reads: &dyn Fn(&str) -> bool) -> bool {
    let mut is_found = false;
    let mut visit = |operand: &Operand| {
        if let Operand::Global(path) = operand {
            is_found = is_found || reads(path);
        }
    };
    for block in analysis.project.program.functions.iter().flat_map(|function| &function.blocks) {
        for instruction in &block.instructions {
            operands::of_instruction(&instruction.kind, &mut visit);
        }
        if let Some(operand) = operands::of_terminator(&block.terminator) {
            visit(operand);
        }
    }
    is_found
}
