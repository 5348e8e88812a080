//! Values that some call gives back of which nothing is known but that it was given untrusted data: a row that was
//! looked up, an object that a service made. Invariant: a call that the data flow went through is known.

use securecode_sdk::{
    Argument, Field, File, Kind, Match, Node, StepKind,
    fix::{call::Call, local},
};

use crate::{evidence, words};

/// Calls that give back what they are given, as text or in a container.
const PASSING: &[&str] = &[
    "str",
    "repr",
    "bytes",
    "format",
    "format_map",
    "join",
    "replace",
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "title",
    "capitalize",
    "decode",
    "encode",
    "get",
    "pop",
    "group",
    "groups",
    "split",
    "rsplit",
    "partition",
    "rpartition",
    "zfill",
    "removeprefix",
    "removesuffix",
    "translate",
    "expandtabs",
    "center",
    "ljust",
    "rjust",
    "casefold",
    "swapcase",
    "unescape",
    "unquote",
    "unquote_plus",
    "quote",
    "sub",
    "b64decode",
    "urlsafe_b64decode",
    "getvalue",
    "read",
    "readline",
    "load",
    "loads",
    "dumps",
    "get_json",
    "get_data",
    "json",
    "form",
    "post",
    "text",
    "body",
    "parse_qs",
    "parse_qsl",
    "urlparse",
    "urlsplit",
    "urljoin",
    "urlunparse",
    "urlunsplit",
    "geturl",
    "dict",
    "list",
    "tuple",
    "sorted",
    "next",
    "iter",
    "copy",
    "items",
    "values",
    "keys",
    "to_dict",
    "getlist",
    "getone",
    "getall",
    "substitute",
    "safe_substitute",
    "markdown",
    "html",
    "render",
    "min",
    "max",
    "get_argument",
    "get_body_argument",
    "get_query_argument",
    "get_cookie",
    "get_param",
    "get_media",
    "getvalue",
    "getfirst",
    "getattr",
    "reduce",
    "escape",
    "tostring",
    "unhexlify",
    "fromhex",
    "slugify",
    "setdefault",
    "splitlines",
    "reversed",
];

/// How far variables and attributes are followed back.
const MAX_STEPS: usize = 8;

/// Gives the value that a sink's argument names: of a call, of a `return`, or of a store.
pub(crate) fn value<'a>(node: Node<'a>, argument: &Argument) -> Option<Node<'a>> {
    if let Some(call) = Call::of(node) {
        return call.select(argument);
    }
    if node.is(Kind::RETURN_STATEMENT) {
        let value = node.named_children().next()?;
        let is_tuple = value.is(Kind::EXPRESSION_LIST) || value.is(Kind::TUPLE);
        return value.named_children().next().filter(|_| is_tuple).or(Some(value));
    }
    let assignment = node.ancestors().into_iter().find(|outer| outer.is(Kind::ASSIGNMENT))?;
    assignment.child(Field::RIGHT)
}

/// Says whether a value is what an unknown call gives back, or a part of that.
pub(crate) fn is_unknown(file: File<'_>, matched: &Match, value: Node<'_>) -> bool {
    let scope = value.scope();
    let is_outside = |step: &securecode_sdk::PathStep| {
        let is_here = scope.is_some_and(|scope| scope.start() <= step.at.start && step.at.end <= scope.end());
        step.kind != StepKind::Sink && (step.path != file.path() || !is_here)
    };
    if matched.path.iter().any(is_outside) {
        return false;
    }
    let source = evidence::source(matched).map(|step| step.at);
    let mut at = value;
    for _ in 0..MAX_STEPS {
        if source.is_some_and(|source| source.start <= at.start() && at.end() <= source.end) {
            return false;
        }
        let next = match at.kind() {
            Kind::PARENTHESIZED_EXPRESSION | Kind::AWAIT => at.named_children().next(),
            Kind::IDENTIFIER => local::only_assignment(at).and_then(|assignment| assignment.child(Field::RIGHT)),
            Kind::ATTRIBUTE => at.child(Field::OBJECT),
            Kind::SUBSCRIPT => at.child(Field::VALUE),
            Kind::CALL => return Call::of(at).is_some_and(|call| !passes(file, call)),
            _ => return false,
        };
        match next {
            Some(next) => at = next,
            None => return false,
        }
    }
    false
}

/// Says whether a call gives back what it is given: by its name, as a class does, or because this file defines it.
fn passes(file: File<'_>, call: Call<'_>) -> bool {
    let name = call.name();
    let is_class = name.starts_with(|first: char| first.is_ascii_uppercase());
    let is_of_request = call.receiver().is_some_and(|receiver| words::has_any(receiver.text(), &["request", "req"]));
    let is_own = || {
        let mut functions = file.tree().nodes().filter(|node| node.is(Kind::FUNCTION_DEFINITION));
        functions.any(|function| function.child(Field::NAME).is_some_and(|label| label.text() == name))
    };
    PASSING.contains(&name) || is_class || is_of_request || is_own()
}
