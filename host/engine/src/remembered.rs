//! Answers in the form in which the store keeps them. Invariant: what is read back is checked as if a stranger had
//! written it; what does not fit counts as not remembered.

pub(crate) mod pack_answers;
pub(crate) mod patches;
