//! The interface `config`. Invariant: a plugin sees the values that the operator set for it and no others.

use crate::{bindings::imports::securecode::plugin::config::Host, guest::Guest};

impl Host for Guest {
    fn get(&mut self, key: String) -> wasmtime::Result<Option<String>> {
        Ok(self.identity.options.get(&key).cloned())
    }
}
