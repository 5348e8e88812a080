//! The checks that run the code: benign calls of the original and of the patched text. Invariant: they are made only of
//! patches that passed every other check, and what cannot be run is told as such.

use std::collections::BTreeMap;

use model::{
    contract::{ArgumentSelector, Condition, Contract, SinkLanguage},
    counterexample::Counterexample,
    patch::{FileEdits, GateCheck},
    span::Span,
    verdict::Verdict,
};
use replay::comparison::{Change, Compared, Text, Told, compare};
use syntax::{
    kinds::{Field, Kind},
    packed::Node,
    parse::parse,
};

use super::{Gate, sink_call};
use crate::{edits, replays, snapshot::SourceFile};

/// The attack whose shape the benign calls have.
struct Attack<'a> {
    contract: &'a Contract,
    counterexample: &'a Counterexample,
    call: Span,
    argument: &'a ArgumentSelector,
    language: &'a SinkLanguage,
}

impl Gate<'_> {
    /// Tells whether benign input still gets through the patched code, and whether it gets the same out of it; `left` are
    /// the contracts of the sinks that are left.
    pub(super) fn benign_calls(&mut self, patched: &SourceFile, files: &[FileEdits], left: &[Contract]) {
        if let Some(removed) = self.removed_sink(patched, left) {
            self.record(GateCheck::Reachable, Err(removed));
            return;
        }
        let compared = match self.compare(patched, files, left) {
            Ok(compared) => compared,
            Err(why) => Compared {
                reachable: Told::Unclear(why.clone()),
                behaviour_kept: Told::Unclear(why),
                is_repeatable: true,
            },
        };
        if !compared.is_repeatable {
            self.has_wavered.set(true);
        }
        let is_reachable = match compared.reachable {
            Told::Holds(seen) => self.record(GateCheck::Reachable, Ok(seen)),
            Told::Broken(seen) => self.record(GateCheck::Reachable, Err(seen)),
            Told::Unclear(why) if self.verdict == Some(Verdict::Proved) => {
                let proof = format!("the proof has a path that comes to the sink; not seen in a run: {why}");
                self.record(GateCheck::Reachable, Ok(proof))
            }
            Told::Unclear(why) => {
                self.record_not_run(GateCheck::Reachable, why);
                true
            }
        };
        if !is_reachable {
            return;
        }
        let answer = match compared.behaviour_kept {
            Told::Holds(seen) => Ok(seen),
            Told::Broken(seen) => Err(seen),
            Told::Unclear(why) => return self.record_not_run(GateCheck::BehaviourKept, why),
        };
        self.record(GateCheck::BehaviourKept, answer);
    }

    /// Makes the calls; gives why there are none otherwise.
    fn compare(&self, patched: &SourceFile, files: &[FileEdits], left: &[Contract]) -> Result<Compared, String> {
        let ctx = self.ctx;
        let attack = self.attack().ok_or("there is no counterexample whose inputs benign ones could replace")?;
        let interpreter = ctx.core.replayer.interpreter().ok_or("replays are switched off")?;
        let interpreter = interpreter.map_err(|reason| {
            self.has_wavered.set(true);
            reason.to_owned()
        })?;
        if ctx.observer.is_cancelled() {
            self.has_wavered.set(true);
            return Err("the scan was stopped".into());
        }
        let contract = attack.contract;
        let (before, after) = (replays::files_of(ctx, contract, None), replays::files_of(ctx, contract, Some(patched)));
        let path = |file| ctx.path_of(file).ok_or("the call's file is not part of the scan");
        let (entry, at) = (path(contract.file)?, path(contract.at_file)?);
        let text = |files, sink| Text { files, entry: &entry, at: &at, sink };
        // Should the patch have moved the sink, the one next to where it was takes its place.
        let edits = files.first().map_or(&[][..], |only| only.edits.as_slice());
        let moved = edits::moved(attack.call.start, edits).unwrap_or(attack.call.start);
        let own = left.iter().filter(|contract| contract.at_file == attack.contract.at_file).filter_map(watched);
        let own = own.min_by_key(|(call, _)| call.start.abs_diff(moved));
        Ok(compare(
            interpreter,
            &Change {
                before: text(&before, Some((attack.call, attack.argument))),
                after: text(&after, own),
                function: &contract.function,
                attack: attack.counterexample,
                language: attack.language,
            },
        ))
    }

    /// Gives the finding's first attack, that whose replay was seen before others.
    fn attack(&self) -> Option<Attack<'_>> {
        let attacks = self.candidate.finding.checks.iter().filter_map(|check| {
            let counterexample = check.verdict.counterexample()?;
            let Condition::SinkStaysData { call, argument, language } = &check.contract.condition else { return None };
            Some(Attack { contract: &check.contract, counterexample, call: *call, argument, language })
        });
        attacks
            .min_by_key(|attack| !matches!(attack.counterexample.replay, model::counterexample::Replay::Confirmed(_)))
    }

    /// Says that the call at the sink is gone without another in its place, when it is.
    fn removed_sink(&self, patched: &SourceFile, left: &[Contract]) -> Option<String> {
        let sink = self.candidate.sink.as_ref().filter(|_| left.is_empty())?;
        let original = self.ctx.snapshot.file(patched.id)?;
        let (old, new) = (parse(&original.text).tree, parse(&patched.text).tree);
        let nodes = (0..old.node_count()).filter_map(|index| old.node(index));
        let call = nodes.filter(|node| node.kind() == Kind::CALL).find(|node| node.span() == sink.call)?;
        let callee = callee(call, &original.text)?;
        let (before, after) = (callees(old.root(), &original.text), callees(new.root(), &patched.text));
        let count = |of: &BTreeMap<String, usize>, name: &str| of.get(name).copied().unwrap_or_default();
        let is_gone = count(&after, callee) < count(&before, callee);
        let is_replaced = after.iter().any(|(name, times)| *times > count(&before, name));
        (is_gone && !is_replaced).then(|| format!("`{callee}` is no longer called, and nothing is called in its place"))
    }
}

fn watched(contract: &Contract) -> Option<(Span, &ArgumentSelector)> {
    let call = sink_call(contract)?;
    match &contract.condition {
        Condition::SinkStaysData { argument, .. } => Some((call, argument)),
        Condition::AssertHolds { .. } | Condition::Function { .. } => None,
    }
}

fn callee<'t>(call: Node<'_>, text: &'t str) -> Option<&'t str> {
    call.child(Field::FUNCTION).map(|function| function.text(text))
}

/// Counts the calls of a text by what is called, as it is written; making an exception to raise is none.
fn callees(root: Node<'_>, text: &str) -> BTreeMap<String, usize> {
    let tree = root.tree();
    let mut counts = BTreeMap::new();
    let mut index = 0;
    while let Some(node) = tree.node(index) {
        index = if node.kind() == Kind::RAISE_STATEMENT { node.end_index() } else { index + 1 };
        if node.kind() == Kind::CALL
            && let Some(name) = callee(node, text)
        {
            *counts.entry(name.to_owned()).or_default() += 1;
        }
    }
    counts
}
