//! What the host's analyses say about a snippet with a pack's own specifications: what flows where, and what is called.
//! Invariant: the analyses are the host's own, so that a test sees what the component will be sent.

use flow::{analyse::analyse, types::resolve_calls};
use ir::lower::{InputFile, lower};
use model::{
    contract::{ArgumentSelector, SinkLanguage, SqlDialect},
    ids::FileId,
    rule::Confidence,
    spec::{
        CallCondition, Entry, LiteralValue, NamePattern, PropagatorSpec, ReturnTypeSpec, SanitizerSpec, SinkForm,
        SinkSpec, SourceForm, SourceKind, SourceSpec, TaintSpecs,
    },
    taint_path::StepKind,
};
use securecode_sdk::{self as sdk, Finding, Interest, Match, Pack, PackInfo, PathStep, Span};

use crate::Snippet;

/// A finding and the match that led to it.
pub type Hit = (Finding, Match);

/// Gives what the pack's rules find where untrusted data flows into their sinks, in source order.
pub fn scan(pack: &Pack, snippet: &Snippet, entry: Entry) -> Vec<Hit> {
    let info = pack.describe();
    let mut keys = Vec::new();
    let specs = specs(&info, &mut keys);
    let file = snippet.file();
    let parsed = syntax::parse::parse(file.text());
    let id = FileId(0);
    let program = lower(&[InputFile { file: id, path: file.path(), text: file.text(), tree: &parsed.tree }]);
    let result = analyse(&program, &specs, entry);
    let matches: Vec<Match> = result
        .hits
        .iter()
        .filter_map(|hit| {
            let &(rule, interest) = keys.get(hit.sink)?;
            let at = Span { start: hit.call.span.start, end: hit.call.span.end };
            let mut nodes = file.tree().nodes();
            let kinds = [sdk::Kind::CALL, sdk::Kind::SUBSCRIPT, sdk::Kind::ATTRIBUTE, sdk::Kind::RETURN_STATEMENT];
            let node = nodes.find(|node| kinds.iter().any(|kind| node.is(*kind)) && node.span() == at)?.index();
            let path = hit.path.steps.iter().map(|step| PathStep {
                kind: match step.kind {
                    StepKind::Source => sdk::StepKind::Source,
                    StepKind::Step => sdk::StepKind::Step,
                    StepKind::Sink => sdk::StepKind::Sink,
                },
                path: file.path().into(),
                at: Span { start: step.place.span.start, end: step.place.span.end },
                message: step.message.clone(),
            });
            Some(Match { rule, interest, at, node, name: hit.callee.clone(), path: path.collect() })
        })
        .collect();
    let findings = pack.check(snippet.source(), &matches).unwrap_or_default();
    let with_match = |finding: Finding| {
        let matched = finding.matched.and_then(|number| matches.get(number as usize)).cloned();
        matched.map(|matched| (finding, matched))
    };
    findings.into_iter().filter_map(with_match).collect()
}

/// Names what every call of the snippet calls, as the host resolves it for `call` interests.
pub fn calls(pack: &Pack, snippet: &Snippet) -> Vec<(Span, String)> {
    let specs = specs(&pack.describe(), &mut Vec::new());
    let file = snippet.file();
    let parsed = syntax::parse::parse(file.text());
    let program = lower(&[InputFile { file: FileId(0), path: file.path(), text: file.text(), tree: &parsed.tree }]);
    let resolved = resolve_calls(&program, &specs).into_iter();
    resolved.map(|call| (Span { start: call.call.span.start, end: call.call.span.end }, call.callee)).collect()
}

/// Turns a pack's declarations into the host's; `keys` gets the rule and interest of each sink.
fn specs(info: &PackInfo, keys: &mut Vec<(u32, u32)>) -> TaintSpecs {
    let mut sinks = Vec::new();
    for (rule, declared) in (0..).zip(&info.rules) {
        for (number, interest) in (0..).zip(&declared.interests) {
            if let Interest::Flow(sink) = interest {
                keys.push((rule, number));
                sinks.push(sink_spec(rule, sink));
            }
        }
    }
    let library = &info.library;
    TaintSpecs {
        sources: library.sources.iter().map(source).collect(),
        sinks,
        sanitizers: library
            .sanitizers
            .iter()
            .map(|sanitizer| SanitizerSpec {
                callee: NamePattern(sanitizer.callee.clone()),
                languages: sanitizer.languages.iter().map(language).collect(),
            })
            .collect(),
        propagators: library
            .propagators
            .iter()
            .map(|propagator| PropagatorSpec {
                callee: NamePattern(propagator.callee.clone()),
                from_positions: propagator.from_positions.clone(),
                from_receiver: propagator.from_receiver,
            })
            .collect(),
        return_types: library
            .return_types
            .iter()
            .map(|returned| ReturnTypeSpec {
                callee: NamePattern(returned.callee.clone()),
                returns: returned.returns.clone(),
            })
            .collect(),
    }
}

