//! Symbolic execution of the IR, automata and Z3: contracts to verdicts.

pub mod automata;
pub mod regex;
pub mod sinks;
