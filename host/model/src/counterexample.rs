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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", content = "detail", rename_all = "kebab-case")]
pub enum Replay {
    /// The real code did what the model said; one sentence says what was seen.
    Confirmed(String),
    /// The real code ran and did something else; one sentence says what was seen.
    Diverged(String),
    /// The code cannot run in the sandbox; says why, without a full stop.
    Unavailable(String),
    /// Nobody tried.
    #[default]
    NotRun,
}

impl Replay {
    /// Gives the outcome's word: `confirmed`, `diverged`, `unavailable` or `not-run`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Confirmed(_) => "confirmed",
            Self::Diverged(_) => "diverged",
            Self::Unavailable(_) => "unavailable",
            Self::NotRun => "not-run",
        }
    }

    /// Gives what was seen, or why nothing was; `None` when nobody tried.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Confirmed(detail) | Self::Diverged(detail) | Self::Unavailable(detail) => Some(detail),
            Self::NotRun => None,
        }
    }
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
