//! Taint analysis over the IR, with sources, sinks and sanitizers as data. Invariant: same program and specs, same
//! result; nothing here does I/O, and the work for each function is bounded.

pub mod analyse;
pub mod memory;
pub mod pattern;
pub mod types;

mod attributes;
mod builtin_specs;
mod calls;
mod change;
mod checks;
mod collections;
mod constants;
mod container;
mod converted;
mod demand;
mod entry;
mod function_pass;
mod functions;
mod guard;
mod higher_order;
mod language_set;
mod liveness;
mod never;
mod operands;
mod operators;
mod own_calls;
mod paths;
mod project;
mod project_index;
mod records;
mod relevance;
mod sink;
mod slicing;
mod spec_index;
mod state;
mod summary;
mod taint;
mod text;
mod trace;
mod transfer;
mod value;
