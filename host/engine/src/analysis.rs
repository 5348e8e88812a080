//! One file of an analysed program, from matches to candidates. Invariant: whatever goes wrong costs this file only and is
//! among its faults.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use flow::analyse::FlowHit;
use ir::program::Program;
use model::{
    finding::Finding,
    fingerprint::Fingerprint,
    ids::FileId,
    report::Fault,
    span::{Place, Span},
};
use sandbox::pack::{ImportEntry, PackFinding, SourceFile as PackFile};
use syntax::packed::PackedTree;

use crate::{
    analysed::Analysed,
    candidate::{Candidate, EntryPoint, SinkUse},
    context::Context,
    engine::Core,
    imports::{imports, package_of},
    matching::{self, OwnedMatch},
    plugins::error_chain,
    remembered::pack_answers::{self, Asked},
    snapshot::SourceFile,
    store::Keep,
};

/// What one file gave.
#[derive(Debug, Default)]
pub(crate) struct FileAnalysis {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) faults: Vec<Fault>,
    /// Whether some pack was concerned, so that the file was lowered and matched.
    pub(crate) was_analysed: bool,
}

impl FileAnalysis {
    /// Tells whether something failed in a way that need not happen again: a pack, or the analysis itself.
    pub(crate) fn has_failed(&self) -> bool {
        self.faults.iter().any(|fault| match fault {
            Fault::Pack { .. } | Fault::File { .. } | Fault::Stage { .. } => true,
            Fault::Syntax { .. } | Fault::Bound { .. } => false,
        })
    }
}

/// Matches one file of an analysed program and asks the packs; a panic on the way is a fault of this file.
pub(crate) fn check_file(
    ctx: &Context,
    (file, tree): (&SourceFile, &PackedTree),
    analysed: &Analysed,
    keep: Keep,
) -> FileAnalysis {
    catch_unwind(AssertUnwindSafe(|| check_unguarded(ctx, (file, tree), analysed, keep))).unwrap_or_else(|_| {
        FileAnalysis {
            faults: vec![Fault::File { path: file.path.clone(), reason: PANICKED.into() }],
            ..FileAnalysis::default()
        }
    })
}

/// What is said of a file whose analysis panicked.
pub(crate) const PANICKED: &str = "internal error: the analysis panicked";

