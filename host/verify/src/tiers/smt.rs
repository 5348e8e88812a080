//! Puts questions to Z3. Invariant: every question has a context of its own and a deterministic limit, so that an answer
//! never depends on what was asked before.

use std::str::FromStr;

use num_bigint::BigInt;
use num_traits::Signed;
use z3::{
    Config, Params, SatResult, Solver as Z3Solver, StatisticsValue,
    ast::{Bool, Int, Regexp, String as Z3String},
    with_z3_config,
};

use crate::{
    automata::{char_set::CharSet, regex_tree::RegexTree},
    integer,
    solving::{Answered, Decimal, Question, Reply},
    term::Order,
    tiers::query::{Fact, Number, TextPart, Wanted},
};

/// How deep a regular expression may nest to be handed to the solver.
const TREE_DEPTH: u32 = 200;

/// What Z3 says when it gets no more memory, or no thread for want of it.
const OF_MEMORY: &[&str] = &["memory", "bad_alloc", "Resource temporarily unavailable"];

/// Answers a question in this process.
pub(crate) fn answer(question: &Question) -> Answered {
    with_z3_config(&Config::new(), || answer_in_context(question))
}

fn answer_in_context(question: &Question) -> Answered {
    let texts: Vec<Z3String> = (0..question.texts).map(|number| Z3String::new_const(format!("t{number}"))).collect();
    let numbers: Vec<Int> = (0..question.numbers).map(|number| Int::new_const(format!("n{number}"))).collect();
    let solver = Z3Solver::new();
    let mut params = Params::new();
    params.set_u32("rlimit", question.rlimit);
    solver.set_params(&params);
    for fact in &question.facts {
        if let Some(fact) = encode(fact, &texts, &numbers) {
            solver.assert(&fact);
        }
    }
    let reply = match solver.check() {
        SatResult::Unsat => Reply::Impossible,
        SatResult::Unknown => match solver.get_reason_unknown() {
            Some(reason) if OF_MEMORY.iter().any(|part| reason.contains(part)) => Reply::OutOfMemory,
            Some(_) | None => Reply::Undecided,
        },
        SatResult::Sat => match solver.get_model() {
            None => Reply::Undecided,
            Some(model) => {
                let text = |number: &usize| {
                    let value = model.eval(texts.get(*number)?, true)?.as_string()?;
                    unescape(&value)
                };
                let integer =
                    |number: &usize| numeral(&model.eval(numbers.get(*number)?, true)?.to_string()).map(Decimal);
                Reply::Possible {
                    texts: question.asked_texts.iter().map(text).collect(),
                    numbers: question.asked_numbers.iter().map(integer).collect(),
                }
            }
        },
    };
    let spent = match solver.get_statistics().value("rlimit count") {
        Some(StatisticsValue::UInt(count)) => u64::from(count),
        Some(StatisticsValue::Double(_)) | None => 0,
    };
    Answered { reply, spent }
}

fn encode(fact: &Fact, texts: &[Z3String], numbers: &[Int]) -> Option<Bool> {
    Some(match fact {
        Fact::In(parts, tree) => {
            let regex = regex_of(tree, Side::Over, TREE_DEPTH)?;
            text_of(parts, texts)?.regex_matches(&regex)
        }
        Fact::Same(left, right, wanted) => {
            let equal = text_of(left, texts)?.eq(&text_of(right, texts)?);
            match wanted {
                Wanted::Holds => equal,
                Wanted::Fails => equal.not(),
            }
        }
        Fact::Compare(order, left, right, wanted) => {
            let (left, right) = (number_of(left, texts, numbers)?, number_of(right, texts, numbers)?);
            let holds = match order {
                Order::Equal => left.eq(&right),
                Order::Less => left.lt(&right),
                Order::LessEqual => left.le(&right),
            };
            match wanted {
                Wanted::Holds => holds,
                Wanted::Fails => holds.not(),
            }
        }
    })
}

