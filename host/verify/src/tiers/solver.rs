//! What a proof asks the solver. Invariant: an answer that did not come, for whatever reason, is never taken for one, and
//! keeps the proof from every verdict but a refutation.

use std::{collections::BTreeMap, time::Instant};

use model::verdict::UnknownReason;
use num_bigint::BigInt;

use crate::{
    automata::language::Language,
    path_condition::{PathCondition, Residue},
    rope::Rope,
    solving::{Question, Reply, Solve},
    source::SourceId,
    term::{IntTerm, IntVariable, Order},
    tiers::query::Query,
};

/// The solver with its limits and counts.
#[derive(Clone, Debug)]
pub(crate) struct Solver<'s> {
    /// Who answers.
    solve: &'s dyn Solve,
    /// When an answer is of no use any more.
    deadline: Instant,
    /// Resource units for each query.
    pub(crate) rlimit: u32,
    /// Queries put so far.
    pub(crate) calls: u32,
    /// Resource units spent so far.
    pub(crate) spent: u64,
    /// Why an answer did not come.
    pub(crate) failure: Option<UnknownReason>,
    answers: BTreeMap<String, bool>,
}

/// Values that fulfil a query, as far as the solver was asked about them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    /// Texts.
    pub(crate) texts: BTreeMap<SourceId, String>,
    /// Integers.
    pub(crate) integers: BTreeMap<IntVariable, BigInt>,
}

/// What the solver said.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// The facts cannot hold together.
    Impossible,
    /// They can, with these values.
    Possible(Values),
    /// It gave up.
    Unknown,
}

impl<'s> Solver<'s> {
    /// Makes a solver with a limit for each query.
    pub(crate) fn new(solve: &'s dyn Solve, rlimit: u32, deadline: Instant) -> Self {
        Self { solve, deadline, rlimit, calls: 0, spent: 0, failure: None, answers: BTreeMap::new() }
    }

    /// Tells whether whoever wants the proof has given it up.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.solve.is_cancelled()
    }

    /// Tells whether a path certainly cannot be taken.
    pub(crate) fn refutes(&mut self, condition: &PathCondition) -> bool {
        if condition.residues.is_empty() {
            return false;
        }
        if let Some(possible) = intervals(condition) {
            return !possible;
        }
        let query = Query::of_path(condition);
        let key = format!("{:?}", query.facts);
        if let Some(known) = self.answers.get(&key) {
            return *known;
        }
        let share = if condition.is_nonlinear() { 40 } else { 4 };
        let refuted = matches!(self.ask(query, self.rlimit / share), Answer::Impossible);
        self.answers.insert(key, refuted);
        refuted
    }

    /// Looks for values for a path on which a text is also in a language.
    pub(crate) fn find(&mut self, condition: &PathCondition, more: Option<(&Rope, &Language)>) -> Answer {
        let mut query = Query::of_path(condition);
        if let Some((rope, language)) = more {
            query.add_member(rope, language, condition);
        }
        self.ask(query, self.rlimit)
    }

    fn ask(&mut self, query: Query, rlimit: u32) -> Answer {
        if self.failure.is_some() {
            // Whatever comes of this proof is not known, so that nothing more is asked.
            return Answer::Unknown;
        }
        self.calls += 1;
        let sources: Vec<SourceId> = query.source_texts.keys().copied().collect();
        let variables: Vec<IntVariable> = query.integers.keys().copied().collect();
        let question = Question {
            asked_texts: query.source_texts.into_values().collect(),
            asked_numbers: query.integers.into_values().collect(),
            facts: query.facts,
            texts: query.texts,
            numbers: query.numbers,
            rlimit,
        };
        let answered = match self.solve.solve(&question, self.deadline) {
            Ok(answered) => answered,
            Err(failure) => {
                self.failure = Some(failure.into());
                return Answer::Unknown;
            }
        };
        self.spent += answered.spent;
        match answered.reply {
            Reply::Impossible => Answer::Impossible,
            Reply::Undecided => Answer::Unknown,
            Reply::OutOfMemory => {
                self.failure = Some(UnknownReason::OutOfMemory);
                Answer::Unknown
            }
            Reply::Possible { texts, numbers } => {
                let texts = sources.into_iter().zip(texts).filter_map(|(source, text)| Some((source, text?)));
                let integers = variables.into_iter().zip(numbers).filter_map(|(of, number)| Some((of, number?.0)));
                Answer::Possible(Values { texts: texts.collect(), integers: integers.collect() })
            }
        }
    }
}

/// Decides conditions that only compare integer sources with constants; `None` for all others.
fn intervals(condition: &PathCondition) -> Option<bool> {
    let mut ranges: BTreeMap<IntVariable, Interval> = BTreeMap::new();
    for residue in &condition.residues {
        let Residue::Compare { order, left, right, holds } = residue else { return None };
        let (variable, bound, flipped) = match (left, right) {
            (IntTerm::Variable(variable), IntTerm::Const(bound)) => (*variable, bound, false),
            (IntTerm::Const(bound), IntTerm::Variable(variable)) => (*variable, bound, true),
            _ => return None,
        };
        match variable {
            IntVariable::Source(_) | IntVariable::Fresh(_) | IntVariable::Parsed(_) => {}
            IntVariable::Length(_) => return None,
        }
        let range = ranges.entry(variable).or_default();
        match (order, holds, flipped) {
            (Order::Equal, true, _) => {
                range.add_low(bound.clone());
                range.add_high(bound.clone());
            }
            (Order::Equal, false, _) => range.excluded.push(bound.clone()),
            (Order::Less, true, false) | (Order::LessEqual, false, true) => range.add_high(bound - 1),
            (Order::LessEqual, true, false) | (Order::Less, false, true) => range.add_high(bound.clone()),
            (Order::Less, true, true) | (Order::LessEqual, false, false) => range.add_low(bound + 1),
            (Order::LessEqual, true, true) | (Order::Less, false, false) => range.add_low(bound.clone()),
        }
    }
    Some(ranges.values().all(Interval::has_value))
}

/// Which values an integer may have: those between two bounds, but for some.
#[derive(Default)]
struct Interval {
    low: Option<BigInt>,
    high: Option<BigInt>,
    excluded: Vec<BigInt>,
}

impl Interval {
    fn add_low(&mut self, bound: BigInt) {
        self.low = self.low.take().max(Some(bound));
    }

    fn add_high(&mut self, bound: BigInt) {
        self.high = Some(match self.high.take() {
            Some(high) => high.min(bound),
            None => bound,
        });
    }

    fn has_value(&self) -> bool {
        let (Some(low), Some(high)) = (&self.low, &self.high) else { return true };
        // One more candidate than there are exclusions always holds a possible value.
        (0..=self.excluded.len())
            .map(|step| low + step)
            .take_while(|value| value <= high)
            .any(|value| !self.excluded.contains(&value))
    }
}
