//! The HTTP interface: routes, wire types, problem+json, documentation pages. Invariant: every wire type is written
//! here by hand; no type of another crate is serialised as it is.

pub mod server;
pub mod wire;

mod analyze_request;
mod body;
mod built;
mod connections;
mod deadline;
mod error_text;
mod extract;
mod guard;
mod jobs;
mod problem;
mod rate;
mod routes;
mod upload;
