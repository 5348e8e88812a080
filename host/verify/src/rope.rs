//! Strings as ropes: known text with unknown parts. Invariant: neighbouring known pieces with the same origin are
//! joined and none is empty, so a rope without unknown parts has one piece per origin.

use std::rc::Rc;

use crate::{
    automata::{
        language::Language,
        operation::Operation,
        transducer::{Transducer, preimage_of_chain},
    },
    source::SourceId,
    term::IntTerm,
};

/// Who wrote a known piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Author {
    /// The program.
    Program,
    /// The attacker, in a concrete run.
    Attacker,
}

/// String functions applied to a source, first one first.
pub(crate) type Chain = Rc<Vec<Transducer>>;

/// One part of a string.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// Known text.
    Const {
        /// The text.
        text: Rc<str>,
        /// Who wrote it.
        author: Author,
    },
    /// An unknown text, passed through functions.
    Source {
        /// Which.
        id: SourceId,
        /// The functions.
        chain: Chain,
    },
    /// An integer in decimal.
    Number(IntTerm),
}

/// A string.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rope {
    pieces: Vec<Piece>,
}

/// A known text with the byte ranges that the attacker wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marked {
    /// The text.
    pub(crate) text: String,
    /// The attacker's parts, in order.
    pub(crate) injected: Vec<std::ops::Range<usize>>,
}

impl Rope {
    /// Makes known text of the program's.
    pub(crate) fn text(text: &str) -> Self {
        Self::written(text, Author::Program)
    }

    /// Makes known text.
    pub(crate) fn written(text: &str, author: Author) -> Self {
        let mut rope = Self::default();
        rope.push(Piece::Const { text: text.into(), author });
        rope
    }

    /// Makes a source as it is.
    pub(crate) fn source(id: SourceId) -> Self {
        Self { pieces: vec![Piece::Source { id, chain: Chain::default() }] }
    }

    /// Makes a rope of one piece.
    pub(crate) fn piece(piece: Piece) -> Self {
        let mut rope = Self::default();
        rope.push(piece);
        rope
    }

    /// Gives the pieces.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Measures the known text.
    pub(crate) fn size_bytes(&self) -> usize {
        let size = |piece: &Piece| match piece {
            Piece::Const { text, .. } => text.len(),
            Piece::Source { .. } | Piece::Number(_) => 0,
        };
        self.pieces.iter().map(size).sum()
    }

    /// Adds a piece at the end.
    pub(crate) fn push(&mut self, piece: Piece) {
        if let Piece::Const { text, author } = &piece {
            if text.is_empty() {
                return;
            }
            if let Some(Piece::Const { text: last, author: last_author }) = self.pieces.last_mut()
                && last_author == author
            {
                *last = format!("{last}{text}").into();
                return;
            }
        }
        if let Piece::Number(IntTerm::Const(number)) = &piece {
            self.push(Piece::Const { text: number.to_string().into(), author: Author::Program });
            return;
        }
        self.pieces.push(piece);
    }

    /// Adds another rope at the end.
    pub(crate) fn append(&mut self, other: &Self) {
        for piece in &other.pieces {
            self.push(piece.clone());
        }
    }

    /// Joins two ropes.
    pub(crate) fn concat(&self, other: &Self) -> Self {
        let mut joined = self.clone();
        joined.append(other);
        joined
    }

    /// Gives the text with its marks, when all of it is known.
    pub(crate) fn marked(&self) -> Option<Marked> {
        let mut marked = Marked { text: String::new(), injected: Vec::new() };
        for piece in &self.pieces {
            match piece {
                Piece::Const { text, author } => {
                    let start = marked.text.len();
                    marked.text.push_str(text);
                    if *author == Author::Attacker {
                        marked.injected.push(start..marked.text.len());
                    }
                }
                Piece::Source { .. } | Piece::Number(_) => return None,
            }
        }
        Some(marked)
    }

    /// Gives the text, when all of it is known.
    pub(crate) fn known(&self) -> Option<String> {
        self.marked().map(|marked| marked.text)
    }

