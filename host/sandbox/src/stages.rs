//! The four loaded stages. Invariant: each call runs in a fresh instance with exactly the host objects given to it.

use std::sync::Arc;

use model::verdict::Verdict;

use crate::{
    about::PluginAbout,
    bindings::{
        imports::securecode::plugin::state,
        patcher::{PatcherPre, exports::securecode::plugin::patcher_stage},
        scanner::ScannerPre,
        speculator::SpeculatorPre,
        symbot::SymbotPre,
    },
    call::{self, Callee},
    capability::Granted,
    error::CallError,
    guest::Guest,
    limits::{MAX_MESSAGE_BYTES, truncated},
    stage::{
        AssignedContract, Attempt, Chat, CheckedCandidate, ContractSource, ContractText, Decided, Decision,
        DraftSource, Dropped, FixSource, Proposal, Prover, PythonCheck, RuleRunner, ScanDecision, SuggestionSource,
        Unit,
    },
    wire,
};

/// The Scanner.
pub struct ScannerStage {
    pub(crate) callee: Callee<ScannerPre<Guest>>,
}

/// The Speculator.
pub struct SpeculatorStage {
    pub(crate) callee: Callee<SpeculatorPre<Guest>>,
}

/// SymBot.
pub struct SymbotStage {
    pub(crate) callee: Callee<SymbotPre<Guest>>,
}

/// The Patcher.
pub struct PatcherStage {
    pub(crate) callee: Callee<PatcherPre<Guest>>,
}

/// What a call of the Speculator is granted.
#[derive(Clone)]
pub struct SpeculatorHost {
    /// The contracts that rules bring.
    pub contracts: Arc<dyn ContractSource>,
    /// Those that a language model writes.
    pub suggestions: Arc<dyn SuggestionSource>,
    /// The language model.
    pub chat: Arc<dyn Chat>,
}

/// What a call of the Patcher is granted.
#[derive(Clone)]
pub struct PatcherHost {
    /// The rules' patch templates.
    pub fixes: Arc<dyn FixSource>,
    /// The patches that a language model writes.
    pub drafts: Arc<dyn DraftSource>,
    /// The language model.
    pub chat: Arc<dyn Chat>,
    /// The prover.
    pub prover: Arc<dyn Prover>,
    /// The look at Python text.
    pub python: Arc<dyn PythonCheck>,
}

/// Most fixes of one proposal that are looked at.
const MAX_PROPOSED: usize = 16;

macro_rules! stage_call {
    ($callee:expr, $granted:expr, $input_bytes:expr, $interface:ident, [$($argument:expr),*]) => {{
        let callee = $callee;
        let guest = Guest::new(callee.identity.clone(), callee.limits.for_input($input_bytes), $granted);
        let mut store = call::store(&callee.runtime.engine, guest);
        let instance = callee.world.instantiate(&mut store);
        let instance = instance.map_err(|error| call::instantiate_failure(&store, error))?;
        let answer = instance.$interface().call_run(&mut store $(, $argument)*);
        call::finish(&store);
        let answer = answer.map_err(|error| call::failure(&store, error))?;
        answer.map_err(|error| CallError::Plugin(wire::plugin_error::from_guest(error)))?
    }};
}

impl ScannerStage {
    /// Gives the same stage with counts of its own.
    pub fn metered(&self) -> Self {
        Self { callee: self.callee.metered() }
    }

    /// Says what can be said of it as a plugin.
    pub fn about(&self) -> PluginAbout {
        self.callee.about()
    }

    /// Runs the stage once for a scan.
    ///
    /// # Errors
    /// When the guest traps, exceeds a limit, or says that it cannot do its work.
    pub fn run(&self, rules: Arc<dyn RuleRunner>) -> Result<ScanDecision, CallError> {
        let granted = Granted::Scanner(rules);
        let answer = stage_call!(&self.callee, granted, 0, securecode_plugin_scanner_stage, []);
        let dropped = answer.dropped.into_iter();
        Ok(ScanDecision {
            keep: answer.keep,
            dropped: dropped.map(|one| Dropped { candidate: one.candidate, reason: cut(one.reason) }).collect(),
        })
    }
}

impl SpeculatorStage {
    /// Gives the same stage with counts of its own.
    pub fn metered(&self) -> Self {
        Self { callee: self.callee.metered() }
    }

    /// Says what can be said of it as a plugin.
    pub fn about(&self) -> PluginAbout {
        self.callee.about()
    }

