//! The answer of `securecode verify` as JSON. Invariant: one entry for each contract that was found.

use std::collections::BTreeMap;

use engine::{
    engine::{ContractOrigin, Verification, VerifiedContract},
    snapshot::SourceFile,
};
use model::counterexample::Counterexample;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{
    finding::{CheckJson, CounterexampleJson, Region},
    scan_report::FaultJson,
};

/// A counterexample as a call.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CallJson {
    /// Positional arguments as Python literals; empty, as all are given by keyword.
    pub args: Vec<String>,
    /// Keyword arguments as Python literals.
    pub kwargs: BTreeMap<String, String>,
    /// `returns …` or `raises …`; null where the contract is about something else, or the value has no literal.
    #[schema(required = true)]
    pub returns_or_raises: Option<String>,
    /// The same as for a finding.
    #[serde(flatten)]
    pub attack: CounterexampleJson,
}

impl From<&Counterexample> for CallJson {
    fn from(found: &Counterexample) -> Self {
        let parameters = found.bindings.iter().filter(|binding| binding.is_parameter);
        let ends = ["returns ", "raises "].iter().any(|word| found.sink_value.starts_with(word));
        Self {
            args: Vec::new(),
            kwargs: parameters.map(|binding| (binding.name.clone(), binding.value.clone())).collect(),
            returns_or_raises: (ends && found.injected.is_empty()).then(|| found.sink_value.clone()),
            attack: CounterexampleJson::from(found),
        }
    }
}

/// One contract with its verdict.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContractJson {
    /// The file.
    pub file: String,
    /// Where the contract bites.
    #[serde(flatten)]
    pub region: Region,
    /// `security`, `assert`, `pep316`, `icontract`, `deal` or `implicit`.
    #[schema(value_type = crate::wire::words::ContractWord)]
    pub kind: &'static str,
    /// The rule that brought it; null for the code's own.
    #[schema(required = true)]
    pub rule_id: Option<String>,
    /// The function that is called.
    pub function: String,
    /// What must hold, in words.
    pub contract: String,
    /// The same formally; `u` is what the attacker writes, `h` harmless text in its place.
    pub formal: String,
    /// `refuted`, `proved`, `bounded` or `unknown`.
    #[schema(value_type = crate::wire::words::VerdictWord)]
    pub verdict: &'static str,
    /// The call that breaks the contract, when refuted.
    #[schema(required = true)]
    pub counterexample: Option<CallJson>,
    /// Why the prover does not know, when unknown.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// The bounds that were hit, when bounded.
    pub bounds: Vec<String>,
    /// Paths explored.
    pub paths: u32,
    /// Lines of the file that the counterexample runs through, in order; empty unless refuted.
    pub path: Vec<u32>,
    /// Functions outside the code whose models were used: name, and `exact`, `over` (over-approximated) or `unmodelled`.
    #[schema(value_type = BTreeMap<String, crate::wire::words::FidelityWord>)]
    pub models: BTreeMap<String, &'static str>,
    /// Z3 resource units spent, the same in every run.
    pub rlimit: u64,
    /// Wall time in milliseconds.
    pub ms: f64,
    /// `confirmed`, `diverged`, or `unavailable` where nothing was replayed.
    #[schema(value_type = crate::wire::words::ReplayWord)]
    pub replay: &'static str,
}

/// All contracts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VerificationJson {
    /// Version of this program.
    pub version: &'static str,
    /// The contracts by file and place.
    pub contracts: Vec<ContractJson>,
    /// What could not be analysed.
    pub errors: Vec<FaultJson>,
}

impl VerificationJson {
    /// Renders a verification.
    pub fn new(verification: &Verification) -> Self {
        let contract = |contract: &VerifiedContract| contract_json(verification, contract);
        Self {
            version: env!("CARGO_PKG_VERSION"),
            contracts: verification.contracts.iter().map(contract).collect(),
            errors: verification.faults.iter().map(FaultJson::from).collect(),
        }
    }
}

/// Gives the lines that a counterexample runs through, in order, each stretch of one line once.
pub fn failing_lines(file: &SourceFile, verified: &VerifiedContract) -> Vec<u32> {
    let mut lines: Vec<u32> = Vec::new();
    for span in &verified.check.basis.path {
        if (span.end as usize) > file.text.len() {
            continue;
        }
        let line = file.lines.position(span.start).line;
        if lines.last() != Some(&line) {
            lines.push(line);
        }
    }
    lines
}

fn contract_json(verification: &Verification, verified: &VerifiedContract) -> ContractJson {
    let check = CheckJson::from(&verified.check);
    let region = verification.snapshot.find(&verified.path).map(|file| Region::new(file, verified.span));
    let rule_id = match &verified.origin {
        ContractOrigin::Rule(rule) => Some(rule.to_string()),
        ContractOrigin::Code(_) => None,
    };
    ContractJson {
        file: verified.path.clone(),
        region: region.unwrap_or_default(),
        kind: match &verified.origin {
            ContractOrigin::Rule(_) => "security",
            ContractOrigin::Code(kind) => kind.as_str(),
        },
        rule_id,
        replay: match check.counterexample.as_ref().map(|found| found.replay) {
            Some(word) if word != "not-run" => word,
            Some(_) | None => "unavailable",
        },
        function: check.function,
        contract: check.contract,
        formal: check.formal,
        verdict: check.verdict,
        counterexample: verified.check.verdict.counterexample().map(CallJson::from),
        reason: check.reason,
        bounds: check.bounds,
        paths: check.paths,
        path: verification.snapshot.find(&verified.path).map(|file| failing_lines(file, verified)).unwrap_or_default(),
        models: verified.check.basis.models.iter().map(|used| (used.name.clone(), used.fidelity.as_str())).collect(),
        rlimit: verified.check.effort.rlimit,
        ms: check.ms,
    }
}
