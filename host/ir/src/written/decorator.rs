//! Decorators of icontract and deal. Invariant: a contract decorator that cannot be read is a problem, never left out in
//! silence.

use std::collections::BTreeSet;

use model::span::Span;
use syntax::{
    kinds::{Field, Kind},
    packed::Node,
};

use super::{Clause, Clauses, WrittenKind, replace_attribute};

/// What a file calls the two libraries.
pub(super) struct Names {
    /// Prefix or whole name as written, the library's own word for it, and the library.
    known: Vec<(String, String, WrittenKind)>,
}

/// Decorators inside `deal.chain` that are looked into.
const MAX_DEPTH: u32 = 4;

impl Names {
    /// Reads the import lines of a file.
    pub(super) fn of(text: &str) -> Self {
        let mut known = Vec::new();
        for line in text.lines().map(str::trim) {
            for (library, kind) in [("icontract", WrittenKind::Icontract), ("deal", WrittenKind::Deal)] {
                let words = [
                    "require",
                    "ensure",
                    "invariant",
                    "snapshot",
                    "pre",
                    "post",
                    "raises",
                    "inv",
                    "pure",
                    "safe",
                    "chain",
                    "has",
                    "reason",
                    "example",
                ];
                if line == format!("import {library}") {
                    known.extend(words.map(|word| (format!("{library}.{word}"), word.to_owned(), kind)));
                } else if let Some(alias) = line.strip_prefix(&format!("import {library} as ")) {
                    known.extend(words.map(|word| (format!("{}.{word}", alias.trim()), word.to_owned(), kind)));
                } else if let Some(names) = line.strip_prefix(&format!("from {library} import ")) {
                    for name in names.trim_matches(['(', ')']).split(',').map(str::trim) {
                        let (word, alias) = name.split_once(" as ").unwrap_or((name, name));
                        known.push((alias.trim().to_owned(), word.trim().to_owned(), kind));
                    }
                }
            }
        }
        Self { known }
    }

    /// Reads one decorator; one that is none of the libraries' changes nothing.
    pub(super) fn read(&self, text: &str, node: Node<'_>, kinds: &BTreeSet<WrittenKind>, clauses: &mut Clauses) {
        let Some(expression) = node.items().next() else { return };
        if self.expression(text, expression, kinds, clauses, MAX_DEPTH) {
            clauses.blanked.push(node.span());
        }
    }

    /// Reads a decorator's expression; tells whether it is a contract.
    fn expression(
        &self,
        text: &str,
        node: Node<'_>,
        kinds: &BTreeSet<WrittenKind>,
        clauses: &mut Clauses,
        depth: u32,
    ) -> bool {
        let callee = if node.kind() == Kind::CALL { node.child(Field::FUNCTION).unwrap_or(node) } else { node };
        let name = callee.text(text);
        let Some((_, word, kind)) = self.known.iter().find(|(known, ..)| known == name) else { return false };
        let Some(depth) = depth.checked_sub(1) else { return false };
        let is_wanted = kinds.contains(kind);
        let arguments: Vec<Node<'_>> = if node.kind() == Kind::CALL {
            node.child(Field::ARGUMENTS).map(|list| list.items().collect()).unwrap_or_default()
        } else {
            Vec::new()
        };
        let mut problem = |why: String| clauses.problems.push((node.span(), why));
        match word.as_str() {
            "chain" => {
                let mut all = true;
                for argument in arguments {
                    all &= self.expression(text, argument, kinds, clauses, depth);
                }
                return all;
            }
            "pure" if is_wanted => {
                clauses.raises.push((*kind, Vec::new()));
                clauses.unchecked.insert("side effects".to_owned());
            }
            "safe" if is_wanted => clauses.raises.push((*kind, Vec::new())),
            "has" if is_wanted => {
                clauses.unchecked.insert("side effects".to_owned());
            }
            "raises" if is_wanted => {
                let names = arguments.iter().filter(|node| node.kind() != Kind::KEYWORD_ARGUMENT);
                clauses.raises.push((*kind, names.map(|node| node.text(text).to_owned()).collect()));
            }
            "has" | "reason" | "example" | "pure" | "safe" | "raises" => {}
            "require" | "ensure" | "invariant" | "snapshot" | "pre" | "post" | "inv" if is_wanted => {
                match condition(text, &arguments) {
                    Some((parameters, body)) => {
                        let body = Body { shown: body.text(text).to_owned(), span: body.span() };
                        add(text, (*kind, word), &parameters, (node, body), &arguments, clauses);
                    }
                    None => match named_condition(text, &arguments) {
                        Ok((parameters, body)) => {
                            add(text, (*kind, word), &parameters, (node, body), &arguments, clauses);
                        }
                        Err(why) => problem(format!("`{name}` {why}")),
                    },
                }
            }
            "require" | "ensure" | "invariant" | "snapshot" | "pre" | "post" | "inv" => {}
            _ => return false,
        }
        true
    }
}

