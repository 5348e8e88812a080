//! Conditions that a language model wrote, looked at before anything evaluates them. Invariant: a condition that passes
//! names only the function's parameters and result, and calls only functions that change nothing.

use std::collections::BTreeSet;

use syntax::{
    kinds::{Field, Kind},
    packed::{Node, PackedTree},
    parse::parse,
};

/// Most bytes of one condition.
const MAX_BYTES: usize = 400;
/// The value that the function returned.
pub(crate) const RESULT: &str = "__return__";

/// Built-in functions without side effects.
const FUNCTIONS: [&str; 29] = [
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "chr",
    "dict",
    "divmod",
    "enumerate",
    "float",
    "frozenset",
    "int",
    "isinstance",
    "len",
    "list",
    "max",
    "min",
    "ord",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "type",
    "zip",
];

/// Methods of built-in types without side effects.
const METHODS: [&str; 40] = [
    "casefold",
    "count",
    "decode",
    "difference",
    "encode",
    "endswith",
    "find",
    "get",
    "hex",
    "index",
    "intersection",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isdisjoint",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "issubset",
    "issuperset",
    "isupper",
    "items",
    "join",
    "keys",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rstrip",
    "split",
    "startswith",
    "strip",
    "upper",
    "values",
];

/// Says why a text is no condition over these names; none when it is one.
pub(crate) fn problem(text: &str, names: &[&str]) -> Option<String> {
    if text.len() > MAX_BYTES {
        return Some(format!("a condition is longer than {MAX_BYTES} bytes"));
    }
    if text.contains(['\n', '\r', '#', '\\']) {
        return Some("a condition is one line without comments and escapes".to_owned());
    }
    let parsed = parse(text);
    let tree = &parsed.tree;
    let mut items = tree.root().items();
    let only = match (items.next(), items.next()) {
        (Some(only), None) if parsed.problems.is_empty() && only.kind() == Kind::EXPRESSION_STATEMENT => only,
        _ => return Some("a condition is one Python expression".to_owned()),
    };
    if only.items().count() != 1 {
        return Some("a condition is one Python expression".to_owned());
    }
    let bound = bound_names(tree, text);
    let nodes = (0..tree.node_count()).filter_map(|index| tree.node(index));
    nodes.into_iter().find_map(|node| of_node(node, text, names, &bound))
}

fn of_node(node: Node<'_>, text: &str, names: &[&str], bound: &BTreeSet<&str>) -> Option<String> {
    let written = node.text(text);
    match node.kind() {
        Kind::LAMBDA
        | Kind::NAMED_EXPRESSION
        | Kind::AWAIT
        | Kind::YIELD
        | Kind::ASSIGNMENT
        | Kind::AUGMENTED_ASSIGNMENT
        | Kind::INTERPOLATION => Some(format!("`{written}` has no place in a condition")),
        Kind::CALL => {
            let callee = node.child(Field::FUNCTION)?;
            let is_known = match callee.kind() {
                Kind::IDENTIFIER => FUNCTIONS.contains(&callee.text(text)),
                Kind::ATTRIBUTE => {
                    callee.child(Field::ATTRIBUTE).is_some_and(|method| METHODS.contains(&method.text(text)))
                }
                _ => false,
            };
            (!is_known).then(|| format!("`{}` may not be called in a condition", callee.text(text)))
        }
        Kind::ATTRIBUTE => {
            let attribute = node.child(Field::ATTRIBUTE)?.text(text);
            attribute.starts_with('_').then(|| format!("`{attribute}` may not be read in a condition"))
        }
        Kind::IDENTIFIER => {
            let is_attribute = node.field() == Field::ATTRIBUTE;
            let is_keyword = node.field() == Field::NAME;
            let is_known = names.contains(&written) || bound.contains(written) || FUNCTIONS.contains(&written);
            (!is_attribute && !is_keyword && !is_known).then(|| format!("`{written}` is no parameter of the function"))
        }
        _ => None,
    }
}

/// Gives the names that comprehensions bind.
fn bound_names<'t>(tree: &PackedTree, text: &'t str) -> BTreeSet<&'t str> {
    let nodes = (0..tree.node_count()).filter_map(|index| tree.node(index));
    let targets = nodes.filter(|node| node.kind() == Kind::FOR_IN_CLAUSE).filter_map(|node| node.child(Field::LEFT));
    let mut names = BTreeSet::new();
    for target in targets {
        let inner = (target.index()..target.end_index()).filter_map(|index| tree.node(index));
        names.extend(inner.filter(|node| node.kind() == Kind::IDENTIFIER).filter_map(|node| node.span().slice(text)));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[track_caller]
    fn is(text: &str, expected: Option<&str>) {
        assert_eq!(problem(text, &["name", "base", "__return__"]).as_deref(), expected, "{text}");
    }

    #[test]
    fn conditions_over_parameters_and_result_pass() {
        is("'..' not in __return__[len(base):].split('/')", None);
        is("all(part != '..' for part in name.split('/'))", None);
        is("isinstance(__return__, str) and __return__.startswith(base)", None);
        is("sorted(name, reverse=True) == list(name)", None);
        is("0 < len(name) <= 64", None);
    }

    #[test]
    fn what_could_do_something_does_not() {
        is("__import__('os').system('id')", Some("`__import__('os').system` may not be called in a condition"));
        is("open(name).read() == ''", Some("`open(name).read` may not be called in a condition"));
        is("eval(name)", Some("`eval` may not be called in a condition"));
        is("name.__class__ == str", Some("`__class__` may not be read in a condition"));
        is("(lambda: name)()", Some("`(lambda: name)` may not be called in a condition"));
        is("(name := 'x')", Some("`name := 'x'` has no place in a condition"));
        is("f'{name}' == base", Some("`{name}` has no place in a condition"));
        is("names == []", Some("`names` is no parameter of the function"));
        is("eval == name", Some("`eval` is no parameter of the function"));
    }

    #[test]
    fn a_condition_is_one_expression() {
        let expression = Some("a condition is one Python expression");
        is("name; base", expression);
        is("name == ", expression);
        is("import os", expression);
        is("", expression);
        is("name, base", expression);
        is("True\nimport os", Some("a condition is one line without comments and escapes"));
        is(&"name == ".repeat(99), Some("a condition is longer than 400 bytes"));
    }
}
