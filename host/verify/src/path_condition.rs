//! What is known to hold on a path. Invariant: it only grows, and every part over-approximates, so that a path that is
//! really possible is never given up.

use std::{collections::BTreeMap, rc::Rc};

use crate::{
    automata::language::Language,
    layout::Layout,
    rope::Rope,
    source::SourceId,
    term::{BoolTerm, IntTerm, Order},
};

/// One condition that the regular tier cannot hold.
#[derive(Clone, Debug)]
pub(crate) enum Residue {
    /// Two integers compare so (or not so).
    Compare {
        /// How.
        order: Order,
        /// Left.
        left: IntTerm,
        /// Right.
        right: IntTerm,
        /// Whether it holds.
        holds: bool,
    },
    /// The rope's text is in the language.
    RopeIn {
        /// The text.
        rope: Rope,
        /// The language; complemented already when the test failed.
        language: Rc<Language>,
    },
    /// Two texts are equal, or differ.
    SameText {
        /// Left.
        left: Rope,
        /// Right.
        right: Rope,
        /// Whether they are equal.
        holds: bool,
    },
}

/// The condition under which a path is taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct PathCondition {
    /// Possible values by source; a source that is not here may have any.
    pub(crate) languages: BTreeMap<SourceId, Rc<Language>>,
    /// Trusted directory prefixes that a source's value was found to start with.
    pub(crate) within: Vec<(SourceId, Rope)>,
    /// What the solver has to look at.
    pub(crate) residues: Vec<Residue>,
    /// Decided truth sources.
    pub(crate) truths: BTreeMap<SourceId, bool>,
    /// Decided opaque conditions.
    pub(crate) opaque: BTreeMap<u32, bool>,
    /// The first condition on the attacker's data that was guessed because it is not modelled.
    pub(crate) guessed: Option<Rc<str>>,
    /// The limit of Python's own that a value is taken to be beyond.
    pub(crate) beyond: Option<&'static str>,
    /// Whether a concrete run took one of several ways here, or passed something that might have raised.
    pub(crate) forked: bool,
    /// Questions of models that were decided on this path, by their text.
    pub(crate) decided: BTreeMap<String, bool>,
    /// Layouts of the entry function's parameters that are containers, by position.
    pub(crate) layouts: BTreeMap<u32, Layout>,
}

/// What assuming a condition did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Assumed {
    /// The path cannot be taken.
    Impossible,
    /// It may be; nothing was added that the solver should look at.
    Possible,
    /// It may be, as far as the cheap tests tell; a residue was added.
    Undecided,
}

/// Splits a condition into exclusive cases of simple conditions: the condition holds (or fails, as `wanted` says) exactly
/// when all simple conditions of one case do. Gives at most 64 cases; `None` beyond.
pub(crate) fn cases(term: &BoolTerm, wanted: bool) -> Option<Vec<Vec<(BoolTerm, bool)>>> {
    cases_within(term, wanted, 40)
}

fn cases_within(term: &BoolTerm, wanted: bool, depth: u32) -> Option<Vec<Vec<(BoolTerm, bool)>>> {
    if depth == 0 {
        return None;
    }
    let all = |a: &BoolTerm, b: &BoolTerm, polarity: bool| -> Option<Vec<Vec<(BoolTerm, bool)>>> {
        let mut joined = Vec::new();
        for left in cases_within(a, polarity, depth - 1)? {
            for right in cases_within(b, polarity, depth - 1)? {
                joined.push(left.iter().chain(&right).cloned().collect());
            }
        }
        (joined.len() <= 64).then_some(joined)
    };
    let any = |a: &BoolTerm, b: &BoolTerm, polarity: bool| -> Option<Vec<Vec<(BoolTerm, bool)>>> {
        let mut joined = cases_within(a, polarity, depth - 1)?;
        for left in cases_within(a, !polarity, depth - 1)? {
            for right in cases_within(b, polarity, depth - 1)? {
                joined.push(left.iter().chain(&right).cloned().collect());
            }
        }
        (joined.len() <= 64).then_some(joined)
    };
    match term {
        BoolTerm::Const(value) => Some(if *value == wanted { vec![Vec::new()] } else { Vec::new() }),
        BoolTerm::Not(inner) => cases_within(inner, !wanted, depth - 1),
        BoolTerm::And(a, b) if wanted => all(a, b, true),
        BoolTerm::And(a, b) => any(a, b, false),
        BoolTerm::Or(a, b) if wanted => any(a, b, true),
        BoolTerm::Or(a, b) => all(a, b, false),
        BoolTerm::Member { .. }
        | BoolTerm::RopeIn { .. }
        | BoolTerm::SameText(..)
        | BoolTerm::Within { .. }
        | BoolTerm::Compare(..)
        | BoolTerm::Source(_)
        | BoolTerm::Opaque { .. } => Some(vec![vec![(term.clone(), wanted)]]),
    }
}

