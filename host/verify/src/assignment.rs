//! Inputs chosen for a concrete run. Invariant: what is not listed takes the harmless value.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_traits::One;

use crate::{layout::Layout, source::SourceId};

/// A value chosen for a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// A text.
    Text(String),
    /// An integer.
    Number(BigInt),
    /// A truth value.
    Truth(bool),
    /// None was sent.
    Absent,
}

/// The inputs of one concrete run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Assignment {
    /// Chosen values.
    pub(crate) values: BTreeMap<SourceId, Chosen>,
    /// Forms of the entry function's parameters that are containers, by position.
    pub(crate) layouts: BTreeMap<u32, Layout>,
    /// The value of every float parameter, as bits; `None` leaves them unknown.
    pub(crate) float_bits: Option<u64>,
    /// The text of every other source.
    pub(crate) harmless: String,
}

impl Assignment {
    /// Tells whether a source has a text that matters.
    pub(crate) fn is_chosen_text(&self, source: SourceId) -> bool {
        matches!(self.values.get(&source), Some(Chosen::Text(text)) if *text != self.harmless)
    }

    /// Tells whether a source has the value that an input takes which does not matter.
    pub(crate) fn is_ordinary(&self, source: SourceId) -> bool {
        match self.values.get(&source) {
            None | Some(Chosen::Truth(true)) => true,
            Some(Chosen::Number(number)) => number.is_one(),
            Some(Chosen::Text(text)) => *text == self.harmless,
            Some(Chosen::Truth(false) | Chosen::Absent) => false,
        }
    }
}
