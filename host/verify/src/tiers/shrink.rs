//! Makes counterexamples small. Invariant: what is given breaks the contract in a concrete run of its own, and differs from
//! what was found only by shorter texts, smaller numbers and fewer items.

use num_bigint::BigInt;
use num_traits::Signed;

use crate::{
    assignment::{Assignment, Chosen},
    interpreter::Interpreter,
    layout::Layout,
    source::SourceId,
    tiers::concrete::Confirmed,
};

/// How many runs making one counterexample smaller may take.
const RUNS: usize = 120;

/// Texts up to this length are tried without each of their characters.
const SHORT: usize = 16;

impl Interpreter<'_> {
    /// Makes a counterexample to a functional contract as small as a few runs can.
    pub(crate) fn shrunk(&mut self, found: Confirmed) -> Confirmed {
        let mut best = found;
        let mut runs = 0;
        loop {
            let smaller = smaller_assignments(&best.assignment);
            let mut better = None;
            for assignment in smaller {
                runs += 1;
                if runs > RUNS || std::time::Instant::now() > self.deadline {
                    return best;
                }
                better = self.confirm(&assignment, None);
                if better.is_some() {
                    break;
                }
            }
            match better {
                Some(still) => best = Confirmed { explanation: best.explanation, ..still },
                None => return best,
            }
        }
    }
}

/// Lists assignments that are smaller in one place, the smallest first.
fn smaller_assignments(assignment: &Assignment) -> Vec<Assignment> {
    let mut all = Vec::new();
    for (position, layout) in &assignment.layouts {
        for smaller in smaller_layouts(layout) {
            let mut next = assignment.clone();
            next.layouts.insert(*position, smaller);
            all.push(next);
        }
    }
    let chosen: Vec<(SourceId, Chosen)> = assignment.values.iter().map(|(id, value)| (*id, value.clone())).collect();
    for (id, value) in chosen {
        for smaller in smaller_values(&value) {
            let mut next = assignment.clone();
            next.values.insert(id, smaller);
            all.push(next);
        }
    }
    all
}

fn smaller_layouts(layout: &Layout) -> Vec<Layout> {
    match layout {
        Layout::List(items) => without_each(items).into_iter().map(Layout::List).collect(),
        Layout::Set(items) => without_each(items).into_iter().map(Layout::Set).collect(),
        Layout::Dict(entries) => without_each(entries).into_iter().map(Layout::Dict).collect(),
        // A tuple's length may be a part of its type, a record's fields are.
        Layout::Source(..) | Layout::None | Layout::Tuple(_) | Layout::Record(..) | Layout::Member(..) => Vec::new(),
    }
}

fn without_each<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    (0..items.len())
        .rev()
        .map(|left_out| {
            let kept = items.iter().enumerate().filter(|(at, _)| *at != left_out);
            kept.map(|(_, item)| item.clone()).collect()
        })
        .collect()
}

fn smaller_values(value: &Chosen) -> Vec<Chosen> {
    match value {
        Chosen::Number(number) => {
            let steps = [0, 1, -1, 2, 10].map(BigInt::from).into_iter();
            let steps = steps.chain([number / 2, number - number.signum()]);
            let size = |number: &BigInt| (number.abs(), number.is_negative());
            let mut smaller: Vec<BigInt> = steps.filter(|step| size(step) < size(number)).collect();
            smaller.sort_by_key(size);
            smaller.dedup();
            smaller.into_iter().map(Chosen::Number).collect()
        }
        Chosen::Text(text) => {
            let chars: Vec<char> = text.chars().collect();
            let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric());
            let mut smaller: Vec<String> = ["", "a", "0"].iter().map(|text| (*text).to_owned()).collect();
            if chars.len() <= SHORT {
                smaller.extend((0..chars.len()).map(|at| {
                    let kept = chars.iter().enumerate().filter(|(place, _)| *place != at);
                    kept.map(|(_, c)| *c).collect()
                }));
            } else {
                smaller.push(chars.iter().take(chars.len() / 2).collect());
                smaller.push(chars.iter().skip(chars.len() / 2).collect());
            }
            let size = |text: &str| (text.chars().count(), !plain(text));
            smaller.retain(|shorter| size(shorter) < size(text));
            smaller.dedup();
            smaller.into_iter().map(Chosen::Text).collect()
        }
        Chosen::Truth(_) | Chosen::Absent => Vec::new(),
    }
}
