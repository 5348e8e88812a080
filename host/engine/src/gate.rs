//! The gate that every patch passes or fails. Invariant: a report says verified only after every check was made here,
//! on the patched text, by the same analysis and prover that found the weakness.

mod benign_calls;
mod scope;

use std::{cell::Cell, collections::BTreeMap, time::Instant};

use model::{
    contract::{Condition, Contract, SinkLanguage},
    finding::CheckedContract,
    ids::RuleId,
    patch::{CheckOutcome, CheckResult, FileEdits, GateCheck, GateReport},
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
        if !self.scope(file, &patched) {
            return Some(result);
        }
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
            if let Some(left) = self.contract_proved(&changed, &others) {
                self.benign_calls(&patched, files, &left);
            }
        }
        Some(result)
    }

    fn record(&mut self, check: GateCheck, passed: Result<String, String>) -> bool {
        let (outcome, detail) = match passed {
            Ok(detail) => (CheckOutcome::Passed, detail),
            Err(detail) => (CheckOutcome::Failed, detail),
        };
        self.checks.push(CheckResult { check, outcome, detail });
        outcome == CheckOutcome::Passed
    }

    fn record_not_run(&mut self, check: GateCheck, why: String) {
        self.checks.push(CheckResult { check, outcome: CheckOutcome::NotRun, detail: why });
    }

    /// Leaves a text that does not parse to the next check.
    fn scope(&mut self, file: &SourceFile, patched: &SourceFile) -> bool {
        let answer = scope::check(&self.candidate.finding, &file.text, &patched.text);
        answer.is_none_or(|answer| self.record(GateCheck::Scope, answer))
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
    /// that the patch leaves as they are. Gives the contracts, unless one is not proved.
    fn contract_proved(&mut self, patched: &Slice, others: &[Span]) -> Option<Vec<Contract>> {
        let Some(sink) = &self.candidate.sink else { return Some(Vec::new()) };
        let is_other = |contract: &Contract| sink_call(contract).is_some_and(|call| others.contains(&call));
        let is_there =
            |entry: &EntryPoint| patched.analysed.program.find_function(entry.file, &entry.function).is_some();
        if let Some(gone) = sink.entries.iter().find(|entry| !is_there(entry)) {
            let detail = format!("`{}`, by which untrusted data enters, is not in the patched code", gone.function);
            self.record(GateCheck::ContractProved, Err(detail));
            return None;
        }
        let mut contracts = self.contracts_after(&patched.analysed, sink);
        contracts.retain(|contract| !is_other(contract));
        if contracts.is_empty() {
            self.record(GateCheck::ContractProved, Ok("no sink of the rule is left in the function".into()));
            return Some(contracts);
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
                    return None;
                }
                None => {
                    self.record(GateCheck::ContractProved, Err("the prover could not be asked".into()));
                    return None;
                }
            }
        }
        let verdict = bounded.unwrap_or(Verdict::Proved);
        let answer = if verdict == Verdict::Proved { Ok(describe(&verdict)) } else { Err(describe(&verdict)) };
        self.verdict = Some(verdict);
        self.record(GateCheck::ContractProved, answer).then_some(contracts)
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

