//! Text to packed tree. Invariant: one pass over the parser's tree, without recursion, whatever the nesting.

use std::{ops::ControlFlow, sync::OnceLock};

use model::span::Span;
use tree_sitter::{Language, ParseOptions, Parser, Tree, TreeCursor};

use crate::{
    kinds::{Field, KIND_TABLE, Kind},
    packed::{FLAG_ERROR, FLAG_EXTRA, FLAG_MISSING, FLAG_NAMED, NODE_WORDS, PackedTree},
};

/// Problems that are kept for a file.
pub const MAX_PROBLEMS: usize = 100;

const BOM: &str = "\u{feff}";

/// The outcome of parsing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The tree; spans are offsets into the whole text, a byte-order mark included.
    pub tree: PackedTree,
    /// What was wrong, in order, at most [`MAX_PROBLEMS`].
    pub problems: Vec<SyntaxProblem>,
}

/// A place that is not Python 3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxProblem {
    /// Where.
    pub span: Span,
    /// One clause without a full stop (``unexpected `)` ``).
    pub message: String,
}

/// Parses Python 3. Never fails: broken text gives `ERROR` nodes and problems.
pub fn parse(text: &str) -> Parsed {
    let offset = if text.starts_with(BOM) { BOM.len() } else { 0 };
    let body = text.get(offset..).unwrap_or("");
    if u32::try_from(text.len()).is_err() {
        return failed(text, "the file is larger than 4 GiB");
    }
    let tables = tables();
    let Some(tree) = run(&tables.language, body) else {
        return failed(text, "the parser gave up on this text");
    };
    let mut packer = Packer { text, offset: offset as u32, tables, words: Vec::new(), problems: Vec::new() };
    packer.pack(&tree);
    Parsed { tree: PackedTree::from_words(packer.words), problems: packer.problems }
}

fn failed(text: &str, message: &str) -> Parsed {
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let problem = SyntaxProblem { span: Span::new(0, end), message: message.to_owned() };
    Parsed { tree: PackedTree::from_words(Vec::new()), problems: vec![problem] }
}

/// Runs the parser; its error recovery is cut off after a number of progress reports that grows with the text.
fn run(language: &Language, text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    let bytes = text.as_bytes();
    let mut reports_left = 100_000 + bytes.len();
    let mut progress = |_: &tree_sitter::ParseState| {
        reports_left = reports_left.saturating_sub(1);
        if reports_left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or(&[]), None, Some(options))
}

/// The grammar's numbers translated to the contract's.
struct Tables {
    language: Language,
    /// By the grammar's kind id.
    kinds: Vec<Kind>,
    /// By the grammar's field id.
    fields: Vec<Field>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let language = Language::new(tree_sitter_python::LANGUAGE);
        let numbers: std::collections::BTreeMap<&str, u16> =
            KIND_TABLE.lines().enumerate().map(|(line, name)| (name, line as u16 + 1)).collect();
        let kinds = (0..language.node_kind_count() as u16)
            .map(|id| {
                let name = language.node_kind_for_id(id).unwrap_or("");
                let number = if language.node_kind_is_named(id) {
                    numbers.get(name)
                } else {
                    numbers.get(format!("token {name}").as_str())
                };
                Kind(number.copied().unwrap_or(0))
            })
            .collect();
        let fields = (0..=language.field_count() as u16)
            .map(|id| language.field_name_for_id(id).and_then(Field::from_name).unwrap_or(Field::NONE))
            .collect();
        Tables { language, kinds, fields }
    })
}

struct Packer<'a> {
    text: &'a str,
    offset: u32,
    tables: &'static Tables,
    words: Vec<u32>,
    problems: Vec<SyntaxProblem>,
}

