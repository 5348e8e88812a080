//! The answer of `securecode verify` as JSON. Invariant: one entry for each contract that was found.

use engine::engine::{ContractOrigin, Verification, VerifiedContract};
use model::contract::Condition;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{
    finding::{CheckJson, Region},
    scan_report::FaultJson,
};

/// One contract with its verdict.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContractJson {
    /// The file.
    pub file: String,
    /// Where the contract bites.
    #[serde(flatten)]
    pub region: Region,
    /// `security`, `assert` or `function`.
    pub kind: &'static str,
    /// The rule that brought it; null for the code's own.
    pub rule_id: Option<String>,
    /// Function, statement, verdict and what it rests on.
    #[serde(flatten)]
    pub check: CheckJson,
    /// `confirmed`, `diverged`, `unavailable` or `not-run`.
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

fn contract_json(verification: &Verification, verified: &VerifiedContract) -> ContractJson {
    let check = CheckJson::from(&verified.check);
    let region = verification.snapshot.find(&verified.path).map(|file| Region::new(file, verified.span));
    let rule_id = match &verified.origin {
        ContractOrigin::Rule(rule) => Some(rule.to_string()),
        ContractOrigin::Code => None,
    };
    ContractJson {
        file: verified.path.clone(),
        region: region.unwrap_or_default(),
        kind: match verified.check.contract.condition {
            Condition::SinkStaysData { .. } => "security",
            Condition::AssertHolds { .. } => "assert",
            Condition::Function { .. } => "function",
        },
        rule_id,
        replay: check.counterexample.as_ref().map_or("not-run", |found| found.replay),
        check,
    }
}