/// Finds a decorator's lambda: its parameters and its body.
fn condition<'n>(text: &str, arguments: &[Node<'n>]) -> Option<(Vec<String>, Node<'n>)> {
    let lambda = arguments.iter().find_map(|argument| match argument.kind() {
        Kind::LAMBDA => Some(*argument),
        Kind::KEYWORD_ARGUMENT => argument.child(Field::VALUE).filter(|value| value.kind() == Kind::LAMBDA),
        _ => None,
    })?;
    let parameters = lambda.child(Field::PARAMETERS).map(|list| {
        let names = list.items().map(|item| item.text(text).split(['=', ':']).next().unwrap_or("").trim().to_owned());
        names.collect()
    });
    Some((parameters.unwrap_or_default(), lambda.child(Field::BODY)?))
}

/// A condition's text and where it stands.
struct Body {
    shown: String,
    span: Span,
}

/// Finds a decorator's condition that is a function of the file: its parameters and a call of it with them.
fn named_condition(text: &str, arguments: &[Node<'_>]) -> Result<(Vec<String>, Body), String> {
    let given = arguments.iter().find_map(|argument| match argument.kind() {
        Kind::IDENTIFIER => Some(*argument),
        Kind::KEYWORD_ARGUMENT if argument.child(Field::NAME).is_some_and(|name| name.text(text) == "condition") => {
            argument.child(Field::VALUE).filter(|value| value.kind() == Kind::IDENTIFIER)
        }
        _ => None,
    });
    let Some(given) = given else { return Err("is understood with a lambda or a function's name only".to_owned()) };
    let name = given.text(text);
    let is_wanted = |item: &Node<'_>| {
        item.kind() == Kind::FUNCTION_DEFINITION && item.child(Field::NAME).is_some_and(|own| own.text(text) == name)
    };
    let root = given.tree().root();
    let Some(definition) = root.items().find(is_wanted) else {
        return Err(format!("names `{name}`, which is no function at this file's top level"));
    };
    let list = definition.child(Field::PARAMETERS);
    let parameters: Vec<Node<'_>> = list.map(|list| list.items().collect()).unwrap_or_default();
    let mut names = Vec::new();
    for parameter in parameters {
        let own = parameter.text(text).split(['=', ':']).next().unwrap_or("").trim().to_owned();
        if own.is_empty() || own.starts_with('*') || own == "/" {
            return Err(format!("names `{name}`, whose parameters are not all plain"));
        }
        names.push(own);
    }
    Ok((names.clone(), Body { shown: format!("{name}({})", names.join(", ")), span: given.span() }))
}

fn add(
    text: &str,
    (kind, word): (WrittenKind, &str),
    parameters: &[String],
    (node, body): (Node<'_>, Body),
    arguments: &[Node<'_>],
    clauses: &mut Clauses,
) {
    let shown = body.shown;
    let mut expression = shown.clone();
    if kind == WrittenKind::Icontract {
        expression = replace_attribute(&expression, "OLD", |name| format!("__old_{name}__"));
        clauses.result_names.insert("result".to_owned());
    } else if let [only] = parameters
        && only == "_"
    {
        let rename = |name: &str| if name == "result" { "__return__".to_owned() } else { name.to_owned() };
        expression = replace_attribute(&expression, "_", rename);
    }
    match (word, parameters) {
        ("snapshot", [of]) => {
            let given = arguments
                .iter()
                .find(|argument| argument.child(Field::NAME).is_some_and(|name| name.text(text) == "name"));
            let name = given.and_then(|argument| argument.child(Field::VALUE));
            let name = name.map_or(of.as_str(), |value| value.text(text).trim_matches(['"', '\'']));
            clauses.snapshots.push((format!("__old_{name}__"), expression));
            return;
        }
        ("snapshot", _) => {
            clauses.problems.push((node.span(), "a snapshot is understood of one argument only".to_owned()));
            return;
        }
        ("post", [result]) => {
            clauses.result_names.insert(result.clone());
        }
        ("inv" | "invariant", [of]) if of != "self" => {
            expression = replace_attribute(&expression, of, |name| format!("self.{name}"));
        }
        ("ensure", _) => {
            clauses.result_names.insert("result".to_owned());
        }
        _ => {}
    }
    let clause = Clause { kind, expression, shown, span: body.span };
    match word {
        "ensure" | "post" => clauses.ensures.push(clause),
        _ => clauses.requires.push(clause),
    }
}
