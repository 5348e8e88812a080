//! Regular languages and string functions over Unicode scalar values. Invariant: every operation is exact unless its
//! name or its [`transducer::Precision`] says otherwise, and none grows beyond [`STATE_LIMIT`] states.

pub mod alphabet;
pub mod char_set;
pub(crate) mod determinise;
pub(crate) mod dfa;
pub mod language;
pub(crate) mod machine;
pub(crate) mod machines;
pub(crate) mod minimise;
pub(crate) mod nfa;
pub mod operation;
pub mod regex_tree;
pub(crate) mod state_elimination;
pub mod transducer;
pub mod unicode_class;

/// The most states that an automaton may have; whatever needs more answers [`TooLarge`].
pub const STATE_LIMIT: usize = 20_000;

/// The most entries (states times letters) that an automaton's table may have.
pub(crate) const TABLE_LIMIT: usize = 4_000_000;

/// An automaton would have needed more than [`STATE_LIMIT`] states (or a table beyond its bound).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the automaton needs more than {STATE_LIMIT} states")]
pub struct TooLarge;
