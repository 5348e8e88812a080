//! What is known of a value: taint, constant, parts, and where it lives. Invariant: `taints` covers every part that
//! `parts` does not name; a part that is named is covered by its own entry alone.

use std::{collections::BTreeMap, rc::Rc};

use ir::{
    function::LocalId,
    instruction::{CompareOperator, Constant},
};

use crate::{
    constants,
    guard::Guard,
    taint::{Key, Origin, Taints},
};

/// Most parts that are told apart; more are merged into the whole.
const MAX_PARTS: usize = 64;
/// How deep parts of parts are told apart.
const MAX_PART_DEPTH: u32 = 3;

/// Where a value was read from, so that a change in place and a guard reach that place too.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Home {
    /// A variable.
    Local(LocalId),
    /// A part of what a variable holds.
    Part(LocalId, Key),
    /// The object that a parameter was bound to.
    Param(u32),
    /// A global of the project.
    Global(Rc<str>),
}

/// Named parts of a container or object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Parts {
    pub(crate) entries: BTreeMap<Key, Value>,
    /// Number of elements of a list or tuple, when known.
    pub(crate) length: Option<i64>,
}

/// An abstract value; the default one is untainted and otherwise unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Value {
    pub(crate) taints: Taints,
    pub(crate) constant: Option<Rc<Constant>>,
    pub(crate) parts: Option<Rc<Parts>>,
    /// Truth, when a branch decided it.
    pub(crate) truth: Option<bool>,
    /// What a branch on this value tells of another.
    pub(crate) guard: Option<Rc<Guard>>,
    pub(crate) home: Option<Home>,
}

impl Value {
    pub(crate) fn constant(constant: Constant) -> Self {
        Self { constant: Some(Rc::new(constant)), ..Self::default() }
    }

    pub(crate) fn tainted(taints: Taints) -> Self {
        Self { taints, ..Self::default() }
    }

    /// Gives the taints of the whole: its own and those of all parts.
    pub(crate) fn all_taints(&self) -> Taints {
        let mut all = self.taints.clone();
        self.add_part_taints(&mut all, 0);
        all
    }

    fn add_part_taints(&self, all: &mut Taints, depth: u32) {
        if depth > MAX_PART_DEPTH {
            return;
        }
        for part in self.parts.iter().flat_map(|parts| parts.entries.values()) {
            all.join(&part.taints);
            part.add_part_taints(all, depth + 1);
        }
    }

    pub(crate) fn is_tainted(&self) -> bool {
        !self.taints.is_empty() || self.parts.as_ref().is_some_and(|parts| parts.entries.values().any(Self::is_tainted))
    }

    /// Gives the truth of the value, when it is known.
    pub(crate) fn truth(&self) -> Option<bool> {
        self.truth
            .or_else(|| self.constant.as_deref().filter(|found| !constants::is_mutable(found)).map(constants::truth))
    }

    /// Reads a part with a known key.
    pub(crate) fn part(&self, key: &Key) -> Self {
        if let Some(constant) = &self.constant {
            return constants::element(constant, key).map_or_else(Self::default, Self::constant);
        }
        let key = self.resolved_key(key);
        if let Some(part) = self.parts.as_ref().and_then(|parts| parts.entries.get(&key)) {
            return part.clone();
        }
        Self::tainted(self.part_taints(&key))
    }

    /// Reads some part, not known which.
    pub(crate) fn any_part(&self) -> Self {
        Self::tainted(self.all_taints())
    }

    /// Gives the taints of a part that is not named.
    fn part_taints(&self, key: &Key) -> Taints {
        let whole = self.taints.iter().map(|taint| {
            let mut taint = taint.clone();
            if let Origin::Param { part: part @ None, .. } | Origin::Cell { part: part @ None, .. } = &mut taint.origin
            {
                *part = Some(key.clone());
            }
            taint
        });
        whole.fold(Taints::default(), |mut taints, taint| {
            taints.add(taint);
            taints
        })
    }

    /// Joins in another value of which only the taint is known.
    fn may_also_be(&mut self, taints: &Taints) {
        self.constant = None;
        self.taints.join(taints);
    }

    /// Turns a negative index into the one from the front, when the length is known.
    pub(crate) fn resolved_key(&self, key: &Key) -> Key {
        match (key, self.parts.as_ref().and_then(|parts| parts.length)) {
            (Key::Int(index), Some(length)) if *index < 0 => Key::Int(index.saturating_add(length)),
            (Key::Int(_) | Key::Str(_) | Key::Attribute(_), _) => key.clone(),
        }
    }

    /// Makes a constant container's elements into parts, so that they can be changed.
    pub(crate) fn spread_constant(&mut self) {
        if let Some(constant) = self.constant.as_deref()
            && let Some(parts) = constants::parts(constant)
        {
            self.parts = Some(Rc::new(parts));
        }
        self.constant = None;
        self.truth = None;
        self.guard = None;
    }

