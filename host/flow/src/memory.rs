//! What earlier analyses of functions found, so that a function is analysed again only when something that its analysis
//! read has changed. Invariant: an analysis with a memory gives what one without gives: the fixpoint takes the same steps,
//! and a step is taken from memory only when everything that it reads is as it was (a verifying trace, as in Mokhov,
//! Mitchell and Peyton Jones, "Build Systems à la Carte", 2018).

mod basics;
mod codec;
mod constant;
mod digest;
mod facts;
mod identities;
mod keeping;
mod record;
mod replay;
mod tables;

pub(crate) use self::{
    codec::{Hashing, Out, Wire},
    digest::Digest,
    identities::Identities,
    record::{Use, Write},
    replay::Live,
};

/// What was learned of a project, as bytes to be kept.
///
/// It holds only for the specs, the entry, the scope and the build of this crate that it was learned with; the caller
/// keeps it apart by these. Bytes that were changed are found out at most by their shape: the caller adds a check sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory(pub Vec<u8>);

/// What an analysis has to say about its memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// What to remember from now on; `None` when nothing new was learned.
    pub memory: Option<Memory>,
    /// How many analyses of functions were taken from memory.
    pub recalled: usize,
    /// How many had to be done.
    pub analysed: usize,
}