impl PathCondition {
    /// Tells whether a comparison multiplies or divides two unknowns, which is hard for the solver.
    pub(crate) fn is_nonlinear(&self) -> bool {
        self.residues.iter().any(|residue| match residue {
            Residue::Compare { left, right, .. } => left.is_nonlinear() || right.is_nonlinear(),
            Residue::RopeIn { .. } | Residue::SameText { .. } => false,
        })
    }

    /// Gives the possible values of a source; `None` when any is possible.
    pub(crate) fn language(&self, source: SourceId) -> Option<&Rc<Language>> {
        self.languages.get(&source)
    }

    /// Narrows a source to a language.
    pub(crate) fn narrow(&mut self, source: SourceId, language: &Rc<Language>) -> Assumed {
        let narrowed = match self.languages.get(&source) {
            None => Rc::clone(language),
            Some(known) => match known.intersect(language) {
                Ok(both) => Rc::new(both),
                Err(_) => Rc::clone(known),
            },
        };
        if narrowed.is_empty() {
            return Assumed::Impossible;
        }
        self.languages.insert(source, narrowed);
        Assumed::Possible
    }

    /// Assumes one simple condition (one without `not`, `and`, `or`).
    pub(crate) fn assume(&mut self, term: &BoolTerm, wanted: bool) -> Assumed {
        match term {
            BoolTerm::Const(value) => {
                if *value == wanted {
                    Assumed::Possible
                } else {
                    Assumed::Impossible
                }
            }
            BoolTerm::Member { source, holds, fails } => self.narrow(*source, if wanted { holds } else { fails }),
            BoolTerm::Within { source, start } => {
                if wanted {
                    self.within.push((*source, start.clone()));
                }
                Assumed::Possible
            }
            BoolTerm::RopeIn { rope, language } => {
                let language = if wanted { Rc::clone(language) } else { Rc::new(language.complement()) };
                self.residues.push(Residue::RopeIn { rope: rope.clone(), language });
                Assumed::Undecided
            }
            BoolTerm::SameText(left, right) => {
                self.residues.push(Residue::SameText { left: left.clone(), right: right.clone(), holds: wanted });
                Assumed::Undecided
            }
            BoolTerm::Compare(order, left, right) => {
                self.residues.push(Residue::Compare {
                    order: *order,
                    left: left.clone(),
                    right: right.clone(),
                    holds: wanted,
                });
                Assumed::Undecided
            }
            BoolTerm::Source(source) => match self.truths.insert(*source, wanted) {
                Some(before) if before != wanted => Assumed::Impossible,
                Some(_) | None => Assumed::Possible,
            },
            BoolTerm::Opaque { id, attacker, why } => match self.opaque.insert(*id, wanted) {
                Some(before) if before != wanted => Assumed::Impossible,
                Some(_) => Assumed::Possible,
                None => {
                    if *attacker && self.guessed.is_none() {
                        self.guessed = Some(Rc::clone(why));
                    }
                    Assumed::Possible
                }
            },
            BoolTerm::Not(inner) => self.assume(inner, !wanted),
            // The caller splits these into cases; keeping the path without the condition over-approximates.
            BoolTerm::And(..) | BoolTerm::Or(..) => Assumed::Possible,
        }
    }
}
