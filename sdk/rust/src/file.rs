//! A file as a rule sees it. Invariant: spans are byte offsets into the text; what is out of range reads as empty.

use crate::{
    ImportEntry, Match, SourceFile, Span,
    tree::{Holders, Node, Tree},
};

/// A parsed file.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    source: &'a SourceFile,
    holders: &'a Holders,
}

impl<'a> File<'a> {
    /// Wraps what the host sent; `holders` is kept for this file.
    pub const fn new(source: &'a SourceFile, holders: &'a Holders) -> Self {
        Self { source, holders }
    }

    /// Gives the path within the project, `/`-separated.
    pub fn path(self) -> &'a str {
        &self.source.path
    }

    /// Gives the last part of the path: `settings.py`.
    pub fn name(self) -> &'a str {
        self.path().rsplit('/').next().unwrap_or_default()
    }

    /// Gives the dotted module name as the host understands it.
    pub fn module(self) -> Option<&'a str> {
        self.source.module.as_deref()
    }

    /// Gives the whole text.
    pub fn text(self) -> &'a str {
        &self.source.text
    }

    /// Gives the text of a span.
    pub fn slice(self, span: Span) -> &'a str {
        self.tree().text(span)
    }

    /// Gives the syntax tree.
    pub fn tree(self) -> Tree<'a> {
        Tree::new(&self.source.tree, &self.source.text, self.holders)
    }

    /// Gives the imports, each with its local name and dotted target.
    pub fn imports(self) -> &'a [ImportEntry] {
        &self.source.imports
    }

    /// Tells whether something of this top-level module is imported: `sqlite3`.
    pub fn imports_module(self, module: &str) -> bool {
        let within =
            |target: &str| target.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.imports().iter().any(|import| within(&import.target))
    }

    /// Gives the local expression for a dotted path that an import makes reachable: with `import subprocess as sp`,
    /// `subprocess.run` is `sp.run`.
    pub fn local_name(self, dotted: &str) -> Option<String> {
        self.imports().iter().find_map(|import| {
            let rest = dotted.strip_prefix(import.target.as_str())?;
            (rest.is_empty() || rest.starts_with('.')).then(|| format!("{}{rest}", import.local))
        })
    }

    /// Gives the node that a match is about.
    pub fn node_of(self, matched: &Match) -> Option<Node<'a>> {
        self.tree().node(matched.node)
    }

    /// Gives the white space that the line of this offset starts with.
    pub fn indentation(self, offset: u32) -> &'a str {
        let before = self.text().get(..offset as usize).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = self.text().get(line_start..).unwrap_or_default();
        let width = line.len() - line.trim_start_matches([' ', '\t']).len();
        line.get(..width).unwrap_or_default()
    }

    /// Gives the line ending in use: `\r\n` when the first line ends so.
    pub fn line_ending(self) -> &'static str {
        match self.text().find('\n') {
            Some(at) if self.text().get(..at).is_some_and(|line| line.ends_with('\r')) => "\r\n",
            Some(_) | None => "\n",
        }
    }
}
