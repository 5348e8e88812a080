//! The plain nouns that every crate speaks. No logic beyond parsing, ordering and display of the nouns themselves;
//! nothing here does I/O.

pub mod budget;
pub mod contract;
pub mod counterexample;
pub mod finding;
pub mod fingerprint;
pub mod ids;
pub mod patch;
pub mod report;
pub mod rule;
pub mod scan;
pub mod span;
pub mod spec;
pub mod taint_path;
pub mod verdict;
pub mod weakness;
