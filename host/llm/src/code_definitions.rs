//! Finds functions and imports in Python text by its lines. Invariant: each line is part of one thing at most: a function, an
//! import, or other code.

use crate::code_lines::{Begins, Line, lines};

/// A function.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: String,
    /// What stands before `def`.
    pub(crate) indentation: String,
    /// The lines of its decorators.
    pub(crate) decorators: String,
    /// All its lines, with the decorators.
    pub(crate) text: String,
}

/// What text consists of.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Statements that import, each on one line.
    pub(crate) imports: Vec<String>,
    /// The functions, those inside of others left out.
    pub(crate) definitions: Vec<Definition>,
    /// Statements that are neither, nor the header of a class.
    pub(crate) others: Vec<String>,
}

pub(crate) fn outline(text: &str, wanted: &str) -> Outline {
    let lines = lines(text);
    let mut outline = Outline::default();
    let mut at = 0;
    let mut decorators_at = None;
    while let Some(line) = lines.get(at) {
        let next = at.saturating_add(1);
        let rest = lines.get(next..).unwrap_or_default();
        let statement = next.saturating_add(rest.iter().take_while(|line| line.begins != Begins::Statement).count());
        let code = line.trimmed();
        if !line.is_statement() {
            at = next;
            continue;
        }
        if code.starts_with('@') {
            decorators_at.get_or_insert(at);
            at = statement;
            continue;
        }
        let start = decorators_at.take().unwrap_or(at);
        if let Some(name) = name(code) {
            let end = end(&lines, statement, line);
            let joined = |lines: Option<&[Line<'_>]>| -> String {
                lines.unwrap_or_default().iter().flat_map(|line| [line.text, "\n"]).collect()
            };
            outline.definitions.push(Definition {
                name: name.to_owned(),
                indentation: line.indentation().to_owned(),
                decorators: joined(lines.get(start..at)),
                text: joined(lines.get(start..end)),
            });
            at = end;
            continue;
        }
        if code.starts_with("import ") || code.starts_with("from ") {
            let whole = lines.get(at..statement).unwrap_or_default().iter().map(|line| line.trimmed());
            outline.imports.push(whole.collect::<Vec<_>>().join(" "));
        } else if !code.starts_with("class ") {
            let is_text = ["\"", "'"].iter().any(|quote| code.starts_with(quote));
            outline.others.extend(Some(code.to_owned()).filter(|_| !is_text));
        }
        at = statement;
    }
    outline.definitions.sort_by_key(|definition| definition.name != wanted);
    outline
}

/// Gives the name of the function that a line begins.
fn name(code: &str) -> Option<&str> {
    let rest = code.strip_prefix("async ").map_or(code, str::trim_start);
    let rest = rest.strip_prefix("def ")?.trim_start();
    rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|name| !name.is_empty())
}

/// Finds where a function ends: before the next statement that is not further to the right.
fn end(lines: &[Line<'_>], from: usize, header: &Line<'_>) -> usize {
    let depth = header.indentation().len();
    let is_outside = |line: &Line<'_>| line.is_statement() && line.indentation().len() <= depth;
    let body = lines.get(from..).unwrap_or_default();
    let length = body.iter().position(is_outside).unwrap_or(body.len());
    let inside = body.get(..length).unwrap_or_default();
    // Empty lines and comments behind the last statement belong to what follows.
    let kept = inside.iter().rposition(|line| !line.is_blank()).map_or(0, |last| last.saturating_add(1));
    from.saturating_add(kept)
}

/// Moves code from one indentation to another. Lines inside of strings stay where the original has the same ones.
pub(crate) fn indented(text: &str, old: &str, new: &str, original: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in lines(text) {
        let rest = line.text.strip_prefix(old).unwrap_or(line.text);
        // The spaces in a string are its own, unless only they keep the line from being one of the original's.
        let is_moved = original.lines().any(|other| other.strip_prefix(new) == Some(rest));
        let is_kept = original.lines().any(|other| other == line.text);
        let is_text = line.begins == Begins::Text && (is_kept || !is_moved);
        if is_text || rest.trim().is_empty() {
            out.push_str(if is_text { line.text } else { rest.trim_end() });
        } else {
            out.push_str(new);
            out.push_str(rest);
        }
        out.push('\n');
    }
    out
}
