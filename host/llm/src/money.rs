//! Amounts of money. Invariant: sums are exact and never overflow; they stop at the largest amount.

use std::{fmt, ops::AddAssign};

use serde::{Serialize, Serializer};

/// An amount in billionths of the operator's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(u64);

const NANOS: f64 = 1e9;

impl Money {
    /// Converts an amount of whole units, such as 0.14; what is negative or no number becomes nothing.
    pub fn from_units(units: f64) -> Self {
        // A cast from a float stops at the type's ends.
        Self((units * NANOS).round() as u64)
    }

    /// Gives the amount in whole units.
    pub fn to_units(self) -> f64 {
        self.0 as f64 / NANOS
    }

    /// Gives what `tokens` cost where this is the price of a million.
    pub(crate) fn for_tokens(self, tokens: u64) -> Self {
        let nanos = u128::from(self.0) * u128::from(tokens) / 1_000_000;
        Self(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = self.plus(other);
    }
}

impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:.4}", self.to_units())
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_f64(self.to_units())
    }
}

#[cfg(test)]
mod tests {
    use super::Money;

    #[test]
    fn tokens_cost_their_share_of_a_million() {
        assert_eq!(Money::from_units(0.14).for_tokens(1_000_000), Money::from_units(0.14));
        assert_eq!(Money::from_units(2.0).for_tokens(500), Money::from_units(0.001));
        assert_eq!(Money::from_units(-1.0), Money::default());
        assert_eq!(Money::from_units(1e12).for_tokens(u64::MAX), Money(u64::MAX));
    }
}
