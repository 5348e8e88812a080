//! The guest side of every world in `wit/v1`, generated. Invariant: only this file holds generated code, and a world's
//! exports are described by its `export` macro alone, so that a component describes itself as one world.
#![allow(clippy::allow_attributes, reason = "what generated code trips over depends on the target")]
#![allow(unsafe_code, missing_docs, clippy::all, reason = "generated")]

/// World `rule-pack`.
pub mod rule_pack {
    wit_bindgen::generate!({
        path: "../../wit/v1", world: "rule-pack", pub_export_macro: true, export_macro_name: "export_rule_pack",
        default_bindings_module: "securecode_sdk::bindings::rule_pack", generate_all,
        additional_derives: [PartialEq],
    });
}

/// World `scanner`.
pub mod scanner {
    wit_bindgen::generate!({
        path: "../../wit/v1", world: "scanner", pub_export_macro: true, export_macro_name: "export_scanner",
        default_bindings_module: "securecode_sdk::bindings::scanner", generate_all,
        additional_derives: [PartialEq],
    });
}

/// World `speculator`.
pub mod speculator {
    wit_bindgen::generate!({
        path: "../../wit/v1", world: "speculator", pub_export_macro: true, export_macro_name: "export_speculator",
        default_bindings_module: "securecode_sdk::bindings::speculator", generate_all,
        additional_derives: [PartialEq],
    });
}

/// World `symbot`.
pub mod symbot {
    wit_bindgen::generate!({
        path: "../../wit/v1", world: "symbot", pub_export_macro: true, export_macro_name: "export_symbot",
        default_bindings_module: "securecode_sdk::bindings::symbot", generate_all,
        additional_derives: [PartialEq],
    });
}

/// World `patcher`.
pub mod patcher {
    wit_bindgen::generate!({
        path: "../../wit/v1", world: "patcher", pub_export_macro: true, export_macro_name: "export_patcher",
        default_bindings_module: "securecode_sdk::bindings::patcher", generate_all,
        additional_derives: [PartialEq],
    });
}
