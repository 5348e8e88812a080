//! Code without what speaks to its readers instead of running. Invariant: line i of the neutral text is line i of the
//! original, and text that comes back unchanged becomes the original byte for byte.

use std::{collections::BTreeMap, iter::Peekable, ops::Range, slice::Iter};

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::{
    code_lines::{Begins, Line, lines},
    error::{HiddenError, RestoreError},
    odd_characters::escape,
};

/// What a piece of text that does not run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HiddenKind {
    /// A comment, without the end of its line.
    Comment,
    /// The string that documents a function or a class, with its quotes.
    Docstring,
}

/// A piece of text that a model shall not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// Where it is, in bytes of the text.
    pub range: Range<usize>,
    /// What it is.
    pub kind: HiddenKind,
}

/// Code without comments, with documentation that says nothing, and with odd characters made visible.
#[derive(Clone, Debug)]
pub struct Neutral {
    text: String,
    original: String,
    escapes: BTreeMap<String, char>,
}

const DOCSTRING: &str = "\"\"\"(documentation)";
/// The key of every docstring: the text of none matters.
const ANY_DOCSTRING: &str = "\0docstring";

impl Neutral {
    /// Hides pieces of code. Lines that hold nothing else become empty.
    ///
    /// # Errors
    /// [`HiddenError`] when a range lies outside of the text, within a character, or over another range.
    pub fn new(original: &str, hidden: &[Hidden]) -> Result<Self, HiddenError> {
        let mut sorted: Vec<&Hidden> = hidden.iter().collect();
        sorted.sort_by_key(|hidden| hidden.range.start);
        let mut out = String::with_capacity(original.len());
        let mut end = 0;
        for Hidden { range, kind } in sorted {
            let bad = || HiddenError { start: range.start, end: range.end };
            let piece = original.get(range.clone()).ok_or_else(bad)?;
            out.push_str(original.get(end..range.start).ok_or_else(bad)?);
            match kind {
                HiddenKind::Comment => {
                    out.truncate(out.trim_end_matches([' ', '\t']).len());
                    push_breaks(&mut out, piece);
                }
                HiddenKind::Docstring => {
                    let line = out.rsplit('\n').next().unwrap_or_default();
                    let indentation: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
                    out.push_str(DOCSTRING);
                    if piece.contains('\n') {
                        push_breaks(&mut out, piece);
                        out.push_str(&indentation);
                    }
                    out.push_str("\"\"\"");
                }
            }
            end = range.end;
        }
        out.push_str(original.get(end..).unwrap_or_default());
        let escaped = escape(&out);
        Ok(Self { text: escaped.text, original: original.to_owned(), escapes: escaped.escapes })
    }

    /// Gives the neutral text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts back into changed text what was hidden: lines that are as they were become the original ones, the others stay
    /// as they are but for escapes. Comments on lines of their own and docstrings are kept where lines around them changed.
    ///
    /// # Errors
    /// [`RestoreError::OddCharacter`] when the changed text brings invisible or disguised characters with it.
    pub fn restore(&self, changed: &str) -> Result<String, RestoreError> {
        if changed == self.text {
            return Ok(self.original.clone());
        }
        if let Some(&character) = escape(changed).escapes.values().next() {
            return Err(RestoreError::OddCharacter { code: u32::from(character) });
        }
        let (before, after, originals) = (lines(&self.text), lines(changed), lines(&self.original));
        let units_before = units(&before, |line| line.trimmed().starts_with(DOCSTRING));
        let units_after = units(&after, |_| true);
        let keys = |units: &[Unit<'_>]| units.iter().map(|unit| unit.key.to_owned()).collect::<Vec<_>>();
        let operations = capture_diff_slices(Algorithm::Myers, &keys(&units_before), &keys(&units_after));
        let mut merge = Merge { neutral: self, before: &before, originals: &originals, out: String::new() };
        for operation in operations {
            let (old, new) = (operation.old_range(), operation.new_range());
            let old = units_before.get(old).unwrap_or_default();
            let new = units_after.get(new).unwrap_or_default();
            match operation {
                DiffOp::Equal { .. } => old.iter().for_each(|unit| merge.original(unit)),
                DiffOp::Delete { new_index, .. } => {
                    let next = units_after.get(new_index).and_then(|unit| after.get(unit.lines.start));
                    if next.is_none_or(|line| line.begins != Begins::Text) {
                        merge.hidden(old);
                    }
                }
                DiffOp::Insert { .. } => merge.changed(new, &after),
                DiffOp::Replace { .. } => merge.replaced(old, new, &after),
            }
        }
        Ok(merge.finish())
    }
}

/// Keeps the ends of lines of a piece.
fn push_breaks(out: &mut String, piece: &str) {
    for line in lines(piece) {
        out.push_str(line.ending);
    }
}

/// What is compared as a whole: a line, or a docstring.
struct Unit<'a> {
    key: &'a str,
    lines: Range<usize>,
}

