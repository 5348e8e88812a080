//! A concrete attack input. Invariant: every value is a Python literal that a person can paste.

use serde::{Deserialize, Serialize};

use crate::span::Span;

/// One input that the attacker chooses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// What is chosen: a parameter (`name`) or a source expression (`request.args.get("name")`).
    pub name: String,
    /// Its value as a Python literal, such as `"' OR '1'='1"` with its quotes.
    pub value: String,
    /// `true` when the name is a parameter of the entry function.
    pub is_parameter: bool,
}

/// Whether running the real code showed what the model says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replay {
    /// The real code did what the model said.
    Confirmed,
    /// The real code did something else.
    Diverged,
    /// The code cannot run in the sandbox.
    Unavailable,
    /// Nobody tried.
    NotRun,
}

/// An input that breaks a contract, and what the sink then receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterexample {
    /// The chosen inputs, parameters first, in order.
    pub bindings: Vec<Binding>,
    /// The attack as a Python call of the entry function, such as `find_user(name="' OR '1'='1")`.
    pub call: String,
    /// The value that reaches the sink (or that is returned), as a Python literal or plain text.
    pub sink_value: String,
    /// The parts of `sink_value` that the attacker wrote: byte ranges into it.
    pub injected: Vec<Span>,
    /// One sentence: what the attack does, such as "the quote closes the string literal".
    pub explanation: String,
    /// Whether it was replayed.
    pub replay: Replay,
}
