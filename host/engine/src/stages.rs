//! One adapter for each stage: what it is handed, what its answer means. Invariant: no stage calls another.

pub(crate) mod drafts;
pub(crate) mod patcher;
mod quoted;
pub(crate) mod scanner;
pub(crate) mod speculator;
mod suggestions;
pub(crate) mod symbot;
pub(crate) mod unit;
