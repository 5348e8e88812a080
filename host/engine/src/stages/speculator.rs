//! The Speculator: runs once for each unit, says which contracts are asked. Invariant: a contract that names another
//! file or function than the project's is refused when it is proved, not here.

use std::{collections::BTreeMap, sync::Arc};

use model::{
    contract::Contract,
    report::{Fault, Stage},
};
use rayon::prelude::*;
use sandbox::stage::{ContractSource, ContractText, SpeculatorHost};

use crate::{
    candidate::Candidate,
    chat::ScanChat,
    context::Context,
    plugins::error_chain,
    stages::{
        suggestions::Suggestions,
        unit::{Indices, describe},
    },
};

/// The contracts of each candidate, by its index.
pub(crate) type Contracts = BTreeMap<usize, Vec<Contract>>;

/// Runs the stage over all units; the second value tells whether all of them ended well.
pub(crate) fn run(ctx: &Arc<Context>, candidates: &[Candidate], units: &[Indices]) -> (Contracts, bool) {
    ctx.observer.stage_started(Stage::Speculator, units.len());
    let offers: Arc<Vec<Vec<ContractText>>> = Arc::new(candidates.iter().map(|one| offered(ctx, one)).collect());
    let answers: Vec<Option<Contracts>> =
        units.par_iter().map(|unit| run_unit(ctx, candidates, unit, &offers)).collect();
    let is_done = answers.iter().all(Option::is_some);
    (answers.into_iter().flatten().flatten().collect(), is_done)
}

/// Gives the contracts that a candidate's rule brings, as a stage sees them.
fn offered(ctx: &Context, candidate: &Candidate) -> Vec<ContractText> {
    let contracts = candidate.contracts();
    contracts.iter().filter_map(|contract| ContractText::new(contract, |file| ctx.path_of(file))).collect()
}

fn run_unit(
    ctx: &Arc<Context>,
    candidates: &[Candidate],
    indices: &Indices,
    offers: &Arc<Vec<Vec<ContractText>>>,
) -> Option<Contracts> {
    let unit = describe(candidates, indices)?;
    let name = candidates.get(*indices.first()?).map(Context::unit_name);
    if ctx.observer.is_cancelled() {
        ctx.fault(Fault::Stage { stage: Stage::Speculator, unit: name, reason: "was stopped".into() });
        return None;
    }
    let host = SpeculatorHost {
        contracts: Arc::new(Offers { offers: offers.clone() }),
        suggestions: Arc::new(Suggestions::new(ctx.clone(), candidates, indices)),
        chat: Arc::new(ScanChat { ctx: ctx.clone() }),
    };
    let answer = ctx.core.plugins.speculator.run(&unit, host);
    ctx.observer.unit_done(Stage::Speculator);
    match answer {
        Ok(assigned) => {
            let mut contracts = Contracts::new();
            for one in assigned {
                let index = one.candidate as usize;
                let contract = one.contract.into_contract(|path| ctx.snapshot.find(path).map(|file| file.id));
                if let Some(contract) = contract.filter(|_| indices.contains(&index)) {
                    contracts.entry(index).or_default().push(contract);
                }
            }
            Some(contracts)
        }
        Err(error) => {
            ctx.fault(Fault::Stage { stage: Stage::Speculator, unit: name, reason: error_chain(&error) });
            None
        }
    }
}

/// The Speculator's `contracts` capability.
struct Offers {
    offers: Arc<Vec<Vec<ContractText>>>,
}

impl ContractSource for Offers {
    fn offers(&self, candidate: u32) -> Vec<ContractText> {
        self.offers.get(candidate as usize).cloned().unwrap_or_default()
    }
}
