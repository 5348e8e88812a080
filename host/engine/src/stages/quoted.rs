//! A finding's function as it is put before a model, and the way of an answer back into the file. Invariant: an answer
//! becomes edits of that function's lines and imports from known places, or nothing.

use ir::lower::library_names::is_standard_library;
use llm::{
    code_answer::{self, AnswerLimits, Target},
    neutral::{Hidden, HiddenKind, Neutral},
    prompts::{Attack, ContractQuestion, PatchQuestion, Question, Refusal, RepairQuestion},
};
use model::{patch::Edit, verdict::Verdict};
use sandbox::stage::{Fix, FixEdit};
use syntax::parse::{Parsed, parse};

use crate::{
    candidate::Candidate,
    context::Context,
    edits,
    imports::{imports, package_of},
    language::{Language, Outgoing},
    plugins::error_chain,
    quoted_code::{self, QuotedCode},
    snapshot::SourceFile,
};

/// The function and all that is sent with it, ready to be asked about.
pub(super) struct Quoted<'a> {
    ctx: &'a Context,
    candidate: &'a Candidate,
    file: &'a SourceFile,
    parsed: Parsed,
    code: QuotedCode,
    neutral: Neutral,
    outgoing: Outgoing,
    name: String,
}

/// The parts of what is sent, by their place.
#[derive(Clone, Copy)]
enum Part {
    Function,
    Imports,
    Message,
    Call,
    Reaches,
    Callers,
}

impl<'a> Quoted<'a> {
    /// Cuts the function out; none where the finding is in no function.
    pub(super) fn new(ctx: &'a Context, candidate: &'a Candidate, language: &Language) -> Option<Self> {
        let finding = &candidate.finding;
        let name = finding.function.as_deref()?.rsplit('.').next()?.to_owned();
        let file = ctx.snapshot.file(finding.place.file)?;
        let parsed = parse(&file.text);
        let code = quoted_code::around(&parsed.tree, &file.text, finding.place.span)?;
        let original = code.span.slice(&file.text)?;
        let hidden = |kind: HiddenKind, ranges: &[std::ops::Range<usize>]| -> Vec<Hidden> {
            ranges.iter().map(|range| Hidden { range: range.clone(), kind }).collect()
        };
        let mut all = hidden(HiddenKind::Comment, &code.comments);
        all.extend(hidden(HiddenKind::Docstring, &code.docstrings));
        let neutral = Neutral::new(original, &all).ok()?;
        let lines = quoted_code::import_lines(&parsed.tree, &file.text).join("\n");
        let attack = finding.verdict().and_then(Verdict::counterexample);
        let call = attack.map_or("", |found| found.call.as_str());
        let reaches = attack.map_or("", |found| found.sink_value.as_str());
        let callers = quoted_code::callers(&ctx.snapshot, &name).join("\n");
        let (text, message) = (neutral.text(), finding.message.as_str());
        let outgoing = language.outgoing([text, lines.as_str(), message, call, reaches, callers.as_str()]);
        Some(Self { ctx, candidate, file, parsed, code, neutral, outgoing, name })
    }

    fn part(&self, part: Part) -> String {
        self.outgoing.part(part as usize).to_owned()
    }

    /// Makes the question; after an answer that was refused, the one that follows it.
    pub(super) fn question(
        &self,
        language: &Language,
        refused: Option<&(String, Vec<Refusal>)>,
    ) -> Result<Question, String> {
        let finding = &self.candidate.finding;
        let plugins = &self.ctx.core.plugins;
        let pack = plugins.packs.get(self.candidate.pack);
        let rule = pack.and_then(|pack| pack.info().rules.get(self.candidate.pack_finding.rule as usize));
        let example = |of: fn(&model::rule::RuleInfo) -> &String| rule.map(|rule| of(&rule.info).clone());
        let call = self.part(Part::Call);
        let question = PatchQuestion {
            rule_id: finding.rule.to_string(),
            rule_title: finding.title.clone(),
            cwe: u32::from(finding.cwe.0),
            message: self.part(Part::Message),
            guidance: example(|info| &info.help).unwrap_or_default(),
            contract_statement: finding
                .checks
                .first()
                .map(|check| check.contract.statement.clone())
                .unwrap_or_default(),
            counterexample: (!call.is_empty()).then(|| Attack { call, reaches_sink: self.part(Part::Reaches) }),
            secure_example: example(|info| &info.good).unwrap_or_default(),
            insecure_example: example(|info| &info.bad).unwrap_or_default(),
            sink_name: self.candidate.matched.as_ref().map(|matched| matched.name.clone()).unwrap_or_default(),
            function_name: self.name.clone(),
            function_source: self.part(Part::Function),
            imports: self.part(Part::Imports).lines().map(str::to_owned).collect(),
            callers: self.part(Part::Callers).lines().map(str::to_owned).collect(),
            language_notes: Vec::new(),
        };
        let delimiter = language.delimiter(&question.function_source).ok_or("no delimiter can be made")?;
        let asked = language.prompts.patch(&question, &delimiter).map_err(|error| error_chain(&error))?;
        let Some((answer, refusals)) = refused else { return Ok(asked) };
        let repair = RepairQuestion { refusals: refusals.clone(), counterexample: None };
        language.prompts.repair(&asked, answer, &repair, &delimiter).map_err(|error| error_chain(&error))
    }

