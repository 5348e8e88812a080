//! Integer and truth terms over unknowns. Invariant: constants are folded when a term is built, so a term that is not
//! `Const` really depends on an unknown.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};
use serde::{Deserialize, Serialize};
use std::rc::Rc;

use crate::{automata::language::Language, integer, rope::Rope, source::SourceId};

/// An integer unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum IntVariable {
    /// An integer source.
    Source(SourceId),
    /// `int(text)` of a text source as it is.
    Parsed(SourceId),
    /// `len(text)` of a text source as it is.
    Length(SourceId),
    /// Some integer.
    Fresh(u32),
}

/// The most runs of ones in a mask that is cut out of a number that is not known.
const MASK_RUNS: u32 = 40;

/// An integer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum IntTerm {
    /// A known number.
    Const(BigInt),
    /// An unknown.
    Variable(IntVariable),
    /// A sum.
    Add(Rc<IntTerm>, Rc<IntTerm>),
    /// A difference.
    Sub(Rc<IntTerm>, Rc<IntTerm>),
    /// A product.
    Mul(Rc<IntTerm>, Rc<IntTerm>),
    /// A quotient rounded down; the divisor is not zero wherever the term is used.
    FloorDiv(Rc<IntTerm>, Rc<IntTerm>),
    /// The remainder that goes with it, which has the divisor's sign.
    Mod(Rc<IntTerm>, Rc<IntTerm>),
}

/// How two integers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Order {
    /// `==`.
    Equal,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
}

/// A truth value.
#[derive(Clone, Debug)]
pub(crate) enum BoolTerm {
    /// Known.
    Const(bool),
    /// A test of one text source. Both languages over-approximate: a value for which the test holds is in `holds`, one
    /// for which it fails is in `fails`.
    Member {
        /// The source.
        source: SourceId,
        /// Values for which it may hold.
        holds: Rc<Language>,
        /// Values for which it may fail.
        fails: Rc<Language>,
    },
    /// A whole rope is in a language; kept for the solver.
    RopeIn {
        /// The text.
        rope: Rope,
        /// The language.
        language: Rc<Language>,
    },
    /// Two texts are equal; kept for the solver.
    SameText(Rope, Rope),
    /// The text source starts with the text of the rope, which the attacker has no part in.
    Within {
        /// The tested source.
        source: SourceId,
        /// The trusted start.
        start: Rope,
    },
    /// Two integers compare.
    Compare(Order, IntTerm, IntTerm),
    /// A truth source.
    Source(SourceId),
    /// Not.
    Not(Rc<BoolTerm>),
    /// And.
    And(Rc<BoolTerm>, Rc<BoolTerm>),
    /// Or.
    Or(Rc<BoolTerm>, Rc<BoolTerm>),
    /// Not known. The same id has the same truth value throughout a path.
    Opaque {
        /// Identity.
        id: u32,
        /// Whether the attacker's data decides it in a way that is not modelled.
        attacker: bool,
        /// What it stands for.
        why: Rc<str>,
    },
}

impl IntTerm {
    /// Makes a known number.
    pub(crate) fn number(number: impl Into<BigInt>) -> Self {
        Self::Const(number.into())
    }

    /// Gives the number, when known and of at most 128 bits: as a place, a count or a size.
    pub(crate) fn as_number(&self) -> Option<i128> {
        self.as_const()?.to_i128()
    }

    /// Gives the number, when known.
    pub(crate) const fn as_const(&self) -> Option<&BigInt> {
        match self {
            Self::Const(number) => Some(number),
            Self::Variable(_) | Self::Add(..) | Self::Sub(..) | Self::Mul(..) | Self::FloorDiv(..) | Self::Mod(..) => {
                None
            }
        }
    }

