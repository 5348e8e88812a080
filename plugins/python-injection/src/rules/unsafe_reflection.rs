//! Untrusted text that names code (CWE-470). Invariant: a constant beginning such as `handle_` limits the choice to what
//! the program offers under it, and is no finding.
//!
//! # What
//! Untrusted text names a module to import, an attribute to call, or a library to load.
//! # Why
//! Importing runs the module, and every object leads on to `os`: `__init__`, `__globals__`, `__class__`.
//! # Fix
//! Look the name up in a dictionary of what may be chosen.

use securecode_sdk::{
    Confidence, Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, Sink, SinkLanguage,
    compose::{Composition, Piece},
    fix::{call::Call, local},
    spec::{argument, position, sink},
};

use crate::{evidence, literal};

pub(crate) struct UnsafeReflection;

/// What the text names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Module,
    Attribute,
    Library,
}

fn sinks() -> Vec<(Named, Sink)> {
    let choice = SinkLanguage::Choice;
    vec![
        (
            Named::Module,
            sink(
                &[
                    "importlib.import_module",
                    "builtins.__import__",
                    "importlib.__import__",
                    "pkgutil.resolve_name",
                    "pydoc.locate",
                    "runpy.run_module",
                    "werkzeug.utils.import_string",
                    "django.utils.module_loading.import_string",
                ],
                position(0),
                choice,
            ),
        ),
        (
            Named::Module,
            sink(
                &["importlib.util.spec_from_file_location", "imp.load_source", "importlib.machinery.SourceFileLoader"],
                argument(1, "location"),
                SinkLanguage::Path,
            ),
        ),
        (Named::Module, sink(&["runpy.run_path"], argument(0, "path_name"), SinkLanguage::Path)),
        (Named::Attribute, sink(&["builtins.getattr"], position(1), choice)),
        (
            Named::Attribute,
            sink(&["operator.methodcaller", "operator.attrgetter"], position(0), choice).confidence(Confidence::Medium),
        ),
        (
            Named::Library,
            sink(
                &[
                    "ctypes.CDLL",
                    "ctypes.PyDLL",
                    "ctypes.WinDLL",
                    "ctypes.OleDLL",
                    "ctypes.cdll.LoadLibrary",
                    "ctypes.pydll.LoadLibrary",
                    "ctypes.windll.LoadLibrary",
                    "ctypes.LibraryLoader.LoadLibrary",
                ],
                argument(0, "name"),
                SinkLanguage::Path,
            ),
        ),
    ]
}

impl Rule for UnsafeReflection {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-unsafe-reflection",
            title: "Untrusted text names the code that runs",
            help: "A module runs when it is imported, and an attribute that is called may be any function that the \
                   object leads to. Untrusted text must not name either:\n\n\
                   ```python\n\
                   handler = getattr(handlers, request.args[\"action\"])\n\
                   handler()\n\
                   ```\n\n\
                   Offer a closed choice:\n\n\
                   ```python\n\
                   ACTIONS = {\"list\": handlers.list_items, \"count\": handlers.count_items}\n\
                   handler = ACTIONS.get(request.args[\"action\"], handlers.unknown)\n\
                   handler()\n\
                   ```\n\n\
                   A constant beginning or end (`getattr(self, \"do_\" + action)`) limits the choice as well.",
            severity: Severity::High,
            cwe: 470,
            tags: &["owasp:A05:2025", "injection"],
            interests: sinks().into_iter().map(|(_, sink)| Interest::Flow(sink)).collect(),
            triggers: &[
                "getattr",
                "import_module",
                "__import__",
                "import_string",
                "ctypes",
                "runpy",
                "methodcaller",
                "attrgetter",
                "resolve_name",
                "locate",
                "spec_from_file",
                "load_source",
            ],
            bad: "import importlib\n\n\ndef load(name: str):\n    return importlib.import_module(name).run()\n",
            good: "import json\nimport csv\n\nREADERS = {\"json\": json.load, \"csv\": csv.reader}\n\n\n\
                   def load(name: str):\n    return READERS.get(name, json.load)\n",
            no_fix_reason: Some(
                "Which modules, attributes or libraries may be chosen is for the program's author to say.",
            ),
            ..Metadata::BASE
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let (named, sink) = sinks().into_iter().nth(matched.interest as usize)?;
        let call = file.node_of(matched).and_then(Call::of)?;
        let name = call.select(&sink.argument);
        match named {
            Named::Module if sink.language == SinkLanguage::Path => {
                Some(evidence::flow(matched, "is part of the path of the code that `{callee}` loads"))
            }
            Named::Module => {
                let within = name.and_then(beginning).is_some_and(|text| text.contains('.'));
                let found = evidence::flow(matched, "names the module that `{callee}` imports");
                Some(if within { found.severity(Severity::Medium).confidence(Confidence::Low) } else { found })
            }
            // What is written in capitals is a constant, such as a level of `logging`.
            Named::Attribute if name.is_some_and(|name| is_capital(name) || is_limited(name)) => None,
            Named::Attribute => match use_of(file, call) {
                Use::Called => {
                    Some(evidence::flow(matched, "names the function that `{callee}` finds and the program calls"))
                }
                Use::OfModule => Some(
                    evidence::flow(matched, "names what `{callee}` takes from a module").severity(Severity::Medium),
                ),
                Use::Value => None,
            },
            Named::Library => {
                Some(evidence::flow(matched, "is part of the name of the library that `{callee}` loads and runs"))
            }
        }
    }
}

