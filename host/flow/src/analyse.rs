//! The taint analysis of a program. Invariant: one hit for each sink spec and call, in source order, and equal input
//! gives equal output.

use std::collections::BTreeMap;

use ir::program::{FunctionId, Program};
use model::{
    contract::SinkLanguage,
    rule::Confidence,
    span::Place,
    spec::{Entry, TaintSpecs},
    taint_path::{PathStep, StepKind, TaintPath},
};

use crate::{
    entry,
    memory::{Learned, Memory},
    paths,
    project::Analysis,
    project_index::ProjectIndex,
    relevance,
    spec_index::SpecIndex,
    summary::LocalHit,
    types::{self, ResolvedCall},
};

/// Most hits reported for one function.
const MAX_HITS: usize = 50;

/// Untrusted data in a sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowHit {
    /// Index into `TaintSpecs::sinks`.
    pub sink: usize,
    /// The sink call.
    pub call: Place,
    /// What is called: `sqlite3.Cursor.execute`, or `*.execute` when the receiver's type is not known.
    pub callee: String,
    /// The function that holds the sink.
    pub function: FunctionId,
    /// Every function whose sources or parameters reach the sink, in order.
    pub entries: Vec<FunctionId>,
    /// The shortest path found.
    pub path: TaintPath,
    /// How sure the hit is.
    pub confidence: Confidence,
}

/// A call that is a sink, whether or not anything untrusted reaches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SinkCall {
    /// The call.
    pub call: Place,
    /// Index into `TaintSpecs::sinks`.
    pub sink: usize,
    /// The function that holds it.
    pub function: FunctionId,
}

/// All that the analysis found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowResult {
    /// Hits in source order.
    pub hits: Vec<FlowHit>,
    /// Every call of the program with its name, in the order of functions, then of their places.
    pub calls: Vec<ResolvedCall>,
    /// Every sink call that the program can run, in source order.
    pub sink_calls: Vec<SinkCall>,
    /// Every place where untrusted data enters: entry parameters and sources that are read, in source order.
    pub inputs: Vec<Place>,
    /// Parameters of handlers that only integers reach, in source order.
    pub numbers: Vec<Place>,
    /// Other parameters of handlers that no sender chooses freely: made by the framework, or of a fixed set.
    pub fixed: Vec<Place>,
    /// Limits that were reached: where, and in words what was left out.
    pub bounds: Vec<(Place, String)>,
}

/// Which functions are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All, so that every sink call is known.
    Everything,
    /// Those that untrusted data can come to. The hits are the same but where a constant that only other functions know
    /// would have cut one; `sink_calls` lists the sinks in these functions only.
    Untrusted,
}

/// Finds every flow from a source to a sink, within functions and through the program's calls.
pub fn analyse(program: &Program, specs: &TaintSpecs, entry: Entry) -> FlowResult {
    analyse_within(program, specs, entry, Scope::Everything)
}

/// As `analyse`, for some of the functions.
pub fn analyse_within(program: &Program, specs: &TaintSpecs, entry: Entry, scope: Scope) -> FlowResult {
    analyse_from(program, specs, (entry, scope), None).0
}

/// As `analyse_within`, with what an earlier analysis of the project has learned with the same specs, entry and scope, and
/// with what this one has learned. The result does not depend on the memory; the time does.
pub fn analyse_again(
    program: &Program,
    specs: &TaintSpecs,
    entry: Entry,
    scope: Scope,
    memory: &Memory,
) -> (FlowResult, Learned) {
    analyse_from(program, specs, (entry, scope), Some(memory))
}

fn analyse_from(
    program: &Program,
    specs: &TaintSpecs,
    (entry, scope): (Entry, Scope),
    memory: Option<&Memory>,
) -> (FlowResult, Learned) {
    let project = ProjectIndex::new(program);
    let index = SpecIndex::new(specs);
    let table = types::infer(&project, &index);
    let mut analysis = Analysis::new(&project, &index, &table, entry, memory);
    let entries = entry::find(&analysis);
    if !relevance::may_flow(&analysis, &entries) {
        let calls = types::named_calls(program, &table);
        return (FlowResult { calls, ..FlowResult::default() }, Learned::default());
    }
    analysis.run(scope, &entries);
    let links = paths::links(&analysis);
    let mut result = FlowResult { calls: types::named_calls(program, &table), ..FlowResult::default() };
    for (id, summary) in &analysis.summaries {
        let calls = summary.sink_calls.iter().map(|&(sink, call)| SinkCall { call, sink, function: *id });
        result.sink_calls.extend(calls);
        let mut groups: BTreeMap<(Place, usize), Vec<&LocalHit>> = BTreeMap::new();
        for hit in &summary.hits {
            groups.entry((hit.call, hit.sink)).or_default().push(hit);
        }
        let mut count = 0_usize;
        for ((call, sink), hits) in groups {
            let Some(spec) = specs.sinks.get(sink) else { continue };
            let Some(mut reached) = paths::search(&analysis, &entries, &links, &hits, &spec.language) else {
                continue;
            };
            count += 1;
            if count > MAX_HITS {
                result.bounds.push((call, format!("more than {MAX_HITS} sinks are reached in one function")));
                break;
            }
            let callee = hits.first().map(|hit| hit.callee.to_string()).unwrap_or_default();
            if reached.is_cut {
                result.bounds.push((call, "the path is longer than 64 steps; its middle is not shown".into()));
            }
            let message = format!("reaches {} of `{callee}`", interpreted(&spec.language));
            reached.path.steps.push(PathStep { kind: StepKind::Sink, place: call, message });
            result.hits.push(FlowHit {
                sink,
                call,
                callee,
                function: *id,
                entries: reached.entries.into_iter().collect(),
                path: reached.path,
                confidence: reached.confidence,
            });
        }
    }
    let learned = analysis.learned();
    analysis.inputs.extend(entries.places(&analysis).collect::<Vec<_>>());
    result.inputs = std::mem::take(&mut analysis.inputs).into_iter().collect();
    result.numbers.clone_from(&entries.numbers);
    result.fixed.clone_from(&entries.fixed);
    result.sink_calls.sort();
    result.hits.sort_by_key(|hit| (hit.call, hit.sink));
    result.bounds.extend(analysis.bounds);
    result.bounds.sort();
    result.bounds.dedup();
    (result, learned)
}

/// Names what a sink interprets.
fn interpreted(language: &SinkLanguage) -> &'static str {
    match language {
        SinkLanguage::Sql { .. } => "the SQL text",
        SinkLanguage::Shell => "the shell command",
        SinkLanguage::Program => "the program name",
        SinkLanguage::PythonCode => "the code",
        SinkLanguage::Path => "the file path",
        SinkLanguage::Template => "the template source",
        SinkLanguage::LdapFilter => "the LDAP filter",
        SinkLanguage::XPath => "the XPath expression",
        SinkLanguage::Deserialize => "the serialized data",
        SinkLanguage::Html => "the page",
        SinkLanguage::Xml => "the XML document",
        SinkLanguage::HeaderValue => "the header's value",
        SinkLanguage::LogRecord => "the log record",
        SinkLanguage::RequestUrl => "the requested URL",
        SinkLanguage::RedirectUrl => "the redirect's target",
        SinkLanguage::Regex => "the regular expression",
        SinkLanguage::FormatString => "the format template",
        SinkLanguage::LdapName => "the distinguished name",
        SinkLanguage::MatchedText { .. } => "the matched text",
        SinkLanguage::Argument => "the arguments",
        SinkLanguage::Choice => "the choice",
    }
}