fn check_unguarded(
    ctx: &Context,
    (file, tree): (&SourceFile, &PackedTree),
    analysed: &Analysed,
    keep: Keep,
) -> FileAnalysis {
    let core = &ctx.core;
    let mut analysis = FileAnalysis::default();
    let awake = core.prefilter.awake(&file.text);
    if !awake.contains(&true) {
        return analysis;
    }
    analysis.was_analysed = true;
    for (place, reason) in analysed.bounds(file.id) {
        let line = file.lines.position(place.span.start).line;
        analysis.faults.push(Fault::Bound { path: file.path.clone(), reason: format!("line {line}: {reason}") });
    }
    let matches = all_matches(core, (file, tree), analysed);
    let is_awake = |owned: &OwnedMatch| awake.get(owned.key.pack) == Some(&true);
    let call = PackCall { core, file, tree, analysed };
    let mine = |pack: usize| {
        let mine = matches.iter().filter(|(owned, _)| owned.key.pack == pack && is_awake(owned));
        (pack, mine.collect::<Vec<_>>())
    };
    let concerned: Vec<(usize, Mine<'_>)> =
        (0..core.plugins.packs.len()).map(mine).filter(|(_, mine)| !mine.is_empty()).collect();
    let answers = call.answers(&concerned, keep);
    for ((pack, mine), answer) in concerned.iter().zip(answers) {
        match answer {
            Ok(findings) => {
                let candidates = findings.into_iter().filter_map(|finding| call.candidate(*pack, mine, finding));
                analysis.candidates.extend(candidates);
            }
            Err(fault) => analysis.faults.push(fault),
        }
    }
    let options = &ctx.options;
    if !options.rules.is_empty() {
        analysis.candidates.retain(|candidate| options.rules.contains(&candidate.finding.rule));
    }
    number_fingerprints(file, &mut analysis.candidates);
    analysis
}

/// Gives a file's syntax problems as faults.
pub(crate) fn syntax_faults(file: &SourceFile, problems: &[syntax::parse::SyntaxProblem]) -> Vec<Fault> {
    let fault = |problem: &syntax::parse::SyntaxProblem| {
        let position = file.lines.position(problem.span.start);
        Fault::Syntax {
            path: file.path.clone(),
            line: position.line,
            column: position.column,
            reason: problem.message.clone(),
            span: problem.span,
        }
    };
    problems.iter().map(fault).collect()
}

/// All matches of all packs in a file; a flow match carries the index of its hit.
fn all_matches(
    core: &Core,
    (file, tree): (&SourceFile, &PackedTree),
    analysed: &Analysed,
) -> Vec<(OwnedMatch, Option<usize>)> {
    let plugins = &core.plugins;
    let found = matching::find(plugins, file, tree, analysed.calls(file.id));
    let mut matches: Vec<(OwnedMatch, Option<usize>)> = found.into_iter().map(|owned| (owned, None)).collect();
    for (index, hit) in analysed.hits(file.id).iter().enumerate() {
        if let Some(&key) = plugins.sink_owners.get(hit.sink) {
            let path_of = |id| analysed.program.module(id).map(|module| module.path.clone()).unwrap_or_default();
            let steps = matching::path_texts(&hit.path, path_of);
            matches.push((matching::of_flow(key, tree, hit.call.span, &hit.callee, steps), Some(index)));
        }
    }
    matches
}

/// One pack's matches in a file; a flow match carries the index of its hit.
type Mine<'m> = Vec<&'m (OwnedMatch, Option<usize>)>;

/// What a call of a pack's `check` needs.
struct PackCall<'a> {
    core: &'a Core,
    file: &'a SourceFile,
    tree: &'a PackedTree,
    analysed: &'a Analysed,
}

