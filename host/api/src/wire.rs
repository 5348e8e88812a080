//! What goes over the wire, for the API and for `--format json`. Invariant: fields are only ever added.

pub mod analyze_response;
pub(crate) mod cost;
pub mod finding;
pub mod html;
pub mod models;
pub mod sarif;
pub mod scan;
pub mod scan_report;
pub mod verification;
pub mod words;
