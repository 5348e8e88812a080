//! What an unannotated parameter turns out to be. Invariant: a parameter has one shape in a whole proof.

/// The shape of a parameter that is no string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An object that the caller hands in, such as a database connection: not the attacker's.
    Resource,
    /// An integer.
    Integer,
    /// A container of the attacker's data.
    Tree,
}
