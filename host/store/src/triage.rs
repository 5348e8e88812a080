//! What people decide about findings. Invariant: a decision belongs to a project and a fingerprint, so it holds for the
//! scans to come; none is forgotten when another follows.

use crate::Millis;

/// What a finding is taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nobody said anything, or it is to be looked at again.
    #[default]
    Open,
    /// It is a weakness.
    Confirmed,
    /// It is none.
    FalsePositive,
    /// It is one that is lived with.
    AcceptedRisk,
    /// It was repaired.
    Fixed,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Open, Self::Confirmed, Self::FalsePositive, Self::AcceptedRisk, Self::Fixed];

    /// Gives the word in the database and at the interface.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::FalsePositive => "false-positive",
            Self::AcceptedRisk => "accepted-risk",
            Self::Fixed => "fixed",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What the findings are taken for.
    pub state: State,
    /// Why.
    pub reason: Option<String>,
    /// When it ends; the findings are open then.
    pub expires: Option<Millis>,
    /// When it was made.
    pub at: Millis,
}

/// What was decided about one finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What it is taken for.
    pub state: State,
    /// Why.
    pub reason: Option<String>,
    /// When that ends.
    pub expires: Option<Millis>,
    /// When it was said; none when nobody said anything.
    pub changed_at: Option<Millis>,
}
