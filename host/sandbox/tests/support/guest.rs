//! Guests written in WebAssembly's text format and made components. Invariant: what a guest does is what its `check`
//! says; all else is a pack with one harmless rule.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::image::{Image, Word};

/// A rule pack for tests.
#[derive(Clone)]
pub(crate) struct PackText {
    /// Body of `check`; it leaves the address of its result.
    pub(crate) check: String,
    /// Body of `describe` where it is not the usual one.
    pub(crate) describe: Option<String>,
    /// Ids of the rules.
    pub(crate) rules: Vec<&'static str>,
    /// Node kind that the rules are interested in.
    pub(crate) kind: &'static str,
    /// Pages of memory at the start.
    pub(crate) pages: u32,
    /// Further items of the module.
    pub(crate) items: &'static str,
}

/// Body of a `check` that finds nothing: the zeros at address 0 are an empty list.
pub(crate) const NOTHING: &str = "i32.const 0";

impl Default for PackText {
    fn default() -> Self {
        Self { check: NOTHING.into(), describe: None, rules: vec!["test-rule"], kind: "module", pages: 2, items: "" }
    }
}

impl PackText {
    pub(crate) fn checking(check: &str) -> Self {
        Self { check: check.into(), ..Self::default() }
    }

    /// Makes the component.
    pub(crate) fn component(&self) -> Vec<u8> {
        let mut image = Image::default();
        let info = self.info(&mut image);
        let describe = self.describe.clone().unwrap_or_else(|| format!("i32.const {info}"));
        let module = format!(
            r#"(module
                (import "securecode:plugin/log@1.0.0" "write" (func $log (param i32 i32 i32)))
                (memory (export "memory") {pages})
                (global $next (mut i32) (i32.const 65536))
                {data}
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    (local $at i32)
                    (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
                    (global.set $next (i32.add (local.get $at) (local.get 3)))
                    (block $fits
                        (br_if $fits (i32.le_u (global.get $next) (i32.mul (memory.size) (i32.const 65536))))
                        (drop (memory.grow (i32.add (i32.div_u (local.get 3) (i32.const 65536)) (i32.const 1)))))
                    (local.get $at))
                {items}
                (func (export "securecode:plugin/rule-provider@1.0.0#describe") (result i32) {describe})
                (func $check (export "securecode:plugin/rule-provider@1.0.0#check")
                    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
                    (local $count i32)
                    {check})
                (func (export "securecode:plugin/rule-provider@1.0.0#fix") (param i32) (result i32) {fix}))"#,
            pages = self.pages,
            data = image.data(),
            items = self.items,
            check = self.check,
            fix = NOTHING,
        );
        component(&module, "rule-pack")
    }

    /// Lays out what `describe` returns.
    fn info(&self, image: &mut Image) -> u32 {
        let kinds = image.record(&[Word::Text(self.kind)]);
        let mut interest = vec![Word::Number(1), Word::List(kinds, 1)];
        interest.resize(2 + 9, Word::Number(0));
        let interests = image.record(&interest);
        let empty = Word::List(0, 0);
        let words: Vec<Word<'_>> = self
            .rules
            .iter()
            .flat_map(|id| {
                let (texts, grades, cwe) = ([*id, "A title", "Help."], Word::Number(0x0102), Word::Number(617));
                let mut rule: Vec<Word<'_>> = texts.into_iter().map(Word::Text).collect();
                rule.extend([grades, cwe, empty, Word::List(interests, 1), empty]);
                rule.extend([Word::Text("bad"), Word::Text("good"), Word::Number(0), empty]);
                rule
            })
            .collect();
        let rules = image.record(&words);
        let named = [Word::Text("test-pack"), Word::Text("1.0.0"), Word::List(rules, self.rules.len() as u32)];
        let library_and_tree = [empty, empty, empty, empty, Word::Number(1)];
        let all: Vec<Word<'_>> = named.into_iter().chain(library_and_tree).collect();
        image.record(&all)
    }
}

/// Makes a component of a module and a world of `wit/v1`.
pub(crate) fn component(module: &str, world: &str) -> Vec<u8> {
    let mut bytes = wat::parse_str(module).unwrap();
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit/v1")).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&bytes).unwrap().encode().unwrap()
}