fn text_of(parts: &[TextPart], texts: &[Z3String]) -> Option<Z3String> {
    let mut pieces = Vec::new();
    for part in parts {
        pieces.push(match part {
            TextPart::Const(text) => Z3String::from(escape(text).as_str()),
            TextPart::Variable(variable) => texts.get(*variable)?.clone(),
        });
    }
    match pieces.len() {
        0 => Some(Z3String::from("")),
        1 => pieces.pop(),
        _ => Some(Z3String::concat(&pieces)),
    }
}

fn number_of(number: &Number, texts: &[Z3String], numbers: &[Int]) -> Option<Int> {
    Some(match number {
        Number::Const(value) => Int::from_str(&value.0.to_string()).ok()?,
        Number::Variable(variable) => numbers.get(*variable)?.clone(),
        Number::Length(variable) => texts.get(*variable)?.length(),
        Number::Add(a, b) => Int::add(&[number_of(a, texts, numbers)?, number_of(b, texts, numbers)?]),
        Number::Sub(a, b) => Int::sub(&[number_of(a, texts, numbers)?, number_of(b, texts, numbers)?]),
        Number::Mul(a, b) => Int::mul(&[number_of(a, texts, numbers)?, number_of(b, texts, numbers)?]),
        Number::FloorDiv(a, by) => {
            let (a, by) = (number_of(a, texts, numbers)?, divisor_of(by, texts, numbers)?);
            by.quotient(&a)
        }
        Number::Mod(a, by) => {
            let (a, by) = (number_of(a, texts, numbers)?, divisor_of(by, texts, numbers)?);
            by.remainder(&a)
        }
    })
}

/// What is divided by: for a positive divisor Z3's `div` and `mod` are Python's, for a negative one they differ where the
/// division leaves a rest.
struct Divisor {
    term: Int,
    is_positive: bool,
}

fn divisor_of(number: &Number, texts: &[Z3String], numbers: &[Int]) -> Option<Divisor> {
    let is_positive = matches!(number, Number::Const(value) if value.0.is_positive());
    Some(Divisor { term: number_of(number, texts, numbers)?, is_positive })
}

impl Divisor {
    fn differs(&self, left: &Int) -> Bool {
        let leaves_rest = left.modulo(&self.term).eq(Int::from_i64(0)).not();
        Bool::and(&[self.term.lt(Int::from_i64(0)), leaves_rest])
    }

    fn quotient(&self, left: &Int) -> Int {
        let quotient = left.div(&self.term);
        if self.is_positive {
            return quotient;
        }
        self.differs(left).ite(&Int::sub(&[quotient.clone(), Int::from_i64(1)]), &quotient)
    }

    fn remainder(&self, left: &Int) -> Int {
        let rest = left.modulo(&self.term);
        if self.is_positive {
            return rest;
        }
        self.differs(left).ite(&Int::add(&[rest.clone(), self.term.clone()]), &rest)
    }
}

/// Whether a language may be made larger or smaller where the solver's alphabet is told apart less finely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// Larger is sound.
    Over,
    /// Smaller is sound.
    Under,
}

impl Side {
    const fn flip(self) -> Self {
        match self {
            Self::Over => Self::Under,
            Self::Under => Self::Over,
        }
    }
}