fn sink_spec(rule: u32, sink: &sdk::Sink) -> SinkSpec {
    SinkSpec {
        rule,
        form: match sink.form {
            sdk::SinkForm::Call => SinkForm::Call,
            sdk::SinkForm::StoreItem => SinkForm::StoreItem,
            sdk::SinkForm::StoreAttribute => SinkForm::StoreAttribute,
            sdk::SinkForm::Return => SinkForm::Return,
        },
        callees: sink.callees.iter().cloned().map(NamePattern).collect(),
        argument: argument(&sink.argument),
        language: language(&sink.language),
        conditions: sink.conditions.iter().map(condition).collect(),
        confidence: match sink.confidence {
            sdk::Confidence::Low => Confidence::Low,
            sdk::Confidence::Medium => Confidence::Medium,
            sdk::Confidence::High => Confidence::High,
        },
    }
}

fn source(source: &sdk::Source) -> SourceSpec {
    SourceSpec {
        name: NamePattern(source.name.clone()),
        form: match source.form {
            sdk::SourceForm::Attribute => SourceForm::Attribute,
            sdk::SourceForm::Call => SourceForm::Call,
            sdk::SourceForm::DecoratedParameters => SourceForm::DecoratedParameters,
            sdk::SourceForm::AnnotatedParameter => SourceForm::AnnotatedParameter,
        },
        kind: match source.kind {
            sdk::SourceKind::Web => SourceKind::Web,
            sdk::SourceKind::Local => SourceKind::Local,
        },
        label: source.label.clone(),
    }
}

fn argument(argument: &sdk::Argument) -> ArgumentSelector {
    ArgumentSelector { position: argument.position, keyword: argument.keyword.clone() }
}

fn condition(condition: &sdk::CallCondition) -> CallCondition {
    match condition {
        sdk::CallCondition::Equals(comparison) => {
            CallCondition::Equals(argument(&comparison.argument), literal(&comparison.value))
        }
        sdk::CallCondition::NotEquals(comparison) => {
            CallCondition::NotEquals(argument(&comparison.argument), literal(&comparison.value))
        }
        sdk::CallCondition::IsString(selected) => CallCondition::IsString(argument(selected)),
        sdk::CallCondition::IsList(selected) => CallCondition::IsList(argument(selected)),
    }
}

fn literal(literal: &sdk::Literal) -> LiteralValue {
    match literal {
        sdk::Literal::Boolean(value) => LiteralValue::Bool(*value),
        sdk::Literal::Integer(value) => LiteralValue::Int(*value),
        sdk::Literal::Text(value) => LiteralValue::Str(value.clone()),
        sdk::Literal::None => LiteralValue::None,
    }
}

fn language(language: &sdk::SinkLanguage) -> SinkLanguage {
    match language {
        sdk::SinkLanguage::Sql(dialect) => SinkLanguage::Sql {
            dialect: match dialect {
                sdk::SqlDialect::Sqlite => SqlDialect::Sqlite,
                sdk::SqlDialect::Postgres => SqlDialect::Postgres,
                sdk::SqlDialect::Mysql => SqlDialect::Mysql,
                sdk::SqlDialect::Generic => SqlDialect::Generic,
            },
        },
        sdk::SinkLanguage::Shell => SinkLanguage::Shell,
        sdk::SinkLanguage::Program => SinkLanguage::Program,
        sdk::SinkLanguage::PythonCode => SinkLanguage::PythonCode,
        sdk::SinkLanguage::Path => SinkLanguage::Path,
        sdk::SinkLanguage::Template => SinkLanguage::Template,
        sdk::SinkLanguage::LdapFilter => SinkLanguage::LdapFilter,
        sdk::SinkLanguage::Xpath => SinkLanguage::XPath,
        sdk::SinkLanguage::Deserialize => SinkLanguage::Deserialize,
        sdk::SinkLanguage::Html => SinkLanguage::Html,
        sdk::SinkLanguage::Xml => SinkLanguage::Xml,
        sdk::SinkLanguage::HeaderValue => SinkLanguage::HeaderValue,
        sdk::SinkLanguage::LogRecord => SinkLanguage::LogRecord,
        sdk::SinkLanguage::RequestUrl => SinkLanguage::RequestUrl,
        sdk::SinkLanguage::RedirectUrl => SinkLanguage::RedirectUrl,
        sdk::SinkLanguage::Regex => SinkLanguage::Regex,
        sdk::SinkLanguage::FormatString => SinkLanguage::FormatString,
        sdk::SinkLanguage::LdapName => SinkLanguage::LdapName,
        sdk::SinkLanguage::MatchedText => SinkLanguage::MatchedText { pattern: String::new(), function: String::new() },
        sdk::SinkLanguage::Argument => SinkLanguage::Argument,
        sdk::SinkLanguage::Choice => SinkLanguage::Choice,
    }
}
