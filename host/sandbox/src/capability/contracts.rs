//! The interface `contracts`, the Speculator's. Invariant: the source's answer is passed on as it is.

use crate::{
    bindings::imports::securecode::plugin::{contracts::Host, types::Contract},
    capability::not_granted,
    guest::Guest,
    wire,
};

impl Host for Guest {
    fn offers(&mut self, candidate: u32) -> wasmtime::Result<Vec<Contract>> {
        let offers = self
            .on_host_time("contracts", |granted| granted.speculator().map(|host| host.contracts.offers(candidate)))?;
        let offers = offers.ok_or_else(|| not_granted("contracts"))?;
        Ok(offers.into_iter().map(wire::contract::to_guest).collect())
    }
}
