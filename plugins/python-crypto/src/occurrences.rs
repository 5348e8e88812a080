//! Finds the places of a name by its text, because a walk over a large file for each name is too slow. Invariant: what
//! is given is a whole identifier of the tree; text in strings and comments is not.

use securecode_sdk::{Field, Kind, Node, Tree};

const NEAR: usize = 200;

/// Gives the identifiers of this name within a node, in source order.
pub(crate) fn of<'a>(within: Node<'a>, name: &'a str) -> impl Iterator<Item = Node<'a>> {
    let starts = within.text().match_indices(name).map(move |(at, _)| within.start() + at as u32);
    let tree = within.tree();
    let nodes = starts.filter_map(move |offset| leaf_at(tree, offset).filter(|leaf| leaf.start() == offset));
    nodes.filter(move |node| !name.is_empty() && node.is(Kind::IDENTIFIER) && node.text() == name)
}

/// Gives the definition of the file's only function of this name.
pub(crate) fn only_function<'a>(tree: Tree<'a>, name: &'a str) -> Option<Node<'a>> {
    let root = tree.root()?;
    let mut functions = of(root, name).filter(|node| node.field() == Field::NAME).filter_map(|node| {
        let parent = parent(node)?;
        parent.is(Kind::FUNCTION_DEFINITION).then_some(parent)
    });
    functions.next().filter(|_| functions.next().is_none())
}

/// Gives the node that holds this one, at the cost of what stands before it in that node.
pub(crate) fn parent(node: Node<'_>) -> Option<Node<'_>> {
    let nearest = (0..node.index()).rev().take(NEAR).filter_map(|index| node.tree().node(index));
    nearest.into_iter().find(|outer| outer.contains(node)).or_else(|| node.parent())
}

/// Gives the last node in pre-order that starts no later than this offset.
fn leaf_at(tree: Tree<'_>, offset: u32) -> Option<Node<'_>> {
    let (mut low, mut high) = (0, tree.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if tree.node(middle)?.start() <= offset {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    tree.node(low.checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::{of, only_function};
    use securecode_testkit::Snippet;

    #[test]
    fn names_are_found_as_whole_words() {
        let snippet = Snippet::new("iv = 1\nivy = iv  # iv\nprint('iv', iv)\ndef f():\n    pass\n");
        let root = snippet.file().tree().root().expect("a module");
        let starts: Vec<u32> = of(root, "iv").map(|node| node.start()).collect();
        assert_eq!(starts, [0, 13, 34]);
        assert!(only_function(snippet.file().tree(), "f").is_some());
        assert!(only_function(snippet.file().tree(), "iv").is_none());
    }
}
