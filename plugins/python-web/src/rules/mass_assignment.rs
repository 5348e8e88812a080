//! Attributes that a request chooses (CWE-915). Invariant: what is made to take any fields of a request, such as a
//! schema or a form, is no finding.
//!
//! # What
//! A model takes all fields of a request, or an attribute is set whose name came with one.
//! # Why
//! A field that no form has (`is_admin`) is set all the same.
//! # Fix
//! Name the fields.

use securecode_sdk::{
    Confidence, Field, File, Found, Interest, Kind, Match, Metadata, Node, Rule, Severity, SinkLanguage,
    fix::{call::Call, local},
    identifier,
    spec::{position, sink},
};

use crate::{dotted, evidence, literal, tested, words};

pub(crate) struct MassAssignment;

/// What holds all fields of a request.
const BODIES: &[&str] =
    &["json", "form", "POST", "GET", "args", "values", "data", "query_params", "json_body", "params", "media"];
const BODY_CALLS: &[&str] = &["get_json", "json", "form", "post", "get_media", "to_dict", "dict", "items"];
/// Methods of models and queries that write the fields that they are given.
const WRITERS: &[&str] =
    &["create", "update", "update_or_create", "get_or_create", "values", "bulk_create", "insert", "acreate", "aupdate"];
/// Words in names of classes that check fields themselves.
const CHECKING: &[&str] = &[
    "form",
    "schema",
    "serializer",
    "request",
    "response",
    "dto",
    "params",
    "parameters",
    "query",
    "input",
    "payload",
    "filter",
    "filters",
    "exception",
    "error",
    "config",
    "args",
    "model",
    "in",
    "settings",
    "options",
    "spec",
    "validator",
];
/// Base classes whose objects check the fields that they are made from.
const CHECKING_BASES: &[&str] = &[
    "BaseModel",
    "Schema",
    "Form",
    "ModelForm",
    "Serializer",
    "ModelSerializer",
    "TypedDict",
    "NamedTuple",
    "BaseSettings",
];

impl Rule for MassAssignment {
    fn metadata(&self) -> Metadata {
        Metadata {
            id: "python-mass-assignment",
            title: "Attributes chosen by a request",
            help: "A request may hold more fields than the form that it pretends to come from. A model that takes them \
                   all takes `is_admin` and `balance` too:\n\n\
                   ```python\n\
                   user = User(**request.get_json())\n\
                   ```\n\n\
                   Name the fields (`User(name=data[\"name\"])`), or let a schema or form with named fields read the \
                   request.",
            severity: Severity::Medium,
            confidence: Confidence::Medium,
            cwe: 915,
            tags: &["owasp:A08:2025"],
            interests: vec![
                Interest::Node(vec!["dictionary_splat".into()]),
                Interest::Flow(sink(&["builtins.setattr"], position(1), SinkLanguage::Choice)),
                Interest::Flow(
                    sink(&["*.update", "dict.update"], position(0), SinkLanguage::Choice)
                        .confidence(Confidence::Medium),
                ),
            ],
            triggers: &["request", "req.", "setattr", "__dict__", "vars("],
            bad: "from flask import request\n\n\ndef register():\n    db.add(User(**request.get_json()))\n",
            good: "from flask import request\n\n\ndef register():\n    db.add(User(name=request.get_json()['name']))\n",
            no_fix_reason: Some("Which fields a request may set is not said in the code."),
        }
    }

    fn check(&self, file: File<'_>, matched: &Match) -> Option<Found> {
        let node = file.node_of(matched)?;
        if evidence::is_local(matched) {
            return None;
        }
        match matched.interest {
            0 => splat(file, node),
            1 => {
                let name = Call::of(node)?.positional(1)?;
                (!tested::is_tested(name)).then(|| evidence::flow(matched, "chooses which attribute `setattr` sets"))
            }
            _ => {
                let receiver = Call::of(node)?.receiver()?;
                let is_object = receiver.text().ends_with(".__dict__")
                    || Call::of(receiver).is_some_and(|call| call.callee.text() == "vars");
                is_object.then(|| evidence::flow(matched, "sets whichever attributes of an object it names"))
            }
        }
    }
}

