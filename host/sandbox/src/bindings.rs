//! The generated bindings of the WIT contract. Invariant: every world shares one set of types and one set of imported
//! interfaces, so that a capability is implemented once and linked only where it is granted.

/// All interfaces that plugins may import; what a plugin is granted is decided by its linker.
pub(crate) mod imports {
    wasmtime::component::bindgen!({
        path: "../../wit/v1",
        inline: "
            package securecode:sandbox;
            world imports {
                import securecode:plugin/types@1.0.0;
                import securecode:plugin/syntax@1.0.0;
                import securecode:plugin/specs@1.0.0;
                import securecode:plugin/log@1.0.0;
                import securecode:plugin/config@1.0.0;
                import securecode:plugin/drafts@1.0.0;
                import securecode:plugin/suggestions@1.0.0;
                import securecode:plugin/rules@1.0.0;
                import securecode:plugin/contracts@1.0.0;
                import securecode:plugin/llm@1.0.0;
                import securecode:plugin/prover@1.0.0;
                import securecode:plugin/fixes@1.0.0;
                import securecode:plugin/python-check@1.0.0;
                import securecode:plugin/state@1.0.0;
            }
        ",
        world: "securecode:sandbox/imports",
        imports: { default: trappable },
    });
}

macro_rules! world {
    ($module:ident, $world:literal) => {
        pub(crate) mod $module {
            wasmtime::component::bindgen!({
                path: "../../wit/v1",
                world: $world,
                with: { "securecode:plugin": super::imports::securecode::plugin },
            });
        }
    };
}

world!(rule_pack, "securecode:plugin/rule-pack@1.0.0");
world!(scanner, "securecode:plugin/scanner@1.0.0");
world!(speculator, "securecode:plugin/speculator@1.0.0");
world!(symbot, "securecode:plugin/symbot@1.0.0");
world!(patcher, "securecode:plugin/patcher@1.0.0");
