//! The gate that every patch passes or fails. Invariant: a report says verified only after every check was made here,
//! on the patched text, by the same analysis and prover that found the weakness.

use std::{cell::Cell, collections::BTreeMap, time::Instant};

use model::{
    contract::{Condition, Contract, SinkLanguage},
    finding::CheckedContract,
    ids::RuleId,
    patch::{CheckResult, FileEdits, GateCheck, GateReport},
    report::Fault,
    span::Span,
    verdict::Verdict,
};

use crate::{
    analysed::Analysed,
    analysis::{FileAnalysis, PANICKED},
    candidate::{Candidate, EntryPoint, SinkUse, statement},
    context::Context,
    edits,
    prover::{Proven, Question},
    slice::{ForPatch, Slice},
    snapshot::SourceFile,
    store::Keep,
};

/// A patch that went through the gate.
pub(crate) struct Gated {
    pub(crate) report: GateReport,
    /// New text of the finding's file; the old one when the edits do not apply.
    pub(crate) new_text: String,
    pub(crate) diff: String,
    /// Whether the gate would say the same again: no wall time and no internal error had a part in it.
    pub(crate) is_repeatable: bool,
}

/// Puts edits for one candidate through the gate; stops at the first check that fails.
pub(crate) fn check(ctx: &Context, candidate: &Candidate, files: &[FileEdits]) -> Gated {
    let start = Instant::now();
    let mut gate = Gate { ctx, candidate, checks: Vec::new(), verdict: None, has_wavered: Cell::new(false) };
    let (new_text, diff) = gate.run(files).unwrap_or_default();
    let is_repeatable = !gate.has_wavered.get();
    let report =
        GateReport { checks: gate.checks, verdict: gate.verdict, duration_ms: start.elapsed().as_millis() as u64 };
    Gated { report, new_text, diff, is_repeatable }
}

struct Gate<'a> {
    ctx: &'a Context,
    candidate: &'a Candidate,
    checks: Vec<CheckResult>,
    verdict: Option<Verdict>,
    /// Whether something happened that a repetition could change.
    has_wavered: Cell<bool>,
}