    /// Gives the rope's only source with everything around it folded into the chain; `None` when there are several
    /// unknown parts, a number, or none.
    pub(crate) fn single_source(&self) -> Option<(SourceId, Chain)> {
        let mut before = String::new();
        let mut found: Option<(SourceId, Chain)> = None;
        let mut after = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Const { text, .. } if found.is_none() => before.push_str(text),
                Piece::Const { text, .. } => after.push_str(text),
                Piece::Source { id, chain } if found.is_none() => found = Some((*id, Rc::clone(chain))),
                Piece::Source { .. } | Piece::Number(_) => return None,
            }
        }
        let (id, chain) = found?;
        if before.is_empty() && after.is_empty() {
            return Some((id, chain));
        }
        let mut longer = (*chain).clone();
        if !before.is_empty() {
            longer.push(Transducer::new(Operation::Prepend(before)).ok()?);
        }
        if !after.is_empty() {
            longer.push(Transducer::new(Operation::Append(after)).ok()?);
        }
        Some((id, Rc::new(longer)))
    }

    /// Gives the source, when the rope is one source as it is.
    pub(crate) fn plain_source(&self) -> Option<SourceId> {
        match self.pieces.as_slice() {
            [Piece::Source { id, chain }] if chain.is_empty() => Some(*id),
            _ => None,
        }
    }

    /// Goes through the sources in it.
    pub(crate) fn sources(&self) -> impl Iterator<Item = SourceId> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Source { id, .. } => Some(*id),
            Piece::Const { .. } | Piece::Number(_) => None,
        })
    }

    /// Tells whether the attacker wrote a known part of it.
    pub(crate) fn has_injected_text(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Const { author: Author::Attacker, .. }))
    }

    /// Cuts the known text to a byte range, marks kept.
    pub(crate) fn cut(marked: &Marked, range: std::ops::Range<usize>) -> Self {
        let mut rope = Self::default();
        let mut at = range.start;
        while at < range.end {
            let inside = marked.injected.iter().find(|part| part.start <= at && at < part.end);
            let (end, author) = match inside {
                Some(part) => (part.end.min(range.end), Author::Attacker),
                None => {
                    let next = marked.injected.iter().map(|part| part.start).filter(|start| *start > at).min();
                    (next.unwrap_or(range.end).min(range.end), Author::Program)
                }
            };
            let Some(text) = marked.text.get(at..end) else { break };
            rope.push(Piece::Const { text: text.into(), author });
            at = end;
        }
        rope
    }

    /// Gives known text that a function made of a known rope. What the function left as it was at both ends keeps its
    /// author; the middle is the attacker's when any of the rope was.
    pub(crate) fn derived(original: &Marked, result: &str) -> Self {
        if original.injected.is_empty() {
            return Self::text(result);
        }
        let common = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| {
            a.zip(b).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum::<usize>()
        };
        let first = original.injected.iter().map(|part| part.start).min().unwrap_or(0);
        let last = original.injected.iter().map(|part| part.end).max().unwrap_or(0);
        let head = common(&mut original.text.chars(), &mut result.chars()).min(first);
        let tail = common(&mut original.text.chars().rev(), &mut result.chars().rev())
            .min(original.text.len().saturating_sub(last))
            .min(result.len().saturating_sub(head));
        let mut rope = Self::default();
        let end = result.len().saturating_sub(tail);
        for (range, author) in
            [(0..head, Author::Program), (head..end, Author::Attacker), (end..result.len(), Author::Program)]
        {
            if let Some(text) = result.get(range) {
                rope.push(Piece::Const { text: text.into(), author });
            }
        }
        rope
    }
}

/// Gives the source values for which the chain's result may be in the language; `None` when that grows too large.
pub(crate) fn pull_back(chain: &Chain, language: &Language) -> Option<Language> {
    preimage_of_chain(chain, language).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::single_range_in_vec_init, reason = "tests")]
    use super::{Author, Marked, Piece, Rope};

    #[test]
    fn known_pieces_join_and_keep_their_author() {
        let mut rope = Rope::text("a");
        rope.append(&Rope::text("b"));
        rope.append(&Rope::written("x", Author::Attacker));
        rope.append(&Rope::text(""));
        assert_eq!(rope.pieces().len(), 2);
        assert_eq!(rope.marked().unwrap(), Marked { text: "abx".into(), injected: vec![2..3] });
        let cut = Rope::cut(&rope.marked().unwrap(), 1..3);
        assert!(matches!(cut.pieces(), [Piece::Const { .. }, Piece::Const { author: Author::Attacker, .. }]));
    }

    #[test]
    fn unchanged_ends_stay_the_programs() {
        let original = Marked { text: "base/../x".into(), injected: vec![5..9] };
        let derived = Rope::derived(&original, "base/x");
        assert_eq!(derived.marked().unwrap().injected, [5..6]);
    }
}
