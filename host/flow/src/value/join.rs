//! What holds where two ways meet. Invariant: what a joined value says held on both ways; what may be on one of them is
//! kept.

use std::rc::Rc;

use crate::{
    taint::Taints,
    value::{Parts, Shape, Value},
};

impl Value {
    /// Joins another value in: what holds afterwards held for one of the two.
    pub(crate) fn join(&mut self, other: &Self) {
        if self == other {
            self.taints.join(&other.taints);
            return;
        }
        self.is_fixed = self.is_fixed && other.is_fixed;
        self.bound_to = self.bound_to.filter(|_| self.bound_to == other.bound_to);
        self.functions.join(&other.functions);
        if self.text != other.text {
            self.text = None;
        }
        if self.constant != other.constant {
            let (mut left, mut right) = (std::mem::take(self), other.clone());
            let truth = left.truth().filter(|truth| right.truth() == Some(*truth));
            let (left_guard, right_guard) = (left.guard.take(), right.guard.take());
            left.spread_if_constant();
            right.spread_if_constant();
            left.guard = left_guard.filter(|guard| Some(guard) == right_guard.as_ref());
            left.truth = truth;
            left.about = None;
            left.join_rest(&right);
            *self = left;
            return;
        }
        self.truth = self.truth.filter(|truth| other.truth == Some(*truth));
        self.guard = self.guard.take().filter(|guard| Some(guard) == other.guard.as_ref());
        self.about = self.about.take().filter(|about| Some(about) == other.about.as_ref());
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
                if mine.shape != theirs.shape {
                    mine.shape = Shape::Object;
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
        self.limit_parts();
    }

    /// Joins in another value of which only the taint is known.
    fn may_also_be(&mut self, taints: &Taints) {
        self.constant = None;
        self.text = None;
        self.is_fixed = false;
        self.taints.join(taints);
    }
}
