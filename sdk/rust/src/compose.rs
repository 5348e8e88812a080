//! How an expression composes a string from constant text and values. Invariant: the pieces in order are the string's
//! value; a shape that is not understood exactly is `None`.

mod literal;
mod percent;
pub mod render;
mod replacement_field;

use crate::{
    Field, Kind, Node,
    fix::{call::Call, local},
};

/// How a string literal is written: its delimiter, and whether backslashes are plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoting<'a> {
    /// `'`, `"`, `'''` or `"""`.
    pub delimiter: &'a str,
    /// The prefix holds an `r`.
    pub raw: bool,
}

/// A value in a composed string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole<'a> {
    /// The value's expression.
    pub expression: Node<'a>,
    /// Python that gives exactly the text that stands in the string, when that is not `str(expression)`: `repr(x)`.
    pub text: Option<String>,
    /// The expression must be a string already, as the operand of `+` must.
    pub is_text: bool,
}

impl Hole<'_> {
    /// Gives Python for the value as it is, for places that take any type.
    pub fn value(&self) -> String {
        self.text.clone().unwrap_or_else(|| self.expression.without_parentheses().text().into())
    }

    /// Gives Python for the text that stands in the string.
    pub fn as_text(&self) -> String {
        match &self.text {
            Some(text) => text.clone(),
            None if self.is_text || local::is_text(self.expression) => {
                self.expression.without_parentheses().text().into()
            }
            None => format!("str({})", self.expression.without_parentheses().text()),
        }
    }
}

/// A piece of a composed string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// One character, as it is written in a literal of this quoting.
    Character {
        /// The character that it stands for.
        value: char,
        /// Its source text; braces of f-strings and percent signs of templates are single here.
        raw: &'a str,
        /// The literal that it is in.
        quoting: Quoting<'a>,
    },
    /// A value.
    Hole(Hole<'a>),
    /// Source text between two operands on different lines: white space and comments, not part of the value.
    Break(String),
}

/// A string as an expression composes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composition<'a> {
    /// In order.
    pub pieces: Vec<Piece<'a>>,
    /// How the first literal is written.
    pub quoting: Quoting<'a>,
}

const MAX_DEPTH: u32 = 40;

impl<'a> Composition<'a> {
    /// Reads an expression: literals, f-strings, implicit and explicit concatenation, `%`, `.format`, and `join` of a
    /// display. `None` when it holds no literal text, is bytes, or is not understood.
    pub fn of(expression: Node<'a>) -> Option<Self> {
        Self::from_pieces(pieces(expression.without_parentheses(), 0)?)
    }

    /// Reads `TEMPLATE % values` and `TEMPLATE.format(…)` where a local variable holds the template: gives the template's
    /// literal, the variable, and the whole string.
    pub fn of_template(expression: Node<'a>) -> Option<(Node<'a>, Node<'a>, Self)> {
        let expression = expression.without_parentheses();
        let variable = match expression.kind() {
            Kind::BINARY_OPERATOR => expression.child(Field::LEFT)?,
            Kind::CALL => Call::of(expression)?.receiver()?,
            _ => return None,
        };
        let literal = local::origin(variable).filter(|origin| origin.assignment.is_some())?.expression;
        let template = pieces(literal, 0)?;
        let all = match expression.kind() {
            Kind::BINARY_OPERATOR if expression.child(Field::OPERATOR)?.is(Kind::TOKEN_PERCENT) => {
                percent::pieces(template, expression.child(Field::RIGHT)?)?
            }
            Kind::CALL if Call::of(expression)?.name() == "format" => {
                replacement_field::pieces(template, Call::of(expression)?)?
            }
            _ => return None,
        };
        Some((literal, variable, Self::from_pieces(all)?))
    }

    fn from_pieces(pieces: Vec<Piece<'a>>) -> Option<Self> {
        let quoting = pieces.iter().find_map(|piece| match piece {
            Piece::Character { quoting, .. } => Some(*quoting),
            Piece::Hole(_) | Piece::Break(_) => None,
        })?;
        Some(Self { pieces, quoting })
    }