impl Unit<'_> {
    fn is_docstring(&self) -> bool {
        self.key == ANY_DOCSTRING
    }
}

fn units<'a>(lines: &[Line<'a>], is_docstring: impl Fn(&Line<'a>) -> bool) -> Vec<Unit<'a>> {
    let mut found = Vec::new();
    let mut is_after_header = true;
    let mut rest: Peekable<std::iter::Enumerate<Iter<'_, Line<'a>>>> = lines.iter().enumerate().peekable();
    while let Some((at, line)) = rest.next() {
        let mut unit = Unit { key: line.text.trim_end(), lines: at..at.saturating_add(1) };
        if let Some(quotes) = opening(line).filter(|_| is_after_header && is_docstring(line)) {
            let length = lines.iter().skip(unit.lines.end).take_while(|line| line.begins == Begins::Text).count();
            let last = lines.get(at.saturating_add(length)).unwrap_or(line);
            let body =
                if length == 0 { last.trimmed().get(quotes.len()..).unwrap_or_default() } else { last.trimmed() };
            // Code behind the docstring must stay visible.
            if body.ends_with(quotes.trim_start_matches(char::is_alphabetic)) {
                unit = Unit { key: ANY_DOCSTRING, lines: at..unit.lines.end.saturating_add(length) };
                for _ in 0..length {
                    rest.next();
                }
            }
        }
        if !line.is_blank() {
            is_after_header = line.trimmed().ends_with(':');
        }
        found.push(unit);
    }
    found
}

/// Gives the quotes of a statement that begins with a string of three quotes, with what stands before them.
fn opening<'a>(line: &Line<'a>) -> Option<&'a str> {
    let text = line.trimmed();
    let rest = text.trim_start_matches(['r', 'R', 'u', 'U']);
    let is_string = line.is_statement() && (rest.starts_with("\"\"\"") || rest.starts_with("'''"));
    let prefix = text.len().saturating_sub(rest.len());
    text.get(..prefix.saturating_add(3)).filter(|_| is_string)
}

/// The text that is put together.
struct Merge<'a> {
    neutral: &'a Neutral,
    before: &'a [Line<'a>],
    originals: &'a [Line<'a>],
    out: String,
}

impl Merge<'_> {
    fn ending(&self) -> &'static str {
        if self.originals.first().is_some_and(|line| line.ending == "\r\n") { "\r\n" } else { "\n" }
    }

    /// Adds the original of what is as it was.
    fn original(&mut self, unit: &Unit<'_>) {
        for line in self.originals.get(unit.lines.clone()).unwrap_or_default() {
            self.out.push_str(line.text);
            self.out.push_str(if line.ending.is_empty() { self.ending() } else { line.ending });
        }
    }

    /// Adds those of the removed units that the model could not see.
    fn hidden(&mut self, removed: &[Unit<'_>]) {
        for unit in removed {
            let is_comment = |at: usize| {
                let is_empty = self.before.get(at).is_some_and(|line| line.trimmed().is_empty());
                is_empty && self.originals.get(at).is_some_and(|line| line.trimmed().starts_with('#'))
            };
            if unit.is_docstring() || is_comment(unit.lines.start) {
                self.original(unit);
            }
        }
    }

    /// Adds what the model wrote.
    fn changed(&mut self, units: &[Unit<'_>], after: &[Line<'_>]) {
        for line in units.iter().flat_map(|unit| after.get(unit.lines.clone()).unwrap_or_default()) {
            let mut text = line.text.to_owned();
            for (escape, character) in &self.neutral.escapes {
                text = text.replace(escape, character.encode_utf8(&mut [0; 4]));
            }
            self.out.push_str(&text);
            self.out.push_str(self.ending());
        }
    }

    /// Adds what the model wrote, and what it could not see of the lines that were there: a docstring behind the header
    /// that the model changed.
    fn replaced(&mut self, old: &[Unit<'_>], new: &[Unit<'_>], after: &[Line<'_>]) {
        let is_inside = |unit: &Unit<'_>| after.get(unit.lines.start).is_some_and(|line| line.begins == Begins::Text);
        if new.first().is_some_and(is_inside) {
            self.changed(new, after);
            return;
        }
        let docstring = old.iter().position(|unit| unit.is_docstring()).filter(|&at| at > 0);
        let header = new.iter().position(|unit| unit.key.ends_with(':')).filter(|_| docstring.is_some());
        let (head, tail) = old.split_at_checked(docstring.unwrap_or(0)).unwrap_or((old, &[]));
        let (first, rest) = header.and_then(|at| new.split_at_checked(at.saturating_add(1))).unwrap_or((&[], new));
        self.hidden(head);
        self.changed(first, after);
        self.hidden(tail);
        self.changed(rest, after);
    }

    fn finish(mut self) -> String {
        if self.originals.last().is_some_and(|line| line.ending.is_empty()) {
            let end = self.ending();
            let length = self.out.strip_suffix(end).map_or(self.out.len(), str::len);
            self.out.truncate(length);
        }
        self.out
    }
}
