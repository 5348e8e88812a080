//! Python as a small typed IR: names resolved, control flow explicit. Invariant: lowering is total; what it does not
//! model becomes `Rvalue::Opaque` with its construct and span, never nothing.

pub mod call_graph;
pub mod function;
pub mod hierarchy;
pub mod instruction;
pub mod library;
pub mod lower;
pub mod nondet;
pub mod print;
pub mod program;
pub mod validate;
pub mod written;
