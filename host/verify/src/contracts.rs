//! Finds the contracts that stand in the code. Invariant: what it finds can be given to `prove` as it is.

use ir::{instruction::InstructionKind, program::Program};
use model::{
    contract::{Condition, Contract},
    spec::{Entry, TaintSpecs},
};

/// Finds the `assert` statements of all functions, in the program's order, once each.
pub fn find(program: &Program, specs: &TaintSpecs, entry: Entry) -> Vec<Contract> {
    // Assertions are the code's own contracts, whatever the attacker controls.
    let _ = (specs, entry);
    let mut contracts: Vec<Contract> = Vec::new();
    for function in &program.functions {
        for instruction in function.blocks.iter().flat_map(|block| &block.instructions) {
            if !matches!(instruction.kind, InstructionKind::AssertMarker { .. }) {
                continue;
            }
            let contract = Contract {
                file: function.file,
                at_file: function.file,
                function: function.qualname.clone(),
                condition: Condition::AssertHolds { at: instruction.span },
                statement: format!("the assertion in `{}` never fails", function.qualname),
            };
            if !contracts.contains(&contract) {
                contracts.push(contract);
            }
        }
    }
    contracts
}
