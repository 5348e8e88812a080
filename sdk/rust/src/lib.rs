//! Writes rule packs and stages for SecureCodeAI in Rust. Invariant: everything but the generated bindings is safe Rust
//! that runs natively too, so that rules and strategies are tested without WebAssembly.
//!
//! A rule pack is a crate with one file for each rule (a unit struct that implements [`Rule`]) and [`pack!`] in its
//! `lib.rs`. A stage implements its world's `Guest` trait and exports it with `export_scanner!`, `export_speculator!`,
//! `export_symbot!` or `export_patcher!` under `#[cfg(target_arch = "wasm32")]`.

pub mod bindings;
pub mod compose;
pub mod dotted;
pub mod file;
pub mod fix;
pub mod identifier;
pub mod kind;
pub mod log;
pub mod pack;
pub mod rule;
pub mod spec;
pub mod test_code;
pub mod tree;

pub use bindings::rule_pack::{
    exports::securecode::plugin::rule_provider::{Finding, Interest, Matched as Match, PackInfo, RuleInfo},
    securecode::plugin::{
        specs::{
            CallCondition, Comparison, Library, Literal, Propagator, ReturnType, Sanitizer, Sink, SinkForm, Source,
            SourceForm, SourceKind,
        },
        syntax::{ImportEntry, SourceFile},
        types::{
            Argument, Confidence, Edit, Fix, PathStep, PluginError, Severity, SinkLanguage, Span, SqlDialect, StepKind,
        },
    },
};
pub use bindings::{
    patcher::export_patcher, rule_pack::export_rule_pack, scanner::export_scanner, speculator::export_speculator,
    symbot::export_symbot,
};
pub use file::File;
pub use kind::{Field, Kind};
pub use pack::{Pack, no_library};
pub use rule::{Found, Metadata, Rule};
pub use tree::{Holders, Node, Tree};