    /// Sets a part with a known key.
    pub(crate) fn set_part(&mut self, key: &Key, mut part: Self) {
        self.spread_constant();
        let key = self.resolved_key(key);
        part.flatten(1);
        part.home = None;
        part.guard = None;
        let parts = Rc::make_mut(self.parts.get_or_insert_default());
        parts.entries.insert(key, part);
        if parts.entries.len() > MAX_PARTS {
            self.merge_parts();
        }
    }

    /// Adds taint to a part with a known key, keeping what is there.
    pub(crate) fn add_to_part(&mut self, key: &Key, part: &Self) {
        let mut joined = self.part(key);
        joined.join(part);
        self.set_part(key, joined);
    }

    /// Adds taint to all parts: it is not known which one changed.
    pub(crate) fn add_to_any_part(&mut self, taints: &Taints) {
        self.spread_constant();
        self.taints.join(taints);
        if let Some(parts) = &mut self.parts {
            let parts = Rc::make_mut(parts);
            parts.length = None;
            for part in parts.entries.values_mut() {
                part.constant = None;
                part.taints.join(taints);
            }
        }
    }

    /// Merges the parts when there are too many or too deep ones.
    pub(crate) fn limit_parts(&mut self) {
        self.flatten(0);
        if self.parts.as_ref().is_some_and(|parts| parts.entries.len() > MAX_PARTS) {
            self.merge_parts();
        }
    }

    /// Forgets the parts' names.
    pub(crate) fn merge_parts(&mut self) {
        self.taints = self.all_taints();
        self.parts = None;
    }

    fn flatten(&mut self, depth: u32) {
        if depth >= MAX_PART_DEPTH {
            if self.parts.is_some() {
                self.merge_parts();
            }
            return;
        }
        if let Some(parts) = &mut self.parts
            && parts.entries.values().any(|part| part.parts.is_some())
        {
            for part in Rc::make_mut(parts).entries.values_mut() {
                part.flatten(depth + 1);
            }
        }
    }

    /// Joins another value in: what holds afterwards held for one of the two.
    pub(crate) fn join(&mut self, other: &Self) {
        if self == other {
            self.taints.join(&other.taints);
            return;
        }
        if self.constant != other.constant {
            let (mut left, mut right) = (std::mem::take(self), other.clone());
            let truth = left.truth().filter(|truth| right.truth() == Some(*truth));
            let (left_guard, right_guard) = (left.guard.take(), right.guard.take());
            left.spread_if_constant();
            right.spread_if_constant();
            left.guard = left_guard.filter(|guard| Some(guard) == right_guard.as_ref());
            left.truth = truth;
            left.join_rest(&right);
            *self = left;
            return;
        }
        self.truth = self.truth.filter(|truth| other.truth == Some(*truth));
        self.guard = self.guard.take().filter(|guard| Some(guard) == other.guard.as_ref());
        self.join_rest(other);
    }

    fn spread_if_constant(&mut self) {
        if self.constant.is_some() {
            self.spread_constant();
        }
    }

    fn join_rest(&mut self, other: &Self) {
        if self.home != other.home {
            self.home = None;
        }
        let whole = Self::tainted(self.taints.clone());
        match (&mut self.parts, &other.parts) {
            (None, None) => {}
            (Some(mine), Some(theirs)) => {
                let mine = Rc::make_mut(mine);
                if mine.length != theirs.length {
                    mine.length = None;
                }
                for (key, part) in &mut mine.entries {
                    match theirs.entries.get(key) {
                        Some(their) => part.join(their),
                        None => part.may_also_be(&other.part_taints(key)),
                    }
                }
                for (key, part) in &theirs.entries {
                    if !mine.entries.contains_key(key) {
                        let mut part = part.clone();
                        part.may_also_be(&whole.part_taints(key));
                        mine.entries.insert(key.clone(), part);
                    }
                }
            }
            (Some(mine), None) => {
                let mine = Rc::make_mut(mine);
                mine.length = None;
                for (key, part) in &mut mine.entries {
                    part.may_also_be(&other.part_taints(key));
                }
            }
            (None, Some(theirs)) => {
                let mut parts = Parts::clone(theirs);
                parts.length = None;
                for (key, part) in &mut parts.entries {
                    part.may_also_be(&whole.part_taints(key));
                }
                self.parts = Some(Rc::new(parts));
            }
        }
        self.taints.join(&other.taints);
        if self.parts.as_ref().is_some_and(|parts| parts.entries.len() > MAX_PARTS) {
            self.merge_parts();
        }
    }

    /// Gives the constant's comparison with another, when both are known.
    pub(crate) fn compare(&self, operator: CompareOperator, other: &Self) -> Option<bool> {
        constants::compare(operator, self.constant.as_deref()?, other.constant.as_deref()?)
    }
}
