//! Processes in which Z3 answers, so that its crash, hang or full memory costs one question and never the program.

mod frame;
pub mod pool;
pub mod worker;
