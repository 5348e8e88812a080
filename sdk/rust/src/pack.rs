//! A rule pack: its rules behind the three functions that the world `rule-pack` exports. Invariant: a rule is asked only
//! about its own matches, and findings carry the rule's index in the pack.

use crate::{Finding, Fix, Library, Match, PackInfo, PluginError, SourceFile, file::File, rule::Rule, tree::Holders};

/// Everything that a pack is made of; the `pack!` macro fills it in.
#[derive(Clone, Copy)]
pub struct Pack {
    /// The pack's name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Its rules; a rule's number is its index here.
    pub rules: &'static [&'static dyn Rule],
    /// What it says of libraries.
    pub library: fn() -> Library,
}

impl Pack {
    /// Answers the host's `describe`.
    pub fn describe(&self) -> PackInfo {
        PackInfo {
            name: self.name.into(),
            version: self.version.into(),
            rules: self.rules.iter().map(|rule| rule.metadata().into_info()).collect(),
            library: (self.library)(),
            needs_tree: true,
        }
    }

    fn rule(&self, index: u32) -> Result<&'static dyn Rule, PluginError> {
        let missing = || PluginError::Unsupported(format!("rule {index} is not in the pack {}", self.name));
        self.rules.get(index as usize).copied().ok_or_else(missing)
    }

    /// Answers the host's `check`.
    ///
    /// # Errors
    /// `unsupported` when a match names a rule that the pack does not have.
    pub fn check(&self, source: &SourceFile, matches: &[Match]) -> Result<Vec<Finding>, PluginError> {
        let (mut findings, holders) = (Vec::new(), Holders::new());
        for (number, matched) in (0..).zip(matches) {
            let found = self.rule(matched.rule)?.check(File::new(source, &holders), matched);
            findings.extend(found.map(|found| Finding {
                rule: matched.rule,
                matched: Some(number),
                at: found.at,
                message: found.message,
                severity: found.severity,
                confidence: found.confidence,
                props: found.props,
            }));
        }
        Ok(findings)
    }

    /// Answers the host's `fix`.
    ///
    /// # Errors
    /// `unsupported` when the finding names a rule that the pack does not have.
    pub fn fix(&self, source: &SourceFile, found: &Finding, matched: Option<&Match>) -> Result<Vec<Fix>, PluginError> {
        Ok(self.rule(found.rule)?.fix(File::new(source, &Holders::new()), found, matched))
    }
}

/// Names a pack and its rules, and makes the component's exports:
/// `pack! { name: "python-misuse", library: no_library, rules: [unsafe_yaml_load::UnsafeYamlLoad, …] }`.
///
/// Defines `pub static PACK: Pack`. The exports exist in WebAssembly only, so that unit tests link.
#[macro_export]
macro_rules! pack {
    (name: $name:literal, library: $library:path, rules: [$($rule:path),+ $(,)?] $(,)?) => {
        /// The pack that this crate is.
        pub static PACK: $crate::Pack =
            $crate::Pack { name: $name, version: env!("CARGO_PKG_VERSION"), rules: &[$(&$rule),+], library: $library };

        #[cfg(target_arch = "wasm32")]
        mod component {
            struct Component;

            impl $crate::bindings::rule_pack::exports::securecode::plugin::rule_provider::Guest for Component {
                fn describe() -> $crate::PackInfo {
                    $crate::log::install_panic_hook();
                    super::PACK.describe()
                }

                fn check(
                    file: $crate::SourceFile,
                    matches: Vec<$crate::Match>,
                ) -> Result<Vec<$crate::Finding>, $crate::PluginError> {
                    $crate::log::install_panic_hook();
                    super::PACK.check(&file, &matches)
                }

                fn fix(
                    file: $crate::SourceFile,
                    found: $crate::Finding,
                    matched: Option<$crate::Match>,
                ) -> Result<Vec<$crate::Fix>, $crate::PluginError> {
                    $crate::log::install_panic_hook();
                    super::PACK.fix(&file, &found, matched.as_ref())
                }
            }

            $crate::bindings::rule_pack::export_rule_pack!(Component with_types_in $crate::bindings::rule_pack);
        }
    };
}

/// The library of a pack that says nothing of libraries.
pub fn no_library() -> Library {
    Library { sources: Vec::new(), sanitizers: Vec::new(), propagators: Vec::new(), return_types: Vec::new() }
}
