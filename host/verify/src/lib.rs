//! Symbolic execution of the IR, automata and Z3: contracts to verdicts.

mod assignment;
pub mod automata;
pub mod contracts;
mod counterexample;
mod entry_state;
pub mod error;
mod inputs;
mod interpreter;
mod layout;
mod literal;
mod models;
mod path_condition;
mod program_index;
pub use program_index::Changes;
pub mod prove;
pub mod regex;
mod relevance;
mod rope;
mod shape;
pub mod sinks;
pub mod solver_version;
pub mod solving;
mod source;
mod state;
mod term;
mod tiers;
mod value;
