//! What is refused before it runs. Invariant: the error names what is wrong.

use std::time::Duration;

use sandbox::{
    error::{CallError, LoadError},
    limits::Limits,
    sandbox::{Sandbox, SandboxConfig},
};

use crate::{
    file, good_pack,
    guest::{PackText, component},
    sandbox,
};

fn refused(bytes: &[u8]) -> LoadError {
    let sandbox = sandbox();
    let error = sandbox.load_pack("hostile", bytes).err().expect("it was loaded");
    assert_eq!(good_pack(&sandbox).check(&file(), &[]).unwrap(), []);
    error
}

fn component_text(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[test]
fn what_is_no_component_is_named() {
    let core = component_text("(module)");
    let cases: [(&[u8], &str); 4] = [
        (b"", "empty"),
        (b"#!/bin/sh\n", "does not start"),
        (&core, "core module"),
        (b"\0asm\x99\0\x07\0", "not known"),
    ];
    for (bytes, shown) in cases {
        let error = refused(bytes);
        assert!(matches!(error, LoadError::NotAComponent { found } if found.contains(shown)), "{error:?}");
    }
    let mut cut = PackText::default().component();
    cut.truncate(cut.len() / 2);
    assert!(matches!(refused(&cut), LoadError::Compile(_)));
}

#[test]
fn an_oversized_file_is_refused() {
    let error = refused(&vec![0; (32 << 20) + 1]);
    assert!(matches!(error, LoadError::TooLarge { .. }), "{error:?}");
}

#[test]
fn what_is_not_granted_is_named() {
    let imports =
        |name: &str| component_text(&format!(r#"(component (import "{name}" (instance (export "f" (func)))))"#));
    for name in [
        "wasi:cli/environment@0.2.0",
        "wasi:filesystem/types@0.2.0",
        "securecode:plugin/prover@1.0.0",
        "securecode:plugin/llm@1.0.0",
        "other:package/thing",
    ] {
        let error = refused(&imports(name));
        assert!(matches!(&error, LoadError::NotGranted { import, .. } if import == name), "{error:?}");
    }
    let types_alone = component_text(r#"(component (import "wasi:io/poll@0.2.0" (instance)))"#);
    assert!(matches!(refused(&types_alone), LoadError::NotGranted { .. }));
    let function = component_text(r#"(component (import "f" (func)))"#);
    assert!(matches!(refused(&function), LoadError::NotGranted { .. }));
}

#[test]
fn a_granted_interface_with_other_functions_does_not_fit() {
    let exports = r#"(instance $provider) (export "securecode:plugin/rule-provider@1.0.0" (instance $provider))"#;
    let text =
        format!(r#"(component (import "securecode:plugin/log@1.0.0" (instance (export "erase" (func)))) {exports})"#);
    let error = refused(&component_text(&text));
    assert!(matches!(error, LoadError::Incompatible(_)), "{error:?}");
    let hollow = component_text(&format!("(component {exports})"));
    let error = refused(&hollow);
    assert!(matches!(error, LoadError::Incompatible(_)), "{error:?}");
}

#[test]
fn another_world_is_named() {
    let error = refused(&component_text("(component)"));
    assert!(matches!(error, LoadError::WrongWorld { export: "rule-provider", .. }), "{error:?}");
    let pack = PackText::default().component();
    let sandbox = sandbox();
    assert!(matches!(sandbox.load_scanner(&pack).err(), Some(LoadError::WrongWorld { kind: "scanner", .. })));
    assert!(matches!(sandbox.load_speculator(&pack).err(), Some(LoadError::WrongWorld { .. })));
    assert!(matches!(sandbox.load_symbot(&pack).err(), Some(LoadError::WrongWorld { .. })));
    assert!(matches!(sandbox.load_patcher(&pack).err(), Some(LoadError::WrongWorld { .. })));
}

#[test]
fn a_description_must_be_valid() {
    let describe = |pack: PackText| refused(&pack.component());
    let cases = [
        (PackText { rules: vec!["Not_Kebab"], ..PackText::default() }, "Not_Kebab"),
        (PackText { rules: vec!["same", "same"], ..PackText::default() }, "twice"),
        (PackText { rules: Vec::new(), ..PackText::default() }, "0 rules"),
        (PackText { kind: "no_such_kind", ..PackText::default() }, "no_such_kind"),
    ];
    for (pack, shown) in cases {
        let error = describe(pack);
        assert!(matches!(&error, LoadError::InvalidPack { reason } if reason.contains(shown)), "{error:?}");
    }
}

#[test]
fn describing_has_limits_too() {
    let describe = |body: &str| refused(&PackText { describe: Some(body.into()), ..PackText::default() }.component());
    assert!(matches!(describe("unreachable"), LoadError::Describe(CallError::Trap { .. })));
    let endless = describe("(loop $again (br $again)) (unreachable)");
    assert!(matches!(endless, LoadError::Describe(CallError::Deadline { .. })), "{endless:?}");
    let start = PackText { items: "(func $run (loop $again (br $again))) (start $run)", ..PackText::default() };
    let error = refused(&start.component());
    assert!(matches!(error, LoadError::Describe(CallError::Deadline { .. })), "{error:?}");
    let greedy = refused(&PackText { pages: 2_000, ..PackText::default() }.component());
    assert!(matches!(greedy, LoadError::Describe(CallError::Memory { .. })), "{greedy:?}");
}

#[test]
fn a_pack_says_what_it_is() {
    let bytes = PackText::default().component();
    let pack = sandbox().load_pack("good", &bytes).unwrap();
    let info = pack.info();
    assert_eq!((info.name.as_str(), info.version.as_str()), ("test-pack", "1.0.0"));
    assert_eq!(info.digest, blake3::hash(&bytes).to_hex().to_string());
    assert!(info.needs_tree);
    assert_eq!(info.rules[0].info.id.as_str(), "test-rule");
    assert_eq!(info.rules[0].info.cwe.to_string(), "CWE-617");
}

#[test]
fn the_clock_of_a_plugin_outlives_the_sandbox() {
    let rules = Limits { deadline: Duration::from_millis(150), ..Limits::rules() };
    let pack = {
        let sandbox = Sandbox::start(SandboxConfig { rules, ..SandboxConfig::default() }).unwrap();
        let endless = PackText::checking("(loop $again (br $again)) (unreachable)");
        sandbox.load_pack("endless", &endless.component()).unwrap()
    };
    let error = pack.check(&file(), &[]).unwrap_err();
    assert!(matches!(error, CallError::Deadline { .. }), "{error:?}");
}

#[test]
fn a_world_that_imports_types_alone_is_linked() {
    let module = r#"(module (memory (export "memory") 1)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
        (func (export "securecode:plugin/speculator-stage@1.0.0#run") (param i32 i32 i32 i32 i32 i32 i32) (result i32)
            (i32.const 0)))"#;
    assert!(sandbox().load_speculator(&component(module, "speculator")).is_ok());
}
