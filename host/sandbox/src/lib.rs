//! The wasm engine: limits, grants, bindings.
