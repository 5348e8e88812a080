//! The packed syntax tree: one vector of words instead of linked nodes. Invariant: there is always a root, and every
//! node's subtree size stays within the vector.

use model::span::Span;

use crate::kinds::{Field, Kind};

/// Words for each node.
pub const NODE_WORDS: usize = 4;

/// Flag: the node is named in the grammar.
pub const FLAG_NAMED: u32 = 1;
/// Flag: the parser could not make sense of the text.
pub const FLAG_ERROR: u32 = 2;
/// Flag: the parser inserted the node; it has no text.
pub const FLAG_MISSING: u32 = 4;
/// Flag: the node may stand anywhere (a comment).
pub const FLAG_EXTRA: u32 = 8;

/// A syntax tree in the layout `packed-v1` of `wit/v1/syntax.wit`: nodes in pre-order, four words each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedTree {
    words: Vec<u32>,
}

/// One node of a packed tree.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    tree: &'a PackedTree,
    index: u32,
}

/// Goes over the direct children of a node, in order.
#[derive(Clone, Debug)]
pub struct Children<'a> {
    tree: &'a PackedTree,
    next: u32,
    end: u32,
}

impl PackedTree {
    /// Makes a tree of words that keep the layout; an empty vector becomes an empty `module`.
    pub(crate) fn from_words(mut words: Vec<u32>) -> Self {
        if words.len() < NODE_WORDS {
            words = vec![u32::from(Kind::MODULE.0) | (FLAG_NAMED << 24), 0, 0, 1];
        }
        Self { words }
    }

    /// Gives the words, as plugins get them.
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// Gives the number of nodes, at least 1.
    pub fn node_count(&self) -> u32 {
        (self.words.len() / NODE_WORDS) as u32
    }

    /// Gives the root, a `module` unless nothing could be parsed.
    pub fn root(&self) -> Node<'_> {
        Node { tree: self, index: 0 }
    }

    /// Gives the node at an index in pre-order.
    pub fn node(&self, index: u32) -> Option<Node<'_>> {
        (index < self.node_count()).then_some(Node { tree: self, index })
    }

    fn word(&self, index: u32, which: usize) -> u32 {
        self.words.get(index as usize * NODE_WORDS + which).copied().unwrap_or(0)
    }
}

impl<'a> Node<'a> {
    /// Gives what the node is.
    pub fn kind(self) -> Kind {
        Kind((self.tree.word(self.index, 0) & 0xffff) as u16)
    }

    /// Gives the role in the parent.
    pub fn field(self) -> Field {
        Field((self.tree.word(self.index, 0) >> 16 & 0xff) as u8)
    }

    fn flags(self) -> u32 {
        self.tree.word(self.index, 0) >> 24
    }

    /// Gives the bytes it covers in the whole text.
    pub fn span(self) -> Span {
        Span::new(self.tree.word(self.index, 1), self.tree.word(self.index, 2))
    }

    /// Gives its index in pre-order.
    pub fn index(self) -> u32 {
        self.index
    }

    /// Gives the number of nodes below it, itself included; at least 1.
    pub fn subtree_size(self) -> u32 {
        self.tree.word(self.index, 3).max(1)
    }

    /// Gives the index after its last descendant.
    pub fn end_index(self) -> u32 {
        self.index.saturating_add(self.subtree_size()).min(self.tree.node_count())
    }

    /// Gives the tree it belongs to.
    pub fn tree(self) -> &'a PackedTree {
        self.tree
    }

    /// Tells whether the grammar names it (false for operator tokens).
    pub fn is_named(self) -> bool {
        self.flags() & FLAG_NAMED != 0
    }

    /// Tells whether it is an `ERROR` node.
    pub fn is_error(self) -> bool {
        self.flags() & FLAG_ERROR != 0
    }

    /// Tells whether the parser inserted it.
    pub fn is_missing(self) -> bool {
        self.flags() & FLAG_MISSING != 0
    }

    /// Tells whether it may stand anywhere, as a comment may.
    pub fn is_extra(self) -> bool {
        self.flags() & FLAG_EXTRA != 0
    }

    /// Tells whether it or a node below it is an `ERROR` or inserted node.
    pub fn has_error(self) -> bool {
        (self.index..self.end_index()).any(|index| self.tree.word(index, 0) >> 24 & (FLAG_ERROR | FLAG_MISSING) != 0)
    }

    /// Gives the direct children in order, comments and tokens included.
    pub fn children(self) -> Children<'a> {
        Children { tree: self.tree, next: self.index + 1, end: self.end_index() }
    }

    /// Gives the named children that are no comments or other extras; `ERROR` nodes are among them.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> {
        self.children().filter(|child| child.is_error() || child.is_named() && !child.is_extra())
    }

    /// Gives the first child with a role.
    pub fn child(self, field: Field) -> Option<Node<'a>> {
        self.children().find(|child| child.field() == field)
    }

    /// Gives every child with a role.
    pub fn children_by(self, field: Field) -> impl Iterator<Item = Node<'a>> {
        self.children().filter(move |child| child.field() == field)
    }

    /// Gives the first child of a kind.
    pub fn child_of_kind(self, kind: Kind) -> Option<Node<'a>> {
        self.children().find(|child| child.kind() == kind)
    }

    /// Cuts the node's text; empty when the text is not the one that was parsed.
    pub fn text(self, text: &str) -> &str {
        self.span().slice(text).unwrap_or("")
    }
}

impl<'a> Iterator for Children<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        if self.next >= self.end {
            return None;
        }
        let node = Node { tree: self.tree, index: self.next };
        self.next = node.end_index();
        Some(node)
    }
}
