//! Runs counterexamples in a real CPython inside WebAssembly. Invariant: the project's code meets no file, no network, no
//! clock and no environment of the machine, and every run ends within its limits.

pub mod error;
pub mod interpreter;
mod job;
mod observed;
pub mod oracle;
mod preview1;
