//! The interfaces that hold types alone. Invariant: none of them has a function.

use crate::{
    bindings::imports::securecode::plugin::{specs, state, syntax, types},
    guest::Guest,
};

impl types::Host for Guest {}
impl syntax::Host for Guest {}
impl specs::Host for Guest {}
impl state::Host for Guest {}
