//! Questions for the solver as plain data. Invariant: a query holds no shared pointers to interpreter state, so it can be
//! put to a solver with a context of its own; each part over-approximates what it stands for.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    automata::{language::Language, regex_tree::RegexTree, transducer::image_of_chain},
    models::builtins::decimal_numbers,
    path_condition::{PathCondition, Residue},
    rope::{Piece, Rope},
    solving::Decimal,
    source::SourceId,
    term::{IntTerm, IntVariable, Order},
};

/// One part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TextPart {
    /// Known.
    Const(String),
    /// The text variable with this number.
    Variable(usize),
}

/// A number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Number {
    /// Known.
    Const(Decimal),
    /// The integer variable with this number.
    Variable(usize),
    /// The length of the text variable with this number.
    Length(usize),
    /// A sum.
    Add(Box<Number>, Box<Number>),
    /// A difference.
    Sub(Box<Number>, Box<Number>),
    /// A product.
    Mul(Box<Number>, Box<Number>),
    /// A quotient rounded down.
    FloorDiv(Box<Number>, Box<Number>),
    /// Its remainder.
    Mod(Box<Number>, Box<Number>),
}

/// What must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fact {
    /// The text is in the language.
    In(Vec<TextPart>, Arc<RegexTree>),
    /// The texts are equal, or differ.
    Same(Vec<TextPart>, Vec<TextPart>, Wanted),
    /// The numbers compare so, or not so.
    Compare(Order, Number, Number, Wanted),
}

/// Whether a fact holds or fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Wanted {
    /// It holds.
    Holds,
    /// It fails.
    Fails,
}

/// A question: can all facts hold together?
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    /// The facts.
    pub(crate) facts: Vec<Fact>,
    /// How many text variables there are.
    pub(crate) texts: usize,
    /// How many integer variables there are.
    pub(crate) numbers: usize,
    /// Variables of sources as they are.
    pub(crate) source_texts: BTreeMap<SourceId, usize>,
    /// Variables of integers.
    pub(crate) integers: BTreeMap<IntVariable, usize>,
    chained: BTreeMap<String, usize>,
}

impl Query {
    /// Asks whether a path can be taken.
    pub(crate) fn of_path(condition: &PathCondition) -> Self {
        let mut query = Self::default();
        for residue in &condition.residues {
            match residue {
                Residue::Compare { order, left, right, holds } => {
                    let (left, right) = (query.number(left, condition), query.number(right, condition));
                    query.facts.push(Fact::Compare(*order, left, right, wanted(*holds)));
                }
                Residue::RopeIn { rope, language } => query.add_member(rope, language, condition),
                Residue::SameText { left, right, holds } => {
                    let (left, right) = (query.text(left, condition), query.text(right, condition));
                    query.facts.push(Fact::Same(left, right, wanted(*holds)));
                }
            }
        }
        query
    }

    /// Adds that a text is in a language; a language without a small tree is left out.
    pub(crate) fn add_member(&mut self, rope: &Rope, language: &Language, condition: &PathCondition) {
        let text = self.text(rope, condition);
        if let Some(tree) = language.to_regex_tree() {
            self.facts.push(Fact::In(text, tree));
        }
    }

    fn source(&mut self, id: SourceId, condition: &PathCondition) -> usize {
        if let Some(found) = self.source_texts.get(&id) {
            return *found;
        }
        let variable = self.texts;
        self.texts += 1;
        self.source_texts.insert(id, variable);
        if let Some(tree) = condition.language(id).and_then(|language| language.to_regex_tree()) {
            self.facts.push(Fact::In(vec![TextPart::Variable(variable)], tree));
        }
        variable
    }

    fn text(&mut self, rope: &Rope, condition: &PathCondition) -> Vec<TextPart> {
        let mut parts = Vec::new();
        for piece in rope.pieces() {
            parts.push(match piece {
                Piece::Const { text, .. } => TextPart::Const(text.to_string()),
                Piece::Source { id, chain } if chain.is_empty() => TextPart::Variable(self.source(*id, condition)),
                Piece::Source { id, chain } => {
                    let steps: Vec<_> = chain.iter().map(|step| step.operation().clone()).collect();
                    let key = format!("{} {steps:?}", id.0);
                    let variable = match self.chained.get(&key) {
                        Some(variable) => *variable,
                        None => {
                            let variable = self.texts;
                            self.texts += 1;
                            self.chained.insert(key, variable);
                            let given = condition.language(*id).map_or_else(Language::any, |known| (**known).clone());
                            let image = image_of_chain(chain, &given).ok();
                            if let Some(tree) = image.and_then(|image| image.to_regex_tree()) {
                                self.facts.push(Fact::In(vec![TextPart::Variable(variable)], tree));
                            }
                            variable
                        }
                    };
                    TextPart::Variable(variable)
                }
                Piece::Number(_) => {
                    let variable = self.texts;
                    self.texts += 1;
                    if let Some(tree) = decimal_numbers().and_then(|numbers| numbers.to_regex_tree()) {
                        self.facts.push(Fact::In(vec![TextPart::Variable(variable)], tree));
                    }
                    TextPart::Variable(variable)
                }
            });
        }
        parts
    }

    fn number(&mut self, term: &IntTerm, condition: &PathCondition) -> Number {
        let pair = |this: &mut Self, a: &IntTerm, b: &IntTerm| {
            (Box::new(this.number(a, condition)), Box::new(this.number(b, condition)))
        };
        match term {
            IntTerm::Const(number) => Number::Const(Decimal(number.clone())),
            IntTerm::Variable(IntVariable::Length(id)) => Number::Length(self.source(*id, condition)),
            IntTerm::Variable(variable @ (IntVariable::Source(_) | IntVariable::Parsed(_) | IntVariable::Fresh(_))) => {
                let next = self.numbers;
                let number = *self.integers.entry(*variable).or_insert(next);
                self.numbers = self.numbers.max(number + 1);
                Number::Variable(number)
            }
            IntTerm::Add(a, b) => {
                let (a, b) = pair(self, a, b);
                Number::Add(a, b)
            }
            IntTerm::Sub(a, b) => {
                let (a, b) = pair(self, a, b);
                Number::Sub(a, b)
            }
            IntTerm::Mul(a, b) => {
                let (a, b) = pair(self, a, b);
                Number::Mul(a, b)
            }
            IntTerm::FloorDiv(a, b) => {
                let (a, b) = pair(self, a, b);
                Number::FloorDiv(a, b)
            }
            IntTerm::Mod(a, b) => {
                let (a, b) = pair(self, a, b);
                Number::Mod(a, b)
            }
        }
    }
}

fn wanted(holds: bool) -> Wanted {
    if holds { Wanted::Holds } else { Wanted::Fails }
}