    /// Builds a sum; `None` when a constant grows too large.
    pub(crate) fn add(left: &Self, right: &Self) -> Option<Self> {
        Some(match (left.as_const(), right.as_const()) {
            (Some(a), Some(b)) => Self::Const(integer::kept(a + b)?),
            (Some(a), None) if a.is_zero() => right.clone(),
            (None, Some(b)) if b.is_zero() => left.clone(),
            (Some(_), None) | (None, Some(_) | None) => Self::Add(Rc::new(left.clone()), Rc::new(right.clone())),
        })
    }

    /// Builds a difference; `None` when a constant grows too large.
    pub(crate) fn sub(left: &Self, right: &Self) -> Option<Self> {
        Some(match (left.as_const(), right.as_const()) {
            (Some(a), Some(b)) => Self::Const(integer::kept(a - b)?),
            (None, Some(b)) if b.is_zero() => left.clone(),
            (Some(_), None) | (None, Some(_) | None) => Self::Sub(Rc::new(left.clone()), Rc::new(right.clone())),
        })
    }

    /// Builds a product; `None` when a constant grows too large.
    pub(crate) fn mul(left: &Self, right: &Self) -> Option<Self> {
        Some(match (left.as_const(), right.as_const()) {
            (Some(a), Some(b)) => Self::Const(integer::kept(a * b)?),
            (Some(a), None) if a.is_one() => right.clone(),
            (None, Some(b)) if b.is_one() => left.clone(),
            (Some(_), None) | (None, Some(_) | None) => Self::Mul(Rc::new(left.clone()), Rc::new(right.clone())),
        })
    }

    /// Builds Python's `left // right`; `None` for a divisor that is zero.
    pub(crate) fn floor_div(left: &Self, right: &Self) -> Option<Self> {
        let Some(by) = right.as_const() else {
            return Some(Self::FloorDiv(Rc::new(left.clone()), Rc::new(right.clone())));
        };
        if by.is_zero() {
            return None;
        }
        Some(match left.as_const() {
            Some(number) => Self::Const(number.div_floor(by)),
            None if by.is_one() => left.clone(),
            None => Self::FloorDiv(Rc::new(left.clone()), Rc::new(right.clone())),
        })
    }

    /// Builds Python's `left % right`; `None` for a divisor that is zero.
    pub(crate) fn modulo(left: &Self, right: &Self) -> Option<Self> {
        let Some(by) = right.as_const() else {
            return Some(Self::Mod(Rc::new(left.clone()), Rc::new(right.clone())));
        };
        if by.is_zero() {
            return None;
        }
        Some(match left.as_const() {
            Some(number) => Self::Const(number.mod_floor(by)),
            None if by.is_one() => Self::number(0),
            None => Self::Mod(Rc::new(left.clone()), Rc::new(right.clone())),
        })
    }

    /// Builds `left & mask`: each run of ones in the mask is cut out by a quotient and a remainder, which is exact for
    /// Python's unbounded integers. `None` when there are too many runs.
    pub(crate) fn bit_and(left: &Self, mask: &BigInt) -> Option<Self> {
        if mask.sign() == Sign::Minus {
            return Self::sub(left, &Self::bit_and(left, &!mask)?);
        }
        let mut sum = Self::number(0);
        let mut rest = mask.clone();
        for _ in 0..MASK_RUNS {
            let Some(at) = rest.trailing_zeros() else { return Some(sum) };
            let length = (!(&rest >> at)).trailing_zeros()?;
            let (weight, size) = (integer::power_of_two(at)?, integer::power_of_two(length)?);
            rest -= (&size - 1) * &weight;
            let weight = Self::Const(weight);
            let run = Self::modulo(&Self::floor_div(left, &weight)?, &Self::Const(size))?;
            sum = Self::add(&sum, &Self::mul(&run, &weight)?)?;
        }
        None
    }

    /// Builds `base ** exponent` for a small exponent.
    pub(crate) fn power(base: &Self, exponent: u32) -> Option<Self> {
        let mut product = Self::number(1);
        for _ in 0..exponent {
            product = Self::mul(&product, base)?;
        }
        Some(product)
    }