/// What happens to the attribute that is found.
enum Use {
    /// It is called.
    Called,
    /// It is one of a whole module.
    OfModule,
    /// It is read.
    Value,
}

fn use_of(file: File<'_>, call: Call<'_>) -> Use {
    let is_factory = call.name() == "methodcaller";
    if is_factory || is_called(call.node) {
        return Use::Called;
    }
    let owner = call.positional(0).filter(|_| call.name() == "getattr");
    let is_module = owner.is_some_and(|owner| {
        let is_plain = |name: &str, target: &str| name == target && name == owner.text();
        file.imports().iter().any(|import| is_plain(&import.local, &import.target))
    });
    if is_module { Use::OfModule } else { Use::Value }
}

/// Tells whether the value of an expression is called: at once, or through its variable.
fn is_called(node: Node<'_>) -> bool {
    let mut inner = node;
    for holder in node.ancestors() {
        match holder.kind() {
            Kind::PARENTHESIZED_EXPRESSION | Kind::AWAIT => {}
            Kind::CALL => return holder.child(Field::FUNCTION) == Some(inner),
            Kind::ASSIGNMENT if holder.child(Field::RIGHT) == Some(inner) => {
                let name = holder.child(Field::LEFT).filter(|left| left.is(Kind::IDENTIFIER)).map(Node::text);
                let Some(scope) = holder.scope() else { return false };
                let calls = |call: Node<'_>| {
                    let callee = call.child(Field::FUNCTION);
                    callee.is_some_and(|callee| callee.is(Kind::IDENTIFIER) && Some(callee.text()) == name)
                };
                return scope
                    .descendants()
                    .any(|node| node.is(Kind::CALL) && node.start() > holder.end() && calls(node));
            }
            _ => return false,
        }
        inner = holder;
    }
    false
}

/// Tells whether a name is made of capitals: `level.upper()`.
fn is_capital(name: Node<'_>) -> bool {
    Call::of(literal::written(name)).is_some_and(|call| call.name() == "upper")
}

/// Tells whether a name begins or ends with a constant that limits the choice, such as `do_` or `_handler`.
fn is_limited(name: Node<'_>) -> bool {
    let Some(composition) = Composition::of(literal::written(name)) else { return false };
    let characters = |pieces: &mut dyn Iterator<Item = &Piece<'_>>| {
        pieces.take_while(|piece| matches!(piece, Piece::Character { .. })).count()
    };
    let begins = characters(&mut composition.pieces.iter());
    begins > 2 || characters(&mut composition.pieces.iter().rev()) > 2
}

/// Gives the constant text that a composed name begins with.
fn beginning(name: Node<'_>) -> Option<String> {
    let composition = Composition::of(literal::written(name))?;
    let mut text = String::new();
    for piece in &composition.pieces {
        match piece {
            Piece::Character { value, .. } => text.push(*value),
            Piece::Break(_) => {}
            Piece::Hole(hole) if local::is_module_constant(hole.expression) => {
                text.push_str(&literal::named_text(hole.expression)?);
            }
            Piece::Hole(_) => break,
        }
    }
    Some(text)
}
