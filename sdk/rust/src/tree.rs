//! Reads the packed syntax tree of `wit/v1/syntax.wit`. Invariant: whatever words the host sends, no read panics; what
//! is out of range is absent.

use std::sync::OnceLock;

use crate::{
    Span,
    kind::{Field, Kind},
};

const WORDS: usize = 4;

/// A file's packed tree with its text.
#[derive(Clone, Copy, Debug)]
pub struct Tree<'a> {
    words: &'a [u32],
    text: &'a str,
    holders: &'a Holders,
}

/// Which node holds which, worked out when it is first asked for.
#[derive(Clone, Debug, Default)]
pub struct Holders {
    above: OnceLock<Vec<u32>>,
}

impl Holders {
    /// Begins with nothing known; it is for one tree.
    pub const fn new() -> Self {
        Self { above: OnceLock::new() }
    }

    /// Gives the index of each node's holder; the root is its own.
    fn of(&self, tree: Tree<'_>) -> &[u32] {
        self.above.get_or_init(|| {
            let (mut open, mut above) = (Vec::<Node<'_>>::new(), Vec::with_capacity(tree.len() as usize));
            for node in tree.nodes() {
                while open.pop_if(|last| !last.contains(node)).is_some() {}
                above.push(open.last().map_or(0, |last| last.index));
                open.push(node);
            }
            above
        })
    }
}

/// One node of a tree.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    tree: Tree<'a>,
    index: u32,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl Eq for Node<'_> {}

impl<'a> Tree<'a> {
    /// Wraps the words and the text that the host sent; `holders` is kept for this tree.
    pub const fn new(words: &'a [u32], text: &'a str, holders: &'a Holders) -> Self {
        Self { words, text, holders }
    }

    /// Gives the module node; `None` when the pack did not ask for trees.
    pub fn root(self) -> Option<Node<'a>> {
        self.node(0)
    }

