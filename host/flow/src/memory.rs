//! What earlier analyses of functions found, so that a function is analysed again only when something that its analysis
//! read has changed. Invariant: an analysis with a memory gives what one without gives: the fixpoint takes the same steps,
//! and a step is taken from memory only when everything that it reads is as it was (a verifying trace, as in Mokhov,
//! Mitchell and Peyton Jones, "Build Systems à la Carte", 2018).

mod basics;
mod codec;
mod digest;
mod facts;
mod identities;
mod record;
mod replay;

use std::collections::BTreeMap;

pub(crate) use self::{
    codec::{Chains, Hashing, Out, Wire},
    digest::Digest,
    identities::Identities,
    record::{Use, Write},
    replay::Live,
};

/// The format of what is remembered; anything kept in another one cannot be read.
pub const FORMAT: u32 = 1;

/// What was learned of each file, by its path.
///
/// It holds only for the specs, the entry, the scope and the build of this crate that it was learned with; the caller
/// keeps it apart by these. Bytes that were changed or cut are found out at most by their shape: the caller adds a check
/// sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Records of the functions of each file, by the file's path in the project.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What an analysis has to say about its memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// Files of which something new was learned: what to remember of them from now on.
    pub memory: Memory,
    /// How many analyses of functions were taken from memory.
    pub recalled: usize,
    /// How many had to be done.
    pub analysed: usize,
}
