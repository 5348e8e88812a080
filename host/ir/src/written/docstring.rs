//! Docstrings in the form of PEP 316: `pre:`, `post:`, `post[x]:`, `inv:`, `raises:` and `:raises X:`. Invariant: a line
//! that is none of these ends a list of conditions only when it is indented no deeper than the list's head.

use std::collections::BTreeSet;

use model::span::Span;
use syntax::{kinds::Kind, packed::Node};

use super::{Clause, Clauses, WrittenKind, replace_attribute};

/// What the lines below a head are.
#[derive(Clone, Copy)]
enum Section {
    Requires,
    Ensures,
}

/// Reads the docstring of a function's or class's body.
pub(super) fn read(text: &str, body: Node<'_>, clauses: &mut Clauses) {
    let Some(first) = body.items().next().filter(|item| item.kind() == Kind::EXPRESSION_STATEMENT) else { return };
    let Some(string) = first.items().next().filter(|value| value.kind() == Kind::STRING) else { return };
    let (skipped, content) = content(string.text(text));
    let mut at = string.span().start.saturating_add(u32::try_from(skipped).unwrap_or(u32::MAX));
    let mut open: Option<(usize, Section)> = None;
    for line in content.split_inclusive('\n') {
        let start = at;
        at = at.saturating_add(u32::try_from(line.len()).unwrap_or(u32::MAX));
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let span = Span::new(start.saturating_add(u32::try_from(indent).unwrap_or(0)), at);
        if let Some((section, rest)) = head(line, span, clauses) {
            if rest.is_empty() {
                open = Some((indent, section));
            } else {
                open = None;
                add(section, rest, span, clauses);
            }
            continue;
        }
        match open {
            Some((outer, section)) if indent > outer => add(section, line, span, clauses),
            Some(_) | None => open = None,
        }
        raises(line, clauses);
    }
    if !clauses.ensures.is_empty() || clauses.changes.is_some() || !clauses.raises.is_empty() {
        clauses.result_names.extend(["_".to_owned(), "__return__".to_owned()]);
    }
}

/// Gives what stands between a string literal's quotes, and how many bytes stand before it.
fn content(literal: &str) -> (usize, &str) {
    let quoted = literal.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    for quotes in ["\"\"\"", "'''", "\"", "'"] {
        if let Some(inner) = quoted.strip_prefix(quotes) {
            return (literal.len() - inner.len(), inner.strip_suffix(quotes).unwrap_or(inner));
        }
    }
    (0, literal)
}

/// Reads a line's head; what stands behind it follows.
fn head<'l>(line: &'l str, span: Span, clauses: &mut Clauses) -> Option<(Section, &'l str)> {
    for (word, section) in [("pre", Section::Requires), ("inv", Section::Requires), ("post", Section::Ensures)] {
        let Some(rest) = line.strip_prefix(word) else { continue };
        if let Some(rest) = rest.strip_prefix(':') {
            return Some((section, rest.trim()));
        }
        if let Some((names, rest)) = rest.strip_prefix('[').and_then(|rest| rest.split_once("]:"))
            && word == "post"
        {
            let names = names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
            clauses.changes.get_or_insert_with(|| (span, BTreeSet::new())).1.extend(names);
            return Some((section, rest.trim()));
        }
    }
    None
}

fn raises(line: &str, clauses: &mut Clauses) {
    let named = line.strip_prefix("raises:").or_else(|| {
        let (names, _) = line.strip_prefix(":raises ").or_else(|| line.strip_prefix(":raise "))?.split_once(':')?;
        Some(names)
    });
    let Some(named) = named else { return };
    let names = named.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    clauses.raises.push((WrittenKind::Pep316, names.collect()));
}

fn add(section: Section, shown: &str, span: Span, clauses: &mut Clauses) {
    let mut old = Vec::new();
    let expression = replace_attribute(shown, "__old__", |name| {
        old.push(name.to_owned());
        format!("__old_{name}__")
    });
    for name in old {
        let snapshot = (format!("__old_{name}__"), name);
        if !clauses.snapshots.contains(&snapshot) {
            clauses.snapshots.push(snapshot);
        }
    }
    let clause = Clause { kind: WrittenKind::Pep316, expression, shown: shown.to_owned(), span };
    match section {
        Section::Requires => clauses.requires.push(clause),
        Section::Ensures => clauses.ensures.push(clause),
    }
}
