//! `template % values`. Invariant: every conversion has exactly one value, or the whole is not understood.

use crate::{
    Field, Kind, Node,
    compose::{Hole, Piece},
};

/// Puts the values into the template's pieces.
pub(super) fn pieces<'a>(template: Vec<Piece<'a>>, values: Node<'a>) -> Option<Vec<Piece<'a>>> {
    let values = values.without_parentheses();
    let mut positional: std::collections::VecDeque<Node<'a>> = match values.kind() {
        Kind::TUPLE => values.named_children().collect(),
        Kind::DICTIONARY => std::collections::VecDeque::new(),
        _ => [values].into(),
    };
    let mut out = Vec::new();
    let mut rest = template.into_iter().peekable();
    while let Some(piece) = rest.next() {
        if !is(&piece, '%') {
            out.push(piece);
            continue;
        }
        let mut name = None;
        if rest.peek().is_some_and(|next| is(next, '(')) {
            rest.next();
            let mut label = String::new();
            loop {
                match rest.next()? {
                    Piece::Character { value: ')', .. } => break,
                    Piece::Character { value, .. } => label.push(value),
                    Piece::Hole(_) | Piece::Break(_) => return None,
                }
            }
            name = Some(label);
        }
        let Piece::Character { value: conversion, .. } = rest.next()? else { return None };
        if conversion == '%' {
            out.push(piece);
            continue;
        }
        let expression = match &name {
            Some(label) => keyed(values, label)?,
            None => positional.pop_front()?,
        };
        if expression.is(Kind::LIST_SPLAT) {
            return None;
        }
        let text = match conversion {
            's' | 'd' | 'i' => None,
            'r' => Some(format!("repr({})", expression.text())),
            _ => return None,
        };
        out.push(Piece::Hole(Hole { expression, text, is_text: false }));
    }
    positional.is_empty().then_some(out)
}

fn is(piece: &Piece<'_>, character: char) -> bool {
    matches!(piece, Piece::Character { value, .. } if *value == character)
}

/// Gives the value of this constant key in a dict display.
fn keyed<'a>(values: Node<'a>, label: &str) -> Option<Node<'a>> {
    let pairs = values.named_children().filter(|_| values.is(Kind::DICTIONARY));
    let key_is = |pair: &Node<'_>| {
        pair.child(Field::KEY).is_some_and(|key| key.is(Kind::STRING) && key.text().trim_matches(['"', '\'']) == label)
    };
    pairs.filter(|pair| pair.is(Kind::PAIR)).find(key_is)?.child(Field::VALUE)
}
