//! Parses Python once and packs the tree. Invariant: broken text is no error; it gives a tree and a list of problems.

pub mod decode;
pub mod kinds;
pub mod line_index;
pub mod packed;
pub mod parse;
