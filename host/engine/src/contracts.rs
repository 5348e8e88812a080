//! Every contract of a snapshot, proved or refuted: what `securecode verify` shows. Invariant: a contract that was found
//! is in the answer, whatever the prover says of it.

use std::collections::BTreeSet;

use model::{
    contract::{Condition, Contract, SinkLanguage},
    report::Fault,
    span::Span,
};
use rayon::prelude::*;

use crate::{
    analysed::Analysed,
    analysis::PANICKED,
    candidate::{Candidate, statement},
    context::Context,
    contract_kind::{Asked, ContractKind, Start},
    engine::{ContractOrigin, Verification, VerifiedContract},
    error::EngineError,
    project,
    prover::{Proven, Question},
    replays,
    snapshot::SourceFile,
    store::Keep,
    written,
};

/// Finds and checks the contracts of all files, or of one function (qualified or bare name) where given.
pub(crate) fn verify_all(ctx: &Context, asked: &Asked) -> Result<Verification, EngineError> {
    let programs = project::analyse(ctx).into_iter().map(|part| part.analysed).collect::<Vec<_>>();
    ctx.set_programs(&programs);
    let checked: Vec<FileContracts> = ctx
        .snapshot
        .files
        .par_iter()
        .map(|file| match asked.start {
            Start::Functions => verify_file(ctx, file, asked),
            Start::Module => verify_module(ctx, file, asked),
        })
        .collect();
    if let Some(wanted) = asked.function.as_deref().filter(|_| !checked.iter().any(|file| file.has_function)) {
        let path = ctx.snapshot.files.first().map(|file| file.path.clone()).unwrap_or_default();
        return Err(EngineError::NoSuchFunction { path, function: wanted.into() });
    }
    let mut faults = ctx.snapshot.faults.clone();
    faults.extend(ctx.take_faults());
    let mut contracts = Vec::new();
    for file in checked {
        contracts.extend(file.contracts);
        faults.extend(file.faults);
    }
    replays::replay_all(ctx, contracts.iter_mut().map(|contract: &mut VerifiedContract| &mut contract.check).collect());
    Ok(Verification { contracts, snapshot: ctx.snapshot.clone(), faults })
}

#[derive(Default)]
struct FileContracts {
    contracts: Vec<VerifiedContract>,
    faults: Vec<Fault>,
    has_function: bool,
}

fn verify_file(ctx: &Context, file: &SourceFile, asked: &Asked) -> FileContracts {
    let slices = ctx.slices();
    let slice = slices.make(ctx, &slices.plan_of_files(ctx, BTreeSet::from([file.id])));
    if slice.is_broken {
        let faults = vec![Fault::File { path: file.path.clone(), reason: PANICKED.into() }];
        return FileContracts { faults, ..FileContracts::default() };
    }
    let program = &slice.analysed.program;
    let analysis = slice.findings(ctx, file);
    let mut result = FileContracts { faults: analysis.faults.clone(), ..FileContracts::default() };
    let is_wanted = |name: &str| asked.wants(name);
    result.has_function =
        program.functions.iter().any(|candidate| candidate.file == file.id && is_wanted(&candidate.qualname));

    let mut questions: Vec<(ContractOrigin, Contract)> = Vec::new();
    let is_security = asked.kinds.contains(&ContractKind::Security);
    for candidate in analysis.candidates.iter().filter(|_| is_security) {
        let origin = ContractOrigin::Rule(candidate.finding.rule.clone());
        questions.extend(candidate.contracts().into_iter().map(|contract| (origin.clone(), contract)));
    }
    if is_security {
        questions.extend(harmless_sinks(ctx, file, &slice.analysed, &analysis.candidates));
    }
    let parsed = syntax::parse::parse(&file.text);
    let augmented = ir::written::augment(&file.text, &parsed.tree, &asked.written());
    let own = verify::contracts::find(program, &ctx.core.plugins.specs, ctx.options.entry);
    let is_precondition = |contract: &Contract| match &contract.condition {
        Condition::AssertHolds { at } => augmented.leading_asserts.iter().any(|leading| leading.overlaps(*at)),
        Condition::SinkStaysData { .. } | Condition::Function { .. } => false,
    };
    let own = own.into_iter().filter(|contract| contract.file == file.id && !is_precondition(contract));
    if asked.kinds.contains(&ContractKind::Asserts) {
        questions.extend(own.map(|contract| (ContractOrigin::Code(ContractKind::Asserts), contract)));
    }
    questions.retain(|(_, contract)| is_wanted(&contract.function));

    for (origin, contract) in questions {
        let question = Question { ctx, slice: &slice.digest, contract: &contract, effort: 1, keep: Keep::OnDisk };
        let span = span_of(program, &contract);
        match ctx.core.prover.check(&question, &slice) {
            Ok(Proven { check, .. }) => {
                result.contracts.push(VerifiedContract { path: file.path.clone(), span, origin, check });
            }
            Err(error) => {
                let line = file.lines.position(span.start).line;
                let reason = format!("line {line}: the contract cannot be checked: {error}");
                result.faults.push(Fault::File { path: file.path.clone(), reason });
            }
        }
    }
    let mut written = written::check(ctx, file, &slice, augmented, &is_wanted);
    result.contracts.append(&mut written.contracts);
    result.faults.append(&mut written.faults);
    result.contracts.sort_by_key(|contract| contract.span);
    result
}