impl Gate<'_> {
    /// Gives the new text and the diff when the edits apply, whatever the other checks say.
    fn run(&mut self, files: &[FileEdits]) -> Option<(String, String)> {
        let file = self.ctx.snapshot.file(self.candidate.finding.place.file)?;
        let patched = self.apply(file, files)?;
        let result = (patched.text.clone(), edits::unified_diff(&file.path, &file.text, &patched.text));
        let ForPatch { slice, is_repeatable } = self.ctx.slices().for_patch(self.ctx, self.candidate);
        let before = slice.findings(self.ctx, file);
        let changed = slice.with(self.ctx, &patched);
        if slice.is_broken || changed.is_broken || before.has_failed() || !is_repeatable {
            self.has_wavered.set(true);
        }
        if slice.is_broken || changed.is_broken {
            self.record(GateCheck::Parses, Err(PANICKED.into()));
            return Some(result);
        }
        let after = changed.findings(self.ctx, &patched);
        if after.has_failed() {
            self.has_wavered.set(true);
        }
        if !self.parses(&before, &after) {
            return Some(result);
        }
        let remaining = self.unproved(&changed, &after);
        let known = count_rules(self.unproved(&slice, &before).into_iter());
        if self.finding_gone(&known, &remaining) && self.nothing_new(&known, &remaining) {
            let others = self.other_places(&slice.analysed, files);
            self.contract_proved(&changed, &others);
        }
        Some(result)
    }

    fn record(&mut self, check: GateCheck, passed: Result<String, String>) -> bool {
        let is_passed = passed.is_ok();
        let detail = passed.unwrap_or_else(|failure| failure);
        self.checks.push(CheckResult { check, passed: is_passed, detail });
        is_passed
    }

    fn apply(&mut self, file: &SourceFile, files: &[FileEdits]) -> Option<SourceFile> {
        let applied = match files {
            [only] if only.path == file.path => {
                edits::apply(&file.text, &only.edits).map_err(|error| error.to_string())
            }
            [] => Err("there are no edits".into()),
            _ => Err("edits of other files than the finding's are refused".into()),
        };
        match applied {
            Ok(text) if file.is_faithful => {
                let lines = syntax::line_index::LineIndex::new(&text);
                Some(SourceFile { text, lines, ..file.clone() })
            }
            Ok(_) => {
                self.record(GateCheck::Parses, Err("the file is not UTF-8, so its text cannot be rewritten".into()));
                None
            }
            Err(reason) => {
                self.record(GateCheck::Parses, Err(reason));
                None
            }
        }
    }

    fn parses(&mut self, before: &FileAnalysis, after: &FileAnalysis) -> bool {
        let same = |faults: &[Fault], wanted: &Fault| {
            let is_same = |fault: &&Fault| match (*fault, wanted) {
                (Fault::Syntax { reason, .. }, Fault::Syntax { reason: wanted, .. }) => reason == wanted,
                (fault, wanted) => fault == wanted,
            };
            faults.iter().filter(is_same).count()
        };
        // A limit that was reached says nothing of the text; any other fault must have been there before, as often.
        let counts = |fault: &&Fault| !matches!(fault, Fault::Bound { .. });
        let is_new = |fault: &&Fault| same(&after.faults, fault) > same(&before.faults, fault);
        let answer = match after.faults.iter().filter(counts).find(is_new) {
            Some(fault) => Err(fault.to_string()),
            None => Ok("no new syntax problem".into()),
        };
        self.record(GateCheck::Parses, answer)
    }

    /// Leaves out the candidates of the patched text that the prover shows to be safe.
    fn unproved<'b>(&self, slice: &Slice, after: &'b FileAnalysis) -> Vec<&'b Candidate> {
        let is_safe = |candidate: &Candidate| {
            let contracts = candidate.contracts();
            !contracts.is_empty()
                && contracts
                    .iter()
                    .all(|contract| self.prove(slice, contract).is_some_and(|check| check.verdict == Verdict::Proved))
        };
        let same_rule = |candidate: &&Candidate| candidate.finding.rule == self.candidate.finding.rule;
        after.candidates.iter().filter(|candidate| !(same_rule(candidate) && is_safe(candidate))).collect()
    }

    fn finding_gone(&mut self, known: &BTreeMap<RuleId, usize>, remaining: &[&Candidate]) -> bool {
        let rule = &self.candidate.finding.rule;
        let before = known.get(rule).copied().unwrap_or_default();
        let after = remaining.iter().filter(|candidate| candidate.finding.rule == *rule).count();
        let answer = if after < before {
            Ok(format!("`{rule}` no longer finds it"))
        } else {
            Err(format!("`{rule}` still finds it"))
        };
        self.record(GateCheck::FindingGone, answer)
    }

    fn nothing_new(&mut self, known: &BTreeMap<RuleId, usize>, remaining: &[&Candidate]) -> bool {
        let after = count_rules(remaining.iter().copied());
        let new = after.iter().find(|(rule, count)| **count > known.get(rule).copied().unwrap_or_default());
        let answer = match new {
            Some((rule, _)) => Err(format!("`{rule}` finds something that was not there before")),
            None => Ok("no rule finds anything new".into()),
        };
        self.record(GateCheck::NothingNew, answer)
    }

    /// Gives where in the patched text those sinks are that the patch leaves as they are, but for the finding's own: each
    /// is a finding of its own and stays one, or no untrusted data reaches it, and a new finding where the patch brings some.
    fn other_places(&self, before: &Analysed, files: &[FileEdits]) -> Vec<Span> {
        let edits = files.first().map_or(&[][..], |only| only.edits.as_slice());
        let file = self.candidate.finding.place.file;
        let spans = before.sink_calls.iter().filter(|call| call.call.file == file).map(|call| call.call.span);
        let own = self.candidate.sink.as_ref().map(|sink| sink.call);
        let moved = |span: Span| Some(Span::new(edits::moved(span.start, edits)?, edits::moved(span.end, edits)?));
        spans.filter(|span| Some(*span) != own).filter_map(moved).collect()
    }

    /// Proves the sinks of the finding's rule that are left in the patched function, from the same entries, without those
    /// that the patch leaves as they are.
    fn contract_proved(&mut self, patched: &Slice, others: &[Span]) {
        let Some(sink) = &self.candidate.sink else { return };
        let is_other = |contract: &Contract| match &contract.condition {
            Condition::SinkStaysData { call, .. } => others.contains(call),
            Condition::AssertHolds { .. } | Condition::Function { .. } => false,
        };
        let is_there =
            |entry: &EntryPoint| patched.analysed.program.find_function(entry.file, &entry.function).is_some();
        if let Some(gone) = sink.entries.iter().find(|entry| !is_there(entry)) {
            let detail = format!("`{}`, by which untrusted data enters, is not in the patched code", gone.function);
            self.record(GateCheck::ContractProved, Err(detail));
            return;
        }
        let mut contracts = self.contracts_after(&patched.analysed, sink);
        contracts.retain(|contract| !is_other(contract));
        if contracts.is_empty() {
            self.record(GateCheck::ContractProved, Ok("no sink of the rule is left in the function".into()));
            return;
        }
        let mut bounded = None;
        for contract in &contracts {
            match self.prove(patched, contract).map(|check| check.verdict) {
                Some(Verdict::Proved) => {}
                Some(verdict @ Verdict::Bounded { .. }) => bounded = Some(verdict),
                Some(verdict) => {
                    let detail = describe(&verdict);
                    self.verdict = Some(verdict);
                    self.record(GateCheck::ContractProved, Err(detail));
                    return;
                }
                None => {
                    self.record(GateCheck::ContractProved, Err("the prover could not be asked".into()));
                    return;
                }
            }
        }
        let verdict = bounded.unwrap_or(Verdict::Proved);
        let answer = if verdict == Verdict::Proved { Ok(describe(&verdict)) } else { Err(describe(&verdict)) };
        self.verdict = Some(verdict);
        self.record(GateCheck::ContractProved, answer);
    }

    /// Contracts for every call in the patched function that is a sink of the finding's rule, tainted or not.
    fn contracts_after(&self, analysed: &Analysed, sink: &SinkUse) -> Vec<Contract> {
        let program = &analysed.program;
        let plugins = &self.ctx.core.plugins;
        let file = self.candidate.finding.place.file;
        let mut contracts = Vec::new();
        for call in analysed.sink_calls.iter().filter(|call| call.call.file == file) {
            let Some(owner) = plugins.sink_owners.get(call.sink) else { continue };
            let Some(spec) = plugins.specs.sinks.get(call.sink) else { continue };
            let holder = program.function(call.function).map(|function| function.qualname.as_str());
            let is_same_function = holder == Some(self.candidate.finding.function.as_deref().unwrap_or("<module>"));
            if owner.pack != self.candidate.pack || owner.rule != self.candidate.pack_finding.rule || !is_same_function
            {
                continue;
            }
            // Another argument in another language is another sink, which the finding says nothing of.
            let is_other = spec.argument != sink.argument && !same_kind(&spec.language, &sink.language);
            if is_other {
                continue;
            }
            let condition = Condition::SinkStaysData {
                call: call.call.span,
                argument: spec.argument.clone(),
                language: spec.language.clone(),
            };
            for entry in &sink.entries {
                let contract = Contract {
                    file: entry.file,
                    at_file: file,
                    function: entry.function.clone(),
                    condition: condition.clone(),
                    statement: statement(&spec.language),
                };
                if !contracts.contains(&contract) {
                    contracts.push(contract);
                }
            }
        }
        contracts
    }

    fn prove(&self, slice: &Slice, contract: &Contract) -> Option<CheckedContract> {
        let question = Question {
            ctx: self.ctx,
            slice: &slice.digest,
            contract,
            effort: 1,
            // A text that is only tried is not looked at again: the unit's outcome is what is kept.
            keep: Keep::InMemory,
        };
        let Proven { check, is_repeatable } = self.ctx.core.prover.check(&question, slice).ok()?;
        if !is_repeatable {
            self.has_wavered.set(true);
        }
        Some(check)
    }
}

/// Tells whether two languages are the same but for the dialect.
fn same_kind(left: &SinkLanguage, right: &SinkLanguage) -> bool {
    std::mem::discriminant(left) == std::mem::discriminant(right)
}

fn count_rules<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> BTreeMap<RuleId, usize> {
    let mut counts = BTreeMap::new();
    for candidate in candidates {
        *counts.entry(candidate.finding.rule.clone()).or_default() += 1;
    }
    counts
}

/// Says what a verdict on the patched code means, in a clause.
fn describe(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Proved => "the contract is proved on every path".into(),
        Verdict::Bounded { bounds } => format!("no violation within bounds: {}", bounds.join(", ")),
        Verdict::Refuted { counterexample } => format!("still broken by {}", counterexample.call),
        Verdict::Unknown { reason } => format!("the prover does not know: {reason}"),
    }
}
