//! A composed shell line as words. Invariant: a line is split only when a POSIX shell would do nothing with it but split
//! it: no expansion, redirection, pipe, assignment or builtin.

use securecode_sdk::compose::{
    Composition, Hole, Piece, Quoting as LiteralQuoting,
    render::{self, Token},
};

/// Words that only a shell understands.
const BUILTINS: [&str; 24] = [
    "cd", "export", "source", ".", "set", "unset", "ulimit", "umask", "alias", "exec", "eval", "exit", "wait", "trap",
    "read", "shift", "if", "for", "while", "case", "until", "function", "time", "!",
];

/// The words of a command.
pub(super) struct Words<'a> {
    words: Vec<Vec<Token<'a>>>,
    quoting: LiteralQuoting<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    Single,
    Double,
}

impl<'a> Words<'a> {
    /// Splits a line; `None` where the shell would do more than split it, or where a value is in the first word.
    pub(super) fn of(composition: &Composition<'a>) -> Option<Self> {
        let mut words = Vec::new();
        let mut word: Option<Vec<Token<'a>>> = None;
        let mut state = State::Outside;
        let mut pieces = composition.pieces.iter().peekable();
        while let Some(piece) = pieces.next() {
            let value = match piece {
                Piece::Break(_) => continue,
                Piece::Hole(_) => {
                    word.get_or_insert_default().push(Token::Piece(piece.clone()));
                    continue;
                }
                Piece::Character { value, .. } => *value,
            };
            match (state, value) {
                (State::Outside, ' ' | '\t') => words.extend(word.take()),
                (State::Outside, '\n') if pieces.peek().is_none() => {}
                (State::Outside, '\'') => (state, word) = (State::Single, Some(word.unwrap_or_default())),
                (State::Outside, '"') => (state, word) = (State::Double, Some(word.unwrap_or_default())),
                (State::Single, '\'') | (State::Double, '"') => state = State::Outside,
                (State::Outside, '~' | '#') if word.is_none() => return None,
                (State::Outside, character) if "|&;<>()$`*?[]{}!\\\n".contains(character) => return None,
                (State::Double, '$' | '`' | '\\') => return None,
                _ => word.get_or_insert_default().push(Token::Piece(piece.clone())),
            }
        }
        words.extend(word);
        let quoting = inline(composition.quoting);
        let program = words.first().and_then(|word| constant(word))?;
        (state == State::Outside && !program.contains('=') && !BUILTINS.contains(&program.as_str()))
            .then_some(Self { words, quoting })
    }

    /// Writes the words as arguments.
    pub(super) fn arguments(&self) -> String {
        let words: Vec<_> = self.words.iter().map(|word| self.word(word)).collect();
        words.join(", ")
    }

    /// Writes the words as a list.
    pub(super) fn list(&self) -> String {
        format!("[{}]", self.arguments())
    }

    fn word(&self, word: &[Token<'a>]) -> String {
        match word {
            [Token::Piece(Piece::Hole(hole))] => hole.as_text(),
            _ => render::literal(word, self.quoting),
        }
    }
}

fn inline(quoting: LiteralQuoting<'_>) -> LiteralQuoting<'_> {
    let delimiter = quoting.delimiter.get(..1).unwrap_or("\"");
    LiteralQuoting { delimiter, raw: false }
}

fn constant(word: &[Token<'_>]) -> Option<String> {
    word.iter()
        .map(|token| match token {
            Token::Piece(Piece::Character { value, .. }) => Some(*value),
            Token::Piece(Piece::Hole(_) | Piece::Break(_)) | Token::Text(_) | Token::Value(_) | Token::Operand(_) => {
                None
            }
        })
        .collect()
}

/// What must become of the line's own quotes before its values are quoted.
pub(super) enum Quoting<'a> {
    /// No value is inside quotes.
    Nothing,
    /// The line without the quotes around its values.
    Dropped(Vec<Piece<'a>>),
}

/// Takes away the quotes around values, which `shlex.quote` brings itself; `None` where the quotes hold more than plain
/// characters beside the value.
pub(super) fn unquoted_holes<'a>(composition: &Composition<'a>) -> Option<Quoting<'a>> {
    let mut kept: Vec<Piece<'a>> = Vec::new();
    let mut dropped = false;
    let mut at = 0;
    while let Some(piece) = composition.pieces.get(at) {
        let quote = match piece {
            Piece::Character { value: quote @ ('\'' | '"'), .. } => *quote,
            Piece::Character { value: '\\', .. } => return None,
            Piece::Character { .. } | Piece::Hole(_) | Piece::Break(_) => {
                kept.push(piece.clone());
                at += 1;
                continue;
            }
        };
        let rest = composition.pieces.get(at + 1..)?;
        let length =
            rest.iter().position(|piece| matches!(piece, Piece::Character { value, .. } if *value == quote))?;
        let inner = rest.get(..length)?;
        if inner.iter().any(|piece| matches!(piece, Piece::Hole(_))) {
            let is_plain = |piece: &Piece<'_>| match piece {
                Piece::Character { value, .. } => value.is_ascii_alphanumeric() || "_./:=@%+,-".contains(*value),
                Piece::Hole(_) | Piece::Break(_) => true,
            };
            if !inner.iter().all(is_plain) {
                return None;
            }
            dropped = true;
            kept.extend(inner.iter().cloned());
        } else {
            kept.extend(composition.pieces.get(at..at + length + 2)?.iter().cloned());
        }
        at += length + 2;
    }
    Some(if dropped { Quoting::Dropped(kept) } else { Quoting::Nothing })
}

/// Writes the line with each value wrapped.
pub(super) fn render(pieces: &[Piece<'_>], composition: &Composition<'_>, wrap: impl Fn(&str) -> String) -> String {
    let token = |piece: &Piece<'_>| match piece {
        Piece::Hole(hole) => Token::Value(wrap(&Hole::as_text(hole))),
        Piece::Character { value, .. } => Token::Text(value.to_string()),
        Piece::Break(_) => Token::Text(String::new()),
    };
    let tokens: Vec<_> = pieces.iter().map(token).collect();
    render::literal(&tokens, composition.quoting)
}
