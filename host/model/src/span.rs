//! Places in source text. Invariant: spans are byte offsets into the file's UTF-8 text; lines and columns are derived
//! from them at the edges only.

use serde::{Deserialize, Serialize};

use crate::ids::FileId;

/// A half-open byte range of one file's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte; never less than `start`.
    pub end: u32,
}

impl Span {
    /// Makes a span; an `end` before `start` gives an empty span at `start`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end: if end < start { start } else { end } }
    }

    /// Tells whether `other` lies within this span.
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Tells whether the two spans share a byte.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Gives the span's length in bytes.
    pub const fn size_bytes(self) -> u32 {
        self.end - self.start
    }

    /// Cuts the text that the span names; `None` when the span is out of range or splits a character.
    pub fn slice(self, text: &str) -> Option<&str> {
        text.get(self.start as usize..self.end as usize)
    }

    /// Gives the span as a range of indices.
    pub const fn to_range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A span together with the file it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file, within the snapshot at hand.
    pub file: FileId,
    /// The bytes.
    pub span: Span,
}
