//! Where untrusted data came from and what it is harmless for. Invariant: a set holds one taint for each origin, sorted,
//! and at most `MAX_TAINTS`.

use std::{cmp::Ordering, rc::Rc};

use ir::program::FunctionId;
use model::{rule::Confidence, span::Place};

use crate::{
    language_set::LanguageSet,
    project::CellId,
    trace::{Clause, NodeId, Trace},
};

/// Most origins kept for one value.
pub(crate) const MAX_TAINTS: usize = 48;

/// A constant key, index or attribute name of a container or object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    /// A dict key.
    Str(Rc<str>),
    /// An index, or an integer dict key.
    Int(i64),
    /// An attribute.
    Attribute(Rc<str>),
    /// Some element, not known which.
    Any,
    /// The keys of a dict.
    Keys,
}

/// Where a taint starts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Origin {
    /// A source spec matched here.
    Source { spec: usize, place: Place, function: FunctionId },
    /// Whatever the callers pass as this parameter, or as one part of it.
    Param { function: FunctionId, index: u32, part: Option<Key> },
    /// Whatever the program stores in this field or variable, or in one part of it.
    Cell { cell: CellId, part: Option<Key> },
    /// Whatever this field holds of the object that this method is called on, or one part of it.
    Own { function: FunctionId, field: Rc<str>, cell: CellId, part: Option<Key> },
}

/// One way that untrusted data may be in a value.
#[derive(Clone, Debug)]
pub(crate) struct Taint {
    pub(crate) origin: Origin,
    pub(crate) clean: LanguageSet,
    pub(crate) confidence: Confidence,
    pub(crate) node: NodeId,
}

impl PartialEq for Taint {
    /// Compares what the fixpoint depends on: not the path taken.
    fn eq(&self, other: &Self) -> bool {
        self.origin == other.origin && self.clean == other.clean && self.confidence == other.confidence
    }
}

impl Taint {
    /// What two taints of the same origin come to.
    fn joined(self, other: &Self) -> Self {
        let is_dirtier = other.clean.size() < self.clean.size();
        Self {
            clean: self.clean.intersection(other.clean),
            confidence: self.confidence.max(other.confidence),
            node: if is_dirtier { other.node } else { self.node },
            origin: self.origin,
        }
    }
}

/// All the ways. Sets are shared until they are changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Taints(Option<Rc<Vec<Taint>>>, Completeness);

/// Whether origins were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Completeness {
    /// All are there.
    #[default]
    Whole,
    /// There were more than `MAX_TAINTS`.
    Cut,
}

impl Taints {
    pub(crate) fn one(taint: Taint) -> Self {
        Self(Some(Rc::new(vec![taint])), Completeness::Whole)
    }

    /// A set of these, in whatever order.
    pub(crate) fn from_parts(mut taints: Vec<Taint>, completeness: Completeness) -> Self {
        taints.sort_by(|left, right| left.origin.cmp(&right.origin));
        Self((!taints.is_empty()).then(|| Rc::new(taints)), completeness)
    }

    fn all(&self) -> &[Taint] {
        self.0.as_ref().map_or(&[], |taints| taints.as_slice())
    }

