//! Where in a condition a value stands. Invariant: a display is read only as it is written, at most `DEPTH` levels deep.

use securecode_sdk::{Field, Kind, Node, fix::call::Call};

use crate::literal::{self, text};

const DEPTH: usize = 8;
/// Operators whose value the server runs as JavaScript.
const SCRIPTS: [&str; 3] = ["$where", "$function", "$accumulator"];
/// Operators whose value holds conditions.
const NESTING: [&str; 8] = ["$and", "$or", "$nor", "$not", "$elemMatch", "$match", "$expr", "$query"];
/// What requests call their collections of texts.
const MAPPINGS: [&str; 8] = ["args", "form", "values", "GET", "POST", "query_params", "query", "params"];

/// What untrusted data decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The text of a script.
    Script,
    /// The names of fields, and so the operators.
    Keys,
    /// Values in whose place objects can stand.
    Objects,
    /// Values that the function was given.
    Passed,
    /// Nothing but plain values.
    Literals,
}

/// Tells what the open parts of a condition decide.
pub(super) fn place(given: Node<'_>) -> Place {
    let written = literal::written(given);
    if is_script(written, DEPTH) {
        return Place::Script;
    }
    if is_collection(written) || has_collection(written) {
        return Place::Keys;
    }
    let mut values = Vec::new();
    compared(written, DEPTH, &mut values);
    let shapes: Vec<Shape> = values.iter().map(|value| shape(*value)).collect();
    if shapes.contains(&Shape::Any) {
        Place::Objects
    } else if shapes.contains(&Shape::Passed) {
        Place::Passed
    } else {
        Place::Literals
    }
}

/// What an expression can be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A text, number or identifier of a document.
    Plain,
    /// What the function was given.
    Passed,
    /// Any object.
    Any,
}

fn shape(value: Node<'_>) -> Shape {
    let value = literal::written(value);
    match value.kind() {
        Kind::IDENTIFIER => Shape::Passed,
        // Parsed data has keys; what has attributes is an object of a class, whose fields have types.
        Kind::ATTRIBUTE if !is_body(value) => Shape::Plain,
        Kind::SUBSCRIPT | Kind::ATTRIBUTE | Kind::AWAIT | Kind::NAMED_EXPRESSION => Shape::Any,
        Kind::CALL => Call::of(value).map_or(Shape::Any, |call| match call.name() {
            "get" | "pop" | "loads" | "get_json" | "json" | "dict" | "copy" | "setdefault" | "deepcopy" => Shape::Any,
            _ => Shape::Plain,
        }),
        Kind::BOOLEAN_OPERATOR | Kind::CONDITIONAL_EXPRESSION => Shape::Any,
        _ => Shape::Plain,
    }
}

/// `request.json` and its like.
fn is_body(attribute: Node<'_>) -> bool {
    let name = attribute.child(Field::ATTRIBUTE).map_or("", Node::text);
    ["json", "json_body", "data", "media", "body"].contains(&name)
}

/// Collects the values in whose place an object would hold operators: `$eq` and its like take any value literally.
fn compared<'a>(condition: Node<'a>, depth: usize, values: &mut Vec<Node<'a>>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match condition.kind() {
        Kind::DICTIONARY => {
            for pair in condition.named_children().filter(|child| child.is(Kind::PAIR)) {
                let key = pair.child(Field::KEY).and_then(text);
                let is_operator = key.as_deref().is_some_and(|key| key.starts_with('$'));
                let takes_conditions = key.as_deref().is_some_and(|key| NESTING.contains(&key));
                let Some(value) = pair.child(Field::VALUE).map(Node::without_parentheses) else { continue };
                if value.is(Kind::DICTIONARY) || value.is(Kind::LIST) || !is_operator || takes_conditions {
                    compared(value, depth, values);
                }
            }
            let spreads = condition.named_children().filter(|child| child.is(Kind::DICTIONARY_SPLAT));
            values.extend(spreads.flat_map(Node::named_children));
        }
        Kind::LIST | Kind::TUPLE => condition.named_children().for_each(|item| compared(item, depth, values)),
        _ => values.push(condition),
    }
}

fn is_script(node: Node<'_>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    node.named_children().any(|child| match child.kind() {
        Kind::PAIR => {
            let key = child.child(Field::KEY).and_then(text);
            let value = child.child(Field::VALUE);
            let runs = key.is_some_and(|key| SCRIPTS.contains(&key.as_str()));
            runs && value.is_some_and(is_open_text) || value.is_some_and(|value| is_script(value, depth))
        }
        Kind::DICTIONARY | Kind::LIST | Kind::TUPLE => is_script(child, depth),
        _ => false,
    })
}

/// Tells whether an expression is a text that is not constant.
fn is_open_text(value: Node<'_>) -> bool {
    let value = literal::written(value);
    !value.is(Kind::DICTIONARY) && text(value).is_none()
}

/// Tells whether an expression is a request's collection as a whole: `request.args`, `request.form.to_dict()`,
/// `dict(request.args)`.
fn is_collection(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::ATTRIBUTE => {
            let name = node.child(Field::ATTRIBUTE).map_or("", Node::text);
            MAPPINGS.contains(&name) && node.text().contains("request")
        }
        Kind::CALL => Call::of(node).is_some_and(|call| match call.name() {
            "to_dict" | "dict" | "copy" => {
                let inner = call.receiver().or_else(|| call.positional(0));
                inner.is_some_and(is_collection)
            }
            _ => false,
        }),
        _ => false,
    }
}

/// Tells whether a display spreads a request's collection: `{**request.args}`.
fn has_collection(node: Node<'_>) -> bool {
    let spreads = node.named_children().filter(|child| child.is(Kind::DICTIONARY_SPLAT));
    spreads.flat_map(Node::named_children).any(is_collection)
}

/// Tells whether the function asks for the type of a name that stands in the condition.
pub(super) fn is_checked(given: Node<'_>) -> bool {
    let origin = literal::written(given);
    let nodes = std::iter::once(origin).chain(origin.descendants());
    let names: Vec<&str> = nodes.filter(|node| node.is(Kind::IDENTIFIER)).map(Node::text).collect();
    let Some(scope) = given.scope() else { return false };
    let is_test = |call: &Call<'_>| match call.name() {
        "isinstance" => true,
        "type" => call.node.parent().is_some_and(|parent| parent.is(Kind::COMPARISON_OPERATOR)),
        _ => false,
    };
    let mut tests = scope.descendants().filter_map(Call::of).filter(is_test);
    tests.any(|call| call.positional(0).is_some_and(|checked| names.contains(&checked.text())))
}

/// Gives the values of a written condition that a field is compared with and that are no constants or objects.
pub(super) fn equalities(given: Node<'_>) -> Vec<Node<'_>> {
    let origin = literal::written(given);
    if !origin.is(Kind::DICTIONARY) {
        return Vec::new();
    }
    let values = origin.named_children().filter(|child| child.is(Kind::PAIR)).filter_map(|pair| {
        let is_field = pair.child(Field::KEY).and_then(text).is_some_and(|key| !key.starts_with('$'));
        pair.child(Field::VALUE).filter(|_| is_field)
    });
    let is_read = |value: &Node<'_>| match value.kind() {
        Kind::SUBSCRIPT => true,
        Kind::CALL => Call::of(*value).is_some_and(|call| call.name() == "get" && call.positional_count() == Some(1)),
        _ => false,
    };
    values.filter(is_read).collect()
}
