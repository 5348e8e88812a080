//! Follows an expression through a local variable to where it is composed. Invariant: a variable is followed only when
//! one assignment gives its value and nothing else would notice a change of that value.

use crate::{Field, Kind, Node, Span, fix::call::Call};

/// An expression and where it is written.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The composed expression.
    pub expression: Node<'a>,
    /// The assignment that it is the right side of; `None`: it stands where it is used.
    pub assignment: Option<Node<'a>>,
}

/// Gives the expression that an argument's value comes from: itself, or the right side of the only assignment to the
/// local variable that it names.
pub fn origin(argument: Node<'_>) -> Option<Origin<'_>> {
    let expression = argument.without_parentheses();
    if !expression.is(Kind::IDENTIFIER) {
        return Some(Origin { expression, assignment: None });
    }
    let name = expression.text();
    let scope = expression.scope()?;
    let mut assignment = None;
    for node in own_nodes(scope) {
        if !node.is(Kind::IDENTIFIER) || node.text() != name || node == expression || is_label(node) {
            continue;
        }
        match node.parent() {
            Some(parent) if is_plain_assignment(parent) && parent.child(Field::LEFT) == Some(node) => {
                if assignment.replace(parent).is_some() {
                    return None;
                }
            }
            _ if is_printed(node) => {}
            _ => return None,
        }
    }
    // A nested function may read the variable too, and the top level's names are everybody's.
    let elsewhere = scope.descendants().filter(|node| node.is(Kind::IDENTIFIER) && node.text() == name).count();
    let here = own_nodes(scope).filter(|node| node.is(Kind::IDENTIFIER) && node.text() == name).count();
    let assignment: Node<'_> =
        assignment.filter(|assignment| elsewhere == here && assignment.end() <= expression.start())?;
    let value = assignment.child(Field::RIGHT)?.without_parentheses();
    let moved = Span { start: assignment.end(), end: expression.start() };
    reads_the_same(scope, value, moved).then_some(Origin { expression: value, assignment: Some(assignment) })
}

/// Gives the only assignment to the local variable that an expression names, whatever else reads the variable: for
/// edits that keep the value for every honest use, such as a check of it.
pub fn only_assignment(expression: Node<'_>) -> Option<Node<'_>> {
    let name = expression.without_parentheses();
    let scope = name.is(Kind::IDENTIFIER).then(|| name.scope())??;
    let is_same = |node: &Node<'_>| node.is(Kind::IDENTIFIER) && node.text() == name.text() && !is_label(*node);
    let mut written = scope.descendants().filter(is_same).filter(|node| is_written(*node));
    let target = written.next().filter(|_| written.next().is_none())?;
    let assignment =
        target.parent().filter(|parent| is_plain_assignment(*parent) && parent.child(Field::LEFT) == Some(target))?;
    (assignment.end() <= name.start() && assignment.scope() == Some(scope)).then_some(assignment)
}

/// Tells whether a name is that of a module-level variable with one value, made of literals only.
pub fn is_module_constant(name: Node<'_>) -> bool {
    is_constant(name, 0)
}

fn is_constant(name: Node<'_>, depth: u32) -> bool {
    let name = name.without_parentheses();
    let Some(root) = name.tree().root().filter(|_| name.is(Kind::IDENTIFIER) && depth < 4) else { return false };
    let is_same = |node: &Node<'_>| node.is(Kind::IDENTIFIER) && node.text() == name.text() && !is_label(*node);
    let mut written = root.descendants().filter(is_same).filter(|node| is_written(*node));
    let Some(target) = written.next().filter(|_| written.next().is_none()) else { return false };
    let Some(assignment) = target.parent().filter(|parent| is_plain_assignment(*parent)) else { return false };
    let value = assignment.child(Field::RIGHT).map(Node::without_parentheses);
    assignment.scope() == Some(root) && value.is_some_and(|value| is_literal(value, depth))
}

fn is_literal(value: Node<'_>, depth: u32) -> bool {
    match value.kind() {
        Kind::INTEGER | Kind::FLOAT => true,
        Kind::STRING | Kind::CONCATENATED_STRING => !value.descendants().any(|node| node.is(Kind::INTERPOLATION)),
        Kind::BINARY_OPERATOR => {
            let operands = [value.child(Field::LEFT), value.child(Field::RIGHT)];
            depth < 4
                && operands.into_iter().all(|operand| {
                    operand.is_some_and(|operand| is_literal(operand, depth + 1) || is_constant(operand, depth + 1))
                })
        }
        _ => false,
    }
}

/// Tells whether an expression is surely a string: a literal, a string method, `str(…)`, a required request parameter,
/// a variable or parameter of such.
pub fn is_text(expression: Node<'_>) -> bool {
    is_text_within(expression, 8)
}

fn is_text_within(expression: Node<'_>, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let is_text = |node: Node<'_>| is_text_within(node, depth);
    let expression = expression.without_parentheses();
    match expression.kind() {
        Kind::STRING | Kind::CONCATENATED_STRING => true,
        Kind::CALL => Call::of(expression).is_some_and(|call| match call.name() {
            "str" | "input" | "getenv" => call.name() != "getenv" || call.arguments().count() == 2,
            "strip" | "lstrip" | "rstrip" | "lower" | "upper" | "replace" | "title" | "format" | "join" => true,
            "get" => {
                let holds_texts = call.receiver().is_some_and(|receiver| is_text_mapping(receiver.text()));
                holds_texts && call.positional(1).is_some_and(is_text) && call.keyword("type").is_none()
            }
            _ => false,
        }),
        Kind::SUBSCRIPT => expression.child(Field::VALUE).is_some_and(|value| is_text_mapping(value.text())),
        Kind::IDENTIFIER => {
            let assigned = only_assignment(expression).and_then(|assignment| assignment.child(Field::RIGHT));
            assigned.is_some_and(is_text) || is_text_parameter(expression)
        }
        _ => false,
    }
}

fn is_text_mapping(expression: &str) -> bool {
    let names = ["args", "form", "values", "cookies", "headers", "GET", "POST", "COOKIES", "environ", "query"];
    let mapping = expression.rsplit('.').next().unwrap_or_default();
    names.contains(&mapping) && (expression.contains("request") || expression == "os.environ")
}

fn is_text_parameter(name: Node<'_>) -> bool {
    let parameters = name.scope().and_then(|scope| scope.child(Field::PARAMETERS));
    let mut typed = parameters
        .into_iter()
        .flat_map(Node::children)
        .filter(|parameter| parameter.child(Field::TYPE).is_some_and(|annotation| annotation.text() == "str"));
    typed.any(|parameter| {
        let label = parameter.child(Field::NAME).or_else(|| parameter.named_children().next());
        label.is_some_and(|label| label.text() == name.text())
    })
}

/// Tells whether an identifier stands where a name gets a value.
fn is_written(identifier: Node<'_>) -> bool {
    let ancestors = identifier.ancestors();
    let mut inner = identifier;
    for outer in ancestors {
        match outer.kind() {
            Kind::PATTERN_LIST | Kind::TUPLE | Kind::LIST | Kind::LIST_SPLAT | Kind::AS_PATTERN => {}
            Kind::ASSIGNMENT | Kind::AUGMENTED_ASSIGNMENT | Kind::FOR_STATEMENT => {
                return outer.child(Field::LEFT) == Some(inner);
            }
            Kind::NAMED_EXPRESSION => return outer.child(Field::NAME) == Some(inner),
            Kind::PARAMETERS | Kind::GLOBAL_STATEMENT | Kind::NONLOCAL_STATEMENT => return true,
            Kind::TYPED_PARAMETER => return true,
            Kind::DEFAULT_PARAMETER | Kind::TYPED_DEFAULT_PARAMETER => return outer.child(Field::NAME) == Some(inner),
            _ if inner.field() == Field::ALIAS => return true,
            _ => return false,
        }
        inner = outer;
    }
    false
}

/// Gives the nodes of a scope without those of functions and classes in it.
pub fn own_nodes(scope: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let mut nested_until = 0;
    scope.descendants().filter(move |node| {
        if node.start() < nested_until {
            return false;
        }
        if [Kind::FUNCTION_DEFINITION, Kind::CLASS_DEFINITION, Kind::LAMBDA].contains(&node.kind()) {
            nested_until = node.end();
            return false;
        }
        true
    })
}

fn is_plain_assignment(node: Node<'_>) -> bool {
    node.is(Kind::ASSIGNMENT) && node.child(Field::RIGHT).is_some_and(|right| !right.is(Kind::ASSIGNMENT))
}

/// An attribute's or keyword's name is no variable.
fn is_label(node: Node<'_>) -> bool {
    node.field() == Field::ATTRIBUTE
        || node.field() == Field::NAME && node.parent().is_some_and(|parent| parent.is(Kind::KEYWORD_ARGUMENT))
}

/// A value that is only shown may change.
fn is_printed(node: Node<'_>) -> bool {
    let Some(call) = node.ancestors().into_iter().find_map(Call::of) else { return false };
    let shows = ["print", "debug", "info", "warning", "error", "log"].contains(&call.name());
    shows && call.list.contains(node)
}

/// Tells whether no name that the expression reads is given another value in this span.
fn reads_the_same(scope: Node<'_>, expression: Node<'_>, span: Span) -> bool {
    let within = |node: &Node<'_>| span.start <= node.start() && node.end() <= span.end;
    let assigned = own_nodes(scope).filter(|node| within(node) && [Field::LEFT, Field::ALIAS].contains(&node.field()));
    let mut names = assigned.flat_map(|target| std::iter::once(target).chain(target.descendants()));
    !names.any(|name| {
        name.is(Kind::IDENTIFIER)
            && std::iter::once(expression)
                .chain(expression.descendants())
                .any(|read| read.is(Kind::IDENTIFIER) && read.text() == name.text())
    })
}
