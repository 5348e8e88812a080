//! What goes to models and what comes back, as text. Invariant: no test talks to a server.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "tests")]

mod answers;
mod hiding;
mod questions;
mod secrets;