    /// Runs the stage for one unit.
    ///
    /// # Errors
    /// When the guest traps, exceeds a limit, or says that it cannot do its work.
    pub fn run(&self, unit: &Unit, host: SpeculatorHost) -> Result<Vec<AssignedContract>, CallError> {
        let granted = Granted::Speculator(host);
        let unit = wire::candidate::unit_to_guest(unit);
        let answer = stage_call!(&self.callee, granted, 0, securecode_plugin_speculator_stage, [&unit]);
        let assigned = |one: state::AssignedContract| AssignedContract {
            candidate: one.candidate,
            contract: wire::contract::from_guest(one.contract),
        };
        Ok(answer.into_iter().map(assigned).collect())
    }
}

impl SymbotStage {
    /// Gives the same stage with counts of its own.
    pub fn metered(&self) -> Self {
        Self { callee: self.callee.metered() }
    }

    /// Says what can be said of it as a plugin.
    pub fn about(&self) -> PluginAbout {
        self.callee.about()
    }

    /// Runs the stage for one unit.
    ///
    /// # Errors
    /// When the guest traps, exceeds a limit, or says that it cannot do its work.
    pub fn run(
        &self,
        unit: &Unit,
        contracts: &[AssignedContract],
        prover: Arc<dyn Prover>,
    ) -> Result<Vec<Decided>, CallError> {
        let granted = Granted::Symbot(prover);
        let unit = wire::candidate::unit_to_guest(unit);
        let contracts: Vec<state::AssignedContract> = contracts.iter().map(assigned_to_guest).collect();
        let answer = stage_call!(&self.callee, granted, 0, securecode_plugin_symbot_stage, [&unit, &contracts]);
        Ok(answer.into_iter().map(|one| Decided { candidate: one.candidate, ticket: one.ticket }).collect())
    }
}

impl PatcherStage {
    /// Gives the same stage with counts of its own.
    pub fn metered(&self) -> Self {
        Self { callee: self.callee.metered() }
    }

    /// Says what can be said of it as a plugin.
    pub fn about(&self) -> PluginAbout {
        self.callee.about()
    }

    /// Runs the stage for one unit: `open` are the candidates that want a decision, `attempts` what was tried, oldest
    /// first.
    ///
    /// # Errors
    /// When the guest traps, exceeds a limit, or says that it cannot do its work.
    pub fn run(
        &self,
        unit: &Unit,
        open: &[CheckedCandidate],
        attempts: &[Attempt],
        host: PatcherHost,
    ) -> Result<Vec<Proposal>, CallError> {
        let granted = Granted::Patcher(host);
        let unit = wire::candidate::unit_to_guest(unit);
        let open: Vec<state::CheckedCandidate> = open.iter().map(checked_to_guest).collect();
        let attempts: Vec<state::Attempt> = attempts.iter().map(attempt_to_guest).collect();
        let answer = stage_call!(&self.callee, granted, 0, securecode_plugin_patcher_stage, [&unit, &open, &attempts]);
        answer.into_iter().map(proposal_from_guest).collect()
    }
}

fn assigned_to_guest(one: &AssignedContract) -> state::AssignedContract {
    state::AssignedContract { candidate: one.candidate, contract: wire::contract::to_guest(one.contract.clone()) }
}

fn checked_to_guest(one: &CheckedCandidate) -> state::CheckedCandidate {
    let check = |(contract, verdict): &(ContractText, Verdict)| state::CheckedContract {
        contract: wire::contract::to_guest(contract.clone()),
        verdict: wire::verdict::to_guest(verdict),
    };
    state::CheckedCandidate { candidate: one.candidate, checks: one.checks.iter().map(check).collect() }
}

fn attempt_to_guest(attempt: &Attempt) -> state::Attempt {
    let failures = attempt.failures.iter();
    state::Attempt {
        candidate: attempt.candidate,
        fix: wire::fix::to_guest(attempt.fix.clone()),
        failures: failures
            .map(|failure| state::GateFailure { check: failure.check.clone(), detail: failure.detail.clone() })
            .collect(),
    }
}

fn proposal_from_guest(proposal: patcher_stage::Proposal) -> Result<Proposal, CallError> {
    let decision = match proposal.decision {
        patcher_stage::Decision::Propose(fixes) => {
            let fixes = fixes.into_iter().take(MAX_PROPOSED).map(wire::fix::from_guest);
            Decision::Propose(fixes.collect::<Result<_, _>>()?)
        }
        patcher_stage::Decision::GiveUp(reason) => Decision::GiveUp(cut(reason)),
    };
    Ok(Proposal { candidate: proposal.candidate, decision })
}

fn cut(text: String) -> String {
    truncated(text, MAX_MESSAGE_BYTES)
}
