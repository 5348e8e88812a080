//! What became of the patches of one unit. Invariant: the key names all that the Patcher, the packs' `fix` and the gate
//! are given, files by path and never by number; an outcome that a repetition could change is not kept.

use std::collections::BTreeMap;

use model::{
    contract::Contract,
    finding::{CheckedContract, Finding},
    ids::FileId,
    patch::PatchOutcome,
    span::Place,
    taint_path::PathStep,
};
use sandbox::{pack::PackFinding, stage::ContractText};
use serde::{Deserialize, Serialize};

use crate::{
    candidate::{Candidate, EntryPoint, SinkUse},
    context::Context,
    edits,
    remembered::pack_answers::add_match,
    replays,
    slice::SlicePlan,
    store::{
        Kind,
        key::{Key, KeyBuilder},
    },
};

/// Outcomes by the candidate's place in its unit.
pub(crate) type Outcomes = BTreeMap<usize, PatchOutcome>;

/// An outcome as it is kept: a patched text that its edits give again is left out.
#[derive(Serialize, Deserialize)]
struct Kept {
    candidate: usize,
    text: KeptText,
    outcome: PatchOutcome,
}

#[derive(Serialize, Deserialize)]
enum KeptText {
    /// The edits applied to the finding's file.
    FromEdits,
    /// As it stands in the outcome.
    InFull,
}

/// Gives the key of a unit's outcomes; `plan` names the slice that the unit is proved on.
pub(crate) fn key(ctx: &Context, candidates: &[Candidate], plan: &SlicePlan) -> Option<Key> {
    let mut key = KeyBuilder::new(Kind::Patches, &ctx.core.build.all);
    key.json(&ctx.core.llm.as_ref().map(|model| &model.identity));
    key.json(&ctx.options).bytes(&plan.digest).number(candidates.len() as u64);
    match ctx.core.replayer.identity() {
        Some(python) => key.text(&python),
        None => key.refuse(),
    };
    for candidate in candidates {
        add_candidate(&mut key, ctx, candidate);
        for plan in ctx.slices().plans_for_patch(ctx, candidate) {
            key.bytes(&plan.digest);
        }
        for check in &candidate.finding.checks {
            key.bytes(&replays::plan_of(ctx, &check.contract).digest);
        }
    }
    key.finish()
}

fn add_candidate(key: &mut KeyBuilder, ctx: &Context, candidate: &Candidate) {
    let Candidate { finding, pack, pack_finding, matched, sink } = candidate;
    let Finding {
        rule,
        pack: pack_name,
        cwe,
        severity,
        confidence,
        place,
        path,
        function,
        title,
        message,
        taint_path,
        checks,
        patch: _,
        fingerprint,
    } = finding;
    key.text(rule.as_str()).number(*pack as u64).text(pack_name).number(u64::from(cwe.0));
    key.text(severity.as_str()).text(confidence.as_str()).text(path).json(function).text(title).text(message);
    key.text(fingerprint.as_str());
    add_place(key, ctx, *place);
    key.number(taint_path.steps.len() as u64);
    for PathStep { kind, place, message } in &taint_path.steps {
        key.number(*kind as u64).text(message);
        add_place(key, ctx, *place);
    }
    key.number(checks.len() as u64);
    for CheckedContract { contract, verdict, effort: _, basis: _ } in checks {
        add_contract(key, ctx, contract);
        key.json(verdict);
    }
    let PackFinding { rule, matched: index, span, message, severity, confidence, props } = pack_finding;
    key.number(u64::from(*rule)).json(index).span(*span).text(message).json(severity).json(confidence).json(props);
    key.number(u64::from(matched.is_some()));
    if let Some(matched) = matched {
        add_match(key, matched);
    }
    key.number(u64::from(sink.is_some()));
    if let Some(SinkUse { call, argument, language, entries }) = sink {
        key.span(*call).json(argument).json(language).number(entries.len() as u64);
        for EntryPoint { file, function } in entries {
            add_file(key, ctx, *file);
            key.text(function);
        }
    }
}

/// Adds a contract with its files' paths in place of their numbers.
pub(crate) fn add_contract(key: &mut KeyBuilder, ctx: &Context, contract: &Contract) {
    match ContractText::new(contract, |file| ctx.path_of(file)) {
        Some(ContractText { path, at_path, function, condition, statement }) => {
            key.text(&path).text(&at_path).text(&function).json(&condition).text(&statement)
        }
        None => key.refuse(),
    };
}

fn add_place(key: &mut KeyBuilder, ctx: &Context, place: Place) {
    add_file(key, ctx, place.file);
    key.span(place.span);
}

fn add_file(key: &mut KeyBuilder, ctx: &Context, file: FileId) {
    match ctx.snapshot.file(file) {
        Some(source) => key.text(&source.path).text(&source.module),
        None => key.refuse(),
    };
}

/// Gives a unit's outcomes as they were before, one for each candidate.
pub(crate) fn recall(ctx: &Context, key: &Key, candidates: &[Candidate]) -> Option<Outcomes> {
    let kept: Vec<Kept> = serde_json::from_slice(&ctx.core.store.get(key)?).ok()?;
    let mut outcomes = Outcomes::new();
    for Kept { candidate: index, text, mut outcome } in kept {
        let candidate = candidates.get(index)?;
        if let (PatchOutcome::Proposed(patch), KeptText::FromEdits) = (&mut outcome, text) {
            patch.new_text = patched(ctx, candidate, patch)?;
        }
        outcomes.insert(index, outcome);
    }
    (outcomes.len() == candidates.len()).then_some(outcomes)
}

/// Keeps a unit's outcomes.
pub(crate) fn remember(ctx: &Context, key: &Key, candidates: &[Candidate], outcomes: &Outcomes) {
    let keep = |(&index, outcome): (&usize, &PatchOutcome)| {
        let mut outcome = outcome.clone();
        let mut text = KeptText::InFull;
        if let (PatchOutcome::Proposed(patch), Some(candidate)) = (&mut outcome, candidates.get(index))
            && patched(ctx, candidate, patch).as_ref() == Some(&patch.new_text)
        {
            patch.new_text = String::new();
            text = KeptText::FromEdits;
        }
        Kept { candidate: index, text, outcome }
    };
    let kept: Vec<Kept> = outcomes.iter().map(keep).collect();
    if let Ok(bytes) = serde_json::to_vec(&kept) {
        ctx.core.store.put(key, &bytes);
    }
}

/// Applies a patch's edits to the finding's file.
fn patched(ctx: &Context, candidate: &Candidate, patch: &model::patch::Patch) -> Option<String> {
    let file = ctx.snapshot.file(candidate.finding.place.file)?;
    let [only] = patch.files.as_slice() else { return None };
    edits::apply(&file.text, &only.edits).ok().filter(|_| only.path == file.path)
}
