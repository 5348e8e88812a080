//! The order in which Python looks through a class and its bases. Invariant: bounded: a cycle of bases ends, and at most
//! `MAX_CLASSES` classes are listed.

use std::collections::{BTreeMap, BTreeSet};

use crate::program::{Class, ClassId, Program};

/// Classes that are listed for one class.
const MAX_CLASSES: usize = 64;
/// Nesting of bases that is followed.
const MAX_DEPTH: u32 = 64;

/// A class with its bases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ancestry {
    /// The class, then its bases in the project, in the method resolution order (C3).
    pub inside: Vec<ClassId>,
    /// Paths of bases outside the project, in the order of the classes that name them; `object` is left out.
    pub outside: Vec<String>,
}

/// Works out ancestries, each class's once.
#[derive(Debug)]
pub struct Hierarchy<'p, F> {
    program: &'p Program,
    find: F,
    orders: BTreeMap<ClassId, Vec<ClassId>>,
    /// Classes whose order is being worked out.
    open: BTreeSet<ClassId>,
}

impl<'p, F: Fn(&str) -> Option<ClassId>> Hierarchy<'p, F> {
    /// Starts; `find` gives the class of the project that a path names.
    pub fn new(program: &'p Program, find: F) -> Self {
        Self { program, find, orders: BTreeMap::new(), open: BTreeSet::new() }
    }

    /// Gives a class's ancestry.
    pub fn ancestry(&mut self, class: ClassId) -> Ancestry {
        let inside = self.order(class, 0);
        let mut outside: Vec<String> = Vec::new();
        for class in inside.iter().filter_map(|id| self.program.class(*id)) {
            for base in class.bases.iter().filter(|base| !matches!(base.as_str(), "builtins.object" | "object")) {
                if (self.find)(base).is_none() && !outside.contains(base) {
                    outside.push(base.clone());
                }
            }
        }
        Ancestry { inside, outside }
    }

    fn order(&mut self, class: ClassId, depth: u32) -> Vec<ClassId> {
        if let Some(order) = self.orders.get(&class) {
            return order.clone();
        }
        if depth >= MAX_DEPTH || !self.open.insert(class) {
            return vec![class];
        }
        let bases = self.program.class(class).map(|class| self.bases(class)).unwrap_or_default();
        let mut lists: Vec<Vec<ClassId>> = bases.iter().map(|base| self.order(*base, depth + 1)).collect();
        lists.push(bases);
        let mut order = vec![class];
        merge(&mut order, lists);
        order.truncate(MAX_CLASSES);
        self.open.remove(&class);
        self.orders.insert(class, order.clone());
        order
    }

    fn bases(&self, class: &Class) -> Vec<ClassId> {
        let mut bases = Vec::new();
        for base in class.bases.iter().filter_map(|base| (self.find)(base)) {
            if base != class.id && !bases.contains(&base) {
                bases.push(base);
            }
        }
        bases
    }
}

/// Takes, again and again, the first class that stands behind the first place of no list; when there is none (Python
/// would refuse the class), the first of all.
fn merge(order: &mut Vec<ClassId>, mut lists: Vec<Vec<ClassId>>) {
    loop {
        lists.retain(|list| !list.is_empty());
        let heads: Vec<ClassId> = lists.iter().filter_map(|list| list.first().copied()).collect();
        let is_free = |head: &ClassId| !lists.iter().any(|list| list.iter().skip(1).any(|class| class == head));
        let Some(next) = heads.iter().copied().find(|head| is_free(head)).or(heads.first().copied()) else { return };
        if !order.contains(&next) {
            order.push(next);
        }
        for list in &mut lists {
            list.retain(|class| *class != next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(lists: &[&[u32]]) -> Vec<u32> {
        let mut order = Vec::new();
        merge(&mut order, lists.iter().map(|list| list.iter().map(|id| ClassId(*id)).collect()).collect());
        order.into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn lists_are_merged_in_c3_order() {
        // A diamond: the common base comes last.
        assert_eq!(merged(&[&[1, 9], &[2, 9], &[1, 2]]), [1, 2, 9]);
        assert_eq!(merged(&[&[1, 3, 9], &[2, 4, 3, 9], &[1, 2]]), [1, 2, 4, 3, 9]);
        // Orders that contradict each other still end.
        assert_eq!(merged(&[&[1, 2], &[2, 1]]), [1, 2]);
    }
}