/// Turns a tree into a solver's regular expression; characters outside ASCII are told apart from ASCII only.
fn regex_of(tree: &RegexTree, side: Side, depth: u32) -> Option<Regexp> {
    if depth == 0 {
        return None;
    }
    let all = |trees: &[std::sync::Arc<RegexTree>]| -> Option<Vec<Regexp>> {
        trees.iter().map(|tree| regex_of(tree, side, depth - 1)).collect()
    };
    Some(match tree {
        RegexTree::Nothing => Regexp::empty(),
        RegexTree::Literal(text) if text.is_ascii() => Regexp::literal(&escape(text)),
        RegexTree::Literal(text) => {
            let letters: Vec<Regexp> =
                text.chars().map(|c| characters(&CharSet::single(c), side)).collect::<Option<_>>()?;
            match letters.as_slice() {
                [] => Regexp::literal(""),
                [one] => one.clone(),
                several => Regexp::concat(&several.iter().collect::<Vec<_>>()),
            }
        }
        RegexTree::Chars(set) => characters(set, side)?,
        RegexTree::Concat(trees) => {
            let trees = all(trees)?;
            match trees.as_slice() {
                [] => Regexp::literal(""),
                [one] => one.clone(),
                several => Regexp::concat(&several.iter().collect::<Vec<_>>()),
            }
        }
        RegexTree::Union(trees) => {
            let trees = all(trees)?;
            match trees.as_slice() {
                [] => Regexp::empty(),
                [one] => one.clone(),
                several => Regexp::union(&several.iter().collect::<Vec<_>>()),
            }
        }
        RegexTree::Intersect(trees) => {
            let trees = all(trees)?;
            match trees.as_slice() {
                [] => Regexp::full(),
                [one] => one.clone(),
                several => Regexp::intersect(&several.iter().collect::<Vec<_>>()),
            }
        }
        RegexTree::Complement(tree) => regex_of(tree, side.flip(), depth - 1)?.complement(),
        RegexTree::Repeat { tree, min, max } => {
            let tree = regex_of(tree, side, depth - 1)?;
            match (*min, *max) {
                (0, None) => tree.star(),
                (1, None) => tree.plus(),
                (min, None) => Regexp::concat(&[&tree.power(min), &tree.star()]),
                (_, Some(0)) => Regexp::literal(""),
                (min, Some(max)) => tree.r#loop(min, max),
            }
        }
        RegexTree::Assert(_) => return None,
    })
}

fn characters(set: &CharSet, side: Side) -> Option<Regexp> {
    if set.is_all() {
        return Some(Regexp::allchar());
    }
    let mut parts = Vec::new();
    let mut beyond = false;
    for (first, last) in set.ranges() {
        if first == '\0' {
            parts.push(Regexp::literal("\\u{0}"));
        }
        let (low, high) = (first.max('\u{1}'), last.min('\u{7f}'));
        if low <= high {
            parts.push(Regexp::range(&low, &high));
        }
        beyond |= last > '\u{7f}';
    }
    let whole = set.minus(&CharSet::range('\0', '\u{7f}')) == CharSet::range('\u{80}', char::MAX);
    if beyond && (side == Side::Over || whole) {
        let ascii = Regexp::union(&[&Regexp::range(&'\u{1}', &'\u{7f}'), &Regexp::literal("\\u{0}")]);
        parts.push(Regexp::intersect(&[&Regexp::allchar(), &ascii.complement()]));
    }
    Some(match parts.as_slice() {
        [] => Regexp::empty(),
        [one] => one.clone(),
        several => Regexp::union(&several.iter().collect::<Vec<_>>()),
    })
}

/// Reads a number of Z3's; `None` for a term that is none.
fn numeral(shown: &str) -> Option<BigInt> {
    match shown.strip_prefix("(-").and_then(|rest| rest.strip_suffix(')')) {
        Some(size) => integer::parse(size.trim()).map(|size| -size),
        None => integer::parse(shown),
    }
}

/// Writes a text for Z3, which reads `\u{…}` escapes.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c == '\\' || !(' '..='~').contains(&c) {
            out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// Reads a text of Z3's; `None` when it holds something that is no character.
fn unescape(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\\u{") {
        out.push_str(rest.get(..at)?);
        let (digits, after) = rest.get(at + 3..)?.split_once('}')?;
        out.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::{escape, numeral, unescape};

    #[test]
    fn texts_survive_escaping() {
        for text in ["", "a'b", "back\\slash", "\u{0}\n", "é€😀"] {
            assert_eq!(unescape(&escape(text)).as_deref(), Some(text));
        }
    }

    #[test]
    fn numbers_are_read() {
        assert_eq!(numeral("12"), Some(12.into()));
        assert_eq!(numeral("(- 12)"), Some((-12).into()));
        assert_eq!(numeral("(+ 1 2)"), None);
    }
}
