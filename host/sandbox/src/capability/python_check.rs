//! The interface `python-check`, the Patcher's. Invariant: nothing is run.

use crate::{
    bindings::imports::securecode::plugin::{python_check::Host, types::Span},
    capability::not_granted,
    guest::Guest,
    wire,
};

impl Host for Guest {
    fn syntax_problems(&mut self, text: String) -> wasmtime::Result<Vec<(Span, String)>> {
        let answer = self
            .on_host_time("python-check", |granted| granted.patcher().map(|host| host.python.syntax_problems(&text)))?;
        let problems = answer.ok_or_else(|| not_granted("python-check"))?;
        Ok(problems.into_iter().map(|(span, message)| (wire::span::to_guest(span), message)).collect())
    }
}