/// Gives the sink that a contract speaks of.
fn sink_call(contract: &Contract) -> Option<Span> {
    match &contract.condition {
        Condition::SinkStaysData { call, .. } => Some(*call),
        Condition::AssertHolds { .. } | Condition::Function { .. } => None,
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

#[cfg(test)]
pub(crate) mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::{
        path::{Path, PathBuf},
        sync::{Arc, LazyLock},
    };

    use model::{
        finding::Finding,
        fingerprint::Fingerprint,
        patch::{CheckOutcome, CheckResult, Edit, FileEdits, GateCheck, GateReport},
        rule::{Confidence, Severity},
        scan::{ScanOptions, SourceText},
        span::{Place, Span},
        taint_path::TaintPath,
        weakness::Cwe,
    };

    use crate::{
        candidate::Candidate,
        config::{EngineConfig, ReplayWith},
        context::Context,
        engine::Engine,
        observer::Silent,
        snapshot::Snapshot,
        stages::{scanner, speculator, symbot, unit},
    };

    /// A finding at a place of `app.py`, without a path.
    pub(crate) fn finding(place: Place) -> Finding {
        Finding {
            rule: "python-test".parse().unwrap(),
            pack: "test".into(),
            cwe: Cwe(1),
            severity: Severity::High,
            confidence: Confidence::High,
            place,
            path: "app.py".into(),
            function: None,
            title: String::new(),
            message: String::new(),
            taint_path: TaintPath::default(),
            checks: Vec::new(),
            patch: None,
            fingerprint: Fingerprint::new("", "", "", "", 0),
        }
    }

    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        let python = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.tools/python-wasi/python-3.12.0.wasm");
        // The folder of the end-to-end tests, so that all is compiled once.
        let test = std::env::current_exe().unwrap();
        let compiled = test.parent().and_then(Path::parent).unwrap().join("securecode-test-compiled");
        let replay = ReplayWith::Pinned(python);
        Engine::start(EngineConfig { replay, compiled_dir: Some(compiled), ..EngineConfig::default() }).unwrap()
    });

    static WITHOUT_REPLAY: LazyLock<Engine> = LazyLock::new(|| Engine::start(EngineConfig::default()).unwrap());

    const CODE: &str = "import sqlite3\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\ndb = \
                        sqlite3.connect(\"shop.db\")\n\n\ndef other():\n    return 1\n\n\n@app.route(\"/user\")\ndef \
                        user():\n    name = request.args[\"name\"]\n    rows = db.execute(\"SELECT id FROM users WHERE name \
                        = '\" + name + \"'\").fetchall()\n    return {\"name\": name, \"count\": len(rows)}\n";
    const QUERY: &str = "db.execute(\"SELECT id FROM users WHERE name = '\" + name + \"'\")";
    const BOUND: &str = "db.execute(\"SELECT id FROM users WHERE name = ?\", (name,))";

    /// Puts a whole new text through the gate, for the one finding of `app.py`.
    fn gated(engine: &Engine, old: &str, new: &str) -> GateReport {
        let source = SourceText { path: "app.py".into(), bytes: old.as_bytes().to_vec() };
        let snapshot = Arc::new(Snapshot::new(vec![source], 1 << 20));
        let ctx = Context::new(engine.core.clone(), snapshot, ScanOptions::default(), Arc::new(Silent));
        let ctx = Arc::new(ctx);
        let mut candidates = scanner::run(&ctx).candidates;
        let units = unit::group(&candidates);
        let (contracts, _) = speculator::run(&ctx, &candidates, &units);
        let (checks, _) = symbot::run(&ctx, &candidates, &units, &contracts);
        candidates.iter_mut().zip(checks).for_each(|(candidate, checks)| candidate.finding.checks = checks);
        let [only]: [Candidate; 1] = candidates.try_into().unwrap();
        let edit = Edit { span: Span::new(0, old.len() as u32), replacement: new.into() };
        super::check(&ctx, &only, &[FileEdits { path: "app.py".into(), edits: vec![edit] }]).report
    }

    /// Replaces parts of the code, and gives the check that refuses the outcome, with its detail.
    fn refused(changes: &[(&str, &str)]) -> (GateCheck, String) {
        let new = changes.iter().fold(CODE.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        });
        let report = gated(&ENGINE, CODE, &new);
        let last = report.checks.last().unwrap();
        assert!(last.has_failed() && !report.is_verified(), "{report:?}");
        (last.check, last.detail.clone())
    }

    #[track_caller]
    fn is(refused: (GateCheck, String), check: GateCheck, part: &str) {
        assert!(refused.0 == check && refused.1.contains(part), "{refused:?}");
    }

    #[test]
    fn a_right_patch_passes_every_check() {
        let report = gated(&ENGINE, CODE, &CODE.replace(QUERY, BOUND));
        let names: Vec<&str> = report.checks.iter().map(|result| result.check.as_str()).collect();
        let expected =
            ["scope", "parses", "finding-gone", "nothing-new", "contract-proved", "reachable", "behaviour-kept"];
        assert_eq!(names, expected, "{report:?}");
        assert!(report.checks.iter().all(|result| result.outcome == CheckOutcome::Passed), "{report:?}");
        assert!(report.is_verified());
    }

    #[test]
    fn a_patch_that_edits_another_function_is_refused() {
        let answer = refused(&[(QUERY, BOUND), ("return 1", "return 2")]);
        is(answer, GateCheck::Scope, "it changes line 10, which is no part of `user`");
    }

    #[test]
    fn a_patch_that_takes_the_function_s_purpose_away_is_refused() {
        let removed = refused(&[(&format!("{QUERY}.fetchall()"), "[]")]);
        is(removed, GateCheck::Reachable, "`db.execute` is no longer called");
        let raising = refused(&[(&format!("rows = {QUERY}.fetchall()"), "raise ValueError(name)")]);
        is(raising, GateCheck::Reachable, "`db.execute` is no longer called");
        let hidden = refused(&[(&format!("rows = {QUERY}.fetchall()"), "rows = int(\"none\")")]);
        is(hidden, GateCheck::Reachable, "no benign call returns any more");
    }

    #[test]
    fn a_patch_that_lets_no_ordinary_input_through_is_refused() {
        let guard = format!("if len(name) < 1000:\n        raise ValueError(name)\n    rows = {BOUND}");
        let answer = refused(&[(&format!("rows = {QUERY}"), &guard)]);
        is(answer, GateCheck::Reachable, "no benign call comes to the sink any more: `user()");
    }

    #[test]
    fn a_patch_that_changes_what_a_call_gives_is_refused_with_both_values() {
        let answer = refused(&[(QUERY, BOUND), ("\"name\": name,", "\"name\": name.lower() + \"!\",")]);
        is(answer.clone(), GateCheck::BehaviourKept, "returns `{'name': 'alice', 'count': 1}` before the patch");
        is(answer, GateCheck::BehaviourKept, "returns `{'name': 'alice!', 'count': 1}` after it");
    }

    #[test]
    fn what_cannot_be_run_is_said_and_refuses_nothing() {
        let report = gated(&WITHOUT_REPLAY, CODE, &CODE.replace(QUERY, BOUND));
        let last: Vec<&CheckResult> = report.checks.iter().rev().take(2).collect();
        assert!(report.is_verified());
        let proof = "the proof has a path that comes to the sink; not seen in a run: replays are switched off";
        let off = "replays are switched off";
        let expected = [(CheckOutcome::NotRun, off), (CheckOutcome::Passed, proof)];
        let seen: Vec<(CheckOutcome, &str)> = last.iter().map(|one| (one.outcome, one.detail.as_str())).collect();
        assert_eq!(seen, expected, "{report:?}");
    }

    #[test]
    fn a_rule_without_a_contract_has_no_calls_to_make() {
        let code = "import yaml\n\n\ndef read(stream):\n    return yaml.load(stream, Loader=yaml.Loader)\n";
        let report = gated(&ENGINE, code, &code.replace("load(stream, Loader=yaml.Loader)", "safe_load(stream)"));
        let not_run: Vec<&str> = report
            .checks
            .iter()
            .filter(|result| result.outcome == CheckOutcome::NotRun)
            .map(|result| result.check.as_str())
            .collect();
        assert!(report.is_verified(), "{report:?}");
        assert_eq!(not_run, ["reachable", "behaviour-kept"]);
    }
}
