//! Taint analysis over the IR, with sources, sinks and sanitizers as data. Invariant: same program and specs, same
//! result; nothing here does I/O, and the work for each function is bounded.

pub mod analyse;
pub mod pattern;
pub mod types;

mod builtin_specs;
mod calls;
mod change;
mod checks;
mod constants;
mod container;
mod entry;
mod function_pass;
mod guard;
mod language_set;
mod liveness;
mod operands;
mod operators;
mod own_calls;
mod paths;
mod project;
mod project_index;
mod relevance;
mod sink;
mod spec_index;
mod state;
mod summary;
mod taint;
mod trace;
mod transfer;
mod value;