/// Judges `User(**request.json)` and `User.objects.create(**data)`.
fn splat(file: File<'_>, splat: Node<'_>) -> Option<Found> {
    let call = Call::of(splat.parent()?.parent()?)?;
    let given = splat.named_children().next()?;
    let value = match local::only_assignment(given) {
        Some(assignment) => assignment.child(Field::RIGHT)?,
        None => given,
    };
    if !is_body(value) || !writes(file, call) || removes_fields(given) {
        return None;
    }
    let callee = call.callee.text();
    Some(Found::new(
        call.node.span(),
        format!("`{callee}` takes every field that the request holds, whatever its name."),
    ))
}

/// Says whether an expression holds all fields of a request: `request.form`, `await request.json()`.
fn is_body(value: Node<'_>) -> bool {
    let value = match value.kind() {
        Kind::AWAIT => value.named_children().next().unwrap_or(value),
        _ => value.without_parentheses(),
    };
    let is_request = |node: Node<'_>| ["request", "req"].contains(&dotted::last_name(node).unwrap_or_default());
    if let Some(call) = Call::of(value) {
        let Some(receiver) = call.receiver() else {
            let first = call.positional(0).filter(|_| call.name() == "dict");
            return first.is_some_and(is_body);
        };
        let is_load = call.name() == "loads" && call.positional(0).is_some_and(|text| text.text().contains("request."));
        return is_load || (BODY_CALLS.contains(&call.name()) && (is_request(receiver) || is_body(receiver)));
    }
    let object = value.child(Field::OBJECT).filter(|_| value.is(Kind::ATTRIBUTE));
    object.is_some_and(is_request) && BODIES.contains(&dotted::last_name(value).unwrap_or_default())
}

/// Says whether a callee stores the fields that it is given: a class, or a query's method.
fn writes(file: File<'_>, call: Call<'_>) -> bool {
    let Some(name) = dotted::last_name(call.callee) else { return false };
    if WRITERS.contains(&name) {
        let receiver = call.receiver().map(Node::text).unwrap_or_default();
        return receiver.contains("objects")
            || receiver.contains("insert(")
            || receiver.contains("update(")
            || receiver.contains("query")
            || receiver.contains("filter")
            || receiver.starts_with(|first: char| first.is_ascii_uppercase());
    }
    let is_class = name.starts_with(|first: char| first.is_ascii_uppercase()) && name.chars().any(char::is_lowercase);
    let last_word = identifier::words(name).pop().unwrap_or_default();
    let is_checking = CHECKING.contains(&last_word.as_str()) || is_standard(file, call.callee);
    is_class && !is_checking && !checks_fields(file, name)
}

/// Says whether a class comes from a library that has no models: `Decimal`, `Request`.
fn is_standard(file: File<'_>, callee: Node<'_>) -> bool {
    const LIBRARIES: &[&str] =
        &["collections", "datetime", "decimal", "pydantic", "marshmallow", "wtforms", "requests", "httpx", "typing"];
    let path = dotted::path(file, callee).unwrap_or_default();
    LIBRARIES.contains(&path.split('.').next().unwrap_or_default())
}

/// Says whether the class is of this file and checks its fields, or says which it has as a dataclass.
fn checks_fields(file: File<'_>, name: &str) -> bool {
    let classes = file.tree().nodes().filter(|node| node.is(Kind::CLASS_DEFINITION));
    let mut of_name = classes.filter(|class| class.child(Field::NAME).is_some_and(|label| label.text() == name));
    of_name.any(|class| {
        let bases = class.child_of_kind(Kind::ARGUMENT_LIST);
        let mut bases = bases.into_iter().flat_map(Node::named_children).filter_map(dotted::last_name);
        bases.any(|base| CHECKING_BASES.iter().any(|known| base.ends_with(known)))
    })
}

/// `data.pop("is_admin", None)` before the call: somebody thought of it.
fn removes_fields(given: Node<'_>) -> bool {
    let Some(scope) = given.scope().filter(|_| given.is(Kind::IDENTIFIER)) else { return false };
    let name = given.text();
    scope.descendants().filter_map(Call::of).any(|call| {
        let is_same = call.receiver().is_some_and(|receiver| receiver.text() == name);
        let takes = |argument: Node<'_>| argument.text() == name;
        (is_same && call.name() == "pop" && call.positional(0).and_then(literal::text).is_some())
            || (words::has_any(call.name(), &["validate", "check", "clean"]) && call.arguments().any(takes))
    })
}