/// Runs a file's top level and checks each `assert` statement that is reached from there, and that no exception is left.
fn verify_module(ctx: &Context, file: &SourceFile, asked: &Asked) -> FileContracts {
    let slices = ctx.slices();
    let slice = slices.make(ctx, &slices.plan_of_files(ctx, BTreeSet::from([file.id])));
    let appended = ir::nondet::definitions(&file.text);
    let slice = slice.with(ctx, &written::with_text(file, format!("{}{appended}", file.text)));
    let mut result = FileContracts::default();
    if slice.is_broken {
        result.faults.push(Fault::File { path: file.path.clone(), reason: PANICKED.into() });
        return result;
    }
    let parsed = syntax::parse::parse(&file.text);
    result.faults.extend(crate::analysis::syntax_faults(file, &parsed.problems));
    let program = &slice.analysed.program;
    let own = verify::contracts::find(program, &ctx.core.plugins.specs, ctx.options.entry);
    let no_exception = Contract {
        file: file.id,
        at_file: file.id,
        function: "<module>".to_owned(),
        condition: Condition::Function { requires: Vec::new(), ensures: Vec::new() },
        statement: "no exception leaves the module when it is run".to_owned(),
    };
    let own = own.into_iter().filter(|contract| contract.file == file.id);
    for contract in own.chain([no_exception]) {
        let is_wanted = asked.wants(&contract.function);
        result.has_function |= is_wanted;
        if !is_wanted {
            continue;
        }
        let kind = match &contract.condition {
            Condition::Function { .. } => ContractKind::Implicit,
            Condition::AssertHolds { .. } | Condition::SinkStaysData { .. } => ContractKind::Asserts,
        };
        let contract = Contract { function: "<module>".to_owned(), ..contract };
        let question = Question { ctx, slice: &slice.digest, contract: &contract, effort: 1, keep: Keep::OnDisk };
        let mut span = span_of(program, &contract);
        match ctx.core.prover.check(&question, &slice) {
            Ok(Proven { check, .. }) => {
                let origin = ContractOrigin::Code(kind);
                // What raises is what the file's code did last.
                let is_inside = |span: &&Span| (span.end as usize) <= file.text.len();
                if kind == ContractKind::Implicit {
                    let first = Span::new(0, u32::try_from(file.text.lines().next().map_or(0, str::len)).unwrap_or(0));
                    span = check.basis.path.iter().rev().find(is_inside).copied().unwrap_or(first);
                }
                result.contracts.push(VerifiedContract { path: file.path.clone(), span, origin, check });
            }
            Err(error) => {
                result.faults.push(written::fault(file, span, &format!("the contract cannot be checked: {error}")));
            }
        }
    }
    let is_implicit = |contract: &VerifiedContract| contract.origin == ContractOrigin::Code(ContractKind::Implicit);
    result.contracts.sort_by_key(|contract| (is_implicit(contract), contract.span));
    result
}

