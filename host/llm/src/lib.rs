//! Asks language models that speak the OpenAI chat protocol. Invariant: an answer that this crate hands out is whole, holds
//! to the schema that was asked for, and has been paid for from its budgets.

pub mod answer;
mod answer_text;
mod api_key;
mod attempt;
pub mod backend;
pub mod blocking;
mod body;
mod breaker;
pub mod budget;
mod call;
mod candidates;
pub mod client;
pub mod config;
mod detect;
mod endpoint;
pub mod error;
mod features;
mod gate;
mod health;
mod meter;
pub mod money;
pub mod probe;
pub mod report;
pub mod request;
mod response_cache;
mod retry;
mod route;
pub mod schema;
mod server_error;
mod stream;
