//! Byte offsets to lines and columns. Invariant: built once for a text; every look-up is a binary search.

use model::span::Span;

/// Where a byte stands for a reader. All three count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column in characters.
    pub column: u32,
    /// The column in UTF-16 code units, as SARIF viewers and editors count.
    pub utf16_column: u32,
}

/// The line starts of a text, and its characters that are longer than a byte.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// Start and end (terminator excluded) of each line.
    lines: Vec<Span>,
    wide: Vec<Wide>,
    size: u32,
}

/// A character of several bytes, with what all characters up to and including it add.
#[derive(Clone, Copy, Debug)]
struct Wide {
    start: u32,
    /// Bytes less characters, up to and including this one.
    extra_bytes: u32,
    /// UTF-16 units less characters, up to and including this one.
    extra_units: u32,
}

impl LineIndex {
    /// Reads a text; lines end at `\n`, `\r\n` or a lone `\r`, as Python's do.
    pub fn new(text: &str) -> Self {
        let (mut lines, mut wide) = (Vec::new(), Vec::new());
        let (mut start, mut extra_bytes, mut extra_units) = (0_u32, 0_u32, 0_u32);
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let at = at as u32;
            match character {
                '\n' => {
                    lines.push(Span::new(start, at));
                    start = at + 1;
                }
                '\r' => {
                    lines.push(Span::new(start, at));
                    start = at + 1;
                    if characters.next_if(|(_, next)| *next == '\n').is_some() {
                        start += 1;
                    }
                }
                _ if !character.is_ascii() => {
                    extra_bytes += character.len_utf8() as u32 - 1;
                    extra_units += character.len_utf16() as u32 - 1;
                    wide.push(Wide { start: at, extra_bytes, extra_units });
                }
                _ => {}
            }
        }
        let size = text.len() as u32;
        lines.push(Span::new(start, size));
        Self { lines, wide, size }
    }

    /// Gives the position of a byte; an offset past the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = offset.min(self.size);
        let line = self.lines.partition_point(|line| line.start <= offset).max(1);
        let start = self.lines.get(line - 1).map_or(0, |line| line.start);
        let (bytes_before, units_before) = self.extra(start);
        let (bytes, units) = self.extra(offset);
        let characters = (offset - start).saturating_sub(bytes - bytes_before);
        Position { line: line as u32, column: characters + 1, utf16_column: characters + (units - units_before) + 1 }
    }

    /// Gives the bytes of a line counted from 1, its terminator excluded.
    pub fn line_span(&self, line: u32) -> Option<Span> {
        self.lines.get((line as usize).checked_sub(1)?).copied()
    }

    /// Gives the number of lines; an empty text has one.
    pub fn line_count(&self) -> u32 {
        self.lines.len() as u32
    }

    fn extra(&self, offset: u32) -> (u32, u32) {
        let before = self.wide.partition_point(|wide| wide.start < offset);
        before.checked_sub(1).and_then(|index| self.wide.get(index)).map_or((0, 0), |w| (w.extra_bytes, w.extra_units))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: u32) -> (u32, u32, u32) {
        let position = LineIndex::new(text).position(offset);
        (position.line, position.column, position.utf16_column)
    }

    #[test]
    fn counts_lines_of_every_ending() {
        assert_eq!(at("a\nb\r\nc\rd", 0), (1, 1, 1));
        assert_eq!(at("a\nb\r\nc\rd", 2), (2, 1, 1));
        assert_eq!(at("a\nb\r\nc\rd", 5), (3, 1, 1));
        assert_eq!(at("a\nb\r\nc\rd", 7), (4, 1, 1));
        assert_eq!(at("", 9), (1, 1, 1));
    }

    #[test]
    fn counts_characters_and_utf16_units() {
        assert_eq!(at("é😀x", 2), (1, 2, 2));
        assert_eq!(at("é😀x", 6), (1, 3, 4));
        assert_eq!(at("é\né😀x", 9), (2, 3, 4));
    }

    #[test]
    fn gives_line_spans() {
        let index = LineIndex::new("ab\r\ncd");
        assert_eq!(index.line_span(1), Some(Span::new(0, 2)));
        assert_eq!(index.line_span(2), Some(Span::new(4, 6)));
        assert_eq!((index.line_span(0), index.line_span(3), index.line_count()), (None, None, 2));
    }
}