/// Gives contracts for the sink calls that no untrusted data was seen to reach, each from the function that holds it.
/// Where data flow reaches a sink, or a rule reports the call for what it is, the rule has judged it with what it knows of
/// the call (a response's type, a query's operators), and it says whether there is a contract.
fn harmless_sinks(
    ctx: &Context,
    file: &SourceFile,
    analysed: &Analysed,
    candidates: &[Candidate],
) -> Vec<(ContractOrigin, Contract)> {
    let plugins = &ctx.core.plugins;
    let hits = analysed.hits(file.id);
    let contract = |sink: &flow::analyse::SinkCall| {
        let spec = plugins.specs.sinks.get(sink.sink)?;
        let owner = plugins.sink_owners.get(sink.sink)?;
        let rule = &plugins.packs.get(owner.pack)?.info().rules.get(owner.rule as usize)?.info.id;
        let is_own = |number: usize| {
            plugins.sink_owners.get(number).is_some_and(|other| other.pack == owner.pack && other.rule == owner.rule)
        };
        let is_reached = hits.iter().any(|hit| hit.call.span == sink.call.span && is_own(hit.sink));
        let is_reported = candidates
            .iter()
            .any(|found| found.finding.rule == *rule && found.finding.place.span.overlaps(sink.call.span));
        if is_reached || is_reported || !is_decided_by_text(&spec.language) {
            return None;
        }
        let contract = Contract {
            file: file.id,
            at_file: file.id,
            function: analysed.program.function(sink.function)?.qualname.clone(),
            condition: Condition::SinkStaysData {
                call: sink.call.span,
                argument: spec.argument.clone(),
                language: spec.language.clone(),
            },
            statement: statement(&spec.language),
        };
        Some((ContractOrigin::Rule(rule.clone()), contract))
    };
    let mut contracts: Vec<(ContractOrigin, Contract)> = Vec::new();
    for found in analysed.sink_calls.iter().filter(|sink| sink.call.file == file.id).filter_map(contract) {
        if !contracts.contains(&found) {
            contracts.push(found);
        }
    }
    contracts
}

/// Tells whether a value's text alone says if it stays data; where the value's type or the call around it counts as well,
/// only the rule can tell what is meant.
const fn is_decided_by_text(language: &SinkLanguage) -> bool {
    match language {
        SinkLanguage::Choice | SinkLanguage::Argument | SinkLanguage::MatchedText { .. } => false,
        SinkLanguage::Sql { .. }
        | SinkLanguage::Shell
        | SinkLanguage::Program
        | SinkLanguage::PythonCode
        | SinkLanguage::Path
        | SinkLanguage::Template
        | SinkLanguage::LdapFilter
        | SinkLanguage::XPath
        | SinkLanguage::Deserialize
        | SinkLanguage::Html
        | SinkLanguage::Xml
        | SinkLanguage::HeaderValue
        | SinkLanguage::LogRecord
        | SinkLanguage::RequestUrl
        | SinkLanguage::RedirectUrl
        | SinkLanguage::Regex
        | SinkLanguage::FormatString
        | SinkLanguage::LdapName => true,
    }
}

fn span_of(program: &ir::program::Program, contract: &Contract) -> Span {
    match &contract.condition {
        Condition::SinkStaysData { call, .. } => *call,
        Condition::AssertHolds { at } => *at,
        Condition::Function { .. } => program
            .find_function(contract.file, &contract.function)
            .map_or_else(Span::default, |function| function.name_span),
    }
}
