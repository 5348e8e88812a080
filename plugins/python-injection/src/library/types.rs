//! The types that library calls return, so that methods get their full names. Invariant: every type named by a sink or
//! source of this pack can be reached from here.

mod clients;
mod databases;
mod files;
mod toolkits;
mod web;

use securecode_sdk::{ReturnType, spec::returns};

pub(super) use toolkits::{BUILDERS, STATEMENTS};

/// Gives the types.
pub(super) fn return_types() -> Vec<ReturnType> {
    [databases::types(), toolkits::types(), web::types(), clients::types(), files::types()].concat()
}

/// Gives methods of these owners that return one type.
fn methods(owners: &[&str], names: &[&str], to: &str) -> Vec<ReturnType> {
    owners
        .iter()
        .flat_map(|owner| names.iter().flat_map(move |name| returns(&[(&format!("{owner}.{name}"), to)])))
        .collect()
}
