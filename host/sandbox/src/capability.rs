//! The interfaces that plugins may import, one file for each. Invariant: a kind of plugin is linked with its own
//! interfaces only, so that what is not granted cannot be named.

mod chat;
mod config;
mod contracts;
mod drafts;
mod fixes;
mod log;
mod nouns;
mod prover;
mod python_check;
mod rules;
mod suggestions;

use std::sync::Arc;

use wasmtime::component::{HasSelf, Linker};

use crate::{
    bindings::imports::securecode::plugin as interfaces,
    guest::Guest,
    stage::{Chat, PatcherHost, Prover, RuleRunner, SpeculatorHost},
};

/// What a component is loaded as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    RulePack,
    Scanner,
    Speculator,
    Symbot,
    Patcher,
}

/// The host's side of what a call is granted.
pub(crate) enum Granted {
    Nothing,
    Scanner(Arc<dyn RuleRunner>),
    Speculator(SpeculatorHost),
    Symbot(Arc<dyn Prover>),
    Patcher(PatcherHost),
}

impl Granted {
    fn rules(&self) -> Option<&dyn RuleRunner> {
        match self {
            Self::Scanner(rules) => Some(rules.as_ref()),
            Self::Nothing | Self::Speculator(_) | Self::Symbot(_) | Self::Patcher(_) => None,
        }
    }

    fn speculator(&self) -> Option<&SpeculatorHost> {
        match self {
            Self::Speculator(host) => Some(host),
            Self::Nothing | Self::Scanner(_) | Self::Symbot(_) | Self::Patcher(_) => None,
        }
    }

    fn chat(&self) -> Option<&dyn Chat> {
        match self {
            Self::Speculator(host) => Some(host.chat.as_ref()),
            Self::Patcher(host) => Some(host.chat.as_ref()),
            Self::Nothing | Self::Scanner(_) | Self::Symbot(_) => None,
        }
    }

    fn prover(&self) -> Option<&dyn Prover> {
        match self {
            Self::Symbot(prover) => Some(prover.as_ref()),
            Self::Patcher(host) => Some(host.prover.as_ref()),
            Self::Nothing | Self::Scanner(_) | Self::Speculator(_) => None,
        }
    }

    fn patcher(&self) -> Option<&PatcherHost> {
        match self {
            Self::Patcher(host) => Some(host),
            Self::Nothing | Self::Scanner(_) | Self::Speculator(_) | Self::Symbot(_) => None,
        }
    }
}

/// Gives the error of a host function whose capability is not there; linking keeps it from happening.
fn not_granted(capability: &'static str) -> wasmtime::Error {
    wasmtime::Error::msg(format!("`{capability}` is not granted"))
}

impl Kind {
    /// Names the kind in messages.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::RulePack => "rule pack",
            Self::Scanner => "scanner",
            Self::Speculator => "speculator",
            Self::Symbot => "symbot",
            Self::Patcher => "patcher",
        }
    }

    /// Names the interface that the kind exports, without package and version.
    pub(crate) const fn export(self) -> &'static str {
        match self {
            Self::RulePack => "rule-provider",
            Self::Scanner => "scanner-stage",
            Self::Speculator => "speculator-stage",
            Self::Symbot => "symbot-stage",
            Self::Patcher => "patcher-stage",
        }
    }

    /// Names the interfaces with functions that the kind is granted.
    pub(crate) const fn grants(self) -> &'static [&'static str] {
        match self {
            Self::RulePack => &["log", "config"],
            Self::Scanner => &["log", "config", "rules"],
            Self::Speculator => &["log", "config", "contracts", "suggestions", "llm"],
            Self::Symbot => &["log", "config", "prover"],
            Self::Patcher => &["log", "config", "fixes", "drafts", "llm", "prover", "python-check"],
        }
    }

    /// Makes the linker of the kind.
    pub(crate) fn linker(self, engine: &wasmtime::Engine) -> wasmtime::Result<Linker<Guest>> {
        let mut linker = Linker::new(engine);
        for grant in self.grants() {
            link(&mut linker, grant)?;
        }
        Ok(linker)
    }
}

fn link(linker: &mut Linker<Guest>, interface: &str) -> wasmtime::Result<()> {
    fn own(guest: &mut Guest) -> &mut Guest {
        guest
    }
    match interface {
        "log" => interfaces::log::add_to_linker::<Guest, HasSelf<Guest>>(linker, own),
        "config" => interfaces::config::add_to_linker::<Guest, HasSelf<Guest>>(linker, own),
        "rules" => interfaces::rules::add_to_linker::<Guest, HasSelf<Guest>>(linker, own),
        "contracts" => interfaces::contracts::add_to_linker::<Guest, HasSelf<Guest>>(linker, own),
        "llm" => interfaces::llm::add_to_linker::<Guest, HasSelf<Guest>>(linker, own),
        "prover" => interfaces::prover::add_to_linker::<Guest, HasSelf<Guest>>(linker, own),
        "fixes" => interfaces::fixes::add_to_linker::<Guest, HasSelf<Guest>>(linker, own),
        "suggestions" => interfaces::suggestions::add_to_linker::<Guest, HasSelf<Guest>>(linker, own),
        "drafts" => interfaces::drafts::add_to_linker::<Guest, HasSelf<Guest>>(linker, own),
        "python-check" => interfaces::python_check::add_to_linker::<Guest, HasSelf<Guest>>(linker, own),
        other => Err(wasmtime::Error::msg(format!("there is no interface `{other}`"))),
    }
}