impl PackCall<'_> {
    /// Gives what each concerned pack says, remembered or asked; answers are kept only when no pack failed.
    fn answers(&self, concerned: &[(usize, Mine<'_>)], keep: Keep) -> Vec<Result<Vec<PackFinding>, Fault>> {
        let packs = concerned.iter().filter_map(|(pack, mine)| {
            let matches = mine.iter().map(|(owned, _)| owned.matched.clone()).collect();
            Some(Asked { pack: self.core.plugins.packs.get(*pack)?, matches })
        });
        let asked: Vec<Asked<'_>> = packs.collect();
        if asked.is_empty() {
            return Vec::new();
        }
        let key = match keep {
            Keep::OnDisk => pack_answers::key(self.core, self.file, &asked),
            Keep::InMemory => None,
        };
        if let Some(known) = key.as_ref().and_then(|key| pack_answers::recall(self.core, key, self.file, &asked)) {
            return known.into_iter().map(Ok).collect();
        }
        let imports = imports(self.tree, &self.file.text, &package_of(&self.file.path));
        let answers: Vec<Result<Vec<PackFinding>, Fault>> = asked.iter().map(|one| self.ask(one, &imports)).collect();
        if let Some(key) = key {
            let good: Vec<&[PackFinding]> = answers.iter().flatten().map(Vec::as_slice).collect();
            if good.len() == answers.len() {
                pack_answers::remember(self.core, &key, &good);
            }
        }
        answers
    }

    fn ask(&self, asked: &Asked<'_>, imports: &[ImportEntry]) -> Result<Vec<PackFinding>, Fault> {
        let info = asked.pack.info();
        let tree: &[u32] = if info.needs_tree { self.tree.words() } else { &[] };
        asked.pack.check(&pack_file(self.file, tree, imports), &asked.matches).map_err(|error| Fault::Pack {
            pack: info.name.clone(),
            path: Some(self.file.path.clone()),
            reason: error_chain(&error),
        })
    }

    fn candidate(&self, pack: usize, mine: &Mine<'_>, found: PackFinding) -> Option<Candidate> {
        let installed = self.core.plugins.packs.get(pack)?;
        let rule = &installed.info().rules.get(found.rule as usize)?.info;
        found.span.slice(&self.file.text)?;
        let matched = found.matched.and_then(|index| mine.get(index as usize));
        let hit = matched.and_then(|(_, hit)| *hit).and_then(|index| self.analysed.hits(self.file.id).get(index));
        let sink = matched.zip(hit).and_then(|((owned, _), hit)| self.sink_use(owned, hit));
        let function = enclosing_function(&self.analysed.program, self.file.id, found.span);
        let finding = Finding {
            rule: rule.id.clone(),
            pack: installed.info().name.clone(),
            cwe: rule.cwe,
            severity: found.severity.unwrap_or(rule.severity),
            confidence: found.confidence.unwrap_or_else(|| hit.map_or(rule.confidence, |hit| hit.confidence)),
            place: Place { file: self.file.id, span: found.span },
            path: self.file.path.clone(),
            function,
            title: rule.title.clone(),
            message: found.message.clone(),
            taint_path: hit.map(|hit| hit.path.clone()).unwrap_or_default(),
            checks: Vec::new(),
            patch: None,
            fingerprint: Fingerprint::new("", "", "", "", 0),
        };
        let matched = matched.map(|(owned, _)| owned.matched.clone());
        Some(Candidate { finding, pack, pack_finding: found, matched, sink })
    }

    fn sink_use(&self, owned: &OwnedMatch, hit: &FlowHit) -> Option<SinkUse> {
        let (language, argument) = self.core.plugins.sink(owned.key)?;
        let functions = hit.entries.iter().filter_map(|&id| self.analysed.program.function(id));
        let mut entries: Vec<EntryPoint> =
            functions.map(|function| EntryPoint { file: function.file, function: function.qualname.clone() }).collect();
        entries.sort();
        entries.dedup();
        Some(SinkUse { call: hit.call.span, argument: argument.clone(), language: language.clone(), entries })
    }
}

/// Gives a file as packs see it.
pub(crate) fn pack_file<'a>(file: &'a SourceFile, tree: &'a [u32], imports: &'a [ImportEntry]) -> PackFile<'a> {
    PackFile { path: &file.path, module: Some(&file.module), text: &file.text, tree, imports }
}

/// Names the innermost function around a span; `None` for top-level code.
pub(crate) fn enclosing_function(program: &Program, file: FileId, span: Span) -> Option<String> {
    let around = program.functions_of(file).iter().filter(|function| {
        function.span.contains(span)
            && !matches!(function.flavour, ir::function::Flavour::Module | ir::function::Flavour::ClassBody)
    });
    around.min_by_key(|function| function.span.size_bytes()).map(|function| function.qualname.clone())
}

/// Gives every candidate its fingerprint; equal ones are told apart by their order in the file.
fn number_fingerprints(file: &SourceFile, candidates: &mut [Candidate]) {
    candidates.sort_by(|left, right| {
        (left.finding.place, &left.finding.rule).cmp(&(right.finding.place, &right.finding.rule))
    });
    let mut seen: BTreeMap<Fingerprint, u32> = BTreeMap::new();
    for candidate in candidates {
        let finding = &mut candidate.finding;
        let snippet = finding.place.span.slice(&file.text).unwrap_or_default();
        let scope = finding.function.as_deref().unwrap_or("<module>");
        let print = |occurrence| Fingerprint::new(finding.rule.as_str(), &finding.path, scope, snippet, occurrence);
        let count = seen.entry(print(0)).or_default();
        finding.fingerprint = print(*count);
        *count += 1;
    }
}
