//! Applies text functions to ropes. Invariant: a rope's result has the same set of values as the function's, or a larger
//! one.

use std::rc::Rc;

use crate::{
    automata::{language::Language, operation::Operation, transducer::Transducer},
    interpreter::{Interpreter, size_limit::TEXT_BYTES},
    rope::{Piece, Rope},
    state::State,
    value::{Influence, Value},
};

/// Tells whether a function works on each character by itself.
fn is_per_character(operation: &Operation) -> bool {
    match operation {
        Operation::Replace { from, .. } => from.chars().count() == 1,
        Operation::Lower
        | Operation::Upper
        | Operation::Translate(_)
        | Operation::ReplaceChars { .. }
        | Operation::HtmlEscape(_)
        | Operation::MarkupEscape
        | Operation::UrlQuote { .. }
        | Operation::UrlQuotePlus
        | Operation::RegexEscape => true,
        Operation::Prepend(_)
        | Operation::Append(_)
        | Operation::ReplaceFirst { .. }
        | Operation::Strip { .. }
        | Operation::Take(_)
        | Operation::Skip(_)
        | Operation::TakeLast(_)
        | Operation::SkipLast(_)
        | Operation::RemovePrefix(_)
        | Operation::ReplaceRuns { .. }
        | Operation::ShellQuote
        | Operation::Repr
        | Operation::SecureFilename
        | Operation::UrlUnquote
        | Operation::Basename
        | Operation::Cut { .. } => false,
    }
}

/// Tells whether a function leaves decimal numbers as they are.
fn keeps_numbers(operation: &Operation) -> bool {
    (0..=9).all(|digit: u8| operation.apply(&digit.to_string()) == digit.to_string()) && operation.apply("-1") == "-1"
}

impl Interpreter<'_> {
    /// Applies a function to a text.
    pub(crate) fn apply(&mut self, state: &mut State, rope: &Rope, operation: Operation) -> Rope {
        if let Operation::Replace { from, to } | Operation::ReplaceFirst { from, to, .. } = &operation {
            // What one replacement makes of a known text stays bounded.
            let places = rope.size_bytes() / from.len().max(1) + 1;
            if places.saturating_mul(to.len()) > 8 * TEXT_BYTES {
                return self.image(state, rope, None);
            }
        }
        let per_character = is_per_character(&operation);
        if let (Some(marked), false) = (rope.marked(), per_character) {
            // What is wholly the attacker's stays so; else the unchanged ends are the program's.
            return Rope::derived(&marked, &operation.apply(&marked.text));
        }
        let Ok(transducer) = Transducer::new(operation.clone()) else {
            return self.image(state, rope, None);
        };
        let splits = rope.pieces().iter().all(|piece| match piece {
            Piece::Number(_) => keeps_numbers(&operation),
            Piece::Const { .. } | Piece::Source { .. } => true,
        });
        if per_character && splits {
            let mut result = Rope::default();
            for piece in rope.pieces() {
                result.push(match piece {
                    Piece::Const { text, author } => {
                        Piece::Const { text: operation.apply(text).into(), author: *author }
                    }
                    Piece::Source { id, chain } => {
                        let mut longer = (**chain).clone();
                        longer.push(transducer.clone());
                        Piece::Source { id: *id, chain: Rc::new(longer) }
                    }
                    Piece::Number(term) => Piece::Number(term.clone()),
                });
            }
            return result;
        }
        if let Some((id, chain)) = rope.single_source() {
            let mut longer = (*chain).clone();
            longer.push(transducer);
            return Rope::piece(Piece::Source { id, chain: Rc::new(longer) });
        }
        let image = transducer.image_over(&Language::any()).ok();
        self.image(state, rope, image)
    }

    /// Makes an unknown text that some function made of a rope.
    pub(crate) fn image(&mut self, state: &mut State, rope: &Rope, language: Option<Language>) -> Rope {
        let influence = self.influence(state, &[Value::Str(rope.clone())]);
        let influence = if rope.has_injected_text() { Influence::Attacker } else { influence };
        self.unknown_text(state, "a text that a function made", influence, language)
    }
}
