//! The plugins that are part of the binary. Invariant: each was built by `cargo xtask build-plugins` before this crate.

include!(concat!(env!("OUT_DIR"), "/embedded_plugins.rs"));
