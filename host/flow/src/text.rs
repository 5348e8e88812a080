//! Text of which some pieces are written in the program and others are data. Invariant: pieces are in order, no two
//! neighbours are literals, and a text has at most `MAX_PIECES`.

use std::rc::Rc;

use ir::instruction::Constant;
use model::contract::SinkLanguage;

use crate::{
    language_set::LanguageSet,
    taint::{Key, Taints},
    value::{Parts, Shape, Value},
};

/// Most pieces of a text; a longer one is not told apart.
const MAX_PIECES: usize = 16;
/// Longest literal text that is kept.
const MAX_LITERAL: usize = 10_000;

/// One piece.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    /// Written in the program.
    Literal(String),
    /// Anything, of any length; the taints say whether an attacker chooses it.
    Data(Taints),
}

/// A text in pieces.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Text(Vec<Piece>);

impl Text {
    pub(crate) fn literal(text: &str) -> Self {
        Self(vec![Piece::Literal(text.to_owned())])
    }

    /// A text of these pieces, which come from a text.
    pub(crate) fn from_pieces(pieces: Vec<Piece>) -> Self {
        Self(pieces)
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    pub(crate) fn data(taints: Taints) -> Self {
        Self(vec![Piece::Data(taints)])
    }

    /// Reads a value as text.
    pub(crate) fn of(value: &Value) -> Self {
        match (value.constant.as_deref(), &value.text) {
            (Some(Constant::Str(text)), _) => Self::literal(text),
            (_, Some(text)) => Self::clone(text),
            _ => Self::data(value.all_taints()),
        }
    }

    /// Reads a value as text if something of that text is known.
    pub(crate) fn known(value: &Value) -> Option<Self> {
        let is_known = value.text.is_some() || matches!(value.constant.as_deref(), Some(Constant::Str(_)));
        is_known.then(|| Self::of(value))
    }

    pub(crate) fn push(&mut self, piece: Piece) {
        match (self.0.last_mut(), piece) {
            (Some(Piece::Literal(before)), Piece::Literal(after)) => before.push_str(&after),
            (_, Piece::Literal(after)) if after.is_empty() => {}
            (_, piece) => self.0.push(piece),
        }
    }

    pub(crate) fn append(&mut self, other: Self) {
        other.0.into_iter().for_each(|piece| self.push(piece));
    }

    fn has_literal(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Literal(_)))
    }

    /// Makes the value of this text. What stands behind a URL's host chooses no host.
    pub(crate) fn into_value(mut self) -> Value {
        self.clean_behind_host();
        let mut taints = Taints::default();
        let mut constant = Some(String::new());
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => {
                    constant = constant.filter(|known| known.len() + text.len() <= MAX_LITERAL);
                    if let Some(known) = &mut constant {
                        known.push_str(text);
                    }
                }
                Piece::Data(data) => {
                    constant = None;
                    taints.join(data);
                }
            }
        }
        if let Some(constant) = constant {
            return Value::constant(Constant::Str(constant));
        }
        let length: usize = self.0.iter().map(Piece::literal_length).sum();
        let is_kept = self.has_literal() && self.0.len() <= MAX_PIECES && length <= MAX_LITERAL;
        Value { taints, text: is_kept.then(|| Rc::new(self)), ..Value::default() }
    }

    fn clean_behind_host(&mut self) {
        let mut before = String::new();
        let mut starts_with_data = false;
        let is_put_together = self.0.len() > 1;
        for (index, piece) in self.0.iter_mut().enumerate() {
            match piece {
                Piece::Literal(text) => before.push_str(text),
                Piece::Data(taints) => {
                    if is_put_together {
                        taints.map_clean(LanguageSet::without_facts);
                    }
                    let (requests, redirects) = fixed_by(&before, starts_with_data);
                    if requests {
                        taints.clean(LanguageSet::of(&[SinkLanguage::RequestUrl]));
                    }
                    if redirects {
                        taints.clean(LanguageSet::of(&[SinkLanguage::RedirectUrl]));
                    }
                    // What stands before it begins the word.
                    if index > 0 {
                        taints.clean(LanguageSet::of(&[SinkLanguage::Argument]));
                    }
                    starts_with_data |= index == 0;
                }
            }
        }
    }

    /// `text[from:]` for a position counted from the front.
    fn from(&self, from: usize) -> Self {
        let mut rest = from;
        let mut kept = Self::default();
        let mut pieces = self.0.iter();
        for piece in pieces.by_ref() {
            match piece {
                Piece::Literal(text) => {
                    let length = text.chars().count();
                    if rest < length {
                        kept.push(Piece::Literal(text.chars().skip(rest).collect()));
                        rest = 0;
                    } else {
                        rest -= length;
                    }
                }
                Piece::Data(taints) if rest == 0 => kept.push(Piece::Data(taints.clone())),
                Piece::Data(taints) => {
                    // It is not known how much of this piece and of the following ones is cut off.
                    let mut taints = taints.clone();
                    pieces.for_each(|piece| piece.add_to(&mut taints));
                    kept.push(Piece::Data(taints));
                    break;
                }
            }
        }
        kept
    }

    fn reversed(&self) -> Self {
        let flip = |piece: &Piece| match piece {
            Piece::Literal(text) => Piece::Literal(text.chars().rev().collect()),
            Piece::Data(taints) => Piece::Data(taints.clone()),
        };
        Self(self.0.iter().rev().map(flip).collect())
    }

    /// `text[:to]` for a position counted from the front.
    fn until(&self, to: usize) -> Self {
        let mut rest = to;
        let mut kept = Self::default();
        let mut pieces = self.0.iter();
        for piece in pieces.by_ref() {
            if rest == 0 {
                break;
            }
            match piece {
                Piece::Literal(text) => {
                    let length = text.chars().count();
                    kept.push(Piece::Literal(text.chars().take(rest).collect()));
                    rest = rest.saturating_sub(length);
                }
                Piece::Data(taints) => {
                    let mut taints = taints.clone();
                    pieces.for_each(|piece| piece.add_to(&mut taints));
                    kept.push(Piece::Data(taints));
                    break;
                }
            }
        }
        kept
    }

    /// `text[lower:upper]`.
    pub(crate) fn slice(&self, lower: Option<i64>, upper: Option<i64>) -> Self {
        let size = |position: i64| usize::try_from(position.unsigned_abs()).unwrap_or(usize::MAX);
        let head = match upper {
            None => self.clone(),
            Some(upper) if upper >= 0 => self.until(size(upper)),
            Some(upper) => self.reversed().from(size(upper)).reversed(),
        };
        match (lower, upper) {
            (None, _) => head,
            (Some(lower), _) if lower >= 0 => head.from(size(lower)),
            (Some(lower), None) => head.reversed().until(size(lower)).reversed(),
            (Some(lower), Some(upper)) if upper < 0 => {
                head.reversed().until(size(lower.saturating_sub(upper).min(0))).reversed()
            }
            (Some(_), Some(_)) => head,
        }
    }

    /// `text[index]`.
    pub(crate) fn at(&self, index: i64) -> Self {
        match index {
            -1 => self.slice(Some(-1), None),
            _ => self.slice(Some(index), index.checked_add(1)),
        }
    }

    /// `text.split(separator)`: the items before the first data and behind the last are known.
    pub(crate) fn split(&self, separator: &str) -> Option<Value> {
        let mut parts = Parts { shape: Shape::Sequence, ..Parts::default() };
        let front = self.leading_items(separator);
        for (index, item) in (0_i64..).zip(front) {
            parts.entries.insert(Key::Int(index), Value::constant(Constant::Str(item)));
        }
        let flipped: String = separator.chars().rev().collect();
        for (index, item) in (1_i64..).zip(self.reversed().leading_items(&flipped)) {
            let item = item.chars().rev().collect();
            parts.entries.insert(Key::Int(-index), Value::constant(Constant::Str(item)));
        }
        (!parts.entries.is_empty()).then(|| Value {
            taints: self.taints(),
            parts: Some(Rc::new(parts)),
            ..Value::default()
        })
    }

    /// The items of `split` that end before the first data.
    fn leading_items(&self, separator: &str) -> Vec<String> {
        let Some(Piece::Literal(text)) = self.0.first().filter(|_| self.0.len() > 1 && !separator.is_empty()) else {
            return Vec::new();
        };
        let mut items: Vec<String> = text.split(separator).map(str::to_owned).collect();
        items.pop();
        items.truncate(16);
        items
    }

    /// Cuts at the first separator, which must stand before all data; gives what is before and behind it.
    pub(crate) fn cut_first(&self, separator: &str) -> Option<(Self, Self)> {
        let Some(Piece::Literal(text)) = self.0.first() else { return None };
        let (head, _) = text.split_once(separator).filter(|_| !separator.is_empty())?;
        let length = head.chars().count();
        Some((Self::literal(head), self.from(length + separator.chars().count())))
    }

    /// Cuts at the last separator, which must stand behind all data.
    pub(crate) fn cut_last(&self, separator: &str) -> Option<(Self, Self)> {
        let flipped: String = separator.chars().rev().collect();
        let (tail, head) = self.reversed().cut_first(&flipped)?;
        Some((head.reversed(), tail.reversed()))
    }

    /// `text.replace(old, new)`.
    pub(crate) fn replace(&self, old: &str, new: &Self) -> Self {
        let mut replaced = Self::default();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => {
                    for (index, item) in text.split(old).enumerate() {
                        if index > 0 {
                            replaced.append(new.clone());
                        }
                        replaced.push(Piece::Literal(item.to_owned()));
                    }
                }
                Piece::Data(taints) => {
                    let mut taints = taints.clone();
                    new.0.iter().for_each(|piece| piece.add_to(&mut taints));
                    replaced.push(Piece::Data(taints));
                }
            }
        }
        replaced
    }

    pub(crate) fn taints(&self) -> Taints {
        let mut taints = Taints::default();
        self.0.iter().for_each(|piece| piece.add_to(&mut taints));
        taints
    }
}

impl Piece {
    fn literal_length(&self) -> usize {
        match self {
            Self::Literal(text) => text.len(),
            Self::Data(_) => 0,
        }
    }

    fn add_to(&self, taints: &mut Taints) {
        if let Self::Data(data) = self {
            taints.join(data);
        }
    }
}

/// Tells whether the host that a URL names is decided by the text in front: for a request, and for a redirect.
fn fixed_by(before: &str, starts_with_data: bool) -> (bool, bool) {
    let path = match before.split_once("://") {
        Some((_, rest)) => rest,
        None if starts_with_data => before,
        None => {
            let mut letters = before.chars();
            let is_local =
                letters.next() == Some('/') && letters.next().is_some_and(|next| !matches!(next, '/' | '\\'));
            let is_query = before.starts_with(['?', '#']);
            return (false, is_local || is_query);
        }
    };
    let is_fixed = path.contains(['/', '?', '#']);
    (is_fixed, is_fixed)
}

/// Joins texts with a separator between them.
pub(crate) fn joined(separator: &Text, items: impl Iterator<Item = Text>) -> Text {
    let mut joined = Text::default();
    for (index, item) in items.enumerate() {
        if index > 0 {
            joined.append(separator.clone());
        }
        joined.append(item);
    }
    joined
}
