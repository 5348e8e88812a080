//! Questions to the prover, answered once each. Invariant: only deterministic answers are remembered.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use ir::program::Program;
use model::{
    budget::Budget,
    contract::Contract,
    finding::{CheckedContract, Effort},
    scan::ScanOptions,
    span::Place,
    spec::TaintSpecs,
    verdict::{UnknownReason, Verdict},
};
use moka::sync::Cache;
use verify::{
    Changes,
    prove::{Settings, prove},
};

/// Remembers verdicts by the files' texts, the contract and the limits.
pub(crate) struct ProverCache {
    answers: Cache<[u8; 32], Arc<CheckedContract>>,
}

impl ProverCache {
    pub(crate) fn new() -> Self {
        Self { answers: Cache::new(10_000) }
    }

    /// Proves or refutes a contract on a program.
    ///
    /// # Errors
    /// When the contract names nothing in the program, or does not parse.
    pub(crate) fn check(&self, question: &Question<'_>) -> Result<CheckedContract, verify::error::VerifyError> {
        let key = question.key();
        if let Some(known) = self.answers.get(&key) {
            return Ok(CheckedContract::clone(&known));
        }
        let settings = Settings {
            budget: question.budget(),
            entry: question.options.entry,
            inputs: question.inputs,
            changes: question.changes,
        };
        let asked =
            catch_unwind(AssertUnwindSafe(|| prove(question.program, question.specs, question.contract, settings)));
        let (verdict, effort) = match asked {
            Ok(answer) => answer.map(|proof| (proof.verdict, proof.effort))?,
            Err(_) => (
                Verdict::Unknown { reason: UnknownReason::Unsupported("internal error: the prover panicked".into()) },
                Effort::default(),
            ),
        };
        let checked = CheckedContract { contract: question.contract.clone(), verdict, effort };
        if is_deterministic(&checked.verdict) {
            self.answers.insert(key, Arc::new(checked.clone()));
        }
        Ok(checked)
    }
}

/// One question.
pub(crate) struct Question<'a> {
    /// Hash of the files that the program was made of.
    pub(crate) digest: [u8; 32],
    pub(crate) program: &'a Program,
    /// Where untrusted data enters the program, sorted.
    pub(crate) inputs: &'a [Place],
    /// What the rest of the project changes.
    pub(crate) changes: Option<&'a Changes>,
    pub(crate) specs: &'a TaintSpecs,
    pub(crate) contract: &'a Contract,
    pub(crate) options: &'a ScanOptions,
    /// Scales the scan's budget; at least 1.
    pub(crate) effort: u32,
}

impl Question<'_> {
    fn budget(&self) -> Budget {
        let base = self.options.budget;
        let factor = self.effort.clamp(1, 16);
        Budget {
            steps: base.steps.saturating_mul(u64::from(factor)),
            paths: base.paths.saturating_mul(factor),
            unroll: base.unroll.saturating_mul(factor),
            inline_depth: base.inline_depth.saturating_add(factor.ilog2()),
            rlimit: base.rlimit.saturating_mul(factor),
            wall_ms: base.wall_ms.saturating_mul(u64::from(factor)),
        }
    }

    fn key(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        let contract = serde_json::to_vec(self.contract).unwrap_or_default();
        let settings = serde_json::to_vec(&(self.budget(), self.options.entry)).unwrap_or_default();
        for part in [&self.digest[..], &contract, &settings] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        hasher.finalize().into()
    }
}

fn is_deterministic(verdict: &Verdict) -> bool {
    !matches!(verdict, Verdict::Unknown { reason: UnknownReason::WallTime | UnknownReason::OutOfMemory })
}
