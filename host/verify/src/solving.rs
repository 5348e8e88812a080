//! What a proof asks of a solver, as plain data, and who may answer. Invariant: a question says all that its answer depends
//! on, so that equal questions have equal answers wherever they are put.

use std::{fmt, time::Instant};

use model::verdict::UnknownReason;
use num_bigint::BigInt;
use serde::{Deserialize, Serialize};

use crate::{
    integer,
    tiers::{query::Fact, smt},
};

/// A question: can all facts hold together?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The facts.
    pub(crate) facts: Vec<Fact>,
    /// How many text variables there are.
    pub(crate) texts: usize,
    /// How many integer variables there are.
    pub(crate) numbers: usize,
    /// Text variables whose values are wanted.
    pub(crate) asked_texts: Vec<usize>,
    /// Integer variables whose values are wanted.
    pub(crate) asked_numbers: Vec<usize>,
    /// Resource units that may be spent.
    pub(crate) rlimit: u32,
}

impl Question {
    /// Answers the question in this process, in a Z3 context of its own. Z3 keeps to the resource limit; time and memory
    /// are for the caller to limit.
    pub fn answer(&self) -> Answered {
        smt::answer(self)
    }
}

/// What the solver says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The facts cannot hold together.
    Impossible,
    /// They can, with these values of the variables that were asked for; `None` where the solver gave none that can be
    /// read.
    Possible {
        /// Texts.
        texts: Vec<Option<String>>,
        /// Integers.
        numbers: Vec<Option<Decimal>>,
    },
    /// It gave up within its resource limit.
    Undecided,
    /// Its memory limit was reached: the process that it runs in is of no more use.
    OutOfMemory,
}

/// A number that is written as its decimal digits where it goes to another process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Decimal(pub(crate) BigInt);

impl From<Decimal> for String {
    fn from(number: Decimal) -> Self {
        number.0.to_string()
    }
}

impl TryFrom<String> for Decimal {
    type Error = &'static str;

    fn try_from(digits: String) -> Result<Self, Self::Error> {
        integer::parse(&digits).map(Self).ok_or("an integer is expected, in decimal digits")
    }
}

/// A reply and what it took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The reply.
    pub reply: Reply,
    /// Z3 resource units.
    pub spent: u64,
}

/// Why no reply came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoReply {
    /// The deadline passed.
    OutOfTime,
    /// Whoever wants the proof has given it up.
    Cancelled,
    /// The solver's process ended, or could not be started; says how.
    Ended(String),
}

impl From<NoReply> for UnknownReason {
    fn from(failure: NoReply) -> Self {
        match failure {
            NoReply::OutOfTime => Self::WallTime,
            NoReply::Cancelled => Self::Cancelled,
            NoReply::Ended(how) => Self::SolverEnded(how),
        }
    }
}

/// Answers questions.
pub trait Solve: fmt::Debug + Sync {
    /// Answers a question before the deadline.
    ///
    /// # Errors
    /// When no reply came; nothing is known of the question then.
    fn solve(&self, question: &Question, deadline: Instant) -> Result<Answered, NoReply>;

    /// Tells whether proofs are to be given up.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Answers in this process: what limits time and memory must be around it.
#[derive(Clone, Copy, Debug, Default)]
pub struct InProcess;

impl Solve for InProcess {
    fn solve(&self, question: &Question, _deadline: Instant) -> Result<Answered, NoReply> {
        Ok(question.answer())
    }
}
