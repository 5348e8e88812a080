//! `securecode verify`. Invariant: every contract that was found is shown, whatever its verdict.

use anyhow::Context as _;
use api::wire::{sarif, verification::VerificationJson};
use engine::{
    contract_kind::{Asked, ContractKind, Start},
    engine::Verification,
};
use model::verdict::Verdict;

use crate::{
    cli::{Format, VerifyArgs},
    collect::collect,
    commands::{Globals, scan_options},
    exit::Outcome,
    output::{self, text_verify},
};

/// Proves or refutes the contracts of the files.
pub(crate) fn run(globals: &Globals, args: &VerifyArgs) -> anyhow::Result<Outcome> {
    let mut collected = collect(&args.paths, args.proof.max_file_size)?;
    let engine = globals.engine(args.proof.max_file_size)?;
    let mut options = scan_options(&args.proof, &collected);
    if args.proof.entry.is_none() {
        options.entry = model::spec::Entry::All;
    }
    let files = std::mem::take(&mut collected.sources);
    let mut verification = engine.verify(files, &asked(args), &options)?;
    verification.faults.splice(0..0, collected.faults);
    let rendered = match args.output.format {
        Format::Text => text_verify::report(&verification),
        Format::Json => serde_json::to_string_pretty(&VerificationJson::new(&verification))? + "\n",
        Format::Html => anyhow::bail!("contracts are written as text, json or sarif, not as html"),
        Format::Sarif => serde_json::to_string_pretty(&sarif::verification(&verification, &engine.rules()))? + "\n",
    };
    output::write(args.output.output.as_deref(), &rendered).context("cannot write the result")?;
    Ok(if args.output.exit_zero { Outcome::Clean } else { gate(&verification) })
}

fn asked(args: &VerifyArgs) -> Asked {
    let mut kinds: std::collections::BTreeSet<ContractKind> =
        args.contracts.iter().map(|kind| ContractKind::from(*kind)).collect();
    if kinds.is_empty() {
        kinds.extend(ContractKind::USUAL);
    }
    let start = if args.module { Start::Module } else { Start::Functions };
    Asked { function: args.function.clone(), kinds, start }
}

fn gate(verification: &Verification) -> Outcome {
    let is_refuted = |verdict: &Verdict| verdict.counterexample().is_some();
    let refuted = verification.contracts.iter().filter(|contract| is_refuted(&contract.check.verdict)).count();
    Outcome::new(refuted, verification.faults.len())
}
