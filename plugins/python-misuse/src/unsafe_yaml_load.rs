//! `python-unsafe-yaml-load`.
//!
//! # What
//! `yaml.load` with a loader that builds Python objects from tags such as `!!python/object/apply:os.system`.
//! # Why
//! Whoever writes the document chooses the code that runs (CWE-502).
//! # Fix
//! `yaml.safe_load`, which builds plain data only.
//!
//! Invariant: a loader that the file does not show is not reported.

use securecode_sdk::{
    Confidence, Edit, Field, File, Finding, Fix, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity,
    fix::{self, call::Call, import},
};

use crate::{argument, dotted, literal};

/// The rule.
pub(crate) struct UnsafeYamlLoad;

/// How far class definitions of the file are followed to a loader of the library.
const DEPTH: usize = 8;

const HELP: &str = "\
YAML documents can name Python objects: `!!python/object/apply:os.system [\"id\"]` makes an unsafe loader run a command \
while it reads. Anybody who can change the document can so run code with the program's rights.

Read documents with `yaml.safe_load` (or `Loader=yaml.SafeLoader`): it builds strings, numbers, lists and maps only.";

impl Rule for UnsafeYamlLoad {
    fn metadata(&self) -> Metadata {
        let callees = [
            "yaml.load",
            "yaml.load_all",
            "yaml.unsafe_load",
            "yaml.unsafe_load_all",
            "yaml.full_load",
            "yaml.full_load_all",
            "ruamel.yaml.YAML",
            "ruamel.yaml.load",
            "ruamel.yaml.load_all",
            "ruamel.yaml.unsafe_load",
        ];
        Metadata {
            id: "python-unsafe-yaml-load",
            title: "YAML loader that can run code",
            help: HELP,
            severity: Severity::High,
            cwe: 502,
            tags: &["owasp:A08:2025"],
            interests: vec![Interest::Call(callees.map(Into::into).into())],
            triggers: &["yaml"],
            bad: "import yaml\nconfig = yaml.load(text, Loader=yaml.Loader)\n",
            good: "import yaml\nconfig = yaml.safe_load(text)\n",
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let call = argument::call(file, matched)?;
        let name = &matched.name;
        let risk = match name.as_str() {
            "yaml.load" | "yaml.load_all" | "ruamel.yaml.load" | "ruamel.yaml.load_all" => match loader(call) {
                Some(loader) => risk(file, loader, DEPTH)?,
                None if argument::has_splat(call) => return None,
                None => Risk::Code,
            },
            "yaml.full_load" | "yaml.full_load_all" => Risk::Objects,
            "ruamel.yaml.YAML" => {
                argument::value(call, 0, "typ").and_then(literal::text).filter(|typ| *typ == "unsafe")?;
                Risk::Code
            }
            _ => Risk::Code,
        };
        Some(match risk {
            Risk::Code => Found::new(
                matched.at,
                format!("`{name}` builds any Python object that the document names, so the document can run code."),
            ),
            Risk::Objects => Found::new(
                matched.at,
                format!(
                    "`{name}` with the full loader builds Python objects from tags; past releases let that run code."
                ),
            )
            .severity(Severity::Medium)
            .confidence(Confidence::Medium),
        })
    }

    fn fix(&self, file: File<'_>, finding: &Finding, matched: Option<&Match>) -> Vec<Fix> {
        let Some(call) = argument::node(file, finding, matched).and_then(Call::of) else { return Vec::new() };
        if let Some(typ) = argument::value(call, 0, "typ").filter(|_| call.name() == "YAML") {
            let span = literal::content_span(typ);
            return span
                .map(|span| fix::fix("Use the safe loader", vec![fix::replace(span, "safe")]))
                .into_iter()
                .collect();
        }
        let loader = loader(call);
        if loader.is_some_and(|loader| class_named(file, loader.text()).is_some()) {
            return Vec::new();
        }
        // Only PyYAML's functions can be imported under their own names.
        if call.receiver().is_none() && matched.is_some_and(|matched| matched.name.starts_with("ruamel.")) {
            return Vec::new();
        }
        let safe = if called_name(file, call).ends_with("_all") { "safe_load_all" } else { "safe_load" };
        let mut edits = rename(file, call, safe);
        let argument = call.keyword_argument("Loader").or_else(|| call.positional(1));
        edits.extend(argument.map(|argument| call.remove(argument)));
        vec![fix::fix(format!("Load plain data only, with `yaml.{safe}`"), edits)]
    }
}

/// What a loader can build.
#[derive(Clone, Copy)]
enum Risk {
    /// Any object, by any call.
    Code,
    /// Objects of imported classes.
    Objects,
}

fn loader(call: Call<'_>) -> Option<Node<'_>> {
    argument::value(call, 1, "Loader")
}

/// Classifies a loader class; `None`: safe or not known.
fn risk(file: File<'_>, loader: Node<'_>, depth: usize) -> Option<Risk> {
    let path = dotted::path(file, loader);
    let name = path.as_deref().map_or_else(|| dotted::last_name(loader), |path| path.rsplit('.').next())?;
    if path.is_none() {
        let bases = class_named(file, name)?.child(Field::named("superclasses"))?;
        let depth = depth.checked_sub(1)?;
        return bases.named_children().find_map(|base| risk(file, base, depth));
    }
    match name {
        "Loader" | "CLoader" | "UnsafeLoader" | "CUnsafeLoader" => Some(Risk::Code),
        "FullLoader" | "CFullLoader" => Some(Risk::Objects),
        _ => None,
    }
}

fn class_named<'a>(file: File<'a>, name: &str) -> Option<Node<'a>> {
    let is_it = |node: &Node<'_>| node.child(Field::NAME).is_some_and(|label| label.text() == name);
    file.tree().nodes().filter(|node| node.is(Kind::CLASS_DEFINITION)).find(is_it)
}

/// Gives the function's own name whatever it is imported as.
fn called_name(file: File<'_>, call: Call<'_>) -> String {
    dotted::path(file, call.callee).unwrap_or_else(|| call.name().to_owned())
}

/// Makes a call of the library call another of its functions.
fn rename(file: File<'_>, call: Call<'_>, function: &str) -> Vec<Edit> {
    if call.receiver().is_some() {
        return vec![call.rename_method(function)];
    }
    let (local, import) = import::name(file, "yaml", function);
    std::iter::once(call.rename(local)).chain(import).collect()
}
