//! Questions to the prover, answered once each. Invariant: only answers that a repetition cannot change are remembered.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use model::{
    budget::Budget,
    contract::{Condition, Contract},
    finding::{Basis, CheckedContract, Effort},
    span::Span,
    verdict::{UnknownReason, Verdict},
};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use verify::{
    error::VerifyError,
    prove::{DataFlow, Settings, prove},
    solving::{InProcess, Solve},
};

use crate::{
    context::Context,
    remembered::patches::add_contract,
    slice::Slice,
    store::{
        Keep, Kind,
        key::{Key, KeyBuilder},
    },
};

/// Remembers verdicts by the files' texts, the contract and the limits.
pub(crate) struct ProverCache {
    answers: Cache<Key, Arc<Answer>>,
}

/// What is kept of an answer: a contract names files by numbers, which another scan gives to others.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Answer {
    verdict: Verdict,
    effort: Effort,
    basis: Basis,
}

/// What the prover said, and whether it would say so again.
pub(crate) struct Proven {
    pub(crate) check: CheckedContract,
    /// Whether asking again gives the same verdict: neither wall time nor an internal error had a part in it.
    pub(crate) is_repeatable: bool,
}

/// What is said of a contract where the prover panicked.
const PANICKED: &str = "internal error: the prover panicked";

impl ProverCache {
    pub(crate) fn new() -> Self {
        Self { answers: Cache::new(10_000) }
    }

    /// Gives the remembered verdict, else proves or refutes the contract.
    ///
    /// # Errors
    /// As for `prove`.
    pub(crate) fn check(&self, question: &Question<'_>, slice: &Slice) -> Result<Proven, VerifyError> {
        match self.recall(question) {
            Some(known) => Ok(known),
            None => self.prove(question, slice),
        }
    }

    /// Gives the verdict that is remembered.
    pub(crate) fn recall(&self, question: &Question<'_>) -> Option<Proven> {
        let key = question.key()?;
        let kept = || -> Option<Arc<Answer>> {
            if question.keep == Keep::InMemory {
                return None;
            }
            let answer: Answer = serde_json::from_slice(&question.ctx.core.store.get(&key)?).ok()?;
            let answer = Arc::new(answer);
            self.answers.insert(key, answer.clone());
            Some(answer)
        };
        let Answer { verdict, effort, basis } = Answer::clone(&*self.answers.get(&key).or_else(kept)?);
        let check = CheckedContract { contract: question.contract.clone(), verdict, effort, basis };
        Some(Proven { check, is_repeatable: true })
    }

    /// Proves or refutes a contract on a slice, which is the one that the question names.
    ///
    /// # Errors
    /// When the contract names nothing in the program, or does not parse.
    pub(crate) fn prove(&self, question: &Question<'_>, slice: &Slice) -> Result<Proven, VerifyError> {
        let is_hit =
            |call: Span| slice.analysed.hits(question.contract.at_file).iter().any(|hit| hit.call.span == call);
        let flow = match &question.contract.condition {
            Condition::SinkStaysData { call, .. } if is_hit(*call) => DataFlow::ReachesSink,
            Condition::SinkStaysData { .. } => DataFlow::MissesSink,
            Condition::AssertHolds { .. } | Condition::Function { .. } => DataFlow::Unasked,
        };
        let is_cancelled = || question.ctx.observer.is_cancelled();
        let client = question.ctx.core.solvers.as_ref().map(|pool| pool.client(&is_cancelled));
        let settings = Settings {
            budget: question.budget(),
            flow,
            entry: question.ctx.options.entry,
            inputs: &slice.analysed.inputs,
            numbers: &slice.analysed.numbers,
            fixed: &slice.analysed.fixed,
            changes: slice.changes.as_deref(),
            solver: client.as_ref().map_or(&InProcess as &dyn Solve, |client| client),
        };
        let specs = &question.ctx.core.plugins.specs;
        let asked =
            catch_unwind(AssertUnwindSafe(|| prove(&slice.analysed.program, specs, question.contract, settings)));
        let (answer, is_repeatable) = match asked {
            Ok(proof) => {
                let proof = proof?;
                (Answer { verdict: proof.verdict, effort: proof.effort, basis: proof.basis }, proof.is_repeatable)
            }
            Err(_) => {
                let verdict = Verdict::Unknown { reason: UnknownReason::Unsupported(PANICKED.into()) };
                (Answer { verdict, effort: Effort::default(), basis: Basis::default() }, false)
            }
        };
        if let Some(key) = question.key().filter(|_| is_repeatable) {
            if let (Keep::OnDisk, Ok(bytes)) = (question.keep, serde_json::to_vec(&answer)) {
                question.ctx.core.store.put(&key, &bytes);
            }
            self.answers.insert(key, Arc::new(answer.clone()));
        }
        let Answer { verdict, effort, basis } = answer;
        let check = CheckedContract { contract: question.contract.clone(), verdict, effort, basis };
        Ok(Proven { check, is_repeatable })
    }
}

/// One question.
pub(crate) struct Question<'a> {
    pub(crate) ctx: &'a Context,
    /// Names the slice that the contract is about.
    pub(crate) slice: &'a [u8; 32],
    pub(crate) contract: &'a Contract,
    /// Scales the scan's budget; at least 1.
    pub(crate) effort: u32,
    pub(crate) keep: Keep,
}

impl Question<'_> {
    fn budget(&self) -> Budget {
        let base = self.ctx.options.budget;
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

    fn key(&self) -> Option<Key> {
        let mut key = KeyBuilder::new(Kind::Verdict, &self.ctx.core.build.all);
        key.bytes(self.slice).json(&(self.budget(), self.ctx.options.entry));
        add_contract(&mut key, self.ctx, self.contract);
        key.finish()
    }
}
