//! Writes the files of a new rule. Invariant: it overwrites nothing, and what it writes compiles.

use std::fs;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::workspace;

/// How a pack's `lib.rs` begins the module of its rules, when they have a folder of their own.
const NESTED: &str = "mod rules {";

/// Which rule to write.
#[derive(Args)]
pub(crate) struct Options {
    /// The pack's folder in `plugins/`, such as `python-misuse`.
    pack: String,
    /// The rule's id: it names the pattern, such as `python-weak-cipher`.
    id: String,
}

/// Writes a rule and its fixture, and adds the rule to its pack.
///
/// # Errors
/// When the pack is unknown, the id is not of the form `python-words-and-dashes`, or a file is there already.
pub(crate) fn new_rule(options: &Options) -> Result<()> {
    let Some(name) = options.id.strip_prefix("python-").filter(|name| is_dashed(name)) else {
        bail!("`{}` is not a rule id; it has the form python-words-and-dashes", options.id);
    };
    let pack = workspace::plugins().join(&options.pack);
    let library = pack.join("src/lib.rs");
    let text = fs::read_to_string(&library).with_context(|| format!("there is no pack `{}`", options.pack))?;
    let (module, type_name) = (name.replace('-', "_"), type_name(name));
    let registered =
        register(&text, &module, &type_name).context("the pack's lists of modules and rules were not found")?;
    let folder = if text.contains(NESTED) { "src/rules" } else { "src" };
    let files = [
        (pack.join(folder).join(format!("{module}.rs")), rule(&options.id, &type_name)),
        (pack.join("fixtures").join(format!("{}.py", options.id)), fixture(&options.id)),
    ];
    if let Some((path, _)) = files.iter().find(|(path, _)| path.exists()) {
        bail!("{} is there already", path.display());
    }
    for (path, text) in files.iter().chain([&(library, registered)]) {
        fs::create_dir_all(path.parent().context("a file has no folder")?)?;
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("wrote {}", path.display());
    }
    println!("Next: write the rule and its fixture, then `cargo xtask bless` and `cargo xtask test`.");
    Ok(())
}

fn is_dashed(name: &str) -> bool {
    !name.is_empty()
        && name
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

fn type_name(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(word).collect()
}

/// Adds the module's line and the rule's line to a pack's `lib.rs`.
fn register(library: &str, module: &str, type_name: &str) -> Option<String> {
    let list = library.find("rules: [")?;
    let end = list + library.get(list..)?.find(']')?;
    let (head, tail) = library.split_at_checked(end)?;
    let head = head.trim_end();
    let comma = if head.ends_with([',', '[']) { "" } else { "," };
    let prefix = if library.contains(NESTED) { "rules::" } else { "" };
    let listed = format!("{head}{comma}\n        {prefix}{module}::{type_name},\n    {tail}");
    let mut lines: Vec<String> = listed.lines().map(str::to_owned).collect();
    let (after, line) = match lines.iter().position(|line| line == NESTED) {
        Some(place) => (place, format!("    pub(crate) mod {module};")),
        None => (lines.iter().rposition(|line| line.starts_with("mod "))?, format!("mod {module};")),
    };
    lines.insert(after + 1, line);
    Some(lines.join("\n") + "\n")
}

fn rule(id: &str, type_name: &str) -> String {
    include_str!("new_rule/rule.template").replace("@ID@", id).replace("@TYPE@", type_name)
}

fn fixture(id: &str) -> String {
    include_str!("new_rule/fixture.template").replace("@ID@", id)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn registers_once_in_a_list_of_any_layout() {
        let short = "//! Pack.\n\nmod a;\n\nsecurecode_sdk::pack! { name: \"p\", rules: [a::A] }\n";
        let long = "//! Pack.\n\nmod a;\n\nsecurecode_sdk::pack! {\n    rules: [\n        a::A,\n    ],\n}\n";
        for library in [short, long] {
            let registered = register(library, "weak_cipher", "WeakCipher").unwrap();
            assert!(registered.contains("mod a;\nmod weak_cipher;\n"), "{registered}");
            assert!(registered.contains("a::A,\n        weak_cipher::WeakCipher,\n    ]"), "{registered}");
        }
        let nested =
            "//! Pack.\n\nmod rules {\n    pub(crate) mod a;\n}\n\nsecurecode_sdk::pack! { rules: [rules::a::A] }\n";
        let registered = register(nested, "b", "B").unwrap();
        assert!(registered.contains("mod rules {\n    pub(crate) mod b;\n    pub(crate) mod a;\n}"), "{registered}");
        assert!(registered.contains("rules: [rules::a::A,\n        rules::b::B,\n    ]"), "{registered}");
    }

    #[test]
    fn names_types_and_refuses_odd_ids() {
        assert_eq!(type_name("weak-cipher"), "WeakCipher");
        assert!(is_dashed("weak-cipher") && !is_dashed("weak--cipher") && !is_dashed("Weak"));
    }
}
