//! Values that names stand for. Invariant: a name is followed only to its one assignment, in the function or at the top
//! of the module; every other name stands for itself.

use securecode_sdk::{
    Field, Kind, Node,
    fix::{call::Call, local},
};

use crate::literal;

/// How far a file is followed from a read back to where it is opened.
const DEPTH: usize = 4;

/// Gives the expression that a name was given, or the expression itself.
pub(crate) fn origin<'a>(expression: Node<'a>) -> Node<'a> {
    let expression = expression.without_parentheses();
    if !expression.is(Kind::IDENTIFIER) {
        return expression;
    }
    let assigned = local::only_assignment(expression).or_else(|| module_assignment(expression));
    assigned.and_then(|assignment| assignment.child(Field::RIGHT)).map_or(expression, Node::without_parentheses)
}

/// Gives the text of a literal, also through a name.
pub(crate) fn text<'a>(expression: Node<'a>) -> Option<&'a str> {
    literal::text(origin(expression))
}

/// Gives the constant path of the file that an expression is, reads, or was opened as.
pub(crate) fn file_path<'a>(expression: Node<'a>) -> Option<&'a str> {
    path_within(expression, DEPTH)
}

fn path_within<'a>(expression: Node<'a>, depth: usize) -> Option<&'a str> {
    let depth = depth.checked_sub(1)?;
    let origin = opened(expression).unwrap_or_else(|| origin(expression));
    if let Some(text) = literal::text(origin) {
        return Some(text);
    }
    let call = Call::of(origin)?;
    match call.name() {
        "read" | "read_bytes" | "read_text" => path_within(call.receiver()?, depth),
        "open" => {
            // `open(path)` and `gzip.open(path)`, or `Path(path).open()`.
            let argument = call.positional(0).or_else(|| call.keyword("file"));
            let is_path = call.receiver().filter(|receiver| Call::of(*receiver).is_some());
            path_within(is_path.or(argument)?, depth)
        }
        "Path" | "PurePath" | "BytesIO" | "StringIO" => path_within(call.positional(0)?, depth),
        _ => None,
    }
}

/// Gives what a `with` statement around an expression binds to its name.
fn opened<'a>(name: Node<'a>) -> Option<Node<'a>> {
    let name = name.without_parentheses();
    if !name.is(Kind::IDENTIFIER) {
        return None;
    }
    let ancestors = name.ancestors();
    let mut items = ancestors
        .into_iter()
        .take_while(|outer| !outer.is(Kind::FUNCTION_DEFINITION))
        .filter(|outer| outer.is(Kind::WITH_STATEMENT))
        .flat_map(|statement| statement.descendants().filter(|node| node.is(Kind::AS_PATTERN)).collect::<Vec<_>>());
    let bound = items.find(|item| item.child(Field::ALIAS).is_some_and(|alias| alias.text() == name.text()))?;
    bound.named_children().next()
}

fn module_assignment<'a>(name: Node<'a>) -> Option<Node<'a>> {
    let root = name.tree().root().filter(|_| local::is_module_constant(name))?;
    local::own_nodes(root)
        .filter(|node| node.is(Kind::ASSIGNMENT))
        .find(|node| node.child(Field::LEFT).is_some_and(|left| left.text() == name.text()))
}