    /// Makes the question what must hold of the function.
    pub(super) fn contract_question(&self, language: &Language) -> Result<Question, String> {
        let finding = &self.candidate.finding;
        let question = ContractQuestion {
            function_name: self.name.clone(),
            role: format!("{} (CWE-{})", finding.title, finding.cwe.0),
            finding: self.part(Part::Message),
            function_source: self.part(Part::Function),
        };
        let delimiter = language.delimiter(&question.function_source).ok_or("no delimiter can be made")?;
        language.prompts.contract(&question, &delimiter).map_err(|error| error_chain(&error))
    }

    /// Puts the secrets back into a text of an answer.
    pub(super) fn restored(&self, text: &str) -> Result<String, String> {
        self.outgoing.restored(text)
    }

    /// Makes a fix of an answer, or says why it is none.
    pub(super) fn fix(&self, answer: &str) -> Result<Fix, String> {
        let (function, lines) = (self.part(Part::Function), self.part(Part::Imports));
        let target = Target { name: &self.name, function: &function, known: &lines, limits: AnswerLimits::default() };
        let proposed = code_answer::read(answer, &target).map_err(|error| error_chain(&error))?;
        let new_imports = self.checked_imports(&proposed.imports)?;
        let with_secrets = self.outgoing.restored_all(Part::Function as usize, &proposed.function)?;
        let restored = self.neutral.restore(&with_secrets).map_err(|error| error_chain(&error))?;
        let original = self.code.span.slice(&self.file.text).unwrap_or_default();
        let mut changes: Vec<Edit> = edits::between(original, &restored, self.code.span.start);
        changes.extend(quoted_code::with_imports(&self.parsed.tree, &self.file.text, &new_imports));
        let patched = edits::apply(&self.file.text, &changes).map_err(|error| error.to_string())?;
        if let Some(problem) = parse(&patched).problems.first().filter(|_| self.parsed.problems.is_empty()) {
            return Err(format!("the corrected function does not parse: {}", problem.message));
        }
        let edit = |edit: Edit| FixEdit { path: None, span: edit.span, replacement: edit.replacement };
        let title = format!("Correct `{}` as the language model wrote it", self.name);
        Ok(Fix { title, edits: changes.into_iter().map(edit).collect() })
    }

    /// Lets new imports through that name the standard library or what the file imports already.
    fn checked_imports(&self, lines: &[String]) -> Result<Vec<String>, String> {
        let package = package_of(&self.file.path);
        let known = imports(&self.parsed.tree, &self.file.text, &package);
        let root = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        let is_known = |module: &str| {
            is_standard_library(&root(module)) || known.iter().any(|entry| root(&entry.target) == root(module))
        };
        for line in lines {
            let tree = parse(line).tree;
            let found = imports(&tree, line, &package);
            let is_one = tree.root().children().count() == 1 && !line.contains(['\n', ';']);
            if !is_one || found.is_empty() {
                return Err(format!("`{line}` is no import"));
            }
            if let Some(stranger) = found.iter().find(|entry| !is_known(&entry.target)) {
                return Err(format!(
                    "`{}` is neither of the standard library nor imported by the file",
                    stranger.target
                ));
            }
        }
        Ok(lines.to_vec())
    }
}