    /// Tells whether two unknowns are multiplied or divided.
    pub(crate) fn is_nonlinear(&self) -> bool {
        match self {
            Self::Const(_) | Self::Variable(_) => false,
            Self::Add(a, b) | Self::Sub(a, b) => a.is_nonlinear() || b.is_nonlinear(),
            Self::Mul(a, b) => {
                a.is_nonlinear() || b.is_nonlinear() || (a.as_const().is_none() && b.as_const().is_none())
            }
            Self::FloorDiv(a, b) | Self::Mod(a, b) => a.is_nonlinear() || b.as_const().is_none(),
        }
    }

    /// Collects the unknowns.
    pub(crate) fn variables(&self, found: &mut Vec<IntVariable>) {
        match self {
            Self::Const(_) => {}
            Self::Variable(variable) => found.push(*variable),
            Self::Add(a, b) | Self::Sub(a, b) | Self::Mul(a, b) | Self::FloorDiv(a, b) | Self::Mod(a, b) => {
                a.variables(found);
                b.variables(found);
            }
        }
    }

    /// Measures the term's depth up to a limit, so that terms built in loops stay shallow enough to walk.
    pub(crate) fn depth(&self, limit: u32) -> u32 {
        if limit == 0 {
            return 0;
        }
        match self {
            Self::Const(_) | Self::Variable(_) => 1,
            Self::Add(a, b) | Self::Sub(a, b) | Self::Mul(a, b) | Self::FloorDiv(a, b) | Self::Mod(a, b) => {
                1 + a.depth(limit - 1).max(b.depth(limit - 1))
            }
        }
    }
}

impl BoolTerm {
    /// Compares two integers.
    pub(crate) fn compare(order: Order, left: IntTerm, right: IntTerm) -> Self {
        match (left.as_const(), right.as_const()) {
            (Some(a), Some(b)) => Self::Const(match order {
                Order::Equal => a == b,
                Order::Less => a < b,
                Order::LessEqual => a <= b,
            }),
            (Some(_), None) | (None, Some(_) | None) => {
                if left == right {
                    Self::Const(order != Order::Less)
                } else {
                    Self::Compare(order, left, right)
                }
            }
        }
    }

    /// Tells whether a part is not known at all; so does a term that is nested deeper than the limit.
    pub(crate) fn has_opaque(&self, limit: u32) -> bool {
        match self {
            Self::Opaque { .. } => true,
            Self::Not(inner) => limit == 0 || inner.has_opaque(limit - 1),
            Self::And(a, b) | Self::Or(a, b) => limit == 0 || a.has_opaque(limit - 1) || b.has_opaque(limit - 1),
            Self::Const(_)
            | Self::Member { .. }
            | Self::RopeIn { .. }
            | Self::SameText(..)
            | Self::Within { .. }
            | Self::Compare(..)
            | Self::Source(_) => false,
        }
    }

    /// Negates.
    pub(crate) fn negate(self) -> Self {
        match self {
            Self::Const(value) => Self::Const(!value),
            Self::Member { source, holds, fails } => Self::Member { source, holds: fails, fails: holds },
            Self::Not(inner) => (*inner).clone(),
            other @ (Self::RopeIn { .. }
            | Self::SameText(..)
            | Self::Within { .. }
            | Self::Compare(..)
            | Self::Source(_)
            | Self::And(..)
            | Self::Or(..)
            | Self::Opaque { .. }) => Self::Not(Rc::new(other)),
        }
    }

    /// Joins two by `and`.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Const(false), _) | (_, Self::Const(false)) => Self::Const(false),
            (Self::Const(true), term) | (term, Self::Const(true)) => term,
            (left, right) => Self::And(Rc::new(left), Rc::new(right)),
        }
    }

    /// Joins two by `or`.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Const(true), _) | (_, Self::Const(true)) => Self::Const(true),
            (Self::Const(false), term) | (term, Self::Const(false)) => term,
            (left, right) => Self::Or(Rc::new(left), Rc::new(right)),
        }
    }
}
