//! Which of the program's functions a value may be. Invariant: at most `MAX_FUNCTIONS`, in the order of their ids.

use std::rc::Rc;

use ir::program::FunctionId;

/// Most functions that one value may be.
const MAX_FUNCTIONS: usize = 16;

/// A set of functions; empty for nearly every value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Functions(Option<Rc<Vec<FunctionId>>>);

impl Functions {
    pub(crate) fn one(id: FunctionId) -> Self {
        Self(Some(Rc::new(vec![id])))
    }

    /// A set of these, in whatever order.
    pub(crate) fn from_ids(mut ids: Vec<FunctionId>) -> Self {
        ids.sort();
        ids.dedup();
        Self((!ids.is_empty()).then(|| Rc::new(ids)))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = FunctionId> {
        self.0.iter().flat_map(|ids| ids.iter().copied())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|ids| ids.is_empty())
    }

    pub(crate) fn join(&mut self, other: &Self) {
        let Some(theirs) = &other.0 else { return };
        let Some(mine) = &mut self.0 else {
            self.0 = Some(Rc::clone(theirs));
            return;
        };
        if mine == theirs {
            return;
        }
        let mine = Rc::make_mut(mine);
        for id in theirs.iter() {
            if let Err(index) = mine.binary_search(id)
                && mine.len() < MAX_FUNCTIONS
            {
                mine.insert(index, *id);
            }
        }
    }
}
