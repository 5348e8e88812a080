//! The code around a finding, cut out for a language model. Invariant: the cut is whole lines of one definition, and what
//! is written in it as an answer goes back to the same lines.

use std::ops::Range;

use model::{patch::Edit, span::Span};
use syntax::{
    kinds::{Field, Kind},
    packed::{Node, PackedTree},
    parse::parse,
};

use crate::snapshot::Snapshot;

/// Whole lines of a file, and what in them is no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct QuotedCode {
    /// The lines' bytes in the file, with the last line's end.
    pub(crate) span: Span,
    /// Bytes of the comments, from the lines' start.
    pub(crate) comments: Vec<Range<usize>>,
    /// Bytes of the docstrings, from the lines' start.
    pub(crate) docstrings: Vec<Range<usize>>,
}

/// Cuts out the innermost function around a place with its decorators, or at top level the statement.
pub(crate) fn around(tree: &PackedTree, text: &str, place: Span) -> Option<QuotedCode> {
    let holds = |node: &Node<'_>| node.span().start <= place.start && place.end <= node.span().end;
    let mut current = tree.root();
    let mut chosen: Option<Node<'_>> = None;
    let mut has_function = false;
    while let Some(child) = current.children().find(holds) {
        let is_decorated = child.kind() == Kind::DECORATED_DEFINITION
            && child.child(Field::DEFINITION).is_some_and(|inner| inner.kind() == Kind::FUNCTION_DEFINITION);
        let is_bare_function =
            child.kind() == Kind::FUNCTION_DEFINITION && current.kind() != Kind::DECORATED_DEFINITION;
        if is_decorated || is_bare_function || (chosen.is_none() && current.kind() == Kind::MODULE) {
            has_function |= is_decorated || is_bare_function;
            chosen = Some(child);
        }
        current = child;
    }
    let chosen = chosen?;
    // A class without a function around the place is not cut out as a whole.
    if !has_function && chosen.kind() == Kind::CLASS_DEFINITION {
        return None;
    }
    let span = whole_lines(text, chosen.span())?;
    let inside = |node: Node<'_>| {
        let (start, end) = (node.span().start.checked_sub(span.start)?, node.span().end.checked_sub(span.start)?);
        (node.span().end <= span.end).then_some(start as usize..end as usize)
    };
    let nodes = || (0..tree.node_count()).filter_map(|index| tree.node(index));
    let comments = nodes().filter(|node| node.kind() == Kind::COMMENT).filter_map(inside).collect();
    let docstrings = nodes().filter_map(docstring).filter_map(inside).collect();
    Some(QuotedCode { span, comments, docstrings })
}

/// Gives the docstring of a module, class or function.
fn docstring(node: Node<'_>) -> Option<Node<'_>> {
    let body = match node.kind() {
        Kind::MODULE => node,
        Kind::FUNCTION_DEFINITION | Kind::CLASS_DEFINITION => node.child(Field::BODY)?,
        _ => return None,
    };
    let first = body.children().find(|child| child.kind() != Kind::COMMENT)?;
    let text = if first.kind() == Kind::EXPRESSION_STATEMENT { first.children().next()? } else { first };
    (text.kind() == Kind::STRING).then_some(text)
}

fn whole_lines(text: &str, span: Span) -> Option<Span> {
    let before = text.get(..span.start as usize)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let behind = text.get(span.end as usize..)?;
    let end = behind.find('\n').map_or(text.len(), |at| span.end as usize + at + 1);
    Some(Span::new(start as u32, end as u32))
}

fn is_import(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::IMPORT_STATEMENT | Kind::IMPORT_FROM_STATEMENT | Kind::FUTURE_IMPORT_STATEMENT)
}

/// Gives the module's import statements as they are written, those at the top level alone.
pub(crate) fn import_lines(tree: &PackedTree, text: &str) -> Vec<String> {
    tree.root().children().filter(|node| is_import(*node)).map(|node| node.text(text).to_owned()).collect()
}

/// Gives the edit that adds import statements: behind the last of the module's first ones, or behind its docstring.
pub(crate) fn with_imports(tree: &PackedTree, text: &str, lines: &[String]) -> Option<Edit> {
    if lines.is_empty() {
        return None;
    }
    let root = tree.root();
    let mut last: Option<Span> = docstring(root).map(Node::span);
    for child in root.children() {
        let is_docstring = last.is_some_and(|span| child.span().start <= span.start);
        if is_import(child) {
            last = Some(child.span());
        } else if child.kind() != Kind::COMMENT && !is_docstring {
            break;
        }
    }
    let at = last.and_then(|span| whole_lines(text, span)).map_or(0, |span| span.end);
    let is_line_start = text.get(..at as usize)?.is_empty() || text.get(..at as usize)?.ends_with('\n');
    let start = if is_line_start { "" } else { "\n" };
    let replacement = format!("{start}{}\n", lines.join("\n"));
    Some(Edit { span: Span::new(at, at), replacement })
}