    /// Gives the taints to change in place, such that their origins stay.
    fn all_mut(&mut self) -> &mut [Taint] {
        self.0.as_mut().map_or(&mut [], |taints| Rc::make_mut(taints).as_mut_slice())
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Taint> {
        self.all().iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all().is_empty()
    }

    pub(crate) fn add(&mut self, taint: Taint) {
        let taints = Rc::make_mut(self.0.get_or_insert_default());
        match taints.binary_search_by(|known| known.origin.cmp(&taint.origin)) {
            Ok(index) => {
                if let Some(known) = taints.get_mut(index) {
                    *known = known.clone().joined(&taint);
                }
            }
            Err(index) => {
                taints.insert(index, taint);
                if taints.len() > MAX_TAINTS {
                    taints.truncate(MAX_TAINTS);
                    self.1 = Completeness::Cut;
                }
            }
        }
    }

    pub(crate) fn join(&mut self, other: &Self) {
        if other.1 == Completeness::Cut {
            self.1 = Completeness::Cut;
        }
        let Some(theirs) = &other.0 else { return };
        match &mut self.0 {
            none @ None => *none = Some(Rc::clone(theirs)),
            Some(mine) if Rc::ptr_eq(mine, theirs) => {}
            Some(mine) => {
                let mut merged = merged(mine, theirs);
                if merged.len() > MAX_TAINTS {
                    merged.truncate(MAX_TAINTS);
                    self.1 = Completeness::Cut;
                }
                *mine = Rc::new(merged);
            }
        }
    }

    pub(crate) fn completeness(&self) -> Completeness {
        self.1
    }

    /// Adds a step to every path.
    pub(crate) fn extend(&mut self, trace: &mut Trace, place: Place, clause: &Clause) {
        for taint in self.all_mut() {
            taint.node = trace.extend(taint.node, place, clause.clone());
        }
    }

    /// Says of what is in a field that it is the field of the object that a method is called on.
    pub(crate) fn make_own(&mut self, function: FunctionId, field: &str) {
        for taint in self.all_mut() {
            if let Origin::Cell { cell, part } = &taint.origin {
                taint.origin = Origin::Own { function, field: field.into(), cell: *cell, part: part.clone() };
            }
        }
    }

    /// Reads one part of what is tainted.
    pub(crate) fn narrow(&mut self, key: &Key) {
        let is_whole = |taint: &Taint| match &taint.origin {
            Origin::Param { part, .. } | Origin::Cell { part, .. } | Origin::Own { part, .. } => part.is_none(),
            Origin::Source { .. } => false,
        };
        if !self.iter().any(is_whole) {
            return;
        }
        for taint in self.0.take().iter().flat_map(|taints| taints.iter()) {
            let mut taint = taint.clone();
            if let Origin::Param { part: part @ None, .. }
            | Origin::Cell { part: part @ None, .. }
            | Origin::Own { part: part @ None, .. } = &mut taint.origin
            {
                *part = Some(key.clone());
            }
            self.add(taint);
        }
    }

    /// Makes every taint harmless for some more languages.
    pub(crate) fn clean(&mut self, languages: LanguageSet) {
        for taint in self.all_mut() {
            taint.clean = taint.clean.union(languages);
        }
    }

    /// Makes normalised paths harmless as paths (the containment check was passed).
    pub(crate) fn clean_normalised(&mut self, languages: LanguageSet) {
        for taint in self.all_mut().iter_mut().filter(|taint| taint.clean.is_normalised()) {
            taint.clean = taint.clean.union(languages);
        }
    }

    pub(crate) fn map_clean(&mut self, change: impl Fn(LanguageSet) -> LanguageSet) {
        for taint in self.all_mut() {
            taint.clean = change(taint.clean);
        }
    }

    /// Lowers the confidence of every taint to at most this.
    pub(crate) fn limit_confidence(&mut self, most: Confidence) {
        for taint in self.all_mut() {
            taint.confidence = taint.confidence.min(most);
        }
    }
}

/// Joins two sorted sets.
fn merged(mine: &[Taint], theirs: &[Taint]) -> Vec<Taint> {
    let mut merged = Vec::with_capacity(mine.len().max(theirs.len()));
    let (mut mine, mut theirs) = (mine.iter().peekable(), theirs.iter().peekable());
    loop {
        let order = match (mine.peek(), theirs.peek()) {
            (Some(left), Some(right)) => left.origin.cmp(&right.origin),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return merged,
        };
        match order {
            Ordering::Less => merged.extend(mine.next().cloned()),
            Ordering::Greater => merged.extend(theirs.next().cloned()),
            Ordering::Equal => {
                merged.extend(mine.next().zip(theirs.next()).map(|(left, right)| left.clone().joined(right)));
            }
        }
    }
}