impl Packer<'_> {
    fn pack(&mut self, tree: &Tree) {
        let mut cursor = tree.walk();
        // Word index of each open ancestor, `None` for one that is left out.
        let mut open: Vec<Option<usize>> = Vec::new();
        // How many of the open ancestors are at or below an error node.
        let mut error_depth = 0_usize;
        loop {
            let (packed, enter) = self.push(&cursor, error_depth > 0);
            if enter && cursor.goto_first_child() {
                if error_depth > 0 || self.is_error_at(packed) {
                    error_depth += 1;
                }
                open.push(packed);
                continue;
            }
            self.close(packed);
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                error_depth = error_depth.saturating_sub(1);
                let parent = open.pop().flatten();
                self.close(parent);
            }
        }
    }

    fn is_error_at(&self, packed: Option<usize>) -> bool {
        packed.and_then(|at| self.words.get(at)).is_some_and(|word| word >> 24 & FLAG_ERROR != 0)
    }

    /// Adds the cursor's node; gives its word index, if it is kept, and whether its children are to be visited.
    fn push(&mut self, cursor: &TreeCursor<'_>, in_error: bool) -> (Option<usize>, bool) {
        let node = cursor.node();
        let named = node.is_named();
        let (error, missing) = (node.is_error(), node.is_missing());
        let kind = if error {
            Kind::ERROR
        } else {
            self.tables.kinds.get(usize::from(node.kind_id())).copied().unwrap_or(Kind::UNKNOWN)
        };
        if !named && !error && !missing && kind == Kind::UNKNOWN {
            return (None, false);
        }
        let span = Span::new(node.start_byte() as u32 + self.offset, node.end_byte() as u32 + self.offset);
        let field = cursor
            .field_id()
            .and_then(|id| self.tables.fields.get(usize::from(id.get())))
            .copied()
            .unwrap_or(Field::NONE);
        let flags = if named { FLAG_NAMED } else { 0 }
            | if error { FLAG_ERROR } else { 0 }
            | if missing { FLAG_MISSING } else { 0 }
            | if node.is_extra() { FLAG_EXTRA } else { 0 };
        let at = self.words.len();
        self.words.extend([u32::from(kind.0) | u32::from(field.0) << 16 | flags << 24, span.start, span.end, 1]);
        if missing {
            self.problem(span, || format!("missing {}", describe(node.kind())));
        } else if error && !in_error {
            let text = self.text;
            self.problem(span, || unexpected(span.slice(text).unwrap_or("")));
        } else if kind == Kind::PRINT_STATEMENT {
            self.problem(span, || "Python 2 `print` statement".to_owned());
        } else if kind == Kind::EXEC_STATEMENT {
            self.problem(span, || "Python 2 `exec` statement".to_owned());
        }
        (Some(at), named || error)
    }

    /// Writes the subtree's size, now that all of it is there.
    fn close(&mut self, packed: Option<usize>) {
        let Some(at) = packed else { return };
        let size = ((self.words.len() - at) / NODE_WORDS) as u32;
        if let Some(word) = self.words.get_mut(at + 3) {
            *word = size;
        }
    }

    fn problem(&mut self, span: Span, message: impl FnOnce() -> String) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(SyntaxProblem { span, message: message() });
        }
    }
}

fn unexpected(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or("").trim_end();
    if line.is_empty() {
        return "invalid syntax".to_owned();
    }
    let shown: String = line.chars().take(40).collect();
    let more = if shown.len() < line.len() { "…" } else { "" };
    format!("unexpected `{shown}{more}`")
}

fn describe(kind: &str) -> String {
    match kind {
        "" => "text".to_owned(),
        "_newline" => "end of line".to_owned(),
        "_indent" | "block" => "indented block".to_owned(),
        "_dedent" => "end of block".to_owned(),
        "string_end" => "closing quote".to_owned(),
        "string_start" => "opening quote".to_owned(),
        "identifier" => "name".to_owned(),
        other if other.chars().all(|c| c.is_ascii_lowercase() || c == '_') && other.contains('_') => {
            other.trim_start_matches('_').replace('_', " ")
        }
        other => format!("`{other}`"),
    }
}
