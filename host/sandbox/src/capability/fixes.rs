//! The interface `fixes`, the Patcher's. Invariant: the source's answer is passed on as it is.

use crate::{
    bindings::imports::securecode::plugin::{
        fixes::Host,
        types::{Fix, PluginError},
    },
    capability::not_granted,
    guest::Guest,
    wire,
};

impl Host for Guest {
    fn propose(&mut self, candidate: u32) -> wasmtime::Result<Result<Vec<Fix>, PluginError>> {
        let answer =
            self.on_host_time("fixes", |granted| granted.patcher().map(|host| host.fixes.propose(candidate)))?;
        let answer = answer.ok_or_else(|| not_granted("fixes"))?;
        let fixes = answer.map(|fixes| fixes.into_iter().map(wire::fix::to_guest).collect());
        Ok(fixes.map_err(wire::plugin_error::to_guest))
    }

    fn no_fix_reason(&mut self, candidate: u32) -> wasmtime::Result<Option<String>> {
        let answer =
            self.on_host_time("fixes", |granted| granted.patcher().map(|host| host.fixes.no_fix_reason(candidate)))?;
        answer.ok_or_else(|| not_granted("fixes"))
    }
}
