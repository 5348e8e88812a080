//! Types of variables, fields and results, and with them the names of what is called. Invariant: types are dotted paths
//! of classes; several are kept where control flow joins, none where nothing is known.

mod callee;
mod changes;
mod convention;
mod infer;
mod table;

use ir::program::{FunctionId, Program};
use model::{span::Place, spec::TaintSpecs};

use crate::{project_index::ProjectIndex, spec_index::SpecIndex};

pub(crate) use infer::{annotated, infer};
pub(crate) use table::{Called, Type, TypeSet, TypeTable};

/// A call with the name of what it calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedCall {
    /// The call expression.
    pub call: Place,
    /// The function that the call is in.
    pub function: FunctionId,
    /// The dotted path: `subprocess.run`, `sqlite3.Cursor.execute`, `shop.db.find`; `*.execute` for a method of a
    /// receiver whose type is not known. Builtins have no `builtins.` in front when they are methods (`str.join`).
    pub callee: String,
}

/// Names every call of a program, in the order of functions, then of their places.
pub fn resolve_calls(program: &Program, specs: &TaintSpecs) -> Vec<ResolvedCall> {
    let project = ProjectIndex::new(program);
    let index = SpecIndex::new(specs);
    named_calls(program, &infer(&project, &index))
}

/// Names every call of a program whose types are known.
pub(crate) fn named_calls(program: &Program, table: &TypeTable) -> Vec<ResolvedCall> {
    let mut calls = Vec::new();
    for function in &program.functions {
        for (number, block) in function.blocks.iter().enumerate() {
            for (position, instruction) in block.instructions.iter().enumerate() {
                if let Some(callee) =
                    table.called(function.id, number, position).and_then(|called| called.names.first())
                {
                    let call = Place { file: function.file, span: instruction.span };
                    calls.push(ResolvedCall { call, function: function.id, callee: callee.to_string() });
                }
            }
        }
    }
    calls.sort_by_key(|found| (found.function, found.call));
    calls
}
