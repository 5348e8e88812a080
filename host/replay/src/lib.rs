//! Runs counterexamples, and benign calls, in a real CPython inside WebAssembly. Invariant: the project's code meets no file, no network, no
//! clock and no environment of the machine, and every run ends within its limits.

mod benign;
pub mod comparison;
pub mod error;
pub mod interpreter;
mod job;
mod observed;
pub mod oracle;
mod preview1;