    /// Gives the node at this index in pre-order.
    pub fn node(self, index: u32) -> Option<Node<'a>> {
        (index < self.len()).then_some(Node { tree: self, index })
    }

    /// Gives the number of nodes.
    pub const fn len(self) -> u32 {
        (self.words.len() / WORDS) as u32
    }

    /// Tells whether there is no tree.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Gives all nodes in source order, parents first.
    pub fn nodes(self) -> impl Iterator<Item = Node<'a>> + Clone {
        self.nodes_from(0)
    }

    /// Gives the outermost node with exactly this span.
    pub fn node_at(self, span: Span) -> Option<Node<'a>> {
        let (mut first, mut end) = (0, self.len());
        while first < end {
            let middle = first + (end - first) / 2;
            if self.node(middle)?.start() < span.start { first = middle + 1 } else { end = middle }
        }
        let there = self.nodes_from(first).take_while(|node| node.start() == span.start);
        there.into_iter().find(|node| node.end() == span.end)
    }

    fn nodes_from(self, first: u32) -> impl Iterator<Item = Node<'a>> + Clone {
        (first..self.len()).map(move |index| Node { tree: self, index })
    }

    /// Gives the text between two byte offsets; empty when they are not in the text.
    pub fn text(self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

impl<'a> Node<'a> {
    fn word(self, offset: usize) -> u32 {
        self.tree.words.get(self.index as usize * WORDS + offset).copied().unwrap_or_default()
    }

    /// Gives the index in pre-order.
    pub const fn index(self) -> u32 {
        self.index
    }

    /// Gives the tree that the node is in.
    pub const fn tree(self) -> Tree<'a> {
        self.tree
    }

    /// Gives what the node is.
    pub fn kind(self) -> Kind {
        Kind((self.word(0) & 0xffff) as u16)
    }

    /// Tells whether the node is of this kind.
    pub fn is(self, kind: Kind) -> bool {
        self.kind() == kind
    }

    /// Gives the node's role in its parent.
    pub fn field(self) -> Field {
        Field((self.word(0) >> 16 & 0xff) as u8)
    }

    /// Tells whether the parser could not make sense of this node's text.
    pub fn is_error(self) -> bool {
        self.word(0) >> 24 & 2 != 0
    }

    /// Gives the first byte's offset.
    pub fn start(self) -> u32 {
        self.word(1)
    }

    /// Gives the offset after the last byte.
    pub fn end(self) -> u32 {
        self.word(2)
    }

    /// Gives the node's bytes in the file.
    pub fn span(self) -> Span {
        Span { start: self.start(), end: self.end() }
    }

    /// Gives the node's text.
    pub fn text(self) -> &'a str {
        self.tree.text(self.span())
    }

    fn size(self) -> u32 {
        self.word(3).max(1)
    }

    /// Gives the children in source order, operator tokens and comments included.
    pub fn children(self) -> impl Iterator<Item = Node<'a>> + Clone {
        let end = self.index.saturating_add(self.size()).min(self.tree.len());
        let first = self.tree.node(self.index + 1).filter(|node| node.index < end);
        std::iter::successors(first, move |node| {
            node.tree.node(node.index.saturating_add(node.size())).filter(|node| node.index < end)
        })
    }

    /// Gives the children that are expressions or statements: no operator tokens, no comments.
    pub fn named_children(self) -> impl Iterator<Item = Node<'a>> + Clone {
        self.children().filter(|node| node.word(0) >> 24 & 1 != 0 && !node.is(Kind::COMMENT))
    }

    /// Gives the first child in this role.
    pub fn child(self, field: Field) -> Option<Node<'a>> {
        self.children().find(|node| node.field() == field)
    }

    /// Gives the first child of this kind.
    pub fn child_of_kind(self, kind: Kind) -> Option<Node<'a>> {
        self.children().find(|node| node.is(kind))
    }

    /// Gives all nodes below this one in source order, itself left out.
    pub fn descendants(self) -> impl Iterator<Item = Node<'a>> + Clone {
        let end = self.index.saturating_add(self.size()).min(self.tree.len());
        let tree = self.tree;
        (self.index + 1..end).map(move |index| Node { tree, index })
    }

    /// Tells whether the other node is this one or below it.
    pub fn contains(self, other: Node<'_>) -> bool {
        self.index <= other.index && other.index - self.index < self.size()
    }

    /// Gives the nodes that hold this one, innermost first.
    pub fn ancestors(self) -> Vec<Node<'a>> {
        self.holders().collect()
    }

    /// Gives the node that holds this one.
    pub fn parent(self) -> Option<Node<'a>> {
        let above = *self.tree.holders.of(self.tree).get(self.index as usize)?;
        (above < self.index).then_some(Node { tree: self.tree, index: above })
    }

    fn holders(self) -> impl Iterator<Item = Node<'a>> {
        std::iter::successors(self.parent(), |node| node.parent())
    }

    /// Gives the innermost function, lambda or module that the node is in.
    pub fn scope(self) -> Option<Node<'a>> {
        let is_scope = |node: &Node<'_>| [Kind::FUNCTION_DEFINITION, Kind::LAMBDA, Kind::MODULE].contains(&node.kind());
        self.holders().find(is_scope)
    }

    /// Gives the statement that the node is in (or is): the child of the innermost block or module.
    pub fn statement(self) -> Option<Node<'a>> {
        let mut inner = self;
        for node in self.holders() {
            if node.is(Kind::BLOCK) || node.is(Kind::MODULE) {
                return Some(inner);
            }
            inner = node;
        }
        None
    }

    /// Gives the expression inside any parentheses around it.
    pub fn without_parentheses(self) -> Node<'a> {
        let mut node = self;
        while node.is(Kind::PARENTHESIZED_EXPRESSION) {
            match node.named_children().next() {
                Some(inner) => node = inner,
                None => break,
            }
        }
        node
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;

    #[test]
    fn broken_words_are_absent_not_fatal() {
        let holders = Holders::new();
        let tree = Tree::new(&[7, 0, 900, u32::MAX, 1, 2], "x", &holders);
        let root = tree.root().expect("one whole node");
        assert_eq!(root.text(), "");
        assert_eq!(root.children().count(), 0);
        assert_eq!(root.descendants().count(), 0);
        assert!(tree.node(1).is_none());
        assert!(root.parent().is_none());
        assert!(tree.node_at(Span { start: 0, end: 900 }).is_some());
        assert!(Tree::new(&[], "", &Holders::new()).root().is_none());
    }
}