/// Most calls that are quoted, and most characters of one.
const MAX_CALLERS: usize = 3;
const MAX_CALL_CHARS: usize = 200;

/// Gives calls of a function or method of this name, in the order of the files; those on one line alone, which hold no
/// comment.
pub(crate) fn callers(snapshot: &Snapshot, name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for file in snapshot.files.iter().filter(|file| file.text.contains(name)) {
        let parsed = parse(&file.text);
        let is_called = |node: &Node<'_>| {
            let callee = node.child(Field::FUNCTION).map_or("", |callee| callee.text(&file.text));
            node.kind() == Kind::CALL && callee.rsplit('.').next() == Some(name)
        };
        let calls = (0..parsed.tree.node_count()).filter_map(|index| parsed.tree.node(index)).filter(is_called);
        for text in calls.map(|call| call.text(&file.text)) {
            let is_short = !text.contains('\n') && text.chars().count() <= MAX_CALL_CHARS;
            if is_short && !found.iter().any(|known| known == text) {
                found.push(text.to_owned());
            }
            if found.len() == MAX_CALLERS {
                return found;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use syntax::parse::parse;

    use super::{around, callers, import_lines, with_imports};
    use crate::{edits, snapshot::Snapshot};
    use model::{scan::SourceText, span::Span};

    const MODULE: &str = r#""""What it is."""
from __future__ import annotations
import os  # for paths
# a comment

LIMIT = 3


class Store:
    """Keeps."""

    @cached
    # why
    def find(self, name):
        """Finds."""
        return run("x" + name)  # reviewed


run(LIMIT)
"#;

    fn cut(needle: &str) -> Option<(String, Vec<String>, Vec<String>)> {
        let at = MODULE.find(needle)? as u32;
        let quoted = around(&parse(MODULE).tree, MODULE, Span::new(at, at + needle.len() as u32))?;
        let text = quoted.span.slice(MODULE)?;
        let parts = |ranges: &[std::ops::Range<usize>]| {
            ranges.iter().filter_map(|range| text.get(range.clone())).map(str::to_owned).collect()
        };
        Some((text.to_owned(), parts(&quoted.comments), parts(&quoted.docstrings)))
    }

    #[test]
    fn a_function_is_cut_out_with_its_decorators() {
        let (text, comments, docstrings) = cut("run(\"x\"").unwrap_or_default();
        assert!(text.starts_with("    @cached\n") && text.ends_with("# reviewed\n"), "{text}");
        assert_eq!(comments, ["# why", "# reviewed"]);
        assert_eq!(docstrings, ["\"\"\"Finds.\"\"\""]);
    }

    #[test]
    fn calls_are_quoted_once_and_on_one_line() {
        let file = |path: &str, text: &str| SourceText { path: path.into(), bytes: text.as_bytes().to_vec() };
        let one = "def find(x): ...\n\nfind(1)\nfind(1)\nstore.find(find(2))\nfind(  # safe\n    3)\n";
        let files = vec![file("a.py", one), file("b.py", "finder(4)\nfind(5)\n")];
        assert_eq!(callers(&Snapshot::new(files, 1 << 20), "find"), ["find(1)", "store.find(find(2))", "find(2)"]);
    }

    #[test]
    fn at_top_level_a_statement_is_cut_out_and_a_class_is_not() {
        assert_eq!(cut("run(LIMIT)").map(|cut| cut.0).as_deref(), Some("run(LIMIT)\n"));
        assert_eq!(cut("\"\"\"Keeps"), None);
    }

    #[test]
    fn imports_are_added_behind_the_first_ones() {
        let tree = parse(MODULE).tree;
        assert_eq!(import_lines(&tree, MODULE), ["from __future__ import annotations", "import os"]);
        let add = |text: &str| {
            let edit = with_imports(&parse(text).tree, text, &["import shlex".to_owned()]);
            edit.and_then(|edit| edits::apply(text, &[edit]).ok()).unwrap_or_default()
        };
        assert!(add(MODULE).contains("import os  # for paths\nimport shlex\n"), "{}", add(MODULE));
        assert_eq!(add("x = 1\n"), "import shlex\nx = 1\n");
        assert_eq!(add("\"\"\"Text.\"\"\"\nx = 1\n"), "\"\"\"Text.\"\"\"\nimport shlex\nx = 1\n");
        assert_eq!(add("import os"), "import os\nimport shlex\n");
    }
}
