//! Replays: the counterexamples of refuted contracts are run in a real Python. Invariant: a replay adds to a verdict what it
//! showed and never turns it into another.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::OnceLock,
    thread,
};

use model::{
    contract::Contract,
    counterexample::{Counterexample, Replay},
    finding::{CheckedContract, Finding},
    ids::FileId,
    rule::Confidence,
    verdict::Verdict,
};
use rayon::{ThreadPoolBuilder, prelude::*};
use replay::{
    interpreter::{Interpreter, Python},
    oracle::{Case, Replayed, replay},
};

use crate::{
    config::ReplayWith,
    context::Context,
    plugins::error_chain,
    slice::SlicePlan,
    snapshot::SourceFile,
    store::{
        Kind,
        key::{Key, KeyBuilder},
    },
};

/// Name of the interpreter's folder in that of compiled code.
const FOLDER: &str = "python";

/// The Python that replays, loaded when the first counterexample asks for it.
pub(crate) struct Replayer {
    python: Option<Python>,
    folder: Option<PathBuf>,
    loaded: OnceLock<Result<Interpreter, String>>,
}

impl Replayer {
    pub(crate) fn new(with: &ReplayWith, compiled_dir: Option<&Path>) -> Self {
        let python = match with {
            ReplayWith::Nothing => None,
            ReplayWith::Pinned(path) => Some(Python::Pinned(path.clone())),
            ReplayWith::Chosen(path) => Some(Python::Chosen(path.clone())),
        };
        Self { python, folder: compiled_dir.map(|folder| folder.join(FOLDER)), loaded: OnceLock::new() }
    }

    /// Names what replays show depends on; `None` when that is not known.
    pub(crate) fn identity(&self) -> Option<String> {
        match &self.python {
            None => Some("nothing".to_owned()),
            // Which one that is, the host knows.
            Some(Python::Pinned(_)) => Some("pinned".to_owned()),
            Some(Python::Chosen(_)) => Some(self.interpreter()?.ok()?.digest().to_owned()),
        }
    }

    /// Gives the interpreter, or why there is none; `None` when nothing is to be replayed.
    pub(crate) fn interpreter(&self) -> Option<Result<&Interpreter, &str>> {
        let python = self.python.as_ref()?;
        let load = || {
            load(python, self.folder.as_deref()).inspect_err(|reason| {
                tracing::warn!(error = reason, "counterexamples are not replayed");
            })
        };
        Some(self.loaded.get_or_init(load).as_ref().map_err(String::as_str))
    }
}

/// Loads the interpreter on threads of its own. Those of the current pool wait meanwhile: compiling there would have one of
/// them at most, and that one might, while it waits for a part, take up another replay and so wait for itself.
fn load(python: &Python, folder: Option<&Path>) -> Result<Interpreter, String> {
    let compile = || {
        let pool = ThreadPoolBuilder::new().thread_name(|_| "compile".to_owned()).build();
        let pool = pool.map_err(|error| error_chain(&error))?;
        pool.install(|| Interpreter::load(python, folder)).map_err(|error| error_chain(&error))
    };
    thread::scope(|scope| {
        let loading = thread::Builder::new().name("load".into()).spawn_scoped(scope, compile);
        let loading = loading.map_err(|_| "the machine refuses another thread".to_owned())?;
        loading.join().unwrap_or_else(|_| Err("internal error: loading the interpreter panicked".to_owned()))
    })
}

/// Replays the counterexamples of all refuted contracts.
pub(crate) fn replay_all(ctx: &Context, checks: Vec<&mut CheckedContract>) {
    if ctx.core.replayer.python.is_none() {
        return;
    }
    checks.into_par_iter().for_each(|check| {
        let CheckedContract { contract, verdict, .. } = check;
        match verdict {
            // A written contract's was replayed when it was checked.
            Verdict::Refuted { counterexample } if counterexample.replay == Replay::NotRun => {
                let case = Replaying { contract, counterexample, changed: None };
                if let Some(outcome) = replay_one(ctx, &case) {
                    counterexample.replay = outcome;
                }
            }
            Verdict::Refuted { .. } | Verdict::Proved | Verdict::Bounded { .. } | Verdict::Unknown { .. } => {}
        }
    });
}

