//! What parsing gives for good, broken and hostile text.
#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use syntax::{
    kinds::{Field, Kind},
    packed::{Node, PackedTree},
    parse::{MAX_PROBLEMS, Parsed, parse},
};

/// Checks the layout: subtree sizes nest, spans are ordered and lie within their parent.
fn checked(text: &str) -> Parsed {
    let parsed = parse(text);
    let tree = &parsed.tree;
    assert_eq!(tree.words().len() % 4, 0);
    assert_eq!(tree.root().subtree_size(), tree.node_count());
    let mut open: Vec<(u32, model::span::Span)> = Vec::new();
    for index in 0..tree.node_count() {
        let node = tree.node(index).unwrap();
        while open.last().is_some_and(|(end, _)| *end <= index) {
            open.pop();
        }
        assert!(node.end_index() <= tree.node_count());
        assert!(node.span().end as usize <= text.len());
        if let Some((end, span)) = open.last() {
            assert!(node.end_index() <= *end && span.contains(node.span()), "{index}");
        }
        open.push((node.end_index(), node.span()));
    }
    parsed
}

fn show(node: Node<'_>) -> String {
    let children: Vec<String> = node.children().map(show).collect();
    let field = if node.field() == Field::NONE { String::new() } else { format!("{}:", node.field().name()) };
    if children.is_empty() {
        format!("{field}{}", node.kind().name())
    } else {
        format!("{field}{}({})", node.kind().name(), children.join(" "))
    }
}

#[test]
fn packs_kinds_fields_and_tokens() {
    let parsed = checked("x = a + f(b, k=1)  # c\n");
    assert!(parsed.problems.is_empty());
    assert_eq!(
        show(parsed.tree.root()),
        "module(expression_statement(assignment(left:identifier right:binary_operator(left:identifier \
         operator:token + right:call(function:identifier arguments:argument_list(identifier \
         keyword_argument(name:identifier value:integer)))))) comment)"
    );
}

#[test]
fn packs_word_operators_as_one_token() {
    assert!(show(checked("a not in b\n").tree.root()).contains("operators:token not in identifier"));
    assert!(show(checked("a is not b\n").tree.root()).contains("operators:token is not identifier"));
}

#[test]
fn keeps_the_byte_order_mark_in_offsets() {
    let text = "\u{feff}x = 1\n";
    let parsed = checked(text);
    assert!(parsed.problems.is_empty());
    let name = (0..parsed.tree.node_count())
        .filter_map(|index| parsed.tree.node(index))
        .find(|node| node.kind() == Kind::IDENTIFIER)
        .unwrap();
    assert_eq!(name.text(text), "x");
    assert_eq!(name.span().start, 3);
}

#[test]
fn survives_odd_text() {
    for text in ["", "\u{feff}", "\r\n", "\t", "\0", "x\0y", "if a:\r\n\tb\r\n", "'", "\"\"\"", "f'{", "(", ")", "\\"] {
        checked(text);
    }
}

#[test]
fn reports_problems_once_and_in_words() {
    assert_eq!(parse("x = (1\ny = 2)\n").problems.len(), 1);
    let problem = parse("x = )\n").problems;
    assert!(
        problem
            .iter()
            .all(|problem| problem.message.starts_with("unexpected") || problem.message.starts_with("missing"))
    );
    assert!(!problem.is_empty());
    assert_eq!(parse("print 'a'\n").problems.first().unwrap().message, "Python 2 `print` statement");
    assert_eq!(parse("exec 'a'\n").problems.first().unwrap().message, "Python 2 `exec` statement");
    assert!(parse(&"x = )\n".repeat(500)).problems.len() <= MAX_PROBLEMS);
}

#[test]
fn survives_deep_nesting() {
    let depth = 20_000;
    checked(&format!("x = {}1{}\n", "(".repeat(depth), ")".repeat(depth)));
    checked(&"(".repeat(depth));
    checked(&format!("x = {}\n", "-".repeat(depth)));
    checked(&format!("x = {}1\n", "lambda: ".repeat(depth)));
}

#[test]
fn survives_a_big_file() {
    let text = "def f(a, b):\n    return a + b * 2\n\n".repeat(280_000);
    assert!(text.len() > 9 << 20);
    let tree: PackedTree = parse(&text).tree;
    assert!(tree.node_count() > 1_000_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_text_gives_a_well_formed_tree(text in "\\PC*") {
        checked(&text);
    }

    #[test]
    fn any_bytes_give_a_well_formed_tree(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        checked(&syntax::decode::decode(&bytes).text);
    }
}
