//! `template.format(…)`. Invariant: only plain fields (`{}`, `{0}`, `{name}`) are understood; attributes, indexes and
//! format specifications are not.

use crate::{
    compose::{Hole, Piece},
    fix::call::Call,
};

/// Puts the arguments into the template's pieces.
pub(super) fn pieces<'a>(template: Vec<Piece<'a>>, call: Call<'a>) -> Option<Vec<Piece<'a>>> {
    call.positional_count()?;
    let mut out = Vec::new();
    let mut next_automatic = 0;
    let mut rest = template.into_iter().peekable();
    while let Some(piece) = rest.next() {
        let Piece::Character { value, .. } = piece else {
            out.push(piece);
            continue;
        };
        let doubled =
            rest.peek().is_some_and(|next| matches!(next, Piece::Character { value: other, .. } if *other == value));
        match value {
            '{' | '}' if doubled => {
                rest.next();
                out.push(piece);
            }
            '{' => {
                let mut field = String::new();
                loop {
                    match rest.next()? {
                        Piece::Character { value: '}', .. } => break,
                        Piece::Character { value, .. } => field.push(value),
                        Piece::Hole(_) | Piece::Break(_) => return None,
                    }
                }
                let (label, is_repr) = match field.split_once('!') {
                    Some((label, "r")) => (label, true),
                    Some((label, "s")) => (label, false),
                    Some(_) => return None,
                    None => (field.as_str(), false),
                };
                let expression = if label.is_empty() {
                    next_automatic += 1;
                    call.positional(next_automatic - 1)?
                } else if let Ok(position) = label.parse::<usize>() {
                    call.positional(position)?
                } else if label.chars().all(|character| character.is_alphanumeric() || character == '_') {
                    call.keyword(label)?
                } else {
                    return None;
                };
                let text = is_repr.then(|| format!("repr({})", expression.text()));
                out.push(Piece::Hole(Hole { expression, text, is_text: false }));
            }
            '}' => return None,
            _ => out.push(piece),
        }
    }
    Some(out)
}