    /// Gives the values in order.
    pub fn holes(&self) -> impl Iterator<Item = &Hole<'a>> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(hole),
            Piece::Character { .. } | Piece::Break(_) => None,
        })
    }

    /// Gives the constant text with `mark` in place of each value.
    pub fn outline(&self, mark: &str) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Character { value, .. } => text.push(*value),
                Piece::Hole(_) => text.push_str(mark),
                Piece::Break(_) => {}
            }
        }
        text
    }
}

fn pieces(node: Node<'_>, depth: u32) -> Option<Vec<Piece<'_>>> {
    let node = node.without_parentheses();
    match node.kind() {
        _ if depth > MAX_DEPTH => None,
        Kind::STRING => literal::pieces(node),
        Kind::CONCATENATED_STRING => {
            let parts: Vec<_> = node.named_children().collect();
            concatenation(&parts, depth)
        }
        Kind::BINARY_OPERATOR => match node.child(Field::OPERATOR)?.kind() {
            Kind::TOKEN_PLUS => concatenation(&operands(node)?, depth),
            Kind::TOKEN_PERCENT => {
                let template = node.child(Field::LEFT)?;
                percent::pieces(pieces(template, depth + 1)?, node.child(Field::RIGHT)?)
            }
            _ => None,
        },
        Kind::CALL => {
            let call = Call::of(node)?;
            let template = call.receiver()?;
            match call.name() {
                "format" => replacement_field::pieces(pieces(template, depth + 1)?, call),
                "join" => joined(&pieces(template, depth + 1)?, call, depth),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Gives the operands of a chain of `+`, in order, without recursion.
fn operands(node: Node<'_>) -> Option<Vec<Node<'_>>> {
    let mut found = Vec::new();
    let mut at = node;
    while at.is(Kind::BINARY_OPERATOR) && at.child(Field::OPERATOR)?.is(Kind::TOKEN_PLUS) {
        found.push(at.child(Field::RIGHT)?);
        at = at.child(Field::LEFT)?;
    }
    found.push(at);
    found.reverse();
    Some(found)
}

fn concatenation<'a>(parts: &[Node<'a>], depth: u32) -> Option<Vec<Piece<'a>>> {
    let mut all: Vec<Piece<'a>> = Vec::new();
    let mut end = None;
    for &part in parts {
        let between = end.and_then(|end| gap(part, end));
        let inner = match part.without_parentheses().kind() {
            Kind::STRING | Kind::CONCATENATED_STRING | Kind::BINARY_OPERATOR | Kind::CALL => pieces(part, depth + 1),
            _ => None,
        };
        all.extend(between.map(Piece::Break));
        match inner {
            Some(inner) => all.extend(inner),
            None if part.without_parentheses().is(Kind::STRING) => return None,
            None => all.push(Piece::Hole(Hole { expression: part, text: None, is_text: true })),
        }
        end = Some(part.end());
    }
    Some(all)
}

/// Gives the source between two operands when there is a line break in it, the operator left out.
fn gap(next: Node<'_>, end: u32) -> Option<String> {
    let source = next.tree().text(crate::Span { start: end, end: next.start() });
    let plain = !source.contains(['#', '\\', '(', ')']);
    (plain && source.contains('\n')).then(|| source.replace('+', "").trim_start_matches(' ').to_owned())
}

/// `" ".join(["tar", name])`.
fn joined<'a>(separator: &[Piece<'a>], call: Call<'a>, depth: u32) -> Option<Vec<Piece<'a>>> {
    let display = call.positional(0).filter(|list| list.is(Kind::LIST) || list.is(Kind::TUPLE))?;
    let mut all = Vec::new();
    for (number, element) in display.named_children().enumerate() {
        if element.is(Kind::LIST_SPLAT) {
            return None;
        }
        if number > 0 {
            all.extend(separator.iter().cloned());
        }
        match pieces(element, depth + 1) {
            Some(inner) => all.extend(inner),
            None if element.is(Kind::STRING) => return None,
            None => all.push(Piece::Hole(Hole { expression: element, text: None, is_text: true })),
        }
    }
    Some(all)
}
