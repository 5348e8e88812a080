//! What library functions and methods do. Invariant: a model gives exactly what the function gives, or more; what has no
//! model is an unknown call.

pub(crate) mod builtins;
pub(crate) mod collections;
pub(crate) mod containers;
pub(crate) mod encoders;
pub(crate) mod enumerations;
pub(crate) mod fidelity;
pub(crate) mod groups;
pub(crate) mod json;
pub(crate) mod known_pattern;
pub(crate) mod known_texts;
pub(crate) mod library;
pub(crate) mod mathematics;
pub(crate) mod method_raises;
pub(crate) mod methods;
pub(crate) mod operations;
pub(crate) mod ordering;
pub(crate) mod parents;
pub(crate) mod paths;
pub(crate) mod patterns;
pub(crate) mod places;
pub(crate) mod raises;
pub(crate) mod ranges;
pub(crate) mod records;
pub(crate) mod responses;
pub(crate) mod slices;
pub(crate) mod splits;
pub(crate) mod text_tests;
pub(crate) mod texts;
pub(crate) mod types;
