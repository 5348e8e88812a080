//! Which type of content a response is declared to have. Invariant: only string literals in the same function are read;
//! what is computed is unsaid.

use securecode_sdk::{
    Field, Kind, Node,
    fix::{call::Call, local},
};

use crate::{dotted, literal};

/// What the code says of a response's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declared {
    /// A page that a browser runs scripts of.
    Page,
    /// Something else, such as plain text or JSON.
    Other,
    /// Nothing; the framework's default holds.
    Unsaid,
}

const KEYWORDS: &[&str] = &["mimetype", "content_type", "media_type"];
const SETTERS: &[&str] = &["set_header", "send_header", "add_header", "setdefault", "setHeader", "append"];

/// Gives what a response's call or a view's `return` is declared to be.
pub(crate) fn of(node: Node<'_>) -> Declared {
    match of_expression(node) {
        Declared::Unsaid => node.scope().map_or(Declared::Unsaid, of_scope),
        said => said,
    }
}

/// Reads the arguments of a call, or the further items of a returned tuple.
fn of_expression(node: Node<'_>) -> Declared {
    let mut said = Vec::new();
    if let Some(call) = Call::of(node) {
        for name in KEYWORDS {
            said.extend(call.keyword(name).and_then(literal::text));
        }
        said.extend(call.keyword("headers").and_then(of_headers));
        if let Some(statement) = node.statement().filter(|statement| statement.is(Kind::RETURN_STATEMENT)) {
            said.extend(of_returned(statement));
        }
    } else if node.is(Kind::RETURN_STATEMENT) {
        said.extend(of_returned(node));
    }
    judge(&said)
}

fn of_returned(statement: Node<'_>) -> Option<&str> {
    let items = statement.named_children().next()?.without_parentheses();
    let is_tuple = items.is(Kind::EXPRESSION_LIST) || items.is(Kind::TUPLE);
    items.named_children().filter(|_| is_tuple).find_map(of_headers)
}

/// Reads `{"Content-Type": "text/plain"}` or a variable that is only this.
fn of_headers(node: Node<'_>) -> Option<&str> {
    let node = match local::only_assignment(node) {
        Some(assignment) => assignment.child(Field::RIGHT)?,
        None => node,
    };
    let found = literal::entries(node).find(|(key, _)| key.eq_ignore_ascii_case("content-type"))?.1;
    literal::text(found)
}

/// Reads what a function sets on its response: `response.mimetype = "text/plain"`,
/// `response["Content-Type"] = …`, `self.set_header("Content-Type", …)`.
fn of_scope(scope: Node<'_>) -> Declared {
    if scope.is(Kind::MODULE) {
        return Declared::Unsaid;
    }
    let said: Vec<&str> = scope.descendants().filter_map(set_by).collect();
    judge(&said)
}

fn set_by(node: Node<'_>) -> Option<&str> {
    let is_type = |name: Node<'_>| literal::text(name).is_some_and(|name| name.eq_ignore_ascii_case("content-type"));
    if node.is(Kind::ASSIGNMENT) {
        let left = node.child(Field::LEFT)?;
        let names_type = match left.kind() {
            Kind::ATTRIBUTE => dotted::last_name(left).is_some_and(|name| KEYWORDS.contains(&name)),
            Kind::SUBSCRIPT => left.child(Field::SUBSCRIPT).is_some_and(is_type),
            _ => false,
        };
        return node.child(Field::RIGHT).filter(|_| names_type).and_then(literal::text);
    }
    let call = Call::of(node).filter(|call| SETTERS.contains(&call.name()))?;
    call.positional(0).filter(|name| is_type(*name))?;
    literal::text(call.positional(1)?)
}

fn judge(types: &[&str]) -> Declared {
    let is_page = |of: &&str| ["html", "svg"].iter().any(|kind| of.to_ascii_lowercase().contains(kind));
    match types {
        [] => Declared::Unsaid,
        _ if types.iter().any(is_page) => Declared::Page,
        _ => Declared::Other,
    }
}
