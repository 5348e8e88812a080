//! The client against a scripted server over HTTP. Invariant: no test depends on an exact time.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

#[path = "../support/server.rs"]
mod server;
#[path = "../support/setup.rs"]
mod setup;

mod answers;
mod blocking;
mod budgets;
mod cancelling;
mod configuration;
mod endpoints;
mod failures;
mod features;
mod limits;
mod structured;
