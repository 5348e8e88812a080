//! The wasm engine: limits, grants, bindings. A plugin sees what its kind is granted and nothing else; whatever it does,
//! the host gets an answer or a typed error.

pub mod about;
mod bindings;
mod call;
mod capability;
mod description;
pub mod error;
mod guest;
pub mod limits;
mod loading;
pub mod pack;
pub mod precompiled;
pub mod private_folder;
pub mod runtime;
pub mod sandbox;
pub mod stage;
mod stages;
pub mod ticker;
mod wire;
