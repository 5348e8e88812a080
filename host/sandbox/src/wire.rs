//! Conversions between the guests' types and the host's, one noun for each file. Invariant: they lose nothing that
//! the receiving side has a place for, and check nothing.

pub(crate) mod candidate;
pub(crate) mod contract;
pub(crate) mod fix;
pub(crate) mod grade;
pub(crate) mod plugin_error;
pub(crate) mod span;
pub(crate) mod spec;
pub(crate) mod verdict;
