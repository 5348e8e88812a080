//! Which functions answer requests. Invariant: only a decorator, a first parameter's name or a base class says so, by
//! the names that the frameworks document.

use securecode_sdk::{Field, Kind, Node, fix::call::Call};

use crate::dotted;

const ROUTES: &[&str] = &[
    "route",
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "errorhandler",
    "exception_handler",
    "app_errorhandler",
    "api_view",
    "view_config",
    "expose",
    "action",
    "websocket",
    "api_route",
    "require_POST",
    "require_GET",
    "require_http_methods",
    "login_required",
    "csrf_exempt",
];
const METHODS: &[&str] =
    &["get", "post", "put", "patch", "delete", "head", "options", "dispatch", "dispatch_request", "prepare"];
const BASES: &[&str] =
    &["View", "Resource", "RequestHandler", "APIView", "ViewSet", "Endpoint", "HTTPEndpoint", "MethodView"];

/// Gives the view that a node is in.
pub(crate) fn around<'a>(node: Node<'a>) -> Option<Node<'a>> {
    let mut functions = node.ancestors().into_iter().filter(|outer| outer.is(Kind::FUNCTION_DEFINITION));
    functions.find(|function| is_view(*function))
}

fn is_view(function: Node<'_>) -> bool {
    decorators(function).any(|decorator| {
        let callee = Call::of(decorator).map_or(decorator, |call| call.callee);
        dotted::last_name(callee).is_some_and(|name| ROUTES.contains(&name))
    }) || takes_request(function)
        || is_method_of_view(function)
}

/// Gives the expressions of a definition's decorators.
pub(crate) fn decorators<'a>(definition: Node<'a>) -> impl Iterator<Item = Node<'a>> {
    let decorated = definition.parent().filter(|parent| parent.is(Kind::DECORATED_DEFINITION));
    let all = decorated.into_iter().flat_map(Node::children).filter(|child| child.is(Kind::DECORATOR));
    all.filter_map(|decorator| decorator.named_children().next())
}

fn takes_request(function: Node<'_>) -> bool {
    let parameters = function.child(Field::PARAMETERS).into_iter().flat_map(Node::named_children);
    let names = parameters.filter_map(|parameter| match parameter.kind() {
        Kind::IDENTIFIER => Some(parameter.text()),
        _ => parameter.named_children().next().map(Node::text),
    });
    names.filter(|name| *name != "self").take(1).any(|name| name == "request" || name == "req")
}

fn is_method_of_view(function: Node<'_>) -> bool {
    let name = function.child(Field::NAME).map(Node::text).unwrap_or_default();
    let class = function.ancestors().into_iter().find(|outer| outer.is(Kind::CLASS_DEFINITION));
    let bases = class.and_then(|class| class.child_of_kind(Kind::ARGUMENT_LIST));
    let mut bases = bases.into_iter().flat_map(Node::named_children).filter_map(dotted::last_name);
    METHODS.contains(&name) && bases.any(|base| BASES.iter().any(|known| base.ends_with(known)))
}