/// Lowers the confidence of a finding whose attack the real code did not show.
pub(crate) fn lower_confidence(finding: &mut Finding) {
    let attack = finding.verdict().and_then(Verdict::counterexample);
    if attack.is_some_and(|found| matches!(found.replay, Replay::Diverged(_))) {
        finding.confidence = Confidence::Low;
    }
}

/// Replays the counterexample of one check, whose contract is about a file with another text than the project's.
pub(crate) fn replay_changed(ctx: &Context, check: &mut CheckedContract, changed: &SourceFile) {
    let CheckedContract { contract, verdict: Verdict::Refuted { counterexample }, .. } = check else { return };
    if let Some(outcome) = replay_one(ctx, &Replaying { contract, counterexample, changed: Some(changed) }) {
        counterexample.replay = outcome;
    }
}

/// A counterexample that is replayed.
struct Replaying<'a> {
    contract: &'a Contract,
    counterexample: &'a Counterexample,
    /// The file that is not as the project has it.
    changed: Option<&'a SourceFile>,
}

fn replay_one(ctx: &Context, case: &Replaying<'_>) -> Option<Replay> {
    let Replaying { contract, counterexample, changed } = *case;
    let interpreter = match ctx.core.replayer.interpreter()? {
        Ok(interpreter) => interpreter,
        Err(reason) => return Some(Replay::Unavailable(reason.to_owned())),
    };
    if ctx.observer.is_cancelled() {
        return None;
    }
    let files = files_of(ctx, contract, changed);
    let (entry, at) = (ctx.path_of(contract.file)?, ctx.path_of(contract.at_file)?);
    let case = Case { files: &files, entry: &entry, at: &at, contract, counterexample };
    let key = key(ctx, interpreter, &case);
    let known = key.as_ref().and_then(|key| serde_json::from_slice(&ctx.core.store.get(key)?).ok());
    if let Some(known) = known {
        return Some(known);
    }
    let Replayed { replay: outcome, is_repeatable } = replay(interpreter, &case);
    if matches!(outcome, Replay::Diverged(_)) {
        tracing::warn!(
            file.path = entry,
            function = contract.function,
            "the replay did not confirm a counterexample: a model of the prover is wrong here"
        );
    }
    if let Some(key) = key.filter(|_| is_repeatable)
        && let Ok(bytes) = serde_json::to_vec(&outcome)
    {
        ctx.core.store.put(&key, &bytes);
    }
    Some(outcome)
}

/// Plans the files that a replay of a contract's calls may import.
pub(crate) fn plan_of(ctx: &Context, contract: &Contract) -> SlicePlan {
    ctx.slices().plan_of_files(ctx, BTreeSet::from([contract.file, contract.at_file]))
}

/// Gives the files that a replay of a contract's calls may import, by their paths.
pub(crate) fn files_of(ctx: &Context, contract: &Contract, changed: Option<&SourceFile>) -> BTreeMap<String, String> {
    let source = |file: &FileId| changed.filter(|changed| changed.id == *file).or_else(|| ctx.snapshot.file(*file));
    let plan = plan_of(ctx, contract);
    let sources = plan.files().iter().filter_map(source);
    sources.map(|file| (file.path.clone(), file.text.clone())).collect()
}

/// Names all that a replay depends on; files by their paths, since another scan numbers them differently.
fn key(ctx: &Context, interpreter: &Interpreter, case: &Case<'_>) -> Option<Key> {
    let mut key = KeyBuilder::new(Kind::Replay, &ctx.core.build.host);
    key.text(interpreter.digest()).number(case.files.len() as u64);
    for (path, text) in case.files {
        key.text(path).text(text);
    }
    key.text(case.entry).text(case.at).text(&case.contract.function).json(&case.contract.condition);
    key.json(case.counterexample).finish()
}
