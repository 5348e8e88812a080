//! The pipeline from a snapshot of source files to a report. Invariant: stages decide, the engine only carries out; no
//! rule and no strategy lives here.

pub mod config;
pub mod contract_kind;
pub mod debug;
pub mod edits;
pub mod engine;
pub mod error;
pub mod observer;
pub mod snapshot;
pub mod store;

mod analysed;
mod analysis;
mod build_digest;
mod candidate;
mod chat;
mod context;
mod contract_text;
mod contracts;
mod embedded;
mod gate;
mod imports;
mod language;
mod matching;
mod pipeline;
mod plugins;
mod prefilter;
mod project;
mod prover;
mod quoted_code;
mod remembered;
mod replays;
mod slice;
mod stages;
mod written;
